"""Grounding: is this clause backed by its evidence? Pure.

A clause that a model wrote is released only if the gate can tell that it is true. The gate checks, in this order:

* handles: only those of the cards; the clause is about the ones it names, else about the one spoken of before, else
  about all that are shown
* forbidden matter, which the server renders itself or nobody can promise: money, ratings and review counts, links,
  percentages and discounts, stock and delivery, returns and warranties, symbols and other scripts
* superlatives and comparisons: only those that can be computed from the cards (price, rating, an attribute with the
  same name and unit), and only where they are true
* figures: each with its unit, in the evidence of every product the clause is about
* negations: only of what the evidence negates
* words of the shop's own, five or more as they stand in a sentence of its description that takes nothing of them back,
  are neither figures, comparisons, negations nor words to check
* words: each content word in the product's own text, or in a closed neutral vocabulary, or the shopper's own word said
  of the shopper ("your trip") that is no claim about a product; capitalised words in the evidence whatever they are
* Chinese: every run of ideographs is cut into neutral words, terms whose English counterpart is in the evidence, and
  pieces of the product's own text; anything left over fails

A clause about two products is checked against both, unless it is two statements joined by "and" or "while".
Knows nothing of models, streams or templates. What it cannot tell: whether words that are all the product's own are
put together as the shop meant them.
"""

import re
from collections.abc import Mapping
from functools import cache, cached_property

from pydantic import BaseModel

from agent.clauses import clauses, handles, mentioned, plain, render, unhandled
from agent.comparing import compared, superlative
from agent.events import Language
from agent.evidence import NEGATORS, ZH_NEGATION, Evidence, evidence, is_stop, number, stem, unit, words
from agent.lexicon import CJK, chinese, english, normal
from agent.lexicon import glossary as general_glossary
from agent.shelf import Card
from agent.verbatim import unquoted

__all__ = ["Gate", "Verdict", "clauses", "mentioned", "render"]

MAX_CHARS = 600
"""A clause longer than this is not read, and not released."""


class Verdict(BaseModel, frozen=True, extra="forbid"):
    """Whether a clause may be said."""

    ok: bool
    why: str = ""
    """The rule that it broke; empty where it is released."""
    subject: int | None = None
    """The handle that the next clause speaks of, if it names none."""
    handles: tuple[int, ...] = ()
    """The handles that it names."""


