"""Questions to a shop's pages: is the passage that is cited first the one that answers, and is nothing cited where none
does?

A key is JSON Lines of `{id, question, says}`: one of `says` must be in the cited passage or its headings; with none the
pages do not say. Knows nothing of products.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ValidationError

from eval.abstention import Answer, abstention
from eval.datasets import lines
from eval.errors import DatasetError
from eval.results import Figure, figure
from retrieval.embed import Embedder
from retrieval.knowledge.pages import Pages, headed, page_set
from retrieval.knowledge.passage import Passage
from retrieval.knowledge.reader import read_pages
from retrieval.knowledge.sentences import language_of
from retrieval.knowledge.signs import NAMES
from retrieval.knowledge.support import Supports
from retrieval.knowledge.terms import Terms


class Asked(BaseModel, frozen=True, extra="forbid"):
    """A question, and what must be in a passage that is cited for it."""

    id: str
    question: str
    says: tuple[str, ...]

    def right(self, passage: Passage) -> bool:
        """Does this passage answer?"""
        text = f"{headed(passage)}\n{passage.text}"
        return any(words in text for words in self.says)


@dataclass(frozen=True, slots=True)
class Policy:
    """Pages and a key to them."""

    name: str
    """The key's file, without its ending."""
    pages: Pages
    key: tuple[Asked, ...]


def read_policy(key: Path, folder: Path, embedder: Embedder, terms: Terms) -> Policy:
    """Raises DatasetError, PassagesError, EmbedderError; also where what must be cited is nowhere in the pages."""
    asked = _read_key(key)
    passages = [each for each in read_pages(folder) if isinstance(each, Passage)]
    for each in asked:
        if each.says and not any(map(each.right, passages)):
            raise DatasetError(f"{key}: {each.id}: no passage of {folder} says it.", fix="Write it as the page does.")
    return Policy(key.stem, Pages(page_set(passages, embedder), terms), asked)


def measured(policy: Policy, embedder: Embedder, supports: Supports) -> dict[str, dict[str, Figure]]:
    """Figures by arm, each named after the key: `p@1` of the passage that is cited, where one should be (a question
    that production does not answer counts as wrong); abstention's of production."""
    arms: dict[str, Callable[[str], Passage | None]] = {
        "bm25": lambda question: _best(policy.pages, question, None, "bm25"),
        "dense": lambda question: _best(policy.pages, question, embedder, "near_whole"),
    }
    found: dict[str, dict[str, Figure]] = {}
    answerable = [each for each in policy.key if each.says]
    cited = {each.id: policy.pages.answers(each.question, embedder, supports, 1) for each in policy.key}
    for name, arm in arms.items():
        found[name] = _p1(policy.name, [(each, arm(each.question)) for each in answerable])
    told = [(each, cited[each.id][0].passage if cited[each.id] else None) for each in answerable]
    found["production"] = _p1(policy.name, told)
    answers = [Answer(answerable=bool(each.says), answered=bool(cited[each.id])) for each in policy.key]
    found["production"] |= {f"{policy.name}_{name}": held for name, held in abstention(answers).items()}
    return found


def _p1(name: str, told: Sequence[tuple[Asked, Passage | None]]) -> dict[str, Figure]:
    if not told:
        return {}
    return {f"{name}_p@1": figure([float(passage is not None and each.right(passage)) for each, passage in told])}


def _best(pages: Pages, question: str, embedder: Embedder | None, sign: str) -> Passage | None:
    vector = embedder.embed_query(question) if embedder else None
    numbers, rows = pages.rows(question, language_of(question), vector)
    return pages.held.passages[numbers[int(np.argmax(rows[:, NAMES.index(sign)]))]] if numbers else None


def _read_key(path: Path) -> tuple[Asked, ...]:
    found: list[Asked] = []
    with lines(path) as numbered:
        for number, line in numbered:
            try:
                found.append(Asked.model_validate_json(line))
            except ValidationError as error:
                first = error.errors(include_url=False)[0]
                what = f"{'.'.join(map(str, first['loc']))} {first['msg']}".strip()
                raise DatasetError(f"{path}, line {number}: {what}.", fix="Write {id, question, says: []}.") from error
    if not found:
        raise DatasetError(f"{path} has no question.", fix="Give a key of questions.")
    return tuple(found)
