"""The SQL journal: acknowledged means on disk, once, in order; and its fake behaves alike."""

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.consent import Consent
from agent.events import EventItem, Feedback, Purchase, ShopperMessage, StepStarted, ViewItem
from agent.journal import (
    ConsentSet,
    EventReported,
    FeedbackGiven,
    Journal,
    JournalDown,
    JournalError,
    MessageCreated,
    Record,
    Reporter,
    ShopperNamed,
    TurnSaid,
)
from agent.memoryjournal import MemoryJournal
from agent.sqljournal import SqlJournal

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def viewed(event_id: str, by: Reporter = "shop") -> EventReported:
    return EventReported(event=ViewItem(event_id=event_id, time=NOW, items=(EventItem(item_id="P1"),)), by=by)


def bought(event_id: str, *ids: str, minute: float = 0, **more: Any) -> EventReported:
    items = tuple(EventItem(item_id=product_id) for product_id in ids)
    event = Purchase(event_id=event_id, time=NOW + timedelta(minutes=minute), items=items)
    return EventReported.model_validate({"event": event, "by": "shop", **more})


async def history(journal: Journal, user_id: str = "u", limit: int = 9) -> list[str]:
    return [touch.product_id for touch in await journal.purchases(user_id, limit)]


def wrote(message_id: str) -> Record:
    return MessageCreated(message=ShopperMessage(id=message_id, text="boots", time=NOW))


def frame(seq: int) -> dict[str, Any]:
    return {"type": "CUSTOM", "seq": seq, "name": "shop.ack", "value": {"ids": ["é靴"]}}


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'journal.db'}"


@pytest.fixture(params=["sqlite", "postgres", "memory"])
async def journal(request: pytest.FixtureRequest, url: str):
    if request.param == "memory":
        made: Journal = MemoryJournal()
    else:
        made = await SqlJournal.open(url if request.param == "sqlite" else request.getfixturevalue("postgres"))
    yield made
    await made.close()


async def test_what_was_appended_is_read_back_in_order(journal: Journal):
    records = (wrote("m1"), TurnSaid(event=StepStarted(step="plan")), viewed("e1"))
    assert await journal.append("s", records, [frame(1), frame(2)]) == frozenset()
    assert await journal.records("s") == records
    assert await journal.frames("s", 0) == (frame(1), frame(2))
    assert await journal.frames("s", 1) == (frame(2),)
    assert await journal.last_seq("s") == 2


async def test_a_session_sees_nothing_of_another(journal: Journal):
    await journal.append("a", [wrote("m1")], [frame(1)])
    assert (await journal.records("b"), await journal.frames("b", 0), await journal.last_seq("b")) == ((), (), 0)


async def test_an_event_is_written_once_over_all_sessions(journal: Journal):
    await journal.report([("a", viewed("e1"))])
    assert await journal.append("a", [viewed("e1")]) == {"e1"}
    assert await journal.append("b", [viewed("e1"), viewed("e2")]) == {"e1"}
    assert await journal.records("b") == (viewed("e2"),)


async def test_an_event_of_a_page_is_written_once_within_its_session_and_takes_no_id_of_the_shop(journal: Journal):
    await journal.append("a", [viewed("e1", by="page")])
    assert await journal.append("a", [viewed("e1", by="page")]) == {"e1"}
    assert await journal.append("b", [viewed("e1", by="page")]) == frozenset()
    assert await journal.report([("a", viewed("e1"))]) == frozenset()
    assert await journal.reported(["e1"]) == {"e1": ("a", viewed("e1"))}


async def test_a_batch_of_events_goes_to_its_sessions_in_one_transaction(journal: Journal):
    batch = [("a", viewed("e1")), ("b", viewed("e2")), ("a", viewed("e3"))]
    assert await journal.report(batch) == frozenset()
    assert await journal.report([*batch, ("b", viewed("e4"))]) == {"e1", "e2", "e3"}
    assert await journal.records("a") == (viewed("e1"), viewed("e3"))
    assert await journal.records("b") == (viewed("e2"), viewed("e4"))


