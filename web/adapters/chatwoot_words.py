"""What Chatwoot is sent: the frames of a turn as its messages, and a few sentences of our own. Pure.

Chatwoot's own widget and API inboxes take cards; every other channel is told the same in plain lines. Figures are those
of the frames, as the catalogue has them. Knows nothing of how a message is sent.
"""

from collections.abc import Sequence
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel

from agent.conversation import Conversation
from agent.events import Answer, Language
from agent.phrases import say
from web.frames import Frame

CARDS = ("Channel::WebWidget", "Channel::Api")
TAPPED = (*CARDS, "Channel::Whatsapp", "Channel::Telegram", "Channel::Line")
"""Channels that show the answers of an `input_select` as something to tap."""
UNSAID = ("degraded", "loading")
"""Notices about the machine, which a person would not make."""
MOST_ANSWERS = 10

_OURS: dict[Language, dict[str, str]] = {
    "en": {
        "view": "View",
        "unseen": "I cannot open pictures or files. Tell me in a few words what it is about, or ask for a person.",
        "unseen_beside": "I cannot open what you attached, so I go by your words.",
        "person": "A person, please",
        "ask_person": "I would like to talk to a person.",
        "passed_on": "I cannot answer that, so I have passed it on to our people. They will answer you here.",
        "our_people": "One of our people",
    },
    "zh": {
        "view": "查看",
        "unseen": "我看不了图片和文件。请用几句话告诉我是什么事，也可以找人工客服。",
        "unseen_beside": "我看不了您发来的附件，先按您的文字来回答。",
        "person": "转人工客服",
        "ask_person": "我想找人工客服。",
        "passed_on": "这个我回答不了，已经转给我们的客服人员，他们会在这里回复您。",
        "our_people": "客服人员",
    },
}


class Say(BaseModel, frozen=True, extra="forbid"):
    """One message for Chatwoot."""

    content: str
    kind: Literal["text", "cards", "input_select"] = "text"
    items: tuple[dict[str, Any], ...] = ()
    """Of cards `{title, description, media_url?, actions}`, of answers `{title, value}`."""
    private: bool = False
    """A note for the shop's people."""


def ours(language: Language, phrase: str, **words: object) -> str:
    """A sentence of our own."""
    return _OURS[language][phrase].format(**words)


def unseen(language: Language, channel: str) -> Say:
    """To a message of attachments alone: what a person would have to look at is one tap away from a person."""
    answer = Answer(label=ours(language, "person"), text=ours(language, "ask_person"))
    return asking(ours(language, "unseen"), (answer,), channel)


def asking(text: str, answers: Sequence[Answer], channel: str) -> Say:
    """A question, with what may be answered."""
    if channel not in TAPPED or not answers:
        return Say(content="\n".join((text, *(f"- {answer.label}" for answer in answers))))
    items = tuple({"title": answer.label, "value": answer.text} for answer in answers[:MOST_ANSWERS])
    return Say(content=text, kind="input_select", items=items)


