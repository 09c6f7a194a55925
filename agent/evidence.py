"""Evidence: everything a shop's page says of one product, indexed by what a clause could claim from it.

What stands behind a negation ("not made for snow", `dishwasher safe: no`) is kept apart: it backs the same negation
and nothing else. Pure. Knows nothing of clauses, shoppers or verdicts.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from agent.lexicon import CJK, fold, normal
from agent.shelf import Card
from retrieval.product import Price, Product, Rating

NEGATORS = frozenset(
    [
        "not",
        "no",
        "never",
        "without",
        "neither",
        "nor",
        "none",
        "nothing",
        "nobody",
        "nowhere",
        "cannot",
        "cant",
        "lack",
        "lacks",
        "lacking",
        "avoid",
        "except",
        "unless",
        "hardly",
        "rarely",
        "barely",
        "seldom",
        "isnt",
        "arent",
        "doesnt",
        "dont",
        "didnt",
        "wont",
        "wouldnt",
        "couldnt",
        "shouldnt",
        "wasnt",
        "werent",
        "hasnt",
        "havent",
        "nt",
        "instead",
        "fails",
        "fail",
        "failed",
        "cannot",
        "unable",
        "excluded",
        "excluding",
    ]
)
ZH_NEGATION = re.compile(
    r"不是|不能|不会|不含|不带|不可|不适|不(?!锈钢|粘)|没有|没|无法|无需|并非|非(?!常)|无(?!线|论|限|缝|损)|未|缺乏|缺少|避免"
)
_NEGATION = re.compile(
    rf"(?<![A-Za-z])(?:{'|'.join(sorted(NEGATORS))}|\w+n't)(?![A-Za-z])|\brather than\b|\brules? out\b"
    rf"|{ZH_NEGATION.pattern}",
    re.IGNORECASE,
)
_SUBCLAUSE = re.compile(r"[,;:，；：](?=\s|[^\d\s])")
_ADVERSE = re.compile(
    r"\b(?:too (?:much|tight|heavy|big|small|long|short|thin|loose|hot|cold|firm|soft|narrow|wide"
    r"|loud)|drawback|hard work|poor(?:ly)?|weak|struggl\w+"
    r"|problem|useless|uneasily|fussy|worn|leak(?:s|ed|ing)?|slips?|slides|slid|rusts|rusted|rusting"
    r"|wrong|bad(?:ly)?|uncomfortable|broke|broken|worse|overkill"
    r"|awful|annoying|disappoint\w*|fragile|flimsy)\b|太(?:大|小|重|紧|松|厚|薄)|缺点|不足|漏水|生锈",
    re.IGNORECASE,
)
"""A shop's or a shopper's complaint: what stands in it backs no praise."""
_ABSENT = re.compile(
    r"\s+(?:included|supplied|provided|part|sold|suitable|recommended|allowed|possible|needed"
    r"|required|replaceable)\b",
    re.IGNORECASE,
)
"""Behind "not": what stands before it is denied."""
_SUPPLY = frozenset(["includ", "come", "suppli", "suppl", "has", "have", "hav", "cas", "bundl", "sit"])
_SCOPE_END = re.compile(r"[.!?;:,。！？；，：\n]|\bbut\b|但", re.IGNORECASE)
_NO_VALUES = frozenset(("no", "none", "false", "not included", "n/a", "without", "无", "否", "没有", "不支持", "不含"))
_YES_VALUES = frozenset(("yes", "true", "是", "有"))
_TOKEN = re.compile(
    rf"[A-Za-z]+\d[A-Za-z0-9]*|\d+(?:[.,]\d+)*|[A-Za-z]+(?:'[A-Za-z]+)*|[{CJK}]|[.!?;:,。！？；，：\n]|[^\s\w]"
)
_STOPS = frozenset(".!?;:,。！？；，：\n")
_NUMBERS = {
    word: str(value)
    for value, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
} | {
    word: str(10 * (i + 2))
    for i, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"])
}
_UNITS = {
    name: unit
    for unit, names in {
        "h": "h hr hrs hour hours 小时",
        "min": "min mins minute minutes 分钟",
        "day": "day days 天",
        "inch": "inch inches in 英寸 寸",
        "kg": "kg kgs kilo kilos kilogram kilograms 公斤 千克",
        "g": "g gram grams gm 克",
        "mm": "mm millimetre millimetres millimeter millimeters 毫米",
        "cm": "cm centimetre centimetres centimeter centimeters 厘米",
        "m": "m metre metres meter meters 米",
        "km": "km kilometre kilometres kilometer kilometers 公里 千米",
        "l": "l litre litres liter liters 升",
        "ml": "ml millilitre millilitres milliliter milliliters 毫升",
        "w": "w watt watts 瓦",
        "lm": "lm lumen lumens 流明",
        "k": "k kelvin",
        "gb": "gb gigabyte gigabytes g内存",
        "person": "person persons people adult adults seater berth 人",
        "door": "door doors 门 扇门 个门",
        "season": "season seasons 季",
        "c": "c celsius",
        "lb": "lb lbs pound pounds 磅",
        "oz": "oz ounce ounces 盎司",
        "mah": "mah 毫安",
        "year": "year years 年",
    }.items()
    for name in names.split()
}
ZH_UNITS = tuple(sorted((name for name in _UNITS if re.search(f"[{CJK}]", name)), key=len, reverse=True))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """What inflections of an English word have in common; comparatives keep their ending, for they claim more."""
    plain = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode() or word
    low = fold(plain.replace("'", ""))
    low = {"weight": "weigh", "noisy": "noise", "foldable": "fold", "cancellation": "cancel"}.get(low, low)
    if len(low) > 7 and low.endswith(("ction", "ation", "ition")):
        return low[:-3]
    for ending, least in (
        ("ability", 4),
        ("ably", 4),
        ("able", 4),
        ("ness", 4),
        ("ing", 3),
        ("ied", 3),
        ("ed", 3),
        ("ly", 4),
    ):
        if low.endswith(ending) and len(low) - len(ending) >= least:
            low = low[: -len(ending)] + ("y" if ending == "ied" else "")
            if len(low) > 3 and low[-1] == low[-2] and low[-1] not in "slz":
                low = low[:-1]
            break
    return low[:-1] if len(low) > 3 and low.endswith("e") else low


def unit(word: str) -> str:
    """A unit under one spelling, or the word's stem."""
    low = word.lower()
    return _UNITS.get(low) or stem(low)


