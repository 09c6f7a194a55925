"""An adapter is learnt from examples: by a real trainer, on a model of two layers."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from llm_server.__main__ import app
from llm_server.answertokens import Encoded, encoded, packed
from llm_server.chat import Message
from llm_server.examples import Example, write_examples
from llm_server.finetune import BATCH, FinetuneError, batches, finetune, share_of_rate

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
SCHEMA = {"anyOf": [{"type": "object", "properties": {"tool": {"enum": ["help", "find"]}}, "required": ["tool"]}]}


def example(said: str, tool: str, **more: Any) -> Example:
    messages = (
        Message(role="system", content="Choose."),
        Message(role="user", content=said),
        Message(role="assistant", content=f'{{"tool":"{tool}"}}'),
    )
    return Example(messages=messages, kind="plan", session="s", json_schema=SCHEMA, **more)


EXAMPLES = [
    example(f"a {word}", "find") for word in ("tent", "lamp", "mug", "pan", "bike", "knife", "lid", "rug", "tin")
]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("peft", reason="peft is not installed: pip install floorwalker[finetune]")
    from tests.llm_server.tiny_chat import tiny_chat

    return tiny_chat(tmp_path_factory.mktemp("tiny"))


def test_the_loss_falls_and_the_adapter_is_one_that_an_engine_takes(base: Path, tmp_path: Path) -> None:
    learnt = finetune(EXAMPLES, base, tmp_path, epochs=15)
    assert learnt.steps[-1].loss < learnt.steps[0].loss
    assert json.loads((tmp_path / "loss.json").read_text())["steps"][0]["loss"] == learnt.steps[0].loss
    config = json.loads((tmp_path / "adapter_config.json").read_text())
    assert config["peft_type"] == "LORA" and config["r"] == 16 and not config["modules_to_save"]
    assert (tmp_path / "adapter_model.safetensors").exists()


def test_the_same_seed_learns_the_same_and_another_learns_otherwise(base: Path, tmp_path: Path) -> None:
    told = {
        name: (finetune(EXAMPLES, base, tmp_path / name, seed=seed), tmp_path / name / "adapter_model.safetensors")
        for name, seed in (("one", 1), ("again", 1), ("other", 2))
    }
    assert told["one"][1].read_bytes() == told["again"][1].read_bytes() != told["other"][1].read_bytes()
    assert told["one"][0].steps == told["again"][0].steps


def test_what_is_held_out_or_too_long_is_not_learnt(base: Path, tmp_path: Path) -> None:
    kept = [example("a cup", "help", held_out=True), example("a " + "very " * 40 + "long wish", "help")]
    with_more = finetune([*EXAMPLES, *kept], base, tmp_path / "more", tokens=120)
    without = finetune(EXAMPLES, base, tmp_path / "less", tokens=120)
    assert (with_more.examples, with_more.too_long) == (len(EXAMPLES), 1)
    assert with_more.steps == without.steps


def test_a_batch_costs_what_its_examples_cost_one_by_one(base: Path, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from llm_server.finetune import loss_of

    model, tokenizer = AutoModelForCausalLM.from_pretrained(base), AutoTokenizer.from_pretrained(base)
    held = [encoded(each, tokenizer) for each in (EXAMPLES[0], example("which is lighter?", "help"), EXAMPLES[1])]
    alone = [(loss_of(model, packed([each]), "cpu").item(), len(each.answer)) for each in held]
    together = loss_of(model, packed(held), "cpu").item()
    assert together == pytest.approx(sum(loss * n for loss, n in alone) / sum(n for _, n in alone), rel=1e-4)


def test_a_model_answers_within_the_schema_and_its_adapter_as_it_learnt(base: Path, tmp_path: Path) -> None:
    pytest.importorskip("regex")
    from llm_server.local import LocalModel

    finetune(EXAMPLES, base, tmp_path, epochs=15)
    before, after = LocalModel.open(base), LocalModel.open(base, tmp_path)
    for each in (*EXAMPLES[:3], example("a hat", "find")):
        told = json.loads(before.complete(each.prompt, SCHEMA, max_tokens=40).text)
        assert told["tool"] in ("help", "find")
        assert after.complete(each.prompt, SCHEMA, max_tokens=40).text == '{"tool":"find"}'
    # What it keeps of the prompt before changes nothing.
    fresh = LocalModel.open(base).complete(EXAMPLES[1].prompt, SCHEMA, max_tokens=40)
    assert fresh == before.complete(EXAMPLES[1].prompt, SCHEMA, max_tokens=40)


def test_nothing_to_learn_from_is_told_with_what_to_do(base: Path, tmp_path: Path) -> None:
    with pytest.raises(FinetuneError, match="--tokens"):
        finetune([example("a cup", "help", held_out=True)], base, tmp_path)


def test_the_command_tells_what_it_learnt_and_a_missing_model_plainly(base: Path, tmp_path: Path) -> None:
    file = tmp_path / "examples.jsonl"
    write_examples(file, EXAMPLES)
    told = CliRunner().invoke(
        app, ["finetune", "--examples", str(file), "--base", str(base), "--out", str(tmp_path / "out")]
    )
    assert told.exit_code == 0, told.stderr
    assert "9 examples, 0 left out as too long, loss" in told.stdout
    missing = ["finetune", "--examples", str(file), "--base", str(tmp_path / "none"), "--out", str(tmp_path / "o")]
    told = CliRunner().invoke(app, missing)
    assert told.exit_code == 1
    assert "Name a folder with a chat model" in told.stderr


@given(st.lists(st.sampled_from(["plan", "narrate"]), max_size=40), st.integers(0, 9))
def test_batches_hold_every_example_once_and_one_kind_each(kinds: list[str], seed: int) -> None:
    held = [(kind, Encoded((number, kind == "plan"), ())) for number, kind in enumerate(kinds)]
    found = batches(held, random.Random(seed))
    assert sorted(each.prompt for batch in found for each in batch) == sorted(each.prompt for _, each in held)
    assert all(len({each.prompt[1] for each in batch}) == 1 and len(batch) <= BATCH for batch in found)


@given(st.integers(1, 500))
def test_the_rate_rises_to_its_whole_and_never_falls_to_nothing_before_the_end(steps: int) -> None:
    shares = [share_of_rate(number, steps) for number in range(steps)]
    assert max(shares) == 1 and min(shares) > 0
