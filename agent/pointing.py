"""Which shown cards a message points at: "the second one", "#2", "the last two", "the blue one", 第二个, 前两个.

Pure. Knows nothing of what is wanted of them.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from agent.amounts import Span
from agent.lexicon import CJK, english, fold
from agent.shelf import Card

_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
]
_NTH = {
    **{word: i + 1 for i, word in enumerate(_ORDINALS)},
    **{f"{i}{s}": i for i in range(1, 21) for s in ("st", "nd", "rd", "th")},
}
_COUNT = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "2": 2,
    "3": 3,
    "4": 4,
    "5": 5,
    "两": 2,
    "二": 2,
    "三": 3,
    "四": 4,
    "几": 3,
    "俩": 2,
}
_ZH = {c: i + 1 for i, c in enumerate("一二三四五六七八九")} | {"两": 2, "十": 10, "俩": 2}
_NOUN = r"(?:ones?|options?|items?|products?|choices?|results?|cards?|picks?|suggestions?|recommendations?)"
_NTH_WORD = "|".join((*_ORDINALS, r"\d{1,2}(?:st|nd|rd|th)"))
_NO_NOUN = (
    r"(?!\s+(?:time|aid|hand|half|day|week|month|year|thing|person|floor|gen(?:eration)?|edition"
    r"|place|step|class|layer|night|season|birthday|apartment|home|baby|child))"
)
_ZH_CLASS = "[个款件种台双只顶条本把盏部张辆样项]"

_FEW = re.compile(
    r"\b(?:the )?(?P<end>first|top|last|other) (?P<count>two|three|four|five|[2-5])\b(?: "
    + _NOUN
    + r")?(?! \w*(?:days?|weeks?|months?|years?|times?|nights?))",
    re.IGNORECASE,
)
_ORDINAL = re.compile(
    rf"\bthe (?P<a>(?:{_NTH_WORD})|last)\b(?: {_NOUN}\b)?{_NO_NOUN}|\b(?P<b>{_NTH_WORD}"
    rf"|last) {_NOUN}\b|(?<=and )(?P<c>{_NTH_WORD})\b{_NO_NOUN}"
    rf"|\b(?P<d>{_NTH_WORD})(?= (?:and|vs\.?|versus|or) (?:the )?(?:{_NTH_WORD}|last)\b)",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?:#\s?|\[|\b(?:number|no\.|nr\.?|option|item|product|card)\s?#?)(?P<n>\d{1,2})\b\]?", re.IGNORECASE
)
_PLAIN = re.compile(
    r"(?<![\w.])(?P<n>\d{1,2})(?![\w.%\"])(?=\s*(?:,|and|vs\.?|versus|or|to|with|&|\?|$|\.|和|跟|与|号|哪))",
    re.IGNORECASE,
)
_ZH_NTH = re.compile(
    rf"第\s?(?P<n>[一二三四五六七八九十]|\d{{1,2}})(?:\s?{_ZH_CLASS}|(?=[\s，,。？?和跟与]|$))|(?<!\d)(?P<m>\d{{1,2}})\s?号(?!楼)"
)
_ZH_FEW = re.compile(rf"(?P<end>前|头|后|最后)(?:面)?(?P<count>[两二三四几]|[2-5])(?:{_ZH_CLASS}|者)?")
_ZH_LAST = re.compile(rf"最后(?:那|一)?一?{_ZH_CLASS}")
_EXTREME = re.compile(
    rf"\b(?:the |that )(?:(?P<low>cheapest|cheaper|least expensive|lowest[- ]priced?|most affordable)"
    rf"|(?P<high>most expensive|more expensive|priciest|pricier|dearest|dearer)"
    rf"|(?P<rated>(?:best|highest|top)[- ]rated|best reviewed))(?: {_NOUN}\b)?(?= of (?:these|them"
    rf"|those)|\W*$|\W+(?:please|is|has|looks|does|have|sounds|seems|and why)\b|[?.!,])",
    re.IGNORECASE,
)
_ZH_EXTREME = re.compile(
    r"(?:那|这)(?:个|款)(?P<a>便宜|贵|评分高|评分最高|最便宜|最贵)的?|(?P<b>最便宜|最贵|评分最高)的?(?:那|这)(?:个|款)|(?P<c>最便宜|最贵"
    r"|评分最高)的(?=\s*(?:[，,。？?]|$|是|怎|有))"
)
_DESCRIBED = re.compile(
    r"\b(?:the|that|this)\s+(?P<words>(?:[A-Za-z][\w-]*\s+){1,3}?)ones?\b|\b(?:that"
    r"|this)\s+(?P<noun>[A-Za-z][\w-]*(?:\s+[A-Za-z][\w-]*)?)",
    re.IGNORECASE,
)
_ZH_DESCRIBED = re.compile(
    rf"[那这](?:{_ZH_CLASS})(?P<words>[{CJK}A-Za-z]{{1,6}}?)的(?![{CJK}])|[那这]"
    rf"(?:{_ZH_CLASS})(?P<noun>[{CJK}A-Za-z]{{1,6}})?"
)
_THIS = re.compile(
    r"\b(?:about|is|does|has|can|will|like|want|take|with|than|do|are|was|did|how|on) (?P<w>it|this"
    r"|that|this one|that one|them|these|those|they|both)\b(?! (?:weekend|summer|winter|year|week"
    r"|month|\w+ (?:weekend|trip)))|\b(?P<x>this one|that one|both(?: of (?:them|these))?|all of "
    r"(?:them|these)|more like (?:this|that|these)|of (?:these|them|those)|they|these|those|them)\b",
    re.IGNORECASE,
)
_ZH_THIS = re.compile(r"它们|他们|这[几两三]?(?:个|款)|那[两三]?(?:个|款)|它|这些|两个都|哪个")
_NEEDS = re.compile(r"\b(?:i (?:need|want|would like|run|am|'m)|looking for|i'm|im)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pointed:
    """What was pointed at. `said`: something was, resolved or not."""

    handles: tuple[int, ...] = ()
    unresolved: bool = False
    spans: tuple[Span, ...] = ()
    loose: bool = False
    """Only by a word such as `it`."""

    @property
    def said(self) -> bool:
        """The message points at something, whether or not it could be told what."""
        return bool(self.handles) or self.unresolved


def pointed(
    text: str,
    shown: tuple[Card, ...],
    *,
    comparing: bool,
    focus: int | None = None,
    titles: Mapping[str, str] = MappingProxyType({}),
) -> Pointed:
    """The cards that `text` points at, in the order they are named. `comparing`: bare numbers are handles then;
    `focus`: the card that was spoken of last; `titles`: names in the other language, by product."""
    hits: list[tuple[Span, tuple[int, ...]]] = []
    lost = loose = False

    def hit(match: re.Match[str], cards: tuple[Card, ...]) -> None:
        nonlocal lost
        if any(a < match.end() and match.start() < b for (a, b), _ in hits):
            return
        hits.append((match.span(), tuple(card.handle for card in cards)))
        lost = lost or not cards

    for match in (*_FEW.finditer(text), *_ZH_FEW.finditer(text)):
        count = _COUNT[match["count"].lower()]
        last = match["end"].lower() in ("last", "后", "最后")
        hit(match, () if len(shown) < count else shown[-count:] if last else shown[:count])
    for match in _ZH_LAST.finditer(text):
        hit(match, shown[-1:])
    for match in _ORDINAL.finditer(text):
        word = (match["a"] or match["b"] or match["c"] or match["d"]).lower()
        place = len(shown) if word == "last" else _NTH.get(word, 0)
        hit(match, shown[place - 1 : place] if place else ())
    for match in _ZH_NTH.finditer(text):
        figure = match["n"] or match["m"]
        place = int(figure) if figure.isdigit() else _ZH[figure]
        hit(match, shown[place - 1 : place] if place else ())
    for match in (*_NUMBER.finditer(text), *(_PLAIN.finditer(text) if comparing else ())):
        hit(match, tuple(card for card in shown if card.handle == int(match["n"])))
    for match in (*_EXTREME.finditer(text), *_ZH_EXTREME.finditer(text)) if shown else ():
        hit(match, _extreme(match, shown))
    if shown:
        for match in (*_DESCRIBED.finditer(text), *_ZH_DESCRIBED.finditer(text)):
            _described(match, shown, hit)
        _titles(text, shown, hits, titles)
        loose = not hits
        if loose:
            lost = _loosely(text, shown, hits, comparing, focus) or lost
            loose = bool(hits)
    hits.sort()
    handles = tuple(dict.fromkeys(handle for _, found in hits for handle in found))
    return Pointed(handles, lost, tuple(span for span, _ in hits), loose)


def _extreme(match: re.Match[str], shown: tuple[Card, ...]) -> tuple[Card, ...]:
    groups = match.groupdict()
    word = next((groups[name] for name in ("a", "b", "c") if groups.get(name)), "")
    if groups.get("rated") or "评分" in word:
        rated = [card for card in shown if card.product.rating]
        return tuple(sorted(rated, key=lambda card: -(card.product.rating.value if card.product.rating else 0))[:1])
    priced = [card for card in shown if card.product.price]
    dear = bool(groups.get("high")) or "贵" in word
    return tuple(
        sorted(priced, key=lambda card: (card.product.price.amount if card.product.price else 0) * (-1 if dear else 1))[
            :1
        ]
    )


def _described(
    match: re.Match[str], shown: tuple[Card, ...], hit: Callable[[re.Match[str], tuple[Card, ...]], None]
) -> None:
    words = (match["words"] or "").strip()
    noun = (match["noun"] or "").strip()
    if words:
        found = _matching(words, shown)
        if found or match.re is _ZH_DESCRIBED:
            hit(match, found if len(found) == 1 else ())
        return
    for tried in (noun, noun.split()[0] if noun else ""):
        found = _matching(tried, shown) if tried else ()
        if len(found) == 1:
            cut = re.compile(re.escape(match[0][: match[0].lower().find(tried.lower()) + len(tried)])).match(
                match.string, match.start()
            )
            hit(cut or match, found)
            return


def _matching(words: str, shown: tuple[Card, ...]) -> tuple[Card, ...]:
    if re.search(f"[{CJK}]", words):
        return tuple(card for card in shown if words in card.product.document)
    wanted = {fold(word) for word in re.findall(r"[A-Za-z]+", words)} - {"same", "other", "one", "right", "only", "new"}
    titled = tuple(card for card in shown if wanted and wanted <= _folded(card.product.title))
    return titled if len(titled) == 1 else tuple(card for card in shown if wanted and wanted <= _folded(_facts(card)))


def _folded(text: str) -> set[str]:
    return {fold(word) for word in re.findall(r"[A-Za-z]+", text)}


def _facts(card: Card) -> str:
    product = card.product
    values = " ".join(value for values in product.attributes.values() for value in values)
    options = " ".join(value for variant in product.variants for value in variant.options.values())
    return " ".join((product.title, product.brand or "", " ".join(product.categories), values, options))


def described(
    text: str,
    shown: tuple[Card, ...],
    titles: Mapping[str, str] = MappingProxyType({}),
    *,
    several: bool = False,
    named: bool = False,
) -> Pointed | None:
    """What a question speaks of, by words that only one of the shown products has: of its name, else of its facts.
    `several`: all that are named; `named`: by name alone."""
    said = {fold(word) for word in re.findall(r"[A-Za-z][A-Za-z'-]+|-?\d+(?:\.\d+)?", text)}
    said -= english("function") | english("chatter") | english("common")
    told = [[card.product.title for card in shown], [_facts(card) for card in shown]]
    for texts in told[:1] if named else told:
        own = [_folded(one) | set(re.findall(r"-?\d+(?:\.\d+)?", one)) for one in texts]
        counts = Counter(word for words in own for word in words)
        alone = {word for word in said if counts[word] == 1}
        by_word = [card for card, words in zip(shown, own, strict=True) if alone & words]
        native = [card for card in shown if any(pair in text for pair in _native(card, shown, titles))]
        found = by_word or native
        if len(found) == 1 or (several and len(found) > 1):
            return Pointed(tuple(card.handle for card in found), False, ())
    return None


def _native(card: Card, shown: tuple[Card, ...], titles: Mapping[str, str]) -> set[str]:
    """Pairs of ideographs of the card's name that no other shown name has."""
    title = titles.get(card.product.id, "")
    others = "|".join(titles.get(other.product.id, "") for other in shown if other is not card)
    pairs = {title[at : at + 2] for at in range(len(title) - 1)}
    return {pair for pair in pairs if re.fullmatch(f"[{CJK}]{{2}}", pair) and pair not in others}


