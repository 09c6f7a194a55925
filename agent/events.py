"""SessionEvent: what the shop reports of a shopper. TurnEvent: what a turn says, in order.

Knows nothing of the wire: `web/frames.py` turns a TurnEvent into frames, `web/ingest.py` turns GA4 JSON into events.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, TypeAdapter

from agent.orders import Order, ServiceRequest
from agent.request import Request
from agent.shelf import CardSet, Reason
from agent.tools import HandoffReason, HandoffState, ToolCall

Id = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Language = Literal["en", "zh"]
Step = Literal["plan", "retrieve", "rank", "narrate"]


class EventItem(BaseModel, frozen=True, extra="forbid"):
    """One product of an event."""

    item_id: Id
    quantity: Annotated[int, Field(ge=1, le=10_000)] = 1
    price: Annotated[float, Field(ge=0, le=1e9)] | None = None
    """Major units, as in GA4."""


class _Reported(BaseModel, frozen=True, extra="forbid"):
    event_id: Id
    time: AwareDatetime


class _WithItems(_Reported, frozen=True, extra="forbid"):
    items: Annotated[tuple[EventItem, ...], Field(min_length=1, max_length=200)]


class ViewItem(_WithItems, frozen=True, extra="forbid"):
    """The shopper opened a product's page."""

    type: Literal["view_item"] = "view_item"


class SelectItem(_WithItems, frozen=True, extra="forbid"):
    """The shopper picked a product from a list or a card."""

    type: Literal["select_item"] = "select_item"


class AddToCart(_WithItems, frozen=True, extra="forbid"):
    """Into the cart."""

    type: Literal["add_to_cart"] = "add_to_cart"


class RemoveFromCart(_WithItems, frozen=True, extra="forbid"):
    """Out of the cart."""

    type: Literal["remove_from_cart"] = "remove_from_cart"


class Purchase(_WithItems, frozen=True, extra="forbid"):
    """Bought."""

    type: Literal["purchase"] = "purchase"


class Search(_Reported, frozen=True, extra="forbid"):
    """The shopper used the shop's own search box."""

    type: Literal["search"] = "search"
    search_term: Annotated[str, StringConstraints(min_length=1, max_length=500)]


SessionEvent = Annotated[
    ViewItem | SelectItem | AddToCart | RemoveFromCart | Purchase | Search, Field(discriminator="type")
]
session_event = TypeAdapter[ViewItem | SelectItem | AddToCart | RemoveFromCart | Purchase | Search](SessionEvent)


class ShopperMessage(BaseModel, frozen=True, extra="forbid"):
    """What the shopper wrote. Repeating an id never runs it twice."""

    id: Id
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    time: AwareDatetime


class Feedback(BaseModel, frozen=True, extra="forbid"):
    """A thumb on one product of one card set."""

    product_id: Id
    card_set: Id
    value: Literal["up", "down"]
    time: AwareDatetime


class TurnStarted(BaseModel, frozen=True, extra="forbid"):
    """First in every turn."""

    type: Literal["turn_started"] = "turn_started"
    turn_id: str
    message_id: str
    language: Language
    time: datetime


class StepStarted(BaseModel, frozen=True, extra="forbid"):
    """A step begins; its StepFinished follows before the turn ends."""

    type: Literal["step_started"] = "step_started"
    step: Step


class StepFinished(BaseModel, frozen=True, extra="forbid"):
    """A step is over."""

    type: Literal["step_finished"] = "step_finished"
    step: Step


class ToolChosen(BaseModel, frozen=True, extra="forbid"):
    """What the turn will do; once a turn, after the plan."""

    type: Literal["tool_chosen"] = "tool_chosen"
    call_id: str
    call: ToolCall
    chosen_by: Literal["model", "parser"]


class ConstraintsChanged(BaseModel, frozen=True, extra="forbid"):
    """The standing request changed; before the search that honours it."""

    type: Literal["constraints_changed"] = "constraints_changed"
    before: Request
    after: Request


class ProductsShown(BaseModel, frozen=True, extra="forbid"):
    """Cards. At most one provisional set and then one final set a turn, both before TextStarted. A final set with
    the provisional one's id confirms it."""

    type: Literal["products_shown"] = "products_shown"
    card_set: CardSet


class ReasonGiven(BaseModel, frozen=True, extra="forbid"):
    """Reasons that came after their cards; they never move a card."""

    type: Literal["reason_given"] = "reason_given"
    turn_id: str
    card_set: str
    reasons: dict[int, Reason]
    """By handle."""


class ComparisonRow(BaseModel, frozen=True, extra="forbid"):
    """One line of a comparison; a value is None where the catalogue does not give it."""

    name: str
    values: tuple[str | None, ...]


class ComparisonShown(BaseModel, frozen=True, extra="forbid"):
    """Shown products side by side; before TextStarted."""

    type: Literal["comparison_shown"] = "comparison_shown"
    turn_id: str
    columns: tuple[int, ...]
    """Handles of the current card set."""
    rows: tuple[ComparisonRow, ...]


