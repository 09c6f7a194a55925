"""A journal as files and back."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.eventlog import line_of, lines_of, read_lines
from agent.events import EventItem, Feedback, ProductsShown, Purchase, Search, StepStarted
from agent.exchange import brought_in, exposure_lines, feedback_lines, shoppers_log
from agent.journal import ConsentSet, EventReported, FeedbackGiven, Record, ShopperNamed, TurnSaid
from agent.memoryjournal import MemoryJournal
from agent.shoppers import erased_shopper, shopper_lines
from agent.sqljournal import SqlJournal
from retrieval.feeds.rows import RowProblem
from tests.agent.builders import NOW, card, card_set, event, product, steady

ROOT = Path(__file__).parents[2]
GOOD = {
    "event_id": "e1",
    "session_id": "s1",
    "user_id": "u1",
    "time": "2026-03-01T12:00:00Z",
    "name": "view_item",
    "items": [{"item_id": "A", "price": 9.5}],
}


def reported(id: str, name: str, *ids: str, minute: float = 0, **more: Any) -> EventReported:
    return EventReported.model_validate({"event": event(id, name, *ids, minute=minute), "by": "shop", **more})


def shown(*ids: str) -> Record:
    cards = (card(handle, product(id)) for handle, id in enumerate(ids, start=1))
    return TurnSaid(event=ProductsShown(card_set=card_set("c1", "t1", *cards)))


async def filled() -> MemoryJournal:
    journal = MemoryJournal()
    thumb = FeedbackGiven(feedback=Feedback(product_id="B", card_set="c1", value="up", time=NOW))
    await journal.append("s1", [TurnSaid(event=StepStarted(step="rank")), shown("A", "B"), thumb])
    now = (await journal.log())[-1].time
    minute = (now - NOW).total_seconds() / 60
    await journal.append("s1", [reported("e2", "view_item", "A", minute=minute + 2, by="page")])
    await journal.report([("s1", reported("e2", "view_item", "A", minute=minute + 2, user_id="u1"))])
    await journal.report([("s2", reported("e1", "purchase", "A", "B", minute=minute + 1, user_id="u1"))])
    search = Search(event_id="e0", time=NOW, search_term="boots 靴")
    await journal.report([("s2", EventReported(event=search, by="shop"))])
    return journal


async def test_events_come_out_sorted_by_time_each_once() -> None:
    lines = [json.loads(line) for line in lines_of(await shoppers_log(await filled()))]
    told = [(line["event_id"], line["session_id"], line["user_id"], line["name"], line["by"]) for line in lines]
    assert told == [
        ("e0", "s2", None, "search", "shop"),
        ("e1", "s2", "u1", "purchase", "shop"),
        ("e2", "s1", "u1", "view_item", "shop"),
    ]
    assert lines[0]["search_term"] == "boots 靴" and "items" not in lines[0]
    assert lines[1]["items"] == [{"item_id": "A", "quantity": 1}, {"item_id": "B", "quantity": 1}]


async def test_exposures_come_out_with_what_came_of_them_and_thumbs_with_their_place() -> None:
    log = await shoppers_log(await filled())
    first, second = (json.loads(line) for line in exposure_lines(log))
    assert [(each["name"], each.get("event_id")) for each in first["outcomes"]] == [
        ("view_item", "e2"),
        ("purchase", "e1"),
    ]
    assert [each["name"] for each in second["outcomes"]] == ["thumb_up", "purchase"]
    assert (second["product_id"], second["position"], second["arm"], second["shopper"]) == ("B", 2, "production", "u1")
    (thumb,) = (json.loads(line) for line in feedback_lines(log))
    assert (thumb["product_id"], thumb["name"], thumb["position"], thumb["arm"]) == ("B", "thumb_up", 2, "production")


async def test_what_was_exported_and_imported_is_what_there_was() -> None:
    lines = lines_of(await shoppers_log(await filled()))
    journal = MemoryJournal()
    taken = await brought_in(journal, lines)
    assert (taken.accepted, taken.duplicates, taken.problems) == (3, 0, ())
    assert lines_of(await shoppers_log(journal)) == lines
    again = await brought_in(journal, [*lines, lines[0]])
    assert (again.accepted, again.duplicates, again.problems) == (0, 4, ())


ids = st.text(min_size=1, max_size=10)
prices = st.none() | st.floats(0, 1e6)
items = st.builds(EventItem, item_id=ids, quantity=st.integers(1, 9), price=prices)
events = st.builds(
    Purchase, event_id=ids, time=st.just(NOW), items=st.lists(items, min_size=1, max_size=3).map(tuple)
) | st.builds(Search, event_id=ids, time=st.just(NOW), search_term=ids)
records = st.builds(EventReported, event=events, by=st.sampled_from(["page", "shop"]), user_id=st.none() | ids)


@steady
@given(ids, records)
def test_a_line_stands_for_the_event_it_was_made_of(session_id: str, record: EventReported) -> None:
    (line,) = read_lines([line_of(session_id, record)])
    assert not isinstance(line, RowProblem)
    assert (line.session_id, line.record) == (session_id, record)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("rubbish", ""),
        ("[]", ""),
        ('"\udcff"', ""),
        ({**GOOD, "session_id": ""}, "session_id"),
        ({**GOOD, "session_id": None}, "session_id"),
        ({**GOOD, "user_id": ""}, "user_id"),
        ({**GOOD, "by": "nobody"}, "by"),
        ({**GOOD, "event_id": None}, "event_id"),
        ({**GOOD, "name": "scroll"}, "name"),
        ({**GOOD, "name": None}, "name"),
        ({**GOOD, "name": "search"}, "search_term"),
        ({**GOOD, "time": "2026-03-01T12:00:00"}, "time"),
        ({**GOOD, "items": []}, "items"),
        ({**GOOD, "items": ["A"]}, "items.0"),
        ({**GOOD, "items": [{"item_id": "A", "price": -1}]}, "items.0.price"),
    ],
)
async def test_a_bad_line_is_named_and_the_others_are_kept(line: object, field: str) -> None:
    text = line if isinstance(line, str) else json.dumps(line)
    taken = await brought_in(MemoryJournal(), ["\n", text, json.dumps({**GOOD, "new": 1})])
    assert taken.accepted == 1
    (problem,) = taken.problems
    assert (problem.line, problem.field) == (2, field) and problem.reason and problem.fix


async def test_one_id_with_two_contents_is_named_whether_in_the_file_or_in_the_journal() -> None:
    journal = MemoryJournal()
    other = json.dumps({**GOOD, "name": "purchase"})
    first = await brought_in(journal, [json.dumps(GOOD), other])
    second = await brought_in(journal, [other])
    for taken, line in ((first, 2), (second, 1)):
        assert [(each.line, each.field) for each in taken.problems] == [(line, "event_id")]
    assert (first.accepted, second.accepted) == (1, 0)


async def test_all_of_a_shopper_is_handed_out_and_erased_and_nobody_elses() -> None:
    journal = await filled()
    await journal.report([("s3", reported("e9", "view_item", "A", user_id="u2"))])
    await journal.append("s3", [reported("e8", "view_item", "A", user_id="u1", by="page")])
    lines = [json.loads(line) for line in await shopper_lines(journal, "u1")]
    assert {line["session_id"] for line in lines} == {"s1", "s2"} and len(lines) == 7
    assert await erased_shopper(journal, "u1") == 7
    assert [each.session_id for each in await journal.log()] == ["s3", "s3"]
    assert await erased_shopper(journal, "u1") == 0


async def test_a_session_that_a_token_names_is_its_shoppers_too() -> None:
    journal = await filled()
    await journal.append("s4", [ShopperNamed(user_id="u1"), reported("e7", "view_item", "A", by="page")])
    assert {json.loads(line)["session_id"] for line in await shopper_lines(journal, "u1")} == {"s1", "s2", "s4"}
    assert await erased_shopper(journal, "u1") == 9


async def test_what_was_done_without_consent_is_handed_to_its_shopper_and_to_nobody_else() -> None:
    journal = await filled()
    before = lines_of(await shoppers_log(journal))
    await journal.report([("s2", reported("e6", "view_item", "B", user_id="u1", consent=False))])
    assert lines_of(await shoppers_log(journal)) == before
    await journal.append("s1", [ConsentSet(granted=False, time=(await journal.log())[-1].time)])
    log = await shoppers_log(journal)
    assert {each.session_id for each in log} == {"s2"} and exposure_lines(log) == feedback_lines(log) == []
    assert len(await shopper_lines(journal, "u1")) == 9


def shell(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "agent", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


async def test_from_the_shell_a_log_goes_in_and_comes_out(tmp_path: Path) -> None:
    url, log, out = f"sqlite:///{tmp_path / 'j.db'}", tmp_path / "events.jsonl.gz", tmp_path / "out.jsonl"
    log.write_bytes(gzip.compress(f"{json.dumps(GOOD)}\nrubbish\n".encode()))
    done = shell("import", "--journal", url, "--events", log)
    assert done.returncode == 0, done.stderr
    assert "1 events written" in done.stderr and "one JSON object" in done.stdout
    done = shell("export", "--journal", url, "--events", out)
    assert done.returncode == 0, done.stderr
    assert (
        json.loads(out.read_text()).items()
        >= {**GOOD, "items": [{"item_id": "A", "quantity": 1, "price": 9.5}]}.items()
    )
    assert shell("shopper", "u1", "--journal", url, "--out", out).returncode == 0
    assert json.loads(out.read_text())["session_id"] == "s1"
    assert "1 records erased" in shell("erase", "u1", "--journal", url).stderr
    assert shell("import", "--journal", url, "--events", tmp_path / "missing").returncode == 1
    assert shell("export", "--journal", f"sqlite:///{tmp_path}/no/j.db", "--events", out).returncode == 1
    journal = await SqlJournal.open(url)
    assert await journal.log() == ()
    await journal.close()
