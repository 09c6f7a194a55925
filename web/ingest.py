"""GA4-style JSON, and Segment's track calls, -> SessionEvent. Pure. Fields of the outside world that we do not know are
ignored.

Knows nothing of sockets, HTTP or storage; whether a product exists is asked by the caller.
"""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from agent.events import (
    AddToCart,
    Id,
    Purchase,
    RemoveFromCart,
    Search,
    SelectItem,
    SessionEvent,
    ViewItem,
    session_event,
)
from agent.journal import EventReported
from web import segment
from web.problems import Refused, first_error

AnEvent = ViewItem | SelectItem | AddToCart | RemoveFromCart | Purchase | Search
NAMES = ("view_item", "select_item", "add_to_cart", "remove_from_cart", "purchase", "search")
AHEAD = timedelta(minutes=5)
FIRST_YEAR = 2000
_ITEM_FIELDS = ("item_id", "quantity", "price")
_time = TypeAdapter[datetime](AwareDatetime)
_id = TypeAdapter[str](Id)
_CONTROL = re.compile("[\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class Report:
    """What the shop reported of one of its sessions."""

    session_id: str
    record: EventReported
    timed: bool
    """The sender said when it happened; otherwise the time is when it was read."""

    def repeats(self, session_id: str, record: EventReported) -> bool:
        """Does this say what was reported before, under the same id? Times count where the sender gave one."""
        same = (self.session_id, self.record.consent) == (session_id, record.consent)
        return same and same_event(self.record.event, record.event, timed=self.timed)


def report_of(raw: object, now: datetime) -> Report:
    """What this JSON of the shop's back end reports. Raises Refused."""
    event = event_of(raw, now)
    given = cast(dict[str, Any], raw)
    plain = segment.as_ga4(given) if segment.is_track(given) else given
    try:
        session_id = _named(plain.get("session_id"), "session_id", "name the session by its id")
        user_id = plain.get("user_id")
        if user_id is not None:
            user_id = _named(user_id, "user_id", "name the shopper by their id, or leave it out")
    except Refused as refused:
        problem = refused.problem
        raise Refused(problem.code, field_as_sent(problem.field, given), fix=problem.fix) from refused
    record = EventReported(event=event, by="shop", user_id=user_id, consent=consented(given))
    return Report(session_id, record, is_timed(given))


def field_as_sent(field: str, raw: object) -> str:
    """A path into a GA4-style event, as whoever sent this JSON knows it."""
    if not isinstance(raw, dict):
        return field
    given = cast(dict[str, Any], raw)
    return segment.field_of(field, given) if segment.is_track(given) else field


def consented(given: Mapping[str, Any]) -> bool:
    """May what this JSON reports be used? As in GA4, `consent: {"ad_personalization": "DENIED"}` says that it must not;
    track calls may say it the same way. Raises Refused."""
    consent = given.get("consent")
    if consent is None:
        return True
    if not isinstance(consent, dict):
        raise Refused("bad_event", "consent", fix='use {"ad_personalization": "GRANTED"} or "DENIED"')
    said: object = cast(dict[str, Any], consent).get("ad_personalization", "GRANTED")
    if not isinstance(said, str) or said.upper() not in ("GRANTED", "DENIED"):
        raise Refused("bad_event", "consent.ad_personalization", fix='use "GRANTED" or "DENIED"')
    return said.upper() == "GRANTED"


def is_timed(given: Mapping[str, Any]) -> bool:
    """Does this JSON say when it happened?"""
    return given.get("timestamp" if segment.is_track(given) else "time") is not None


def same_event(event: SessionEvent, known: SessionEvent, *, timed: bool) -> bool:
    """Are they one event? Unless `timed`, the first one's time is only when it was read, and does not count."""
    return event == known if timed else event.model_copy(update={"time": known.time}) == known


def event_of(raw: object, now: datetime) -> AnEvent:
    """The event that this JSON reports; without a time it happened `now`. Raises Refused."""
    if not isinstance(raw, dict):
        raise Refused(
            "bad_event", fix='send an object: {"event_id": …, "name": "view_item", "items": [{"item_id": …}]}'
        )
    given = cast(dict[str, Any], raw)
    if not segment.is_track(given):
        return _event(given, now)
    try:
        return _event(segment.as_ga4(given), now)
    except Refused as refused:
        problem = refused.problem
        raise Refused(problem.code, field_as_sent(problem.field, given), fix=problem.fix) from refused


def _event(given: dict[str, Any], now: datetime) -> AnEvent:
    name = given.get("name")
    if not isinstance(name, str) or name not in NAMES:
        tracked = ", ".join(segment.NAMES)
        raise Refused("unknown_event", "name", fix=f"use one of {', '.join(NAMES)}; in a track call {tracked}")
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


def product_ids(event: SessionEvent) -> tuple[str, ...]:
    """The products that an event names, each once."""
    return () if isinstance(event, Search) else tuple(dict.fromkeys(item.item_id for item in event.items))


def check_known(event: SessionEvent, known: Container[str]) -> None:
    """Raises Refused where the event names a product that is not among `known`."""
    if isinstance(event, Search):
        return
    for at, item in enumerate(event.items):
        if item.item_id not in known:
            fix = "name a product of the catalogue by its id, or send the product first"
            raise Refused("unknown_product", f"items[{at}].item_id", fix=fix)


def _named(given: object, field: str, fix: str) -> str:
    try:
        named = _id.validate_python(given, strict=True)
    except ValidationError as error:
        raise Refused("bad_event", field, fix=fix) from error
    check_id(named, field)
    return named


def check_id(value: str, field: str) -> None:
    """Raises Refused for an id with control characters: stores and logs disagree on them."""
    if _CONTROL.search(value):
        raise Refused("bad_event", field, fix="use an id without control characters")


def _when(given: object, now: datetime) -> datetime:
    if given is None:
        return now
    try:
        time = _time.validate_python(given)
        ahead, early = time > now + AHEAD, time.year < FIRST_YEAR
    except (ValidationError, OverflowError) as error:
        raise Refused("bad_event", "time", fix="use ISO 8601 with a zone: 2026-01-31T12:00:00Z") from error
    if ahead:
        raise Refused("future_event", "time", fix="use the time at which it happened; leave it out for now")
    if early:
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
