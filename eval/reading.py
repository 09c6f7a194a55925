"""Who is spoken of where: prose -> clauses in which every mention of a product is one marker character.

Finds full titles, parts of titles ("the Stratus 2", 星尘14), head nouns ("the kettle"), ordinals
("the second one", 第一款) and carries the subject across pronouns and clauses. Knows nothing of claims, nor whether
anything said is true.
"""

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from retrieval.product import Product

_MARK = 0xE000
_HAN = r"\u4e00-\u9fff"
_ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5} | {
    "一": 0,
    "二": 1,
    "三": 2,
    "四": 3,
    "五": 4,
    "六": 5,
    "1": 0,
    "2": 1,
    "3": 2,
    "4": 3,
    "5": 4,
    "6": 5,
}
_COMPARAND = re.compile(
    r"(?:\bthan|\bcompared (?:to|with)|\bversus|\bvs\.?|\bunlike|\bnext to|比|相比|不如|不像)\s*(?:the |that of the )?$"
)
_MAKER = re.compile(r"(?:\b(?:by|from)|来自|出自|属于)\s*$")
_SENTENCE_END = re.compile(r"(?<=[。！？；!?;\n])|(?<=[.])\s+(?=[^a-z])")
_GENERIC = frozenset(
    ("the", "a", "an", "and", "for", "with", "of", "in", "to", "over", "on", "by", "new", "set", "pack", "best")
)


class Subject(BaseModel, frozen=True, extra="forbid"):
    """The products a claim is about, as indexes. `every`: it must hold for each; otherwise for one of them."""

    products: tuple[int, ...]
    every: bool = False


class Mention(BaseModel, frozen=True, extra="forbid"):
    """A marker in a clause; several products where they share the name that was used."""

    at: int
    products: tuple[int, ...]
    comparand: bool
    """Named only as what another is compared with."""


class Clause(BaseModel, frozen=True, extra="forbid"):
    """A piece of a sentence, mentions as markers."""

    text: str
    mentions: tuple[Mention, ...]
    carried: Subject
    """Whom it speaks of where it names nobody."""
    question: bool
    sentence_start: bool
    quoted_from: tuple[int, ...] = ()
    """Products whose own description or reviews hold the whole sentence word for word."""

    def subject(self, at: int) -> Subject:
        """Whom the words at this position speak of."""
        own = [m for m in self.mentions if not m.comparand]
        before = [m for m in own if m.at < at]
        if before:
            return self._joined(own, before[-1])
        pronoun = re.search(lexicon()["pronoun"]["en"] + "|" + lexicon()["pronoun"]["zh"], self.text[:at].lower())
        if own and not pronoun:
            return self._joined(own, own[0])
        return self.carried

    def _joined(self, own: list[Mention], mention: Mention) -> Subject:
        """`A and B` speak together."""
        group = [mention]
        for other in reversed(own[: own.index(mention)]):
            if not re.fullmatch(
                r"\s*(?:,|、|and|or|&|和|与|及|跟|以及|, and)\s*(?:the )?", self.text[other.at + 1 : group[0].at]
            ):
                break
            group.insert(0, other)
        return Subject(products=tuple(i for m in group for i in m.products), every=len(group) > 1)


@cache
def lexicon() -> dict[str, Any]:
    """The word lists of the checker: concepts, negations, hedges, stock, promises, scales."""
    return json.loads((Path(__file__).parent / "lexicon.json").read_text(encoding="utf-8"))


def read(
    text: str, shown: tuple[Product, ...], known: tuple[Product, ...]
) -> tuple[tuple[Clause, ...], tuple[Product, ...]]:
    """Clauses in order, and the products that their indexes mean: those shown, then those known that were named."""
    folded = text.casefold()
    ids = {product.id for product in shown}
    named = tuple(p for p in known if p.id not in ids and len(p.title) > 7 and p.title.casefold() in folded)
    products = shown + named
    table: dict[str, tuple[int, ...]] = {}

    def mark(indexes: tuple[int, ...]) -> str:
        char = chr(_MARK + len(table))
        table[char] = indexes
        return char

    own_words = [squeeze(" ".join((p.description or "", *(r.text for r in p.reviews)))) for p in shown]
    masked: list[str] = []
    sources: list[tuple[int, ...]] = []
    for sentence in re.split(_SENTENCE_END, _mask_titles(text, products, mark)):
        plain = "".join(products[table[c][0]].title if c in table else c for c in sentence)
        sources.append(tuple(i for i, words in enumerate(own_words) if quoted(plain, words)))
        if not sources[-1]:
            sentence = _mask_parts(sentence, shown, mark)
            sentence = _mask_heads(sentence, shown, mark)
            sentence = _mask_ordinals(sentence, len(shown), mark)
        masked.append(plain if sources[-1] else sentence)
    return tuple(_clauses(masked, sources, table, len(shown))), products


