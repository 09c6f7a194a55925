"""A ranker learnt from what shoppers did: LightGBM's LambdaMART over the features, every score explained exactly.

It orders for shoppers who browse. Where there are words, or an order that the shopper asked for, it leaves the order to
the linear ranker: logs of visits say nothing of how well a text fits words, and no tree promises that words outweigh
the session. The parts of a score are TreeSHAP's, with a `base` that all candidates share; they add up to the score. No
feature may count against its own direction, so that what a reason names did speak for the product.

A file holds one line of JSON (Header), then LightGBM's own text. LightGBM is imported here alone, when a ranker is
loaded or fitted. Knows nothing of logs, and nothing of where rows to learn from come from.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, ValidationError

from retrieval.embed import Vectors
from retrieval.features import NAMES, Feature, Found, features
from retrieval.query import Contribution, Hit, RankContext, RankerError
from retrieval.rank import BROWSING, LinearRanker, Ranker, ordered

Rows = NDArray[np.float64]
"""Candidates down, features across in the order of NAMES."""

_AGAINST = ("dissimilar", "owned")
_ROUNDS, _PATIENCE = 60, 15
_SETTINGS: Mapping[str, Any] = {
    "objective": "lambdarank",
    "metric": "ndcg",
    "eval_at": [20],
    "lambdarank_truncation_level": 30,
    "learning_rate": 0.1,
    "num_leaves": 8,
    "max_depth": 4,
    "min_data_in_leaf": 40,
    "monotone_constraints": [-1 if name in _AGAINST else 1 for name in NAMES],
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
"""Small trees: with what is at hand of logs, larger ones learnt no more, and each split costs time in every answer."""
_FIX = "Make it anew with `python -m eval train-ranker`."


class Header(BaseModel, frozen=True, extra="forbid"):
    """What a file says of itself."""

    floorwalker_ranker: Literal[1] = 1
    """The version of this format."""
    features: tuple[str, ...]
    scale: float = Field(gt=0, allow_inf_nan=False)
    """Scores are multiplied by it, so that they lie as far apart as the linear ranker's: what a look-alike loses, and
    what is too little for a reason, then mean the same."""
    sha256: str
    """Of the text that follows."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The candidates of one moment, and how right each would have been."""

    rows: Rows
    grades: NDArray[np.intp]
    """0 is worst; at most 30."""


