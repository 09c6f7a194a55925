"""A ranker is learnt from what production would have had before it, at each moment, and from what was shown."""

from datetime import timedelta
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from agent.eventlog import Line, line_of
from agent.events import Feedback, ProductsShown
from agent.journal import EventReported, FeedbackGiven, Logged, TurnSaid
from agent.sqljournal import SqlJournal
from eval.__main__ import app
from eval.logs import NextItem, logged
from eval.training import judged_shelves, judged_steps, stretches_of_log, stretches_of_rows
from eval.trainranker import from_journal
from retrieval.features import NAMES
from retrieval.lambdamart import LambdaRanker
from retrieval.query import Contribution
from tests.agent.builders import NOW, card, card_set, event, product
from tests.eval.builders import invented, searching, written

NEXT = NAMES.index("next")


def log(sessions: int, *, length: int = 4) -> list[Line]:
    """Shoppers go from a product to the next one, round and round."""
    numbers = count()
    return [
        Line(
            number=(number := next(numbers)),
            session_id=f"s{session}",
            record=EventReported(
                event=event(f"e{number}", "view_item", f"p-{(session + step) % 12}", minute=40 * session + step),
                by="shop",
            ),
        )
        for session in range(sessions)
        for step in range(length)
    ]


def as_file(held: list[Line], to: Path) -> Path:
    to.write_text("".join(line_of(line.session_id, line.record) + "\n" for line in held))
    return to


def test_nothing_that_may_be_known_lies_at_or_after_a_step_of_its_stretch() -> None:
    stretches = stretches_of_log(list(logged(log(30))))
    assert len(stretches) == 4
    for stretch in stretches:
        first = min(step.now for step in stretch.steps)
        assert stretch.before
        assert all(each.record.event.time < first for each in stretch.before)  # type: ignore[union-attr]
    times = [step.now for stretch in stretches for step in stretch.steps]
    assert len(set(times)) == len(times), "no step is told twice"


