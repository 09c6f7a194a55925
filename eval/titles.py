"""The baseline of `eval dialogue`: plain BM25 over the titles of one shop, asked with every word that was typed, once.

Knows nothing of targets or metrics.
"""

import math
from collections.abc import Iterable, Sequence

from eval.dialogues import Dialogue
from retrieval.lexical import Analyzer
from retrieval.product import Product
from retrieval.words import read_words

_K, _B = 1.5, 0.75


class Titles:
    """The titles of one shop."""

    def __init__(self, products: Sequence[Product]) -> None:
        self._analyzer = Analyzer(read_words())
        self._held = {product.id: self._analyzer.terms(product.title) for product in products}
        self._mean = sum(map(len, self._held.values())) / len(self._held)
        self._in: dict[str, int] = {}
        for terms in self._held.values():
            for term in set(terms):
                self._in[term] = self._in.get(term, 0) + 1

    def rankings(self, dialogue: Dialogue) -> list[tuple[str, ...]]:
        """After each message: the products that share a word with all messages so far, best first."""
        texts = [turn.text for turn in dialogue.asked]
        return [self.ranking(" ".join(texts[: count + 1])) for count in range(len(texts))]

    def ranking(self, text: str) -> tuple[str, ...]:
        asked = dict.fromkeys(self._analyzer.terms(text))
        scores = {id: self._score(asked, terms) for id, terms in self._held.items()}
        return tuple(sorted((id for id in scores if scores[id] > 0), key=lambda id: -scores[id]))

    def _score(self, asked: Iterable[str], terms: Sequence[str]) -> float:
        total, length = 0.0, _K * (1 - _B + _B * len(terms) / self._mean)
        for term in asked:
            if count := terms.count(term):
                rare = math.log(1 + (len(self._held) - self._in[term] + 0.5) / (self._in[term] + 0.5))
                total += rare * count * (_K + 1) / (count + length)
        return total
