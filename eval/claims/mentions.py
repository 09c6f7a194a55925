"""Names in prose -> markers: every way to speak of a shown product becomes one private-use character.

Full titles, parts of titles ("the Stratus 2", 星尘14), head nouns ("the kettle") and ordinals ("the second one",
第一款). Knows nothing of clauses or claims.
"""

import re
from collections.abc import Callable

from eval.claims.lexicon import lexicon
from retrieval.product import Product

_HAN = r"\u4e00-\u9fff"
MARK = 0xE000
_ORDINALS = {
    **{word: place for place, word in enumerate(("first", "second", "third", "fourth", "fifth", "sixth"))},
    **{char: place for place, char in enumerate("一二三四五六")},
    **{char: place for place, char in enumerate("123456")},
}
_WORDS = 24
"""A long title is named by its beginning, so long at most."""
_MAKER = re.compile(r"(?:\b(?:by|from)|来自|出自|属于)\s*$")
_GENERIC = frozenset(
    ("the", "a", "an", "and", "for", "with", "of", "in", "to", "over", "on", "by", "new", "set", "pack", "best")
)


Marker = Callable[[tuple[int, ...]], str]
"""Makes the marker for these product indexes."""


def is_marker(char: str) -> bool:
    """Is this character a mention that `read` put in place of a name?"""
    return MARK <= ord(char) < 0xF8FF


def mask_titles(text: str, products: tuple[Product, ...], mark: Marker) -> str:
    """Full titles, longest first; products that share a title share the marker."""
    titles: dict[str, list[int]] = {}
    for index, product in enumerate(products):
        titles.setdefault(product.title, []).append(index)
    for title in sorted(titles, key=len, reverse=True):
        words = r"\s+".join(re.escape(word) for word in title.split())
        pattern = re.compile(rf"(?<![A-Za-z0-9]){words}(?![A-Za-z0-9])", re.IGNORECASE)
        if pattern.search(text):
            text = pattern.sub(mark(tuple(titles[title])), text)
    return text


def title_words(title: str) -> list[str]:
    """The words of a title without case: Latin words, figures, and runs of Chinese."""
    return re.findall(rf"[a-z0-9][\w'’.+-]*(?<![.\-])|[{_HAN}]+", re.sub(rf"(?<=[{_HAN}])(?=\w)", "", title.casefold()))


def mask_parts(text: str, shown: tuple[Product, ...], mark: Marker) -> str:
    """Full titles, longest first; products that share a title share the marker."""
    titles = [title_words(product.title) for product in shown]
    spans: list[tuple[int, int, tuple[int, ...]]] = []
    tokens = list(re.finditer(rf"[A-Za-z0-9][\w'’.+-]*(?<![.\-,])(?![^\W{_HAN}])", text, re.ASCII))
    at = 0
    while at < len(tokens):
        span = _longest(text, tokens, at, titles, [p.brand or "" for p in shown])
        if span:
            spans.append((tokens[at].start(), tokens[at + span[0] - 1].end(), span[1]))
        at += span[0] if span else 1
    spans += _chinese_parts(text, shown)
    return _replace(text, spans, mark)


def _longest(
    text: str, tokens: list[re.Match[str]], at: int, titles: list[list[str]], brands: list[str]
) -> tuple[int, tuple[int, ...]] | None:
    """How many words from here are a part of exactly one title."""
    best: tuple[int, tuple[int, ...]] | None = None
    for length in range(1, _WORDS + 1):
        words = [t.group().casefold().removesuffix("'s").removesuffix("’s") for t in tokens[at : at + length]]
        if len(words) < length or any(is_marker(c) for c in text[tokens[at].start() : tokens[at + length - 1].end()]):
            break
        hits = tuple(i for i, title in enumerate(titles) if _contains(title, words))
        if not hits:
            break
        first = tokens[at].group()
        proper = first[0].isupper() and words[0] not in _GENERIC
        maker = (
            len(hits) == 1
            and words == title_words(brands[hits[0]])
            and _MAKER.search(text[: tokens[at].start()].lower())
        )
        if (
            len(hits) == 1
            and proper
            and not maker
            and not (length == 1 and (len(first) < 3 or first in lexicon()["caps"].split()))
        ):
            best = (length, hits)
    return best


def _contains(title: list[str], words: list[str]) -> bool:
    return any(title[i : i + len(words)] == words for i in range(len(title) - len(words) + 1))


