"""Which format a feed is in, by what it holds (its name is not looked at), and its rows.

Knows no format itself: each has a reader of its own.
"""

import gzip
import io
import re
import zlib
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, cast

from retrieval.feeds import delimited, google, json_items, native, shopify, ucp, xml_items
from retrieval.feeds.rows import Fields, Notes, Row, RowProblem, in_native_names
from retrieval.query import FeedError

_HEAD = 2**16
_SAMPLE = 200  # rows: the first may be broken ones
_LINE_END = re.compile(r"\r\n|\r|\n")
_KNOWN = (
    "Known are JSON Lines and CSV with id and title, Google Merchant's XML and delimited text, Shopify's products, and "
    "UCP catalogues in JSON."
)

FromObject = Callable[[Mapping[str, object], Notes], Fields]
Rows = Iterator[Row | RowProblem]


@contextmanager
def opened(feed: Path) -> Generator[io.TextIOWrapper]:
    """The feed's text, unpacked where it is gzipped; its `buffer` is the bytes. Raises FeedError, also when in use."""
    try:
        with feed.open("rb") as raw:
            start = raw.read(2)
            raw.seek(0)
            stream = cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if start == b"\x1f\x8b" else raw
            with io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="") as handle:
                yield handle
    except (OSError, EOFError, zlib.error) as error:
        raise FeedError(f"{feed} cannot be read: {error}.", fix="Give the path of a readable, whole file.") from error


def rows(feed: Path, handle: io.TextIOWrapper, columns: Mapping[str, str], currency: str | None) -> Rows:
    """The rows of the feed in native names. Raises FeedError where its format is none that is known.

    `columns` maps columns of delimited text to native names; `currency` is that of prices which do not name theirs.
    """
    stream = cast(IO[bytes], handle.buffer)
    head = stream.read(_HEAD)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise FeedError(f"{feed} is UTF-16.", fix="Save it as UTF-8.")
    text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    opening = text.lstrip()[:1]
    if not opening:
        raise FeedError(f"{feed} is empty.", fix="Give a feed with a product in it.")
    if opening == "<":
        handle.seek(0)
        found = google.rows(xml_items.items(stream), currency)
    elif opening in ("{", "["):
        found = _json(handle, currency)
    else:
        found = _delimited(handle, _LINE_END.split(text, maxsplit=1)[0], columns, currency)
        if found and columns:
            return found
        found = found or _json_lines(handle, currency)
    if found is None:
        raise FeedError(f"{feed} is in no known format: it begins with {text[:80]!r}.", fix=_KNOWN)
    if columns:
        raise FeedError(f"{feed} has no columns to rename.", fix="Give a column map with CSV only.")
    return found


def _json(handle: IO[str], currency: str | None) -> Rows | None:
    """A document, or else lines: also where it breaks off before its first product, for that may be a broken line."""
    from_object = _reader_of(_sample(handle, json_items.items), currency)
    if from_object:
        return in_native_names(json_items.items(handle), from_object)
    return _json_lines(handle, currency)


def _json_lines(handle: IO[str], currency: str | None) -> Rows | None:
    from_object = _reader_of(_sample(handle, json_items.lines), currency)
    return in_native_names(json_items.lines(handle), from_object) if from_object else None


def _sample(handle: IO[str], read: Callable[[IO[str]], json_items.Items]) -> list[Mapping[str, object]]:
    sample: list[Mapping[str, object]] = []
    handle.seek(0)
    try:
        for each in islice(read(handle), _SAMPLE):
            if not isinstance(each, RowProblem):
                sample.append(each[1])
    except FeedError:
        pass  # what was read so far tells the format; whoever reads it all meets the error again
    handle.seek(0)
    return sample


def _reader_of(sample: list[Mapping[str, object]], currency: str | None) -> FromObject | None:
    """The reader of the format that the names in these objects speak for, if any."""
    if any(ucp.is_product(item) for item in sample):
        return ucp.from_object
    if sum(len(item.keys() & shopify.MARKS) for item in sample) > sum(
        len(item.keys() & native.MARKS) for item in sample
    ):
        return partial(shopify.from_object, currency=currency)
    if any(item.keys() & {"id", "title"} for item in sample):
        return native.from_object
    return None


def _delimited(handle: IO[str], first: str, columns: Mapping[str, str], currency: str | None) -> Rows | None:
    handle.seek(0)
    separator = max(delimited.SEPARATORS, key=lambda each: len(delimited.header(first, each)))
    names = delimited.header(first, separator)
    if not columns:
        theirs = [google.name_of(name) for name in names]
        if {"id", "title"} <= set(theirs) and len(google.MARKS & set(theirs)) > native.speaks_for(names):
            return google.rows(delimited.rows(handle, separator, theirs), currency)
    names = native.renamed(names, columns)
    if not {"id", "title"} <= set(names):
        return None
    pairs = delimited.rows(handle, separator, names)
    return in_native_names(pairs, partial(native.from_cells, currency=currency))
