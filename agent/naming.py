"""Products that a message calls by name, shown or not: "is the Longbarn 4 in stock?", "Heath 700 的降噪怎么样".

A name is a title's own words: two that stand side by side, a word with a figure behind it, or one telling word that is
written as a name. What is a brand, a kind, an attribute or an everyday word names no product. Pure. Knows nothing of
engines: it is given the products that the words may mean.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from agent.lexicon import CJK, english, fold
from retrieval.product import Product

_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*|-?\d+(?:\.\d+)?")
_LEAST = 4
"""Letters of a word that may name a product alone in lower case."""


def named(text: str, products: Sequence[Product], titles: Mapping[str, str]) -> tuple[Product, ...]:
    """Those that the text calls by name, in the order of the text. `titles`: names in the other language, by id."""
    found: dict[str, tuple[int, int]] = {}
    plain = Counter(word for product in products for word in set(_words(product.title)))
    for product in products:
        best = max(_native(text, titles.get(product.id, "")), _latin(text, product, plain))
        if best[0]:
            found[product.id] = best
    # Of two that share a word, the one that more of its name is said of.
    kept = [
        product
        for product in products
        if product.id in found
        and not any(
            other != product.id and place == found[product.id][1] and length > found[product.id][0]
            for other, (length, place) in found.items()
        )
    ]
    return tuple(sorted(kept, key=lambda product: -found[product.id][1]))


def _latin(text: str, product: Product, plain: Mapping[str, int]) -> tuple[int, int]:
    """How many words of the title are said together, and where (below zero, so that the first is the greatest)."""
    own = _words(product.title)
    common = _ordinary(product)
    said = [(match[0], match.start()) for match in _WORD.finditer(text)]
    best = (0, 0)
    for at, (word, place) in enumerate(said):
        for start, mine in enumerate(own):
            if fold(word) != mine:
                continue
            length = 1
            while (
                at + length < len(said)
                and start + length < len(own)
                and fold(said[at + length][0]) == own[start + length]
            ):
                length += 1
            telling = [each for each in own[start : start + length] if each not in common and not each[-1].isdigit()]
            if telling and (length > 1 or _as_name(text, word, place, plain[mine])):
                best = max(best, (length, -place))
    return best


def _as_name(text: str, word: str, place: int, titles: int) -> bool:
    """One word alone: it is written as a name, or spoken of as one, and no other title has it."""
    if titles != 1:
        return False
    before = text[max(0, place - 8) : place]
    opens = place == 0 or re.search(r"[.!?。！？\n]\s*$", before) is not None
    chinese = re.search(f"[{CJK}]", text) is not None
    if word[0].isupper() and (chinese or not opens):
        return True
    return len(word) >= _LEAST and re.search(r"\b(?:the|that|this)\s+$", before, re.IGNORECASE) is not None


def _native(text: str, title: str) -> tuple[int, int]:
    """A name in ideographs, said whole or by its first half."""
    for length in (len(title), (len(title) + 1) // 2):
        piece = title[:length].strip()
        if len(re.findall(f"[{CJK}]", piece)) > 2 and piece in text:
            return length, -text.find(piece)
    return 0, 0


def _words(title: str) -> list[str]:
    return [fold(word) for word in _WORD.findall(title)]


def _ordinary(product: Product) -> Collection[str]:
    """Words of the title that say what it is rather than which."""
    values = (value for values in product.attributes.values() for value in values)
    told = " ".join((product.brand or "", *product.categories, *values))
    return {fold(word) for word in _WORD.findall(told)} | english("function") | english("chatter") | english("common")
