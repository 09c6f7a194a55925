"""Vectors by the text they stand for, appended to a file as they are made: what lets a build continue or be repeated
without embedding a text twice.

Records of one size: 16 bytes of the text's hash, then the vector. A record that was cut short is dropped when the log
is opened. Knows nothing of products.
"""

import os
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np

from retrieval.embed import Embedder, Vectors

NAME = "vectors.log"
_KEY = 16


class VectorLog:
    """An embedder that remembers. Only for the process that holds the build lock."""

    def __init__(self, path: Path, embedder: Embedder, *, earlier: Sequence[Path] = ()) -> None:
        """Continues the log at `path`, and reads `earlier` logs of the same embedder where they exist."""
        self._embedder = embedder
        self._header = f"{embedder.name} {embedder.dimensions}\n".encode()
        self._record = _KEY + 4 * embedder.dimensions
        self._held: dict[bytes, tuple[Path, int]] = {}
        self._maps: dict[Path, np.ndarray[tuple[int], np.dtype[np.uint8]]] = {}
        for each in earlier:
            if each != path and each.exists():
                self._read(each)
        self._path = path
        self._start(path)
        self.embedded = 0
        """Texts that had to be embedded."""

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """One row a text; what is new is embedded and on its way to disk when this returns. Raises OSError."""
        keys = [blake2b(text.encode("utf-8", "replace"), digest_size=_KEY).digest() for text in texts]
        rows = {key: self._vector(*self._held[key]) for key in keys if key in self._held}
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in rows}
        made = self._embedder.embed_documents(list(new.values()))
        rows.update(zip(new, made, strict=True))
        self.embedded += len(new)
        own = self._own
        for key in dict.fromkeys(keys):
            if key not in own:
                own.add(key)
                self._file.write(key + rows[key].astype("<f4").tobytes())
        self._file.flush()
        return np.stack([rows[key] for key in keys]) if keys else made

    def close(self) -> None:
        """Flushes to the disk itself."""
        os.fsync(self._file.fileno())
        self._file.close()

    def _start(self, path: Path) -> None:
        self._own: set[bytes] = self._read(path) if path.exists() else set()
        self._file = path.open("ab")
        if self._own:
            self._file.truncate(len(self._header) + len(self._own) * self._record)
        else:
            self._file.truncate(0)
            self._file.write(self._header)
            self._file.flush()

    def _read(self, path: Path) -> set[bytes]:
        with path.open("rb") as handle:
            if handle.readline(4096) != self._header:
                return set()
            count = (path.stat().st_size - len(self._header)) // self._record
            keys: list[bytes] = []
            for row in range(count):
                handle.seek(len(self._header) + row * self._record)
                keys.append(handle.read(_KEY))
        if keys:
            self._maps[path] = np.memmap(path, np.uint8, "r")
        self._held.update((key, (path, row)) for row, key in enumerate(keys))
        return set(keys)

    def _vector(self, path: Path, row: int) -> Vectors:
        start = len(self._header) + row * self._record + _KEY
        return np.frombuffer(self._maps[path][start : start + self._record - _KEY].tobytes(), "<f4").astype(np.float32)