def _titles(
    text: str, shown: tuple[Card, ...], hits: list[tuple[Span, tuple[int, ...]]], titles: Mapping[str, str]
) -> None:
    """A shown product named by two or more words of its title that are in no other shown title."""
    low = text.lower()
    for card in shown:
        if (native := titles.get(card.product.id)) and native in text:
            place = text.find(native)
            hits.append(((place, place + len(native)), (card.handle,)))
            continue
        words = card.product.title.split()
        pieces = [
            " ".join(words[i : i + n]) for n in range(min(len(words), 8), 1, -1) for i in range(len(words) - n + 1)
        ]
        if re.search(f"[{CJK}]", card.product.title):
            pieces = [card.product.title]
        pieces += [word for word in words if len(word) > 3 and _alone(word, text, card)]
        for piece in pieces:
            place = low.find(piece.lower())
            others = any(piece.lower() in other.product.title.lower() for other in shown if other is not card)
            marks = sum(char.isupper() or char.isdigit() for char in piece)
            named = marks > 1 or piece in (*words, card.product.title)
            if place >= 0 and not others and named and not piece.replace(" ", "").isdigit():
                span = (place, place + len(piece))
                if not any(a < span[1] and span[0] < b for (a, b), _ in hits):
                    hits.append((span, (card.handle,)))
                break


