"""PageFile: the pages of an embedded index as one file beside its generations, replaced whole or not at all.

Thousands of passages are a few megabytes, which are held in memory and compared all: no engine is needed, and nothing
has to be locked. Knows nothing of questions.
"""

import zipfile
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter, ValidationError

from retrieval.generations import PAGES
from retrieval.knowledge.pages import PageSet
from retrieval.knowledge.passage import Passage
from retrieval.query import IndexBroken, IndexFault
from retrieval.wholefile import replaced

_VERSION = 1


class PageFile:
    """Of the index in this directory. Implements ask.PageStore."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / PAGES
        self._passages: TypeAdapter[tuple[Passage, ...]] = TypeAdapter(tuple[Passage, ...])

    async def mark(self) -> str | None:
        """Cheap enough to ask before every question."""
        try:
            held = self._path.stat()
        except OSError:
            return None
        return f"{held.st_ino}-{held.st_mtime_ns}-{held.st_size}"

    async def load(self) -> PageSet:
        fix = "Run: python -m retrieval passages build --docs DIR --index INDEX"
        try:
            with self._path.open("rb") as file, np.load(file, allow_pickle=False) as held:
                if int(held["version"]) != _VERSION:
                    raise IndexBroken(f"{self._path} was written by another version.", fix=fix)
                passages = self._passages.validate_json(held["passages"].tobytes())
                whole, heading, said = (held[name].astype(np.float32) for name in ("whole", "heading", "said"))
                found = PageSet(str(held["embedder"]), passages, whole, heading, said)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, ValidationError) as error:
            raise IndexBroken(f"{self._path} cannot be read: {error}.", fix=fix) from error
        if not len(passages) == len(whole) == len(heading) or found.starts[-1] != len(said):
            raise IndexBroken(f"{self._path} does not fit together.", fix=fix)
        return found

    async def close(self) -> None:
        """Nothing is held open."""

    async def write(self, pages: PageSet) -> None:
        """Put these in the place of what is there; a shop that is open takes them up. Raises IndexFault."""
        arrays = {
            "version": np.array(_VERSION),
            "embedder": np.array(pages.embedder),
            "passages": np.frombuffer(self._passages.dump_json(pages.passages), dtype=np.uint8),
            "whole": pages.whole.astype(np.float16),
            "heading": pages.heading.astype(np.float16),
            "said": pages.said.astype(np.float16),
        }
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            replaced(self._path, lambda file: np.savez(file, allow_pickle=False, **arrays))
        except OSError as error:
            fix = "Give a directory that can be written."
            raise IndexFault(f"{self._path} cannot be written: {error}.", fix=fix) from error
