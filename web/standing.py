"""Standing: where a session stands as its frames are told, and what must be said to end a turn that was cut off.

Pure: the reducer behind live.py. Knows nothing of sockets or storage.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from agent.conversation import Conversation, Recalled
from agent.events import (
    FailureCode,
    Step,
    StepFinished,
    StepStarted,
    TurnEvent,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from agent.journal import ConstraintCleared, HandoffSet, MessageCreated, PersonWrote, Record, TurnSaid
from retrieval.product import Product
from web.frames import Frame, frames_of, person_wrote, state_delta

_FAILURES: dict[FailureCode, dict[str, str]] = {
    "deadline": {
        "en": "That took too long, so I stopped. Please ask again.",
        "zh": "这次花的时间太长，我先停下了。请再问一次。",
    },
    "interrupted": {
        "en": "I was interrupted before I could finish. Please ask again.",
        "zh": "我还没说完就被打断了。请再问一次。",
    },
    "internal": {
        "en": "Something went wrong on my side. Please ask again.",
        "zh": "我这边出了点问题。请再问一次。",
    },
    "retrieval_down": {
        "en": "I cannot reach the catalogue right now. Please ask again in a moment.",
        "zh": "我现在连不上商品目录。请稍后再问。",
    },
}

End = Callable[[str, Conversation], TurnFinished | TurnFailed]
"""Turn id and conversation -> the event that ends the turn."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The conversation, and the steps that are open on the wire."""

    conversation: Conversation
    steps: tuple[Step, ...] = ()
    heard: tuple[str, ...] = ()
    """Ids of messages that no turn has taken up yet."""

    def after(self, record: Record | Recalled, products: Mapping[str, Product]) -> "Standing":
        """Where the session stands once this record is known."""
        conversation = self.conversation.after(record, products)
        if isinstance(record, MessageCreated):
            return replace(self, conversation=conversation, heard=(*self.heard, record.message.id))
        if not isinstance(record, TurnSaid):
            return replace(self, conversation=conversation)
        match record.event:
            case TurnStarted(message_id=message_id):
                heard = tuple(known for known in self.heard if known != message_id)
                return Standing(conversation, (), heard)
            case StepStarted(step=step):
                return replace(self, conversation=conversation, steps=(*self.steps, step))
            case StepFinished(step=step):
                steps = tuple(known for known in self.steps if known != step)
                return replace(self, conversation=conversation, steps=steps)
            case TurnFinished() | TurnFailed():
                return replace(self, conversation=conversation, steps=())
            case _:
                return replace(self, conversation=conversation)

    def closing(self, message_id: str, end: End, *, turn_id: str, now: datetime) -> tuple[TurnEvent, ...]:
        """All that is still to be said so that the turn of this message ends: its start where even that is missing
        (under `turn_id`), the end of open text and steps, the end."""
        opening: tuple[TurnEvent, ...] = ()
        running = self.conversation.turn_id
        if running is None:
            running = turn_id
            language = self.conversation.language
            opening = (TurnStarted(turn_id=running, message_id=message_id, language=language, time=now),)
        *text, last = self.conversation.closing(end(running, self.conversation))
        return (*opening, *text, *(StepFinished(step=step) for step in reversed(self.steps)), last)


def folded(session_id: str, records: Iterable[Record], products: Mapping[str, Product]) -> Standing:
    """Where a session stands after all its records."""
    standing = Standing(Conversation(session_id=session_id))
    for record in records:
        standing = standing.after(record, products)
    return standing


def frames_for(record: Record, before: Standing, after: Standing) -> list[Frame]:
    """The frames that tell the shopper's pages of this record."""
    match record:
        case TurnSaid(event=event):
            return frames_of(event, before.conversation, after.conversation)
        case HandoffSet(change=change):
            return frames_of(change, before.conversation, after.conversation)
        case PersonWrote():
            return person_wrote(record)
        case ConstraintCleared():
            return state_delta(before.conversation, after.conversation)
        case _:
            return []


def cancelled(turn_id: str, conversation: Conversation) -> TurnFinished:
    """The end of a turn that the shopper stopped."""
    return TurnFinished(turn_id=turn_id, cancelled=True)


def failed(code: FailureCode) -> End:
    """The end of a turn that failed, in the shopper's language."""

    def end(turn_id: str, conversation: Conversation) -> TurnFailed:
        text = _FAILURES[code][conversation.language]
        return TurnFailed(turn_id=turn_id, code=code, text=text)

    return end