class Gate:
    """The clause gate of one answer: what is on the cards, and what the shopper said."""

    def __init__(
        self,
        shown: tuple[Card, ...],
        shopper: str,
        language: Language,
        shop_words: frozenset[str] = frozenset(),
        glossary: Mapping[str, str] | None = None,
    ) -> None:
        """`shop_words`: further words that are claims in this shop. `glossary`: Chinese terms of this shop and its
        English words for them, beside the general ones."""
        self.language = language
        self._shown = shown
        said = normal(shopper)[:4000]
        self._said = frozenset(stem(token) for token in words(said) if token[0].isalpha())
        self._said_native = said
        values = (v for card in shown for vs in card.product.attributes.values() for v in vs)
        claims = {stem(word) for value in (*values, *shop_words) for word in words(value) if word[0].isalpha()}
        self._claims = claims | _stems("claims")
        self._terms: dict[str, tuple[str, ...]] = dict(general_glossary())
        for zh, en in (glossary or {}).items():
            self._terms[zh] = (en, *self._terms.get(zh, ()))
        self._ordered = sorted(self._terms, key=len, reverse=True)
        self._longest = max((len(term) for term in self._terms), default=1)

    @cached_property
    def _known(self) -> dict[int, Evidence]:
        return {card.handle: evidence(card) for card in self._shown}

    def read(self) -> bool:
        """Read the cards' texts now, which takes longer than an event loop may wait; else the first clause has them
        read. True: it is done."""
        return len(self._known) == len(self._shown)

    def judge(self, clause: str, subject: int | None) -> Verdict:
        """Judge one clause. `subject`: the handle that the clause before it spoke of."""
        text = _zh_figures(plain(clause))
        named = handles(text)
        if len(clause) > MAX_CHARS:
            return Verdict(ok=False, why="too long", subject=None, handles=named)
        if any(handle not in self._known for handle in named):
            return Verdict(ok=False, why="unknown handle", subject=None, handles=named)
        if not named and (entitled := self._entitled(text)) is not None:
            named, text = (entitled[0],), entitled[1]
        parts = _statements(text) if len(named) > 1 else [text]
        spoken = subject if subject in self._known else None
        for part in parts:
            own = handles(part) if len(parts) > 1 else named
            why = self._why_not(part, own or ((spoken,) if spoken else tuple(self._known)), own)
            if why:
                kept = subject if not named or named == (subject,) else None
                return Verdict(ok=False, why=why, subject=kept, handles=named)
            spoken = own[0] if len(own) == 1 else None if own else spoken
        return Verdict(ok=True, subject=spoken, handles=named)

    def _entitled(self, text: str) -> tuple[int, str] | None:
        """The one product whose title's first words stand in a clause without handles, and the clause without them."""
        low = text.lower()
        hits: list[tuple[int, str]] = []
        for handle, own in self._known.items():
            title = normal(own.title).lower()
            pieces = [title, " ".join(title.split()[:3]), " ".join(title.split()[:2])]
            piece = next((piece for piece in pieces if len(piece) > 5 and piece in low), None)
            others = (other.title.lower() for key, other in self._known.items() if key != handle)
            if piece and not any(piece in other for other in others):
                place = low.find(piece)
                hits.append((handle, text[:place] + " \x1e " + text[place + len(piece) :]))
        return hits[0] if len(hits) == 1 else None

    def _why_not(self, text: str, about: tuple[int, ...], named: tuple[int, ...]) -> str:
        """The first rule that this statement breaks, or nothing."""
        own = [self._known[handle] for handle in about if handle in self._known]
        text = _rated(unhandled(text, " \x1e "), own)
        if broken := _forbidden(text, own):
            return broken
        shown = list(self._known.values())
        text, wrong = superlative(text, own, shown)
        if wrong:
            return wrong
        text, wrong = compared(unquoted(text, own), [self._known[handle] for handle in named], own)
        if wrong:
            return wrong
        if _POINTING.search(text) or (re.search(r"\bboth\b|两款|两者", text, re.IGNORECASE) and len(about) != 2):
            return "points at something unclear"
        if not own and re.search(r"\d", text):
            return "figure without a product"
        if re.search(r"\bweigh|重", text) and (wrong := _misweighed(text, own)):
            return wrong
        for match in _INCLUDES.finditer(text):
            told = [stem(word) for word in match[1].lower().split() if word not in _neutral() and word.isalpha()]
            if told and not all(one.supplied(told[-1]) for one in own):
                return f"not supplied: {match[1]}"
        return self._latin(text, own) or self._native(text, own)

    def _latin(self, text: str, own: list[Evidence]) -> str:
        """The rule that the English words and the figures break."""
        for joined in re.findall(r"[A-Za-z]+(?:-[A-Za-z]+)+", text):
            figured = any(number(part) for part in joined.split("-"))
            if not figured and joined.lower() not in _JOINED and not (own and all(one.has(joined) for one in own)):
                return f"word: {joined}"
        tokens = [token for token in words(re.sub(rf"[{CJK}]+", _zh_units, text)) if token != "\x1e"]
        yours = False
        start = 0
        while start < len(tokens):
            ends = (i for i in range(start, len(tokens)) if is_stop(tokens[i]) or tokens[i].lower() == "but")
            end = next(ends, len(tokens))
            cut = next((i for i in range(start, end) if _negates(tokens[i])), end)
            for place in range(start, cut):
                yours = yours or tokens[place].lower() in _YOURS
                if why := self._token(tokens, place, yours, own):
                    return why
            if cut < end and not _denied(tokens, cut, end, own):
                return "negation without evidence"
            start = end + 1
        return ""

    def _token(self, tokens: list[str], place: int, yours: bool, own: list[Evidence]) -> str:
        """The rule that one word or figure breaks where it stands."""
        token, low = tokens[place], tokens[place].lower()
        if (figure := number(token)) is not None and not (low == "one" and _pronoun(tokens, place)):
            return "" if own and all(_backed(figure, tokens, place, one) for one in own) else f"figure {token}"
        behind_figure = place > 0 and number(tokens[place - 1]) is not None
        if not token[0].isalpha() or re.match(f"[{CJK}]", token) or (behind_figure and low in _UNIT_WORDS):
            return ""
        if low in _FRAMES and (framed := _framed(tokens, place)) and framed[1] in _FRAMES[low]:
            light = low.startswith("weigh") and not all(one.weighs(*framed) for one in own)
            return f"figure {framed[0]}" if light else ""
        if low in _BOUNDS and not (place + 1 < len(tokens) and number(tokens[place + 1])):
            return ""
        if why := self._word(token, low, place, tokens, yours, own):
            return why
        before = tokens[place - 1].lower() if place else ""
        if (
            before.isalpha()
            and number(before) is None
            and low not in _neutral()
            and before not in _neutral()
            and before not in _UNIT_WORDS
        ):
            pair = stem(before), stem(low)
            told = all(
                one.together(*pair) or (pair[0] in one.colours and pair[1] in one.materials)
                for one in own
                if pair[0] in one.stems and pair[1] in one.stems
            )
            return "" if told else f"words: {before} {low}"
        return ""

    def _word(self, token: str, low: str, place: int, tokens: list[str], yours: bool, own: list[Evidence]) -> str:
        named = (
            token[0].isupper()
            and place > 0
            and not is_stop(tokens[place - 1])
            and low not in ("i", "i'm", "i'd", "i've", "i'll")
        )
        bare = low.removesuffix("'s")
        if (low in _neutral() or bare in _neutral()) and not named:
            return ""
        if low in _COMPARATIVES:
            pair = " ".join(tokens[place : place + 2])
            return "" if own and all(" " in pair and one.has(pair) for one in own) else f"comparison: {low}"
        key = stem(low)
        if own and all(key in one.stems or unit(low) in one.stems for one in own):
            return ""
        if named and bare in _neutral():
            return f"name: {token}"
        if yours and key in self._said and key not in self._claims and not any(char.isdigit() for char in low):
            return ""
        return f"word: {token}"

    def _native(self, text: str, own: list[Evidence]) -> str:
        """The rule that a run of ideographs breaks."""
        yours = re.search("[您你]", text) is not None
        for run in re.findall(rf"[{CJK}]+", re.sub(rf"(\d)\s*(?:{_ZH_UNIT_WORDS})", r"\1", text)):
            match = ZH_NEGATION.search(run)
            if match and not any(
                run.startswith(word, match.start()) for word in ("不错", "不仅", "不但", "不妨", "无论", "不客气")
            ):
                if not self._zh_negated(run[match.end() :], own):
                    return "negation without evidence"
                run = run[: match.start()]
            if wrong := self._not_supplied(run, own):
                return f"not supplied: {wrong}"
            left = self._left_over(run, own, yours)
            if left:
                return f"word: {left}"
        return ""

    def _not_supplied(self, run: str, own: list[Evidence]) -> str:
        """What a run says comes with the product, where the evidence only speaks of using it together."""
        for match in re.finditer("配有|配备|附带|附赠|带有|带着?", run):
            tail = run[match.end() :].lstrip("了个一有")
            term = next((tail[:size] for size in range(self._longest, 1, -1) if tail[:size] in self._terms), "")
            keys = [stem(words(english_term)[-1]) for english_term in self._terms.get(term, ())]
            if term and not all(term in one.native or any(one.supplied(key) for key in keys) for one in own):
                return term
        return ""

    def _left_over(self, run: str, own: list[Evidence], yours: bool = False) -> str:
        """The part of a run that nothing covers; empty where all of it is covered."""
        reach = [True] + [False] * len(run)
        for start in range(len(run)):
            if not reach[start]:
                continue
            for end in range(start + 1, min(len(run), start + self._longest + 8) + 1):
                if not reach[end] and self._covered(run[start:end], own, yours):
                    reach[end] = True
        if reach[-1]:
            return ""
        return run[max(i for i, good in enumerate(reach) if good) :]

    def _covered(self, piece: str, own: list[Evidence], yours: bool) -> bool:
        if piece in _zh_neutral():
            return True
        if own and len(piece) > 1 and all(piece in one.native for one in own):
            return True
        terms = self._terms.get(piece)
        if terms is None:
            return False
        if own and all(any(one.has(term) for term in terms) for one in own):
            return True
        claim = any(stem(word) in self._claims for term in terms for word in words(term))
        return yours and not claim and len(piece) > 1 and piece in self._said_native

    def _zh_negated(self, tail: str, own: list[Evidence]) -> bool:
        """Whether what stands behind a Chinese negation is negated in the evidence too."""
        tail = tail.strip("的了吗呢")
        if not tail or not own:
            return False
        for term in self._ordered:
            if term in tail and all(_negated_term(self._terms[term], one) for one in own):
                rest = tail.replace(term, "", 1)
                return not rest or not self._left_over(rest, own)
        return all(any(tail in denied for denied in one.denied) for one in own)


