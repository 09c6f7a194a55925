"""Keys that a shop need not invent: made once, kept in a file that only its owner can read."""

import os
import secrets
from pathlib import Path


def kept_key(path: Path) -> str:
    """The key in this file, made and written (mode 0600) where there is none. Raises OSError."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    key = secrets.token_urlsafe(32)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key + "\n")
    return key