def number(word: str) -> str | None:
    """A figure under one spelling, from digits or from a small English number word."""
    if word[0].isdigit():
        plain = re.sub(r",(?=\d{3}(?:\D|$))", "", word).replace(",", ".")
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return _NUMBERS.get(word.lower())


def words(text: str) -> list[str]:
    """Words, figures, codes such as IPX7, single ideographs and stop marks, in order."""
    return _TOKEN.findall(text)


def is_stop(token: str) -> bool:
    """Whether a claim ends here."""
    return token in _STOPS


@dataclass(frozen=True, slots=True)
class Evidence:
    """What backs a claim about one product."""

    stems: frozenset[str]
    """Of every word that is said of it, not negated."""
    spoken: frozenset[str]
    """Words as they are written, in lower case: for comparatives and codes."""
    phrases: str
    """Stems in order, parted by spaces, sentences by `|`: for terms of several words."""
    negated: tuple[frozenset[str], ...]
    """What stands behind each negation."""
    figures: frozenset[tuple[str, str]]
    """Pairs of a figure and a unit or word beside it."""
    native: str
    """Its Chinese text that is not negated."""
    denied: tuple[str, ...]
    """Its Chinese text behind negations."""
    own_names: frozenset[str]
    """Stems of its title, brand and categories, which may stand beside any of its words."""
    title: str
    price: Price | None
    rating: Rating | None
    measures: dict[str, tuple[float, str]]
    """By attribute name: its one figure and unit, for comparisons."""
    colours: frozenset[str]
    materials: frozenset[str]
    """Stems of the words of these attributes' values."""
    sentences: tuple[str, ...]
    """Those of its description, as words in lower case, parted by spaces."""

    def has(self, term: str) -> bool:
        """Whether an English term of one or more words is said, the words in order."""
        stems = [unit(token) if not token[0].isdigit() else token for token in words(term) if token[0].isalnum()]
        return bool(stems) and (stems[0] in self.stems if len(stems) == 1 else f" {' '.join(stems)} " in self.phrases)

    def together(self, one: str, other: str) -> bool:
        """Whether two stems stand in one statement, or one of them names the product."""
        if one in self.own_names or other in self.own_names:
            return True
        return any(f" {one} " in f" {part} " and f" {other} " in f" {part} " for part in self.phrases.split("|"))

    def supplied(self, key: str) -> bool:
        """Whether something with this stem is a part of the product, and not only a thing to use it with."""
        if any(key in scope for scope in self.negated):
            return False
        if key in self.own_names or any(part.split()[:1] == [key] for part in self.phrases.split("|")):
            return True
        parts = (part.split() for part in self.phrases.split("|"))
        return any(key in part and not _SUPPLY.isdisjoint(part) for part in parts)

    def weighs(self, figure: str, beside: str) -> bool:
        """Whether this figure is its weight, and not the weight of something it carries."""
        known = self.measures.get("weight") or self.measures.get("重量")
        if known:
            return known[1] == beside and known[0] == float(figure)
        return any(
            "weigh" in part.split() and f" {figure} {beside} " in f" {part} " for part in self.phrases.split("|")
        )

    def says(self, run: str) -> bool:
        """Whether these words (in lower case, parted by spaces) stand so in one sentence of its description, and what
        else that sentence says takes nothing of them back."""
        for sentence in self.sentences:
            before, found, after = f" {sentence} ".partition(f" {run} ")
            rest = f"{before} | {after}"
            if found and not _NEGATION.search(rest) and not _ADVERSE.search(rest):
                return True
        return False

    def has_figure(self, figure: str, beside: str) -> bool:
        """Whether this figure stands with this unit or word."""
        return (figure, beside) in self.figures


