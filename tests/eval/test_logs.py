"""Logged sessions as steps to foretell."""

import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.eventlog import Line, read_lines
from agent.events import Search
from agent.journal import EventReported, Logged
from agent.session import GAP
from eval.errors import DatasetError
from eval.logs import (
    Moment,
    NextItem,
    Step,
    is_next_items,
    logged,
    longest,
    moments,
    read_events,
    read_next_items,
    row_steps,
)
from tests.eval.sessions import START, file, told


def steps(rows: list[dict[str, Any]], folder: Path, *, learnt: int = 0, baskets: bool = False) -> list[Step]:
    lines, _ = read_events(file(rows, folder / "events.jsonl"))
    return only(moments(logged(lines), gap=GAP, learnt=learnt, baskets=baskets))


def only(found: Any) -> list[Step]:
    return [moment for moment in found if isinstance(moment, Step)]


def ids(step: Step) -> list[str]:
    events = [each.event for each in step.events]
    return [item.item_id for event in events if not isinstance(event, Search) for item in event.items]


def test_each_event_of_a_visit_but_the_first_is_to_be_foretold_from_those_before_it(tmp_path: Path) -> None:
    found = steps([told(0, "s", "A"), told(1, "t", "X"), told(2, "s", "B"), told(3, "s", "C", "D")], tmp_path)
    assert [(ids(step), step.targets) for step in found] == [(["A"], {"B"}), (["A", "B"], {"C", "D"})]
    assert found[0].now == START + timedelta(minutes=2)


def test_a_pause_of_30_minutes_begins_a_visit_that_knows_nothing_of_the_one_before(tmp_path: Path) -> None:
    found = steps([told(0, "s", "A"), told(30, "s", "B"), told(59, "s", "C")], tmp_path)
    assert [(ids(step), step.targets) for step in found] == [(["B"], {"C"})]


def test_what_is_taken_out_of_the_cart_and_what_is_searched_for_is_known_but_not_foretold(tmp_path: Path) -> None:
    search = told(2, "s", name="search", search_term="mugs", items=None)
    rows = [told(0, "s", "A"), told(1, "s", "A", name="remove_from_cart"), search, told(3, "s", "B")]
    (step,) = steps(rows, tmp_path)
    assert [each.event.type for each in step.events] == ["view_item", "remove_from_cart", "search"]


def test_a_session_that_straddles_the_split_is_known_from_its_beginning(tmp_path: Path) -> None:
    (step,) = steps([told(0, "s", "A"), told(1, "s", "B"), told(2, "s", "C")], tmp_path, learnt=2)
    assert (ids(step), step.targets) == (["A", "B"], {"C"})


def test_what_was_bought_in_this_visit_is_no_history_of_it(tmp_path: Path) -> None:
    rows = [
        told(0, "s", "A", name="purchase", user_id="u"),
        told(100, "s2", "B", name="purchase", user_id="u"),
        told(101, "s2", "C", user_id="u"),
    ]
    (step,) = steps(rows, tmp_path)
    assert [touch.product_id for touch in step.history] == ["A"]
    assert ids(step) == ["B"]


def test_a_basket_is_foretold_as_a_whole_from_the_ones_before_it_where_the_shopper_is_known(tmp_path: Path) -> None:
    rows = [
        told(0, "s1", "A", "B", name="purchase", user_id="u"),
        told(1, "x1", "A", name="purchase"),
        told(2, "x1", "A", name="purchase"),
        told(3, "s2", "D", user_id="u"),
        told(4, "s2", "C", "D", name="purchase", user_id="u"),
    ]
    (step,) = steps(rows, tmp_path, baskets=True)
    assert ([touch.product_id for touch in step.history], step.targets) == (["A", "B"], {"C", "D"})
    assert (step.events, step.shopper) == ((), "u")


