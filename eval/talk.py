"""One conversation through the production turn, message by message: what was said, shown, asked and held.

Every reply is read by `checker.py`, which shares nothing with the product's own gate. Knows nothing of who speaks: a
script, a data set, a journey or a simulated shopper.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from agent.assembly import Assistant
from agent.constraints import Constraints
from agent.conversation import Conversation
from agent.events import (
    Answer,
    ComparisonShown,
    EventItem,
    HandoffChanged,
    Language,
    NoticeGiven,
    ProductsShown,
    QuestionAsked,
    ShopperMessage,
    SourcesCited,
    TextAdded,
    TextStarted,
    ToolChosen,
    TurnFailed,
    TurnFinished,
    TurnReport,
    TurnStarted,
    ViewItem,
)
from agent.journal import EventReported, Journal, MessageCreated, Record, TurnSaid
from agent.shelf import Card, CardSet
from agent.shop import Glossary
from agent.tools import ToolCall
from eval.checker import Accusation, Said, check
from eval.errors import EvalError
from retrieval.product import Product

_LONG = 60
"""Replies shorter than this may repeat: "You're welcome!"."""
_MOST = 2000
"""Characters of a message; the rest of a longer one is not sent."""
_SAID_TITLE = 40
"""A long title counts as named by its beginning."""
_LOOKS = ("search_catalog", "refine")
_ELSEWHERE = ("look_up_orders", "prepare_request")


class ModelFault(EvalError):
    """The model was down, or said the same again and again: the run is no measurement."""


class Heard(BaseModel, frozen=True, extra="forbid"):
    """What one message came to."""

    message: str
    language: Language = "en"
    """Of the answer."""
    call: ToolCall | None = None
    chosen_by: str = ""
    shown: CardSet | None = None
    """The cards that this turn showed last, if it showed any."""
    fresh: bool = False
    """The cards shown are this turn's answer: they did not only come back behind one."""
    screen: tuple[Card, ...] = ()
    """The cards before the shopper's eyes after the turn."""
    standing: tuple[Constraints, ...] = ()
    """The standing requests after the turn: one for each kind of product that the last message spoke of."""
    comparison: ComparisonShown | None = None
    question: str = ""
    answers: tuple[Answer, ...] = ()
    notices: tuple[NoticeGiven, ...] = ()
    quoted: tuple[str, ...] = ()
    """What was quoted from the shop's pages, or from what is said of a product."""
    handoff: HandoffChanged | None = None
    text: str = ""
    by_model: int = 0
    """Pieces of the text that the model wrote."""
    unmentioned: tuple[str, ...] = ()
    """Ids of the products shown that the text does not name."""
    failed: str = ""
    ended: bool = False
    report: TurnReport = TurnReport()
    accusations: tuple[Accusation, ...] = ()

    @property
    def tool(self) -> str:
        """The name of the tool that was called; empty where the turn failed before."""
        return self.call.tool if self.call else ""


class Talk:
    """A conversation that starts fresh. Every method may raise RetrievalError, and JournalError where there is one."""

    def __init__(self, assistant: Assistant, id: str = "talk", journal: Journal | None = None) -> None:
        """`journal`: where all of it is written, as a shop's door would."""
        self.conversation = Conversation(session_id=f"eval-{id}")
        self._assistant = assistant
        self._id = id
        self._journal = journal
        self._heard: list[str] = []
        self._count = 0

    async def view(self, product_id: str) -> None:
        """The shopper looks at this product's page."""
        products = {product.id: product for product in await self._assistant.retriever.get((product_id,))}
        event = ViewItem(event_id=self._next(), time=datetime.now(UTC), items=(EventItem(item_id=product_id),))
        self.conversation = self.conversation.happened(event, products)
        await self._write([EventReported(event=event)])

    async def say(self, text: str) -> Heard:
        """Send this message and hear the whole turn."""
        message = ShopperMessage(id=self._next(), text=text[:_MOST], time=datetime.now(UTC))
        self._heard.append(message.text)
        records: list[Record] = [MessageCreated(message=message)]
        before = _screen(self.conversation)
        row: dict[str, Any] = {"message": message.text}
        said: list[str] = []
        notices: list[NoticeGiven] = []
        by_model = 0
        async for event in self._assistant.turn(self.conversation, message):
            self.conversation = self.conversation.told(event)
            records.append(TurnSaid(event=event))
            match event:
                case TextStarted() if said:
                    said.append("\n")  # another bubble
                case TextAdded():
                    said.append(event.delta)
                    by_model += event.by == "model"
                case NoticeGiven():
                    notices.append(event)
                case _:
                    row |= _told(event)
        await self._write(records)
        row |= {"text": "".join(said), "by_model": by_model, "notices": tuple(notices)}
        row |= {"standing": standing(self.conversation), "screen": _screen(self.conversation)}
        heard = Heard.model_validate(row)
        new = heard.shown is not None and (heard.tool in _LOOKS or heard.shown.ids != _ids(before))
        # The checker knows the catalogue: what stands in the shop's pages, or in its orders, is not its to weigh.
        weighed = "" if heard.tool in _ELSEWHERE else heard.text
        for quoted in heard.quoted:
            weighed = weighed.replace(quoted, "")
        if heard.tool == "search_help":
            weighed = re.sub("“[^”]*”", "", weighed)  # the name of a page
        compared = heard.comparison.columns if heard.comparison else None
        glossary = self._assistant.shop.glossary
        accusations = check(_said(self.conversation, weighed, " ".join(self._heard), glossary, compared))
        unmentioned = self._unmentioned(heard) if new else ()
        return heard.model_copy(update={"fresh": new, "accusations": accusations, "unmentioned": unmentioned})

    def _unmentioned(self, heard: Heard) -> tuple[str, ...]:
        titles = self._assistant.shop.glossary.titles
        return tuple(
            card.product.id
            for card in (heard.shown.cards if heard.shown else ())
            if not any(
                title[:_SAID_TITLE] in heard.text
                for title in (card.product.title, titles.get(card.product.id, ""))
                if title
            )
        )

    async def _write(self, records: Sequence[Record]) -> None:
        if self._journal:
            await self._journal.append(self.conversation.session_id, records)

    def _next(self) -> str:
        self._count += 1
        return f"{self._id}-{self._count}"


