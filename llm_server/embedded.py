"""The engine that a shop starts for itself: one child on loopback, and the chat that speaks to it.

With `__main__`, the only file here that names concrete classes of several jobs. Knows nothing of prompts.
"""

import os
import secrets
import sys
from collections.abc import Sequence

from llm_server import engines, weights
from llm_server.openai_chat import OpenAIChat, ServerConfig, Timeouts
from llm_server.supervisor import EngineState, EngineSupervisor, Launch, SupervisedChat, WarmUp

_WARM_UP = Timeouts(first=240, total=300)
_VLLM_WAITS = {"start_within": 3600.0, "stop_within": 60.0}
"""It fetches its weights itself, 9 to 61 GB; and it lets running calls end before it does."""


class EmbeddedEngine:
    """An engine of one's own: `start` it, speak to `chat` (ChatLoading until it is ready), `stop` it."""

    def __init__(self, engine: engines.Engine, *, fetch: Sequence[str] = (), warm_up: Sequence[WarmUp] = ()) -> None:
        """`fetch`: the command that brings the weights; see Launch."""
        self.engine = engine
        extra = engines.extra_fields(engine.name)
        server = ServerConfig(url=engine.url, model=engines.SERVED_AS, api_key=engine.api_key or "none")
        self._client = OpenAIChat(server, extra=extra)
        self._warmer = OpenAIChat(server.model_copy(update={"timeouts": _WARM_UP}), extra=extra)
        launch = Launch(
            serve=tuple(engines.serve_command(engine)),
            health_url=engine.health_url,
            environment=engines.serve_environment(engine, os.environ),
            fetch=tuple(fetch),
            **(_VLLM_WAITS if engine.name == "vllm" else {}),
        )
        self._supervisor = EngineSupervisor(launch, chat=self._warmer, warm_up=warm_up)
        self.chat = SupervisedChat(self._client, lambda: self.state)

    @property
    def state(self) -> EngineState:
        return self._supervisor.state

    def start(self) -> None:
        """Begin in the background. Needs a running event loop."""
        self._supervisor.start()

    async def ready(self) -> None:
        """Return once it serves, however long that takes."""
        await self._supervisor.wait_for("ready")

    async def stop(self) -> None:
        await self._supervisor.stop()
        await self._client.aclose()
        await self._warmer.aclose()


def embedded_engine(
    *,
    name: engines.EngineName | None = None,
    model: str = "",
    source: weights.Source = "auto",
    context: int = 0,
    warm_up: Sequence[WarmUp] = (),
) -> EmbeddedEngine:
    """The engine for this machine, or the one named, with its default model, or the one named (a GGUF file for
    llama.cpp; a hub id or directory for vLLM). vLLM's default is the preset that fits the cards. Only the default GGUF
    is fetched by us; vLLM fetches its own."""
    chosen = name or engines.pick_engine()
    cpu = chosen == "llamacpp"
    engine = engines.Engine(
        name=chosen,
        model=model or (str(weights.home() / weights.DEFAULT_WEIGHTS.file) if cpu else ""),
        port=engines.free_port(),
        api_key=secrets.token_urlsafe(24),
        context=context or engines.default_context(chosen),
    )
    fetch = (sys.executable, "-m", "llm_server", "pull", "--json-progress", "--source", source)
    return EmbeddedEngine(engine, fetch=fetch if cpu and not model else (), warm_up=warm_up)