async def test_what_is_erased_is_gone_and_its_ids_are_free_again(journal: Journal):
    await journal.append("a", [wrote("m1"), viewed("p1", by="page")], [frame(1)])
    await journal.report([("a", viewed("e1")), ("b", viewed("e2"))])
    assert await journal.erase(["a", "unknown"]) == 3
    assert (await journal.records("a"), await journal.frames("a", 0)) == ((), ())
    assert [each.record for each in await journal.log()] == [viewed("e2")]
    assert await journal.report([("c", viewed("e1")), ("c", viewed("e2"))]) == {"e2"}
    assert await journal.erase([]) == 0


async def test_a_shopper_has_the_sessions_that_the_shop_tied_to_them(journal: Journal):
    await journal.report([("a", bought("e1", "P1", user_id="u")), ("b", bought("e2", "P1", user_id="v"))])
    await journal.append("c", [ShopperNamed(user_id="u"), ShopperNamed(user_id="v")])
    await journal.append("d", [bought("e3", "P1", user_id="u", by="page")])
    assert await journal.report([("e", bought("e1", "P1", user_id="u"))]) == {"e1"}
    assert await journal.sessions_of("u") == {"a", "c"}
    assert await journal.sessions_of("v") == {"b", "c"}
    await journal.erase(["c"])
    assert (await journal.sessions_of("u"), await journal.sessions_of("x")) == ({"a"}, frozenset())


async def test_what_a_shopper_bought_is_told_over_all_sessions_the_last_of_it_oldest_first(journal: Journal):
    await journal.append("a", [ShopperNamed(user_id="u"), wrote("m1")])
    await journal.report([("a", bought("e1", "P3", minute=3)), ("b", bought("e2", "P1", "P2", minute=1, user_id="u"))])
    await journal.report([("b", viewed("e3")), ("c", bought("e4", "P4", user_id="v"))])
    await journal.append("a", [bought("e6", "P6", minute=6, by="page")])
    assert await history(journal) == ["P1", "P2", "P3"]
    assert await history(journal, limit=2) == ["P2", "P3"]
    assert (await history(journal, "x"), await history(journal, "v")) == ([], ["P4"])
    await journal.erase(["b"])
    assert await history(journal) == ["P3"]


async def test_of_a_session_of_two_shoppers_each_has_only_what_names_them(journal: Journal):
    await journal.report([("a", bought("e1", "P1", user_id="u")), ("a", bought("e2", "P2"))])
    assert await history(journal) == ["P1", "P2"]
    await journal.report([("a", bought("e3", "P3", user_id="v"))])
    assert (await history(journal), await history(journal, "v")) == (["P1"], ["P3"])


async def test_what_a_shopper_bought_without_consent_is_not_told(journal: Journal):
    await journal.report([("a", bought("e1", "P1", user_id="u")), ("b", bought("e2", "P2", user_id="u"))])
    await journal.report([("b", bought("e3", "P3", user_id="u", consent=False))])
    assert await history(journal) == ["P1", "P2"]
    await journal.append("a", [ConsentSet(granted=False, time=NOW)])
    assert await history(journal) == ["P2"]
    later = NOW + timedelta(minutes=5)
    await journal.append(
        "a", [ConsentSet(granted=True, time=later), ConsentSet(granted=True, time=later + timedelta(1))]
    )
    await journal.report([("a", bought("e4", "P4", minute=6, user_id="u"))])
    assert await history(journal) == ["P2", "P4"]
    assert await journal.consents(["a", "b"]) == {"a": Consent(since=later)}