class Telling:
    """One turn, told as its frames come: cards at once, and the words when the turn is over. What was not over when the
    turn was cancelled or failed is never said."""

    def __init__(self, channel: str, lead: Sequence[str] = (), shown: Sequence[str] = ()) -> None:
        """`lead`: to be said before all else. `shown`: ids of the products that this conversation was shown last."""
        self._channel = channel
        self._before = list(lead)
        self._text = ""
        self._after: list[str] = []
        self._whose = ""
        self._question: tuple[str, tuple[Answer, ...]] | None = None
        self._provisional: list[str] | None = None
        self.shown = tuple(shown)
        """Ids of the products shown last."""
        self.handed = ""
        """Why a person is called, where one is."""
        self.returned = False
        """The shopper took the conversation back from the people who were called."""
        self.failed = True
        """The turn could not be answered; so long as its end was not told, neither."""

    def hear(self, frame: Frame, conversation: Conversation) -> list[Say]:
        """What is to be sent now that this frame was told. `conversation`: as it stands."""
        result: Any = frame.get("result")
        match frame:
            case {"type": "CUSTOM", "name": "shop.products", "value": value}:
                return self._products(value, conversation.language)
            case {"type": "CUSTOM", "name": name, "value": value}:
                self._note(name, value, conversation)
            case {"type": "TEXT_MESSAGE_START"} if self._text:
                self._text += "\n\n"
            case {"type": "TEXT_MESSAGE_CONTENT", "delta": delta}:
                self._text += delta
            case {"type": "RUN_FINISHED"}:
                self.failed = False
                return [] if result and result.get("cancelled") else self._over()
            case _:
                pass
        return []

    def _products(self, value: dict[str, Any], language: Language) -> list[Say]:
        products: list[dict[str, Any]] = value["products"]
        ids = [product["id"] for product in products]
        if value["provisional"]:
            self._provisional = ids
            return []
        # Instant cards that the plan did not want are never sent, so what they covered need not be shown again.
        put_back = self._provisional not in (None, ids) and tuple(ids) == self.shown
        if put_back or not products:
            return []
        self.shown = tuple(ids)
        lines = "\n".join(_line(product, language) for product in products)
        linked = all(_address(product["url"]) for product in products)  # Chatwoot takes no card without an action
        if self._channel not in CARDS or not linked:
            return [Say(content=lines)]
        return [Say(content=lines, kind="cards", items=tuple(_card(product, language) for product in products))]

    def _note(self, name: str, value: dict[str, Any], conversation: Conversation) -> None:
        match name:
            case "shop.notice" if value["code"] not in UNSAID:
                self._before.append(value["text"])
            case "shop.comparison":
                self._before.append(_comparison(value, conversation))
            case "shop.sources":
                self._after.append("\n".join(_source(source) for source in value["sources"]))
            case "shop.question":
                self._question = (value["text"], tuple(Answer.model_validate(one) for one in value["answers"]))
            case "shop.handoff":
                self._whose = value["text"]
                self.handed = (value["reason"] or "asked") if value["state"] == "waiting" else ""
                self.returned = value["state"] == "returned"
            case _:
                pass

    def _over(self) -> list[Say]:
        text, question = self._text.strip(), self._question
        if question and question[1]:
            text = text.removesuffix(question[0]).strip()
        before = [part for part in dict.fromkeys(self._before) if part and part not in self._text]
        whose = "" if self._text else self._whose  # a turn that says it in a sentence needs no label
        words = "\n\n".join(part for part in (*before, text, whose, *self._after) if part)
        said = [Say(content=words)] if words else []
        if question and (question[1] or question[0] not in self._text):
            said.append(asking(question[0], question[1], self._channel))
        return said


def note(*lines: str) -> Say:
    """For the person who takes over."""
    return Say(content="\n".join(line for line in lines if line), private=True)


def _card(product: dict[str, Any], language: Language) -> dict[str, Any]:
    picture = _address(product["imageUrl"])
    reason = product["reason"]["text"] if product["reason"] else ""
    return {
        "title": product["title"],
        "description": "\n".join(part for part in (_facts(product, language), reason) if part),
        **({"media_url": picture} if picture else {}),
        "actions": [{"type": "link", "text": ours(language, "view"), "uri": product["url"]}],
    }


def _line(product: dict[str, Any], language: Language) -> str:
    facts, address = _facts(product, language), _address(product["url"])
    return " · ".join(part for part in (f"{product['handle']}. {product['title']}", facts, address) if part)


def _facts(product: dict[str, Any], language: Language) -> str:
    """Price, stock and rating, as the catalogue has them; what is unknown is left out."""
    price, rating, stock = product["price"], product["rating"], product["availability"]
    known = (
        price["text"] if price else "",
        say(language, f"stock:{stock}") if stock else "",
        say(language, "rated", value=f"{rating['value']:g}") if rating else "",
    )
    return " · ".join(part for part in known if part)


def _comparison(value: dict[str, Any], conversation: Conversation) -> str:
    shown = conversation.shelf.current
    titles = {card.handle: card.product.title for card in shown.cards} if shown else {}
    names = [titles.get(handle, str(handle)) for handle in value["columns"]]
    unknown = say(conversation.language, "unknown")
    lines = [f"{number}. {name}" for number, name in enumerate(names, start=1)]
    for row in value["rows"]:
        cells = (f"({number}) {cell or unknown}" for number, cell in enumerate(row["values"], start=1))
        lines.append(f"{row['name']}: {' '.join(cells)}")
    return "\n".join(lines)


def _source(source: dict[str, Any]) -> str:
    address = _address(source["url"])
    return f"{source['title']}: {address}" if address else source["title"]


def _address(url: str | None) -> str:
    """The address, where it is one that leads somewhere from any page."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return ""
    return url or "" if parts.scheme in ("http", "https") and parts.netloc else ""
