"""Delimited text (commas, semicolons, tabs) out of a file, a row at a time.

Knows nothing of products or of what the columns mean.
"""

import csv
import re
from collections.abc import Iterator
from typing import IO

from retrieval.feeds.rows import Pairs, RowProblem

SEPARATORS = ",;\t"
_UNDECODED = re.compile("[\udc80-\udcff]")


def header(line: str, separator: str) -> list[str]:
    """The names in the first line of a file; empty where it cannot be read."""
    try:
        return [name.strip() for name in next(csv.reader([line], delimiter=separator, strict=True), list[str]())]
    except csv.Error:
        return []


def rows(handle: IO[str], separator: str, names: list[str]) -> Iterator[tuple[int, Pairs] | RowProblem]:
    """The cells of every row below the header that are not empty, by name, with the line the row begins on.

    A quote that is not closed or not doubled is a problem of its row, never a silent end of the cell.
    """
    handle.readline()
    reader = csv.reader(handle, delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 2
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            fix = "quote the cell, and double the quotes in it"
            yield RowProblem(line=line, field="", reason=f"not CSV: {error}", fix=fix)
            continue
        if not any(cells):
            continue
        if len(cells) > len(names):
            fix = f"quote cells that hold {separator!r}"
            yield RowProblem(line=line, field="", reason="more cells than columns", fix=fix)
        elif _UNDECODED.search("".join(cells)):
            yield RowProblem(line=line, field="", reason="the row is not UTF-8", fix="save the file as UTF-8")
        else:
            yield line, [(name, cell) for name, cell in zip(names, cells, strict=False) if cell]
