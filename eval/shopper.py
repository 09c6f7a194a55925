"""A rule-based shopper: says a need piece by piece, answers questions by it, and finds fault with what is shown.

It speaks English or Chinese, in one of several ways of saying each thing, and never names a product. Knows nothing of
how it is answered or judged.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.shop import Glossary
from eval.needs import Need
from eval.standing import broken
from eval.talk import Heard
from retrieval.product import Product

_PHRASES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "en": {
        "vague": ("hi, can you help me find something?", "I need a present", "help me choose something"),
        "open": ("hi, I'm looking for {kind}", "do you have any {kind}", "i need {kind}", "show me {kind} please"),
        "want": ("it should be {value}", "{name}: {value} please", "I'd like {value}", "{value} would be best"),
        "price": ("under {money} please", "my budget is {money}", "no more than {money}", "up to {money}"),
        "brand": ("not {brand} please", "anything but {brand}", "no {brand}"),
        "dear": ("too expensive, anything cheaper?", "that's too much, something cheaper please", "cheaper?"),
        "again": ("I said {said}", "no, {said}", "{said}, remember"),
        "any": ("I don't mind", "no preference", "whatever"),
        "others": ("show me something else", "what else do you have?", "any others?"),
    },
    "zh": {
        "vague": ("你好，帮我挑点东西", "想买个礼物", "不知道买什么好"),
        "open": ("你好，我想买{kind}", "有没有{kind}", "帮我推荐{kind}", "想看看{kind}"),
        "want": ("要{value}的", "{name}要{value}", "最好是{value}", "我喜欢{value}的"),
        "price": ("{money}以内", "预算{money}", "不超过{money}", "最多{money}"),
        "brand": ("不要{brand}的", "除了{brand}都行", "别给我{brand}"),
        "dear": ("太贵了，有便宜点的吗", "贵了，便宜一点的", "有没有更便宜的"),
        "again": ("我说过了，{said}", "不是，{said}", "{said}，别忘了"),
        "any": ("都可以", "无所谓", "随便"),
        "others": ("还有别的吗", "换几款看看", "有其他的吗"),
    },
}
_WITHIN = "within "
_VAGUE = 0.15
"""The share of shoppers who begin with nothing to go by."""
_MONEY = {"USD": ("${}", "{}美元"), "CNY": ("{} yuan", "{}元"), "EUR": ("{} euros", "{}欧元"), "GBP": ("£{}", "{}英镑")}


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the shopper says, and the call that is right then, as far as can be told: `search`, `cheaper`, `narrow` or
    `ask`."""

    text: str
    right: str


