"""Journal: the durable log of a session, and the records it holds. A session's state is a fold of its records.

* JournalError
  + JournalDown      the store cannot be written or read (disk full, locked, gone): nothing was acknowledged

Knows nothing of sockets or turns. Records are written in the order given, all or none of one call, and are on disk when
`append` returns.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, TypeAdapter

from agent.consent import Consent
from agent.events import Feedback, HandoffChanged, Id, SessionEvent, ShopperMessage, TurnEvent
from agent.request import Request
from retrieval.behaviour.touches import Touch


class JournalError(Exception):
    """Base of all errors of the journal."""


class JournalDown(JournalError):
    """The store cannot be written or read; nothing of this call was acknowledged."""


Reporter = Literal["page", "shop"]


class EventReported(BaseModel, frozen=True, extra="forbid"):
    """An event was reported. One of the shop's is unique by `event_id` over all sessions, one of a page within its
    session: a page cannot take an id that the shop is going to use."""

    kind: Literal["event"] = "event"
    event: SessionEvent
    by: Reporter = "page"
    """Only what the shop reported, with its key, may teach more than this session."""
    user_id: Id | None = None
    """The shopper, where the shop knows who it is."""
    consent: bool = True
    """False: whoever reported it said that it must not be used. It is kept, and changes and teaches nothing."""

    @property
    def key(self) -> str:
        """What makes it unique."""
        return self.event.event_id


class MessageCreated(BaseModel, frozen=True, extra="forbid"):
    """The shopper wrote. Unique by message id within the session."""

    kind: Literal["message"] = "message"
    message: ShopperMessage

    @property
    def key(self) -> str:
        """What makes it unique."""
        return self.message.id


class FeedbackGiven(BaseModel, frozen=True, extra="forbid"):
    """The shopper gave a thumb. Never a duplicate: the latest counts."""

    kind: Literal["feedback"] = "feedback"
    feedback: Feedback

    @property
    def key(self) -> None:
        """Feedback repeats freely."""
        return None


class ConstraintCleared(BaseModel, frozen=True, extra="forbid"):
    """The shopper tapped a chip away."""

    kind: Literal["cleared"] = "cleared"
    after: Request

    @property
    def key(self) -> None:
        """Clearing repeats freely."""
        return None


class ConsentSet(BaseModel, frozen=True, extra="forbid"):
    """The shopper allowed that what is done in this session is used, or forbade it."""

    kind: Literal["consent"] = "consent"
    granted: bool
    time: AwareDatetime

    @property
    def key(self) -> None:
        """Consent repeats freely."""
        return None


class ShopperNamed(BaseModel, frozen=True, extra="forbid"):
    """A token that the shop signed says whose session this is."""

    kind: Literal["shopper"] = "shopper"
    user_id: Id

    @property
    def key(self) -> None:
        """Naming repeats freely."""
        return None


class HandoffSet(BaseModel, frozen=True, extra="forbid"):
    """The shop's people took the conversation, or gave it back."""

    kind: Literal["handoff"] = "handoff"
    change: HandoffChanged

    @property
    def key(self) -> None:
        """Hand-offs repeat freely."""
        return None


class PersonWrote(BaseModel, frozen=True, extra="forbid"):
    """One of the shop's people wrote to the shopper. Unique by message id within the session."""

    kind: Literal["person"] = "person"
    id: Id
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
    by: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    time: AwareDatetime

    @property
    def key(self) -> str:
        """What makes it unique."""
        return self.id


class TurnSaid(BaseModel, frozen=True, extra="forbid"):
    """A turn said something."""

    kind: Literal["turn"] = "turn"
    event: TurnEvent

    @property
    def key(self) -> None:
        """A turn's events repeat freely."""
        return None


Record = Annotated[
    EventReported
    | MessageCreated
    | FeedbackGiven
    | ConstraintCleared
    | ConsentSet
    | ShopperNamed
    | HandoffSet
    | PersonWrote
    | TurnSaid,
    Field(discriminator="kind"),
]
record_adapter = TypeAdapter[
    EventReported
    | MessageCreated
    | FeedbackGiven
    | ConstraintCleared
    | ConsentSet
    | ShopperNamed
    | HandoffSet
    | PersonWrote
    | TurnSaid
](Record)


