"""The deterministic reader of one shopper message: bounds, names, references, critiques, and the words to search for.

Pure, and quick enough to run before any model is asked. What it reads wins over what a model guesses, so it says
nothing where it is not sure: a figure without money is no price, a common word is no brand, "thanks" is no need.
Knows nothing of engines, prompts or the wire.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import BaseModel

from agent.amounts import Span, amounts
from agent.constraints import Preference, Wishes
from agent.events import Language
from agent.lexicon import CJK, chinese, english, fold, glossary, is_chinese, normal
from agent.pointing import Pointed, pointed
from agent.shelf import Card
from agent.tools import Change
from retrieval.query import Facets

MAX_CHARS = 2000
"""What is read of a message; the rest is left unread."""


class Parsed(BaseModel, frozen=True, extra="forbid"):
    """What one message says."""

    language: Language
    wishes: Wishes = Wishes()
    query: str = ""
    """What is left to search for, without bounds, politeness and references."""
    need: bool = False
    """A product need was stated. A critique of what is shown is a `change`, not a need."""
    items: tuple[int, ...] = ()
    """Handles of the shown cards that were referred to."""
    unresolved: bool = False
    """Something was pointed at that is not on the screen, or could be several things."""
    change: Change | None = None
    compare: bool = False
    small_talk: bool = False
    service: bool = False
    """About the shop rather than a product: returns, delivery, an order."""
    foreign_currency: str | None = None
    """A bound was stated in this currency, which is not the shop's: never converted, and no wish."""


