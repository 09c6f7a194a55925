"""A queue of numbers in one numpy array: appended at the end, dropped at the front, read as a slice without copying.

Knows nothing of what the numbers stand for.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LEAST = 4


class NumberQueue:
    """Appending and dropping cost a constant time a number, over many; memory follows what is held."""

    def __init__(self, kind: type[np.generic], held: Sequence[int] | NDArray[Any] = ()) -> None:
        self._array = np.zeros(max(_LEAST, len(held)), dtype=kind)
        self._array[: len(held)] = held
        self._first, self._end = 0, len(held)

    def __len__(self) -> int:
        return self._end - self._first

    @property
    def held(self) -> NDArray[Any]:
        """What is in the queue, oldest first; valid until the next change."""
        return self._array[self._first : self._end]

    def append(self, value: int) -> None:
        """Adds one number at the end."""
        if self._end == len(self._array):
            self._make_room(1)
        self._array[self._end] = value
        self._end += 1

    def extend(self, values: Sequence[int]) -> None:
        """Adds numbers at the end."""
        if self._end + len(values) > len(self._array):
            self._make_room(len(values))
        self._array[self._end : self._end + len(values)] = values
        self._end += len(values)

    def drop(self, count: int) -> None:
        """Removes the oldest numbers."""
        self._first += count

    def _make_room(self, count: int) -> None:
        # Half empty afterwards, so that the next move is as far away as this one was dear.
        array = np.zeros(max(_LEAST, 2 * (len(self) + count)), dtype=self._array.dtype)
        array[: len(self)] = self.held
        self._first, self._end, self._array = 0, len(self), array