async def test_nothing_that_was_erased_is_left_in_a_file(url: str, tmp_path: Path):
    journal = await SqlJournal.open(url)
    secret = MessageCreated(message=ShopperMessage(id="m1", text="zanzibar", time=NOW))
    await journal.append("a", [secret], [{**frame(1), "text": "zanzibar"}])
    await journal.append("b", [wrote("m1")])

    def holding():
        return [path.name for path in tmp_path.iterdir() if b"zanzibar" in path.read_bytes()]

    assert holding()
    await journal.erase(["a"])
    assert holding() == []
    assert await journal.records("b") == (wrote("m1"),)
    await journal.close()


async def test_what_was_reported_is_found_by_its_id(journal: Journal):
    await journal.report([("a", viewed("e1")), ("b", viewed("e2"))])
    assert await journal.reported(["e2", "unknown"]) == {"e2": ("b", viewed("e2"))}


async def test_the_log_is_read_on_from_any_number_over_all_sessions(journal: Journal):
    await journal.append("a", [wrote("m1"), viewed("e1")])
    await journal.append("b", [viewed("e2")])
    first = await journal.log(limit=2)
    rest = await journal.log(after=first[-1].n)
    told = [(each.session_id, each.record.key) for each in (*first, *rest)]
    assert told == [("a", "m1"), ("a", "e1"), ("b", "e2")]
    assert all(each.time.tzinfo for each in rest) and await journal.log(after=rest[-1].n) == ()


async def test_a_message_is_written_once_within_its_session(journal: Journal):
    await journal.append("a", [wrote("m1")])
    assert await journal.append("a", [wrote("m1")]) == {"m1"}
    assert await journal.append("b", [wrote("m1")]) == frozenset()


async def test_an_event_and_a_message_may_share_an_id(journal: Journal):
    assert await journal.append("a", [wrote("x"), viewed("x")]) == frozenset()


async def test_feedback_is_never_a_duplicate(journal: Journal):
    thumb = FeedbackGiven(feedback=Feedback(product_id="P1", card_set="c", value="up", time=NOW))
    assert await journal.append("a", [thumb, thumb]) == frozenset()
    assert len(await journal.records("a")) == 2


async def test_an_append_that_fails_leaves_nothing_behind(journal: Journal):
    await journal.append("a", frames=[frame(1)])
    with pytest.raises(JournalError):
        await journal.append("a", [wrote("m1")], [frame(1)])
    assert await journal.records("a") == ()


async def test_a_hundred_appends_of_one_event_write_it_once(journal: Journal):
    told = await asyncio.gather(*(journal.append(f"s{n}", [viewed("e1")]) for n in range(100)))
    assert sum(not known for known in told) == 1


async def test_appends_that_wait_together_share_a_commit_and_one_bad_one_fails_alone(url: str):
    journal = await SqlJournal.open(url)
    await journal.append("s", frames=[frame(1)])
    tasks = [journal.append("s", [wrote(f"m{n}")], [frame(1 if n == 7 else n + 10)]) for n in range(50)]
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert [n for n, result in enumerate(told) if isinstance(result, JournalError)] == [7]
    assert len(await journal.records("s")) == 49
    await journal.close()


async def test_a_reopened_journal_has_everything_that_was_acknowledged(url: str):
    journal = await SqlJournal.open(url)
    await journal.append("s", [wrote("m1")], [frame(1)])
    await journal.close()
    again = await SqlJournal.open(url)
    assert await again.records("s") == (wrote("m1"),)
    assert await again.append("s", [wrote("m1")]) == {"m1"}
    await again.close()


async def test_commits_are_flushed_to_the_disk(url: str, tmp_path: Path):
    journal = await SqlJournal.open(url)
    await journal.append("s", [wrote("m1")])
    raw = sqlite3.connect(tmp_path / "journal.db")
    assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    raw.close()
    with journal._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    await journal.close()


async def test_a_full_disk_is_told_and_the_journal_goes_on_once_there_is_room(url: str):
    journal = await SqlJournal.open(url)
    await journal.append("s", [wrote("m1")])
    with journal._engine.connect() as connection:  # the pool hands the same connection to the writer
        connection.exec_driver_sql("PRAGMA max_page_count=1")
    big = {**frame(1), "text": "x" * 200_000}
    with pytest.raises(JournalDown, match="full"):
        await journal.append("s", [wrote("m2")], [big])
    assert await journal.records("s") == (wrote("m1"),)
    with journal._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    await journal.append("s", [wrote("m2")], [big])
    await journal.close()


