import json
from pathlib import Path

import pytest

from eval.abstention import Answer, abstention
from eval.errors import DatasetError
from eval.evidence import Candidate, Question, average_precision, bm25, ranked, read_questions
from eval.service import measured
from eval.trainsupport import trained
from retrieval.knowledge.evidence import Unit

ROOT = Path(__file__).parents[2]
PQA = ROOT / ".." / "shared" / "data" / "amazon_pqa" / "passages.jsonl"


def question(number: int, *, answered: bool = True) -> dict[str, object]:
    right = {"id": f"{number}a", "text": f"yes, part{number} is in the box", "source": "review", "label": 2 * answered}
    wrong = {"id": f"{number}b", "text": "arrived quickly", "source": "review", "label": 0}
    asked = f"is part{number} in the box?" if answered else f"who sings song{number}?"
    return {
        "qid": number,
        "item_id": f"p{number}",
        "item_title": "Box",
        "question": asked,
        "candidates": [wrong, right],
    }


def written(folder: Path) -> Path:
    rows = [question(number, answered=number % 4 != 0) for number in range(40)]
    (folder / "passages.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return folder / "passages.jsonl"


def shop(folder: Path) -> tuple[Path, Path]:
    (folder / "pages").mkdir()
    lines: list[str] = []
    for number in range(12):
        page = f"# Topic{number}\n\n## Rule{number}\n\nThe rule for thing{number} is {number} days.\n"
        (folder / "pages" / f"{number}.md").write_text(page)
        lines.append(
            json.dumps({"id": f"a{number}", "question": f"rule for thing{number}?", "says": [f"{number} days"]})
        )
        lines.append(json.dumps({"id": f"u{number}", "question": f"singer of song{number}?", "says": []}))
    (folder / "key.jsonl").write_text("\n".join(lines))
    return folder / "key.jsonl", folder / "pages"


def test_average_precision_is_that_of_the_field() -> None:
    assert average_precision([True, False, True]) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision([False, False]) == 0


def test_abstention_counts_silence_where_nothing_answers_and_where_something_does() -> None:
    held = [Answer(False, False), Answer(False, True), Answer(True, False), Answer(True, True), Answer(True, True)]
    means = {name: each.mean for name, each in abstention(held).items()}
    assert means == {
        "abstention_precision": 0.5,
        "abstention_recall": 0.5,
        "abstention_f1": 0.5,
        "false_abstentions": pytest.approx(1 / 3),
    }
    assert "abstention_recall" not in abstention([Answer(True, True)])


def test_an_earlier_answer_is_parted_from_its_question_and_an_attribute_from_its_braces() -> None:
    answer = Candidate(id="1", text="yes it does. Question: does it float? ", source="cqa", label=0)
    assert answer.unit == Unit("yes it does.", "answer", "does it float?")
    colour = Candidate(
        id="1", text='item_color:  { standardized_values:[ "red" ], value:"dark red" }', source="attribute", label=0
    )
    assert colour.unit == Unit("item color: red, dark red", "attribute")


def test_the_order_of_the_file_does_not_tell_texts_of_one_score_apart(tmp_path: Path) -> None:
    questions = read_questions(written(tmp_path))
    turned = [each.model_copy(update={"candidates": each.candidates[::-1]}) for each in questions]
    assert ranked(questions, lambda each: [0.0, 0.0]) == ranked(turned, lambda each: [0.0, 0.0])
    assert ranked(questions, bm25(questions))["p@1"].mean == 1


def test_a_line_that_is_no_question_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"qid": 1}\n')
    with pytest.raises(DatasetError, match="line 1"):
        read_questions(tmp_path / "bad.jsonl")


def test_what_is_learnt_is_served_and_its_figures_stand_by_arm(tmp_path: Path) -> None:
    passages, policy = written(tmp_path), shop(tmp_path)
    supports, figures = trained(passages, [policy], embedder="hash", languages=("en",), say=lambda _: None)
    assert set(figures.arms) == {"product hash", "page hash", "product words", "page words"}
    results = measured(passages, [policy], embedder="hash", supports=supports)
    production = results.arms["production"]
    assert production["p@1"].mean == 1 and production["abstention_f1"].mean > 0.8
    assert production["key_p@1"].mean > 0.8 and production["key_abstention_recall"].mean > 0.8
    assert set(results.arms) == {"bm25", "dense", "production"}


def test_a_key_must_be_in_the_pages(tmp_path: Path) -> None:
    _, pages = shop(tmp_path)
    (tmp_path / "lies.jsonl").write_text('{"id": "1", "question": "when?", "says": ["never"]}\n')
    with pytest.raises(DatasetError, match="1: no passage"):
        measured(None, [(tmp_path / "lies.jsonl", pages)], embedder="hash")


def test_the_demo_shops_key_is_half_chinese_and_a_quarter_cannot_be_answered() -> None:
    key, pages = ROOT / "eval" / "service" / "demo_policy.jsonl", ROOT / "web" / "demo" / "help"
    rows = [json.loads(line) for line in key.read_text("utf-8").splitlines()]
    assert len(rows) >= 60
    assert sum(not row["says"] for row in rows) * 4 == len(rows)
    assert sum(not row["question"].isascii() for row in rows) * 2 == len(rows)
    assert measured(None, [(key, pages)], embedder="hash").arms["production"]["demo_policy_p@1"].n == 48


@pytest.mark.skipif(not PQA.exists(), reason="the shared data set amazon_pqa is not beside this checkout")
def test_plain_bm25_has_the_figures_that_are_quoted_of_it() -> None:
    questions = read_questions(PQA)
    found = ranked(questions, bm25(questions))
    assert found["p@1"].mean == pytest.approx(0.637, abs=0.02)
    assert found["map"].mean == pytest.approx(0.717, abs=0.02)
    assert isinstance(questions[0], Question) and found["p@1"].n == 337
