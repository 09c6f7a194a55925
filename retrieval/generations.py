"""The directory of an index: whole generations, one being built, and the pointer to the current one.

    DIR/passages.npz         the pages of the shop; see knowledge/pagefile.py
    DIR/CURRENT              the name of the generation that serves, replaced atomically
    DIR/gen-000002/          meta.json, shard/ (the engine's own), vectors.log, applied
    DIR/gen-000003.partial/  a build that is running, or was cut short

A generation is locked by the process that has it open. Knows nothing of what an engine keeps in `shard/`.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from retrieval.index import SCHEMA_VERSION
from retrieval.locks import Lock
from retrieval.query import IndexBroken, IndexLocked, IndexMismatch, IndexMissing
from retrieval.wholefile import replaced

PAGES = "passages.npz"
"""The shop's pages, beside the generations: built on their own, and no part of any of them."""
_POINTER = "CURRENT"
_META = "meta.json"
_APPLIED = "applied"
_PARTIAL = ".partial"
_LOCK = ".lock"


class Meta(BaseModel, frozen=True, extra="forbid"):
    """What a generation was built as, and from how much."""

    schema_version: int = SCHEMA_VERSION
    embedder: str
    dimensions: int
    mean_terms: float
    """The mean length of a document in terms, for BM25."""
    products: int
    problems: int
    position: int = 0
    """The last write that the feed came after; see writelog.py. Later ones are done again on this generation."""
    graph: bool = False
    """Is the graph searched, or every vector compared? See EdgeIndex.optimize."""
    built_by: str = ""
    """The versions that it was built with; empty in an index from before this was noted."""


def versions() -> str:
    """What builds and reads an index here."""
    return ", ".join(f"{name} {_version(name)}" for name in ("floorwalker", "qdrant-edge-py"))


def shard_of(generation: Path) -> Path:
    """The engine's part of a generation."""
    return generation / "shard"


