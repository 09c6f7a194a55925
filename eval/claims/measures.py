"""Figures in prose and in catalogue text: `2.1 kg`, `$189.00`, `six hours`, `十四英寸`, `八折` -> Measure.

Reads English and Chinese, digits and number words, and converts to one base unit for each kind, so that `980 g` and
`0.98 kg` compare. Knows nothing of products, nor of what a figure is said of.
"""

import re
from functools import cache
from typing import Literal

from pydantic import BaseModel

Bound = Literal["exact", "about", "above", "below"]

_UNITS: dict[str, tuple[tuple[str, float], ...]] = {
    # kind: (pattern, factor to the base unit)
    "money": (
        (r"dollars?|bucks|usd|euros?|eur|pounds sterling|gbp|rupees?|inr|yuan|rmb|cny|美元|欧元|元|块钱?|人民币", 1.0),
    ),
    "mass": (
        (r"kg|kgs|kilos?|kilograms?|公斤|千克", 1000.0),
        (r"g|grams?|grammes?|克", 1.0),
        (r"lbs?|pounds?|磅", 453.592),
        (r"oz|ounces?|盎司", 28.3495),
        (r"斤", 500.0),
        (r"mg|毫克", 0.001),
    ),
    "volume": (
        (r"ml|millilit(?:er|re)s?|毫升", 1.0),
        (r"l|lit(?:er|re)s?|升", 1000.0),
        (r"fl\.? ?oz|fluid ounces?", 29.5735),
        (r"gal|gallons?|加仑", 3785.41),
        (r"cu\.? ?ft\.?|cubic f(?:oo|ee)t", 28316.8),
    ),
    "length": (
        (r"mm|millimet(?:er|re)s?|毫米", 1.0),
        (r"cm|centimet(?:er|re)s?|厘米|公分", 10.0),
        (r"m|met(?:er|re)s?|米", 1000.0),
        (r"km|kilomet(?:er|re)s?|公里|千米", 1e6),
        (r"inch(?:es)?|in\.|in(?=$|[,.;)])|\"|”|″|英寸|寸", 25.4),
        (r"ft\.?|foot|feet|英尺", 304.8),
    ),
    "time": (
        (r"s|secs?|seconds?|秒钟?", 1 / 60),
        (r"mins?|minutes?|分钟", 1.0),
        (r"h|hrs?|hours?|(?:个)?小时|个钟头", 60.0),
        (r"days?|天|日", 1440.0),
        (r"weeks?|周|星期|个星期", 10080.0),
        (r"months?|个月", 43800.0),
        (r"years?|年", 525600.0),
    ),
    "storage": (
        (r"tb|terabytes?|t(?=\s?(?:ssd|hdd|硬盘|固态|机械))", 1e6),
        (r"gb|gigs?|gigabytes?|g内存", 1000.0),
        (r"mb|megabytes?", 1.0),
    ),
    "power": ((r"w|watts?|瓦特?", 1.0), (r"kw|千瓦", 1000.0)),
    "voltage": ((r"v|volts?|伏特?", 1.0),),
    "charge": ((r"mah|毫安时?", 1.0), (r"ah", 1000.0)),
    "frequency": ((r"hz|赫兹", 1.0), (r"khz", 1e3), (r"mhz", 1e6), (r"ghz", 1e9)),
    "pixels": ((r"mp|megapixels?", 1.0), (r"万像素", 1e-2)),
    "density": ((r"dpi", 1.0), (r"ppi", 1.0)),
    "temperature": (
        (r"°\s?c|℃|degrees? (?:c|celsius)|摄氏度", 1.0),
        (r"°\s?f|℉|degrees? f\w*", 1.0),
        (r"degrees?|°|度", 1.0),
    ),
    "loudness": ((r"db|decibels?|分贝", 1.0),),
    "energy": ((r"kcal|calories?|cal|千卡|大卡", 1.0), (r"wh", 1.0)),
    "percent": ((r"%|percent|per cent", 1.0),),
    "fold": ((r"折(?!叠|痕|射|扣)", 1.0),),
    "people": ((r"persons?|people|adults?|sleepers?|campers?|个?人(?!评|买|气|性)", 1.0),),
    "stars": ((r"stars?|out of (?:5|five)(?: stars?)?|/ ?5(?!\d)(?: stars?)?|颗?星|分(?!钟|贝|辨|之)", 1.0),),
    "reviews": (
        (
            r"(?:(?:customer|shopper|verified|happy|user|buyer|online|written|real|glowing|positive|satisfied) )*"
            r"(?:reviews?|ratings?|reviewers?|shoppers|customers|buyers|owners|votes?)",
            1.0,
        ),
        (r"[条个份位名]?(?:用户|顾客|买家)?(?:评价|评论|好评|点评)", 1.0),
        (r"[位名个]?(?:用户|顾客|买家|人评)", 1.0),
    ),
    "pieces": (
        (
            r"packs?|pieces?|pcs|sheets?|pages?|pairs?|discs?|tablets?|capsules?|place settings?"
            r"|片装|支装|个装|片|只装",
            1.0,
        ),
    ),
    "speed": ((r"mph", 1.0), (r"km/h", 1.0), (r"rpm|转", 1.0), (r"ppm", 1.0), (r"cfm", 1.0)),
}
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "₹": "INR", "¥": "CNY", "￥": "CNY"}
_CURRENCIES = {
    **{"dollar": "USD", "usd": "USD", "buck": "USD", "美元": "USD", "eur": "EUR", "欧元": "EUR", "gbp": "GBP"},
    **{"rupee": "INR", "inr": "INR", "yuan": "CNY", "rmb": "CNY", "cny": "CNY"},
}

