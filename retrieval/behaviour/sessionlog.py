"""The latest sessions as numbers: which products, at which places, and which sessions a product is in.

Bounded: the oldest sessions leave first, and a product that no session holds any more is forgotten. Knows nothing of
similarity, events or time; a later session is one that was added later.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.behaviour.numberqueue import NumberQueue
from retrieval.behaviour.touches import Path

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Some sessions laid end to end: one row an entry (a product in a session)."""

    codes: Numbers
    places: Numbers
    starts: Numbers
    """Where each session begins; no session is empty."""
    lengths: Numbers


class SessionLog:
    """Sessions by number (the count of sessions added before them), products by code (a small number, reused)."""

    def __init__(self, *, sessions: int, entries: int) -> None:
        """Holds at most so many sessions, and at most so many entries of all sessions together."""
        self._most_sessions, self._most_entries = sessions, entries
        self._codes: dict[str, int] = {}
        self._products: list[str] = []
        self._free: list[int] = []
        self._holders: list[NumberQueue] = []
        self._entries = NumberQueue(np.int32)
        self._places = NumberQueue(np.int32)
        self._lengths = NumberQueue(np.int32)
        self._ends = NumberQueue(np.int64)
        self._dropped_sessions = 0
        self._dropped_entries = 0

    def __len__(self) -> int:
        return len(self._lengths)

    @property
    def entries(self) -> int:
        """Of all sessions together."""
        return len(self._entries)

    @property
    def products(self) -> int:
        """How many different ones the sessions hold."""
        return len(self._codes)

    @property
    def codes_end(self) -> int:
        """Above every code."""
        return len(self._products)

    def add(self, path: Path) -> None:
        """The next session; the oldest leave where there are too many. Of a long one the last entries are kept."""
        kept = path[-self._most_entries :]
        if not kept:
            return
        number = self._dropped_sessions + len(self)
        codes = [self._code_for(product) for product, _ in kept]
        for code in codes:
            self._holders[code].append(number)
        self._entries.extend(codes)
        self._places.extend([place for _, place in kept])
        self._lengths.append(len(codes))
        self._ends.append(self._dropped_entries + len(self._entries))
        while len(self) > self._most_sessions or len(self._entries) > self._most_entries:
            self._evict()

    def code(self, product_id: str) -> int | None:
        """None where no session holds the product."""
        return self._codes.get(product_id)

    def product(self, code: int) -> str:
        """The product of a code in use."""
        return self._products[code]

    def holders(self, code: int) -> Numbers:
        """The numbers of the sessions that hold the product, oldest first."""
        return self._holders[code].held

    def bundle(self, numbers: Numbers) -> Bundle:
        """These sessions, in this order."""
        rows = numbers - self._dropped_sessions
        lengths = self._lengths.held[rows].astype(np.int64)
        ends = np.cumsum(lengths)
        starts = ends - lengths
        shift = self._ends.held[rows] - self._dropped_entries - ends
        at = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(shift, lengths)
        return Bundle(self._entries.held[at], self._places.held[at], starts, lengths)

    def state(self) -> tuple[list[str], dict[str, NDArray[Any]]]:
        """All that `restored` needs: the products by code, and arrays."""
        return list(self._products), {
            "entries": self._entries.held,
            "places": self._places.held,
            "lengths": self._lengths.held,
        }

    def restore(self, products: list[str], arrays: dict[str, NDArray[Any]]) -> None:
        """Fills an empty log with what `state` gave. Raises ValueError where the parts do not fit together."""
        entries, places, lengths = arrays["entries"], arrays["places"], arrays["lengths"]
        if len(entries) != len(places) or int(lengths.sum()) != len(entries) or bool((lengths < 1).any()):
            raise ValueError("the lengths of its sessions do not add up")
        if len(entries) and not 0 <= int(entries.min()) <= int(entries.max()) < len(products):
            raise ValueError("a session names a product that is not in the list")
        owners = np.repeat(np.arange(len(lengths)), lengths)
        order = np.argsort(entries, kind="stable")
        held = np.bincount(entries, minlength=len(products))
        parts = np.split(owners[order], np.cumsum(held)[:-1])
        self._products = list(products)
        self._holders = [NumberQueue(np.int64, part) for part in parts[: len(products)]]
        self._codes = {products[code]: code for code in range(len(products)) if held[code]}
        self._free = [code for code in range(len(products)) if not held[code]]
        self._entries, self._places = NumberQueue(np.int32, entries), NumberQueue(np.int32, places)
        self._lengths, self._ends = NumberQueue(np.int32, lengths), NumberQueue(np.int64, np.cumsum(lengths))
        while len(self) > self._most_sessions or len(self._entries) > self._most_entries:
            self._evict()

    def _code_for(self, product: str) -> int:
        code = self._codes.get(product)
        if code is None:
            if self._free:
                code = self._free.pop()
                self._products[code], self._holders[code] = product, NumberQueue(np.int64)
            else:
                code = len(self._products)
                self._products.append(product)
                self._holders.append(NumberQueue(np.int64))
            self._codes[product] = code
        return code

    def _evict(self) -> None:
        length = int(self._lengths.held[0])
        codes: list[int] = self._entries.held[:length].tolist()
        for code in codes:
            self._holders[code].drop(1)
            if not len(self._holders[code]):
                del self._codes[self._products[code]]
                self._products[code] = ""
                self._free.append(code)
        for queue, count in ((self._entries, length), (self._places, length), (self._lengths, 1), (self._ends, 1)):
            queue.drop(count)
        self._dropped_sessions += 1
        self._dropped_entries += length
