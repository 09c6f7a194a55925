"""The write log of an index directory: a write is on disk here before it is answered, so that no crash and no rebuild
loses it.

    DIR/writes.jsonl   a Write a line, in order; a last line that was cut short counts for nothing
    DIR/writes.lock    held by a build, which needs the lines that are written while it runs

One process at a time writes; it locks DIR itself. Positions count the writes of a directory and never start again: a
build reads its feed as of one, and what was written after it is done again on what was built. Knows no engine.
"""

import errno
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError
from pydantic_core import from_json

from retrieval.generations import in_use, is_current
from retrieval.locks import Lock
from retrieval.product import Product
from retrieval.query import IndexBroken, IndexFault
from retrieval.wholefile import replaced

_NAME = "writes.jsonl"
_LOCK = "writes.lock"
_RESERVE = 256 * 2**20
"""Bytes of its disk that are left to the engine: it writes through memory maps, and a full disk kills its process."""


class Write(BaseModel, frozen=True, extra="forbid"):
    """What one call added or replaced, and removed. The first line of a log has neither: it stands for all the writes
    up to its position, which are in the index."""

    position: Annotated[int, Field(ge=0)]
    products: tuple[Product, ...] = ()
    deleted: tuple[str, ...] = ()


class WriteLog:
    """The log, open for the one process that writes."""

    def __init__(self, directory: Path, *, least: int) -> None:
        """Opens or begins the log of an index; `least` is a position that was given away already.

        Raises IndexLocked where another process writes, IndexBroken, and IndexFault where the disk refuses.
        """
        self._directory = directory
        self._path = directory / _NAME
        self._file = -1
        with _told(self._path):
            try:
                self._lock = Lock(directory)
            except BlockingIOError as error:
                raise in_use(directory) from error
            try:
                self._open(least)
            except BaseException:
                self.close()
                raise

    @property
    def position(self) -> int:
        """Of the last write; 0 before the first."""
        return self._first + len(self._ends) - 1

    def append(self, *, products: tuple[Product, ...] = (), deleted: tuple[str, ...] = ()) -> None:
        """On disk when it returns. Raises IndexFault; then nothing of it is kept."""
        write = Write(position=self.position + 1, products=products, deleted=deleted)
        line = _line(write)
        size = self._ends[-1]
        try:
            _put(self._file, line, size)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._file, size)
            raise IndexFault(
                f"{self._path} cannot be written: {error.strerror}. Nothing of this write was kept.",
                fix="Free some space on its disk, then write again.",
            ) from error
        self._ends.append(size + len(line))

    def after(self, position: int) -> Iterator[Write]:
        """The writes after this one, oldest first. Another thread may read while one appends. Raises IndexBroken."""
        number = max(0, position - self._first)
        while number + 1 < len(self._ends):
            start, end = self._ends[number], self._ends[number + 1]
            try:
                yield Write.model_validate_json(os.pread(self._file, end - start, start))
            except ValidationError as error:
                raise _broken(self._path, self._first + number + 1) from error
            number += 1

    def forget(self, generation: Path) -> None:
        """Drop every line, as this generation holds all of them safely: unless a build is running, or has published
        another generation, which needs them still. Raises IndexFault."""
        with _told(self._path):
            try:
                lock = Lock(self._directory / _LOCK)
            except BlockingIOError:
                return
            try:
                if is_current(self._directory, generation):
                    self._begin(self.position)
            finally:
                lock.release()

    def close(self) -> None:
        """Let others write."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        self._lock.release()

    def _open(self, least: int) -> None:
        if not self._path.exists():
            self._begin(least)
        else:
            self._read()
        if self.position < least:
            self._begin(least)

    def _begin(self, position: int) -> None:
        try:
            replaced(self._path, lambda file: file.write(_line(Write(position=position))))
        finally:
            if self._path.exists():
                self._read()  # the new one, or the old one where the disk refused

    def _read(self) -> None:
        earlier, self._file = self._file, -1
        if earlier >= 0:
            os.close(earlier)
        self._file = os.open(self._path, os.O_RDWR)
        self._first, *self._ends = _read(self._path)
        os.ftruncate(self._file, self._ends[-1])


@contextmanager
def kept_writes(directory: Path) -> Generator[int]:
    """The position of the last write; until the end of the block, what is written after it stays in the log.

    Raises IndexBroken, OSError.
    """
    lock = Lock(directory / _LOCK, shared=True, wait=True)
    try:
        path = directory / _NAME
        first, *ends = _read(path) if path.exists() else (0, 0)
        yield first + len(ends) - 1
    finally:
        lock.release()


def _read(path: Path) -> list[int]:
    """The position that the first line stands for, then where each whole line ends. Raises IndexBroken, OSError."""
    found: list[int] = []
    with path.open("rb") as file:
        end, lines = 0, iter(file)
        for line in lines:
            if not line.endswith(b"\n"):
                break  # cut short by a crash, or being written: its write is not answered
            end += len(line)
            position = _position(line)
            due = found[0] + len(found) - 1 if found else position
            if position is None or position != due:
                if found and next(lines, None) is None:
                    break
                raise _broken(path, due or 0)
            found += [end] if found else [position, end]
    if not found:
        raise _broken(path, 0)
    return found


def _position(line: bytes) -> int | None:
    """Of a line; None where it is none of ours."""
    try:
        position = from_json(line)["position"]
    except (ValueError, KeyError, TypeError):
        return None
    return position if isinstance(position, int) else None


def _line(write: Write) -> bytes:
    return write.model_dump_json(exclude_defaults=True).encode() + b"\n"


def _put(file: int, line: bytes, at: int) -> None:
    disk = os.fstatvfs(file)
    if disk.f_bavail * disk.f_frsize < _RESERVE + len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    done = 0
    while done < len(line):
        done += os.pwrite(file, line[done:], at + done)
    os.fsync(file)


def _broken(path: Path, position: int) -> IndexBroken:
    return IndexBroken(
        f"{path} cannot be read at write {position}.",
        fix="Move it away and build again from a feed that has the shop's latest changes.",
    )


@contextmanager
def _told(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise IndexFault(
            f"{path} cannot be used: {error.strerror}.", fix="See to its disk and its permissions."
        ) from error
