"""Sizes against published figures, and which preset which cards get."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_server.cards import MIB, Card
from llm_server.presets import PRESETS, SEQUENCES, USABLE, Layout, choose, lay_out, runs
from llm_server.sizes import Architecture, architecture_of, cache_bytes, needed_bytes, weight_bytes, weight_type_of

SMOLLM2 = {
    "hidden_size": 576,
    "intermediate_size": 1536,
    "num_attention_heads": 9,
    "num_hidden_layers": 30,
    "num_key_value_heads": 3,
    "vocab_size": 49152,
    "tie_word_embeddings": True,
    "dtype": "bfloat16",
}


def cards(count: int, gib: float, *capability: int) -> tuple[Card, ...]:
    size = int(gib * 1024) * MIB
    return tuple(
        Card(index=n, uuid=f"GPU-{n}", name="a card", memory=size, free=size, capability=(capability[0], capability[1]))
        for n in range(count)
    )


def architecture(model: str) -> Architecture:
    return next(preset.architecture for preset in PRESETS if preset.model == model)


@pytest.mark.parametrize(
    ("model", "billions"),
    [("Qwen/Qwen3-30B-A3B-Instruct-2507", 30.5), ("Qwen/Qwen3-8B-FP8", 8.19), ("Qwen/Qwen3-4B-AWQ", 4.02)],
)
def test_the_parameters_of_the_presets_are_those_that_are_published(model: str, billions: float) -> None:
    assert architecture(model).parameters == pytest.approx(billions * 1e9, rel=0.005)


def test_a_models_own_config_tells_its_size() -> None:
    found = architecture_of(SMOLLM2)
    assert found is not None
    assert found.head_dim == 64
    assert found.parameters == pytest.approx(134.5e6, rel=0.005)
    assert weight_bytes(found, "bf16") == 2 * found.parameters


def test_a_config_of_another_kind_tells_nothing() -> None:
    assert architecture_of({"model_type": "mamba", "hidden_size": 4096}) is None
    assert architecture_of({}) is None


def test_how_weights_are_kept_is_read_from_the_config() -> None:
    assert weight_type_of({"quantization_config": {"quant_method": "fp8"}}) == "fp8"
    assert weight_type_of({"quantization_config": {"quant_method": "awq"}}) == "awq"
    assert weight_type_of({"torch_dtype": "float16"}) == "fp16"
    assert weight_type_of(SMOLLM2) == "bf16"


def test_the_cache_of_qwen3_8b_takes_144_kib_a_token() -> None:
    assert cache_bytes(architecture("Qwen/Qwen3-8B-FP8"), 1) == 144 * 1024


@given(st.sampled_from(PRESETS), st.integers(512, 32768), st.integers(1, 64))
def test_more_context_or_more_calls_never_need_less_and_more_cards_never_more_each(
    preset: object, context: int, sequences: int
) -> None:
    shape, kind = preset.architecture, preset.weights  # type: ignore[attr-defined]
    needed = needed_bytes(shape, kind, context=context, sequences=sequences)
    assert needed <= needed_bytes(shape, kind, context=context + 1, sequences=sequences)
    assert needed <= needed_bytes(shape, kind, context=context, sequences=sequences + 1)
    assert needed > needed_bytes(shape, kind, context=context, sequences=sequences, tensor_parallel=2)


@pytest.mark.parametrize(
    ("there", "model", "layout"),
    [
        (cards(1, 22.5, 8, 9), "Qwen/Qwen3-8B-FP8", Layout()),
        (cards(1, 24, 8, 6), "Qwen/Qwen3-8B-AWQ", Layout()),
        (cards(1, 15, 7, 5), "Qwen/Qwen3-8B-AWQ", Layout()),
        (cards(1, 12, 8, 9), "Qwen/Qwen3-4B-AWQ", Layout()),
        (cards(1, 45, 8, 9), "Qwen/Qwen3-30B-A3B-Instruct-2507-FP8", Layout()),
        (cards(1, 80, 9, 0), "Qwen/Qwen3-30B-A3B-Instruct-2507-FP8", Layout()),
        (cards(1, 80, 8, 0), "Qwen/Qwen3-30B-A3B-Instruct-2507", Layout()),
        (cards(2, 40, 8, 0), "Qwen/Qwen3-30B-A3B-Instruct-2507", Layout(tensor_parallel=2)),
        (cards(2, 22.5, 8, 9), "Qwen/Qwen3-30B-A3B-Instruct-2507-FP8", Layout(tensor_parallel=2)),
        (cards(4, 22.5, 8, 9), "Qwen/Qwen3-30B-A3B-Instruct-2507-FP8", Layout(tensor_parallel=2, data_parallel=2)),
        (cards(8, 80, 9, 0), "Qwen/Qwen3-30B-A3B-Instruct-2507-FP8", Layout(data_parallel=8)),
    ],
    ids=["L4", "3090", "T4", "4070", "L40S", "H100", "A100", "2 A100 of 40", "2 L4", "4 L4", "8 H100"],
)
def test_each_machine_gets_the_best_preset_that_it_runs_and_holds(
    there: tuple[Card, ...], model: str, layout: Layout
) -> None:
    preset = choose(there, 8192)
    assert preset is not None and preset.model == model
    assert lay_out(preset.architecture, preset.weights, there, 8192) == layout


@given(st.integers(1, 8), st.floats(1, 200), st.sampled_from([(7, 0), (7, 5), (8, 0), (8, 6), (8, 9), (9, 0), (12, 0)]))
def test_what_is_chosen_always_runs_and_fits(count: int, gib: float, capability: tuple[int, int]) -> None:
    there = cards(count, gib, *capability)
    preset = choose(there, 8192)
    if preset is None:
        return
    layout = lay_out(preset.architecture, preset.weights, there, 8192)
    assert runs(preset.weights, there) and layout is not None
    assert layout.tensor_parallel * layout.data_parallel <= count
    needed = needed_bytes(
        preset.architecture,
        preset.weights,
        context=8192,
        sequences=SEQUENCES,
        tensor_parallel=layout.tensor_parallel,
    )
    assert needed <= there[0].memory * USABLE


def test_no_cards_and_cards_that_are_too_small_or_too_old_get_none() -> None:
    assert choose((), 8192) is None
    assert choose(cards(1, 6, 8, 9), 8192) is None
    assert choose(cards(1, 32, 7, 0), 8192) is None