@dataclass(frozen=True, slots=True)
class _Meaning:
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
    meanings: tuple[_Meaning, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    span: Span
    meaning: _Meaning
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

    @staticmethod
    def of(facets: Facets, currency: str, glossary: Mapping[str, str] = MappingProxyType({})) -> "Vocabulary":
        """`glossary`: Chinese terms and this shop's own English names for them; it wins over the general glossary."""
        names = [*facets.categories, *facets.brands, *(v for values in facets.attributes.values() for v in values)]
        native = sum(1 for name in names if re.search(f"[{CJK}]", name))
        translates = native * 2 < len(names) or not names
        terms = {**(_general() if translates else {}), **{zh: (en,) for zh, en in glossary.items()}}
        meanings: dict[tuple[str, ...], list[_Meaning]] = {}
        glued: dict[tuple[str, ...], tuple[bool, ...]] = {}
        for name, meaning in _names(facets):
            tokens = _tokens(name)
            key = tuple(token.folded for token in tokens)
            if key and not (meaning.kind == "attribute" and _vague(name, key)):
                meanings.setdefault(key, []).append(meaning)
                glued.setdefault(key, tuple(token.glued for token in tokens))
        for zh, translations in terms.items():
            keys = (tuple(token.folded for token in _tokens(word)) for word in translations)
            known = next((meanings[key] for key in keys if key in meanings), None)
            tokens = _tokens(zh)
            key = tuple(token.folded for token in tokens)
            if known and key and key not in meanings:
                meanings[key] = known
                glued[key] = tuple(token.glued for token in tokens)
        entries: dict[str, list[_Entry]] = {}
        for key, found in meanings.items():
            entries.setdefault(key[0], []).append(_Entry(key, glued[key], tuple(dict.fromkeys(found))))
        ordered = {first: tuple(sorted(group, key=lambda e: -len(e.tokens))) for first, group in entries.items()}
        zh_terms = tuple(sorted(terms, key=lambda term: (-len(term), term)))
        return Vocabulary(currency, MappingProxyType(ordered), MappingProxyType(terms), zh_terms, translates)


def parse(text: str, vocabulary: Vocabulary, shown: tuple[Card, ...]) -> Parsed:
    """Read one message, with these cards on the screen. Never raises."""
    text = normal(text)[:MAX_CHARS]
    language: Language = "zh" if is_chinese(text) else "en"
    figures = amounts(text, vocabulary.currency)
    page = _Page(text)
    page.strike(figures.spans)
    clear = page.cut(_CLEAR_PRICE)
    if service := bool(_SERVICE.search(text)):
        page.cut(_SERVICE)
    stock = page.cut(_IN_STOCK)
    compare = page.cut(_COMPARE)
    change: Change | None = next((name for name, pattern in _CHANGES if pattern.search(page.text)), None)
    pointing = pointed(page.text, shown, comparing=compare)
    if pointing.unresolved and _WHICH_OF_THEM.search(text):
        compare, pointing = True, pointed(page.text, shown, comparing=True)
    page.strike(pointing.spans)
    found = list(_names_in(page.text, text, vocabulary))
    excluded, struck = _exclusions(page.text, found)
    if change and _elsewhere(found, shown):
        change = None
    if change and shown:
        for _, pattern in _CHANGES:
            page.cut(pattern)
    cheap, well_rated = page.seen(_CHEAP), page.seen(_WELL_RATED)
    prefer: Preference | None = (
        "cheap" if cheap or change == "cheaper" else "rating" if well_rated or change == "better_rated" else None
    )
    page.strike(struck)
    page.cut(_ZH_SHUNNED)
    question = bool(_QUESTION.search(text))
    names = _wished(found, excluded)
    wishes = Wishes.model_validate(
        {
            "price_min": figures.price_min,
            "price_max": figures.price_max,
            "rating_min": figures.rating_min,
            "in_stock": (stock and not (question and (pointing.said or not names.get("categories"))))
            or bool(stock and _SEEKS.search(text)),
            "prefer": None if shown and change else prefer,
            "clear_price": clear and not (figures.price_min or figures.price_max),
            **names,
        }
    )
    query = _query(page.text, language, vocabulary)
    content = _has_content(query)
    asks = question and not _SEEKS.search(text) and not (wishes.categories and not pointing.said)
    if not shown:
        change = None
    elif (
        change is None
        and not asks
        and not service
        and not compare
        and _narrows(text, content, wishes, pointing, found, shown)
    ):
        change = "narrow"
    need = content and not (service or asks or change or compare) and not (pointing.said and not _SEEKS.search(text))
    bare = not (content or service or pointing.said or change or compare or asks or figures.spans or wishes != Wishes())
    return Parsed(
        language=language,
        wishes=wishes,
        query=query if content else "",
        need=need,
        items=pointing.handles,
        unresolved=pointing.unresolved and not compare,
        change=change,
        compare=compare,
        small_talk=bare and bool(_SMALL_TALK.search(text)),
        service=service,
        foreign_currency=figures.foreign,
    )


class _Page:
    """The message with what was understood struck out, character for character, so that positions stay true."""

    def __init__(self, text: str) -> None:
        self.text = text

    def strike(self, spans: Iterable[Span]) -> None:
        for start, end in spans:
            self.text = self.text[:start] + "\x1f" * (end - start) + self.text[end:]

    def cut(self, pattern: re.Pattern[str]) -> bool:
        spans = [match.span() for match in pattern.finditer(self.text)]
        self.strike(spans)
        return bool(spans)

    def seen(self, pattern: re.Pattern[str]) -> bool:
        return pattern.search(self.text) is not None


def _general() -> dict[str, tuple[str, ...]]:
    return dict(glossary())


def _names(facets: Facets) -> Iterator[tuple[str, _Meaning]]:
    for category, count in facets.categories.items():
        yield category, _Meaning("category", category, weight=count)
        parts = re.split(r"\s*(?:&|/|,|\band\b)\s*", category)
        for part in parts if len(parts) > 1 else ():
            yield part, _Meaning("alias", category, weight=count)
    for brand in facets.brands:
        if brand.strip().lower() not in _NO_BRANDS:
            yield brand, _Meaning("brand", brand)
    for name, values in facets.attributes.items():
        yield name, _Meaning("attribute_name", name, name)
        for value in values:
            yield value, _Meaning("attribute", value, name)
            if " - " in value:
                yield value.split(" - ", 1)[1], _Meaning("attribute", value, name)
            if re.fullmatch(r"\d+GB", value):
                yield value[:-1], _Meaning("attribute", value, name)


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


def _names_in(text: str, original: str, vocabulary: Vocabulary) -> Iterator[_Found]:
    """The shop's names in the message, longest first, each place read once."""
    tokens = _tokens(text)
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


def _fits(tokens: list[_Token], index: int, entry: _Entry) -> bool:
    piece = tokens[index : index + len(entry.tokens)]
    return (
        len(piece) == len(entry.tokens)
        and all(token.folded == wanted for token, wanted in zip(piece, entry.tokens, strict=True))
        and all(token.near for token in piece[1:])
    )


def _meant(
    text: str, tokens: list[_Token], index: int, entry: _Entry, named: set[str], shouted: bool
) -> list[_Found] | None:
    piece = tokens[index : index + len(entry.tokens)]
    span = (piece[0].start, piece[-1].end)
    kinds = {meaning.kind for meaning in entry.meanings}
    kept: list[_Found] = []
    attributes = {meaning.name for meaning in entry.meanings if meaning.kind == "attribute"}
    for meaning in entry.meanings:
        if meaning.kind == "brand":
            glued = tuple(token.glued for token in piece)
            figures = any(token.text[0].isdigit() for token in piece)
            if (not figures or glued[1:] == entry.glued[1:]) and _brand_meant(text, piece, entry, kinds, shouted):
                kept.append(_Found(span, meaning, True))
        elif meaning.kind in ("category", "alias"):
            if not _modifies(text, tokens, index, entry):
                kept.append(_Found(span, meaning, meaning.kind == "category"))
        elif meaning.kind == "attribute" and "category" not in kinds:
            if (len(attributes) == 1 or meaning.name in named) and not _ranged(text, span):
                kept.append(_Found(span, meaning, True))
        elif meaning.kind == "attribute_name" and kinds == {"attribute_name"}:
            return None
    if any(found.meaning.kind == "brand" for found in kept):
        kept = [found for found in kept if found.meaning.kind == "brand"]
    return kept or None


def _modifies(text: str, tokens: list[_Token], index: int, entry: _Entry) -> bool:
    """The name is part of another thing's name: `tent pegs`, `sleeping bag`."""
    last = tokens[index + len(entry.tokens) - 1]
    if _COMPOUND.search(text[max(0, tokens[index].start - 12) : last.end]):
        return True
    if not last.text.isascii() or last.text.lower() != last.folded or index + len(entry.tokens) >= len(tokens):
        return False
    after = tokens[index + len(entry.tokens)]
    idle = after.text.lower() in english("function") or after.text.lower() in english("chatter")
    return after.near and after.text.isascii() and after.text.isalpha() and not idle


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


_NEGATION = re.compile(
    r"\b(?:not(?! (?:only|just|too|sure|over|more|exceed\w*|under|above|below|less|really))|no(?! "
    r"(?:more|less|need|idea|longer|matter|problem))|without|anything but"
    r"|everything but|except(?: for)?|excluding|other than|(?:do not|don'?t|didn'?t) (?:want|like"
    r"|need)|apart from|besides|avoid|hate|dislike|never|nothing)\b"
    r"|不要|不想要|不喜欢|不是|不用|别要|除了|排除|非(?!常)|讨厌|不考虑(?!价)|不含|不带",
    re.IGNORECASE,
)
_PASSED = re.compile(
    r"(?:\s|,|\b(?:an?|any|the|from|by|brands?|made of|made from|in|of|colou?rs?|ones?|or|and|nor"
    r"|with|it|either)\b|[、和或跟与/]|有|的|品牌|是)*",
    re.IGNORECASE,
)
_ZH_AFTER = re.compile(r"\s*的?\s*(?:也|都)?(?:不要|不行|不考虑|除外|就算了)")


def _exclusions(text: str, found: list[_Found]) -> tuple[set[Span], list[Span]]:
    """Which names stand behind a negation, and the places to strike from the query."""
    spans = sorted({one.span for one in found if one.meaning.kind in ("brand", "attribute")})
    excluded: set[Span] = set()
    struck: list[Span] = []
    for match in _NEGATION.finditer(text):
        place = match.end()
        while True:
            passed = _PASSED.match(text, place)
            place = passed.end() if passed else place
            hit = next((span for span in spans if span[0] == place), None)
            if hit is None:
                break
            excluded.add(hit)
            place = hit[1]
        if match.end() < place and any(match.end() <= span[0] < place for span in excluded):
            struck.append((match.start(), max(span[1] for span in excluded if span[0] < place)))
    for span in spans:
        if after := _ZH_AFTER.match(text, span[1]):
            excluded.add(span)
            struck.append((span[0], after.end()))
    return excluded, struck


def _wished(found: list[_Found], excluded: set[Span]) -> dict[str, object]:
    brands: dict[str, None] = {}
    shunned: dict[str, None] = {}
    values: dict[str, dict[str, None]] = {}
    shunned_values: dict[str, dict[str, None]] = {}
    categories: list[tuple[tuple[int, ...], str]] = []
    for place, one in enumerate(found):
        out = one.span in excluded
        meaning = one.meaning
        if meaning.kind == "brand":
            (shunned if out else brands)[meaning.value] = None
        elif meaning.kind == "attribute":
            (shunned_values if out else values).setdefault(meaning.name, {})[meaning.value] = None
        elif meaning.kind in ("category", "alias"):
            categories.append(((meaning.kind == "alias", meaning.weight, place), meaning.value))
    exact = [pair for pair in sorted(categories) if not pair[0][0]]
    chosen = exact or sorted(categories)
    return {
        "brands": tuple(brand for brand in brands if brand not in shunned),
        "exclude_brands": tuple(shunned),
        "attributes": {name: tuple(found) for name, found in values.items()},
        "exclude_attributes": {name: tuple(found) for name, found in shunned_values.items()},
        "categories": tuple(dict.fromkeys(name for _, name in chosen)),
    }


def _elsewhere(found: list[_Found], shown: tuple[Card, ...]) -> bool:
    """A category is named that nothing on the screen belongs to."""
    named = {one.meaning.value for one in found if one.meaning.kind in ("category", "alias")}
    held = {name for card in shown for name in card.product.categories}
    return bool(named) and not named & held


def _narrows(
    text: str, content: bool, wishes: Wishes, pointing: Pointed, found: list[_Found], shown: tuple[Card, ...]
) -> bool:
    """The message adds to what stands rather than asking for something new."""
    if pointing.said or _elsewhere(found, shown) or _FRESH.search(text):
        return False
    bounded = wishes.model_copy(update={"categories": (), "clear_price": False}) != Wishes()
    return not wishes.categories and (
        (bool(_NARROW.search(text)) and (content or bounded)) or (bounded and not _FRESH.search(text))
    )


_WITHOUT = re.compile(
    r"\b(?:without|no|not|except(?: for)?)\s+(?:(?:an?|the|any|too|very|so|that)\s+)*[\w-]+", re.IGNORECASE
)
"""What is not wanted and the shop has no name for: it cannot be filtered by, and must not be searched for."""


def _query(text: str, language: Language, vocabulary: Vocabulary) -> str:
    """What is left to search for."""
    rest = _POLITE.sub("\x1f", text)
    if language == "zh":
        rest = _zh_filler().sub(" ", rest)
        rest = re.sub(rf"(?<![{CJK}])[{_ZH_PARTICLES}]+|[{_ZH_PARTICLES}]+(?![{CJK}])", " ", rest)
        rest = re.sub(r"[^\w\s.+%-]|_", " ", rest)
        rest = " ".join(re.sub(r"\x1f", " ", rest).split()).strip(" .-+")
        translated = _translations(rest, vocabulary) if vocabulary.translates else []
        return " ".join([rest, *translated]).strip()[:1000]
    rest = _WITHOUT.sub(" ", rest)
    clauses = [_trimmed(part) for part in re.split(r"\x1f+|[.!?;:,()\[\]\n\"。，！？；、]+(?=\s|$|\x1f)", rest)]
    kept = " ".join(clause for clause in clauses if clause)
    translated = _translations(kept, vocabulary) if re.search(f"[{CJK}]", kept) and vocabulary.translates else []
    return " ".join([kept, *translated]).strip()[:1000]


def _trimmed(clause: str) -> str:
    words = clause.split()
    filler = english("function") | english("chatter")

    def idle(word: str) -> bool:
        bare = word.strip(".,!?;:'\"()[]").lower()
        return not bare or bare in filler

    if all(idle(word) for word in words):
        return ""
    while words and idle(words[0]):
        words.pop(0)
    while words and idle(words[-1]):
        words.pop()
    return " ".join(words)


def _translations(text: str, vocabulary: Vocabulary) -> list[str]:
    found: list[tuple[int, str]] = []
    for term in vocabulary.chinese_terms:
        place = text.find(term)
        if len(term) == 1 and not re.search(rf"(?<![{CJK}])[{_ZH_PARTICLES}]?{term}(?:的|(?![{CJK}]))", text):
            continue
        if place >= 0:
            found.append((place, vocabulary.glossary[term][0]))
            text = text.replace(term, "\x1f" * len(term))
    return [word for word in dict.fromkeys(word for _, word in sorted(found)) if word.lower() not in text.lower()]


def _has_content(query: str) -> bool:
    idle = english("function") | english("chatter")
    words = re.findall(rf"[^\W\d_{CJK}]{{2,}}(?:'\w+)?", query)
    return bool(re.search(f"[{CJK}]", query)) or any(word.lower() not in idle for word in words)


def _zh_filler() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(term) for term in chinese("filler")))