def test_no_shopper_is_foretold_by_a_model_that_knows_them() -> None:
    rows = [NextItem(id=f"r{n}-U{n % 20}", history=("A",) * (n // 20 + 1), target="B") for n in range(40)]
    stretches = stretches_of_rows(rows)
    told = [step.shopper for stretch in stretches for step in stretch.steps]
    assert sorted(told) == sorted(f"U{n}" for n in range(20))
    for stretch in stretches:
        known = {each.session_id.rpartition("-")[2] for each in stretch.before}
        assert known and not known & {step.shopper for step in stretch.steps}


async def test_what_came_next_is_the_one_candidate_with_a_grade(tmp_path: Path) -> None:
    products = {each.id: each for each in invented(40)}
    async with searching(tmp_path, list(products.values())) as searcher:
        stretches = stretches_of_log(list(logged(log(40))))
        judged = await judged_steps(searcher, products, stretches, limit=10, say=lambda _: None)
    assert len(judged) == 40
    for each in judged:
        assert each.grades.sum() <= 1
        assert each.rows.shape == (len(each.grades), len(NAMES))
    known = [each for each in judged if each.grades.sum()]
    assert len(known) > 20, "all but what is sold out"
    assert np.mean([each.rows[each.grades == 1, NEXT].mean() for each in known]) > np.mean(
        [each.rows[each.grades == 0, NEXT].mean() for each in known]
    )


def shown(name: str, *held: dict[str, float], ids: str = "ABC", prefer: bool = False) -> TurnSaid:
    parts = (Contribution(name="prefer", value=4),) if prefer else ()
    cards = [
        card(handle, product(id), *parts).model_copy(update={"features": features})
        for handle, (id, features) in enumerate(zip(ids, held, strict=False), start=1)
    ]
    return TurnSaid(event=ProductsShown(card_set=card_set(name, "t1", *cards)))


def records(*told: object) -> list[Logged]:
    return [
        Logged.model_validate({"n": n, "session_id": "s", "time": NOW + timedelta(minutes=n), "record": record})
        for n, record in enumerate(told, start=1)
    ]


def done(name: str, *ids: str, minute: float) -> EventReported:
    return EventReported(event=event(f"{name}{minute}", name, *ids, minute=minute), by="shop")


def thumb(value: str, id: str, card_set: str, minute: float) -> FeedbackGiven:
    told = {"product_id": id, "card_set": card_set, "value": value, "time": NOW + timedelta(minutes=minute)}
    return FeedbackGiven(feedback=Feedback.model_validate(told))


BROWSED = ({"next": 0.5}, {"next": 0.2}, {"popular": 0.1})


def test_a_card_is_graded_by_the_best_that_came_of_it() -> None:
    held, left_out = judged_shelves(
        records(
            shown("c1", *BROWSED),
            done("view_item", "A", minute=2),
            done("purchase", "A", minute=3),
            thumb("down", "B", "c1", 4),
            done("view_item", "B", minute=5),
        )
    )
    (shelf,) = held
    assert left_out == 0
    assert shelf.judged.grades.tolist() == [4, 0, 1]
    assert shelf.judged.rows[:, NEXT].tolist() == [0.5, 0.2, 0]


def test_sets_that_words_or_an_order_brought_and_sets_without_features_are_left_out() -> None:
    worded, ordered = shown("c1", {"text": 1.0}, {"next": 0.1}), shown("c2", *BROWSED, prefer=True)
    held, left_out = judged_shelves(records(worded, ordered, shown("c3", {}, {}), shown("c4", *BROWSED)))
    assert (len(held), left_out) == (1, 3)


async def test_a_journal_teaches_which_cards_do_better(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'journal.db'}"
    journal = await SqlJournal.open(url)
    random = np.random.default_rng(0)
    for number in range(120):
        strengths = random.random(3).tolist()
        best = "ABC"[int(np.argmax(strengths))]
        told = shown("c1", *({"repeat": 1 - each, "popular": each} for each in strengths))
        bought = thumb("up", best, "c1", 1)
        await journal.append(f"s{number}", [told, bought])
    await journal.close()
    trained = await from_journal(url, seed=0, threads=1, say=lambda _: None)
    (gain,) = trained.gains
    assert gain.figure.low > 0, "the linear ranker goes by `repeat`, which here speaks for the wrong one"


def test_a_journal_without_card_sets_is_too_little(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'journal.db'}"
    outcome = CliRunner().invoke(app, ["train-ranker", "--journal", url, "--out", str(tmp_path / "r")])
    assert outcome.exit_code == 1
    assert "too few" in outcome.stderr


@pytest.mark.parametrize(
    "options", [["--events", "e"], [], ["--events", "e", "--journal", "j"], ["--events", "e", "--catalog", "c"]]
)
def test_a_log_needs_its_catalogue_and_what_to_measure_on(options: list[str], tmp_path: Path) -> None:
    outcome = CliRunner().invoke(app, ["train-ranker", "--out", str(tmp_path / "r"), *options])
    assert outcome.exit_code == 2


def test_a_ranker_from_the_shell_is_what_replay_takes(tmp_path: Path) -> None:
    catalogue = written(invented(40), tmp_path / "catalog.jsonl")
    events = as_file(log(120), tmp_path / "events.jsonl")
    split = (NOW + timedelta(minutes=40 * 100)).isoformat()
    given = ["--catalog", str(catalogue), "--events", str(events), "--train-until", split, "--embedder", "hash"]
    ranker = tmp_path / "ranker"
    trained = CliRunner().invoke(app, ["train-ranker", *given, "--out", str(ranker)])
    assert trained.exit_code == 0, trained.output
    assert "lambdamart - static" in trained.stdout
    assert LambdaRanker.load(ranker)
    figures = tmp_path / "figures.json"
    replayed = CliRunner().invoke(app, ["replay", *given, "--ranker", str(ranker), "--json", str(figures)])
    assert replayed.exit_code == 0, replayed.output
    assert '"lambdamart"' in figures.read_text()
    refused = CliRunner().invoke(app, ["replay", *given, "--ranker", str(catalogue)])
    assert refused.exit_code == 1
    assert "no ranker" in refused.stderr
