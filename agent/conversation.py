"""Conversation: the whole state of a session, as a pure fold of its journal.

Whichever process the shopper reaches rebuilds it from the records; nothing else is remembered anywhere.
Knows nothing of sockets, engines or storage.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel

from agent.events import (
    ConstraintsChanged,
    HandoffChanged,
    Language,
    OrdersShown,
    ProductsShown,
    QuestionAsked,
    ReasonGiven,
    RequestPrepared,
    SessionEvent,
    SourcesCited,
    TextAdded,
    TextFinished,
    TextStarted,
    ToolChosen,
    TurnEvent,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from agent.journal import (
    ConsentSet,
    ConstraintCleared,
    EventReported,
    FeedbackGiven,
    HandoffSet,
    MessageCreated,
    PersonWrote,
    Record,
    ShopperNamed,
    TurnSaid,
    shopper_of,
)
from agent.orders import ServiceRequest
from agent.request import Request
from agent.session import SessionProfile
from agent.shelf import CardSet, Shelf
from agent.tools import HandoffState, Refine, Reply
from retrieval.behaviour.touches import Touch
from retrieval.product import Product

KEPT_MESSAGES = 60
KEPT_SOURCES = 8


class Said(BaseModel, frozen=True, extra="forbid"):
    """One message of the conversation, as it reads."""

    id: str
    role: Literal["shopper", "assistant"]
    text: str
    card_set: str | None = None
    """The card set that stands with it, for the assistant's messages."""
    by: str | None = None
    """The person who wrote it, where one of the shop's people did."""


class Recalled(BaseModel, frozen=True, extra="forbid"):
    """What the journal holds of a shopper's other visits. It follows from their records, and is none itself."""

    user_id: str
    purchases: tuple[Touch, ...]

    @property
    def key(self) -> None:
        """Recalling repeats freely."""
        return None


