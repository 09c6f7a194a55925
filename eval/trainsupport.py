"""`train-support`: how likely a text answers, and whether any does, learnt from judged questions; and how well it does
on products, or questions, that it never saw.

Two steps: a logistic model over the signs of a text; and, over what that says of all texts of a question when it was
learnt from other ones, another that tells whether any answers, with the bound below which nothing is said to. Knows
nothing of how signs are made.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.abstention import Answer, abstention, f1, false_abstentions
from eval.errors import DatasetError
from eval.evidence import Question, average_precision, read_questions
from eval.intent import logistic
from eval.policy import Policy, read_policy
from eval.results import Figure, Results, figure, machine
from retrieval.embed import open_embedder
from retrieval.knowledge.evidence import rows as evidence_rows
from retrieval.knowledge.recall import Recalled
from retrieval.knowledge.sentences import language_of
from retrieval.knowledge.signs import DENSE, NAMES
from retrieval.knowledge.support import WHOLE, WORDS, Logistic, Support, Supports, whole_row
from retrieval.knowledge.terms import Terms
from retrieval.lexical import Analyzer
from retrieval.words import read_words

_RIDGE = 10.0
_FOLDS = 10
_MOST_SILENT = 0.08
"""The share of answerable questions that the bound may leave unanswered among those it is chosen from."""

Floats = NDArray[np.float64]
Say = Callable[[str], None]

_PRODUCT_SIGNS = frozenset(NAMES)
_PAGE_SIGNS = frozenset(
    {"near", "near_heading", "near_whole", "nearest", "bm25", "covered", "covered_text", "covered_heading", "pairs"}
    | {"has_figure", "lacks_figure"}
)
"""A page has no reviews and few questions are there to learn from, so that only these count."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The signs of all texts of one question, which of them answer, and what the question must not be parted from."""

    question: str
    group: str
    rows: Floats
    right: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Which signs count, which figures of WHOLE, and for which languages the result holds (none: words alone)."""

    signs: frozenset[str]
    whole: frozenset[str]
    languages: tuple[str, ...]


def trained(
    passages: Path, policies: Sequence[tuple[Path, Path]], *, embedder: str, languages: Sequence[str], say: Say
) -> tuple[Supports, Results]:
    """For this embedder in these languages, and by words alone; the figures, an arm for each, are cross-validated.
    Raises DatasetError, PassagesError, EmbedderError."""
    held, terms = open_embedder(embedder, threads=1), Terms(Analyzer(read_words()))
    recalled = Recalled(held)
    questions = read_questions(passages)
    read = [read_policy(key, folder, held, terms) for key, folder in policies]
    held_by: dict[str, dict[str, Support]] = {"page": {}, "product": {}}
    arms: dict[str, dict[str, Figure]] = {}
    for name, seen, spoken in ((embedder, recalled, tuple(languages)), (WORDS, None, ("en", "zh"))):
        for subject, judged, signs, whole in (
            ("product", of_products(questions, terms, seen), _PRODUCT_SIGNS, frozenset(WHOLE)),
            ("page", of_pages(read, seen, spoken), _PAGE_SIGNS, frozenset({"best"})),
        ):
            say(f"{subject}, {name or 'words alone'}: {len(judged)} questions")
            recipe = Recipe(signs if seen else signs - DENSE, whole, spoken if seen else ())
            held_by[subject][name] = learnt(judged, recipe)
            arms[f"{subject} {name or 'words'}"] = cross_validated(judged, recipe)
    results = Results(command="train-support", data=passages.parent.name, model=embedder, machine=machine(), arms=arms)
    return Supports.model_validate(held_by), results


def of_products(questions: Sequence[Question], terms: Terms, recalled: Recalled | None) -> list[Judged]:
    """Product questions; without `recalled` by words alone."""
    return [
        Judged(
            each.question,
            each.item_id,
            evidence_rows(each.question, each.item_title, [one.unit for one in each.candidates], terms, recalled),
            np.array(each.right),
        )
        for each in questions
    ]


def of_pages(policies: Sequence[Policy], recalled: Recalled | None, languages: Sequence[str]) -> list[Judged]:
    """Questions to pages in these languages."""
    found: list[Judged] = []
    for policy in policies:
        for each in policy.key:
            spoken = language_of(each.question)
            if spoken in languages:
                vector = recalled.question(each.question) if recalled else None
                numbers, rows = policy.pages.rows(each.question, spoken, vector)
                right = np.array([each.right(policy.pages.held.passages[number]) for number in numbers])
                found.append(Judged(each.question, each.id, rows, right))
    return found


def learnt(judged: Sequence[Judged], recipe: Recipe) -> Support:
    """Raises DatasetError where there is nothing to tell apart."""
    answerable = np.array([each.right.any() for each in judged])
    if answerable.all() or not answerable.any():
        fix = "Give questions that can be answered and some that cannot."
        raise DatasetError("All questions can be answered, or none.", fix=fix)
    text = _text(judged, recipe)
    apart: list[Floats] = [np.zeros(0)] * len(judged)
    for inside, outside in _folds(judged, 5, seed=1):
        part = _text([judged[at] for at in inside], recipe)
        for at in outside:
            apart[at] = part.chances(judged[at].rows, NAMES)
    rows = np.array([whole_row(each.question, scores) for each, scores in zip(judged, apart, strict=True)])
    whole = _logistic(rows, answerable, WHOLE, recipe.whole)
    least = _bound(whole.chances(rows, WHOLE), answerable)
    return Support.model_validate({"text": text, "whole": whole, "least": least, "languages": recipe.languages})


def cross_validated(judged: Sequence[Judged], recipe: Recipe) -> dict[str, Figure]:
    """`p@1`, `map` and abstention's figures, every question told by what was learnt from other groups."""
    firsts: list[float] = []
    precisions: list[float] = []
    answers: list[Answer] = []
    for inside, outside in _folds(judged, _FOLDS, seed=0):
        support = learnt([judged[at] for at in inside], recipe)
        for each in (judged[at] for at in outside):
            verdict = support.judged(each.question, each.rows)
            order = [bool(each.right[at]) for at in np.argsort(-verdict.scores, kind="stable")]
            answers.append(Answer(answerable=any(order), answered=verdict.supported))
            if any(order):
                firsts.append(float(order[0]))
                precisions.append(average_precision(order))
    return {"p@1": figure(firsts), "map": figure(precisions)} | abstention(answers)


