"""Event logs as files: a line of `events.jsonl` and the event that it stands for, both ways. Pure.

A line is `{"event_id", "session_id", "user_id", "time" (ISO 8601), "name" (as in GA4), "items": [{"item_id",
"quantity", "price"}]}`; a search has a `search_term` in place of items. `by` tells a page's event from the shop's; a
line without it is the shop's. Knows nothing of where events are kept.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from agent.events import Id, Search
from agent.journal import EventReported, Logged
from retrieval.feeds.rows import RowProblem

_id = TypeAdapter[str](Id)
_ITEM_FIELDS = ("item_id", "quantity", "price")
_TOP_FIELDS = ("event_id", "time", "search_term")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was read."""

    number: int
    """1 is the first."""
    session_id: str
    record: EventReported


def line_of(session_id: str, reported: EventReported) -> str:
    """The line, without its end."""
    event = reported.event
    line: dict[str, Any] = {"event_id": event.event_id, "session_id": session_id, "user_id": reported.user_id}
    line |= {"time": event.time, "name": event.type, "by": reported.by}
    if isinstance(event, Search):
        line["search_term"] = event.search_term
    else:
        line["items"] = [item.model_dump(exclude_none=True) for item in event.items]
    return to_json(line).decode()


def lines_of(log: Iterable[Logged]) -> list[str]:
    """The events of a journal as lines, sorted by time. One that both a page and the shop reported in a session is the
    shop's."""
    told: dict[tuple[str, str], EventReported] = {}
    for each in log:
        if isinstance(each.record, EventReported):
            key = each.session_id, each.record.key
            if each.record.by == "shop" or key not in told:
                told[key] = each.record
    ordered = sorted(told.items(), key=lambda pair: (pair[1].event.time, pair[0]))
    return [line_of(session_id, record) for (session_id, _), record in ordered]


def read_lines(lines: Iterable[str]) -> Iterator[Line | RowProblem]:
    """Each line read, or what is wrong with it. Empty lines are passed over."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _read(number, line)


def _read(number: int, line: str) -> Line | RowProblem:
    try:
        raw: object = from_json(line.encode("utf-8", "surrogateescape"), allow_inf_nan=False)
    except ValueError as error:
        return RowProblem(line=number, field="", reason=f"no JSON: {error}", fix="Write one JSON object a line.")
    if not isinstance(raw, dict):
        return RowProblem(line=number, field="", reason="no JSON object", fix="Write one JSON object a line.")
    given = cast(dict[str, Any], raw)
    try:
        session_id = _id.validate_python(given.get("session_id"))
    except ValidationError as error:
        return _problem(number, error, "session_id")
    try:
        record = {"event": _event(given), "by": given.get("by", "shop"), "user_id": given.get("user_id")}
        return Line(number, session_id, EventReported.model_validate(record))
    except ValidationError as error:
        return _problem(number, error)


def _event(given: Mapping[str, Any]) -> dict[str, object]:
    """Fields that a newer or another writer added are not ours to judge."""
    event: dict[str, object] = {name: given[name] for name in _TOP_FIELDS if given.get(name) is not None}
    event["type"] = given.get("name")
    if given.get("items") is not None:
        event["items"] = _items(given["items"])
    return event


def _items(given: object) -> object:
    if not isinstance(given, list):
        return given
    return tuple(
        {name: cast(dict[str, Any], item)[name] for name in _ITEM_FIELDS if name in item}
        if isinstance(item, dict)
        else item
        for item in cast(list[object], given)
    )


def _problem(number: int, error: ValidationError, field: str = "") -> RowProblem:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    parts = [str(part) for part in first["loc"]]
    if parts[:1] == ["event"]:  # the rest of the path begins with the name of the union's member
        parts = parts[2:] or ["name"]
    return RowProblem(
        line=number,
        field=".".join(parts) or field,
        reason=first["msg"],
        fix="Mend it, or leave the line out.",
    )
