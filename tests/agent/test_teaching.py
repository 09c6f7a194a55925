"""The visits of a journal, each told to the retriever once."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent import teaching
from agent.events import Feedback
from agent.journal import EventReported, FeedbackGiven, Journal
from agent.memoryjournal import MemoryJournal
from agent.session import GAP
from agent.sqljournal import SqlJournal
from agent.teaching import PAGE, TOLD_AT_ONCE, Shoppers, teach
from agent.visits import Visit
from retrieval.behaviour.memory import Memory
from retrieval.behaviour.touches import FinishedSession, Mark
from retrieval.edge import EdgeIndex
from retrieval.embed import HashEmbedder
from retrieval.lexical import Analyzer
from retrieval.query import WorkerDown
from retrieval.search import Searcher
from retrieval.words import read_words
from tests.agent.builders import NOW, event


class Pupil(Searcher):
    """A retriever that can be started anew, from what its file holds, and be away for a while."""

    def __init__(self, folder: Path) -> None:
        index = EdgeIndex.create(folder / "shard", dimensions=64)
        super().__init__(embedder=HashEmbedder(), index=index, analyzer=Analyzer(read_words()), mean_terms=6)
        self.file = folder / "behaviour.npz"
        self.away = False
        self.deaf = 0
        """So many answers are lost on their way."""
        self.told: list[FinishedSession] = []
        self.largest = 0
        self.begin_anew()

    def begin_anew(self) -> None:
        self.memory = Memory(self.file)

    async def learn(self, sessions: tuple[FinishedSession, ...], after: Mark, mark: Mark) -> Mark:
        await asyncio.sleep(0)
        if self.away:
            raise WorkerDown("away")
        before = self.memory.behaviour.mark
        held = self.memory.learn(sessions, after, mark)
        if before == after:
            self.told += sessions
            self.largest = max(self.largest, len(sessions))
        if sessions and self.deaf:
            self.deaf -= 1
            raise WorkerDown("the answer was lost")
        return held

    @property
    def known(self) -> int:
        return self.memory.behaviour.sessions


@pytest.fixture
async def pupil(tmp_path: Path):
    held = Pupil(tmp_path)
    yield held
    await held.close()


class Clock:
    """Time as the test says."""

    def __init__(self) -> None:
        self.later = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.later


async def report(journal: Journal, session_id: str, *products: str, name: str = "view_item", user: str | None = None):
    made = [
        EventReported(event=event(f"{session_id}-{at}", name, product, minute=at), by="shop", user_id=user)
        for at, product in enumerate(products)
    ]
    await journal.report([(session_id, each) for each in made])


async def rate(journal: MemoryJournal, session_id: str, product_id: str, value: str) -> None:
    said = {"product_id": product_id, "card_set": "c1", "value": value, "time": NOW}
    await journal.append(session_id, [FeedbackGiven(feedback=Feedback.model_validate(said))])


async def taught(journal: Journal, pupil: Pupil, clock: Clock, until: Callable[[], bool]) -> None:
    """A teacher at work until this is so; then it is stopped, as a process is."""
    task = asyncio.create_task(teach(journal, pupil, every=0.001, now=clock))
    async with asyncio.timeout(30):
        while not until():
            await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_visit_is_told_once_it_is_over_and_no_sooner(pupil: Pupil) -> None:
    journal, clock = MemoryJournal(), Clock()
    await report(journal, "s", "A", "B")
    clock.later = GAP - timedelta(seconds=60)
    looked = asyncio.create_task(teach(journal, pupil, every=0.001, now=clock))
    await asyncio.sleep(0.05)
    assert pupil.known == 0
    clock.later = GAP + timedelta(seconds=60)
    async with asyncio.timeout(30):
        while pupil.known == 0:
            await asyncio.sleep(0.001)
    await asyncio.sleep(0.05)
    looked.cancel()
    assert [[touch.product_id for touch in session.touches] for session in pupil.told] == [["A", "B"]]
    assert pupil.memory.behaviour.mark == Mark(since=2, last=2, journal=await journal.identity())


async def test_another_teacher_goes_on_where_the_last_one_stopped(pupil: Pupil) -> None:
    journal, clock = MemoryJournal(), Clock()
    clock.later = GAP
    await report(journal, "s", "A", "B")
    await taught(journal, pupil, clock, lambda: pupil.known == 1)
    await report(journal, "t", "C")
    await taught(journal, pupil, clock, lambda: pupil.known == 2)
    assert [session.session_id for session in pupil.told] == ["s", "t"]


async def test_a_retriever_that_was_started_anew_is_told_again_what_it_forgot_and_nothing_twice(pupil: Pupil) -> None:
    journal, clock = MemoryJournal(), Clock()
    clock.later = GAP
    await report(journal, "s", "A", "B")
    task = asyncio.create_task(teach(journal, pupil, every=0.001, now=clock))

    async def until(known: int) -> None:
        async with asyncio.timeout(30):
            while pupil.known != known or pupil.memory.behaviour.mark.since != len(await journal.log()):
                await asyncio.sleep(0.001)

    await until(1)
    pupil.memory.save()
    await report(journal, "t", "C")
    await until(2)
    pupil.begin_anew()
    assert pupil.known == 1
    # Nothing new happens in the shop, and yet it is told.
    await until(2)
    task.cancel()
    assert [session.session_id for session in pupil.told] == ["s", "t", "t"]


async def test_an_answer_that_was_lost_and_a_retriever_that_is_away_double_and_lose_nothing(pupil: Pupil) -> None:
    journal, clock = MemoryJournal(), Clock()
    clock.later = GAP
    pupil.away, pupil.deaf = True, 1
    await report(journal, "s", "A", "B")
    task = asyncio.create_task(teach(journal, pupil, every=0.001, now=clock))
    await asyncio.sleep(0.02)
    pupil.away, journal.down = False, True
    await asyncio.sleep(0.02)
    journal.down = False
    async with asyncio.timeout(30):
        while pupil.deaf or pupil.memory.behaviour.mark.since != 2:
            await asyncio.sleep(0.001)
    task.cancel()
    assert [session.session_id for session in pupil.told] == ["s"]


async def test_a_long_log_is_told_in_parts_that_no_search_waits_long_for(pupil: Pupil) -> None:
    journal, clock = MemoryJournal(), Clock()
    clock.later = GAP
    for number in range(2 * TOLD_AT_ONCE + 5):
        await report(journal, f"s{number}", "A")
    await taught(journal, pupil, clock, lambda: pupil.known == 2 * TOLD_AT_ONCE + 5)
    assert pupil.largest == TOLD_AT_ONCE < PAGE
    assert len({session.session_id for session in pupil.told}) == len(pupil.told)


async def test_what_a_shopper_bought_before_is_told_with_the_next_visit_even_where_that_one_was_learnt_already(
    pupil: Pupil,
) -> None:
    journal, clock = MemoryJournal(), Clock()
    clock.later = GAP
    await report(journal, "s", "A", name="purchase", user="u")
    await taught(journal, pupil, clock, lambda: pupil.known == 1)
    # As if another visit had been under way since before, so that the log is read again.
    pupil.memory.behaviour.mark = Mark(since=0, last=1, journal=await journal.identity())
    await report(journal, "t", "B", name="purchase", user="u")
    await taught(journal, pupil, clock, lambda: pupil.known == 2)
    assert [touch.product_id for touch in pupil.told[-1].earlier] == ["A"]


async def test_a_new_journal_in_place_of_a_lost_one_is_learnt_from_its_first_record(
    pupil: Pupil, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url, clock = f"sqlite:///{tmp_path / 'journal.db'}", Clock()
    clock.later = GAP
    journal = await SqlJournal.open(url)
    await report(journal, "s", "A", "B", "C")
    await report(journal, "t", "D")
    await taught(journal, pupil, clock, lambda: pupil.known == 2)
    await journal.close()
    pupil.memory.save()
    for file in tmp_path.glob("journal.db*"):
        file.unlink()

    journal = await SqlJournal.open(url)
    await report(journal, "u", "E")
    pupil.begin_anew()
    assert pupil.known == 2
    await taught(journal, pupil, clock, lambda: pupil.known == 3)
    assert [session.session_id for session in pupil.told] == ["s", "t", "u"]
    assert caplog.text.count("not the one that behaviour was learnt from") == 1
    # From here on it is this journal that is gone on with.
    await report(journal, "v", "F")
    await taught(journal, pupil, clock, lambda: pupil.known == 4)
    assert [session.session_id for session in pupil.told] == ["s", "t", "u", "v"]
    await journal.close()


async def test_what_was_learnt_before_journals_had_an_identity_is_not_learnt_again(pupil: Pupil) -> None:
    journal, clock = MemoryJournal(), Clock()
    clock.later = GAP
    await report(journal, "s", "A")
    pupil.memory.behaviour.mark = Mark(since=1, last=1)
    await report(journal, "t", "B")
    await taught(journal, pupil, clock, lambda: pupil.known == 1)
    assert [session.session_id for session in pupil.told] == ["t"]


async def test_thumbs_change_the_counts_once_a_session_and_not_again_after_a_restart(pupil: Pupil) -> None:
    journal, clock = MemoryJournal(), Clock()
    clock.later = GAP

    def popular() -> list[str]:
        ranked = pupil.memory.behaviour.ranking((), (), NOW, 9)
        return [f"{each.product_id} {pupil.memory.behaviour.popularity(each.product_id, NOW):.3f}" for each in ranked]

    await report(journal, "s", "A")
    await rate(journal, "s", "B", "down")
    await rate(journal, "s", "B", "up")
    await rate(journal, "s", "B", "up")
    await taught(journal, pupil, clock, lambda: pupil.known == 1)
    assert popular() == ["A 1.000", "B 1.000"]
    pupil.memory.save()
    await report(journal, "t", "B")
    await rate(journal, "t", "A", "down")
    await taught(journal, pupil, clock, lambda: pupil.known == 2)
    expected = popular()
    assert expected == ["B 1.000", "A 0.369"]
    pupil.begin_anew()
    await taught(journal, pupil, clock, lambda: pupil.known == 2)
    assert popular() == expected


# What known shoppers bought


def visit(session_id: str, *products: str, name: str = "purchase", user: str | None = "u") -> Visit:
    touches = tuple((product, name, NOW) for product in products)
    return Visit.model_validate({"session_id": session_id, "user_id": user, "touches": touches, "last": 1})


def test_a_session_knows_what_its_shopper_bought_before_it_and_not_what_is_bought_in_it() -> None:
    shoppers = Shoppers()
    first, second = shoppers.session_of(visit("s", "A")), shoppers.session_of(visit("t", "B"))
    assert first and first.earlier == ()
    assert second and [touch.product_id for touch in second.earlier] == ["A"]
    stranger = shoppers.session_of(visit("x", "C", user=None))
    assert stranger and stranger.earlier == ()


def test_a_visit_in_which_things_were_only_put_back_is_no_session() -> None:
    assert Shoppers().session_of(visit("s", "A", name="remove_from_cart")) is None


def test_of_a_shoppers_purchases_the_last_ones_are_kept() -> None:
    shoppers = Shoppers()
    for number in range(teaching.KEPT_PURCHASES + 5):
        shoppers.session_of(visit(f"s{number}", f"P{number}"))
    held = shoppers.session_of(visit("last", "Q"))
    assert held and held.earlier[0].product_id == "P5"
    assert len(held.earlier) == teaching.KEPT_PURCHASES