def _chinese_parts(text: str, shown: tuple[Product, ...]) -> list[tuple[int, int, tuple[int, ...]]]:
    spans: list[tuple[int, int, tuple[int, ...]]] = []
    at = 0
    while at < len(text):
        best, owners = 0, list[int]()
        if re.match(rf"[{_HAN}]", text[at]) and not text[max(at - 1, 0)].isdigit():
            for index, product in enumerate(shown):
                length = _common(text, at, product.title)
                if length > best:
                    best, owners = length, [index]
                elif length == best and length:
                    owners.append(index)
        piece = text[at : at + best]
        chunk = re.search(rf"[{_HAN}]{{2,}}", piece)
        if len(owners) == 1 and chunk and (len(piece) > 2 or _stands_alone(piece, shown[owners[0]].title)):
            spans.append((at, at + len(piece.rstrip()), (owners[0],)))
        at += best if spans and spans[-1][0] == at else 1
    return spans


def _common(text: str, at: int, title: str) -> int:
    """The longest piece of the title that starts here and does not cut a figure or a Latin word in two."""
    best = 0
    for start in range(len(title)):
        length = 0
        while at + length < len(text) and start + length < len(title) and text[at + length] == title[start + length]:
            length += 1
        if length > best:
            best = length
    piece = text[at : at + best]
    if at + best < len(text) and re.match(r"[A-Za-z0-9]", text[at + best]):
        piece = re.sub(r"[A-Za-z0-9.]+$", "", piece)
    return len(piece)


def _stands_alone(piece: str, title: str) -> bool:
    return piece in re.findall(rf"[{_HAN}]+", title) and not re.fullmatch("|".join(_common_words()), piece)


def _common_words() -> list[str]:
    return [c["zh"] for c in lexicon()["concepts"] if c["zh"]]


def mask_heads(text: str, shown: tuple[Product, ...], mark: Marker) -> str:
    """Parts of exactly one shown title."""
    owners: dict[str, set[int]] = {}
    for index, product in enumerate(shown):
        for head in _heads(product):
            owners.setdefault(head, set()).add(index)
    spans: list[tuple[int, int, tuple[int, ...]]] = []
    for head, indexes in owners.items():
        if len(indexes) == 1:
            found = re.finditer(
                rf"\b(?:the|this|these|that|those)\s(?:[a-z-]+\s)?({re.escape(head)}s?)\b", text, re.IGNORECASE
            )
            spans += [(m.start(1), m.end(1), tuple(indexes)) for m in found]
    return _replace(text, spans, mark)


def _heads(product: Product) -> set[str]:
    title = re.split(r"\s-\s|,|\(|\swith\s|\sfor\s|\s\d|\s/", product.title)[0].split()
    words = {title[-1].casefold()} if title else set[str]()
    if product.categories:
        words.add(product.categories[-1].casefold().split()[-1])
    return {re.sub(r"s$", "", word) for word in words if len(word) > 2 and word.isascii() and word.isalpha()}


def mask_ordinals(text: str, count: int, mark: Marker) -> str:
    """`the kettle`, where one shown product is a kettle."""
    pattern = (
        r"\bthe (first|second|third|fourth|fifth|sixth)\b(?: (?:one|option|pick|choice))?(?! time| place| glance| half)"
    )
    pattern += r"|第([一二三四五六1-6])[款个件双台副种]"
    spans: list[tuple[int, int, tuple[int, ...]]] = []
    for match in re.finditer(pattern, text, re.IGNORECASE):
        index = _ORDINALS[(match[1] or match[2]).lower()]
        if index < count:
            spans.append((match.start(), match.end(), (index,)))
    if count == 2:
        for word, index in (("the former", 0), ("the latter", 1), ("前者", 0), ("后者", 1)):
            spans += [(m.start(), m.end(), (index,)) for m in re.finditer(word, text, re.IGNORECASE)]
    return _replace(text, spans, mark)


def _replace(text: str, spans: list[tuple[int, int, tuple[int, ...]]], mark: Marker) -> str:
    """`the second one`, 第一款, the latter."""
    end = len(text) + 1
    for start, stop, indexes in sorted(spans, reverse=True):
        if stop <= end:
            text, end = text[:start] + mark(indexes) + text[stop:], start
    return text
