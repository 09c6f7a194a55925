"""Signs: what speaks for a text as the answer to a question, as named figures. Pure.

Meaning (cosines, where an embedder knows the language), shared words by how telling they are, and whether the text has
what the question asks for: a yes or no, a figure. Knows nothing of weights, indexes or pages.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from retrieval.knowledge.passage import Kind
from retrieval.knowledge.terms import Terms

NAMES = (
    "near",
    "near_heading",
    "near_whole",
    "nearest",
    "near_title",
    "topic",
    "bm25",
    "covered",
    "covered_text",
    "covered_heading",
    "pairs",
    "says_yes_or_no",
    "has_figure",
    "lacks_figure",
    "unsure",
    "length",
    "fragment",
    "personal",
    "conditional",
    "review",
    "answer",
    "attribute",
    "attribute_for_figure",
    "attribute_for_yes",
    "asks_figure",
    "asks_yes",
    "words_asked",
)
"""In the order of the figures."""
DENSE = frozenset({"near", "near_heading", "near_whole", "nearest", "near_title", "topic"})
"""Those that need an embedder."""

_K1, _B = 0.9, 0.4
_YES_ASKED = re.compile(
    r"^\W*(?:\w+[ ,]+){0,3}?(?:is|are|does|do|can|will|would|was|has|have|did|could|should|am|may|must)\b"
    r"|吗|么[？?]|是不是|能不能|可不可以|可否|是否|有没有|会不会|要不要"
)
_OPEN = re.compile(r"^\W*(?:what|where|who|which|why|how|when)\b")
_FIGURE_ASKED = re.compile(
    r"\bhow (?:many|much|long|big|tall|wide|deep|heavy|high|large|thick|far|old|loud|often|fast|soon)\b|\bwhat time\b"
    r"|\b(?:size|dimensions?|measure\w*|weigh\w*|watt\w*|volt\w*|amps?|height|width|length|depth|diameter|capacity)\b"
    r"|多少|多久|多长|多大|多重|多高|多宽|几|什么时候|何时|尺寸|重量|容量"
)
_FIGURE = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|dozen|half|once|twice)\b|[一二两三四五六七八九十百半]"
)
_YES_SAID = re.compile(
    r"^\W*(?:yes|no|yeah|yep|nope|it does|it is|it will|it can|correct|sure|absolutely|not)\b"
    r"|^(?:是的|不是|可以|不可以|不能|能|会|不会|没有|有)"
)
_UNSURE = re.compile(
    r"\b(?:don'?t know|not sure|no idea|do not know|unsure|sorry|can'?t (?:say|tell)|contact|ask the|haven'?t|have not"
    r"|never (?:used|tried)|wondering)\b|\?|？|不知道|不清楚|不确定"
)
_PERSONAL = re.compile(r"\W*(?:i|we|my)\b")
_CONDITIONAL = re.compile(r"\W*(?:if|when)\b")
_KINDS: tuple[Kind, ...] = ("review", "answer", "attribute")
_FRAGMENT = 4


@dataclass(frozen=True, slots=True)
class Near:
    """Cosines between the question, the text, its heading, both in one, and the title of what it is about."""

    text: float
    heading: float
    whole: float
    title: float
    topic: float
    """Of the question to the title."""


@dataclass(frozen=True)
class Told:
    """A text with its heading, as terms."""

    heading: str
    text: str
    kind: Kind
    heading_terms: tuple[str, ...]
    text_terms: tuple[str, ...]

    @classmethod
    def of(cls, heading: str, text: str, kind: Kind, terms: Terms) -> "Told":
        return cls(heading, text, kind, terms.of(heading), terms.of(text))

    @cached_property
    def counts(self) -> Counter[str]:
        return Counter(self.heading_terms + self.text_terms)


@dataclass(frozen=True)
class Asked:
    """A question: all its terms, those that tell something, and what kind of answer it wants."""

    terms: tuple[str, ...]
    telling: tuple[str, ...]
    yes: bool
    figure: bool

    @classmethod
    def of(cls, question: str, title: str, terms: Terms) -> "Asked":
        """`title`: of what is asked about; its words tell nothing of which of its texts answers."""
        all_of_it = terms.of(question)
        different = tuple(dict.fromkeys(all_of_it))
        content = tuple(term for term in different if term not in terms.function) or different
        named = frozenset(terms.of(title))
        folded = question.lower()
        return cls(
            all_of_it,
            tuple(term for term in content if term not in named) or content,
            bool(_YES_ASKED.search(folded)) and not _OPEN.match(folded),
            bool(_FIGURE_ASKED.search(folded)),
        )


@dataclass(frozen=True)
class Weights:
    """How telling a term is among these texts, and how long they usually are."""

    texts: int
    having: Mapping[str, int]
    mean_terms: float

    @classmethod
    def of(cls, told: Sequence[Told]) -> "Weights":
        having = Counter(term for each in told for term in each.counts)
        terms = sum(len(each.text_terms) + len(each.heading_terms) for each in told)
        return cls(len(told), having, terms / max(1, len(told)))

    def idf(self, term: str) -> float:
        having = self.having.get(term, 0)
        return math.log(1 + (self.texts - having + 0.5) / (having + 0.5))


def signs(asked: Asked, told: Told, weights: Weights, near: Near | None) -> tuple[float, ...]:
    """The figures of NAMES; those of meaning are 0 without `near`."""
    folded = told.text.lower().strip()
    figure = bool(_FIGURE.search(folded))
    attribute = told.kind == "attribute"
    pairs = set(_pairs(asked.terms))
    there = set(_pairs(told.text_terms)) | set(_pairs(told.heading_terms))
    meaning = (
        (near.text, near.heading, near.whole, max(near.text, near.heading), near.title, near.topic)
        if near
        else (0.0,) * 6
    )
    words = (
        _bm25(asked.telling, told, weights) / 10,
        _covered(asked.telling, told.counts, weights),
        _covered(asked.telling, set(told.text_terms), weights),
        _covered(asked.telling, set(told.heading_terms), weights),
        len(pairs & there) / max(1, len(pairs)),
    )
    form = (
        asked.yes and bool(_YES_SAID.search(folded)),
        asked.figure and figure,
        asked.figure and not figure,
        bool(_UNSURE.search(folded)),
        math.log(1 + len(told.text_terms)),
        len(told.text_terms) < _FRAGMENT,
        bool(_PERSONAL.match(folded)),
        bool(_CONDITIONAL.match(folded)),
        *(told.kind == kind for kind in _KINDS),
        attribute and asked.figure,
        attribute and asked.yes,
        asked.figure,
        asked.yes,
        math.log(1 + len(asked.telling)),
    )
    return (*meaning, *words, *map(float, form))


def _covered(terms: Iterable[str], there: Iterable[str], weights: Weights) -> float:
    """The share of what the question says that the text says too."""
    held = frozenset(there)
    total = sum(map(weights.idf, terms))
    return sum(weights.idf(term) for term in terms if term in held) / total if total else 0.0


def _bm25(terms: Iterable[str], told: Told, weights: Weights) -> float:
    length = sum(told.counts.values())
    norm = _K1 * (1 - _B + _B * length / max(1.0, weights.mean_terms))
    return sum(
        weights.idf(term) * count * (_K1 + 1) / (count + norm) for term in terms if (count := told.counts.get(term, 0))
    )


def _pairs(terms: Sequence[str]) -> Iterable[tuple[str, str]]:
    return pairwise(terms)