def _alone(word: str, text: str, card: Card) -> bool:
    """One word of a title is a name where it is written as one, and says neither the brand nor a kind of thing."""
    plain = fold(word) in _folded(" ".join((card.product.brand or "", *card.product.categories)))
    return word[0].isupper() and not plain and re.search(rf"(?<=[a-z,] ){re.escape(word)}\b", text) is not None


def _loosely(
    text: str,
    shown: tuple[Card, ...],
    hits: list[tuple[Span, tuple[int, ...]]],
    comparing: bool,
    focus: int | None,
) -> bool:
    """For `it` and 这款 the card that was spoken of last, or the only one; all of them where several are meant. True:
    it cannot be told which."""
    if _NEEDS.search(text):
        return False
    match = _THIS.search(text) or _ZH_THIS.search(text)
    if match is None:
        if comparing and len(shown) == 2:
            hits.append(((0, 0), tuple(card.handle for card in shown)))
        return False
    groups = match.groupdict()
    word = (groups.get("w") or groups.get("x") or match[0]).lower()
    many = comparing or re.search(r"both|all|these|those|them|they|它们|他们|些|[两几三]", word) is not None
    if len(shown) == 1 or (many and len(shown) <= 4):
        hits.append((match.span(), tuple(card.handle for card in shown)))
        return False
    if not many and focus is not None:
        hits.append((match.span(), (focus,)))
        return False
    if not many:
        hits.append((match.span(), ()))
    return not many
