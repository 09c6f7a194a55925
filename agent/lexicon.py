"""Words as data: the closed word lists of both languages, and how a word is folded.

The lists live in `lexicon_en.json` and `lexicon_zh.json` beside this file and are read once. Knows nothing of shops,
messages or prose; `parser.py` and `grounding.py` say what a list means.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Ideographs, as the inside of a regular expression's character class."""

_IRREGULAR = {
    "people": "person",
    "persons": "person",
    "men": "man",
    "women": "woman",
    "children": "child",
    "feet": "foot",
    "knives": "knife",
    "shelves": "shelf",
    "scarves": "scarf",
    "mice": "mouse",
    "grey": "gray",
    "colour": "color",
    "colours": "color",
    "aluminum": "aluminium",
    "liter": "litre",
    "liters": "litre",
}


@cache
def english(name: str) -> frozenset[str]:
    """One list of the English lexicon. Raises KeyError for a list that it does not have."""
    return frozenset(_read("lexicon_en.json")[name].split())


@cache
def chinese(name: str) -> tuple[str, ...]:
    """One list of the Chinese lexicon, longest terms first. Raises KeyError for a list that it does not have."""
    return tuple(sorted(set(_read("lexicon_zh.json")[name].split()), key=lambda term: (-len(term), term)))


@cache
def glossary() -> Mapping[str, tuple[str, ...]]:
    """Chinese shopping terms and their English counterparts, the usual one first."""
    rows = _read("lexicon_zh.json")["glossary"].split(";")
    pairs = (row.split("=") for row in rows if "=" in row)
    return MappingProxyType({zh.strip(): tuple(en.strip() for en in right.split(",")) for zh, right in pairs})


def normal(text: str) -> str:
    """Compatibility forms, quotes and dashes made plain: `５０％` is `50%`, `it’s` is `it's`."""
    plain = unicodedata.normalize("NFKC", text)
    return plain.translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2013: "-", 0x2014: "-", 0x2212: "-"})


def fold(word: str) -> str:
    """A word in lower case and, for the plain English plurals, in the singular."""
    word = word.lower().removesuffix("'s").removesuffix("'")
    known = _IRREGULAR.get(word)
    if known:
        return known
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def is_chinese(text: str) -> bool:
    """Whether ideographs dominate: one of them says about as much as an English word."""
    if re.search(r"[\u3040-\u30ff\uac00-\ud7af]", text):
        return False
    ideographs = len(re.findall(f"[{CJK}]", text))
    return ideographs > 0 and ideographs >= len(re.findall(r"[A-Za-z]+", text))


def is_foreign(text: str) -> bool:
    """Whether a message is in another language than the two that are spoken here, as far as its letters and its small
    words tell."""
    if re.search(r"[\u3040-\u30ff\uac00-\ud7af\u0400-\u04ff\u0600-\u06ff\u0e00-\u0e7f\u0900-\u097f]{2}", text):
        return True
    told = re.findall(r"[^\W\d_]+", text.lower())
    return sum(word in english("foreign") for word in told) >= 2 and not any(
        word in english("function") for word in told
    )


@cache
def _read(name: str) -> dict[str, str]:
    return json.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))
