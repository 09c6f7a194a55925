"""`examples`: what a shop's own model can be tuned on, out of its journal: the accepted turns as prompts and answers.

A planning example is what the planner was told and the call that the turn settled on (with the category that it came to
search in); a narration example what the narrator was told and the clauses that the gate released, with handles in place
of names, where they name every product of the prompt. Prompts are built again from the fold of the session. The journal
holds neither the shop's file, nor the facets of that day, nor products that were looked at: those are today's, so after
a change of the catalogue a prompt is the nearest there is. Of a clause, the capital that began its sentence and a full
stop may be ours.

What shoppers say of themselves is taken out (redaction.py); sessions that said no to use are left out. Of examples that
are alike the first is kept, and a shopper's sessions are all held out, or none is. Knows nothing of training.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from agent.clauses import handles
from agent.conversation import Conversation
from agent.events import (
    Language,
    ProductsShown,
    Search,
    StepStarted,
    TextAdded,
    ToolChosen,
    TurnEvent,
    TurnFinished,
    TurnStarted,
)
from agent.exchange import shoppers_log, told
from agent.journal import EventReported, Journal, Logged, MessageCreated, TurnSaid, shopper_of
from agent.prompts import NARRATED, answer_prompt, narrate_prompt, plan_prompt
from agent.run import spoken_name
from agent.shelf import Card
from agent.shop import Shop
from agent.tools import AnyCall, Compare, Refine, Reply, SearchCatalog, as_answer, schema
from eval.accepted import Liked, forbidden, is_accepted, liked
from eval.redaction import private, redacted, without
from llm_server.chat import CallKind, Message
from llm_server.examples import Example
from retrieval.product import Product
from retrieval.query import Facets, Retriever

_PAGE = 500
"""Products that are asked for at once."""


async def examples(
    journal: Journal, shop: Shop, facets: Facets, retriever: Retriever, *, held_out: float
) -> tuple[Example, ...]:
    """All examples of a journal. `held_out`: about the share of shoppers to measure on. Raises JournalError,
    RetrievalError."""
    async with aclosing(told(journal)) as every:
        log = [each async for each in every]
    went_for = liked(await shoppers_log(journal))
    unwilling = forbidden(log)
    sessions: defaultdict[str, list[Logged]] = defaultdict(list)
    for each in log:
        if each.session_id not in unwilling:
            sessions[each.session_id].append(each)
    products = await _products(retriever, log)
    found = [
        example
        for session_id, records in sessions.items()
        for example in examples_of(session_id, records, shop, facets, products, went_for)
    ]
    groups = {hashed(session_id): hashed(_shopper(session_id, records)) for session_id, records in sessions.items()}
    return split(once(found), groups, held_out)


def examples_of(
    session_id: str,
    records: Sequence[Logged],
    shop: Shop,
    facets: Facets,
    products: Mapping[str, Product],
    went_for: Liked,
) -> Iterator[Example]:
    """The examples of one session, in the order of its turns. `products`: those that its events name."""
    reader = _Reader(shop, facets, Conversation(session_id=session_id), went_for)
    for each in records:
        yield from reader.read(each, products)


def once(found: Iterable[Example]) -> list[Example]:
    """Without those that say the same as one before."""
    return list({(each.kind, each.messages): each for each in reversed(list(found))}.values())[::-1]


def split(found: Sequence[Example], groups: Mapping[str, str], share: float) -> tuple[Example, ...]:
    """About this share of the groups held out: the same ones each time. `groups`: by session, whose it is."""
    return tuple(
        each.model_copy(update={"held_out": int(hashed(groups[each.session])[:8], 16) < share * 2**32})
        for each in found
    )


def hashed(id: str) -> str:
    """What stands for a session: who has the journal can find it again."""
    return sha256(id.encode()).hexdigest()[:16]


@dataclass(slots=True)
class _Turn:
    """A turn as it is being told."""

    began: datetime
    id: str
    text: str
    language: Language
    before: Conversation
    """As the turn found it, with the products that were called by name."""
    planned: bool = False
    call: AnyCall | None = None
    said: list[str] = field(default_factory=list[str])
    """The clauses of the model."""


@dataclass(slots=True)
class _Reader:
    """Reads one session's records, one after the other."""

    shop: Shop
    facets: Facets
    conversation: Conversation
    went_for: Liked
    texts: dict[str, str] = field(default_factory=dict[str, str])
    secrets: set[str] = field(default_factory=set[str])
    turn: _Turn | None = None

    def read(self, each: Logged, products: Mapping[str, Product]) -> Iterator[Example]:
        before = self.conversation
        self.conversation = before.after(each.record, products)
        match each.record:
            case MessageCreated(message=message):
                self.texts[message.id] = message.text
                self.secrets |= private(message.text)
            case TurnSaid(event=TurnStarted() as started):
                text = self.texts.get(started.message_id, "")
                self.turn = _Turn(started.time, started.turn_id, text, started.language, before) if text else None
            case TurnSaid(event=TurnFinished(cancelled=False)) if self.turn:
                turn, self.turn = self.turn, None
                yield from self._of(turn)
            case TurnSaid(event=event) if self.turn:
                _follow(self.turn, event)
            case _:
                pass

    def _of(self, turn: _Turn) -> Iterator[Example]:
        """The examples of a turn that has ended."""
        call = turn.call
        if call is None or not is_accepted(call, turn.id, turn.began, self.conversation, self.went_for):
            return
        if turn.planned:
            yield from self._plan(turn, call)
        prompt = self._narrator_told(turn, call)
        answer = _with_handles("".join(turn.said), self._cards(call))
        if prompt and {card.handle for card in self._cards(call)[:NARRATED]} <= set(handles(answer)):
            yield self._example("narrate", prompt, answer)

    def _plan(self, turn: _Turn, call: AnyCall) -> Iterator[Example]:
        current = turn.before.shelf.current
        shown = current.cards if current else ()
        if isinstance(call, SearchCatalog):
            call = call.model_copy(update={"category": call.category or self.conversation.request.current.category})
        answer = as_answer(call, self.facets, len(shown))
        if answer is None:
            return
        said = redacted(turn.text)
        prompt = plan_prompt(self.shop, self.facets, shown, turn.before.request, turn.before.profile, said)
        answer = {name: self._clean(value) if name == "query" else value for name, value in answer.items()}
        yield self._example("plan", prompt, _json(answer), schema(self.facets, len(shown)))

    def _narrator_told(self, turn: _Turn, call: AnyCall) -> tuple[Message, ...] | None:
        cards = self._cards(call)
        need = self.conversation.request.current.need
        match call:
            case SearchCatalog() | Refine() | Compare():
                return narrate_prompt(self.shop, need, cards, turn.language)
            case Reply() if cards:
                return answer_prompt(self.shop, redacted(turn.text), cards, turn.language)
            case _:
                return None

    def _cards(self, call: AnyCall) -> tuple[Card, ...]:
        """What the narrator was told of."""
        current = self.conversation.shelf.current
        cards = current.cards if current else ()
        if isinstance(call, Compare | Reply):
            return tuple(card for card in cards if card.handle in call.items)
        return cards

    def _example(
        self, kind: CallKind, prompt: Sequence[Message], answer: str, bound: dict[str, Any] | None = None
    ) -> Example:
        system, user = prompt
        clean = user.model_copy(update={"content": self._clean(user.content)})
        reply = Message(role="assistant", content=answer if bound else self._clean(answer))
        session = hashed(self.conversation.session_id)
        return Example(messages=(system, clean, reply), kind=kind, session=session, json_schema=bound)

    def _clean(self, text: str) -> str:
        return without(text, self.secrets)


