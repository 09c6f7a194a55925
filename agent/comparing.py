"""Superlatives and comparisons in a clause: which can be computed from the cards, and whether they are true.

What is computed and true is taken out of the clause, so that the rest can be judged word by word. Pure. Knows nothing
of words that make no comparison.
"""

import re
from collections.abc import Sequence

from agent.evidence import Evidence

_CHEAPEST = re.compile(
    r"\b(?:the )?(?:cheapest|most affordable|least expensive|most inexpensive|lowest[- ]priced?"
    r"|lowest price of (?:these|the (?:two|three)))\b|最便宜|价格最低|最实惠",
    re.IGNORECASE,
)
_TOP_RATED = re.compile(
    r"\b(?:the )?(?:(?:highest|best|top)[- ]rated|highest rating|best reviewed)\b|评分最高", re.IGNORECASE
)
_ORDER: tuple[tuple[tuple[str, ...], int, str, str, str], ...] = (
    (("weight", "裸机重量", "重量"), -1, "lighter", "lightest", "轻"),
    (("weight", "裸机重量", "重量"), 1, "heavier", "heaviest", "重"),
    (("capacity", "容量"), 1, "bigger|larger|roomier", "biggest|largest|roomiest", "大"),
    (("capacity", "容量"), -1, "smaller", "smallest", "小"),
    (("brightness", "亮度"), 1, "brighter", "brightest", "亮"),
    (("brightness", "亮度"), -1, "dimmer", "dimmest", "暗"),
    (("height", "高度"), 1, "taller", "tallest", "高"),
    (("height", "高度"), -1, "shorter", "shortest", "矮"),
)
_SUPERLATIVE = re.compile(
    r"\b(?:best|worst|most|least|finest|ultimate|unbeatable|unmatched|unrivalled|unrivaled|number one"
    r"|no\. ?1|top[- ](?:notch|quality|tier|of the (?:range|line))|leading|greatest)\b"
    r"|\b(?!(?:forest|west|rest|nest|chest|test|interest|request|honest|modest|harvest|guest|quest"
    r"|vest|invest|suggest|contest|southwest|northwest|midwest|everest|pest|zest|crest|protest|digest"
    r"|latest_)\b)[a-z]{2,}(?:i|[^aeiou\W\d])est\b",
    re.IGNORECASE,
)
_ONLY = re.compile(
    r"\bonly\b(?!\s+\d+(?:\.\d+)?\s?(?:kg|g|mm|cm|l|h|ml|lb|oz|grams?|kilos?|hours?|litres?"
    r"|liters?)\b)",
    re.IGNORECASE,
)
_THAN = re.compile(r"\bthan\b|\bcompared (?:to|with)\b|\bunlike\b|\bversus\b|\bvs\b", re.IGNORECASE)
_DEARER = re.compile(r"\b(?:cheaper|more affordable|less expensive)\b|更?便宜|更实惠", re.IGNORECASE)
_PRICIER = re.compile(r"\b(?:more expensive|pricier|dearer)\b|更?贵", re.IGNORECASE)
_RATED = re.compile(r"\b(?:better|higher)[- ]rated\b|评分更?高", re.IGNORECASE)
_TAIL = r"(?:\s*(?:of|among|in) (?:these|them|the (?:two|three|group|list)|all)|\s*的)?"


_MOST = re.compile(r"(?<!the )\bmost ([\w-]+)", re.IGNORECASE)
"""A quantity in the product's own words ("fits most phones"), which ranks nothing."""


