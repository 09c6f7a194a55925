"""Which of a product's texts answer a question, and whether any does. Knows nothing of indexes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.knowledge.passage import Kind, Language
from retrieval.knowledge.recall import Recalled
from retrieval.knowledge.sentences import language_of
from retrieval.knowledge.signs import Asked, Near, Told, Weights, signs
from retrieval.knowledge.support import Supports, Verdict
from retrieval.knowledge.terms import Terms

_FLAT = Weights(texts=1000, having={}, mean_terms=18.0)
"""A product has too few texts to tell from them how telling a word is, so that all words weigh alike. Cross-validated
P@1 with the counts of 4,000 texts of many products .73, with those of ten texts of one .716, alike .723."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence or two of a product's; `heading`: of an answer, the question that it was given to."""

    text: str
    kind: Kind
    heading: str = ""


def judged(
    question: str, title: str, units: Sequence[Unit], terms: Terms, recalled: Recalled, supports: Supports
) -> Verdict:
    """How likely each of these units (one or more) answers a question about the product of this title, and whether any
    is support enough. Raises EmbedderError."""
    spoken = language_of(question)
    written: frozenset[Language] = frozenset(language_of(unit.text) for unit in units)
    languages = (spoken,) if spoken in written else (spoken, *written)
    support = supports.of("product", recalled.embedder.name, *languages)
    return support.judged(question, rows(question, title, units, terms, recalled if support.languages else None))


def rows(
    question: str, title: str, units: Sequence[Unit], terms: Terms, recalled: Recalled | None
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The signs of every unit; without `recalled`, those of words alone."""
    asked = Asked.of(question, title, terms)
    nears = _nears(question, title, units, recalled) if recalled else [None] * len(units)
    told = [Told.of(unit.heading, unit.text, unit.kind, terms) for unit in units]
    return np.array([signs(asked, each, _FLAT, near) for each, near in zip(told, nears, strict=True)])


def _nears(question: str, title: str, units: Sequence[Unit], recalled: Recalled) -> list[Near]:
    texts = [unit.text for unit in units]
    headed = [unit for unit in units if unit.heading]
    headings = [unit.heading for unit in headed]
    wholes = [f"{unit.heading} {unit.text}" for unit in headed]
    held = recalled.vectors([title, *texts, *headings, *wholes])
    asked, named = recalled.question(question), held[0]
    near: list[float] = (held[1:] @ asked).tolist()
    to_title: list[float] = (held[1 : 1 + len(texts)] @ named).tolist()
    topic = float(asked @ named)
    behind = iter(zip(near[len(texts) : len(texts) + len(headed)], near[len(texts) + len(headed) :], strict=True))
    found: list[Near] = []
    for at, unit in enumerate(units):
        heading, whole = next(behind) if unit.heading else (0.0, near[at])
        found.append(Near(near[at], heading, whole, to_title[at], topic))
    return found
