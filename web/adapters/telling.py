"""Telling: what a turn said and showed, folded from its frames, for a door whose caller cannot draw cards.

Pure. Knows the frames of the wire and no protocol behind them.
"""

from typing import Any
from urllib.parse import urljoin

from pydantic import BaseModel

from web.frames import Frame

_SILENT = {
    ("waiting", "en"): "A person of the shop has been called and will answer in this conversation.",
    ("waiting", "zh"): "已呼叫店里的客服人员，客服会在这段对话中回复您。",
    ("human", "en"): "A person of the shop has this conversation and will answer in it.",
    ("human", "zh"): "店里的客服人员正在处理这段对话，并会在其中回复您。",
}
_NOTHING = {"en": "I have no answer to that.", "zh": "我无法回答这个问题。"}


class Failure(BaseModel, frozen=True, extra="forbid"):
    """Why a turn could not be answered: a code of FailureCode, and what the shopper is told."""

    code: str
    text: str


class Telling(BaseModel, frozen=True, extra="forbid"):
    """A turn so far. Values are shaped as in the frames that brought them."""

    text: str = ""
    """The prose."""
    products: tuple[dict[str, Any], ...] = ()
    """The cards of the last set, each with its reason."""
    sources: tuple[dict[str, Any], ...] = ()
    orders: tuple[dict[str, Any], ...] = ()
    notices: tuple[dict[str, Any], ...] = ()
    question: dict[str, Any] | None = None
    request: dict[str, Any] | None = None
    """What waits for somebody to confirm it; nobody has done anything."""
    handoff: dict[str, Any] | None = None
    """A change that this turn brought."""
    held: str | None = None
    """Whose the conversation is; see agent.events.HandoffState."""
    language: str = "en"
    failure: Failure | None = None

    def after(self, frame: Frame) -> "Telling":
        """With this frame."""
        return self.model_copy(update=self._changed(frame))

    @property
    def answer(self) -> str:
        """What is said in words, never empty: the prose, then what the prose does not say of the rest."""
        said = [self.text] if self.text else []
        asked = (self.question or {}).get("text", "")
        for text in (*(notice["text"] for notice in self.notices), asked, (self.handoff or {}).get("text", "")):
            if text and not any(text in each for each in said):
                said.append(text)
        if said or self.products:
            return "\n\n".join(said)
        return _SILENT.get((self.held or "", self.language)) or _NOTHING[self.language]

    def shown(self, base: str) -> str:
        """The products as lines to read: name, price, address; then the sources. `base`: where the shop is."""
        lines = [_line(card["title"], _price(card), card["url"], base) for card in self.products]
        lines += [_line(source["title"], "", source["url"], base) for source in self.sources]
        return "\n".join(lines)

    def value(self, base: str) -> dict[str, Any]:
        """For programs: products, sources and handoff always, the rest where there is any. Addresses are whole."""
        rest = {
            "orders": self.orders,
            "notices": self.notices,
            "question": self.question,
            "request": self.request,
        }
        return {
            "products": [_whole(each, base) for each in self.products],
            "sources": [_whole(each, base) for each in self.sources],
            "handoff": self.handoff,
            **{name: held for name, held in rest.items() if held},
        }

    def _changed(self, frame: Frame) -> dict[str, Any]:
        match frame["type"]:
            case "STATE_SNAPSHOT":
                state = frame["snapshot"]
                return {"held": state["handoff"], "language": state["language"]}
            case "STATE_DELTA":
                found = {change["path"]: change.get("value") for change in frame["delta"]}
                names = {"/handoff": "held", "/language": "language"}
                return {name: found[path] for path, name in names.items() if path in found}
            case "TEXT_MESSAGE_START" if self.text:
                return {"text": f"{self.text}\n\n"}
            case "TEXT_MESSAGE_CONTENT":
                return {"text": self.text + frame["delta"]}
            case "RUN_ERROR":
                return {"failure": Failure(code=frame.get("code") or "internal", text=frame["message"])}
            case "CUSTOM":
                return self._custom(frame["name"], frame["value"])
            case _:
                return {}

    def _custom(self, name: str, value: dict[str, Any]) -> dict[str, Any]:
        match name:
            case "shop.products":
                return {"products": tuple(value["products"])}
            case "shop.reasons":
                given = {reason["handle"]: reason for reason in value["reasons"]}
                return {"products": tuple(_with(card, given.get(card["handle"])) for card in self.products)}
            case "shop.sources":
                return {"sources": tuple(value["sources"])}
            case "shop.orders":
                return {"orders": tuple(value["orders"])}
            case "shop.notice":
                return {"notices": (*self.notices, value)}
            case "shop.question":
                return {"question": {"text": value["text"], "answers": value["answers"]}}
            case "shop.request":
                return {"request": {key: held for key, held in value.items() if key != "turnId"}}
            case "shop.handoff":
                return {"handoff": value}
            case _:
                return {}


def _price(card: dict[str, Any]) -> str:
    return card["price"]["text"] if card["price"] else ""


def _line(title: str, price: str, url: str | None, base: str) -> str:
    return f"- {', '.join(filter(None, (title, price, urljoin(base, url) if url else None)))}"


def _with(card: dict[str, Any], reason: dict[str, Any] | None) -> dict[str, Any]:
    return {**card, "reason": {"text": reason["text"], "evidence": reason["evidence"]}} if reason else card


def _whole(shown: dict[str, Any], base: str) -> dict[str, Any]:
    return {**shown, **{key: urljoin(base, shown[key]) for key in ("url", "imageUrl") if shown.get(key)}}
