"""Handing a conversation to a person: when, and what the person is told. Pure.

The summary is for the shop's people: what the shopper wants, what they were shown and told, what waits for a person.
Knows nothing of helpdesks or the wire.
"""

from agent.conversation import Conversation
from agent.events import HandoffChanged, Language
from agent.parser import Parsed
from agent.phrases import say
from agent.service import agrees, wants_back
from agent.tools import AnyCall, HandOff, HandoffReason, LookUpOrders, PrepareRequest, SearchHelp

LAST_WORDS = 6
"""Messages that the summary quotes."""
WHY: dict[HandoffReason, str] = {
    "asked": "the shopper asked for a person",
    "payment": "a payment is disputed",
    "safety": "somebody was hurt, or could be",
    "legal": "the shopper speaks of the law",
    "anger": "the shopper is angry",
    "failure": "the assistant could not help",
    "request": "a request is to be confirmed",
}
FAILURES = 2
"""Turns in a row that could not help, after which a person is offered."""


def taken_back(conversation: Conversation, text: str) -> bool:
    """A person was called and has not come yet, and the shopper wants the assistant after all."""
    return conversation.handoff == "waiting" and wants_back(text)


def service_call(parsed: Parsed, conversation: Conversation, text: str) -> AnyCall | None:
    """What is certain of a message to the shop's service, and needs no model; None where products are meant, or nothing
    is certain. A person is called at once where one is asked for, and where money, health or the law is at stake."""
    heard, standing = parsed.service, conversation.prepared
    if conversation.handoff == "offered" and (answer := agrees(text)) is not None:
        return HandOff(state="waiting" if answer else "returned", reason="request" if standing and answer else "asked")
    if heard is None:
        return None
    if heard.person or heard.risk:
        return HandOff(state="waiting", reason=heard.risk or "asked")
    if parsed.need or parsed.change:
        return None
    if heard.request and (heard.order or heard.numbers or conversation.user_id):
        return PrepareRequest(kind=heard.request, number=heard.numbers[0] if heard.numbers else None)
    if heard.order or heard.numbers:
        return LookUpOrders(numbers=heard.numbers[:3])
    if heard.help:
        return SearchHelp()
    # Temper alone: nothing else was said that could be answered.
    return HandOff(state="offered", reason="anger") if parsed.small_talk or not parsed.query else None


def offer(parsed: Parsed, conversation: Conversation, *, helped: bool) -> HandoffReason | None:
    """Why a person is to be offered at the end of this turn, if one is; a question does not follow a question."""
    if parsed.service and parsed.service.angry:
        return "anger"
    again = not helped and conversation.failures + 1 >= FAILURES
    return "failure" if again and not conversation.asked else None


def handed(conversation: Conversation, call: HandOff, language: Language) -> HandoffChanged:
    """What is told of a hand-off, with the summary where a person is called."""
    text = say(language, f"handoff:{call.state}")
    calling = call.state == "waiting"
    told = summary(conversation, call.reason or "asked", language) if calling else ""
    return HandoffChanged(state=call.state, text=text, reason=call.reason, summary=told)


def summary(conversation: Conversation, reason: HandoffReason, language: Language) -> str:
    """What a person needs to go on, a line each: why, who, what is wanted, what was shown and said, what waits."""
    wanted = [_wanted(role.need, [chip.value for chip in role.chips]) for role in conversation.request.meant]
    shown = conversation.shelf.current
    request = conversation.prepared
    lines = (
        ("Why", WHY[reason]),
        ("Language", {"en": "English", "zh": "Chinese"}[language]),
        ("Shopper", conversation.user_id or "a guest"),
        ("Looks for", "; ".join(filter(None, wanted))),
        ("Was shown", "; ".join(card.product.title for card in shown.cards) if shown else ""),
        ("Was told from", "; ".join(conversation.cited)),
        ("Order", conversation.order or ""),
        ("To confirm", f"{request.kind} {request.order}: {', '.join(request.items) or 'all of it'}" if request else ""),
    )
    said = [f"{one.by or one.role.capitalize()}: {' '.join(one.text.split())}" for one in conversation.said]
    told = [f"{name}: {value}" for name, value in lines if value]
    return "\n".join([*told, *said[-LAST_WORDS:]])


def _wanted(need: str, chips: list[str]) -> str:
    return ", ".join(filter(None, (need, *chips)))