def test_one_event_told_twice_happened_once_and_a_bad_line_sinks_no_log(tmp_path: Path) -> None:
    twice = told(0, "s", "A")
    rows = [twice, "rubbish", {**twice, "time": "2026-03-01T12:00:30Z"}, told(1, "s", "B", time="2026-03-01T12:00:00")]
    held, unread = read_events(file(rows, tmp_path / "events.jsonl"))
    assert ([line.number for line in held], unread) == ([1], 2)


@pytest.mark.parametrize(("rows", "named"), [([], "no readable event"), (["{}"], "Line 1: session_id")])
def test_a_log_without_a_readable_event_names_its_first_fault(rows: list[object], named: str, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=named):
        read_events(file(rows, tmp_path / "events.jsonl"))


# Rows of next items

ROWS = [
    {"id": "r1-U1", "history": ["A"], "target": "B"},
    {"id": "r2-U2", "history": ["X", "Y"], "target": "Z"},
    {"id": "r3-U1", "history": ["A", "B"], "target": "C"},
]


def test_of_a_shoppers_nested_rows_the_longest_is_learnt_with_its_target(tmp_path: Path) -> None:
    path = file(ROWS, tmp_path / "rows.jsonl")
    assert is_next_items(path)
    held = list(longest(read_next_items(path)))
    assert [each.n for each in held] == [1, 2, 3, 4, 5, 6]
    bought: dict[str, list[str]] = {}
    for each in held:
        assert isinstance(each.record, EventReported) and each.record.event.type == "purchase"
        bought.setdefault(each.session_id, []).append(each.record.event.items[0].item_id)
    assert bought == {"r3-U1": ["A", "B", "C"], "r2-U2": ["X", "Y", "Z"]}


def test_a_row_is_a_step_that_does_not_know_its_target() -> None:
    first, _ = row_steps([NextItem(id="r1-U1", history=("A", "B"), target="C"), NextItem.model_validate(ROWS[1])])
    assert (ids(first), first.targets, first.shopper) == (["A", "B"], {"C"}, "U1")
    assert first.events[-1].event.time < first.now


@pytest.mark.parametrize(
    "row", ["no JSON", '{"id": "r1-U1", "history": ["A"]}', '{"id":"1","history":[""],"target":"B"}']
)
def test_a_row_that_cannot_be_used_is_named_with_a_fix(row: str, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="line 2") as caught:
        read_next_items(file([ROWS[0], row], tmp_path / "rows.jsonl"))
    assert "history" in caught.value.fix


# Whatever the log holds

events = st.lists(
    st.tuples(
        st.sampled_from("st"), st.integers(0, 45), st.sampled_from("ABC"), st.sampled_from(("view_item", "purchase"))
    ),
    max_size=20,
)


@settings(deadline=None, max_examples=60)
@given(events, st.integers(0, 20), st.booleans())
def test_no_step_knows_its_own_future_and_only_what_is_not_learnt_is_scored(
    told_events: list[tuple[str, int, str, str]], learnt: int, baskets: bool
) -> None:
    minute, rows = 0, list[Line]()
    for session_id, pause, product, name in told_events:
        minute += pause
        row = told(minute, session_id, product, name=name, user_id=session_id, event_id=f"e{len(rows)}")
        rows += [line for line in read_lines([json.dumps(row)]) if isinstance(line, Line)]
    held = list(logged(rows))
    found: list[Moment] = list(moments(held, gap=GAP, learnt=learnt, baskets=baskets))
    assert [moment for moment in found if isinstance(moment, Logged)] == held
    heard: list[EventReported] = []
    for moment, after in pairwise([*found, None]):
        if isinstance(moment, Logged):
            assert isinstance(moment.record, EventReported)
            heard.append(moment.record)
            continue
        assert isinstance(after, Logged) and after.n > learnt and after.time == moment.now
        assert {each.event.event_id for each in moment.events} <= {each.event.event_id for each in heard}
        times = [each.event.time for each in moment.events]
        assert all(later - earlier < GAP for earlier, later in pairwise([*times, moment.now]))
        assert all(touch.time < min([*times, moment.now]) or baskets for touch in moment.history)
