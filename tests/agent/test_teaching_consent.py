"""Visits of the journal are told to the retriever, those parts alone that may be used."""

import asyncio
from datetime import UTC, datetime, timedelta

from agent.events import Feedback
from agent.journal import ConsentSet, EventReported, FeedbackGiven, Logged
from agent.memoryjournal import MemoryJournal
from agent.teaching import teach
from retrieval.behaviour.touches import FinishedSession, Mark
from tests.agent.builders import NOW, event

PATIENCE = 20.0


class YesterdaysJournal(MemoryJournal):
    """One that was written a day ago, so that all its visits are over."""

    async def log(self, after: int = 0, limit: int = 1000) -> tuple[Logged, ...]:
        found = await super().log(after, limit)
        return tuple(each.model_copy(update={"time": datetime.now(UTC) - timedelta(days=1)}) for each in found)


class Learner:
    """As much of a retriever as is taught."""

    def __init__(self) -> None:
        self.learnt: list[FinishedSession] = []
        self.mark = Mark()
        self.told = asyncio.Event()

    async def learn(self, sessions: tuple[FinishedSession, ...], after: Mark, mark: Mark) -> Mark:
        if after == self.mark and mark != self.mark:
            self.learnt += sessions
            self.mark = mark
            self.told.set()
        return self.mark


async def learnt(journal: MemoryJournal) -> list[FinishedSession]:
    """What is told of this journal."""
    learner = Learner()
    teaching = asyncio.create_task(teach(journal, learner, every=0.001))  # pyright: ignore[reportArgumentType]
    await asyncio.wait_for(learner.told.wait(), PATIENCE)
    teaching.cancel()
    return learner.learnt


async def taught(journal: MemoryJournal) -> dict[str, list[str]]:
    """By session, the products that were learnt of it."""
    return {each.session_id: [touch.product_id for touch in each.touches] for each in await learnt(journal)}


def viewed(event_id: str, product_id: str, minute: float = 0) -> EventReported:
    return EventReported(event=event(event_id, "view_item", product_id, minute=minute), by="shop")


def rated(product_id: str, minute: float) -> FeedbackGiven:
    at = NOW + timedelta(minutes=minute)
    return FeedbackGiven(feedback=Feedback(product_id=product_id, card_set="c1", value="up", time=at))


async def test_a_visit_that_is_over_is_learnt() -> None:
    journal = YesterdaysJournal()
    await journal.report([("s1", viewed("e1", "A")), ("s1", viewed("e2", "B", minute=1))])
    assert await taught(journal) == {"s1": ["A", "B"]}


async def test_a_session_whose_consent_was_withdrawn_teaches_nobody() -> None:
    journal = YesterdaysJournal()
    await journal.report([("s1", viewed("e1", "A")), ("s2", viewed("e2", "B"))])
    await journal.append("s1", [ConsentSet(granted=False, time=NOW + timedelta(minutes=1))])
    await journal.report([("s1", viewed("e3", "C", minute=2))])
    assert await taught(journal) == {"s2": ["B"]}


async def test_where_consent_was_given_anew_only_what_came_after_teaches() -> None:
    journal = YesterdaysJournal()
    await journal.append("s1", [ConsentSet(granted=False, time=NOW)])
    await journal.report([("s1", viewed("e1", "A", minute=1))])
    await journal.append("s1", [ConsentSet(granted=True, time=NOW + timedelta(minutes=2))])
    await journal.report([("s1", viewed("e2", "B", minute=3))])
    assert await taught(journal) == {"s1": ["B"]}


async def test_thumbs_teach_only_where_consent_covers_their_time() -> None:
    journal = YesterdaysJournal()
    await journal.report([("s1", viewed("e1", "A")), ("s2", viewed("e2", "B")), ("s3", viewed("e3", "C", minute=5))])
    for session_id in ("s1", "s2", "s3"):
        await journal.append(session_id, [rated("X", 1), rated("Y", 4)])
    await journal.append("s2", [ConsentSet(granted=False, time=NOW + timedelta(minutes=2))])
    for granted, minute in ((False, 2), (True, 3)):
        await journal.append("s3", [ConsentSet(granted=granted, time=NOW + timedelta(minutes=minute))])
    thumbs = {each.session_id: [thumb.product_id for thumb in each.thumbs] for each in await learnt(journal)}
    assert thumbs == {"s1": ["X", "Y"], "s3": ["Y"]}
