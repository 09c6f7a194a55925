"""Pages: all passages of a shop with their vectors, and which of them answer a question. Knows nothing of files."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np

from retrieval.embed import Embedder, Vectors
from retrieval.knowledge.passage import Language, Passage, PassageHit
from retrieval.knowledge.sentences import language_of, sentences
from retrieval.knowledge.signs import Asked, Near, Told, Weights, signs
from retrieval.knowledge.support import Supports
from retrieval.knowledge.terms import Terms

_LOOKED_AT = 60
"""Passages that meaning and words may each name for a closer look."""
_ALSO, _AGAINST = 0.5, 0.2
"""The share of the best one's score from which another passage comes back too, and from which one that says otherwise
does."""
_CHUNK = 256
_FIGURE = re.compile(
    r"(\d[\d,.]*)\s*(%|percent|days?|weeks?|months?|years?|hours?|minutes?|dollars?|usd|kg|天|日|周|个月|年|小时|分钟|个?工作日|美元|元|公斤)"
    r"|([$€£¥])\s?(\d[\d,.]*)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class PageSet:
    """Passages, and the vectors of their texts under headings, of their headings, of their sentences."""

    embedder: str
    passages: tuple[Passage, ...]
    whole: Vectors
    heading: Vectors
    said: Vectors
    """Of all sentences of all passages, one after another."""

    @cached_property
    def sentences(self) -> tuple[tuple[str, ...], ...]:
        """By passage."""
        return tuple(tuple(each.text for each in sentences(passage.text)) for passage in self.passages)

    @cached_property
    def starts(self) -> list[int]:
        """Where the sentences of each passage begin in `said`, and where the last ones end."""
        return list(accumulate((len(each) for each in self.sentences), initial=0))


def headed(passage: Passage) -> str:
    """The page's title and the headings of a passage."""
    return f"{passage.title} > {passage.heading}" if passage.heading else passage.title


def page_set(
    passages: Sequence[Passage], embedder: Embedder, on_progress: Callable[[int, int], None] = lambda done, of: None
) -> PageSet:
    """These passages with their vectors. `on_progress`: texts embedded, of how many. Raises EmbedderError."""
    bare = PageSet(embedder.name, tuple(passages), *[np.zeros((0, 0), np.float32)] * 3)
    texts = [f"{headed(each)}. {each.text}" for each in passages] + [headed(each) for each in passages]
    texts += [text for held in bare.sentences for text in held]
    different = list(dict.fromkeys(texts))
    vectors: dict[str, Vectors] = {}
    for start in range(0, len(different), _CHUNK):
        chunk = different[start : start + _CHUNK]
        vectors |= zip(chunk, embedder.embed_documents(chunk), strict=True)
        on_progress(len(vectors), len(different))
    held = np.stack([vectors[text] for text in texts]) if texts else np.zeros((0, embedder.dimensions), np.float32)
    count = len(passages)
    return PageSet(embedder.name, tuple(passages), held[:count], held[count : 2 * count], held[2 * count :])


