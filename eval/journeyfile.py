"""Journeys as files: shopping conversations, each turn with what is right after it.

TOML, a `[[journey]]` of `[[journey.turn]]`; the fields below are the format. Knows nothing of how they are held.
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError

from eval.errors import DatasetError

OURS = Path(__file__).parent / "journeys"
"""Where the journeys are that a run holds by default."""

Act = Literal["search", "refine", "compare", "answer", "ask", "chat"]
Language = Literal["en", "zh"]
Prefer = Literal["cheap", "rating"]


class State(BaseModel, frozen=True, extra="forbid"):
    """The whole standing request for one kind of product. What is absent must not be set."""

    category: tuple[str, ...] = ()
    """Any of these; "" among them: none is right too."""
    price_min: float | None = None
    price_max: float | Literal["below"] | None = None
    """Major units; `below`: lower than what was shown."""
    brands: tuple[str, ...] = ()
    exclude_brands: tuple[str, ...] | Literal["shown"] = ()
    """`shown`: the brands that were shown."""
    attributes: dict[str, tuple[str, ...]] = {}
    exclude_attributes: dict[str, tuple[str, ...]] = {}
    rating_min: float | Literal["any"] | None = None
    in_stock: bool = False
    prefer: Prefer | None = None

    @property
    def relative(self) -> frozenset[str]:
        """Fields whose value follows from what was shown."""
        values = {"price_max": "below", "exclude_brands": "shown", "rating_min": "any"}
        return frozenset(name for name, value in values.items() if getattr(self, name) == value)


class Turn(BaseModel, frozen=True, extra="forbid"):
    """One message, and what is right after it. What is absent is not judged, but for `state`."""

    say: Annotated[str, Field(min_length=1)]
    does: Annotated[tuple[Act, ...], Field(min_length=1)]
    """Acts that are right."""
    state: State | None = None
    """Absent, and no `roles`: the request stays as it was."""
    roles: tuple[State, ...] = ()
    """Where several kinds of product are asked for at once, in any order."""
    may: State | None = None
    """What may or may not be set besides."""
    shows: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    says_not: tuple[str, ...] = ()
    answers_from: str | None = None
    """The product that is asked about."""
    points: tuple[int, ...] | None = None
    """Numbers of the cards that the message speaks of; empty: nobody could tell, so that it is asked."""
    language: Language | None = None
    """Of the answer, where it is not that of the message."""

    @property
    def expected(self) -> tuple[State, ...] | None:
        """Every request that must stand; None: as before."""
        return self.roles or ((self.state,) if self.state else None)


class Journey(BaseModel, frozen=True, extra="forbid"):
    """One conversation."""

    id: Annotated[str, Field(pattern=r"^(en|zh)-[a-z0-9-]+$")]
    kind: tuple[str, ...] = ()
    turn: Annotated[tuple[Turn, ...], Field(min_length=1)]

    @property
    def language(self) -> str:
        """What the shopper speaks, by the id."""
        return self.id[:2]


def read_journeys(files: Sequence[Path]) -> tuple[Journey, ...]:
    """Every journey of these files. Raises DatasetError, naming the file, the journey and the field."""
    found: dict[str, Journey] = {}
    for path in files:
        for number, row in enumerate(_rows(path), 1):
            journey = _journey(path, number, row)
            if journey.id in found:
                raise _fault(path, journey.id, "id", "it was used before", "Give every journey its own id.")
            found[journey.id] = journey
    if not found:
        raise DatasetError("There are no journeys.", fix="Give --file FILE, a TOML file of [[journey]] tables.")
    return tuple(found.values())


def _rows(path: Path) -> list[Any]:
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise DatasetError(f"{path} cannot be read ({error.strerror}).", fix="Give a readable file.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path} is not TOML: {error}.", fix="Mend it.") from error
    if strange := sorted(set(told) - {"journey"}):
        raise DatasetError(f"{path}: {strange[0]!r} is no field.", fix="Write [[journey]] tables alone.")
    rows: Any = told.get("journey", [])
    if not isinstance(rows, list):
        raise DatasetError(f"{path}: journey is not a list of tables.", fix="Write [[journey]] with two brackets.")
    return rows  # pyright: ignore[reportUnknownVariableType]


def _journey(path: Path, number: int, row: Any) -> Journey:
    named = str(row.get("id") or f"number {number}") if isinstance(row, dict) else f"number {number}"  # pyright: ignore
    try:
        return Journey.model_validate(row)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
        raise _fault(path, named, field, first["msg"], "See journeyfile.py for the fields.") from error


def _fault(path: Path, journey: str, field: str, what: str, fix: str) -> DatasetError:
    return DatasetError(f"{path}, journey {journey}: {field}: {what}.", fix=fix)