PAGE_EVENT = "page_event"
HANDOFF = "handoff"


def kind_of(record: Record) -> str:
    """What a store files it under: its `kind`; an event that a page reported apart from the shop's, as PAGE_EVENT; a
    hand-off as HANDOFF, whoever made it."""
    if handoff_of(record):
        return HANDOFF
    return PAGE_EVENT if isinstance(record, EventReported) and record.by == "page" else record.kind


def handoff_of(record: Record) -> HandoffChanged | None:
    """The hand-off that this record tells of, whether the assistant or one of the shop's people made it."""
    match record:
        case HandoffSet(change=change) | TurnSaid(event=HandoffChanged() as change):
            return change
        case _:
            return None


def shopper_of(record: Record) -> str | None:
    """The shopper whom this record ties its session to: only the shop says who that is."""
    match record:
        case EventReported(by="shop", user_id=user_id) | ShopperNamed(user_id=user_id):
            return user_id
        case _:
            return None


class Logged(BaseModel, frozen=True, extra="forbid"):
    """A record as the journal holds it."""

    n: int
    """Its number, above those of all records written before it by the same process."""
    session_id: str
    time: datetime
    """When it was written."""
    record: Record


def by_event_id(found: Iterable[Logged]) -> dict[str, tuple[str, EventReported]]:
    """Those that are events, each with its session."""
    events = ((each.session_id, each.record) for each in found if isinstance(each.record, EventReported))
    return {record.key: (session_id, record) for session_id, record in events}


def with_people(found: Iterable[Logged]) -> tuple[Logged, ...]:
    """Of hand-offs, those after which a person is called or has the conversation."""
    changes = ((each, handoff_of(each.record)) for each in found)
    return tuple(each for each, change in changes if change and change.state in ("waiting", "human"))


class Journal(Protocol):
    """Every method may raise JournalError."""

    async def identity(self) -> str:
        """Tells this journal from any other, for as long as it lives; not empty."""
        ...

    async def append(
        self, session_id: str, records: Sequence[Record] = (), frames: Sequence[dict[str, Any]] = ()
    ) -> frozenset[str]:
        """Write records and wire frames (each carries its `seq`) in one transaction; on disk when it returns.

        A record whose key is already there is not written again. Returns the keys of those. No key twice in a call."""
        ...

    async def report(self, events: Sequence[tuple[str, EventReported]]) -> frozenset[str]:
        """Write events, each with the session it belongs to, as `append` does: all sessions in one transaction."""
        ...

    async def reported(self, event_ids: Sequence[str]) -> dict[str, tuple[str, EventReported]]:
        """By event id, the session and the event that the shop reported; an id that it never used is left out."""
        ...

    async def log(self, after: int = 0, limit: int = 1000) -> tuple[Logged, ...]:
        """The first `limit` records of all sessions that are numbered above `after`, in the order of their numbers."""
        ...

    async def records(self, session_id: str) -> tuple[Record, ...]:
        """All records of a session, in the order written."""
        ...

    async def sessions_of(self, user_id: str) -> frozenset[str]:
        """The sessions that the shop tied to this shopper, by an event or by a token."""
        ...

    async def purchases(self, user_id: str, limit: int) -> tuple[Touch, ...]:
        """The last `limit` products that this shopper bought over all their sessions, oldest first; see
        purchases.py."""
        ...

    async def consents(self, session_ids: Collection[str]) -> dict[str, Consent]:
        """Where consent stands in those of these sessions that said something of it."""
        ...

    async def handoffs(self, limit: int) -> tuple[Logged, ...]:
        """The last hand-off of each session that a person is called to or has, newest first; at most `limit`."""
        ...

    async def frames(self, session_id: str, after: int) -> tuple[dict[str, Any], ...]:
        """The frames with a `seq` above `after`, in order."""
        ...

    async def last_seq(self, session_id: str) -> int:
        """The highest `seq` written for this session; 0 for none."""
        ...

    async def erase(self, session_ids: Collection[str]) -> int:
        """Remove all that these sessions said and did, for good. Returns how many records that were."""
        ...

    async def close(self) -> None:
        """Let go of the store."""
        ...
