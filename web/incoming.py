"""What a page may send over the socket, parsed. Pure: text in, a ClientFrame out, or Refused.

The other direction is frames.py. Knows nothing of sessions.
"""

from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, Field, StringConstraints, ValidationError
from pydantic_core import from_json

from web.problems import Refused, first_error
from web.rules import MAX_TEXT

Id = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f]+$")]


class SessionStart(BaseModel, frozen=True):
    """First on every socket."""

    type: Literal["session.start"]
    token: str
    last_seq: Annotated[int | None, Field(ge=0, alias="lastSeq", strict=True)] = None
    """The last frame that this page has; absent for a page that has none."""


class EventSent(BaseModel, frozen=True):
    """The page reports an event; `event` is read by ingest.py."""

    type: Literal["session.event"]
    event: dict[str, Any]


class MessageSent(BaseModel, frozen=True):
    """The shopper wrote. Repeating an id never runs it twice."""

    type: Literal["message.create"]
    id: Id
    text: str


class CancelSent(BaseModel, frozen=True):
    """Stop the running turn; nothing where none runs."""

    type: Literal["response.cancel"]


class ClearSent(BaseModel, frozen=True):
    """A chip was tapped away."""

    type: Literal["constraint.clear"]
    path: Annotated[str, StringConstraints(max_length=1000)]


class FeedbackSent(BaseModel, frozen=True):
    """A thumb on a card. Acknowledged as `feedback:CARDSET:PRODUCT`."""

    type: Literal["feedback"]
    product_id: Annotated[Id, Field(alias="productId")]
    card_set: Annotated[Id, Field(alias="cardSet")]
    value: Literal["up", "down"]


class ConsentSent(BaseModel, frozen=True):
    """The shopper allows that what is done in this session is used, or forbids it; allowed until it is forbidden.
    Forbidden, events and thumbs are still acknowledged, but none of them is used, nor any of before: not to rank, and
    not to teach. Allowed anew, what is done from then on counts. Acknowledged as `consent:granted` or
    `consent:denied`; to repeat it does nothing."""

    type: Literal["consent.set"]
    granted: Annotated[bool, Field(strict=True)]


ClientFrame = SessionStart | EventSent | MessageSent | CancelSent | ClearSent | FeedbackSent | ConsentSent
_KINDS: tuple[tuple[str, type[ClientFrame]], ...] = (
    ("session.start", SessionStart),
    ("session.event", EventSent),
    ("message.create", MessageSent),
    ("response.cancel", CancelSent),
    ("constraint.clear", ClearSent),
    ("feedback", FeedbackSent),
    ("consent.set", ConsentSent),
)


def client_frame(text: str | None) -> ClientFrame:
    """The frame that this text holds; None stands for a binary one. Raises Refused."""
    if text is None:
        raise Refused("bad_json", fix="send text frames")
    try:
        raw: object = from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise Refused("bad_json", fix="send one JSON object a frame") from error
    if not isinstance(raw, dict):
        raise Refused("bad_json", fix="send one JSON object a frame")
    given = cast(dict[str, Any], raw)
    kind = next((kind for name, kind in _KINDS if name == given.get("type")), None)
    if kind is None:
        raise Refused("unknown_type", "type", fix=f"use one of {', '.join(name for name, _ in _KINDS)}")
    try:
        frame = kind.model_validate(given)
    except ValidationError as error:
        field, message = first_error(error)
        raise Refused("bad_frame", field, fix=message) from error
    if isinstance(frame, MessageSent):
        return frame.model_copy(update={"text": message_text(frame.text)})
    return frame


def feedback_id(frame: FeedbackSent) -> str:
    """What acknowledges a thumb."""
    return f"feedback:{frame.card_set}:{frame.product_id}"


def consent_id(frame: ConsentSent) -> str:
    """What acknowledges consent."""
    return "consent:granted" if frame.granted else "consent:denied"


def message_text(text: str, field: str = "text") -> str:
    """What the shopper wrote, stripped. Raises Refused, which names this field."""
    stripped = text.strip()
    if not stripped:
        raise Refused("empty", field, fix="write something")
    if len(stripped) > MAX_TEXT:
        raise Refused("too_long", field, fix=f"write at most {MAX_TEXT:,} characters")
    return stripped
