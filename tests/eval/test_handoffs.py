"""Hand-off decisions on labelled messages, and the classifier behind them."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from agent.alarm import CAUSES, Alarm, alarm, features
from agent.vocabulary import Vocabulary
from eval.__main__ import app
from eval.alarms import Example, read_examples, trained
from eval.errors import DatasetError
from eval.handoffs import Labelled, decided, measured, read_labelled
from tests.agent.builders import FACETS, steady

WORDS = Vocabulary.of(FACETS, "USD")
SETS = Path(__file__).parents[2] / "eval" / "service"
_SAID = {
    "person": "get me a human named number{n}",
    "payment": "you charged my card number{n} twice",
    "safety": "the kettle number{n} caught fire",
    "legal": "my lawyer number{n} will sue",
    "anger": "useless rubbish number{n}",
    "none": "a tent with {n} rooms",
}


def examples(count: int = 8) -> list[Example]:
    return [
        Example.model_validate({"language": "en", "text": words.format(n=chr(97 + n)), "label": label})
        for label, words in _SAID.items()
        for n in range(count)
    ]


def rows(*labelled: tuple[str, str, str | None]) -> list[Labelled]:
    return [
        Labelled.model_validate({"id": str(at), "language": "en", "text": text, "label": label, "why": why})
        for at, (text, label, why) in enumerate(labelled)
    ]


def test_what_is_decided_is_counted_by_cause_and_what_is_wrong_by_itself() -> None:
    told = rows(
        ("I want to talk to a human", "call", "asked"),
        ("a tent for two", "call", "asked"),
        ("you are useless", "offer", "anger"),
        ("where is my order", "none", None),
        ("the kettle caught fire", "none", None),
    )
    figures = measured(told, WORDS)
    assert figures["handoff_recall:asked"].mean == 0.5 and figures["handoff_recall:anger"].mean == 1.0
    assert figures["false_handoffs"].mean == 0.5 and figures["false_handoffs"].n == 2
    assert "handoff_recall:legal" not in figures, "what was not measured is absent"


def test_weights_that_were_learnt_tell_the_causes_apart_and_are_read_as_they_were_written(tmp_path: Path) -> None:
    learnt, figures = trained(examples())
    learnt.save(tmp_path / "alarm.npz")
    read = Alarm.load(tmp_path / "alarm.npz")
    for label, words in _SAID.items():
        likely = read.likely(words.format(n="q"))
        assert max(likely, key=lambda each: likely[each]) == label
        assert sum(likely.values()) == pytest.approx(1.0, abs=1e-3)
    assert set(figures) == {*(f"recall:{cause}" for cause in CAUSES), "false"}


def test_labels_without_examples_and_lines_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="Every label"):
        trained([each for each in examples() if each.label != "legal"])
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"language": "en", "text": "hi", "label": "shouting"}\n')
    with pytest.raises(DatasetError, match="line 1"):
        read_examples(bad)
    with pytest.raises(DatasetError, match="line 1"):
        read_labelled(bad)


def test_the_weights_that_are_served_were_learnt_from_none_of_what_judges_them() -> None:
    learnt = {each.text for each in read_examples(SETS / "alarm.jsonl")}
    judged = read_labelled(SETS / "handoff.jsonl")
    assert not learnt & {each.text for each in judged} and len(judged) > 200
    assert {each.language for each in judged} == {"en", "zh"}


def test_most_who_ask_for_a_person_get_one_and_few_others_do() -> None:
    judged = read_labelled(SETS / "handoff.jsonl")
    asked = [decided(each.text, WORDS) == "call" for each in judged if each.why == "asked"]
    quiet = [decided(each.text, WORDS) != "none" for each in judged if each.label == "none"]
    assert sum(asked) / len(asked) > 0.9 and sum(quiet) / len(quiet) < 0.05


def test_which_figure_is_said_changes_nothing() -> None:
    first, second = (alarm().likely(f"where is order {number}") for number in ("48213", "90176"))
    assert first == second


@steady
@given(st.text(max_size=600))
def test_any_text_has_features_of_length_one_or_none(text: str) -> None:
    _, values = features(text)
    assert float((values**2).sum()) == pytest.approx(1.0, abs=1e-4)
    assert alarm().hears(text) <= set(CAUSES)


def test_the_command_writes_weights_and_says_how_sure_they_are(tmp_path: Path) -> None:
    told = tmp_path / "told.jsonl"
    told.write_text("\n".join(json.dumps(each.model_dump()) for each in examples()))
    out = tmp_path / "alarm.npz"
    result = CliRunner().invoke(app, ["train-alarm", "--examples", str(told), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "recall:person" in result.output and Alarm.load(out).hears("get me a human named numberq") == {"person"}