def _rated(text: str, own: list[Evidence]) -> str:
    """`a waterproof rating of 15000 mm` speaks of a measure, not of what shoppers think."""

    def measure(match: re.Match[str]) -> str:
        return match[1] if own and all(match[1].lower() in one.measures for one in own) else match[0]

    return re.sub(r"\b(\w+)[- ]rating\b", measure, text)


def _negated_term(terms: tuple[str, ...], own: Evidence) -> bool:
    return any(
        {stem(word) for word in words(term) if word[0].isalpha()} <= scope for term in terms for scope in own.negated
    )


def _negates(token: str) -> bool:
    return token.lower() in NEGATORS or token.lower().endswith("n't")


def _denied(tokens: list[str], cut: int, end: int, own: list[Evidence]) -> bool:
    """Whether what stands behind a negation is negated in the evidence too."""
    behind: list[str] = []
    for place in range(cut + 1, end):
        low = tokens[place].lower()
        figure = number(low)
        if figure is not None:
            if not all(_backed(figure, tokens, place, one) for one in own):
                return False
            behind.append(figure)
        elif low[0].isalpha() and low not in _function() and not _negates(low):
            behind.append(unit(low) if low in _UNIT_WORDS else stem(low))
    return _negated(behind, own)


def _negated(behind: list[str], own: list[Evidence]) -> bool:
    """Whether every product's evidence denies these stems together."""
    wanted = {key for key in behind if key not in _stems("neutral")} or set(behind)
    return bool(wanted) and bool(own) and all(any(wanted <= scope for scope in one.negated) for one in own)


