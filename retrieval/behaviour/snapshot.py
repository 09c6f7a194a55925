"""A snapshot of the behaviour model: one file, whole or not at all, of one version.

An uncompressed `.npz` with a JSON header. Knows nothing of what the arrays mean.
"""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from retrieval.behaviour.touches import Mark
from retrieval.query import SnapshotBroken, SnapshotFault, SnapshotMismatch, SnapshotMissing
from retrieval.wholefile import replaced

VERSION = 1
_HEADER = "header"
_AGAIN = "Delete it; the model is learnt again from the journal."

Arrays = dict[str, NDArray[Any]]


class Header(BaseModel, frozen=True, extra="forbid"):
    """What is no array."""

    mark: Mark
    """How far the journal has been learnt."""
    popular_day: float
    popular: list[str]
    visited: list[str]
    bought: list[str]


class _Version(BaseModel, frozen=True):
    version: int


class _Versioned(Header, frozen=True):
    version: int = VERSION


def write(path: Path, header: Header, arrays: Arrays) -> None:
    """Replaces the file at `path` and is on disk when it returns. Raises SnapshotFault where the disk refuses."""
    text = _Versioned(**header.model_dump()).model_dump_json().encode()
    held: Arrays = {_HEADER: np.frombuffer(text, np.uint8), **arrays}
    try:
        replaced(path, lambda file: np.savez(file, allow_pickle=False, **held))
    except OSError as error:
        raise SnapshotFault(
            f"{path} cannot be written: {error.strerror}.",
            fix="Free some space on its disk; the older one is kept.",
        ) from error


def read(path: Path) -> tuple[Header, Arrays]:
    """Raises SnapshotMissing, SnapshotMismatch where another version wrote it, SnapshotBroken."""
    try:
        # numpy leaves a file that it opened itself open where it refuses it.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as parts:
            arrays: Arrays = dict(parts)
        text = arrays.pop(_HEADER).tobytes()
        version = _Version.model_validate_json(text).version
        if version != VERSION:
            raise SnapshotMismatch(f"{path} is of version {version}, this is version {VERSION}.", fix=_AGAIN)
        return Header(**_Versioned.model_validate_json(text).model_dump(exclude={"version"})), arrays
    except FileNotFoundError as error:
        raise SnapshotMissing(f"There is no snapshot at {path}.", fix="Begin with an empty model.") from error
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, ValidationError) as error:
        raise SnapshotBroken(f"{path} is not a whole snapshot: {error}.", fix=_AGAIN) from error