class Pages:
    """Passages to ask. Not for two threads at once."""

    def __init__(self, held: PageSet, terms: Terms) -> None:
        self.held = held
        self._terms = terms
        self._told = [Told.of(headed(each), each.text, "page", terms) for each in held.passages]
        self._of: dict[Language, list[int]] = defaultdict(list)
        for number, passage in enumerate(held.passages):
            self._of[passage.language].append(number)
        self._weights = {
            language: Weights.of([self._told[number] for number in numbers]) for language, numbers in self._of.items()
        }
        self._having: dict[str, list[int]] = defaultdict(list)
        for number, told in enumerate(self._told):
            for term in told.counts:
                self._having[term].append(number)

    def answers(self, question: str, embedder: Embedder, supports: Supports, limit: int) -> tuple[PassageHit, ...]:
        """The passages that support an answer, best first; another one of a page that says otherwise is among them.
        Those of the question's language, if there is any, else of the other. Raises EmbedderError."""
        spoken = language_of(question)
        language = spoken
        if spoken not in self._of and self._of:
            language = next(iter(self._of))
        support = supports.of("page", embedder.name, spoken, language)
        vector = embedder.embed_query(question) if support.languages else None
        numbers, found = self.rows(question, language, vector)
        if not numbers:
            return ()
        verdict = support.judged(question, found)
        if not verdict.supported:
            return ()
        order: list[int] = np.argsort(-verdict.scores, kind="stable").tolist()
        hits = [
            PassageHit(
                passage=self.held.passages[numbers[at]],
                sentence=self._sentence(question, numbers[at], vector),
                score=float(verdict.scores[at]),
            )
            for at in order[: limit * 4]
        ]
        first = hits[0]
        kept = [each for each in hits[1:] if _comes_too(each, first)]
        return (first, *kept)[:limit]

    def rows(
        self, question: str, language: Language, vector: Vectors | None
    ) -> tuple[list[int], np.ndarray[tuple[int, int], np.dtype[np.float64]]]:
        """The passages of this language that are worth a closer look, and their signs; without the question's vector
        those of words alone."""
        asked = Asked.of(question, "", self._terms)
        weights = self._weights.get(language) or Weights(0, {}, 1.0)
        numbers = self._looked_at(asked, language, weights, vector)
        if vector is None:
            nears: list[Near | None] = [None] * len(numbers)
        else:
            nears = [self._near(number, vector) for number in numbers]
        found = [signs(asked, self._told[at], weights, near) for at, near in zip(numbers, nears, strict=True)]
        return numbers, np.array(found)

    def _looked_at(self, asked: Asked, language: Language, weights: Weights, vector: Vectors | None) -> list[int]:
        numbers = self._of.get(language, [])
        if len(numbers) <= _LOOKED_AT:
            return numbers
        shared: dict[int, float] = defaultdict(float)
        for term in asked.telling:
            for number in self._having.get(term, ()):
                shared[number] += weights.idf(term)
        allowed = set(numbers)
        named = sorted((number for number in shared if number in allowed), key=lambda number: (-shared[number], number))
        chosen = dict.fromkeys(named[:_LOOKED_AT])
        if vector is not None:
            near = self.held.whole[numbers] @ vector
            best: list[int] = np.argsort(-near, kind="stable")[:_LOOKED_AT].tolist()
            chosen |= dict.fromkeys(numbers[at] for at in best)
        return list(chosen)

    def _near(self, number: int, vector: Vectors) -> Near:
        held = self.held
        said = held.said[held.starts[number] : held.starts[number + 1]]
        text = float((said @ vector).max()) if len(said) else 0.0
        return Near(text, float(held.heading[number] @ vector), float(held.whole[number] @ vector), 0.0, 0.0)

    def _sentence(self, question: str, number: int, vector: Vectors | None) -> str:
        """The sentence of a passage that answers best, with the next one where it is short."""
        texts = self.held.sentences[number]
        asked = Asked.of(question, "", self._terms)
        weights = self._weights[self.held.passages[number].language]
        starts = self.held.starts[number]

        def score(at: int) -> float:
            there = set(self._terms.of(texts[at]))
            shared = sum(weights.idf(term) for term in asked.telling if term in there)
            near = float(self.held.said[starts + at] @ vector) if vector is not None else 0.0
            return near + shared / (sum(map(weights.idf, asked.telling)) or 1.0)

        best = max(range(len(texts)), key=lambda at: (score(at), -at))
        return texts[best]


def contradict(one: str, other: str) -> bool:
    """Do two texts give figures of one unit that differ?"""
    mine, theirs = _figures(one), _figures(other)
    return any(mine[unit].isdisjoint(theirs[unit]) for unit in mine.keys() & theirs.keys())


def _comes_too(hit: PassageHit, first: PassageHit) -> bool:
    if hit.score >= _ALSO * first.score:
        return True
    elsewhere = hit.passage.source != first.passage.source
    return elsewhere and hit.score >= _AGAINST * first.score and contradict(hit.sentence, first.sentence)


def _figures(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for figure, unit, sign, amount in _FIGURE.findall(text):
        found[(unit or sign).lower().rstrip("s")].add((figure or amount).strip(".,"))
    return found
