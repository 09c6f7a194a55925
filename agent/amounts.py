"""The figures of one message that bound a search: prices in the shop's currency, and a floor for the rating.

Reads digits and number words in English and Chinese. A figure with a unit (inches, people, hours, gigabytes), a size, a
model or a rating is never a price; a figure in another currency than the shop's is reported and never converted.
Knows nothing of products or of what else the message says.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from agent.lexicon import CJK
from retrieval.product import Price, exponent

Side = Literal["max", "min", "around"]
Span = tuple[int, int]

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORDS = {word: value for value, word in enumerate(_ONES.split())} | {
    word: 10 * (value + 2) for value, word in enumerate(_TENS.split())
}
_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_ZH_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_ZH_POWERS = {"十": 10, "百": 100, "千": 1000}

_CODES = "USD|EUR|GBP|CNY|RMB|JPY|INR|KRW|CAD|AUD|NZD|HKD|TWD|SGD|CHF|SEK|NOK|DKK|PLN|BRL|MXN|ZAR"
_SIGNED = rf"(?P<sign>US\$|HK\$|NT\$|[ACS]\$|[$€£¥₹₩]|(?<![A-Za-z])(?:{_CODES}|Rs\.?)(?![A-Za-z]))\s?"
_FIGURE = re.compile(
    rf"(?:{_SIGNED})?(?<![A-Za-z0-9_.])(?:(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?!\d)"
    rf"|\d{{1,15}}(?:\.\d{{1,6}})?)"
    rf"(?P<scale>k(?![A-Za-z0-9])|K(?![A-Za-z0-9])|\s?[万千百](?![{CJK}]?[瓦克米]))?"
    rf"|(?P<words>(?:(?:{_WORD})|(?<![a-z])an?\s+(?=hundred|thousand))(?:[\s-]*(?:and\s+)?(?:{_WORD}"
    rf"|hundred|thousand))*)(?![A-Za-z])"
    rf"|(?P<zh>[零〇一二两三四五六七八九十百千万]+))",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"\s*-?\s?(?P<name>us dollars?|dollars?|bucks?|usd|euros?|eur|pounds? sterling|pounds?|quid|gbp"
    r"|yuan|rmb|cny|kuai|yen|jpy"
    r"|rupees?|inr|won|krw|chf|cad|aud|人民币|美元|美金|美刀|刀|欧元|英镑|日元|日币|港币|港元|韩元|卢比|块钱|块|元|[€£$¥₹](?!\s?\d))"
    r"(?![A-Za-z])\s*(?:人民币|钱)?",
    re.IGNORECASE,
)
_CURRENCY = {
    **dict.fromkeys(
        (
            "$",
            "us$",
            "dollar",
            "dollars",
            "us dollar",
            "us dollars",
            "buck",
            "bucks",
            "usd",
            "美元",
            "美金",
            "美刀",
            "刀",
        ),
        "USD",
    ),
    **dict.fromkeys(("€", "euro", "euros", "eur", "欧元"), "EUR"),
    **dict.fromkeys(("£", "pound", "pounds", "pound sterling", "pounds sterling", "quid", "gbp", "英镑"), "GBP"),
    **dict.fromkeys(("¥", "yuan", "rmb", "cny", "kuai", "元", "块", "块钱", "人民币"), "CNY"),
    **dict.fromkeys(("yen", "jpy", "日元", "日币"), "JPY"),
    **dict.fromkeys(("₹", "rupee", "rupees", "inr", "rs", "rs.", "卢比"), "INR"),
    **dict.fromkeys(("₩", "won", "krw", "韩元"), "KRW"),
    **dict.fromkeys(("hk$", "港币", "港元"), "HKD"),
    "nt$": "TWD",
    "a$": "AUD",
    "c$": "CAD",
    "s$": "SGD",
}
_DOLLARS = ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "TWD")
_LOCAL = {
    **dict.fromkeys(("$", "dollar", "dollars", "buck", "bucks"), _DOLLARS),
    "块钱": ("CNY", "TWD", "HKD"),
    "¥": ("CNY", "JPY"),
    "元": ("CNY", "TWD", "HKD"),
    "块": ("CNY", "TWD", "HKD"),
}

_UNIT = re.compile(
    r"[\s+-]*(?:%|by\s(?:\d|[a-z]+\s(?:inch|cm|mm|f[oe]+t|m\b))|\"|''|°|"
    r"(?:inch(?:es)?|in|foot|feet|ft|yards?|yd|mm|cm|m|km|metres?|meters?|kilomet\w+|centimet\w+"
    r"|millimet\w+|miles?|mi|oz|ounces?|lbs?"
    r"|pounds?|g|gm|grams?|kg|kgs|kilos?|kilograms?|mg|tons?|l|litres?|liters?|ml|gal|gallons?|cups?"
    r"|quarts?|pints?|w|watts?|kw|v"
    r"|volts?|mah|ah|amps?|hz|khz|mhz|ghz|gb|tb|mb|gigs?|gigabytes?|terabytes?|mp|megapixels?|px|dpi"
    r"|ppi|fps|rpm|k|kelvin|lm|lumens?|db|nits?"
    r"|h|hrs?|hours?|mins?|minutes?|secs?|seconds?|days?|nights?|weeks?|months?|years?|yrs?|yo|am|pm"
    r"|degrees?|celsius|fahrenheit"
    r"|person|people|persons|man|men|women|adults?|kids?|child|children|guests?|players?|seater"
    r"|seats?|berth|stars?|reviews?|ratings?"
    r"|pairs?|pack|packs|pcs?|pieces?|piece|items?|units?|count|ct|set|sets|doors?|seasons?|season"
    r"|speed|speeds|core|cores|cell|ply|layers?"
    r"|sheets?|pages?|bottles?|capsules?|tablets?|size|sizes|gauge|gen|generation|way|bit|inch\w*|x"
    r"|times|or\s\d|percent|bar|psi|mph|nm|hp)(?![A-Za-z])"
    r"|[A-Za-z]{2,}(?<!ss)(?<!is)(?<!us)(?<!as)s(?![A-Za-z'])"
    r"|[A-Za-z]{0,3}\d)",
    re.IGNORECASE,
)
_ZH_GO_ON = re.compile(
    r"\s*(?:$|[^\w\s]|[A-Za-z]|以内|之内|内(?!存)|以下|之下|以上|之上|左右|上下|封顶|起|往上|之间|的|吧|吗|呢|就|可以|行|都|够|好了|预算|价位|价格|到|至|且|并|而|，)"
)
_NOT_MONEY_BEFORE = re.compile(
    r"(?:\b(?:sizes?|sized|weigh\w*|weights?|heav\w+|ratings?|rated|stars?|ages?|aged|height|tall"
    r"|lengths?|long|widths?|capacity|battery|screen"
    r"|ram|memory|storage|models?|versions?|gen|speeds?|power|temperatures?|diameter|volume|series"
    r"|iphone|galaxy|windows|number|no|lumens"
    r"|wattage)\b[^\w]*(?:(?:is|are|of|that|should|be|must|has|have|a|an|the|to|at|and)\s+){0,3}"
    r"|(?:尺码|尺寸|重量|评分|评价|身高|年龄|容量|内存|屏幕|电池|续航|型号|功率|体重|鞋码|码数|温度|第|系列|系统)\s*(?:在|是|为|要|得|大概|需要)?\s*)$",
    re.IGNORECASE,
)
_NOT_AN_OFFER = re.compile(
    r"\b(?:costs?|is|was|were|paid|saves?|saving|why|off|discount|worth)\W*$",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"(?:已售|销量|月销|售出|卖出|浏览|粉丝)\W*$")
"""Before a figure of a pasted page: so many were sold."""
_COUPON = re.compile(
    r"\s*(?:off|discount|coupon|voucher|gift card|cash ?back|more)\b|\s*(?:优惠券|的?优惠|折扣|礼品卡)", re.IGNORECASE
)

_MAX = (
    r"under|below|beneath|less than|lower than|cheaper than|at most|at the most|up ?to|no more than"
    r"|not more than|not over|not above"
    r"|no higher than|not exceed(?:ing)?|doesn't exceed|maximum(?: of)?|max\.?|within|inside|limit"
    r"(?: of| is)?|cap(?: of)?|spend|pay"
    r"|afford|(?:go|stretch|push)(?: it)?(?: up)? to|<=?|≤"
)
_MIN = (
    r"over|above|beyond|more than|higher than|greater than|at least|from|starting(?: at| from)?"
    r"|minimum(?: of)?|min\.?|no less than"
    r"|not less than|not under|not below|upwards of|north of|>=?|≥"
)
_AROUND = (
    r"around|about|approximately|approx\.?|roughly|circa|near(?:ly)?|close to|somewhere around"
    r"|in the region of|~"
)
_BUDGET = r"budget(?:'s)?|price(?:d)?(?: range| limit)?|cost(?:ing)?|for|have|with|got"
_LINK = (
    r"(?:\s|:|=|(?:a|an|my|the|of|is|are|at|price|prices|budget|total|only|like|say|just|maybe|be|to"
    r"|range|spend|pay)\b)*"
)
_BEFORE = re.compile(
    rf"(?P<not>(?:\bnot?|n't|\bnever|\bneither|\bnone|\bnothing)\b\W*(?:\w+\W+){{0,4}}?)?(?<!\w)(?:(?P<max>{_MAX})"
    rf"|(?P<min>{_MIN})|(?P<budget>{_BUDGET}))"
    rf"(?!\w){_LINK}(?:(?<!\w)(?P<around>{_AROUND}))?{_LINK}$|(?<!\w)(?P<only>{_AROUND}){_LINK}$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s*(?:(?P<max>(?:or|and)\s(?:less|under|below|cheaper|lower)|max(?:imum)?\b(?!\s*[$€£¥]?\d)|at (?:the )?most"
    r"|tops\b|limit\b|budget\b"
    r"|(?:is|would be) (?:my|our|the) (?:absolute |top )?(?:limit|max(?:imum)?|budget|ceiling|cap|most)\b)"
    r"|(?P<min>(?:or|and)\s(?:more|over|above|up|higher|upwards?)|minimum\b|at least|\+)"
    r"|(?P<around>or so\b|-?ish\b|give or take))"
    r"|\s*(?:(?P<zmax>以内|之内|内(?!存)|以下|之下|封顶)|(?P<zmin>以上|之上|起步?|往上)|(?P<zaround>左右|上下|出头|附近))(?:的)?",
    re.IGNORECASE,
)
_ZH_NEAR = "大概|大约|差不多|约"
_ZH_LINK = r"(?:是|为|在|[放提加降改涨升调抬][到成至]|提高到|放宽到|增加到|有|我|的|也|就|区间|:|,|\s)*"
_ZH_BEFORE = re.compile(
    r"(?:(?P<max>不超过|(?:不|别|不要|不能)高于|不要超过|别超过|不能超过|不超|低于|少于|小于|不到|最多|至多|最高|控制在|便宜过)"
    r"|(?P<min>(?:不|别|不要|不能)低于|不少于|高于|超过|大于|至少|最少|最低|起码)|(?P<budget>预算|价格|价位|价钱))"
    rf"{_ZH_LINK}(?P<around>{_ZH_NEAR})?{_ZH_LINK}$|(?P<only>{_ZH_NEAR}){_ZH_LINK}$"
)
_RANGE = re.compile(r"\s*(?:-|~|to|and|到|至|和|--)\s*", re.IGNORECASE)
_BETWEEN = re.compile(
    r"(?:\b(?:between|from|range of|price range|budget|priced?)\W+(?:of |is |the )?|(?:在|介于|从|预算|价格"
    r"|价位)(?:是|在|为|大概|大约)?\s*)$",
    re.IGNORECASE,
)
_TOPS = re.compile(r"\s*tops\b(?!\s+(?:and|or|in|for)\b)", re.IGNORECASE)
_STARS = r"(?:\s*-?\s?stars?\b|\s*[颗个]?星|\s*分)"
_RATING = re.compile(
    rf"(?:(?:at least|over|above|more than|minimum(?: of)?|rated(?: at least| over| above)?|ratings?"
    rf"(?: of| is)?(?: at least| over| above| higher than)?)\s*(?P<a>[0-5](?:\.\d+)?|(?:one|two|three"
    rf"|four|five)\b)(?P<au>{_STARS})?"
    rf"|(?:评分|评价|星级)(?:在|要|得|为)?(?:至少|(?:不|别|不要|不能)低于|高于|大于|超过)?\s*(?P<b>[0-5](?:\.\d+)?)(?P<bu>{_STARS})?"
    rf"|(?P<c>[0-5](?:\.\d+)?|\b(?:three|four|five)|[三四五])\s*\+?(?:{_STARS}))"
    rf"(?P<more>\s*(?:\+|(?:and|or) (?:up|above|more|better|higher|over)|minimum|at least|rating|rated"
    rf"|reviews?|及?以上|起|评分|好评))?(?!\d)",
    re.IGNORECASE,
)
_RATING_CUE = re.compile(
    r"at least|over|above|more than|minimum|\brat(?:ed|ings?)|评分|评价|星级|至少|不低于|高于|大于|超过", re.IGNORECASE
)
_SMALL = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "三": 3, "四": 4, "五": 5}


@dataclass(frozen=True, slots=True)
class Amounts:
    """What the figures of a message bound, and where they stood in it."""

    price_min: Price | None = None
    price_max: Price | None = None
    rating_min: float | None = None
    foreign: str | None = None
    """A currency other than the shop's in which a bound was stated."""
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class _Figure:
    start: int
    end: int
    number_end: int
    value: Decimal
    currency: str | None
    plain: bool
    """No unit follows, so it may be money."""
    scaled: bool = False