def _text(judged: Sequence[Judged], recipe: Recipe) -> Logistic:
    rows = np.concatenate([each.rows for each in judged])
    right = np.concatenate([each.right for each in judged])
    return _logistic(rows, right, NAMES, recipe.signs)


def _logistic(rows: Floats, right: NDArray[np.bool_], names: Sequence[str], counted: frozenset[str]) -> Logistic:
    places = [at for at, name in enumerate(names) if name in counted]
    *weights, bias = logistic(rows[:, places], right.astype(np.float64), _RIDGE).tolist()
    told = {names[at]: round(weight, 4) for at, weight in zip(places, weights, strict=True)}
    return Logistic(weights=told, bias=round(bias, 4))


def _bound(chances: Floats, answerable: NDArray[np.bool_]) -> float:
    """The bound with the best F1 of abstention among those that leave few answerable questions unanswered."""
    best, found = -1.0, 0.0
    for bound in np.unique(chances):
        codes = 2.0 * answerable + (chances >= bound)
        if false_abstentions(codes) <= _MOST_SILENT and f1(codes) > best:
            best, found = f1(codes), float(bound)
    return round(found, 4)


def _folds(judged: Sequence[Judged], count: int, *, seed: int) -> list[tuple[list[int], list[int]]]:
    """Numbers inside and outside of each part; a group is never parted."""
    groups = sorted({each.group for each in judged})
    places = np.random.default_rng(seed).permutation(len(groups)) % count
    part = dict(zip(groups, places.tolist(), strict=True))
    numbers = range(len(judged))
    return [
        (
            [at for at in numbers if part[judged[at].group] != fold],
            [at for at in numbers if part[judged[at].group] == fold],
        )
        for fold in range(min(count, len(groups)))
    ]
