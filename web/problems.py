"""Problem: why something from outside was refused, in the closed list of codes of the wire. Knows no transport."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

ProblemCode = Literal[
    "bad_json",
    "bad_frame",
    "bad_event",
    "bad_product",
    "bad_request",
    "bad_token",
    "bad_key",
    "bad_origin",
    "other_session",
    "unsupported",
    "unknown_type",
    "unknown_event",
    "future_event",
    "conflict",
    "unknown_product",
    "unknown_card_set",
    "unknown_path",
    "empty",
    "too_long",
    "too_large",
    "too_many",
    "rate_limited",
    "not_started",
    "guests_off",
    "not_found",
    "journal_down",
    "retrieval_down",
    "internal",
]


class Problem(BaseModel, frozen=True, extra="forbid"):
    """What was wrong, where, and what to do about it."""

    code: ProblemCode
    field: str = ""
    """Path of the offending field, such as `items[0].item_id`; empty where the whole was refused."""
    fix: str


class Refused(Exception):
    """Something from outside was refused; nothing of it took effect."""

    def __init__(self, code: ProblemCode, field: str = "", *, fix: str) -> None:
        super().__init__(f"{code} {field}: {fix}")
        self.problem = Problem(code=code, field=field, fix=fix)


CONFLICT = Problem(
    code="conflict", field="event_id", fix="this id stands for another event already; give every event its own id"
)
JOURNAL_DOWN = Problem(code="journal_down", fix="nothing was kept; send it again in a moment")
RETRIEVAL_DOWN = Problem(code="retrieval_down", fix="the catalogue cannot be read now; send it again in a moment")


def field_path(loc: Sequence[int | str]) -> str:
    """A pydantic location as a path: `("items", 0, "item_id")` is `items[0].item_id`."""
    path = ""
    for part in loc:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def first_error(error: ValidationError, *, skip: Sequence[str] = ()) -> tuple[str, str]:
    """Path and words of the first thing that pydantic found. `skip`: leading parts that name a union's member."""
    found: Any = error.errors(include_url=False, include_context=False, include_input=False)[0]
    loc = list(found["loc"])
    if loc and loc[0] in skip:
        loc = loc[1:]
    return field_path(loc), str(found["msg"])
