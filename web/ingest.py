"""GA4-style JSON -> SessionEvent. Pure. Fields of the outside world that we do not know are ignored.

Knows nothing of sockets, HTTP or storage; whether a product exists is asked by the caller.
"""

from datetime import datetime, timedelta
from typing import Any, cast

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from agent.events import AddToCart, Purchase, RemoveFromCart, Search, SelectItem, ViewItem, session_event
from web.problems import Refused, first_error

AnEvent = ViewItem | SelectItem | AddToCart | RemoveFromCart | Purchase | Search
NAMES = ("view_item", "select_item", "add_to_cart", "remove_from_cart", "purchase", "search")
AHEAD = timedelta(minutes=5)
FIRST_YEAR = 2000
_ITEM_FIELDS = ("item_id", "quantity", "price")
_time = TypeAdapter[datetime](AwareDatetime)


def event_of(raw: object, now: datetime) -> AnEvent:
    """The event that this JSON reports; without a `time` it happened `now`. Raises Refused."""
    if not isinstance(raw, dict):
        raise Refused(
            "bad_event", fix='send an object: {"event_id": …, "name": "view_item", "items": [{"item_id": …}]}'
        )
    given = cast(dict[str, Any], raw)
    name = given.get("name")
    if not isinstance(name, str) or name not in NAMES:
        raise Refused("unknown_event", "name", fix=f"use one of {', '.join(NAMES)}")
    fields: dict[str, Any] = {"type": name, "event_id": given.get("event_id"), "time": _when(given.get("time"), now)}
    if name == "search":
        fields["search_term"] = given.get("search_term")
    else:
        fields["items"] = _items(given.get("items"))
    try:
        event = session_event.validate_python(fields)
    except ValidationError as error:
        field, message = first_error(error, skip=NAMES)
        raise Refused("bad_event", field, fix=message) from error
    check_id(event.event_id, "event_id")
    return event


def product_ids(event: AnEvent) -> tuple[str, ...]:
    """The products that an event names, each once."""
    return () if isinstance(event, Search) else tuple(dict.fromkeys(item.item_id for item in event.items))


def check_known(event: AnEvent, known: set[str]) -> None:
    """Raises Refused where the event names a product that is not among `known`."""
    if isinstance(event, Search):
        return
    for at, item in enumerate(event.items):
        if item.item_id not in known:
            fix = "name a product of the catalogue by its id, or send the product first"
            raise Refused("unknown_product", f"items[{at}].item_id", fix=fix)


def check_id(value: str, field: str) -> None:
    """Raises Refused for an id with control characters: stores and logs disagree on them."""
    if any(character < " " for character in value):
        raise Refused("bad_event", field, fix="use an id without control characters")


def _when(given: object, now: datetime) -> datetime:
    if given is None:
        return now
    try:
        time = _time.validate_python(given)
        late, early = time > now + AHEAD, time.year < FIRST_YEAR
    except (ValidationError, OverflowError) as error:
        raise Refused("bad_event", "time", fix="use ISO 8601 with a zone: 2026-01-31T12:00:00Z") from error
    if late or early:
        raise Refused("bad_event", "time", fix="use the time at which it happened; leave it out for now")
    return time


def _items(given: object) -> object:
    if not isinstance(given, list):
        return given
    return tuple(_item(item) for item in cast(list[object], given))


def _item(given: object) -> object:
    if not isinstance(given, dict):
        return given
    raw = cast(dict[str, Any], given)
    item = {name: raw[name] for name in _ITEM_FIELDS if raw.get(name) is not None}
    if type(item.get("item_id")) is int:
        item["item_id"] = str(item["item_id"])
    return item
