"""A message cut where it asks for one thing after another: "a blanket, a flask and a cake", 狗窝、饭碗和牵引绳.

Pure. Goes by the grammar of lists alone; whether the pieces are several kinds of product is not known here.
"""

import re

_NEXT = r"(?=(?:also\s+)?(?:an?|some|something|two|three|four|five|\d)\s+[a-z])"
_ARTICLES = re.compile(rf"\s*(?:,\s*)?(?:\band\b|\bplus\b|,)\s*{_NEXT}", re.IGNORECASE)
_COMMAS = re.compile(rf"\s*(?:,\s*(?:and\b|plus\b)?|\band\b|\bplus\b)\s*{_NEXT}|\s*,\s*(?=[a-z])", re.IGNORECASE)
_ENDS = re.compile(r",\s*and\s+(?:an?|some|something)\s+[a-z]", re.IGNORECASE)
_GOES_ON = re.compile(
    r"[，,。\s]*(?:再来|还要|外加|再买|再配|再要|再加|顺便(?:再|也)?[买来要看]?|另外(?:再|还)?[要买来])(?=[一两三四几个\d点些套把条双]|[^\s，。])"
)
_ZH_LIST = re.compile("都[要缺想买来没]|各[来买要推一]|分别|什么都")
_ZH_MARKS = re.compile("、|和|跟|以及|还有")


def listed(text: str) -> list[str]:
    """The pieces of a list of things, in order; one piece where there is no list."""
    if pieces := _cut(_GOES_ON, text):
        return pieces
    if _ZH_LIST.search(text):
        return _cut(_ZH_MARKS, text) or [text]
    return _cut(_COMMAS if _ENDS.search(text) else _ARTICLES, text) or [text]


def _cut(mark: re.Pattern[str], text: str) -> list[str]:
    pieces = [piece.strip(" ,;，；、。") for piece in mark.split(text)]
    return pieces if len(pieces) > 1 and all(pieces) else []