def _follow(turn: _Turn, event: TurnEvent) -> None:
    match event:
        case ProductsShown(card_set=shown) if turn.call is None and not shown.provisional:
            turn.before = turn.before.told(event)  # called by name, and shown before the plan
        case StepStarted(step="plan"):
            turn.planned = True
        case ToolChosen(call=call):
            turn.call = call
        case TextAdded(delta=delta, by="model"):
            turn.said.append(delta)
        case _:
            pass


def _with_handles(text: str, cards: Sequence[Card]) -> str:
    names = {spoken_name(card): f"[{card.handle}]" for card in cards}
    if not names:
        return text
    longest = sorted(names, key=lambda name: -len(name))
    return re.sub("|".join(re.escape(name) for name in longest), lambda match: names[match[0]], text)


def _json(answer: dict[str, Any]) -> str:
    """Compact, as the examples of the prompt are."""
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


def _shopper(session_id: str, records: Sequence[Logged]) -> str:
    """Whose session it is: its last known shopper's, else its own."""
    known = [user_id for each in records if (user_id := shopper_of(each.record))]
    return known[-1] if known else session_id


async def _products(retriever: Retriever, log: Sequence[Logged]) -> dict[str, Product]:
    """Those that session events name, as the shop sells them today."""
    events = (each.record.event for each in log if isinstance(each.record, EventReported))
    ids = list(dict.fromkeys(item.item_id for event in events if not isinstance(event, Search) for item in event.items))
    pages = [await retriever.get(tuple(ids[at : at + _PAGE])) for at in range(0, len(ids), _PAGE)]
    return {product.id: product for page in pages for product in page}
