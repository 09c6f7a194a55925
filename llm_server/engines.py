"""The engines that can serve the model: vLLM on a GPU, llama.cpp on a CPU. What they are told, and what only one knows.

Knows nothing of how they are run (`runners.py`), kept running (`supervisor.py`) or where weights come from.
"""

import importlib.util
import os
import shutil
import socket
import sys
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from llm_server.chat import CallKind

EngineName = Literal["llamacpp", "vllm"]
Profile = Literal["latency", "throughput"]
"""What vLLM is tuned for: few shoppers answered soon, or many at once."""

SERVED_AS = "floorwalker"
"""The model's name on the wire, whichever weights are behind it."""
KEY_VARIABLE = "FLOORWALKER_ENGINE_KEY"
"""The engine's key travels in the environment: a command line is readable by every user of the machine."""

_SLOTS: dict[CallKind, int] = {"plan": 0, "narrate": 1}


class EngineError(Exception):
    """An engine cannot be started. `fix` says what to do about it."""

    def __init__(self, message: str, *, fix: str) -> None:
        super().__init__(f"{message} {fix}")
        self.message = message
        self.fix = fix


class Lora(BaseModel, frozen=True, extra="forbid"):
    """An adapter that is served beside the model, under a name of its own."""

    name: Annotated[str, Field(pattern=r"^[\w.-]+$")]
    path: str
    """A directory in PEFT's format."""

    @classmethod
    def parse(cls, text: str) -> "Lora":
        """An adapter from `name=path`. Raises EngineError."""
        name, _, path = text.partition("=")
        try:
            if not path or name == SERVED_AS:
                raise ValueError
            return cls(name=name, path=path)
        except ValueError as error:
            raise EngineError(
                f"{text!r} names no adapter.",
                fix=f"Write --lora NAME=DIRECTORY; NAME of letters, digits, dots and dashes, not {SERVED_AS!r}.",
            ) from error


class Engine(BaseModel, frozen=True, extra="forbid"):
    """One engine to run: always on loopback unless told otherwise, never to be exposed."""

    name: EngineName
    model: str
    """A GGUF file for llama.cpp; a directory or a hub id for vLLM, or empty for the preset that fits the cards."""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8001
    api_key: str = Field(default="", repr=False)
    context: Annotated[int, Field(ge=512)] = 2048
    """Tokens of prompt and answer together, per call."""
    threads: Annotated[int, Field(ge=0)] = 0
    """llama.cpp only; 0: as many as this process may use."""
    profile: Profile = "latency"
    """vLLM only."""
    loras: tuple[Lora, ...] = ()
    """vLLM only."""

    @property
    def url(self) -> str:
        """The API's root."""
        return f"{self.health_url.removesuffix('/health')}/v1"

    @property
    def health_url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/health"


def pick_engine() -> EngineName:
    """vLLM where there is an NVIDIA GPU and vLLM is installed; llama.cpp otherwise."""
    gpu = os.path.exists("/dev/nvidia0") or shutil.which("nvidia-smi") is not None
    return "vllm" if gpu and importlib.util.find_spec("vllm") is not None else "llamacpp"


def default_context(name: EngineName) -> int:
    """Tokens per call: what a CPU reads in a bearable time, or what a GPU does not notice."""
    return 2048 if name == "llamacpp" else 8192


def extra_fields(name: EngineName) -> Callable[[CallKind], dict[str, Any]]:
    """The request fields beyond the standard's, by kind of call.

    llama.cpp keeps one prefix cache per slot, so each kind of call gets a slot of its own; vLLM caches by content, and
    is told when it is started not to let a model think aloud.
    """

    def llamacpp(kind: CallKind) -> dict[str, Any]:
        return {"id_slot": _SLOTS[kind], "cache_prompt": True}

    def vllm(_kind: CallKind) -> dict[str, Any]:
        return {}

    return llamacpp if name == "llamacpp" else vllm


def serve_command(engine: Engine) -> list[str]:
    """The child process that runs the engine and dies when its standard input closes. Its key: `serve_environment`."""
    command = [
        *(sys.executable, "-m", "llm_server", "serve", "--engine", engine.name, "--model", engine.model),
        *("--host", engine.host, "--port", str(engine.port), "--context", str(engine.context)),
    ]
    if engine.name == "llamacpp":
        command += ["--threads", str(engine.threads)]
    else:
        command += ["--profile", engine.profile]
        command += [word for lora in engine.loras for word in ("--lora", f"{lora.name}={lora.path}")]
    return [*command, "--until-stdin-closes"]


def serve_environment(engine: Engine, base: Mapping[str, str]) -> dict[str, str]:
    """`base` and the engine's key."""
    return {**base, KEY_VARIABLE: engine.api_key} if engine.api_key else dict(base)


def llamacpp_environment() -> dict[str, str]:
    """What llama.cpp's threads must find in the environment when its library is loaded.

    Threads spin while they wait for each other. Sleeping costs less on a machine with other work, but on a virtual
    machine each sleeping core must be woken by its host: 1.2 to 5 tokens a second passive, 8 to 9 active, the same
    prompts in turn on 2 quiet cores.
    """
    return {"OMP_WAIT_POLICY": "active"}


def llamacpp_options(engine: Engine) -> dict[str, Any]:
    """llama.cpp's parameters by name, dotted where nested; the reasons stand beside those that are not plain."""
    threads = engine.threads or _cores()
    slots = len(_SLOTS)
    return {
        "model.path": engine.model,
        "model_alias": {SERVED_AS},
        "hostnames": [engine.host],
        "port": engine.port,
        "api_keys": [engine.api_key] if engine.api_key else [],
        "n_parallel": slots,
        "n_ctx": slots * engine.context,
        "kv_unified": False,
        "cpuparams.n_threads": threads,
        "cpuparams_batch.n_threads": threads,
        # A call that was given up is noticed between batches: a small one frees the slot within seconds, at full speed.
        "n_batch": 128,
        "n_ubatch": 128,
        # Both slots keep their own prefix; a third copy in main memory, 8 GiB by default, would serve nobody.
        "cache_ram_mib": 0,
        "cache_idle_slots": False,
        "cache_prompt": True,
        "n_ctx_checkpoints": 0,
        "endpoint_slots": False,
        "ui": False,
        "verbosity": 1,
    }


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
