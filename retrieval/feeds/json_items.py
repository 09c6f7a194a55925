"""JSON out of a file, one value at a time: an object a line, or the items of one large document.

Of a document only the item at hand is in memory, and lines are counted, so that a bad item can be found. Knows nothing
of products. (ijson would do for documents, but the C parser of 3.6.0 crashes the process on a number of 5,000 digits.)
"""

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import IO, cast

from retrieval.feeds.rows import RowProblem
from retrieval.query import FeedError

_MOST = 2**24
"""Characters of one line, or of one value of a document: 16 Mi. More is no product, and need not fit the memory."""

_CHUNK = 2**16
_SPACE = re.compile(r"[ \t\r\n]*")
_UNDECODED = re.compile("[\udc80-\udcff]")

Items = Iterator[tuple[int, dict[str, object]] | RowProblem]


def lines(handle: IO[str]) -> Items:
    """Every line that holds an object, with its number; a problem for every other one that is not blank.

    Raises FeedError where a line does not end.
    """
    decode = json.JSONDecoder().decode
    for line, text in enumerate(iter(partial(handle.readline, _MOST), ""), 1):
        if len(text) == _MOST and not text.endswith(("\n", "\r")):
            raise FeedError(f"Line {line} has more than {_MOST:,} characters.", fix="Write one product a line.")
        if not text.isascii() and _UNDECODED.search(text):
            yield RowProblem(line=line, field="", reason="the line is not UTF-8", fix="save the file as UTF-8")
            continue
        text = text.strip()
        if not text:
            continue
        try:
            value: object = decode(text)
        except (ValueError, RecursionError) as error:
            fix = "write one whole JSON object a line"
            yield RowProblem(line=line, field="", reason=f"not JSON: {error}", fix=fix)
            continue
        if isinstance(value, dict):
            yield line, cast(dict[str, object], value)
        else:
            fix = 'write one object a line: {"id": ..., "title": ...}'
            yield RowProblem(line=line, field="", reason="not a JSON object", fix=fix)


def items(handle: IO[str]) -> Items:
    """The items of a document `[...]`, `{"products": [...]}` or `{"product": {...}}`, or of several one after another.

    Each with the line it begins on. Nothing where the first value is none of these. Raises FeedError where the text
    stops being JSON: what follows cannot be found any more.
    """
    document = _Document(handle)
    first = True
    while opening := document.peek():
        if opening == "[":
            yield from _array(document)
        elif not (yield from _wrapped(document)) and first:
            return
        first = False


def _wrapped(document: "_Document") -> Iterator[tuple[int, dict[str, object]] | RowProblem]:
    found = False
    document.take("{")
    while document.peek() == '"':
        key = document.value()
        document.take(":")
        opening = document.peek()
        if key == "products" and opening == "[":
            found = True
            yield from _array(document)
        elif key == "product" and opening == "{":
            found = True
            yield _item(document)
        else:
            document.value()
        if document.peek() == ",":
            document.take(",")
    document.take("}")
    return found


def _array(document: "_Document") -> Items:
    document.take("[")
    while document.peek() not in ("]", ""):
        yield _item(document)
        if document.peek() == ",":
            document.take(",")
    document.take("]")


def _item(document: "_Document") -> tuple[int, dict[str, object]] | RowProblem:
    line = document.line
    value = document.value()
    if not document.was_utf8:
        return RowProblem(line=line, field="", reason="the product is not UTF-8", fix="save the file as UTF-8")
    if not isinstance(value, dict):
        fix = 'write one object a product: {"id": ..., "title": ...}'
        return RowProblem(line=line, field="", reason="not a JSON object", fix=fix)
    return line, cast(dict[str, object], value)


class _Document:
    """JSON text that is read forward; what was read is forgotten."""

    def __init__(self, handle: IO[str]) -> None:
        self.line = 1
        """Of what `peek` saw last."""
        self.was_utf8 = True
        """Whether the last value was."""
        self._handle = handle
        self._text = ""
        self._at = 0
        self._ended = False
        self._decode = json.JSONDecoder().raw_decode

    def peek(self) -> str:
        """The next character that is no white space; empty at the end."""
        while True:
            after = _SPACE.match(self._text, self._at)
            assert after is not None
            self._move(after.end())
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more(_CHUNK):
                return ""

    def take(self, expected: str) -> None:
        """Pass over this character. Raises FeedError where another one comes."""
        found = self.peek()
        if found != expected:
            raise self._broken(f"expected {expected!r}, found {found!r}" if found else "it ends early")
        self._move(self._at + 1)

    def value(self) -> object:
        """The next value. Raises FeedError where there is none."""
        self.peek()
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except json.JSONDecodeError as error:
                # What looks wrong may only be cut off: by the end of what was read, or by the end of the file.
                if self._more(max(_CHUNK, len(self._text) - self._at)):
                    continue
                raise self._broken(error.msg) from error
            except (ValueError, RecursionError) as error:
                raise self._broken(str(error)) from error
            if end < len(self._text) or self._ended:
                break
            self._more(_CHUNK)  # a number that touches the end of the text may go on
        taken = self._text[self._at : end]
        self.was_utf8 = taken.isascii() or not _UNDECODED.search(taken)
        self._move(end)
        return value

    def _move(self, to: int) -> None:
        self.line += self._text.count("\n", self._at, to)
        self._at = to

    def _more(self, size: int) -> bool:
        if self._ended:
            return False
        if len(self._text) - self._at > _MOST:
            raise self._broken(f"one value has more than {_MOST:,} characters")
        chunk = self._handle.read(size)
        self._text, self._at = self._text[self._at :] + chunk, 0
        self._ended = not chunk
        return not self._ended

    def _broken(self, reason: str) -> FeedError:
        return FeedError(
            f"Line {self.line} of the JSON document cannot be read on: {reason}.", fix="Give a whole, valid document."
        )