class Conversation(BaseModel, frozen=True, extra="forbid"):
    """What is known of a session."""

    session_id: str
    user_id: str | None = None
    """The shopper, where the shop said who it is; None for a guest."""
    profile: SessionProfile = SessionProfile()
    request: Request = Request()
    shelf: Shelf = Shelf()
    said: tuple[Said, ...] = ()
    """The last 60 messages, oldest first."""
    language: Language = "en"
    turn_id: str | None = None
    """The turn that is running, or was cut off before it ended."""
    open_text: str | None = None
    """The message id of prose that has begun and not ended."""
    turn_set: str | None = None
    """The card set shown by the running turn."""
    asked: bool = False
    """The last turn ended in a question."""
    focus: int | None = None
    """The card that was spoken of last, by its handle in the current card set."""
    handoff: HandoffState | None = None
    """Whose the conversation is; None where nobody but the assistant ever had it."""
    order: str | None = None
    """The number of the order that was spoken of last."""
    prepared: ServiceRequest | None = None
    """What waits for a person to confirm it."""
    cited: tuple[str, ...] = ()
    """Titles of the passages that were cited last, newest last."""
    failures: int = 0
    """Turns in a row that could not help."""

    @property
    def with_a_person(self) -> bool:
        """A person has been called or has the conversation: the assistant says nothing."""
        return self.handoff in ("waiting", "human")

    def after(self, record: Record | Recalled, products: Mapping[str, Product]) -> "Conversation":
        """The conversation once this record is known. `products`: those named by session events that exist."""
        match record:
            case EventReported(event=event, consent=consent):
                named = self._named(shopper_of(record))
                return named.happened(event, products) if consent else named
            case MessageCreated(message=message):
                return self._heard(Said(id=message.id, role="shopper", text=message.text))
            case FeedbackGiven(feedback=feedback):
                product = self.shelf.product(feedback.product_id)
                return self.model_copy(update={"profile": self.profile.rated(feedback, product)})
            case ConstraintCleared(after=request):
                return self.model_copy(update={"request": request})
            case ConsentSet(granted=granted, time=time):
                return self.model_copy(update={"profile": self.profile.permitted(granted, time)})
            case ShopperNamed(user_id=user_id):
                return self._named(user_id)
            case Recalled(user_id=user_id, purchases=purchases):
                if user_id != self.user_id:
                    return self
                return self.model_copy(update={"profile": self.profile.recalled(purchases)})
            case HandoffSet(change=change):
                return self.told(change)
            case PersonWrote(id=id, text=text, by=by):
                return self._heard(Said(id=id, role="assistant", text=text, by=by))
            case TurnSaid(event=event):
                return self.told(event)

    def happened(self, event: SessionEvent, products: Mapping[str, Product]) -> "Conversation":
        """After a session event."""
        return self.model_copy(update={"profile": self.profile.after(event, products)})

    def told(self, event: TurnEvent) -> "Conversation":  # noqa: C901  (one case an event, nothing else)
        """After something a turn said."""
        match event:
            case TurnStarted():
                new: dict[str, object] = {
                    "turn_id": event.turn_id,
                    "language": event.language,
                    "turn_set": None,
                    "asked": False,
                    # An offer that was not taken up lapses.
                    "handoff": None if self.handoff == "offered" else self.handoff,
                }
                return self.model_copy(update=new)
            case ConstraintsChanged():
                return self.model_copy(update={"request": event.after})
            case ToolChosen(call=Reply(items=(handle,))) | ToolChosen(call=Refine(item=int(handle))):
                return self.model_copy(update={"focus": handle})
            case ProductsShown(card_set=shown):
                same = self.shelf.current is not None and self.shelf.current.ids == shown.ids
                focus = self.focus if same else 1 if len(shown.cards) == 1 else None
                return self.model_copy(update={"shelf": self.shelf.after(shown), "turn_set": shown.id, "focus": focus})
            case ReasonGiven():
                return self.model_copy(update={"shelf": _with_reasons(self.shelf, event)})
            case HandoffChanged(state=state):
                new = {"handoff": state, "failures": 0}
                return self.model_copy(update=new | ({"prepared": None} if state == "returned" else {}))
            case RequestPrepared(request=request):
                return self.model_copy(update={"prepared": request})
            case OrdersShown(orders=orders):
                return self.model_copy(update={"order": orders[0].number if len(orders) == 1 else None})
            case SourcesCited(sources=sources):
                cited = dict.fromkeys((*self.cited, *(source.title for source in sources)))
                return self.model_copy(update={"cited": tuple(cited)[-KEPT_SOURCES:]})
            case QuestionAsked():
                return self.model_copy(update={"asked": True})
            case TextStarted():
                opened = self._heard(Said(id=event.message_id, role="assistant", text="", card_set=self.turn_set))
                return opened.model_copy(update={"open_text": event.message_id, "turn_set": None})
            case TextAdded():
                return self._extended(event)
            case TextFinished():
                return self.model_copy(update={"open_text": None})
            case TurnFinished() | TurnFailed():
                failed = isinstance(event, TurnFailed) or not event.helped
                ended: dict[str, object] = {"turn_id": None, "open_text": None, "turn_set": None}
                return self.model_copy(update=ended | {"failures": self.failures + 1 if failed else 0})
            case _:
                return self

    def closing(self, end: TurnFinished | TurnFailed) -> tuple[TurnEvent, ...]:
        """What must still be said so that a turn that was cut off ends properly."""
        text = (TextFinished(message_id=self.open_text),) if self.open_text else ()
        return (*text, end)

    def _named(self, user_id: str | None) -> "Conversation":
        """Another shopper is not told by what the one before bought."""
        if user_id is None or user_id == self.user_id:
            return self
        profile = self.profile.model_copy(update={"history": None})
        return self.model_copy(update={"user_id": user_id, "profile": profile})

    def _heard(self, said: Said) -> "Conversation":
        new: dict[str, object] = {"said": (*self.said, said)[-KEPT_MESSAGES:]}
        return self.model_copy(update=new)

    def _extended(self, added: TextAdded) -> "Conversation":
        said = tuple(
            one.model_copy(update={"text": one.text + added.delta}) if one.id == added.message_id else one
            for one in self.said
        )
        return self.model_copy(update={"said": said})


def _with_reasons(shelf: Shelf, given: ReasonGiven) -> Shelf:
    def mended(card_set: CardSet) -> CardSet:
        if card_set.id != given.card_set:
            return card_set
        cards = tuple(
            card.model_copy(update={"reason": given.reasons[card.handle]}) if card.handle in given.reasons else card
            for card in card_set.cards
        )
        return card_set.model_copy(update={"cards": cards})

    return Shelf(sets=tuple(mended(card_set) for card_set in shelf.sets))
