"""What the shop says of a product, in words: its attributes, and what of its text bears on a question. Pure.

Knows nothing of sessions, scores or models.
"""

import re
from collections.abc import Collection

from agent.events import Language
from agent.lexicon import english
from agent.phrases import say
from agent.shop import Glossary
from retrieval.product import Product

_ASKING = set("多少大小个的吗呢有没是不会能可以吧啊怎么样几性")
"""Characters that ask, and tell nothing of what is asked."""
MAX_VALUE = 60
"""Characters of an attribute that is told as a fact; what is longer is a text, and told as one if at all."""
_ALIKE = 4
"""Words that share this many first letters are taken for forms of one word: dimmable, dimming."""


def facts(product: Product, language: Language, glossary: Glossary, *, most: int = 4) -> tuple[str, ...]:
    """The product's attributes in words, in the order in which the shop lists them."""
    return tuple(fact(name, product, language, glossary) for name in given(product)[:most])


def differing(product: Product, others: Collection[Product], language: Language, glossary: Glossary) -> tuple[str, ...]:
    """The attributes in which this product differs from the others beside it; at most three."""
    told = [
        name
        for name in given(product)
        if any(other.attributes.get(name) not in (None, (), product.attributes[name]) for other in others)
    ]
    return tuple(fact(name, product, language, glossary) for name in (told or given(product))[:3])


def answer(product: Product, question: str, language: Language, glossary: Glossary, *, title: str) -> str:
    """What the shop says that bears on these words; else that it does not say, and what it does say. Without words:
    what it says in general."""
    if said := told(product, question, language, glossary, title=title):
        return said
    known = say(language, "joiner").join(facts(product, language, glossary, most=5))
    if not known:
        return say(language, "not_known", title=title)
    # Only of words in the catalogue's own language can we tell that the shop does not say them.
    asked = _asked(question, title)
    unsaid = asked and all(word.isascii() for word in asked)
    return say(language, "not_said" if unsaid else "facts_sentence", title=title, facts=known)


def told(product: Product, question: str, language: Language, glossary: Glossary, *, title: str) -> str:
    """What the shop says that bears on these words: what stands on the card, attributes, else the sentence of its text
    that has most of them. Empty where nothing does."""
    asked = _asked(question, title)
    if card := _on_the_card(product, question, language, glossary):
        return say(language, "facts_sentence", title=title, facts=card)
    about = _measured(product, question) or [
        name
        for name in given(product)
        if _touches(asked, f"{name} {' '.join(product.attributes[name])}") or _shares(asked, glossary(name))
    ]
    if about:
        known = say(language, "joiner").join(fact(name, product, language, glossary) for name in about[:3])
        return say(language, "facts_sentence", title=title, facts=known)
    own = [sentence for sentence in sentences(product.description or "") if not sentence.endswith(("?", "？"))]
    quoted = max(own, key=lambda sentence: sum(_touches([word], sentence) for word in asked), default="")
    return say(language, "quoted_sentence", title=title, text=quoted) if _touches(asked, quoted) else ""


def _measured(product: Product, question: str) -> list[str]:
    """The attributes that a question after a measure is after, whatever words it takes: "how heavy", 续航多久."""
    names = [name for pattern, name in _MEASURED if pattern.search(question)]
    return [given_name for given_name in given(product) if any(name.search(given_name) for name in names)]


_MEASURED = tuple(
    (re.compile(asked, re.IGNORECASE), re.compile(rf"^(?:{name})$", re.IGNORECASE))
    for asked, name in (
        (
            r"\bhow long\b[^.?!]*\b(?:last|run|play|charge|battery)|\bhours? (?:per|on a|of) (?:charge|battery)"
            r"|续航|电池.{0,4}多久|充一次电",
            "battery life|battery|run ?time|续航|续航时间|电池续航",
        ),
        (
            r"\bhow many (?:people|persons?|players?|adults|kids|of us|can)\b|[几多]少?个?人(?:[住睡玩用坐]|的|\W|$)",
            "capacity|players|number of players|seats|容量|人数",
        ),
        (r"\bhow (?:heavy|light)\b|\bwhat(?:'s| is| does)? .*\bweigh|多重|重量|几斤|多沉", "weight|item weight|重量"),
        (r"\bhow (?:tall|high)\b|多高", "height|高度"),
    )
)


