"""Redaction: what a shopper says of themselves, found in their words and taken out of any text. Pure.

Found are e-mail addresses, runs of digits that may be a card, a telephone or an order, order numbers with letters, and
the name after "my name is" and its like, in English and Chinese. A rule takes out too much rather than too little.
What it cannot know: a name said in any other way, or an address of a street.
"""

import re
from collections.abc import Collection

_NOT_A_NAME = (
    r"(?:a|an|and|at|but|by|can|could|do|for|from|hi|hello|i|i'm|i'd|im|in|is|it|looking|my|need|of|on|please|searching|"
    r"so|the|to|want|we|with|would|you)\b"
)
_NAME = rf"(?P<name>[^\W\d_][\w'’.-]*(?:\s+(?!{_NOT_A_NAME})[^\W\d_][\w'’.-]*){{0,2}})"
_FORMS = (
    ("email", re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")),
    ("card", re.compile(r"(?<!\d)\d(?:[ \t.-]?\d){12,18}(?!\d)")),
    ("phone", re.compile(r"(?<![\w.])\+?\(?\d(?:[\s().\-/]{0,2}\d){6,}(?!\d)")),
    (
        "order",
        re.compile(
            r"(?<!\w)#\s?[\w-]{3,}|(?<![\w-])(?=[A-Z\d-]*\d[A-Z\d-]*\d[A-Z\d-]*\d)[A-Z\d]{2,}(?:-[A-Z\d]+)+(?!\w)"
        ),
    ),
    (
        "order",
        re.compile(
            r"(?:\border(?:\s+(?:number|no\.?|id|nr\.?|is))*|订单号?)[\s:：#是]*(?P<order>(?=[\w-]*\d)[\w-]{3,})", re.I
        ),
    ),
    ("name", re.compile(rf"\b(?:my name is|my name's|my name:|call me)\s+{_NAME}", re.I)),
    ("name", re.compile(r"(?:我叫|我的名字(?:是|叫)|我姓)(?P<name>[\u4e00-\u9fff]{1,4}|[A-Za-z]+)")),
)
_SHORT = 3
"""A piece of what is private that has fewer letters says nothing by itself."""


def private(text: str) -> frozenset[str]:
    """What of this text is private, each piece as it was written."""
    return frozenset(text[start:end] for start, end, _ in _spans(text))


def redacted(text: str) -> str:
    """The text with `<email>`, `<card>`, `<phone>`, `<order>` and `<name>` in place of what is private."""
    parts: list[str] = []
    place = 0
    for start, end, kind in _spans(text):
        parts += [text[place:start], f"<{kind}>"]
        place = end
    return "".join([*parts, text[place:]])


def without(text: str, known: Collection[str]) -> str:
    """The text with `<private>` in place of every word of what is known to be private, however it was put together
    anew: a search keeps a name and drops the words around it."""
    pieces = {word for each in known for word in re.findall(r"\w+", each) if len(word) >= _SHORT or not word.isascii()}
    if not pieces:
        return text
    words = "|".join(re.escape(piece) for piece in sorted(pieces, key=lambda piece: (-len(piece), piece)))
    return re.sub(rf"(?<![A-Za-z\d])(?:{words})(?![A-Za-z\d])", "<private>", text, flags=re.I)


def _spans(text: str) -> list[tuple[int, int, str]]:
    """Start, end and kind of what is private, in order, none of which overlap: of two, the one that begins first."""
    found: list[tuple[int, int, int, str]] = []
    for rank, (kind, form) in enumerate(_FORMS):
        for match in form.finditer(text):
            start, end = match.span(kind if kind in form.groupindex else 0)
            found.append((start, rank, end, kind))
    spans: list[tuple[int, int, str]] = []
    for start, _, end, kind in sorted(found):
        if spans and start < spans[-1][1]:
            last_start, last_end, last_kind = spans[-1]
            spans[-1] = (last_start, max(end, last_end), last_kind)
        else:
            spans.append((start, end, kind))
    return spans