class Shopper:
    """One shopper with one need. `said` grows as it speaks."""

    def __init__(
        self, need: Need, language: str, rng: random.Random, glossary: Glossary, topics: Mapping[str, str]
    ) -> None:
        """`topics`: what names and values of the shop are about; see `topics_of`."""
        self.need = need
        self.language = language
        self.said: list[str] = []
        self._rng, self._glossary, self._topics = rng, glossary, topics

    def opening(self) -> Utterance:
        """The kind of product, and perhaps a part more; or nothing that anybody could search for."""
        if self._rng.random() < _VAGUE:
            return Utterance(self._say("vague"), "ask")
        texts = [self._part("category")]
        rest = [part for part in self.need.parts if part != "category"]
        texts += [self._part(part) for part in self._rng.sample(rest, min(len(rest), self._rng.randint(0, 1)))]
        return Utterance(("，" if self.language == "zh" else ", ").join(texts), "search")

    def satisfied(self, heard: Heard) -> bool:
        """Whether something on the screen meets the whole need."""
        return any(self.need.met_by(card.product) for card in heard.screen)

    def fitting(self, heard: Heard) -> Product | None:
        """The first product of this turn's answer that breaks nothing of what was said; None while nothing was."""
        cards = heard.screen if heard.fresh and self.said else ()
        state = self.need.state(self.said)
        return next((card.product for card in cards if not broken(card.product, state)), None)

    def topic(self, heard: Heard) -> str:
        """What a question is about, by the answers it offers: a part of needs, or `kind`, a narrower category than the
        one that is wanted; empty where that cannot be told."""
        found = Counter(self._topics.get(answer.label.casefold(), "") for answer in heard.answers)
        found.pop("", None)
        if any(mark in heard.question for mark in "$¥€£元"):
            return "price"
        topic = max(found, key=lambda each: found[each]) if found else ""
        if topic.startswith(_WITHIN):
            return "kind" if topic == _WITHIN + self.need.category else "category"
        return topic

    def knew(self, heard: Heard) -> bool:
        """Whether the answer to this question had been given before it was asked."""
        topic = self.topic(heard)
        return topic in self.said if topic else not self._unsaid()

    def next(self, heard: Heard) -> Utterance:
        """What the shopper makes of a turn that did not satisfy it."""
        if heard.question:
            return self._answer(heard)
        if "category" not in self.said:
            return Utterance(self._part("category"), "search")
        products = [card.product for card in heard.screen]
        broken_parts = [part for part in self.need.parts if any(self._breaks(each, part) for each in products)]
        unsaid = [part for part in broken_parts if part not in self.said] or self._unsaid()
        if "price" in broken_parts and self._rng.random() < 0.4:
            return Utterance(self._say("dear"), "cheaper")
        if unsaid:
            return Utterance(self._part(unsaid[0]), "narrow")
        if broken_parts:
            return Utterance(self._say("again", said=self._part(self._rng.choice(broken_parts))), "narrow")
        if not products:
            return Utterance(self._everything(), "search")
        return Utterance(self._say("others"), "")

    def _answer(self, heard: Heard) -> Utterance:
        topic = self.topic(heard)
        words = (self.need.kind, self._glossary(self.need.kind))
        kind = next((answer.text for answer in heard.answers if answer.label in words), "")
        if topic == "kind" and kind:
            return Utterance(kind, "narrow")
        if topic and topic not in self.need.parts:
            return Utterance(self._say("any"), "")
        if topic == "category":
            return Utterance(self._everything(), "search")
        if topic:
            return Utterance(self._part(topic), "narrow")
        unsaid = self._unsaid()
        return Utterance(self._part(unsaid[0]), "narrow") if unsaid else Utterance(self._everything(), "search")

    def _unsaid(self) -> list[str]:
        return [part for part in self.need.parts if part not in self.said]

    def _everything(self) -> str:
        return ("，" if self.language == "zh" else ", ").join(self._part(part) for part in self.need.parts)

    def _breaks(self, product: Product, part: str) -> bool:
        return bool(broken(product, self.need.state((part,))))

    def _part(self, part: str) -> str:
        if part not in self.said:
            self.said.append(part)
        if part == "category":
            return self._say("open", kind=self._kind())
        if part == "price":
            return self._say("price", money=self._money())
        if part == "brand":
            return self._say("brand", brand=self.need.shunned or "")
        return self._say("want", name=self._word(part), value=self._word(self.need.value(part)))

    def _say(self, phrase: str, **words: str) -> str:
        return self._rng.choice(_PHRASES[self.language][phrase]).format(**words)

    def _kind(self) -> str:
        return self._word(self.need.category) if self.language == "zh" else self.need.category.lower()

    def _word(self, text: str) -> str:
        return self._glossary(text) if self.language == "zh" else text

    def _money(self) -> str:
        forms = _MONEY.get(self.need.currency, (f"{{}} {self.need.currency}", f"{{}} {self.need.currency}"))
        return forms[self.language == "zh"].format(self.need.budget)


def topics_of(products: Sequence[Product], glossary: Glossary) -> dict[str, str]:
    """What each name or value of the shop is about, in both languages, without case: `category` (a narrower one: in
    which), `brand`, or an attribute's name."""
    found: dict[str, str] = {}
    for product in products:
        for name, values in product.attributes.items():
            found |= {text.casefold(): name for value in values for text in (value, glossary(value))}
        if product.brand:
            found[product.brand.casefold()] = "brand"
    for product in products:
        for place, name in enumerate(product.categories):
            topic = _WITHIN + product.categories[place - 1] if place else "category"
            found |= {text.casefold(): topic for text in (name, glossary(name))}
    return found