_ZH_PARTICLES = (
    "的了吗呢吧啊呀哦嗯哈我你您他她它们是在和与或就都也还要想能有可以请给来去对到这那些个款件种台只吗么嘛恩好再帮看"
)
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


_ZH_SHUNNED = re.compile(rf"不(?:想)?要(?!是)[{CJK}]{{1,5}}")


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_CLEAR_PRICE = _any(
    r"\b(?:ignore|forget|drop|remove|lift|skip|never mind)(?: about)? (?:the |my |any )?(?:budget"
    r"|price|cost)(?: limits?| range| cap)?",
    r"\b(?:price|money|cost|budget)s? (?:does ?n[o']?t|doesnt|does not|is not|isn'?t|is no|no)"
    r"(?: really)? ?(?:matter|object|an issue|a problem|a concern|important|issue)",
    r"\b(?:any price|no (?:price |budget )(?:limit|range|cap)s?|no budget|no limit on (?:price|budget))\b",
    r"\b(?:do ?n[o']?t|do not) (?:care|mind|worry) (?:about |how )?(?:the )?(?:price|cost|budget"
    r"|much it costs)|\bregardless of (?:the )?(?:price|cost|budget)",
    r"不管(?:价格|预算|价钱)|(?:价格|预算|价钱)(?:不限|无所谓|都可以|不是问题|不重要|没关系)|不限(?:预算|价格)|不(?:在乎|考虑|在意)(?:价格|预算|价钱)"
    r"|多少钱(?:都行|都可以|无所谓)|(?:忽略|取消|去掉)(?:价格|预算)(?:限制)?|没有预算限制",
)
_IN_STOCK = _any(
    r"(?<!not )(?<!out of )\b(?:in[ -]stock|available (?:right )?now|ready to ship|currently available)\b",
    r"有现货|有货|现货|有库存",
)
_SERVICE = _any(
    r"\b(?:return(?:s| it| them| this)?(?: policy| period| window)?|refunds?|exchange (?:it|policy"
    r"|this)|send (?:it|them) back)\b",
    r"\b(?:where(?:'s| is)|track|cancel|change|status of|about) (?:my|the|an) (?:order|package|parcel"
    r"|delivery)\b|\border (?:status|number|tracking)\b|\bmy order\b",
    r"\b(?:ship(?:s|ping)? (?:cost|fee|time|to|policy|options?|internationally)|how long (?:does"
    r"|will) (?:shipping|delivery)|deliver(?:y|s)? (?:cost|fee|time|to|options?|date)|free shipping"
    r"|shipping)\b",
    r"\b(?:warranty|guarantee|customer (?:service|support)|(?:talk|speak) to (?:a |an )?(?:human"
    r"|person|agent|someone)|opening hours|gift cards?|payment methods?|invoice)\b",
    r"退货|退款|退换|换货|订单|物流|快递|发货|运费|包邮|配送|保修|质保|客服|发票|人工|优惠券|几天到",
)
_WHICH_OF_THEM = re.compile("哪(?:个|款|一|种)")
"""Asked of what is shown: which of these."""
_COMPARE = _any(
    r"\bcompar(?:e|ed|ing|ison)\b(?: (?:between|of|to|with))?|\bdifferences?\b(?: between)?"
    r"|\bwhich (?:one )?(?:of (?:these|them|those|the two) )?(?:is|are|would be|'s) (?:better|best"
    r"|nicer|lighter|heavier|cheaper|the (?:better|best)(?= one| of| choice|\?|$))(?! for \w+ \w+ing)"
    r"|\bwhich (?:of (?:these|them|those)|one)\b",
    r"\bhow do(?:es)? .{1,40} (?:differ|compare)\b|\bside by side\b",
    r"对比|比较一下|比一比|比较(?=第|前|这|它|他|两)|(?:有)?什么(?:不同|区别)|区别|哪个(?:更)?(?:好|合适|划算|值得)|哪款(?:更)?(?:好|合适|划算|值得)|哪一个(?:更)?好",
)
_CHANGES: tuple[tuple[Change, re.Pattern[str]], ...] = (
    (
        "cheaper",
        _any(
            r"\b(?:(?:anything|something|any|ones?|much|a bit|a little|even)\s+)?(?:cheaper|less "
            r"(?:expensive|pricey|costly)|lower[- ]?(?:price[ds]?|cost)|more affordable"
            r"|less money)\b(?: (?:ones?|options?|alternatives?))?(?: than)?",
            r"\btoo (?:expensive|pricey|dear|costly|much money)\b|\bcan'?t afford\b|\bout of my "
            r"(?:budget|price range)\b",
            r"便宜一?[点些]儿?的?|更便宜的?|再便宜|太贵了?|(?:价格|价位)(?:再)?[低便][一]?[点些宜]|有没有便宜的?|低价[一点]",
        ),
    ),
    (
        "better_rated",
        _any(
            r"\b(?:better|higher|more highly)[- ]?(?:review(?:s|ed)?|rat(?:ed|ings?)|scores?)\b"
            r"|\bmore (?:positive|good) reviews\b",
            r"(?:评分|评价|口碑|好评|星级)(?:更|再)?[高好多](?:一?[点些])?的?|更(?:高|好)的?(?:评分|评价|口碑)|更受好评",
        ),
    ),
    (
        "other_brand",
        _any(
            r"\b(?:another|different|other|some other|a new|change(?: the)?|switch) (?:brand|make"
            r"|manufacturer)s?\b|\bnot th(?:is|at) brand\b",
            r"换(?:一?个|种)?(?:别的|其他)?(?:品牌|牌子)|(?:别的|其他|其它|另外的?|不同的?)(?:品牌|牌子)",
        ),
    ),
    (
        "similar",
        _any(
            r"\b(?:similar(?: (?:ones?|to|items?|products?|options?))?|more like|(?:something"
            r"|anything) like(?= (?:the|this|that|it|these|#|number))|alternatives? to|(?:show me "
            r"|see |any )?(?:more|other) (?:options|choices|alternatives|ones)|show me (?:more"
            r"|others)|anything else|what else)\b",
            r"类似的?|差不多的|相似的?|换一批|还有(?:别的|其他的|其它的)吗?|(?:跟|像|和)[^，。]{1,8}一样的",
        ),
    ),
)
_CHEAP = _any(
    r"\b(?:cheap(?:est|er)?|affordable|inexpensive|budget(?=[ -]friendly| \w)|low[- ]cost|(?:not"
    r"|n't) (?:be )?(?:too|very|so) expensive|good value|best value|lowest price)\b",
    r"便宜|实惠|性价比|平价|不(?:要太|太)贵",
)
_WELL_RATED = _any(
    r"\b(?:(?:best|top|highest|highly|well|better)[- ](?:rated|reviewed|rating|reviews)|good "
    r"(?:reviews|ratings)|great reviews)\b",
    r"评分(?:最)?高|好评|口碑好|评价(?:最)?(?:高|好)",
)
_SEEKS = _any(
    r"\b(?:look(?:ing)? (?:for|to buy)|search(?:ing)? for|(?:i |we |i'd |would )?(?:need|want|wish)"
    r"|would like|like to (?:buy|get|see)|shopping for|in the market for|show me|find me|find"
    r"|recommend|suggest|do you (?:have|sell|carry|stock)|have you got|got any|are there|is there|any"
    r"|after a|buy|(?:can|could|may) (?:i|we|you) (?:get|have|see|buy|find|direct)|get me|give me"
    r"|what about|how about|help me (?:find|choose|pick)|i'm after|good"
    r"|best|which \w+ (?:do you|would))\b",
    r"想买|想要|需要|推荐|找|有没有|来一|买|看看|求|要一|想换|换一|我要|给我|打算|计划|采购|介绍(?:一款|几款)",
)
_QUESTION = _any(
    r"^\W*(?:(?:and|but|so|ok|okay|thanks|hi|hello)\W+)*(?:what|what's|how|does|do|is|are|can|could"
    r"|will|would|when|why|who|where|which|has|did|tell me|explain|more (?:about|info|details))\b",
    r"是什么|什么(?:系统|颜色|色系|材质|特性|型号|类别)|多少|多大|怎么样|多长|多久|多重|多高|哪种|有哪些|是啥|是哪|吗\s*[？?]?\s*$|介绍一下(?:这|它|第)|怎么|如何|能不能|是不是",
    r"\?\s*$",
)
_NARROW = _any(
    r"^\W*(?:(?:ok|okay|yes|yeah|great|nice|thanks|hmm|please|but|and)\W+)*(?:only|just|in (?!"
    r"(?:the market|search))|with|without|also|must|should|preferably|ideally|make (?:it|them)|it "
    r"(?:should|must|has to|needs to)|they (?:should|must)|i'?d? prefer|prefer|something (?:more|less"
    r"|in|with|lighter|bigger|smaller)|ones?\b|that|but|not|no|more|less|lighter|bigger|smaller"
    r"|larger)\b|\bones?\W*$|\b(?:anything|something|a|any) (?:more \w+|less \w+|light|bigg|small"
    r"|larg|heavi|short|long|warm|bright|quiet|strong|soft|thin|wid|fast|dark)(?:er\b|(?<=more )|\b)",
    r"^\s*(?:只要|只看|要|最好|必须|希望|带|不要|颜色|还要|但是|而且|另外要)|的$",
)
_FRESH = _any(
    r"\b(?:instead|new search|start over|something (?:else|different)|now i|looking for (?:an?|some)"
    r"|i (?:also )?need (?:an?|some)|show me (?:an?|some)|do you have (?:an?|some|any))\b(?! ones?)",
    r"重新|另外想|还想买|再买",
)
_SMALL_TALK = _any(
    r"\b(?:hi|hello|hey|hei|thanks?|thank you|thx|cheers|bye|goodbye|see you|good (?:morning"
    r"|afternoon|evening|day|night)|how are you|who are you|are you (?:a )?(?:bot|human|real|robot)"
    r"|nice|great|ok(?:ay)?|cool|perfect|awesome|lol|haha|yes|no|yeah|sure|got it|never ?mind"
    r"|what can you do|help)\b",
    r"谢谢|多谢|感谢|你好|您好|再见|拜拜|哈喽|哈哈|早上好|下午好|晚上好|好的|嗯|不客气|你是谁|知道了|明白|收到|辛苦|在吗",
)
_POLITE = _any(
    r"\binstead\b",
    r"\b(?:could|can|would|will) (?:you|u|i|we)(?: please| kindly| maybe)?(?: (?:help me (?:to )?"
    r"(?:find|choose|pick|with)|help me|show(?: me)?|find(?: me)?|recommend(?: me)?|suggest(?: me)?"
    r"|give(?: me)?|get(?: me)?|see|tell me|have))?(?: (?:some|an?|any|the))?\b",
    r"\b(?:i am|i'm|im|we are|we're)(?: (?:just|also|currently|really|hoping))*(?: (?:looking"
    r"|searching|shopping|hunting|browsing))(?: (?:for|to buy|to get|at))?(?: (?:an?|some|the"
    r"|something))?\b",
    r"\b(?:i|we)(?:'d| would| will|'ll)?(?: (?:just|also|really|definitely))*(?: (?:need|want|like"
    r"|love|prefer))(?: to (?:buy|get|see|find|have|purchase|order|be))?(?: (?:an?|some|the"
    r"|something))?\b",
    r"\b(?:do|does|did|have|has) (?:you|u|the shop)(?: (?:have|got|sell|carry|stock|know(?: of)?))?"
    r"(?: (?:any|some|an?))?\b",
    r"\b(?:show|find|give|get|recommend|suggest)(?: me)?(?: (?:some|an?|any|the|your))?\b|\b(?:is"
    r"|are) there(?: (?:any|some|an?))?\b",
    r"\b(?:what(?:'s| is| are)|which(?: is| are)?|what) (?:a good|the best|some good|good"
    r"|do you recommend|would you recommend|do you suggest)\b|\b(?:what|how) about\b",
    r"\b(?:please|thank you|thanks|thx|hi there|hi|hello|hey|good (?:morning|afternoon|evening|day)"
    r"|any (?:suggestions?|recommendations?|ideas?)|do you have any (?:suggestions?"
    r"|recommendations?))\b",
    r"\b(?:cheap(?:est)?|cheaper|affordable|inexpensive|(?:top|best|highest|highly|well)[- ](?:rated"
    r"|reviewed)|with (?:good|great) (?:reviews|ratings)|good reviews)\b",
    r"\b(?:to )?spend(?: on)?\b",
)