def standing(conversation: Conversation) -> tuple[Constraints, ...]:
    """The requests that stand for what the last message spoke of."""
    return conversation.request.meant


def faults(heard: Sequence[Heard], *, prose: bool = True) -> tuple[str, ...]:
    """Why these turns of a real model are no measurement; empty when they are one. `prose`: it was asked to write."""
    found: list[str] = []
    down = [turn for turn in heard if _down(turn, prose)]
    if down:
        found.append(f"the model did not answer in {len(down)} of {len(heard)} turns: {_down(down[0], prose)}")
    if not prose:
        return tuple(found)
    # Our own sentences may repeat: asked which is meant, they always ask alike.
    long = [turn.text for turn in heard if turn.by_model and len(turn.text) > _LONG]
    repeated = len(long) - len(set(long))
    if repeated > len(heard) / 10:
        found.append(f"{repeated} replies repeat another word for word")
    if heard and not any(turn.by_model for turn in heard):
        found.append("no reply holds a sentence that the model wrote")
    return tuple(found)


def ensure_answering(heard: Sequence[Heard], *, prose: bool = True, last: int = 3) -> None:
    """Raise ModelFault where the model answered in none of the last turns: hours would be spent on nothing."""
    tail = heard[-last:]
    if len(tail) == last and all(_down(turn, prose) for turn in tail):
        raise ModelFault(
            f"The model did not answer in {last} turns, one after the other: {_down(tail[-1], prose)}.",
            fix="See that it runs; with --cache the run is taken up where it stopped.",
        )


def _down(turn: Heard, prose: bool) -> str:
    """How a call failed. An answer that is no plan is the model's own fault, and measured as such."""
    calls = turn.report.calls if prose else tuple(call for call in turn.report.calls if call.kind == "plan")
    return next((call.failed for call in calls if call.failed and call.failed != "ChatGarbled"), "")


def _told(event: object) -> dict[str, Any]:
    """The fields of Heard that an event fills."""
    match event:
        case TurnStarted():
            return {"language": event.language}
        case ToolChosen():
            return {"call": event.call, "chosen_by": event.chosen_by}
        case ProductsShown():
            return {"shown": event.card_set}
        case ComparisonShown():
            return {"comparison": event}
        case SourcesCited():
            return {"quoted": tuple(source.text for source in event.sources)}
        case HandoffChanged():
            return {"handoff": event}
        case QuestionAsked():
            return {"question": event.text, "answers": event.answers}
        case TurnFailed():
            return {"failed": event.code, "ended": True}
        case TurnFinished():
            return {"report": event.report, "ended": True}
        case _:
            return {}


def _screen(conversation: Conversation) -> tuple[Card, ...]:
    current = conversation.shelf.current
    return current.cards if current else ()


def _ids(cards: Sequence[Card]) -> tuple[str, ...]:
    return tuple(card.product.id for card in cards)


def _said(
    conversation: Conversation, text: str, heard: str, glossary: Glossary, compared: tuple[int, ...] | None
) -> Said:
    """What the checker reads. The shop's own words in another language are as good as its attributes. `compared`: the
    cards that "the lightest of these" is said of, where that is not the whole screen."""
    cards = [card for card in _screen(conversation) if compared is None or card.handle in compared]
    shown = tuple(card.product for card in cards)
    facts = tuple(card.reason.text for card in cards if card.reason)
    if glossary.values:
        facts += tuple(f"{product.title}：{_translated(product, glossary)}" for product in shown)
    earlier: dict[str, Product] = {
        card.product.id: card.product for card_set in conversation.shelf.sets for card in card_set.cards
    }
    known = tuple(product for product in earlier.values() if product not in shown)
    return Said(text=text, shown=shown, known=known, shopper=heard, facts=facts)


def _translated(product: Product, glossary: Glossary) -> str:
    held = product.attributes.items()
    return "；".join(f"{glossary(name)}：{'、'.join(map(glossary, values))}" for name, values in held)
