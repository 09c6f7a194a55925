"""Journal: the durable log of a session, and the records it holds. A session's state is a fold of its records.

* JournalError
  + JournalDown      the store cannot be written or read (disk full, locked, gone): nothing was acknowledged

Knows nothing of sockets or turns. Records are written in the order given, all or none of one call, and are on disk when
`append` returns.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Protocol

from pydantic import BaseModel, Field, TypeAdapter

from agent.constraints import Constraints
from agent.events import Feedback, SessionEvent, ShopperMessage, TurnEvent


class JournalError(Exception):
    """Base of all errors of the journal."""


class JournalDown(JournalError):
    """The store cannot be written or read; nothing of this call was acknowledged."""


class EventReported(BaseModel, frozen=True, extra="forbid"):
    """The shop or the shopper's page reported an event. Unique by `event_id` over all sessions."""

    kind: Literal["event"] = "event"
    event: SessionEvent

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
    after: Constraints

    @property
    def key(self) -> None:
        """Clearing repeats freely."""
        return None


class TurnSaid(BaseModel, frozen=True, extra="forbid"):
    """A turn said something."""

    kind: Literal["turn"] = "turn"
    event: TurnEvent

    @property
    def key(self) -> None:
        """A turn's events repeat freely."""
        return None


Record = Annotated[
    EventReported | MessageCreated | FeedbackGiven | ConstraintCleared | TurnSaid, Field(discriminator="kind")
]
record_adapter = TypeAdapter[EventReported | MessageCreated | FeedbackGiven | ConstraintCleared | TurnSaid](Record)


class Journal(Protocol):
    """Every method may raise JournalError."""

    async def append(
        self, session_id: str, records: Sequence[Record] = (), frames: Sequence[dict[str, Any]] = ()
    ) -> frozenset[str]:
        """Write records and wire frames (each carries its `seq`) in one transaction; on disk when it returns.

        A record whose key is already there is not written again. Returns the keys of those."""
        ...

    async def records(self, session_id: str) -> tuple[Record, ...]:
        """All records of a session, in the order written."""
        ...

    async def frames(self, session_id: str, after: int) -> tuple[dict[str, Any], ...]:
        """The frames with a `seq` above `after`, in order."""
        ...

    async def last_seq(self, session_id: str) -> int:
        """The highest `seq` written for this session; 0 for none."""
        ...

    async def close(self) -> None:
        """Let go of the store."""
        ...