_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_ENGLISH = {word: float(n) for n, word in enumerate(_SMALL)} | {w: 20.0 + 10 * n for n, w in enumerate(_TENS)}
_HAN = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "双": 2}
_HAN_TENS = {"十": 10, "百": 100, "千": 1000, "万": 10000}
_WORD = "|".join(sorted((*_ENGLISH, "hundred", "thousand", "dozen"), key=len, reverse=True))
_NUMBER = (
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:[kK](?![a-zA-Z]))?"
    rf"|(?<![a-z])(?:{_WORD})(?:[ -](?:and[ -])?(?:{_WORD}))*(?![a-z])|百分之[一二三四五六七八九十百\d]+"
    r"|[零〇一二两双三四五六七八九十百千万]+|半(?=[天年小])"
)
_ABOVE = r"more than|over|above|at least|upwards of|exceeding|超过|超|高于|至少|不低于|大于|逾"
_BELOW = r"less than|under|below|within|at most|no more than|fewer than|不到|不超过|低于|少于|最多|小于|控制在"
_ABOUT = (
    r"about|around|roughly|approximately|approx\.?|nearly|almost|close to|some|just (?:over|under)"
    r"|大约|约|近|差不多|将近|大概"
)


class Measure(BaseModel, frozen=True, extra="forbid"):
    """One figure, where it stands in the text, and how exactly it was said."""

    kind: str
    """`money`, `mass`, ..., or `bare` for a figure without a known unit."""
    value: float
    """In the kind's base unit: major money units, grams, millilitres, millimetres, minutes, megabytes."""
    slack: float
    """Half of the last digit said, in the base unit: what rounding may hide."""
    bound: Bound
    start: int
    end: int
    currency: str | None = None


def number(text: str) -> float | None:
    """The value of a figure in digits, English words or Chinese numerals; None where it is none of these."""
    text = text.strip().casefold().removeprefix("百分之")
    digits = text.replace(",", "")
    if re.fullmatch(r"\d+(?:\.\d+)?k?", digits):
        return float(digits.rstrip("k")) * (1000 if digits.endswith("k") else 1)
    if text == "半":
        return 0.5
    return _han(text) if any(ch in _HAN or ch in _HAN_TENS for ch in text) else _words(text)


def _han(text: str) -> float | None:
    if any(ch not in _HAN and ch not in _HAN_TENS for ch in text):
        return None
    if len(text) > 1 and all(ch in _HAN for ch in text):
        return float("".join(str(_HAN[ch]) for ch in text))
    total, digit = 0, 0
    for ch in text:
        if ch in _HAN:
            digit = _HAN[ch]
        elif ch == "万":
            total, digit = (total + digit or 1) * 10000, 0
        else:
            total, digit = total + (digit or 1) * _HAN_TENS[ch], 0
    return float(total + digit)


