"""What a shopper's words mean to this shop: slips mended, words split and joined, synonyms added, each with a weight.

What may be a slip is told by the words of the shop's own products, so that a brand's odd spelling is never mended away.
Nothing that the shopper typed is lost: what is added counts less than what was said. Pure; knows nothing of engines.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from retrieval.lexical import Analyzer, Sparse, pieces, plain, sparse
from retrieval.product import Product

# How much what is added counts, beside 1 for what was said. Chosen on 557 typed queries over 54,667 titles: recall@50
# of the terms alone is .693 without any of it, .720 with slips, .725 with splits too, .731 with joins too.
_SLIP, _PERHAPS_SLIP = 0.95, 0.6
_SPLIT, _PERHAPS_SPLIT = 0.7, 0.5
_JOINED = 0.9
_SYNONYM, _NARROWER = 0.3, 0.2
# A known word is taken for a slip of another only where the other is so many times as frequent.
_MORE_FREQUENT = 20
_LONGEST_PHRASE = 3
# In a search phrase a small word says something (`vanity with top`); in a talk it is noise, and what is said again is
# meant. Hit@5 of the terms alone over 139 talks: .34 with small words, .43 without and with repeats counted.
_TALK = 12


@dataclass(frozen=True, slots=True)
class Understood:
    """A query's terms by weight, and its words with what must be slips mended, for an embedder."""

    weights: dict[str, float]
    text: str
    unknown: tuple[str, ...] = ()
    """Words, as typed, that stand for nothing in this shop."""
    talk: bool = False
    """A whole talk rather than a search phrase: how its words are spelt together says nothing."""

    @property
    def sparse(self) -> Sparse:
        return sparse(self.weights)


def name_words(product: Product) -> list[str]:
    """The distinct words that a product is named by: what a shopper's slip may be a slip of."""
    values = (value for values in product.attributes.values() for value in values)
    named = (product.title, product.brand or "", *product.categories, *values)
    found = (piece.text for text in named for piece in pieces(plain(text)) if piece.is_word)
    return list(dict.fromkeys(word for word in found if 2 <= len(word) <= 40))


