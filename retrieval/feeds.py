"""A shop's feed in, Products and row problems out, one at a time; the file is never whole in memory.

Reads the native JSONL (a Product a line) and CSV with the same names, plain or gzipped. Knows nothing of indexes.

CSV columns are Product's fields: `price` and `list_price` in major units ("129.00 USD", or "129.00" with a `currency`
column), `categories` split by " > ", `attribute:NAME` split by "|", `rating_value` and `rating_count`.
"""

import csv
import gzip
import io
import json
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO, Any, cast

from pydantic import BaseModel, ValidationError

from retrieval.product import Product, exponent
from retrieval.query import FeedError

# Control characters, text-direction overrides and half characters: they hide text from a reader or break encoders.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_UNDECODED = re.compile("[\udc80-\udcff]")
_MONEY = re.compile(r"^(?:(?P<before>[A-Za-z]{3})\s+)?(?P<amount>[\d,]*\.?\d+)\s*(?P<after>[A-Za-z]{3})?$")
_URLS = ("image_url", "url")
_MONEY_FIELDS = ("price", "list_price")
_CSV_EXTRAS = {"currency", "rating_value", "rating_count"}
_CSV_UNFIT = {"rating", "attributes", "variants", "reviews"}


class RowProblem(BaseModel, frozen=True, extra="forbid"):
    """What is wrong with one row of a feed, and what to do about it."""

    line: int
    """1 is the first line of the file."""
    field: str
    """Empty where the row as a whole is bad."""
    reason: str
    fix: str


class _BadRow(Exception):
    def __init__(self, field: str, reason: str, fix: str) -> None:
        super().__init__(reason)
        self.field, self.reason, self.fix = field, reason, fix


def read_feed(path: Path) -> Iterator[Product | RowProblem]:
    """Every usable product of the feed and every problem, in file order. Raises FeedError where the file is unreadable.

    A problem does not always cost the row: an unusable URL or an unknown field is left out and reported.
    """
    seen: set[str] = set()
    known_strangers: set[str] = set()
    with _opened(path) as handle:
        for line, row in _rows(path, handle):
            if isinstance(row, _BadRow):
                yield RowProblem(line=line, field=row.field, reason=row.reason, fix=row.fix)
                continue
            try:
                yield from _problems_left_out(line, row, known_strangers)
                product = _product(row)
                if product.id in seen:
                    raise _BadRow(
                        "id", f"id {product.id!r} was used by an earlier row", "give every product its own id"
                    )
            except _BadRow as bad:
                yield RowProblem(line=line, field=bad.field, reason=bad.reason, fix=bad.fix)
            else:
                seen.add(product.id)
                yield product


@contextmanager
def _opened(path: Path) -> Generator[IO[str]]:
    try:
        with path.open("rb") as raw:
            head = raw.read(4)
            raw.seek(0)
            if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise FeedError(f"{path} is UTF-16.", fix="Save it as UTF-8.")
            stream = cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if head[:2] == b"\x1f\x8b" else raw
            yield io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    except (OSError, EOFError) as error:
        raise FeedError(f"{path} cannot be read: {error}.", fix="Give the path of a readable, whole file.") from error


def _rows(path: Path, handle: IO[str]) -> Iterator[tuple[int, dict[str, Any] | _BadRow]]:
    names = [suffix for suffix in path.suffixes if suffix != ".gz"]
    suffix = names[-1].lower() if names else ""
    if suffix in (".csv", ".tsv", ".txt"):
        return _csv_rows(path, handle)
    if suffix in (".jsonl", ".ndjson", ".json"):
        return _json_rows(handle)
    raise FeedError(
        f"{path} has no known ending.", fix="Name it .jsonl or .csv, with .gz after it where it is gzipped."
    )


def _json_rows(handle: IO[str]) -> Iterator[tuple[int, dict[str, Any] | _BadRow]]:
    for line, text in enumerate(handle, 1):
        if not text.strip():
            continue
        if _UNDECODED.search(text):
            yield line, _BadRow("", "the line is not UTF-8", "save the file as UTF-8")
            continue
        try:
            value: object = json.loads(text)
        except (ValueError, RecursionError) as error:
            yield line, _BadRow("", f"not JSON: {error}", "write one whole JSON object a line")
            continue
        if not isinstance(value, dict):
            yield line, _BadRow("", "not a JSON object", 'write one object a line: {"id": ..., "title": ...}')
            continue
        row = _without_unknown(cast(dict[str, Any], value))
        attributes = row.get("attributes")
        if isinstance(attributes, dict):
            named = _without_unknown(cast(dict[str, Any], attributes))
            row["attributes"] = {name: _texts(held) for name, held in named.items()}
        yield line, row


