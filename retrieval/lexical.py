"""The words of a text as the sparse side of search sees them: terms, and BM25 vectors of them.

A term is a stemmed word, a number, a number with its unit (`24_in` for 24", 24in and 24 inches), a hyphenated pair as
one word too, or a Chinese word with its character pairs. Knows nothing of engines; the engine adds the IDF.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from zlib import crc32

import rjieba
import snowballstemmer  # pyright: ignore[reportMissingTypeStubs]

from retrieval.words import Words

# Titles and short descriptions repeat little and differ in length for little reason of relevance, so that both of
# BM25's corrections are kept small. On 557 typed queries over 54,667 titles, k1 .4 and b .3 have recall@50 .758, k1 1.0
# .755. Long talks over 251 titles would like more: hit@5 .45 with 1.2 and .75, .43 with these, .40 with .25 and .15.
_K1, _B = 0.4, 0.3
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_PIECES = re.compile(
    rf"\d+(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?(?:[- ]\d+/\d+|/\d+)?|\.\d+|[{_CJK}]+|[^\W\d_{_CJK}]+|[\"”″'’′]"
)
_CJK_RUN = re.compile(f"[{_CJK}]+")
_GAP = re.compile(r"[ .\-]?$")


@dataclass(frozen=True, slots=True)
class Sparse:
    """A sparse vector: which terms, and how much of each."""

    indices: list[int]
    values: list[float]


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a text: a word, a number, a run of Chinese, a quote mark."""

    text: str
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        return self.text[0].isdigit() or self.text[0] == "."

    @property
    def is_word(self) -> bool:
        return self.text[0].isalpha() and not self.is_cjk

    @property
    def is_cjk(self) -> bool:
        return bool(_CJK_RUN.match(self.text))


def plain(text: str) -> str:
    """Lower case, compatibility forms, no accents."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", text.casefold()).replace("\u2044", "/").replace("\u2032\u2032", '"')
    return unicodedata.normalize("NFKC", "".join(each for each in folded if not unicodedata.combining(each)))


def pieces(text: str) -> list[Piece]:
    """The pieces of a text that `plain` has been over."""
    return [Piece(match[0].replace(",", ""), match.start(), match.end()) for match in _PIECES.finditer(text)]


class Analyzer:
    """Text to terms and to BM25 vectors. Remembers stems; not for two threads at once."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self._stemmer = cast(Any, snowballstemmer).stemmer("english")
        self._stems: dict[str, str] = {}

    def stem(self, word: str) -> str:
        """The stem of one plain word."""
        if word not in self._stems:
            if len(self._stems) > 200_000:
                self._stems.clear()
            self._stems[word] = self._stemmer.stemWord(word)
        return self._stems[word]

    def terms(self, text: str) -> list[str]:
        """The terms of a text, in its order, repeated as it repeats them."""
        folded = plain(text)
        found: list[str] = []
        held = pieces(folded)
        number_before: Piece | None = None
        for at, piece in enumerate(held):
            after = held[at + 1] if at + 1 < len(held) else None
            if piece.is_number:
                found += self._number(folded, piece, after)
            elif piece.is_cjk:
                run = piece.text[len(self._unit_at(folded, number_before, piece)) :]
                found += _chinese(run)
            elif piece.is_word:
                if not self._unit_at(folded, number_before, piece) and not self._joins(held, at):
                    found.append(self.stem(piece.text))
                if after and after.is_word and folded[piece.end : after.start] == "-":
                    found.append(self.stem(piece.text + after.text))
            number_before = piece if piece.is_number else None
        return found

    def document(self, text: str, *, mean_terms: float) -> Sparse:
        """BM25's document side. `mean_terms` is the usual length of a document, in terms."""
        terms = self.terms(text)
        norm = _K1 * (1 - _B + _B * len(terms) / max(1.0, mean_terms))
        return sparse({term: count * (_K1 + 1) / (count + norm) for term, count in Counter(terms).items()})

    def _number(self, folded: str, piece: Piece, after: Piece | None) -> list[str]:
        number = piece.text.replace(" ", "-")
        number = number.lstrip("0") if number.startswith("0.") else number
        unit = self._unit_at(folded, piece, after) if after else ""
        return [number, f"{number}_{self.words.units[unit]}"] if unit else [number]

    def _unit_at(self, folded: str, number: Piece | None, piece: Piece) -> str:
        """The spelling of a unit with which this piece begins, where it stands right behind a number; else nothing."""
        if number is None or not _GAP.fullmatch(folded[number.end : piece.start]):
            return ""
        if not piece.is_cjk:
            return piece.text if piece.text in self.words.units else ""
        longest = min(self.words.longest_unit, len(piece.text))
        return next((piece.text[:size] for size in range(longest, 0, -1) if piece.text[:size] in self.words.units), "")

    def _joins(self, held: Sequence[Piece], at: int) -> bool:
        """Is this the `x` of `2 x 4`?"""
        near = held[max(0, at - 2) : at]
        return held[at].text in self.words.joiners and any(each.is_number for each in near)


def sparse(weights: Mapping[str, float]) -> Sparse:
    """Terms with their weights as a vector. Two terms that share a place (one pair in 100,000 terms) are added up."""
    held: dict[int, float] = {}
    for term, weight in weights.items():
        place = crc32(term.encode("utf-8", "replace"))
        held[place] = held.get(place, 0.0) + weight
    return Sparse(list(held), list(held.values()))


def spelt(text: str) -> str:
    """A text's words in plain spelling, parted by single spaces, one at either end."""
    return f" {' '.join(match[0].replace(',', '') for match in _PIECES.finditer(plain(text)))} "


def grams(text: str) -> frozenset[str]:
    """The runs of three characters of a text's words, their borders included: alike for words spelt alike."""
    padded = spelt(text)
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


def _chinese(run: str) -> list[str]:
    """Words, and pairs of characters besides: a product's name is seldom in the segmenter's dictionary."""
    if len(run) < 2:
        return [run] if run else []
    words = [word for word in rjieba.cut_for_search(run) if len(word) != 2]
    return words + [run[at : at + 2] for at in range(len(run) - 1)]
