"""The names that a shop has for its things, compiled once from its facets, and where a message says them. Pure.

A common word is no brand, and a word that is part of another thing's name is no category; a slip in a long word is
told. Knows nothing of what is wanted of the names; `parser.py` says that.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from rapidfuzz import process
from rapidfuzz.distance import OSA

from agent.amounts import Span
from agent.heads import Head, heads
from agent.lexicon import CJK, english, fold, glossary
from agent.patterns import (
    AND,
)
from retrieval.product import Product
from retrieval.query import Facets


@dataclass(frozen=True, slots=True)
class Meaning:
    kind: str
    """brand, category, alias (part of a category's name), attribute, attribute_name."""
    value: str
    name: str = ""
    weight: int = 0


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    folded: str
    start: int
    end: int
    glued: bool
    """No space, and no sentence mark, parts it from the token before."""
    near: bool
    """At most spaces and joining marks part it from the token before."""


@dataclass(frozen=True, slots=True)
class _Entry:
    tokens: tuple[str, ...]
    glued: tuple[bool, ...]
    meanings: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True)
class FoundName:
    span: Span
    meaning: Meaning
    word: str
    """As it was written."""
    sure: bool
    """For a brand: it does not need a capital or a "by" to be one. For a value: it belongs to one attribute."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What this shop's own names are, compiled once from its facets."""

    currency: str
    entries: Mapping[str, tuple[_Entry, ...]]
    glossary: Mapping[str, tuple[str, ...]]
    chinese_terms: tuple[str, ...]
    translates: bool
    """The shop writes English, so Chinese words are worth translating."""
    attributes: Mapping[str, Mapping[str, int]]
    """The shop's attribute values, with how many products have them."""
    fields: Mapping[str, str]
    """What a shopper calls an attribute, or the brand, the rating and the stock, and its name."""
    titles: Mapping[str, str]
    """Products' names in the other language, by id."""
    spellings: tuple[str, ...]
    """The longer words of categories and brands, which a slip may be a slip of."""

    @staticmethod
    def of(
        facets: Facets,
        currency: str,
        glossary: Mapping[str, str] = MappingProxyType({}),
        titles: Mapping[str, str] = MappingProxyType({}),
        products: Sequence[Product] = (),
    ) -> "Vocabulary":
        """`glossary`: Chinese terms and this shop's own English names for them; it wins over the general glossary.
        `titles`: names in Chinese, by product; `products`: those products."""
        names = [*facets.categories, *facets.brands, *(v for values in facets.attributes.values() for v in values)]
        native = sum(1 for name in names if re.search(f"[{CJK}]", name))
        translates = native * 2 < len(names) or not names
        terms = {**(_general() if translates else {}), **{zh: (en,) for zh, en in glossary.items()}}
        meanings: dict[tuple[str, ...], list[Meaning]] = {}
        glued: dict[tuple[str, ...], tuple[bool, ...]] = {}
        for name, meaning in _names(facets):
            tokens = _tokens(name)
            key = tuple(token.folded for token in tokens)
            if key and not (meaning.kind == "attribute" and _vague(name, key)):
                meanings.setdefault(key, []).append(meaning)
                glued.setdefault(key, tuple(token.glued for token in tokens))
        terms |= {zh[:-1]: en for zh, en in terms.items() if zh.endswith("色") and len(zh) > 2}
        for zh, translations in terms.items():
            keys = (tuple(token.folded for token in _tokens(word)) for word in translations)
            known = next((meanings[key] for key in keys if key in meanings), None)
            tokens = _tokens(zh)
            key = tuple(token.folded for token in tokens)
            if known and key and key not in meanings:
                meanings[key] = known
                glued[key] = tuple(token.glued for token in tokens)
        own = _fields(facets, terms)
        for zh, meaning in _chinese_kinds(glossary, facets, heads(titles, products)):
            tokens = _tokens(zh)
            key = tuple(token.folded for token in tokens)
            if key and key not in meanings and zh not in own:
                meanings[key] = [meaning]
                glued[key] = tuple(token.glued for token in tokens)
        for zh, head in heads(titles, products).items():
            terms.setdefault(zh, (head.english,))
        entries: dict[str, list[_Entry]] = {}
        for key, found in meanings.items():
            entries.setdefault(key[0], []).append(_Entry(key, glued[key], tuple(dict.fromkeys(found))))
        ordered = {first: tuple(sorted(group, key=lambda e: -len(e.tokens))) for first, group in entries.items()}
        zh_terms = tuple(sorted(terms, key=lambda term: (-len(term), term)))
        spellings = {token for key, found in meanings.items() if _spelt(found) for token in key if len(token) >= _LONG}
        return Vocabulary(
            currency,
            MappingProxyType(ordered),
            MappingProxyType(terms),
            zh_terms,
            translates,
            facets.attributes,
            MappingProxyType(_fields(facets, terms)),
            titles,
            tuple(sorted(spellings)),
        )


