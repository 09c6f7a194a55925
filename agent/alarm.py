"""Alarm: does a message ask for a person, or is money, health, the law or somebody's patience at stake?

A linear classifier over hashed n-grams of characters and words, for the many ways in which people say it that no list
of patterns has. Its weights are data, `alarm.npz`, learnt by `python -m eval train-alarm`; it answers in well under a
millisecond. Knows nothing of conversations, or of what follows.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Literal, get_args
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from agent.lexicon import CJK, normal

Cause = Literal["person", "payment", "safety", "legal", "anger"]
CAUSES: tuple[Cause, ...] = get_args(Cause)
NONE = "none"
BINS = 1 << 15
"""Of the hash, a column of the weights each."""
MOST = 400
"""Characters that are read: who needs a person says so soon."""
_WORD = re.compile(rf"[{CJK}]|[a-z0-9']+")


class Alarm:
    """The weights: a row for each label, `none` last; and from which likelihood on each cause is heard."""

    def __init__(self, weights: NDArray[np.float32], bias: NDArray[np.float32], heard: Mapping[Cause, float]) -> None:
        """`weights`: shape (labels, BINS); `bias`: shape (labels,)."""
        self._weights = weights
        self._bias = bias
        self._heard = heard

    @classmethod
    def load(cls, path: Path) -> "Alarm":
        """Read what `save` wrote."""
        with np.load(path) as held:
            heard = {cause: float(least) for cause, least in zip(CAUSES, held["heard"], strict=True)}
            return cls(held["weights"].astype(np.float32), held["bias"].astype(np.float32), heard)

    def save(self, path: Path) -> None:
        """Write the weights as half floats."""
        heard = np.array([self._heard[cause] for cause in CAUSES], dtype=np.float32)
        np.savez_compressed(path, weights=self._weights.astype(np.float16), bias=self._bias, heard=heard)

    def likely(self, text: str) -> dict[str, float]:
        """By label, how likely it is; they add up to 1."""
        places, values = features(text)
        scores = self._weights[:, places] @ values + self._bias
        odds = np.exp(scores - scores.max())
        return dict(zip((*CAUSES, NONE), map(float, odds / odds.sum()), strict=True))

    def hears(self, text: str) -> frozenset[Cause]:
        """The causes that are likely enough."""
        likely = self.likely(text)
        return frozenset(cause for cause in CAUSES if likely[cause] >= self._heard[cause])


@cache
def alarm() -> Alarm:
    """The one that comes with the assistant."""
    return Alarm.load(Path(__file__).with_name("alarm.npz"))


def features(text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The bins that a text fills, and how much: shapes (n,) and (n,), of length 1."""
    counts = Counter(crc32(gram.encode("utf-8", "replace")) % BINS for gram in _grams(text))
    places = np.fromiter(counts, dtype=np.int64, count=len(counts))
    values = 1.0 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))
    length = float(np.linalg.norm(values)) or 1.0
    return places, (values / length).astype(np.float32)


def _grams(text: str) -> Iterator[str]:
    """Words alone and in pairs, and runs of two to five characters; of ideographs one to four."""
    plain = " ".join(normal(text).casefold().split())[:MOST]
    said = _WORD.findall(plain)
    yield from (f"w:{word}" for word in said)
    yield from (f"p:{first}_{second}" for first, second in zip(said, said[1:], strict=False))
    yield from (f"t:{'_'.join(said[at : at + 3])}" for at in range(len(said) - 2))
    padded = f" {plain} "
    for length in (2, 3, 4, 5):
        yield from (f"{length}:{padded[at : at + length]}" for at in range(len(padded) - length + 1))
    yield f"short:{min(len(said), 6)}"
    if "!!" in plain or "??" in plain:
        yield "mark:loud"
    letters = [letter for letter in text if letter.isascii() and letter.isalpha()]
    if len(letters) > 8 and sum(map(str.isupper, letters)) > len(letters) / 2:
        yield "mark:capitals"
