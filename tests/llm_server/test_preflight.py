"""What keeps vLLM from serving, in words; and what it is told where nothing does."""

import itertools
import json
from pathlib import Path

import pytest

from llm_server.engines import Engine, EngineError, Lora
from llm_server.preflight import Machine, look, plan
from llm_server.presets import Layout
from llm_server.vllm_options import Setup, vllm_command, vllm_environment
from tests.llm_server.test_presets import SMOLLM2, cards

ENGINE = Engine(name="vllm", model="", context=8192)
L4 = Machine(build="gpu", cards=cards(1, 22.5, 8, 9))


def problems(engine: Engine, machine: Machine) -> str:
    found = plan(engine, machine)
    assert isinstance(found, list), found
    assert all(problem.fix for problem in found)
    return "\n".join(map(str, found))


def setup(engine: Engine, machine: Machine) -> Setup:
    found = plan(engine, machine)
    assert isinstance(found, Setup), found
    return found


def options(engine: Engine, machine: Machine) -> dict[str, str]:
    return dict(itertools.pairwise([*vllm_command(engine, setup(engine, machine)), ""]))


def named(model: str, **fields: object) -> Engine:
    return Engine.model_validate({"name": "vllm", "model": model, "context": 8192, **fields})


def test_a_machine_without_a_gpu_or_vllm_is_told_both_at_once() -> None:
    said = problems(ENGINE, Machine(build=None))
    assert "vLLM is not installed" in said
    assert "There is no NVIDIA GPU" in said
    assert "--engine llamacpp" in said


def test_fp8_on_a_card_that_cannot_multiply_it_is_told() -> None:
    said = problems(named("Qwen/Qwen3-8B-FP8"), Machine(build="gpu", cards=cards(1, 80, 8, 0)))
    assert "fp8 weights, which need compute capability 8.9; a card has 8.0" in said


def test_bfloat16_on_a_card_before_ampere_is_told() -> None:
    said = problems(named("./m"), Machine(build="gpu", cards=cards(1, 32, 7, 5), config=SMOLLM2))
    assert "bf16 weights, which need compute capability 8.0" in said


def test_too_little_memory_is_told_with_what_is_needed_and_what_there_is() -> None:
    said = problems(named("Qwen/Qwen3-30B-A3B-Instruct-2507-FP8"), L4)
    assert "needs 36.5 GB on one card" in said
    assert "have 21.7 GB each to give" in said


def test_a_card_that_others_have_filled_is_told() -> None:
    full = L4.cards[0].model_copy(update={"free": 2_000_000_000})
    assert "has 2.0 GB free; vLLM takes 21.7 GB" in problems(ENGINE, Machine(build="gpu", cards=(full,)))


def test_cards_too_small_for_any_preset_are_told_what_the_smallest_needs() -> None:
    said = problems(ENGINE, Machine(build="gpu", cards=cards(1, 6, 8, 9)))
    assert "No preset fits a card: the smallest, Qwen/Qwen3-4B-AWQ, needs" in said


def test_a_directory_without_a_model_is_told() -> None:
    assert "There is no model in /models/none" in problems(named("/models/none"), L4)


def test_an_adapter_that_is_not_there_is_told() -> None:
    engine = named("", loras=(Lora(name="shop", path="/none"),))
    machine = L4.model_copy(update={"adapters": {"shop": None}})
    assert "There is no adapter in /none" in problems(engine, machine)


@pytest.mark.parametrize("text", ["shop", "=path", "shop=", "a b=path", "floorwalker=path"])
def test_an_adapter_that_is_not_named_well_is_told_how_to(text: str) -> None:
    with pytest.raises(EngineError, match="NAME=DIRECTORY"):
        Lora.parse(text)


def test_the_machine_is_read_from_the_models_own_files(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(SMOLLM2))
    (tmp_path / "adapter").mkdir()
    (tmp_path / "adapter" / "adapter_config.json").write_text('{"r": 24}')
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "adapter_config.json").write_text('{"r": "many"}')
    loras = tuple(Lora(name=name, path=str(tmp_path / name)) for name in ("adapter", "broken", "absent"))
    seen = look(named(str(tmp_path), loras=loras))
    assert seen.config == SMOLLM2
    assert seen.adapters == {"adapter": 24, "broken": None, "absent": None}


def test_a_preset_is_served_on_loopback_from_the_cache_under_a_schema_without_thinking() -> None:
    told = options(ENGINE, L4)
    assert told["serve"] == "Qwen/Qwen3-8B-FP8"
    assert told["--host"] == "127.0.0.1"
    assert told["--max-model-len"] == "8192"
    assert "--enable-prefix-caching" in told and "--enable-chunked-prefill" in told
    assert json.loads(told["--default-chat-template-kwargs"]) == {"enable_thinking": False}
    assert json.loads(told["--structured-outputs-config"])["disable_any_whitespace"] is True
    assert json.loads(told["--speculative-config"])["method"] == "ngram"
    assert told["--dtype"] == "auto"
    assert "--tensor-parallel-size" not in told


def test_many_shoppers_at_once_get_large_batches_and_no_guesses() -> None:
    told = options(ENGINE.model_copy(update={"profile": "throughput"}), L4)
    assert told["--max-num-seqs"] == "256"
    assert "--speculative-config" not in told


def test_several_cards_hold_one_model_together_and_copies_of_it() -> None:
    told = options(ENGINE, Machine(build="gpu", cards=cards(4, 22.5, 8, 9)))
    assert told["--tensor-parallel-size"] == told["--data-parallel-size"] == "2"


def test_a_hub_id_of_which_nothing_is_known_is_tried_with_a_copy_on_each_card() -> None:
    found = setup(named("Org/Model"), Machine(build="gpu", cards=cards(2, 80, 9, 0)))
    assert found.layout == Layout(data_parallel=2)


def test_cards_before_ampere_compute_in_half_precision() -> None:
    assert setup(ENGINE, Machine(build="gpu", cards=cards(1, 15, 7, 5))).dtype == "half"


def test_adapters_are_served_by_name_with_room_for_the_largest_rank() -> None:
    engine = named("", loras=(Lora(name="shop", path="/a"), Lora(name="zh", path="/b")))
    command = vllm_command(engine, setup(engine, L4.model_copy(update={"adapters": {"shop": 8, "zh": 24}})))
    assert command[command.index("--max-lora-rank") + 1] == "32"
    assert command[command.index("--lora-modules") + 1 :] == ["shop=/a", "zh=/b"]


def test_the_build_for_cpus_needs_no_card_and_is_started_as_its_server_module() -> None:
    told = options(named("./m"), Machine(build="cpu", config=SMOLLM2))
    assert told["-m"] == "vllm.entrypoints.openai.api_server"
    assert told["--dtype"] == "float"
    assert "--enforce-eager" in told
    assert not {"--gpu-memory-utilization", "--speculative-config"} & set(told)
    assert "No model is named" in problems(ENGINE, Machine(build="cpu"))


def test_the_environment_of_the_shell_has_the_last_word_but_on_the_key() -> None:
    engine = named("m", api_key="s3cret")
    cpu, gpu = Setup(build="cpu", model="m"), Setup(build="gpu", model="m")
    assert vllm_environment(engine, cpu, {"VLLM_CPU_KVCACHE_SPACE": "4"})["VLLM_CPU_KVCACHE_SPACE"] == "4"
    assert vllm_environment(engine, gpu, {"VLLM_API_KEY": "other"})["VLLM_API_KEY"] == "s3cret"
    assert "VLLM_CPU_KVCACHE_SPACE" not in vllm_environment(engine, gpu, {})