async def test_a_store_that_cannot_be_opened_is_told(tmp_path: Path):
    with pytest.raises(JournalDown, match="opened"):
        await SqlJournal.open(f"sqlite:///{tmp_path / 'missing' / 'journal.db'}")


async def test_a_server_that_closed_its_connections_is_connected_to_anew(postgres: str):
    psycopg = pytest.importorskip("psycopg")
    journal = await SqlJournal.open(postgres)
    await journal.append("s", [wrote("m1")])
    with psycopg.connect(postgres, autocommit=True) as connection:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        assert connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}").fetchall()
    await journal.append("s", [wrote("m2")])
    assert await journal.records("s") == (wrote("m1"), wrote("m2"))
    await journal.close()


async def test_a_closed_journal_is_down(url: str):
    journal = await SqlJournal.open(url)
    await journal.close()
    with pytest.raises(JournalDown):
        await journal.append("s", [wrote("m1")])
    with pytest.raises(JournalDown):
        await journal.records("s")


async def test_a_caller_that_goes_away_does_not_stop_the_writer(url: str):
    journal = await SqlJournal.open(url)
    task = asyncio.ensure_future(journal.append("s", [wrote("m1")]))
    await asyncio.sleep(0)
    task.cancel()
    await journal.append("s", [wrote("m2")])
    assert wrote("m2") in await journal.records("s")
    await journal.close()


async def test_a_record_of_before_events_named_their_reporter_is_read_as_a_pages(url: str, tmp_path: Path):
    journal = await SqlJournal.open(url)
    await journal.close()
    old = '{"kind":"event","event":{"event_id":"e1","time":"2026-01-02T03:04:05Z","items":[{"item_id":"P1"}],'
    raw = sqlite3.connect(tmp_path / "journal.db")
    raw.execute("DROP INDEX page_events_once")
    values = ("s", "event", "e1", NOW.isoformat(), old + '"type":"view_item"}}')
    raw.execute("INSERT INTO records (session_id, kind, key, time, body) VALUES (?, ?, ?, ?, ?)", values)
    raw.commit()
    raw.close()
    journal = await SqlJournal.open(url)
    assert await journal.records("s") == (viewed("e1", by="page"),)
    assert await journal.append("s", [viewed("e2", by="page")]) == frozenset()
    assert await journal.append("s", [viewed("e2", by="page")]) == {"e2"}
    await journal.close()


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_a_journal_keeps_its_identity_and_one_of_before_there_were_any_gains_one(
    request: pytest.FixtureRequest, url: str, engine: str
):
    place = url if engine == "sqlite" else request.getfixturevalue("postgres")
    journal = await SqlJournal.open(place)
    first = await journal.identity()
    with journal._engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE journal")
    await journal.close()
    journal = await SqlJournal.open(place)
    second = await journal.identity()
    await journal.close()
    journal = await SqlJournal.open(place)
    assert await journal.identity() == second
    assert "" != first != second != ""
    await journal.close()


async def test_a_journal_of_before_shoppers_were_written_down_gains_them(url: str, tmp_path: Path):
    journal = await SqlJournal.open(url)
    await journal.report([("a", bought("e1", "P1", user_id="u")), ("b", bought("e2", "P2"))])
    await journal.close()
    raw = sqlite3.connect(tmp_path / "journal.db")
    raw.execute("DROP TABLE shoppers")
    raw.execute("DROP INDEX consents_of_session")
    raw.commit()
    raw.close()
    journal = await SqlJournal.open(url)
    assert (await journal.sessions_of("u"), await history(journal)) == ({"a"}, ["P1"])
    await journal.close()