def amounts(text: str, currency: str) -> Amounts:
    """The bounds that `text` (normalised) states, prices in minor units of `currency`."""
    rating, rating_span = _rating(text)
    taken = [rating_span] if rating_span else []
    figures = [f for f in _figures(text, currency) if not any(a < f.end and f.start < b for a, b in taken)]
    low: Decimal | None = None
    high: Decimal | None = None
    foreign: str | None = None
    index = 0
    while index < len(figures):
        pair = _pair(text, figures, index)
        read = pair or _single(text, figures[index])
        index += 2 if pair else 1
        if read is None:
            continue
        span, code, bottom, top = read
        taken.append(span)
        if code not in (None, currency):
            foreign = foreign or code
            continue
        low = bottom if low is None else low
        high = top if high is None else high
    if low is not None and high is not None and low > high:
        low = None
    return Amounts(_price(low, currency), _price(high, currency), rating, foreign, tuple(sorted(taken)))


def _figures(text: str, currency: str) -> list[_Figure]:
    found: list[_Figure] = []
    for match in _FIGURE.finditer(text):
        value = _value(match)
        if value is None:
            continue
        end = match.end()
        code = _code(match["sign"], currency)
        name = _MONEY.match(text, end)
        if name and not (name["name"].lower() in ("pound", "pounds") and currency != "GBP"):
            code, after = code or _code(name["name"], currency), name.end()
        else:
            after = end
        if match["zh"] and code is None and not re.search("[十百千万]", match["zh"]):
            continue
        if match["words"] and code is None and value < 10:
            continue
        if code is None and match["scale"] == "K" and value >= 1_000_000:
            continue
        tops = value >= 20 and _TOPS.match(text, end) is not None
        plain = code is not None or tops or not (_UNIT.match(text, end) or _classified(text, end))
        found.append(_Figure(match.start(), after, end, value, code, plain, bool(match["scale"])))
    return found