class Answer(BaseModel, frozen=True, extra="forbid"):
    """A tappable answer: what it says, and what tapping it sends."""

    label: str
    text: str


class QuestionAsked(BaseModel, frozen=True, extra="forbid"):
    """A question with tappable answers; the turn ends after its text."""

    type: Literal["question_asked"] = "question_asked"
    turn_id: str
    text: str
    answers: tuple[Answer, ...]


NoticeCode = Literal[
    "relaxed", "degraded", "loading", "unknown_field", "currency", "nothing_found", "language", "not_sold"
]


class NoticeGiven(BaseModel, frozen=True, extra="forbid"):
    """Something the shopper should know; anywhere between TurnStarted and the end."""

    type: Literal["notice_given"] = "notice_given"
    code: NoticeCode
    text: str
    detail: str = ""


class Source(BaseModel, frozen=True, extra="forbid"):
    """A passage that an answer rests on."""

    id: str
    title: str
    """The page, and the heading of the passage there."""
    text: str
    """What it says."""
    url: str | None = None


class SourcesCited(BaseModel, frozen=True, extra="forbid"):
    """What the answer rests on; before TextStarted."""

    type: Literal["sources_cited"] = "sources_cited"
    turn_id: str
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]


class OrdersShown(BaseModel, frozen=True, extra="forbid"):
    """Orders of this shopper; before TextStarted."""

    type: Literal["orders_shown"] = "orders_shown"
    turn_id: str
    orders: Annotated[tuple[Order, ...], Field(min_length=1)]


class RequestPrepared(BaseModel, frozen=True, extra="forbid"):
    """A request that waits for somebody to confirm it; before TextStarted."""

    type: Literal["request_prepared"] = "request_prepared"
    turn_id: str
    request: ServiceRequest


class HandoffChanged(BaseModel, frozen=True, extra="forbid"):
    """A person is offered, called, has the conversation, or has given it back; always said to the shopper."""

    type: Literal["handoff_changed"] = "handoff_changed"
    state: HandoffState
    text: str
    """What the shopper is told."""
    reason: HandoffReason | None = None
    """Why, where the assistant hands over."""
    summary: str = ""
    """For the person, never for the shopper: see handoff.summary."""
    by: str | None = None
    """The person, where one took it."""


class TextStarted(BaseModel, frozen=True, extra="forbid"):
    """Prose begins; no card changes after this."""

    type: Literal["text_started"] = "text_started"
    message_id: str


class TextAdded(BaseModel, frozen=True, extra="forbid"):
    """A released clause, handles already rendered as product names."""

    type: Literal["text_added"] = "text_added"
    message_id: str
    delta: Annotated[str, StringConstraints(min_length=1)]
    by: Literal["model", "template"]


class TextFinished(BaseModel, frozen=True, extra="forbid"):
    """Prose is over."""

    type: Literal["text_finished"] = "text_finished"
    message_id: str


class CallReport(BaseModel, frozen=True, extra="forbid"):
    """One model call: what it cost and how long it took."""

    kind: Literal["plan", "narrate"]
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    failed: str = ""
    """The error's name where the call failed."""


class TurnReport(BaseModel, frozen=True, extra="forbid"):
    """What a turn cost, for measuring. Seconds count from the turn's start."""

    calls: tuple[CallReport, ...] = ()
    cards_seconds: float | None = None
    """Until the first cards."""
    plan_seconds: float | None = None
    """Until the plan was made."""
    prose_seconds: float | None = None
    """Until the first clause that the model wrote was released."""
    released: int = 0
    """Clauses of the model that passed the gate."""
    dropped: tuple[str, ...] = ()
    """Why each clause that did not pass was dropped."""
    templates: int = 0
    """Template sentences that stood in."""


class TurnFinished(BaseModel, frozen=True, extra="forbid"):
    """Last in a turn that was answered or cancelled."""

    type: Literal["turn_finished"] = "turn_finished"
    turn_id: str
    cancelled: bool = False
    helped: bool = True
    """False where the shopper was told that the assistant does not know, or found nothing."""
    report: TurnReport = TurnReport()


FailureCode = Literal["retrieval_down", "deadline", "interrupted", "internal"]


class TurnFailed(BaseModel, frozen=True, extra="forbid"):
    """Last in a turn that could not be answered."""

    type: Literal["turn_failed"] = "turn_failed"
    turn_id: str
    code: FailureCode
    text: str
    """What the shopper is told."""


TurnEvent = Annotated[
    TurnStarted
    | StepStarted
    | StepFinished
    | ToolChosen
    | ConstraintsChanged
    | ProductsShown
    | ReasonGiven
    | ComparisonShown
    | QuestionAsked
    | NoticeGiven
    | SourcesCited
    | OrdersShown
    | RequestPrepared
    | HandoffChanged
    | TextStarted
    | TextAdded
    | TextFinished
    | TurnFinished
    | TurnFailed,
    Field(discriminator="type"),
]
