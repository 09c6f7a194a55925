"""One turn of a journey judged: act, request, references, shelf and prose, each on its own. Pure.

Knows nothing of how the turn was made.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.constraints import Constraints
from agent.shelf import Card
from eval.journeyfile import State, Turn
from eval.standing import broken, changed_fields, plain, wrong_fields
from eval.talk import Heard
from retrieval.product import Product

_ACTS = {
    "search_catalog": "search",
    "refine": "refine",
    "compare": "compare",
    "ask_shopper": "ask",
}
_SERVICE = ("search_help", "look_up_orders", "prepare_request", "hand_off")
_CJK = re.compile("[\u4e00-\u9fff]")
_KANA = re.compile("[\u3040-\u30ff]")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’]+")


@dataclass(frozen=True, slots=True)
class Before:
    """What a turn is judged against, besides what the journey says."""

    requests: tuple[dict[str, Any], ...] = ()
    """Every request as it stood last, plain."""
    expected: tuple[State, ...] = ()
    """What should have stood."""
    screen: tuple[Card, ...] = ()
    asked: bool = False
    """The turn before ended in a question."""


@dataclass(slots=True)
class Verdict:
    """By mark, whether it was right; a mark that nothing was said of is absent."""

    marks: dict[str, bool] = field(default_factory=dict[str, bool])
    why: dict[str, str] = field(default_factory=dict[str, str])
    """Of the marks that were not."""

    def mark(self, name: str, wrong: str) -> None:
        """Right where `wrong` is empty."""
        self.marks[name] = not wrong
        if wrong:
            self.why[name] = wrong


def judge(turn: Turn, heard: Heard, before: Before, catalogue: Sequence[Product]) -> Verdict:
    """Every mark that this turn can be given."""
    found = Verdict()
    act = act_of(heard.tool, handles_of(heard.call), asked=_only_asked(heard))
    found.mark("act", "" if act in turn.does else f"{act or 'none'} where {' or '.join(turn.does)} is right")
    found.mark("state", _state(turn, heard, before))
    if turn.points is not None or turn.answers_from:
        found.mark("reference", _reference(turn, heard))
    ids = [card.product.id for card in heard.screen]
    if turn.shows or turn.hides:
        missing = [f"{id} is not shown" for id in turn.shows if id not in ids]
        found.mark("shows", "; ".join((*missing, *(f"{id} is shown" for id in turn.hides if id in ids))))
    expected = turn.expected if turn.expected is not None else before.expected
    if heard.fresh and expected:
        found.mark("shelf", _shelf(heard, expected, before, catalogue))
    _prose(found, turn, heard, before)
    return found


def _only_asked(heard: Heard) -> bool:
    """It asked in place of showing something; a question beside cards goes with a search."""
    return bool(heard.question) and not heard.fresh


def act_of(tool: str, handles: Sequence[int], *, asked: bool = False) -> str:
    """What a call does, in the words of journeys. A turn that ended in a question has asked, whatever was planned."""
    if tool in _SERVICE:
        return "chat"
    if asked:
        return "ask"
    if tool == "reply":
        return "answer" if handles else "chat"
    return _ACTS.get(tool, "")


def pointed(turn: Turn, handles: Sequence[int], screen: Sequence[Card], text: str = "") -> str:
    """Why a reference was not read right; empty where it was."""
    if turn.points:
        return "" if set(handles) == set(turn.points) else f"{list(handles)} where {list(turn.points)} is meant"
    if turn.answers_from:
        meant = {card.product.id for card in screen if card.handle in handles}
        titles = [card.product.title for card in screen if card.product.id == turn.answers_from]
        if meant == {turn.answers_from} or any(title in text for title in titles):
            return ""
        return f"{', '.join(sorted(meant)) or 'none'} where {turn.answers_from} is meant"
    return ""


def after(turn: Turn, heard: Heard, before: Before) -> Before:
    """What the next turn is judged against."""
    return Before(
        requests=tuple(plain(each) for each in heard.standing),
        expected=turn.expected if turn.expected is not None else before.expected,
        screen=heard.screen,
        asked=_only_asked(heard),
    )


def handles_of(call: Any) -> tuple[int, ...]:
    """The cards that a call names."""
    items: tuple[int, ...] = getattr(call, "items", ())
    item: int | None = getattr(call, "item", None)
    return items or ((item,) if item else ())


def _reference(turn: Turn, heard: Heard) -> str:
    if turn.points == ():
        return "" if heard.question else "no question, where nobody could tell what is meant"
    return pointed(turn, handles_of(heard.call), heard.screen, heard.text)


def _state(turn: Turn, heard: Heard, before: Before) -> str:
    held = [plain(each) for each in heard.standing]
    if turn.expected is None:
        known = before.requests or (plain(Constraints()),)
        options = [[changed_fields(old, new, turn.may) for old in known] for new in held]
        changed = [min(each, key=len) for each in options]
        return "; ".join(f"{name} changed" for names in changed for name in names)
    if len(held) != len(turn.expected):
        return f"{len(held)} requests where {len(turn.expected)} were made"
    shown = _critiqued(turn, before.screen)
    carried = frozenset(name for state in before.expected for name in state.relative)
    rest = list(held)
    wrong: list[str] = []
    for state in turn.expected:
        tried = [
            min(
                (
                    wrong_fields(state, turn.may, each, before=old, shown=shown, carried=carried)
                    for old in before.requests or (None,)
                ),
                key=len,
            )
            for each in rest
        ]
        best = min(range(len(tried)), key=lambda at: len(tried[at]))
        wrong += [f"{name} is {_told(rest[best][name])}" for name in tried[best]]
        rest.pop(best)
    return "; ".join(wrong)


def _critiqued(turn: Turn, screen: Sequence[Card]) -> tuple[Product, ...]:
    """The products that a critique is about: those pointed at, or all that were shown."""
    named = tuple(card.product for card in screen if turn.points and card.handle in turn.points)
    return named or tuple(card.product for card in screen)


def _shelf(heard: Heard, expected: Sequence[State], before: Before, catalogue: Sequence[Product]) -> str:
    """Every product shown satisfies one of the requests, and of several requests each has a product; where nothing that
    is sold does, that has to be said."""
    shown = tuple(card.product for card in before.screen)
    cards = heard.shown.cards if heard.shown else ()
    wrong: list[str] = []
    for card in cards:
        breaks = min((broken(card.product, state, shown) for state in expected), key=len)
        if breaks:
            wrong.append(f"{card.product.id} breaks {', '.join(breaks)}")
    for state in expected if len(expected) > 1 else ():
        if all(broken(card.product, state, shown) for card in cards):
            wrong.append(f"nothing for {' or '.join(state.category)}")
    if not wrong:
        return ""
    told = {notice.code for notice in heard.notices} & {"relaxed", "nothing_found", "unknown_field"}
    possible = any(not broken(product, state, shown) for state in expected for product in catalogue)
    return "" if told and not possible else "; ".join(wrong)


def _prose(found: Verdict, turn: Turn, heard: Heard, before: Before) -> None:
    text = heard.text
    if turn.says or turn.says_not:
        read = "\n".join((*(notice.text for notice in heard.notices), text))  # the shopper reads notices too
        missing = [f"does not say {pattern}" for pattern in turn.says if not re.search(pattern, read)]
        found.mark("says", "; ".join((*missing, *(f"says {p}" for p in turn.says_not if re.search(p, read)))))
    names = [card.product.title for card in (*heard.screen, *before.screen)]
    if spoken := language_of(text, names):
        wanted = turn.language or language_of(turn.say) or "en"
        found.mark("language", "" if spoken == wanted else f"{spoken} where {wanted} is spoken")
    if heard.fresh:
        found.mark("mentioned", ", ".join(heard.unmentioned))
    questions = len(re.findall("[?？]", _without(text, names)))
    found.mark("one question", f"{questions} questions" if questions > 1 else "")
    found.mark("not asked twice", "asked again" if before.asked and heard.question else "")
    found.mark("true", "; ".join(f"{each.kind}: {each.quote} ({each.why})" for each in heard.accusations))


def language_of(text: str, names: Sequence[str] = ()) -> str:
    """`zh` or `en`, by what there is more of, names of products apart; empty where there is nothing to tell by."""
    rest = _without(text, names)
    ideographs = 0 if _KANA.search(rest) else len(_CJK.findall(rest))
    words = len(_WORD.findall(rest))
    if not ideographs and not words:
        return ""
    return "zh" if ideographs > words else "en"


def _without(text: str, names: Sequence[str]) -> str:
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    return text


def _told(value: Any) -> str:
    if isinstance(value, frozenset):
        return "{" + ", ".join(sorted(map(str, value))) + "}"  # pyright: ignore
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_told(held)}" for name, held in value.items()) + "}"  # pyright: ignore
    return str(value)
