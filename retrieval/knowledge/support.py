"""Support: how likely it is that a text answers a question, and whether anything of what was found does. Logistic
models over signs, with their weights in `support.json`; `python -m eval train-support` learns them.

An embedder has a model of its own, for the languages it was learnt in; anything else is judged by words alone. Knows
nothing of how signs are made.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, ValidationError

from retrieval.knowledge.passage import Language
from retrieval.knowledge.signs import DENSE, NAMES
from retrieval.query import PassagesError

FILE = Path(__file__).parent / "support.json"
WORDS = ""
"""The name of the models that go by words alone."""
WHOLE = ("best", "best_three", "serves")

_COVERED = NAMES.index("covered")

Subject = Literal["page", "product"]
Floats = NDArray[np.float64]

# A question about an order or a purchase: what is said of a product seldom answers it.
_SERVICE = re.compile(
    r"\b(?:orders?|ship\w*|send|refund|returns?|replacement|package|seller|sell|buy|warranty|price|cost|sample|deliver\w*)\b"
    r"|订单|发货|退款|退货|换货|快递|保修|价格|优惠|多少钱"
)


class Logistic(BaseModel, frozen=True, extra="forbid"):
    """Weights by name; what has none does not count."""

    weights: Mapping[str, float]
    bias: float

    def chances(self, rows: Floats, names: Sequence[str]) -> Floats:
        """Of rows of figures in the order of `names`."""
        weights = np.array([self.weights.get(name, 0.0) for name in names])
        return 1 / (1 + np.exp(-np.clip(rows @ weights + self.bias, -30, 30)))


class Support(BaseModel, frozen=True, extra="forbid"):
    """What is learnt for one embedder and for one kind of text."""

    text: Logistic
    """Over signs: does this text answer?"""
    whole: Logistic
    """Over WHOLE: does any?"""
    least: Annotated[float, Field(ge=0, le=1)]
    """Below it, of `whole`, nothing is supported."""
    languages: tuple[Language, ...] = ()
    """In which its embedder was judged; none: it goes by words."""

    def judged(self, question: str, rows: Floats) -> "Verdict":
        """`rows`: the signs of every text, one or more."""
        scores = self.text.chances(rows, NAMES)
        if not self.languages:
            scores = np.where(
                rows[:, _COVERED] > 0, scores, 0.0
            )  # by words alone, a text that shares none says nothing
        chance = float(self.whole.chances(whole_row(question, scores)[None], WHOLE)[0])
        return Verdict(scores, chance, chance >= self.least and float(scores.max()) > 0)


class Verdict:
    """What a question comes to over some texts."""

    __slots__ = ("chance", "scores", "supported")

    def __init__(self, scores: Floats, chance: float, supported: bool) -> None:
        self.scores = scores
        """By text: how likely it is that it answers."""
        self.chance = chance
        self.supported = supported


class Supports(BaseModel, frozen=True, extra="forbid"):
    """All that is learnt: by kind of text, then by embedder."""

    page: Mapping[str, Support]
    product: Mapping[str, Support]

    def of(self, subject: Subject, embedder: str, *languages: Language) -> Support:
        """The one for this embedder, where it was judged in all of these languages; else that of words alone."""
        held = self.page if subject == "page" else self.product
        support = held.get(embedder)
        return support if support and set(languages) <= set(support.languages) else held[WORDS]


def whole_row(question: str, scores: Floats) -> Floats:
    """The figures of WHOLE: the log-odds of the best text, the mean of the best three, whether it is about service."""
    best = np.sort(scores)[::-1][:3]
    top = min(max(float(best[0]), 1e-6), 1 - 1e-6)
    return np.array([np.log(top / (1 - top)), best.mean(), float(bool(_SERVICE.search(question.lower())))])


def usable(name: str, *, dense: bool) -> bool:
    """May a model with or without an embedder use this sign?"""
    return dense or name not in DENSE


@cache
def shipped() -> Supports:
    """Those that come with Floorwalker. Raises PassagesError."""
    return read_supports(FILE)


def read_supports(path: Path) -> Supports:
    """Raises PassagesError."""
    fix = "Learn them again: python -m eval train-support."
    try:
        return Supports.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise PassagesError(f"{path} cannot be read: {error}.", fix=fix) from error