class LambdaRanker:
    """Trees where the shopper browses, a weighted sum elsewhere."""

    def __init__(self, text: str, scale: float, *, linear: LinearRanker | None = None, diversity: float = 0.15) -> None:
        """`text`: LightGBM's. `linear`: for words. `diversity`: as LinearRanker's. Raises RankerError."""
        lightgbm = _lightgbm()
        try:
            self._trees = lightgbm.Booster(model_str=text)
        except lightgbm.basic.LightGBMError as error:
            raise RankerError(f"LightGBM cannot read the ranker: {error}.", fix=_FIX) from error
        self._text = text
        self._arm = f"lambdamart-{_digest(text)[:8]}"
        self._scale = scale
        self._linear = linear or LinearRanker()
        self._diversity = diversity

    @classmethod
    def load(cls, path: Path) -> "LambdaRanker":
        """Raises RankerError."""
        try:
            first, _, text = path.read_text("utf-8").partition("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise RankerError(f"The ranker {path} cannot be read: {error}.", fix=_FIX) from error
        try:
            header = Header.model_validate_json(first)
        except ValidationError as error:
            raise RankerError(f"{path} is no ranker of this version.", fix=_FIX) from error
        if header.features != NAMES:
            strange = ", ".join(sorted(set(header.features) ^ set(NAMES))) or "their order"
            raise RankerError(f"The ranker {path} was learnt from other features: {strange}.", fix=_FIX)
        if header.sha256 != _digest(text):
            raise RankerError(f"The ranker {path} is not whole, or was changed.", fix=_FIX)
        return cls(text, header.scale)

    def save(self, path: Path) -> None:
        """Raises RankerError."""
        header = Header(features=NAMES, scale=self._scale, sha256=_digest(self._text))
        try:
            path.write_text(f"{header.model_dump_json()}\n{self._text}", "utf-8")
        except OSError as error:
            raise RankerError(f"The ranker cannot be written: {error}.", fix="Give a file that can.") from error

    def rank(
        self, candidates: Sequence[Found], context: RankContext, anchors: Mapping[str, Vectors], *, has_words: bool
    ) -> tuple[Hit, ...]:
        if has_words or context.prefer:
            return self._linear.rank(candidates, context, anchors, has_words=has_words)
        if not candidates:
            return ()
        table = features(candidates, context, anchors, has_words=False)

        def parts(places: Sequence[int]) -> list[list[Contribution]]:
            shares = self._shares(table.values[places])
            return [_told(table.row(at), held) for at, held in zip(places, shares.tolist(), strict=True)]

        scores = self.scores(table.values)
        return ordered(table, scores, parts, context, has_words=False, diversity=self._diversity)

    def arm(self, context: RankContext, *, has_words: bool) -> str:
        """As Ranker: another for each learnt ranker, and the linear one's where that one ranks."""
        return self._linear.arm(context, has_words=has_words) if has_words or context.prefer else self._arm

    def _shares(self, rows: Rows) -> Rows:
        """What each feature adds to the scores, and last the base that they share."""
        return np.asarray(self._trees.predict(rows, pred_contrib=True, num_threads=1) * self._scale, dtype=np.float64)

    def scores(self, rows: Rows) -> NDArray[np.float64]:
        """What the candidates would score."""
        return np.asarray(self._trees.predict(rows, num_threads=1) * self._scale, dtype=np.float64)


def linear_scores(rows: Rows) -> NDArray[np.float64]:
    """What the linear ranker would give to shoppers who browse."""
    weights = BROWSING.model_dump()
    return rows @ np.array([weights[name] for name in NAMES])


def fit(learnt: Sequence[Judged], checked: Sequence[Judged], *, seed: int = 0, threads: int = 1) -> LambdaRanker:
    """A ranker that puts what came next first. `checked` says when to stop. The same for the same input and seed.

    Raises RankerError where there is nothing to learn: moments count that have candidates of different grades.
    """
    learnt, checked = _telling(learnt), _telling(checked)
    if not learnt or not checked:
        raise RankerError(
            "There is nothing to learn a ranker from: in no moment does one candidate do better than another.",
            fix="Give a longer log.",
        )
    lightgbm = _lightgbm()
    settings = {**_SETTINGS, "seed": seed, "num_threads": threads}
    sets = [
        lightgbm.Dataset(
            np.concatenate([each.rows for each in held]),
            np.concatenate([each.grades for each in held]),
            group=[len(each.grades) for each in held],
            feature_name=list(NAMES),
            params=settings,
        )
        for held in (learnt, checked)
    ]
    patience = lightgbm.early_stopping(_PATIENCE, verbose=False)
    trees = lightgbm.train(settings, sets[0], _ROUNDS, valid_sets=[sets[1]], callbacks=[patience])
    text: str = trees.model_to_string(num_iteration=trees.best_iteration)
    bare = LambdaRanker(text, 1.0)
    apart = _spread_of(learnt, bare.scores)
    return LambdaRanker(text, _spread_of(learnt, linear_scores) / apart if apart else 1.0)


def _telling(held: Sequence[Judged]) -> list[Judged]:
    return [each for each in held if len(set(each.grades.tolist())) > 1]


def _spread_of(held: Sequence[Judged], scores: Any) -> float:
    return float(np.mean([np.std(scores(each.rows)) for each in held]))


def _told(row: Mapping[str, Feature], shares: Sequence[float]) -> list[Contribution]:
    *each, base = shares
    told = [
        Contribution(name=name, value=share, evidence=row[name].evidence if name in row else None)
        for name, share in zip(NAMES, each, strict=True)
        if share
    ]
    return [*told, Contribution(name="base", value=base)]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _lightgbm() -> Any:
    try:
        import lightgbm
    except (ImportError, OSError) as error:
        raise RankerError(
            f"LightGBM cannot be loaded: {error}.", fix="Install it: pip install 'floorwalker[rank]'."
        ) from error
    return lightgbm


if TYPE_CHECKING:
    _: type[Ranker] = LambdaRanker