def evidence(card: Card) -> Evidence:
    """The index of one shown product."""
    product = card.product
    stems: set[str] = set()
    spoken: set[str] = set()
    figures: set[tuple[str, str]] = set()
    negated: list[frozenset[str]] = []
    phrases: list[str] = []
    native: list[str] = []
    denied: list[str] = []
    for text in _texts(product):
        for sentence, said in _scopes(normal(text)):
            tokens = [token for token in words(sentence) if not is_stop(token)]
            _pair_up(tokens, figures)
            keys = [number(t) or unit(t) for t in tokens if t[0].isalnum() and not re.match(f"[{CJK}]", t)]
            if said:
                stems.update(keys)
                stems.update(stem(token) for token in tokens if token[0].isalpha())
                spoken.update(token.lower() for token in tokens)
                phrases.append(" ".join(keys))
                native.append(sentence)
            else:
                negated.append(frozenset(keys) | {stem(token) for token in tokens if token[0].isalpha()})
                denied.append(sentence)
    return Evidence(
        frozenset(stems),
        frozenset(spoken),
        " " + " | ".join(phrases) + " ",
        tuple(negated),
        frozenset(figures),
        "|".join(native),
        tuple(denied),
        frozenset(stem(t) for t in words(" ".join((product.title, product.brand or "", *product.categories)))),
        product.title,
        product.price,
        product.rating,
        _measures(product),
        _worded(product, "colour", "color", "颜色"),
        _worded(product, "material", "材质"),
        tuple(plain_words(each) for each in _sentences(normal(product.description or ""))),
    )


def plain_words(text: str) -> str:
    """The words and figures of a text in lower case, parted by spaces."""
    return " ".join(token.lower() for token in words(text) if token[0].isalnum())


def _texts(product: Product) -> Iterable[str]:
    yield product.title
    yield product.brand or ""
    yield from product.categories
    for name, values in product.attributes.items():
        for value in values:
            low = value.strip().lower()
            if low in _NO_VALUES:
                yield f"no {name}" if name.isascii() else f"没有{name}"
            elif low in _YES_VALUES:
                yield name
            else:
                yield f"{name} {value}"
                yield f"{value} {name}"
    for variant in product.variants:
        yield from (f"{name} {value}" for name, value in variant.options.items())
    yield from _sentences(product.description or "")
    for review in product.reviews:
        yield from _sentences(review.text)


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?。！？])\s*|\n", text)


def _worded(product: Product, *names: str) -> frozenset[str]:
    values = (value for name in names for value in product.attributes.get(name, ()))
    return frozenset(stem(word) for value in values for word in words(value) if word[0].isalpha())


def _scopes(sentence: str) -> Iterable[tuple[str, bool]]:
    """A sentence cut where a negation begins, up to the next stop or "but". Second: it is said, not denied."""
    said: list[str] = []
    place = 0
    while match := _NEGATION.search(sentence, place):
        lead = sentence[place : match.start()]
        if _ABSENT.match(sentence, match.end()):
            cut = max((stop.end() for stop in _SCOPE_END.finditer(lead)), default=0)
            yield lead[cut:], False
            lead = lead[:cut]
        said.append(lead)
        stop = _SCOPE_END.search(sentence, match.end())
        end = stop.start() if stop else len(sentence)
        yield sentence[match.end() : end], False
        place = max(end, match.end())
    said.append(sentence[place:])
    for part in said:
        for piece in _SUBCLAUSE.split(part):
            if piece.strip():
                yield piece, not _ADVERSE.search(piece)


def _pair_up(tokens: Sequence[str], figures: set[tuple[str, str]]) -> None:
    """Each figure with the words after it, up to the next figure, and with the word before it."""
    for index, token in enumerate(tokens):
        figure = number(token)
        if figure is None:
            continue
        after = tokens[index + 1 : index + 5]
        taken = 0
        for word in after:
            if number(word) is not None:
                continue
            if not word[0].isalnum():
                taken += word not in "-x/~"
                continue
            figures.add((figure, unit(word)))
            taken += 1 if word.lower() not in ("x", "to") else 0
            if taken >= 2:
                break
        glued = "".join(after).lstrip("-x/~0123456789.,")
        figures.update((figure, _UNITS[name]) for name in ZH_UNITS if glued.startswith(name))
        if index and tokens[index - 1][0].isalnum():
            figures.add((figure, "<" + unit(tokens[index - 1])))


def _measures(product: Product) -> dict[str, tuple[float, str]]:
    found: dict[str, tuple[float, str]] = {}
    for name, values in product.attributes.items():
        match = (
            re.fullmatch(rf"\s*(\d+(?:\.\d+)?)\s*([A-Za-z\"]+|[{CJK}]+)\s*", normal(values[0]))
            if len(values) == 1
            else None
        )
        if match:
            found[name.lower()] = (float(match[1]), unit(match[2]))
    return found