def _asked(question: str, title: str) -> list[str]:
    named = set(words(title))
    idle = english("function") | english("chatter") | named
    return [word for word in words(question) if word not in idle]


def _on_the_card(product: Product, question: str, language: Language, glossary: Glossary) -> str:
    """Price, stock (of the variant that is named, too) and rating, where the question is after one of them."""
    told: list[str] = []
    if _PRICE.search(question) and product.price:
        told.append(say(language, "fact", name=say(language, "price"), value=product.price.text))
    said = [
        (sum(_says(question, value) or _says(question, glossary(value)) for value in variant.options.values()), variant)
        for variant in product.variants
    ]
    most = max((count for count, _ in said), default=0)
    named = [variant for count, variant in said if count == most] if most else []
    for variant in named:
        if variant.availability:
            name = ", ".join(glossary(each) if language == "zh" else each for each in variant.options.values())
            told.append(say(language, "fact", name=name, value=say(language, f"stock:{variant.availability}")))
    if _STOCK.search(question) and not named and product.availability:
        stock = say(language, f"stock:{product.availability}")
        told.append(say(language, "fact", name=say(language, "availability"), value=stock))
    if _RATING.search(question) and product.rating:
        told.append(say(language, "fact", name=say(language, "rating"), value=f"{product.rating.value:g}"))
    return say(language, "joiner").join(told)


_PRICE = re.compile(
    r"\b(?:price|costs?|how much(?: is| are| does| do|$)(?! [^.?!]*\b(?:weigh|hold|take|carry|fit|last)\b)"
    r"|how expensive)\b|多少钱|价格|什么价",
    re.IGNORECASE,
)
_STOCK = re.compile(
    r"\b(?:in stock|available|availability|sold out|out of stock|get it now)\b|有货|现货|没货|缺货|还有吗",
    re.IGNORECASE,
)
_RATING = re.compile(r"\b(?:rating|rated|reviews|stars)\b|评分|评价|口碑", re.IGNORECASE)


def _says(question: str, option: str) -> bool:
    """Is the option said as a word of its own? A size `S` is not, in every word that has the letter."""
    return re.search(rf"(?<![a-z0-9']){re.escape(option)}(?![a-z0-9])", question, re.IGNORECASE) is not None


def sentences(text: str) -> list[str]:
    """A text's sentences; a decimal point ends none."""
    return [part.strip() for part in re.split(r"(?<=[.!?])\s+|(?<=[。！？])", text) if part.strip()]


def words(text: str) -> list[str]:
    """The words of a text, folded, in order."""
    return re.findall(r"[^\W_]+", text.casefold())


def given(product: Product) -> list[str]:
    """The names of the attributes that can be told as facts."""
    return [name for name, values in product.attributes.items() if values and len(", ".join(values)) <= MAX_VALUE]


def fact(name: str, product: Product, language: Language, glossary: Glossary) -> str:
    """One attribute in words."""
    zh = language == "zh"
    value = ", ".join(glossary(value) if zh else value for value in product.attributes[name])
    return say(language, "fact", name=glossary(name) if zh else name.replace("_", " "), value=value)


def _touches(asked: Collection[str], text: str) -> bool:
    """Does the text have one of these words, or a form of it? Chinese words count where they stand in it."""
    own = words(text)
    return any(
        (word in text.casefold() if not word.isascii() else any(_same(word, mine) for mine in own)) for word in asked
    )


def _shares(asked: Collection[str], name: str) -> bool:
    """Does a Chinese word of the question share a telling character with this name: 多重, 重量?"""
    return any(set(word) & set(name) - _ASKING for word in asked if not word.isascii())


def _same(word: str, other: str) -> bool:
    if min(len(word), len(other)) < _ALIKE:
        return word == other
    return word[:_ALIKE] == other[:_ALIKE] and word[: len(word) - 4] == other[: len(word) - 4]
