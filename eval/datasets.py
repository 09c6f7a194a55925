"""Readers of catalogues and judged queries, plain or gzipped.

A catalogue is a feed, as retrieval reads it; queries are JSON Lines of `{id, text}`; judgments are TREC's four columns
(query, anything, product, grade), a grade being a whole number. Knows nothing of search or metrics.
"""

import gzip
import io
import zlib
from collections import defaultdict
from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from pydantic import BaseModel, Field, ValidationError

from eval.errors import DatasetError
from retrieval.feeds.reader import read_feed
from retrieval.product import Product


class Query(BaseModel, frozen=True, extra="ignore", coerce_numbers_to_str=True):
    """What somebody asked a shop for. Fields that we do not know are the file's own business."""

    id: str = Field(min_length=1)
    text: str


class Judged(BaseModel, frozen=True, extra="forbid"):
    """Queries, and what somebody thought of products as answers to them."""

    queries: tuple[Query, ...]
    """Those that have a judged product, in the order of the file."""
    grades: dict[str, dict[str, int]]
    """By query, then by product."""
    missing: int = 0
    """Judgments left out because the catalogue has no such product."""
    unjudged: int = 0
    """Queries left out because no product of the catalogue is judged for them."""


def read_products(catalog: Path) -> list[Product]:
    """The usable products of a catalogue. Raises FeedError."""
    return [each for each in read_feed(catalog) if isinstance(each, Product)]


def read_judged(queries: Path, qrels: Path, ids: Collection[str], limit: int | None = None) -> Judged:
    """The first `limit` queries that have a judged product among `ids`. Raises DatasetError."""
    grades = read_qrels(qrels)
    kept: list[Query] = []
    missing = unjudged = 0
    for query in read_queries(queries):
        held = grades.get(query.id, {})
        known = {product: grade for product, grade in held.items() if product in ids}
        missing += len(held) - len(known)
        grades[query.id] = known
        if known:
            kept.append(query)
        else:
            unjudged += 1
        if len(kept) == limit:
            break
    if not kept:
        raise DatasetError(
            f"No query of {queries} has a judgment in {qrels} of a product of the catalogue.",
            fix="Give the queries, the judgments and the catalogue of one data set.",
        )
    return Judged(
        queries=tuple(kept),
        grades={query.id: grades[query.id] for query in kept},
        missing=missing,
        unjudged=unjudged,
    )


def read_queries(path: Path) -> Iterator[Query]:
    """Every query of the file. Raises DatasetError, naming the line."""
    seen: set[str] = set()
    with lines(path) as numbered:
        for number, line in numbered:
            try:
                query = Query.model_validate_json(line)
            except ValidationError as error:
                first = error.errors(include_url=False)[0]
                what = f"{'.'.join(map(str, first['loc']))} {first['msg']}".strip()
                raise _at(path, number, what, 'Write one object a line: {"id": "q1", "text": "blue mug"}') from error
            if query.id in seen:
                raise _at(path, number, f"the id {query.id!r} was used before", "Give every query its own id")
            seen.add(query.id)
            yield query


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Grades by query and product. Raises DatasetError, naming the line."""
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    with lines(path) as numbered:
        for number, line in numbered:
            cells = line.split("\t") if "\t" in line else line.split()
            if len(cells) != 4:
                fix = "Write four columns: query, 0, product, grade"
                raise _at(path, number, f"{len(cells)} columns where 4 belong", fix)
            query, _, product, grade = (cell.strip() for cell in cells)
            try:
                held = int(grade)
            except ValueError as error:
                raise _at(path, number, f"the grade {grade!r} is no whole number", "Write it as one") from error
            if grades[query].setdefault(product, held) != held:
                what = f"{product!r} was given another grade for {query!r} before"
                raise _at(path, number, what, "Keep one of the two")
    return dict(grades)


@contextmanager
def lines(path: Path) -> Generator[Iterator[tuple[int, str]]]:
    """The lines of a file that are not empty, numbered from 1. Raises DatasetError."""
    try:
        with path.open("rb") as raw:
            head = raw.read(2)
            raw.seek(0)
            stream = cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if head == b"\x1f\x8b" else raw
            handle = io.TextIOWrapper(stream, encoding="utf-8-sig")
            yield ((number, line.rstrip("\r\n")) for number, line in enumerate(handle, 1) if line.strip())
    except (OSError, EOFError, zlib.error) as error:
        fix = "Give the path of a readable, whole file."
        raise DatasetError(f"{path} cannot be read: {error}.", fix=fix) from error
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path} is not UTF-8.", fix="Save it as UTF-8.") from error


def _at(path: Path, line: int, what: str, fix: str) -> DatasetError:
    return DatasetError(f"{path}, line {line}: {what}.", fix=f"{fix}.")
