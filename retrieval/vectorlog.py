"""Vectors by the text they stand for, appended to a file as they are made: what lets a build continue or be repeated
without embedding a text twice.

Records of one size: 16 bytes of the text's hash, then the vector. A record that was cut short is dropped when the log
is opened. Knows nothing of products.
"""

import os
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

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
        self._held: dict[bytes, tuple[BinaryIO, int]] = {}
        self._earlier = [each.open("rb") for each in earlier if each != path and each.exists()]
        for file in self._earlier:
            self._scan(file)
        self._file = path.open("a+b")
        self._rows = self._scan(self._file)
        # What was cut short by a kill goes; so does a log of another embedder.
        self._file.truncate(len(self._header) + self._rows * self._record if self._rows else 0)
        if not self._rows:
            self._file.write(self._header)
            self._file.flush()
        self.embedded = 0
        """Texts that had to be embedded."""

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """One row a text; what is new is embedded and on its way to disk when this returns. Raises OSError."""
        keys = [blake2b(text.encode("utf-8", "replace"), digest_size=_KEY).digest() for text in texts]
        rows = {key: self._vector(*self._held[key]) for key in keys if key in self._held}
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in rows}
        made = self._embedder.embed_documents(list(new.values()))
        self.embedded += len(new)
        rows.update(zip(new, made, strict=True))
        for key in dict.fromkeys(keys):
            if key not in self._held or self._held[key][0] is not self._file:
                self._file.write(key + rows[key].astype("<f4").tobytes())
                self._held[key] = (self._file, self._rows)
                self._rows += 1
        self._file.flush()
        return np.stack([rows[key] for key in keys]) if keys else made

    def close(self) -> None:
        """Flushes to the disk itself."""
        os.fsync(self._file.fileno())
        for file in (*self._earlier, self._file):
            file.close()

    def _scan(self, file: BinaryIO) -> int:
        """Remembers where each vector of the file is. Returns how many there are."""
        file.seek(0)
        if file.readline(4096) != self._header:
            return 0
        count = (os.fstat(file.fileno()).st_size - len(self._header)) // self._record
        for row in range(count):
            file.seek(len(self._header) + row * self._record)
            self._held[file.read(_KEY)] = (file, row)
        return count

    def _vector(self, file: BinaryIO, row: int) -> Vectors:
        start = len(self._header) + row * self._record + _KEY
        return np.frombuffer(os.pread(file.fileno(), self._record - _KEY, start), "<f4").astype(np.float32)