class Lexicon:
    """The words of a shop's products, with how many products use them."""

    def __init__(self, counts: Mapping[str, int], analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._counts: Counter[str] = Counter()
        self._stems: Counter[str] = Counter()
        self._by_length: defaultdict[int, list[str]] = defaultdict(list)
        self._slips: dict[str, list[tuple[str, float]]] = {}
        for word, count in counts.items():
            self._count(word, count)

    def add(self, products: Iterable[Product]) -> None:
        """Learn the words of new products. Words of products that are gone are kept until the index is opened again."""
        for product in products:
            for word in name_words(product):
                self._count(word, 1)
        self._slips.clear()

    def count(self, word: str) -> int:
        """Products with this word exactly."""
        return self._counts[word]

    def known(self, word: str) -> int:
        """Products with this word in any of its forms, or somewhat more."""
        return self._stems[self._analyzer.stem(word)]

    def slips(self, word: str) -> list[tuple[str, float]]:
        """What this word may be a slip of, likeliest first, with weights from .5 to 1; at most three."""
        if word not in self._slips:
            if len(self._slips) > 10_000:
                self._slips.clear()
            self._slips[word] = self._find_slips(word)
        return self._slips[word]

    def split(self, word: str) -> tuple[str, str] | None:
        """The two words that were run together in this one, where both are far more frequent than it."""
        enough = max(5, 5 * self._counts[word])
        best: tuple[float, tuple[str, str]] | None = None
        for at in range(3, len(word) - 2):
            parts = word[:at], word[at:]
            rarer, other = sorted(self._counts[part] for part in parts)
            if rarer >= enough and (best is None or rarer * other > best[0]):
                best = (rarer * other, parts)
        return best[1] if best else None

    def _find_slips(self, word: str) -> list[tuple[str, float]]:
        if len(word) < 4:
            return []
        distance = 1 if len(word) < 6 else 2
        least = max(2, _MORE_FREQUENT * self.known(word))
        stem = self._analyzer.stem(word)
        found: list[tuple[str, float]] = []
        for length in range(len(word) - distance, len(word) + distance + 1):
            held = process.extract(
                word, self._by_length[length], scorer=OSA.distance, score_cutoff=distance, limit=None
            )
            for other, steps, _ in held:
                if self.known(other) >= least and self._analyzer.stem(other) != stem:
                    # The first letter is seldom the wrong one.
                    likely = math.log1p(self.known(other)) * 0.45 ** (steps - 1) * (1 if other[0] == word[0] else 0.4)
                    found.append((other, likely))
        found.sort(key=lambda each: (-each[1], each[0]))
        return [(other, likely / found[0][1]) for other, likely in found[:3] if likely >= found[0][1] / 2]

    def _count(self, word: str, count: int) -> None:
        if word not in self._counts and len(word) >= 3:
            self._by_length[len(word)].append(word)
        self._counts[word] += count
        self._stems[self._analyzer.stem(word)] += count


class Understanding:
    """Reads queries in the light of one shop's lexicon and the word lists."""

    def __init__(self, lexicon: Lexicon, analyzer: Analyzer) -> None:
        self.lexicon = lexicon
        self._analyzer = analyzer
        self._phrases: dict[tuple[str, ...], list[tuple[list[str], float]]] = defaultdict(list)
        words = analyzer.words
        self._function = frozenset(term for word in words.function for term in analyzer.terms(word))
        for group in words.synonyms:
            for said in group:
                for other in group:
                    if other != said:
                        self._learn(said, other, _SYNONYM)
        for wide, narrow in words.umbrellas.items():
            for other in narrow:
                self._learn(wide, other, _NARROWER)

    def read(self, text: str) -> Understood:
        """What this query asks for."""
        folded = plain(text)
        said = self._analyzer.terms(text)
        weights = dict.fromkeys(said, 1.0)
        if len(weights) > _TALK:
            meant = Counter(term for term in said if term not in self._function)
            weights = {term: 1 + math.log(count) for term, count in meant.items()} or weights
        said_once, talk = len(weights), len(set(said)) > _TALK
        words = [piece for piece in pieces(folded) if piece.is_word]
        mended: list[tuple[int, int, str]] = []
        unknown: list[str] = []
        for piece in words:
            if self._analyzer.stem(piece.text) in self._function:
                continue
            mend = self._word(piece.text, weights)
            if mend:
                mended.append((piece.start, piece.end, mend))
            elif not self.lexicon.known(piece.text):
                unknown.append(piece.text)
        for one, other in pairwise(words):
            joined = one.text + other.text
            if len(joined) > 4 and self.lexicon.count(joined) >= 3:
                _add(weights, [self._analyzer.stem(joined)], _JOINED)
        for size in range(1, _LONGEST_PHRASE + 1):
            for at in range(len(said) - size + 1):
                for terms, weight in self._phrases.get(tuple(said[at : at + size]), ()):
                    _add(weights, terms, weight)
        # The sum over a talk's terms grows with each word; the likeness in meaning, which it is added to, does not.
        even = _TALK / max(_TALK, said_once)
        weights = {term: even * weight for term, weight in weights.items()}
        return Understood(
            weights=weights, text=_with(folded, mended) if mended else text, talk=talk, unknown=tuple(unknown)
        )

    def _word(self, word: str, weights: dict[str, float]) -> str | None:
        """Adds what this word may stand for. Returns what it must stand for, where the shop does not know it."""
        unknown = self.lexicon.known(word) == 0
        slips = self.lexicon.slips(word)
        for other, likely in slips:
            _add(weights, [self._analyzer.stem(other)], likely * (_SLIP if unknown else _PERHAPS_SLIP))
        parts = self.lexicon.split(word)
        if parts:
            stems = [self._analyzer.stem(part) for part in parts]
            _add(weights, stems, _SPLIT if unknown else _PERHAPS_SPLIT)
        if not unknown:
            return None
        return slips[0][0] if slips else " ".join(parts) if parts else None

    def _learn(self, said: str, other: str, weight: float) -> None:
        key = tuple(self._analyzer.terms(said))
        if 0 < len(key) <= _LONGEST_PHRASE:
            self._phrases[key].append((self._analyzer.terms(other), weight))


def _add(weights: dict[str, float], terms: Iterable[str], weight: float) -> None:
    for term in terms:
        weights[term] = max(weights.get(term, 0.0), weight)


def _with(text: str, mended: Iterable[tuple[int, int, str]]) -> str:
    for start, end, word in sorted(mended, reverse=True):
        text = text[:start] + word + text[end:]
    return text