_LONG = 6
"""Letters of a word from which on a slip in it can be told."""


def _chinese_kinds(
    glossary: Mapping[str, str], facets: Facets, learnt: Mapping[str, Head]
) -> Iterator[tuple[str, Meaning]]:
    """Parts of a Chinese category's name (被芯与枕头), and endings of Chinese titles."""
    for zh, english_name in glossary.items():
        parts = re.split("[与和、及]", zh)
        if english_name in facets.categories and len(parts) > 1:
            for part in parts:
                if len(part) > 1:
                    yield part, Meaning("alias", english_name, weight=facets.categories[english_name])
    for zh, head in learnt.items():
        if head.category in facets.categories:
            yield zh, Meaning("alias", head.category, weight=facets.categories[head.category])


def _fields(facets: Facets, terms: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    own = {
        "brand": "brand",
        "brands": "brand",
        "make": "brand",
        "rating": "rating",
        "reviews": "rating",
        "stock": "stock",
    }
    own |= {"品牌": "brand", "牌子": "brand", "评分": "rating", "评价": "rating", "现货": "stock", "库存": "stock"}
    for name in facets.attributes:
        own |= {name.lower(): name, fold(name): name}
    own |= {zh: own[fold(en[0])] for zh, en in terms.items() if fold(en[0]) in own}
    return own


def _spelt(found: Iterable[Meaning]) -> bool:
    return any(meaning.kind in ("category", "alias", "brand") for meaning in found)


def _general() -> dict[str, tuple[str, ...]]:
    return dict(glossary())


def _names(facets: Facets) -> Iterator[tuple[str, Meaning]]:
    for category, count in facets.categories.items():
        yield category, Meaning("category", category, weight=count)
        if re.fullmatch(rf"[{CJK}]{{2}}[机车]", category):
            yield category[:-1], Meaning("category", category, weight=count)  # 台式 of 台式电脑
        parts = re.split(r"\s*(?:&|/|,|\band\b)\s*", category)
        for part in parts if len(parts) > 1 else ():
            yield part, Meaning("alias", category, weight=count)
    for brand in facets.brands:
        if brand.strip().lower() not in _NO_BRANDS:
            yield brand, Meaning("brand", brand)
    for name, values in facets.attributes.items():
        yield name, Meaning("attribute_name", name, name)
        for value in values:
            yield value, Meaning("attribute", value, name)
            if " - " in value:
                yield value.split(" - ", 1)[1], Meaning("attribute", value, name)
            if re.fullmatch(rf"[{CJK}]{{2,}}[车型款式]", value):
                yield value[:-1], Meaning("attribute", value, name)
            if re.fullmatch(r"\d+GB", value):
                yield value[:-1], Meaning("attribute", value, name)


def _vague(value: str, key: tuple[str, ...]) -> bool:
    text = value.strip().lower()
    figures = all(re.fullmatch(r"[\d.]+", token) for token in key)
    return figures or text in _VAGUE or (len(key) == 1 and len(key[0]) == 1)


_TOKEN = re.compile(rf"[{CJK}]|\d+(?:\.\d+)?|[^\W\d_{CJK}]+(?:'[^\W\d_{CJK}]+)?")


_UNITS = {
    **dict.fromkeys(("hour", "hr", "h", "小时"), "h"),
    **dict.fromkeys(("inch", "in", "寸"), "inch"),
    **dict.fromkeys(("kg", "kilogram", "kilo", "公斤", "千克"), "kg"),
    **dict.fromkeys(("litre", "l", "升"), "l"),
    **dict.fromkeys(("gram", "g", "克"), "g"),
    **dict.fromkeys(("watt", "w", "瓦"), "w"),
    **dict.fromkeys(("lumen", "lm", "流明"), "lm"),
    **dict.fromkeys(("one", "一"), "1"),
    **dict.fromkeys(("two", "两"), "2"),
    **dict.fromkeys(("three", "三"), "3"),
    **dict.fromkeys(("four", "四"), "4"),
    **dict.fromkeys(("five", "五"), "5"),
    **dict.fromkeys(("six", "六"), "6"),
}


def _tokens(text: str) -> list[_Token]:
    """Words, figures and single ideographs; units and small numbers under one spelling."""
    found: list[_Token] = []
    text = re.sub(
        r"英寸|公斤|千克|小时", lambda match: {"英寸": "寸寸", "公斤": "kg", "千克": "kg", "小时": "hh"}[match[0]], text
    )
    end = 0
    for match in _TOKEN.finditer(text):
        gap = text[end : match.start()]
        folded = fold(match[0])
        folded = {"hh": "h"}.get(folded, folded)
        after_figure = bool(found) and found[-1].text[0].isdigit()
        if after_figure or folded not in ("l", "g", "w", "h", "in", "寸", "克", "升"):
            folded = _UNITS.get(folded, folded)
        near = bool(found) and re.fullmatch(r"[\s\-&/'·+.,]{0,3}", gap) is not None and gap.strip() not in (".", ",")
        if not (folded == "inch" and found and found[-1].folded == "inch"):
            found.append(_Token(match[0], folded, match.start(), match.end(), bool(found) and gap == "", near))
        end = match.end()
    return found


def names_in(text: str, original: str, vocabulary: Vocabulary) -> Iterator[FoundName]:
    """The shop's names in the message, longest first, each place read once."""
    tokens = [_mended(token, vocabulary) for token in _tokens(text)]
    shouted = not re.search("[a-z]", original)
    named = {
        entry.meanings[0].name
        for index in range(len(tokens))
        for entry in vocabulary.entries.get(tokens[index].folded, ())
        if entry.meanings[0].kind == "attribute_name" and _fits(tokens, index, entry)
    }
    index = 0
    while index < len(tokens):
        found = next(
            (
                found
                for entry in vocabulary.entries.get(tokens[index].folded, ())
                if _fits(tokens, index, entry) and (found := _meant(text, tokens, index, entry, named, shouted))
            ),
            None,
        )
        if found is None:
            index += 1
            continue
        yield from found
        end = found[0].span[1]
        while index < len(tokens) and tokens[index].start < end:
            index += 1


def _mended(token: _Token, vocabulary: Vocabulary) -> _Token:
    """A word that nobody knows, as the word of the shop that it must be a slip of."""
    word = token.folded
    if len(word) < _LONG - 1 or not (word.isascii() and word.isalpha()) or word in vocabulary.entries:
        return token
    if word in english("common") or word in english("function") or word in english("chatter"):
        return token
    steps = 1 if len(word) <= _LONG + 1 else 2
    near = process.extractOne(word, vocabulary.spellings, scorer=OSA.distance, score_cutoff=steps)
    if not near or not near[1] or near[0][0] != word[0] or _another(word, near[0]):
        return token
    return replace(token, folded=near[0])


def _another(word: str, known: str) -> bool:
    """Two letters that are others, no letter left out, doubled or swapped, make another word: `headstone`."""
    wrong = sum(one != other for one, other in zip(word, known, strict=False))
    return len(word) == len(known) and wrong > 1 and sorted(word) != sorted(known)


def _fits(tokens: list[_Token], index: int, entry: _Entry) -> bool:
    piece = tokens[index : index + len(entry.tokens)]
    return (
        len(piece) == len(entry.tokens)
        and all(token.folded == wanted for token, wanted in zip(piece, entry.tokens, strict=True))
        and all(token.near for token in piece[1:])
    )


def _meant(
    text: str, tokens: list[_Token], index: int, entry: _Entry, named: set[str], shouted: bool
) -> list[FoundName] | None:
    piece = tokens[index : index + len(entry.tokens)]
    span = (piece[0].start, piece[-1].end)
    kinds = {meaning.kind for meaning in entry.meanings}
    kept: list[FoundName] = []
    attributes = {meaning.name for meaning in entry.meanings if meaning.kind == "attribute"}
    for meaning in entry.meanings:
        if meaning.kind == "brand":
            glued = tuple(token.glued for token in piece)
            figures = any(token.text[0].isdigit() for token in piece)
            if (not figures or glued[1:] == entry.glued[1:]) and _brand_meant(text, piece, entry, kinds, shouted):
                kept.append(FoundName(span, meaning, text[span[0] : span[1]], True))
        elif meaning.kind in ("category", "alias"):
            if not _modifies(text, tokens, index, entry) and not _ADJECTIVE.search(text[: span[1]]):
                kept.append(FoundName(span, meaning, text[span[0] : span[1]], meaning.kind == "category"))
        elif meaning.kind == "attribute":
            if (len(attributes) == 1 or meaning.name in named) and not _ranged(text, span):
                kept.append(FoundName(span, meaning, text[span[0] : span[1]], True))
        elif meaning.kind == "attribute_name" and kinds == {"attribute_name"}:
            return None
    if any(found.meaning.kind == "brand" for found in kept):
        kept = [found for found in kept if found.meaning.kind == "brand"]
    return kept or None


def _modifies(text: str, tokens: list[_Token], index: int, entry: _Entry) -> bool:
    """The name is part of another thing's name: `tent pegs`, `sleeping bag`."""
    last = tokens[index + len(entry.tokens) - 1]
    if len(entry.tokens) == 1 and _COMPOUND.search(text[max(0, tokens[index].start - 12) : last.end]):
        return True
    if not last.text.isascii() or last.text.lower() != last.folded or index + len(entry.tokens) >= len(tokens):
        return False
    after = tokens[index + len(entry.tokens)]
    idle = after.text.lower() in english("function") | english("chatter") or AND.fullmatch(after.text)
    return after.near and after.text.isascii() and after.text.isalpha() and not idle


_ADJECTIVE = re.compile(
    r"(?:\b(?:something|anything|very|so|as|be|is|are|too|really|super|quite|pretty|and|more|but|not)\s+|^|[,.]\s*)light$"
    r"|轻(?:一?[点些]|便|巧|量)?$",
    re.IGNORECASE,
)
"""`light` that weighs little, rather than one that shines."""


_COMPOUND = re.compile(
    r"\b(?:sleeping|bean|tea|punching|garbage|trash|dry|vacuum|paper|oxygen) (?:bag|tent)s?$", re.IGNORECASE
)


def _ranged(text: str, span: Span) -> bool:
    """`wide range`, `light of`: a value that is only a word of a phrase."""
    return bool(
        re.match(r"\s+(?:range|variety|selection|choice|years?)\b", text[span[1] : span[1] + 12], re.IGNORECASE)
    )


def _brand_meant(text: str, piece: list[_Token], entry: _Entry, kinds: set[str], shouted: bool) -> bool:
    plain = len(entry.tokens) == 1 and entry.tokens[0].isascii()
    common = plain and (
        len(entry.tokens[0]) <= 2
        or entry.tokens[0] in english("common")
        or piece[0].text.lower() in english("common")
        or bool(kinds - {"brand"})
    )
    if not common:
        return True
    before = text[max(0, piece[0].start - 30) : piece[0].start]
    if re.search(r"\b(?:by|from|brands?|brand is)\s+$|(?:品牌|牌子)\S?\s*$", before, re.IGNORECASE):
        return True
    if re.match(r"\s+(?:brand|branded)\b|\s*(?:牌|品牌)", text[piece[0].end : piece[0].end + 10], re.IGNORECASE):
        return True
    opens = re.search(r"(?:^|[.!?。！？\n])\s*[\"'(]*$", before) is not None and (
        len(before) < 30 or before.strip() != ""
    )
    return piece[0].text[0].isupper() and not opens and not shouted


_NO_BRANDS = frozenset(
    (
        "unknown",
        "generic",
        "n/a",
        "na",
        "none",
        "other",
        "others",
        "unbranded",
        "no brand",
        "brand",
        "null",
        "其他",
        "未知",
        "无",
        "无品牌",
    )
)


_VAGUE = frozenset(
    [
        "no",
        "yes",
        "none",
        "other",
        "others",
        "unknown",
        "regular",
        "medium",
        "low",
        "high",
        "small",
        "large",
        "standard",
        "normal",
        "default",
        "multi",
        "mixed",
        "n/a",
        "true",
        "false",
        "any",
        "all",
        "one",
        "new",
        "无",
        "有",
        "是",
        "否",
        "其他",
        "一般",
        "较强",
        "标准",
        "普通",
    ]
)
