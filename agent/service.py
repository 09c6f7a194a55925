"""What a message asks of the shop's service: a person, an order, something to be done with one, or how the shop does
things. Pure, and certain or silent: what it does not hear is the planner's business.

The words are in `servicewords.toml`. Knows nothing of orders, passages or conversations.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from agent.lexicon import normal
from agent.orders import RequestKind
from agent.patterns import SERVICE

Risk = Literal["payment", "safety", "legal"]
_KINDS: tuple[RequestKind, ...] = ("cancel", "exchange", "return")
_NUMBER = re.compile(
    r"(?:\border(?:s| number| no\.?| id)?|订单(?:号|编号)?|单号)\s*(?:is|[:：#是为])?\s*#?\s*"
    r"([a-z]{0,4}-?\d[\w-]{2,31})"
    r"|#\s?([a-z]{0,4}-?\d[\w-]{2,31})|\b([a-z]{1,3}-?\d{5,12})\b",
    re.IGNORECASE,
)
LONG = 160
"""Characters from which on a message may hold a pasted page, its small print and all."""


class Service(BaseModel, frozen=True, extra="forbid"):
    """What one message asks of the shop's service."""

    person: bool = False
    """A person is asked for in so many words."""
    risk: Risk | None = None
    """Nothing that a program should settle."""
    angry: bool = False
    order: bool = False
    """An order that exists is meant."""
    numbers: tuple[str, ...] = ()
    """Order numbers that were named, as they were written."""
    request: RequestKind | None = None
    """What is to be done with an order."""
    help: bool = False
    """How the shop does things: delivery, returns, payment."""

    @property
    def said(self) -> bool:
        """Anything at all was said of it."""
        return self != Service()


def service(text: str) -> Service:
    """Read one message. Never raises."""
    text = normal(text)
    person = _hears("person", text) and not (_hears("no_person", text) and not _hears("person", _without(text)))
    risk: Risk | None = next((name for name in ("safety", "payment", "legal") if _hears(name, text)), None)
    if risk == "legal" and _hears("not_legal", text):
        risk = None
    named = list(_NUMBER.finditer(text))
    numbers = tuple(dict.fromkeys(next(held for held in match.groups() if held) for match in named))
    kind: RequestKind | None = next((kind for kind in _KINDS if _hears(kind, text)), None)
    order = _hears("order", text) or any(text[match.start()] == "#" for match in named)
    order = order or (kind is not None and _hears("bought", text))
    pointed = order or bool(numbers)
    # "How do I return it" asks for the way; "I want to return my order" is for somebody to do.
    done = kind is not None and _hears("wants_done", text) and not (_hears("how", text) and not pointed)
    asked = bool(SERVICE.search(text))
    return Service(
        person=person,
        risk=risk,
        angry=_hears("angry", text),
        order=order and len(text) < LONG,
        numbers=numbers if order or kind or asked else (),
        request=kind if done and len(text) < LONG * 2 else None,
        help=asked,
    )


def agrees(text: str) -> bool | None:
    """Yes or no to what was just offered; None for anything else."""
    text = normal(text)
    return True if _hears("yes", text) else False if _hears("no", text) else None


def wants_back(text: str) -> bool:
    """The assistant is wanted again, though a person was called."""
    return _hears("back", normal(text))


def _without(text: str) -> str:
    """The message without the clauses in which a person is not wanted."""
    return _words()["no_person"].sub(" ", text)


def _hears(name: str, text: str) -> bool:
    return _words()[name].search(text) is not None


@cache
def _words() -> Mapping[str, re.Pattern[str]]:
    lists = tomllib.loads(Path(__file__).with_name("servicewords.toml").read_text("utf-8"))
    return {name: re.compile("|".join(patterns), re.IGNORECASE) for name, patterns in lists.items()}