def _backed(figure: str, tokens: list[str], place: int, own: Evidence) -> bool:
    """Whether the figure stands in the evidence with the same unit or noun behind it, or behind the same name."""
    after: list[str] = []
    for token in tokens[place + 1 : place + 6]:
        if is_stop(token) or len(after) == 2:
            break
        if number(token) is None and token[0].isalpha() and token.lower() not in ("x", "to", "of", "by", "or"):
            after.append(token.lower())
    if after and after[0] in _UNIT_WORDS:
        return own.has_figure(figure, unit(after[0]))
    if any(own.has_figure(figure, unit(word)) for word in after if word not in _function()):
        return True
    before = tokens[place - 1].lower() if place else ""
    return (
        bool(before)
        and before[0].isalnum()
        and own.has_figure(figure, "<" + unit(before))
        and before not in _function()
    )


def _framed(tokens: list[str], place: int) -> tuple[str, str] | None:
    """The figure and unit that a verb such as "weighs" governs."""
    for index in range(place + 1, min(place + 4, len(tokens) - 1)):
        figure = number(tokens[index])
        if figure is not None:
            return figure, unit(next((t for t in tokens[index + 1 : index + 3] if t.isalpha()), ""))
    return None


def _pronoun(tokens: list[str], place: int) -> bool:
    """`this one`, `one of`, `one that`: no figure."""
    after = tokens[place + 1].lower() if place + 1 < len(tokens) else "."
    before = tokens[place - 1].lower() if place else ""
    return (
        before in ("this", "that", "the", "each", "every")
        or is_stop(after)
        or after in _function()
        or after in _neutral()
    )