def _words(text: str) -> float | None:
    total, seen = 0.0, False
    for word in re.split(r"[ -]", text):
        if word in ("hundred", "thousand", "dozen"):
            total, seen = (total or 1) * {"hundred": 100, "thousand": 1000, "dozen": 12}[word], True
        elif word in _ENGLISH:
            total, seen = total + _ENGLISH[word], True
        elif word != "and":
            return None
    return total if seen else None


@cache
def _units() -> tuple[tuple[str, float, re.Pattern[str]], ...]:
    rows = [(kind, factor, pattern) for kind, rows in _UNITS.items() for pattern, factor in rows]
    return tuple((k, f, re.compile(rf"(?:{p})(?![a-z0-9]|(?<=[a-z])[-][a-z]*proof)")) for k, f, p in rows)


@cache
def _figure() -> re.Pattern[str]:
    return re.compile(rf"(?P<sign>[$€£₹¥￥]\s?)?(?P<number>{_NUMBER})")


def _unit(text: str, at: int) -> tuple[str, float, int] | None:
    """The longest unit that starts here: its kind, factor and end."""
    best: tuple[str, float, int] | None = None
    for kind, factor, pattern in _units():
        match = pattern.match(text, at)
        if match and match.end() > at and (best is None or match.end() > best[2]):
            best = (kind, factor, match.end())
    return best


def _slack(figure: str, factor: float) -> float:
    if not figure[:1].isdigit():
        return 0.0
    decimals = len(figure.split(".")[1]) if "." in figure else 0
    return 0.5 * 10.0**-decimals * factor


def _bound(before: str, after: str) -> Bound:
    rules: tuple[tuple[str, Bound], ...] = ((_ABOUT, "about"), (_ABOVE, "above"), (_BELOW, "below"))
    for pattern, bound in rules:
        if re.search(rf"(?:{pattern})\s*[$€£₹¥￥]?$", before):
            return bound
    if re.match(r"\s*(?:or (?:less|under)|以内|以下|之内|之下)", after):
        return "below"
    if re.match(r"\s*(?:or more|and up|plus\b|\+|以上|起\b)", after):
        return "above"
    return "about" if re.match(r"\s*(?:or so|左右|上下)", after) else "exact"


def measures(text: str) -> tuple[Measure, ...]:
    """Every figure of the text, in order; those without a known unit as kind `bare`."""
    low = text.lower()
    found: list[Measure] = []
    for match in _figure().finditer(low):
        value = number(match["number"])
        before = low[: match.start()]
        inside = bool(found) and match.start() < found[-1].end
        if (
            inside
            or value is None
            or re.search(r"[a-z]$", before)
            or (not match["sign"] and re.search(r"[a-z]-$", before))
        ):
            continue
        end, more = match.end(), re.match(r"\s*[多余来几]", low[match.end() :])
        gap = re.match(r"[ \-]?", low[end + (more.end() if more else 0) :])
        at = end + (more.end() if more else 0) + (gap.end() if gap else 0)
        unit = _unit(low, at) or _range_unit(low, end)
        kind, factor, stop = unit or ("bare", 1.0, end)
        currency = None
        if match["sign"]:
            kind, factor, stop, currency = "money", 1.0, end, _SIGNS[match["sign"].strip()]
        elif match["number"].startswith("百分之"):
            kind, factor, stop = "percent", 1.0, end
        elif kind == "money":
            currency = next((code for name, code in _CURRENCIES.items() if name in low[at:stop]), None)
        elif kind == "bare" and re.search(r"\b(?:sleeps|seats)(?: up to)? $", before):
            kind = "people"
        stop = max(stop, end)
        bound: Bound = "above" if more else _bound(before, low[stop:])
        slack = _slack(match["number"], factor)
        found.append(
            Measure(
                kind=kind,
                value=value * factor,
                slack=slack,
                bound=bound,
                start=match.start(),
                end=stop,
                currency=currency,
            )
        )
    return tuple(found)


def _range_unit(low: str, end: int) -> tuple[str, float, int] | None:
    """The unit of `40` in `40 to 100 °C`: the one that follows the second figure."""
    match = re.match(rf"\s*(?:-|–|~|to|and|or|至|到|或)\s*(?:{_NUMBER})[ \-]?", low[end:])
    unit = _unit(low, end + match.end()) if match else None
    return (unit[0], unit[1], end) if unit else None