def current(directory: Path, *, embedder: str | None = None) -> tuple[Path, Meta]:
    """The generation that serves. Raises IndexMissing, IndexBroken, and IndexMismatch where the schema, or the
    embedder that is asked for, is another one."""
    rebuild = f"Run: python -m retrieval build --feed FEED --index {directory}"
    pointer = directory / _POINTER
    try:
        name = pointer.read_text("utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        if directory.is_dir() and any(directory.glob("gen-*")):
            raise IndexBroken(f"The build in {directory} did not finish.", fix=f"{rebuild} (it continues).") from None
        if directory.exists() and (
            not directory.is_dir() or any(each.suffix != ".lock" and each.name != PAGES for each in directory.iterdir())
        ):
            raise IndexBroken(f"{directory} is not an index.", fix=f"Give another directory. {rebuild}") from None
        raise IndexMissing(f"There is no index in {directory}.", fix=rebuild) from None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexBroken(f"{pointer} cannot be read: {error}.", fix=rebuild) from error
    generation = directory / name
    if not name.startswith("gen-") or "/" in name or not shard_of(generation).is_dir():
        raise IndexBroken(f"{pointer} names no whole generation.", fix=rebuild)
    return generation, _meta(generation, embedder, rebuild)


def claimed(directory: Path, *, embedder: str | None = None) -> tuple[Path, Meta, Lock]:
    """The generation that serves, locked for this process. Raises what `current` does, and IndexLocked."""
    generation, meta = current(directory, embedder=embedder)
    try:
        lock = Lock(generation)
    except BlockingIOError as error:
        if is_current(directory, generation):
            raise in_use(directory) from error
        return claimed(directory, embedder=embedder)
    except FileNotFoundError:
        return claimed(directory, embedder=embedder)
    if is_current(directory, generation):
        return generation, meta, lock
    lock.release()  # another one was published meanwhile, and this one may be going
    return claimed(directory, embedder=embedder)


def in_use(directory: Path) -> IndexLocked:
    return IndexLocked(
        f"The index in {directory} is in use by another process.",
        fix="A running shop owns its index: write with --shop URL, look at GET URL/v1/products, or stop it.",
    )


def is_current(directory: Path, generation: Path) -> bool:
    """Does the pointer still name this generation? Cheap enough to ask before every search."""
    try:
        return (directory / _POINTER).read_text("utf-8").strip() == generation.name
    except (OSError, UnicodeDecodeError):
        return True  # a pointer that is gone for the moment is no reason to leave a working generation


def partial(directory: Path) -> Path:
    """Where the next generation is built: a cut short build's place, or a new one."""
    left = sorted(directory.glob(f"gen-*{_PARTIAL}"))
    if left:
        return left[-1]
    numbers = [int(name) for path in directory.glob("gen-*") if (name := path.name[4:10]).isdigit()]
    path = directory / f"gen-{max(numbers, default=0) + 1:06d}{_PARTIAL}"
    path.mkdir(parents=True)
    return path


def publish(directory: Path, built: Path, meta: Meta) -> Path:
    """Make a finished partial the current generation and remove the older ones that nobody has open. Killed at any
    point, the directory still serves either the old or the new."""
    _write(built / _META, json.dumps(meta.model_dump(), indent=1))
    generation = built.with_name(built.name.removesuffix(_PARTIAL))
    os.rename(built, generation)
    _write(directory / _POINTER, generation.name + "\n")
    sweep(directory, generation)
    return generation


def sweep(directory: Path, generation: Path) -> None:
    """Remove what is older than this generation and not open in any process. Never the newer: one may have been
    finished a moment ago, and the pointer be about to name it."""
    for old in directory.glob("gen-*"):
        if old.name >= generation.name or old.suffix == _PARTIAL:
            continue
        try:
            lock = Lock(old)
        except OSError:
            continue
        shutil.rmtree(old, ignore_errors=True)
        lock.release()


def applied(generation: Path, meta: Meta) -> int:
    """The last write that this generation holds safely."""
    try:
        return max(meta.position, int((generation / _APPLIED).read_text("utf-8")))
    except (OSError, ValueError):
        return meta.position


def note_applied(generation: Path, position: int) -> None:
    """All writes up to this one are in the generation and flushed to disk. Raises OSError."""
    _write(generation / _APPLIED, f"{position}\n")


@contextmanager
def build_lock(directory: Path) -> Generator[None]:
    """One build at a time. Raises IndexLocked. The lock ends with the process, however it ends."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "build.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise IndexLocked(f"{directory} is being built already.", fix="Wait for that build, or stop it.") from error
        yield


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "from a checkout"


def checked(raw: Any, generation: object, embedder: str | None, rebuild: str) -> Meta:
    """What is recorded of a generation, where this version can use it. Raises IndexBroken, IndexMismatch."""
    try:
        version = raw["schema_version"]
        if version != SCHEMA_VERSION:
            raise IndexMismatch(f"{generation} has schema {version}; this is {SCHEMA_VERSION}.", fix=rebuild)
        meta = Meta.model_validate(raw)
    except (KeyError, TypeError, ValidationError) as error:
        raise IndexBroken(f"What is recorded of {generation} cannot be read: {error}.", fix=rebuild) from error
    if embedder is not None and meta.embedder != embedder:
        raise IndexMismatch(
            f"{generation} was built with the embedder {meta.embedder!r}, not {embedder!r}.",
            fix=f"Use {meta.embedder!r}, or build again with --embedder {embedder}.",
        )
    return meta


def _meta(generation: Path, embedder: str | None, rebuild: str) -> Meta:
    try:
        raw = json.loads((generation / _META).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise IndexBroken(f"{generation / _META} cannot be read: {error}.", fix=rebuild) from error
    return checked(raw, generation, embedder, rebuild)


def _write(path: Path, text: str) -> None:
    replaced(path, lambda file: file.write(text.encode()))