def _statements(text: str) -> list[str]:
    """A clause about several products, cut where one statement ends and the next names its product; else whole."""
    pieces = re.split(
        r"(?:\s*[,，;；]\s*|\s+)(?:and|while|whereas|but)\s+(?=[\[【])|[,，;；]\s*(?:而|而且|但)?(?=[\[【])", text
    )
    if len(pieces) < 2:
        return [text]
    whole = all(len(handles(piece)) == 1 and _VERB.search(unhandled(piece, " ")) for piece in pieces)
    return pieces if whole else [text]


def _forbidden(text: str, own: list[Evidence]) -> str:
    for why, pattern in _FORBIDDEN:
        if pattern.search(text):
            return why
    rated = re.search(r"\brat(?:ed|ing|ings)\b\s*(\w*)", text, re.IGNORECASE)
    if (
        rated
        and not _COMPUTED_RATING.search(text)
        and not (rated[1] and own and all(f" {stem('rated')} {unit(rated[1])} " in one.phrases for one in own))
    ):
        return "rating"
    strange = next(
        (char for char in text if not (char.isascii() or re.match(f"[{CJK}]", char) or char in _MARKS)), None
    )
    return f"symbol {strange}" if strange and not strange.isspace() and not _latin_letter(strange) else ""


def _zh_figures(text: str) -> str:
    """`两个门` as `2个门`: small Chinese numbers before a unit are figures like any other; `24x12` as three words,
    `L码` as a size, and `防水性能是无` as what it denies."""
    text = re.sub(r"(?<=\d)\s*[x×*]\s*(?=\d)", " x ", text)
    text = re.sub(r"(?<![A-Za-z])(X{0,3}[SL]|M)\s?[码号]", r"\1 ", text)
    text = re.sub(rf"([{CJK}]{{2,6}}?)(?:性能?)?(?:是|为|：|:)\s*无(?![{CJK}])", r"无\1", text)
    return re.sub(rf"[一二两三四五六七八九](?=(?:{_ZH_UNIT_WORDS}))", lambda match: _ZH_DIGITS[match[0]], text)


def _misweighed(text: str, own: list[Evidence]) -> str:
    for match in re.finditer(
        r"(?:weigh\w*|重量?)[^\d,，]{0,12}(\d+(?:\.\d+)?)\s*(kg|g|lb|oz|公斤|千克|克)(?![A-Za-z])", text
    ):
        if not all(one.weighs(number(match[1]) or "", unit(match[2])) for one in own):
            return f"figure {match[1]}"
    return ""


def _latin_letter(char: str) -> bool:
    return char.isalpha() and "\u00c0" <= char <= "\u024f"


def _zh_units(match: re.Match[str]) -> str:
    """Ideographs in a mixed clause: only a unit right behind a figure is a word to the English reader."""
    run = match[0]
    if match.start() and re.search(r"\d\s*$", match.string[: match.start()]):
        name = re.match(_ZH_UNIT_WORDS, run)
        if name:
            return f" {unit(name[0])} , "
        return " \x00 , "
    return " "


@cache
def _stems(name: str) -> frozenset[str]:
    return frozenset(stem(word) for word in english(name))


@cache
def _function() -> frozenset[str]:
    return english("function") - _LOADED


@cache
def _neutral() -> frozenset[str]:
    return (english("function") | english("neutral")) - _LOADED


@cache
def _zh_neutral() -> frozenset[str]:
    return frozenset(chinese("neutral"))


