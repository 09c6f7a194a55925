"""Measures: `1.9 kg` and `20 h` as figures that can be compared, and the bounds that a message states on them. Pure.

A shop's attribute values are texts, and the engine matches texts; so a bound becomes those of the shop's own values
that keep it. Knows nothing of prices, products or sessions.
"""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from pydantic import BaseModel

from agent.evidence import unit
from agent.lexicon import CJK, fold, normal

Side = Literal["<", "<=", ">", ">="]

_VALUE = re.compile(rf"(-?\d+(?:\.\d+)?)\s*-?\s*([A-Za-z°\"]+|[{CJK}]+)")
_BASE: dict[str, tuple[str, float]] = {
    "kg": ("g", 1000),
    "lb": ("g", 453.6),
    "oz": ("g", 28.35),
    "m": ("mm", 1000),
    "cm": ("mm", 10),
    "inch": ("mm", 25.4),
    "l": ("ml", 1000),
    "h": ("min", 60),
    "day": ("min", 1440),
}


class Measure(NamedTuple):
    """A figure and what it counts, in a unit that values of one kind share."""

    figure: float
    unit: str


class Limit(BaseModel, frozen=True, extra="forbid"):
    """A bound on an attribute: what it says, and the shop's values that keep it."""

    text: str
    """As a chip says it: `< 1.9 kg`."""
    values: tuple[str, ...]


Measured = Mapping[str, Mapping[str, int]]
"""The values of each attribute, with how many products have them."""


def measure(value: str) -> Measure | None:
    """What a text that is one figure with its unit measures; None for any other text."""
    match = _VALUE.fullmatch(normal(value).strip())
    if match is None:
        return None
    name = "inch" if match[2] == '"' else unit(match[2].strip("°"))
    base, times = _BASE.get(name, (name, 1.0))
    return Measure(float(match[1]) * times, base)


def limit(values: Mapping[str, int], side: Side, bound: str) -> Limit | None:
    """The values on this side of `bound`, which is a figure with its unit. None where there are none."""
    mark = measure(bound)
    if mark is None:
        return None
    kept = tuple(
        value
        for value in values
        if (held := measure(value)) and held.unit == mark.unit and _kept(held.figure, side, mark.figure)
    )
    return Limit(text=f"{side} {bound}", values=kept) if kept else None


def extreme(values: Mapping[str, int], side: Literal["<", ">"], enough: int, text: str) -> Limit | None:
    """The lowest (`<`) or highest values that `enough` products have between them. None where none is a measure."""
    held = {value: found for value in values if (found := measure(value))}
    units = [found.unit for found in held.values()]
    usual = max(sorted(set(units)), key=units.count, default="")
    ranked = sorted((v for v in held if held[v].unit == usual), key=lambda v: held[v].figure, reverse=side == ">")
    kept: list[str] = []
    for value in ranked:
        if sum(values[each] for each in kept) >= enough:
            break
        kept.append(value)
    return Limit(text=text, values=tuple(kept)) if kept else None


def bounds(text: str, attributes: Measured) -> tuple[dict[str, Limit], list[tuple[int, int]]]:
    """What a message bounds, by attribute name, and where it says so: `under 2 kg`, `at least 20 hours of battery`,
    `2公斤以下`. The attribute is the one that is named near by, else the one that most products give in this unit."""
    found: dict[str, Limit] = {}
    spans: list[tuple[int, int]] = []
    for match in _BOUND.finditer(text):
        side = _side(match)
        figure = f"{match['figure']} {match['unit']}"
        mark = measure(figure)
        if side is None or mark is None:
            continue
        named = _named(text, match.span(), mark, attributes)
        made = limit(attributes[named], side, figure) if named else None
        if named and made:
            found[named] = made
            spans.append(match.span())
    return found, spans


def _kept(figure: float, side: Side, bound: float) -> bool:
    match side:
        case "<":
            return figure < bound
        case "<=":
            return figure <= bound
        case ">":
            return figure > bound
        case ">=":
            return figure >= bound


_NOT = r"(?:\b(?:not|nothing|never)|n't)(?:\s\w+)?\s"
_OVER, _UNDER = "(?:heavier|longer|bigger|larger|more) than", "(?:lighter|shorter|smaller|less) than"
_BOUND = re.compile(
    rf"(?:(?P<below>\b(?:under|below|{_UNDER})\b|低于|少于|小于|不到)"
    rf"|(?P<most>\b(?:at most|up to|max(?:imum)?(?: of)?|within|no {_OVER})\b|{_NOT}(?:over|above|{_OVER})\b"
    r"|不超过|不大于|不高于|不多于|最多|至多)"
    rf"|(?P<above>\b(?:over|above|{_OVER})\b|超过|大于|高于|多于)"
    rf"|(?P<least>\b(?:at least|min(?:imum)?(?: of)?|no {_UNDER})\b|{_NOT}(?:under|below|{_UNDER})\b"
    r"|至少|不低于|不少于|不小于))?"
    r"\s*(?P<figure>\d+(?:\.\d+)?)\s*-?\s*(?P<unit>[A-Za-z]+|小时|公斤|千克|克|升|毫升|毫米|厘米|米|流明|瓦|寸|英寸)"
    r"\s*(?P<after>or (?:less|under|below|lighter|shorter)|max(?:imum)?\b|以下|以内|之内"
    r"|(?P<more>or (?:more|over|above|longer)|and (?:up|above)|以上|起))?",
    re.IGNORECASE,
)
_HINTS: Mapping[str, tuple[str, ...]] = {
    "weight": ("weigh", "light", "heavy", "heavier", "lighter", "重"),
    "battery life": ("battery", "charge", "playtime", "续航", "电池"),
    "brightness": ("bright", "lumen", "亮"),
    "capacity": ("hold", "capacity", "volume", "容量"),
}


def _side(match: re.Match[str]) -> Side | None:
    if match["below"]:
        return "<"
    if match["most"]:
        return "<="
    if match["above"]:
        return ">"
    if match["least"] or match["more"]:
        return ">="
    return "<=" if match["after"] else None


def _named(text: str, span: tuple[int, int], mark: Measure, attributes: Measured) -> str | None:
    near = text[max(0, span[0] - 40) : span[1] + 30].casefold()
    counted: list[tuple[bool, int, str]] = []
    for name, values in attributes.items():
        held = sum(count for value, count in values.items() if (m := measure(value)) and m.unit == mark.unit)
        if held:
            said = any(fold(word) in near for word in re.findall(rf"[a-z]+|[{CJK}]+", name.casefold()) if len(word) > 1)
            hinted = said or any(hint in near for hint in _HINTS.get(name.casefold(), ()))
            counted.append((hinted, held, name))
    return max(counted)[2] if counted else None
