"""Files that are replaced whole or not at all, even when the power goes. Knows nothing of what they hold."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def replaced(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Replaces the file at `path` with what `write` puts into another one; on disk when it returns. Raises OSError."""
    temporary = path.with_name(path.name + ".new")
    with temporary.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