def _value(match: re.Match[str]) -> Decimal | None:
    if match["digits"]:
        scale = {"k": 1000, "千": 1000, "万": 10_000, "百": 100}.get((match["scale"] or "").strip().lower(), 1)
        return Decimal(match["digits"].replace(",", "")) * scale
    if match["words"]:
        return _spelled(match["words"].lower())
    return _zh_number(match["zh"])


def _spelled(words: str) -> Decimal:
    total = part = 0
    for word in re.findall("[a-z]+", words):
        if word in ("a", "an", "and"):
            part = part or (1 if word != "and" else 0)
        elif word == "hundred":
            part = max(part, 1) * 100
        elif word == "thousand":
            total, part = total + max(part, 1) * 1000, 0
        else:
            part += _WORDS[word]
    return Decimal(total + part)


def _zh_number(text: str) -> Decimal | None:
    """`两千` 2,000; `一千五` 1,500; `三百五十` 350; `一万二` 12,000."""
    total = part = digit = 0
    power = 1
    for char in text:
        if char in _ZH_DIGITS:
            digit = _ZH_DIGITS[char]
            power = 1 if char in "零〇" else power
        elif char == "万":
            total, part, digit, power = total + max(part + digit, 1) * 10_000, 0, 0, 10_000
        else:
            part, digit, power = part + max(digit, 1) * _ZH_POWERS[char], 0, _ZH_POWERS[char]
    last = digit * (power // 10 if power > 10 else 1)
    value = total + part + last
    return Decimal(value) if value else None


def _code(name: str | None, currency: str) -> str | None:
    if not name:
        return None
    key = name.lower().strip()
    if currency in _LOCAL.get(key, ()):
        return currency
    return _CURRENCY.get(key, name.upper())


def _classified(text: str, end: int) -> bool:
    """An ideograph follows that neither bounds nor ends the figure: a classifier, a unit, a noun."""
    return bool(re.match(rf"\s*[{CJK}]", text[end : end + 4])) and not _ZH_GO_ON.match(text, end)


def _pair(
    text: str, figures: list[_Figure], index: int
) -> tuple[Span, str | None, Decimal | None, Decimal | None] | None:
    if index + 1 >= len(figures):
        return None
    one, two = figures[index], figures[index + 1]
    gap = _RANGE.fullmatch(text, one.end, two.start)
    if (
        not gap
        or not (two.plain or one.currency)
        or (not one.plain and _UNIT.match(text, one.number_end, one.number_end + 12) and not gap)
    ):
        return None
    before = _BETWEEN.search(text[max(0, one.start - 24) : one.start])
    if gap[0].strip().lower() in ("and", "和") and not before:
        return None
    code = two.currency or one.currency
    if code is None:
        if _NOT_MONEY_BEFORE.search(text[max(0, one.start - 30) : one.start]):
            return None
        year = all(1900 <= figure.value <= 2100 for figure in (one, two))
        spoken = before or re.match(r"\s*(?:之间|块|元)", text[two.end :])
        if not spoken and not two.scaled and (min(one.value, two.value) < 100 or year):
            return None
        if before and max(one.value, two.value) < 10:
            return None
    times = next((times for times in (10_000, 1000) if one.value * times <= two.value < one.value * times * 100), 1)
    bottom = one.value * times if two.scaled and not one.scaled else one.value
    bottom, top = sorted((bottom, two.value))
    after = re.compile(r"\s*(?:之间|左右|以内|的)*").match(text, two.end)
    start = one.start - (len(before[0]) if before else 0)
    return (start, after.end() if after else two.end), code, bottom, top


def _single(text: str, figure: _Figure) -> tuple[Span, str | None, Decimal | None, Decimal | None] | None:
    if not figure.plain or _COUPON.match(text, figure.end):
        return None
    offset = max(0, figure.start - 60)
    before = text[offset : figure.start]
    if _COUNTED.search(before):
        return None
    side, start = _side_before(before)
    after = _AFTER.match(text, figure.end)
    end = figure.end
    if after:
        name = str(after.lastgroup).removeprefix("z")
        side = side if side == "max" and name == "around" else name
        end = after.end()
    if figure.currency is None:
        said = before[:start] if side else before
        if side in (None, "budget?") or _NOT_MONEY_BEFORE.search(said) or (figure.value < 5 and side != "max"):
            return None
    elif side is None and _NOT_AN_OFFER.search(before):
        return None
    value = figure.value
    span = (offset + start if side else figure.start, end)
    if side == "min":
        return span, figure.currency, value, None
    if side == "around":
        return span, figure.currency, value * Decimal("0.8"), value * Decimal("1.2")
    return span, figure.currency, None, value


def _side_before(before: str) -> tuple[str | None, int]:
    """Which bound the words before a figure make it, and where those words begin."""
    for pattern in (_ZH_BEFORE, _BEFORE):
        match = pattern.search(before)
        groups = match.groupdict() if match else {}
        if not match or not any(groups.get(name) is not None for name in ("max", "min", "budget", "only")):
            continue
        start = match.start()
        if groups["max"] is not None:
            return "max", start
        if groups["min"] is not None:
            return ("max" if groups.get("not") else "min"), start
        if groups["around"] is not None or groups["only"] is not None:
            return "around", start
        said = str(groups["budget"]).lower()
        return ("budget?" if said in ("for", "have", "with", "got") else "max"), start
    return None, len(before)


def _rating(text: str) -> tuple[float | None, Span | None]:
    for match in _RATING.finditer(text):
        figure = match["a"] or match["b"] or match["c"]
        lead = match[0][: match[0].find(figure)]
        cued = (
            bool(match["more"])
            or "+" in match[0]
            or bool(_RATING_CUE.search(lead) or _RATING_CUE.search(text[max(0, match.start() - 12) : match.start()]))
        )
        starred = bool(match["au"] or match["bu"] or match["c"])
        about_rating = starred or "rat" in lead.lower() or match["b"] is not None
        if cued and about_rating and (starred or match["more"] or not _UNIT.match(text, match.end())):
            value = float(_SMALL[figure.lower()]) if figure.lower() in _SMALL else float(figure)
            if value <= 5:
                return value, match.span()
    return None, None


def _price(value: Decimal | None, currency: str) -> Price | None:
    if value is None or value <= 0:
        return None
    amount = int((value.scaleb(exponent(currency))).to_integral_value())
    return Price(amount=amount, currency=currency) if 0 < amount <= 10**12 else None