def squeeze(text: str) -> str:
    """Letters and digits only, without case: for comparing wording."""
    return re.sub(r"[\W_]", "", text.casefold())


def quoted(passage: str, source: str) -> bool:
    """Is this passage, long enough to mean something, taken word for word from `source` (squeezed)?"""
    words = squeeze(passage)
    return len(words) >= (8 if re.search(rf"[{_HAN}]", words) else 16) and words in source


def is_marker(char: str) -> bool:
    """Is this character a mention that `read` put in place of a name?"""
    return _MARK <= ord(char) < 0xF8FF


def _mask_titles(text: str, products: tuple[Product, ...], mark: Callable[[tuple[int, ...]], str]) -> str:
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


def _mask_parts(text: str, shown: tuple[Product, ...], mark: Callable[[tuple[int, ...]], str]) -> str:
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
    for length in range(1, 9):
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


def _mask_heads(text: str, shown: tuple[Product, ...], mark: Callable[[tuple[int, ...]], str]) -> str:
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


def _mask_ordinals(text: str, count: int, mark: Callable[[tuple[int, ...]], str]) -> str:
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


def _replace(text: str, spans: list[tuple[int, int, tuple[int, ...]]], mark: Callable[[tuple[int, ...]], str]) -> str:
    end = len(text) + 1
    for start, stop, indexes in sorted(spans, reverse=True):
        if stop <= end:
            text, end = text[:start] + mark(indexes) + text[stop:], start
    return text


def _clauses(
    sentences: list[str], sources: list[tuple[int, ...]], table: dict[str, tuple[int, ...]], count: int
) -> list[Clause]:
    everything = Subject(products=tuple(range(count)))
    carried, found = everything, list[Clause]()
    both = re.compile(lexicon()["both"]["en"] + "|" + lexicon()["both"]["zh"])
    for sentence, source in zip(sentences, sources, strict=True):
        question = bool(re.search(r"[?？]\s*$|[吗呢][。？?]?\s*$", sentence))
        parts = [
            p
            for p in re.split(
                r"(?:,(?!\d)|，|:\s|：|\s[–—-]\s|——|\bbut\b|\bwhile\b|\bwhereas\b|但是?|而(?!且))", sentence
            )
            if p.strip()
        ]
        for place, part in enumerate(parts):
            mentions = _mentions(part, table)
            own = [m for m in mentions if not m.comparand]
            if not mentions and both.search(part.lower()) and count > 1:
                here = Subject(products=everything.products, every=True)
            elif not own and place == 0 and carried == everything:
                here = _ahead("".join(parts), table) or carried
            elif (
                not own
                and place == 0
                and len(parts) > 1
                and re.match(r"\s*(?:the\s)?[\ue000-\uf8ff]", parts[1], re.IGNORECASE)
            ):
                here = _ahead(parts[1], table) or carried
            else:
                here = carried
            clause = Clause(
                text=part,
                mentions=mentions,
                carried=here,
                question=question,
                sentence_start=place == 0,
                quoted_from=source,
            )
            found.append(clause)
            if own:
                carried = clause.subject(own[0].at + 1)
            elif here.every:
                carried = here
    return found


def _mentions(part: str, table: dict[str, tuple[int, ...]]) -> tuple[Mention, ...]:
    return tuple(
        Mention(at=i, products=table[c], comparand=bool(_COMPARAND.search(part[:i].lower())))
        for i, c in enumerate(part)
        if c in table
    )


def _ahead(text: str, table: dict[str, tuple[int, ...]]) -> Subject | None:
    first = next((c for c in text if c in table), None)
    return Subject(products=table[first]) if first else None