def superlative(text: str, own: Sequence[Evidence], shown: Sequence[Evidence]) -> tuple[str, str]:
    """The clause without superlatives that hold, and why it fails where one does not or cannot be told."""
    text = _MOST.sub(lambda match: match[1] if own and all(each.has(match[0]) for each in own) else match[0], text)
    for pattern, holds in ((_CHEAPEST, _lowest_price), (_TOP_RATED, _highest_rating)):
        match = pattern.search(text)
        if match:
            if len(own) != 1 or not holds(own[0], shown):
                return text, f"superlative: {match[0]}"
            text = re.sub(f"(?:{pattern.pattern}){_TAIL}", " ", text, flags=re.IGNORECASE)
    for names, sign, _, most, zh in _ORDER:
        match = re.search(rf"\b(?:the )?(?:{most})\b{_TAIL}|最{zh}{_TAIL}", text, re.IGNORECASE)
        if match:
            if len(own) != 1 or len(shown) < 2:
                return text, f"superlative: {match[0]}"
            others = [other for other in shown if other is not own[0]]
            if not all(_ahead(own[0], other, names, sign) for other in others):
                return text, f"superlative: {match[0]}"
            text = text[: match.start()] + " " + text[match.end() :]
    match = (
        _SUPERLATIVE.search(text)
        or _ONLY.search(text)
        or re.search(r"最(?!近)|唯一|第一(?!次)|顶级|顶尖|极致|首选|王者", text)
    )
    if match:
        return text, f"superlative: {match[0]}"
    return re.sub(r"\bonly\b", " ", text, flags=re.IGNORECASE), ""


def compared(text: str, named: Sequence[Evidence], own: Sequence[Evidence]) -> tuple[str, str]:
    """The clause without a comparison of two products that holds, and why it fails where it does not."""
    than = _THAN.search(text)
    zh = re.search(r"比\s*\x1e|相比|比起", text)
    more = re.search(r"更", text)
    if not (than or zh or more):
        return text, ""
    if len(named) != 2 or not (than or zh):
        return text, "comparison"
    first, second = named
    marks = [match.start() for match in re.finditer("\x1e", text)]
    if len(marks) != 2 or (than and not marks[0] < than.start() < marks[1]):
        return text, "comparison"
    if zh and not (than or marks[0] < zh.start() <= marks[1]):
        return text, "comparison"
    for pattern, holds in ((_DEARER, _cheaper), (_PRICIER, _dearer), (_RATED, _better_rated)):
        match = pattern.search(text)
        if match:
            return (_without(text, match, than), "") if holds(first, second) else (text, f"comparison: {match[0]}")
    for names, sign, more_word, _, zh_word in _ORDER:
        match = re.search(rf"\b(?:{more_word})\b|更?{zh_word}(?=\s*(?:$|[，,。的一些]))", text, re.IGNORECASE)
        if match:
            return (
                (_without(text, match, than), "")
                if _ahead(first, second, names, sign)
                else (text, f"comparison: {match[0]}")
            )
    return text, "comparison"


def _without(text: str, match: re.Match[str], than: re.Match[str] | None) -> str:
    found = (match, than) if than else (match,)
    spans: list[tuple[int, int]] = sorted((one.span() for one in found), reverse=True)
    for start, end in spans:
        text = text[:start] + " " + text[end:]
    return re.sub(r"[比更]|一些|一点", " ", text)


def _lowest_price(own: Evidence, shown: Sequence[Evidence]) -> bool:
    prices = [one.price for one in shown if one.price and one is not own]
    price = own.price
    return bool(price and prices) and all(
        price.currency == p.currency and price.amount < p.amount for p in prices if price
    )


def _highest_rating(own: Evidence, shown: Sequence[Evidence]) -> bool:
    ratings = [one.rating.value for one in shown if one.rating and one is not own]
    return bool(own.rating and ratings) and all(own.rating.value > value for value in ratings if own.rating)


def _cheaper(first: Evidence, second: Evidence) -> bool:
    a, b = first.price, second.price
    return bool(a and b and a.currency == b.currency and a.amount < b.amount)


def _dearer(first: Evidence, second: Evidence) -> bool:
    return _cheaper(second, first)


def _better_rated(first: Evidence, second: Evidence) -> bool:
    return bool(first.rating and second.rating and first.rating.value > second.rating.value)


def _ahead(first: Evidence, second: Evidence, names: tuple[str, ...], sign: int) -> bool:
    """Whether the first has more (sign 1) or less (sign -1) of the first measure that both give in one unit."""
    for name in names:
        a, b = first.measures.get(name), second.measures.get(name)
        if a and b:
            return a[1] == b[1] and (a[0] - b[0]) * sign > 0
    return False