def _csv_rows(path: Path, handle: IO[str]) -> Iterator[tuple[int, dict[str, Any] | _BadRow]]:
    header = handle.readline()
    separator = max(",;\t", key=header.count)
    names = [name.strip() for name in next(csv.reader([header], delimiter=separator), list[str]())]
    if "id" not in names or "title" not in names:
        raise FeedError(f"{path} has no id and title columns.", fix="Name them in the first line: id,title,price,...")
    reader = csv.reader(handle, delimiter=separator)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield reader.line_num + 1, _BadRow("", f"not CSV: {error}", "quote the cell and double the quotes in it")
            continue
        line = reader.line_num + 1
        if not any(cells):
            continue
        if len(cells) > len(names):
            yield line, _BadRow("", "more cells than columns", f"quote cells that hold {separator!r}")
        elif _UNDECODED.search("".join(cells)):
            yield line, _BadRow("", "the row is not UTF-8", "save the file as UTF-8")
        else:
            try:
                yield line, _from_cells({name: cell.strip() for name, cell in zip(names, cells, strict=False) if cell})
            except _BadRow as bad:
                yield line, bad


def _from_cells(cells: dict[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    attributes: dict[str, list[str]] = {}
    for name, cell in cells.items():
        if not cell or name == "currency":
            continue
        if name in _MONEY_FIELDS:
            row[name] = _money(name, cell, cells.get("currency", ""))
        elif name == "categories":
            row[name] = [part.strip() for part in cell.split(" > ") if part.strip()]
        elif name.startswith("attribute:"):
            attributes[name.removeprefix("attribute:").strip()] = [part.strip() for part in cell.split("|")]
        elif name == "rating_value":
            row["rating"] = {"value": cell, "count": cells.get("rating_count") or None}
        elif name != "rating_count":
            row[name] = cell
    for name in _CSV_UNFIT & row.keys() - {"rating"}:
        raise _BadRow(name, "does not fit in a CSV cell", "use attribute:NAME columns, or a .jsonl feed")
    if attributes:
        row["attributes"] = attributes
    return row


def _money(field: str, cell: str, currency: str) -> dict[str, Any]:
    parts = _MONEY.match(cell)
    code = ((parts["before"] or parts["after"] or currency) if parts else "").upper()
    fix = 'write major units and the currency: "129.00 USD"'
    if parts is None or not code:
        raise _BadRow(field, f"{cell!r} is no amount with a currency", fix)
    try:
        minor = Decimal(parts["amount"].replace(",", "")).scaleb(exponent(code))
    except InvalidOperation as error:
        raise _BadRow(field, f"{cell!r} is no amount", fix) from error
    if minor != minor.to_integral_value():
        raise _BadRow(field, f"{cell!r} has more decimals than {code} has", fix)
    return {"amount": int(minor), "currency": code}


def _problems_left_out(line: int, row: dict[str, Any], known_strangers: set[str]) -> Iterator[RowProblem]:
    """Takes out of the row what would spoil an otherwise good product, and says so. A stranger is named once a feed."""
    for name in [name for name in row if name not in Product.model_fields]:
        del row[name]
        if name not in known_strangers:
            known_strangers.add(name)
            fix = "rename or drop it; " + ", ".join(Product.model_fields) + " are known"
            yield RowProblem(line=line, field=name[:80], reason="unknown field, ignored on every row", fix=fix)
    for name in _URLS:
        url = row.get(name)
        if isinstance(url, str) and url and not _is_usable(url.strip()):
            del row[name]
            fix = "give an http(s) address or a path that starts with /"
            yield RowProblem(line=line, field=name, reason=f"{url[:80]!r} is left out: not an address to show", fix=fix)


def _is_usable(url: str) -> bool:
    if re.search(r"\s", url):
        return False
    return url.startswith(("http://", "https://")) or (url.startswith("/") and not url.startswith("//"))


def _product(row: dict[str, Any]) -> Product:
    if isinstance(row.get("id"), int):
        row["id"] = str(row["id"])
    try:
        return Product.model_validate(_clean(row))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise _BadRow(field, first["msg"], _fix_for(field, first["type"])) from error


def _fix_for(field: str, kind: str) -> str:
    if kind == "missing":
        return f"give every product a {field}"
    if field.split(".")[0] in _MONEY_FIELDS:
        return 'write {"amount": minor units, "currency": "USD"}'
    return f"see Product.{field.split('.')[0]} for what it may hold"


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _UNPRINTABLE.sub("", value).strip()
    if isinstance(value, list):
        return [_clean(part) for part in cast(list[Any], value)]
    if isinstance(value, dict):
        return {_clean(key): _clean(part) for key, part in cast(dict[Any, Any], value).items()}
    return value


def _without_unknown(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None and value != ""}


def _texts(held: Any) -> list[Any]:
    values = cast(list[Any], held) if isinstance(held, list) else [held]
    return [str(value) if isinstance(value, int | float) else value for value in values if value not in (None, "")]
