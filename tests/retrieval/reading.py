"""Feeds for tests: written to a folder, read back as products and problems."""

import json
from collections.abc import Mapping
from pathlib import Path

from retrieval.feeds.reader import Reading, RowProblem, read_feed
from retrieval.product import Product


def written(folder: Path, content: str | bytes | object, name: str = "feed") -> Path:
    """A feed of this text, of these bytes, or of this value as JSON."""
    path = folder / name
    if not isinstance(content, str | bytes):
        content = json.dumps(content)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(
    path: Path, columns: Mapping[str, str] | None = None, currency: str | None = None
) -> tuple[list[Product], list[RowProblem]]:
    held = list(read_feed(path, Reading(columns=columns or {}, currency=currency)))
    return [each for each in held if isinstance(each, Product)], [each for each in held if isinstance(each, RowProblem)]
