"""`bench-gpu`, as far as no GPU is needed: the shape of the made-up model, what would be run, and the table."""

import json
from pathlib import Path

import pytest

from eval import shape
from eval.gpubench import bench, serving, steps, table, texts
from eval.shape import SPECIAL, VOCABULARY, config, parameters, tokenizer, write
from llm_server.cards import read_cards


def test_the_made_up_model_has_as_many_weights_as_its_name_says() -> None:
    assert parameters(config()) == 8_190_735_360


def test_its_tokenizer_has_a_token_for_every_id_and_loses_no_text() -> None:
    made = tokenizer(texts())
    said = "A light tent for two, 1.9 kg. 帐篷 « ✓"
    assert made.get_vocab_size() == VOCABULARY
    assert [made.id_to_token(id) is None for id in range(VOCABULARY)].count(True) == 0
    assert {name: made.token_to_id(name) for name in SPECIAL} == SPECIAL
    assert made.decode(made.encode(said).ids) == said


def test_words_of_the_shop_are_about_a_token_each() -> None:
    words = ["A", "light", "tent", "for", "two", "people", "with", "a", "wide", "door", "and", "a", "warm", "lining"]
    assert len(tokenizer(texts()).encode(" ".join(words)).ids) < 2 * len(words)


def test_the_folder_is_one_that_transformers_reads(tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    write(tmp_path, ["some words", "some more words"])
    read = AutoTokenizer.from_pretrained(tmp_path)
    said = read.apply_chat_template(
        [{"role": "user", "content": "some words"}], tokenize=False, add_generation_prompt=True
    )
    assert said == "<|im_start|>user\nsome words<|im_end|>\n<|im_start|>assistant\n"
    assert read.eos_token_id == json.loads((tmp_path / "config.json").read_text())["eos_token_id"]


def test_both_benchmarks_are_given_the_same_shapes() -> None:
    told = {step.name: step.command for step in steps("python", Path("model"), "http://127.0.0.1:1/v1", Path("out"))}

    def option(step: str, name: str) -> int:
        return int(told[step][told[step].index(name) + 1])

    shared = option("bench", "--shared-prefix")
    assert option("vllm_bench", "--random-prefix-len") == shared
    assert option("vllm_bench", "--random-input-len") + shared == option("bench", "--prompt-tokens")
    assert option("vllm_bench", "--random-output-len") == option("bench", "--output-tokens")
    assert option("vllm_bench", "--num-prompts") == option("bench", "--requests")
    assert option("vllm_bench", "--max-concurrency") == option("bench", "--concurrency")


def test_the_engine_of_the_shape_is_started_with_our_own_options_and_no_weights() -> None:
    command, _ = serving("/gpu/python", Path("model"), 9000)
    assert command[0] == "/gpu/python"
    assert command[command.index("--load-format") + 1] == "dummy"
    assert {"--enable-prefix-caching", "--enable-prompt-tokens-details"} <= set(command)


def test_the_table_says_what_was_measured_and_leaves_out_what_was_not() -> None:
    figure = {"low": 1.0, "high": 1.0, "n": 1}
    measured = {"arms": {"rate": {"ttft_p50_ms": {"mean": 12.3, **figure}, "ttft_p95_ms": {"mean": 45.6, **figure}}}}
    held = table({"bench": measured, "vllm_bench": {"p50_tpot_ms": 7.0, "p95_tpot_ms": 8.0}}, "A Card")
    assert held.splitlines() == [
        "| A Card, Qwen3-8B's shape, made-up weights | p50 | p95 |",
        "|---|---|---|",
        "| `llm_server bench`, first token, ms | 12.3 | 45.6 |",
        "| `vllm bench serve`, between tokens, ms | 7.0 | 8.0 |",
    ]


@pytest.mark.skipif(bool(read_cards()), reason="this machine has a GPU")
async def test_with_no_gpu_it_says_so_tells_what_it_would_run_and_claims_no_figure(tmp_path: Path) -> None:
    from eval.errors import EvalError

    with pytest.raises(EvalError, match="There is no GPU on this machine") as told:
        await bench("python", tmp_path, lambda _: None)
    assert "Nothing was measured" in str(told.value)
    assert all(step.why in str(told.value) for step in steps("python", tmp_path, "", tmp_path))
    assert not list(tmp_path.glob("*.json")) and not (tmp_path / "table.md").exists()
    assert (tmp_path / "model" / "config.json").exists() and shape.NAME
