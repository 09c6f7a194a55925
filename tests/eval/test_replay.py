"""Logged sessions through the production ranking, one step ahead."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.__main__ import app
from eval.rankings import DEPTH, Shown
from eval.replay import read_task
from eval.replayarms import Learner, ReplayArms
from retrieval.product import Product
from tests.eval.builders import searching
from tests.eval.sessions import START, file, told

SHOP = [Product(id=f"p{number}", title=f"thing {number}") for number in range(40)]
SPLIT = datetime(2026, 3, 1, 14, tzinfo=UTC)
# Whoever turns to p0 goes on to p1 before the split, and to p2 after it.
LOG = [
    *(told(number + minute, f"old{number}", f"p{minute}") for number in range(6) for minute in (0, 1)),
    told(119, "over", "p0"),
    *(told(120 + 40 * n + minute, f"new{n}", f"p{2 * minute}") for n in range(6) for minute in (0, 1)),
    told(121, "over", "p3"),
]


async def replayed(folder: Path, rows: Sequence[object], *, ablate: bool = False) -> dict[str, list[Shown]]:
    task = read_task(file(rows, folder / "events.jsonl"), train_until=SPLIT)
    async with searching(folder, SHOP) as searcher:
        products = {product.id: product for product in SHOP}
        arms = ReplayArms(searcher, products, task.learnt, task.scored, say=lambda _: None)
        return await arms.all(online=True, ranker=None, ablate=ablate)


async def test_online_learns_each_session_once_it_is_over_and_static_nothing_that_it_is_scored_on(
    tmp_path: Path,
) -> None:
    arms = await replayed(tmp_path, LOG)
    assert {len(shown) for shown in arms.values()} == {7}
    assert all(shown.ids[0] == "p1" for shown in (*arms["static"], *arms["behaviour"]))
    assert not any("p2" in shown.ids[:3] for shown in arms["behaviour"])
    first, last = arms["online"][0].ids, arms["online"][-1].ids
    assert first.index("p1") < first.index("p2") if "p2" in first else "p1" in first
    assert last.index("p2") < DEPTH / 4
    assert all(len(set(shown.ids)) == len(shown.ids) <= DEPTH for held in arms.values() for shown in held)


async def test_an_ablation_takes_one_part_of_the_score_out_and_leaves_the_rest(tmp_path: Path) -> None:
    arms = await replayed(tmp_path, LOG, ablate=True)

    def lists(arm: str) -> list[tuple[str, ...]]:
        return [shown.ids for shown in arms[arm]]

    assert lists("without_own") == lists("static")
    assert lists("without_similar") != lists("static")
    assert all(len(ids) == len(set(ids)) == DEPTH for ids in lists("without_similar"))


def test_a_visit_is_learnt_after_its_30_minutes_and_once(tmp_path: Path) -> None:
    task = read_task(file(LOG, tmp_path / "events.jsonl"), train_until=SPLIT)
    learner = Learner()
    learner.hear(task.learnt[0])
    learner.come_to(START.replace(minute=29))
    assert learner.memory.behaviour.sessions == 0
    for _ in range(2):
        learner.come_to(START.replace(minute=30))
        assert learner.memory.behaviour.sessions == 1


def test_an_event_of_both_logs_is_learnt_and_not_scored(tmp_path: Path) -> None:
    events = file(LOG[:4], tmp_path / "events.jsonl")
    later = file([*LOG[:4], told(200, "x", "p1"), told(201, "x", "p2")], tmp_path / "later.jsonl")
    task = read_task(events, test_events=later)
    assert len(task.scored) == 4 + 2 + 1 and len(task.learnt) == 4


ROWS = [{"id": "r1-U1", "history": ["p0"], "target": "p1"}]


@pytest.mark.parametrize(
    ("rows", "options", "named"),
    [
        (None, ["--train-until", "2026-03-01T14:00:00Z"], "events.jsonl cannot be read"),
        (ROWS, ["--train-until", "2026-03-01T14:00:00Z"], "--next-item"),
        (LOG, ["--train-until", "2036-03-01"], "nothing to score"),
        (LOG, ["--train-until", "2026-03-01T14:00:00Z", "--baskets"], "user_id"),
        (LOG, ["--next-item", "events.jsonl"], "line 1"),
        (LOG, ["--train-until", "yesterday"], "write it as 2019-10-01T02:25:00Z"),
        (LOG, [], "--train-until"),
        (LOG, ["--next-item", "x", "--test-events", "y"], "--train-until"),
    ],
)
def test_from_the_shell_what_cannot_be_scored_is_named_with_a_fix(
    rows: list[object] | None, options: list[str], named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if rows is not None:
        file(rows, tmp_path / "events.jsonl")
    done = CliRunner().invoke(app, ["replay", "--catalog", "c.jsonl", "--events", "events.jsonl", *options])
    assert done.exit_code in (1, 2)
    assert named in " ".join(done.stderr.replace("│", " ").split())