_LOADED = frozenset(
    [
        "only",
        "most",
        "more",
        "less",
        "least",
        "best",
        "better",
        "worst",
        "worse",
        "than",
        "no",
        "not",
        "nor",
        "never",
        "neither",
        "without",
        "cannot",
        "none",
        "nothing",
        "other",
        "another",
        "first",
        "second",
        "third",
        "last",
        "former",
        "latter",
        "few",
        "same",
        "under",
        "over",
        "above",
        "below",
        "cheap",
    ]
)
_YOURS = frozenset(["you", "your", "you're", "you'd", "you've", "yours", "yourself"])
_COMPARATIVES = frozenset(
    [
        "lighter",
        "heavier",
        "bigger",
        "smaller",
        "larger",
        "longer",
        "shorter",
        "taller",
        "wider",
        "narrower",
        "thicker",
        "thinner",
        "warmer",
        "cooler",
        "colder",
        "hotter",
        "cheaper",
        "better",
        "worse",
        "faster",
        "slower",
        "quicker",
        "brighter",
        "dimmer",
        "quieter",
        "louder",
        "softer",
        "firmer",
        "harder",
        "stronger",
        "tougher",
        "higher",
        "lower",
        "deeper",
        "roomier",
        "easier",
        "simpler",
        "safer",
        "newer",
        "older",
        "finer",
        "tighter",
        "looser",
        "sturdier",
        "comfier",
        "more",
        "less",
        "than",
        "most",
        "least",
        "best",
        "worst",
    ]
)
_WEIGHTS = frozenset(("kg", "g", "lb", "oz"))
_TIMES = frozenset(("h", "min", "day"))
_FRAMES = {
    **dict.fromkeys(("weighs", "weigh", "weighing", "weight"), _WEIGHTS),
    **dict.fromkeys(("lasts", "last", "lasting", "runs", "plays"), _TIMES),
    **dict.fromkeys(("sleeps", "sleep", "seats"), frozenset(("person",))),
    **dict.fromkeys(("holds", "hold", "carries"), frozenset(("l", "ml"))),
}
"""Verbs that only frame a figure, and the units they may frame."""
_JOINED = frozenset(("well-suited", "must-have", "go-to", "stand-out"))
_BOUNDS = frozenset(("over", "under", "above", "below"))
_UNIT_WORDS = frozenset(
    [
        "h",
        "hr",
        "hrs",
        "hour",
        "hours",
        "min",
        "mins",
        "minute",
        "minutes",
        "day",
        "days",
        "inch",
        "inches",
        "kg",
        "kgs",
        "kilo",
        "kilos",
        "kilogram",
        "kilograms",
        "g",
        "gram",
        "grams",
        "mm",
        "cm",
        "m",
        "metre",
        "metres",
        "meter",
        "meters",
        "km",
        "kilometre",
        "kilometres",
        "l",
        "litre",
        "litres",
        "liter",
        "liters",
        "ml",
        "w",
        "watt",
        "watts",
        "lm",
        "lumen",
        "lumens",
        "k",
        "kelvin",
        "gb",
        "person",
        "persons",
        "people",
        "adult",
        "adults",
        "seater",
        "door",
        "doors",
        "season",
        "seasons",
        "lb",
        "lbs",
        "pound",
        "pounds",
        "oz",
        "ounce",
        "ounces",
        "mah",
        "year",
        "years",
    ]
)
_ZH_UNIT_WORDS = (
    "小时|分钟|天|英寸|寸|公斤|千克|克|毫米|厘米|米|公里|千米|毫升|升|瓦|流明|个人|人|扇门|个门|季|磅|盎司|毫安时?|年"
)
_ZH_DIGITS = {
    "一": "1",
    "二": "2",
    "两": "2",
    "三": "3",
    "四": "4",
    "五": "5",
    "六": "6",
    "七": "7",
    "八": "8",
    "九": "9",
}
_INCLUDES = re.compile(r"\b(?:includes?|including|comes? with)\s+((?:[A-Za-z'-]+\s?){1,3})", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:is|are|has|have|offers?|weighs?|comes?|features?|includes?|suits?|provides?|holds?|fits?"
    r"|works?|gives?|makes?|keeps?|uses?|packs?|sleeps?"
    r"|lasts?|stands?|runs?|carries|needs?|does|can|will|pitche?s|travels?|charges?|connects?|plays?"
    r"|sits?|folds?|stays?|takes?|opens?|goes|turns?|adds?)\b|是|有|适合|采用|配|可|能|重|带",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"\b(?:the|an?)?\s*(?:first|second|third|fourth|last|other|former|latter|another|next) (?:one"
    r"|option|product|choice|pick|is|has|offers|comes|item)\b"
    r"|\b(?:others|the rest|each other|neither|either one)\b|第[一二三四五六]|另一|其他|前者|后者|其它",
    re.IGNORECASE,
)
_COMPUTED_RATING = re.compile(r"\b(?:highest|best|top|better|higher)[- ]rat(?:ed|ing)\b", re.IGNORECASE)
_MARKS = frozenset("\x1e…·、，。！？；：（）“”‘’《》「」—–°×’")


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_FORBIDDEN: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("link", _any(r"https?:|www\.|\w\.(?:com|net|org|io|cn|shop|store)\b|@|</?\w+>|\]\(|[{}\\^|<>=~]")),
    (
        "money",
        _any(
            r"[$€£¥₹₩]|\b(?:dollars?|bucks?|euros?|usd|eur|gbp|cny|rmb|yuan|cents?|pence)\b|\bpric"
            r"(?:e|es|ed|ing|ey)\b(?!\s+of\s+these)"
            r"|\bcosts?\b|\bbudget\b|\b(?:bargain|savings?|saves? (?:you )?(?:money|\d))\b",
            r"元|块钱|\d\s*块|美金|美刀|人民币|价格(?!最低)|售价|定价|原价|价位|预算|划算|省钱|(?<!最)实惠|性价比|物美价廉|超值|价值|(?<![最更])便宜",
        ),
    ),
    (
        "rating",
        _any(
            r"\bstars?\b(?! (?:tent|light))|\bout of (?:5|five|10|ten)\b|\d\s*/\s*(?:5|10)\b"
            r"|\breview(?:s|ed|ers?)?\b|\bcustomers?\b|\bbuyers?\b|\bshoppers\b"
            r"|\bpopular\b|\bbest[- ]?sell\w*|\btestimonials?\b|\b(?:highly|well)[- ](?:rated"
            r"|reviewed|regarded)|\baward",
            r"评分(?!最高)|好评|差评|评价|口碑|\d\s*[颗个]?星|五星|四星|满分|热销|畅销|销量|爆款|人气|热门|顾客|买家|获奖",
        ),
    ),
    (
        "discount",
        _any(
            r"%|\bper ?cent\b|\bpercent\w*|\b(?:discount\w*|sale|deals?|coupons?|promo\w*|clearance"
            r"|half[- ]price|special offer|vouchers?)\b|\b\d+ off\b",
            r"折扣|打折|\d\s*折|优惠|促销|特价|满减|立减|降价|赠品|赠送|百分之|秒杀|券",
        ),
    ),
    (
        "stock or delivery",
        _any(
            r"\bstock(?:ed|s)?\b|\bavailab\w+|\bsold[- ]out\b|\b(?:only|just) (?:a few|\d+|one|two"
            r"|three) (?:left|remaining)\b|\b(?:few|\d+) left\b|\bship(?:s|ped|ping|ment)?\b"
            r"|\bdeliver(?:y|s|ed|ies)?\b|\b(?:pre|back)-?order\w*|\brestock\w*|\bhurry\b"
            r"|\blimited (?:time|quantit\w+|edition|stock)|\b(?:selling|going) (?:out|fast)\b"
            r"|\bin store\b|\btomorrow\b|\bnext[- ]day\b|\border(?:s|ed)?\b|\bcart\b|\bcheckout\b",
            r"有货|现货|库存|缺货|售罄|断货|仅剩|只剩|包邮|发货|配送|送货|快递|物流|运费|到货|预订|预售|下单|购物车|限量|限时|抢购|当天|次日",
        ),
    ),
    (
        "promise",
        _any(
            r"\bwarrant\w+|\bguarante\w+|\breturns\b|\breturn (?:policy|period|window|it|them)\b"
            r"|\brefund\w*|\bmoney[- ]back\b|\bexchanges?\b|\bfree (?:shipping|delivery|gift|returns"
            r"|of charge|trial)\b|\bfor free\b|\bcertified\b|\bpromis\w+|\blifetime\b|\btrial\b"
            r"|\binsured\b",
            r"保修|质保|保证|退换|退货|退款|包退|包换|免费|承诺|正品|官方|认证|终身|试用|假一赔|无忧",
        ),
    ),
)
