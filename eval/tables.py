"""Figures as tables in a terminal, as many beside one another as fit. Knows nothing of how they were come by."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from eval.results import Difference, Figure, Results

_CELL = 26
"""What a column takes at most, with its line: a mean and its interval."""
_SIDES = 28
"""What the names of metrics and the counts take."""

T = TypeVar("T")


def show(results: Results, console: Console | None = None) -> None:
    """Metrics down, arms across, each with its interval."""
    console = console or Console()
    console.print(f"{results.command}: {results.data}, {results.machine}")
    for arms in _fitting(list(results.arms), console.width):
        table = Table("metric", *arms, "n")
        for name in dict.fromkeys(name for arm in arms for name in results.arms[arm]):
            held = [results.arms[arm].get(name) for arm in arms]
            counts = "/".join(dict.fromkeys(f"{each.n:,}" for each in held if each))
            table.add_row(name, *(cell(each) if each else "" for each in held), counts)
        console.print(table)


def show_differences(differences: Sequence[Difference], console: Console | None = None) -> None:
    """Metrics down, pairs of arms across."""
    console = console or Console()
    held = {(each.arm, each.other, each.metric): each.figure for each in differences}
    if held:
        console.print("differences, query by query")
    for pairs in _fitting(list(dict.fromkeys((each.arm, each.other) for each in differences)), console.width):
        table = Table("metric", *(f"{arm} - {other}" for arm, other in pairs))
        for metric in dict.fromkeys(each.metric for each in differences):
            cells = (held.get((*pair, metric)) for pair in pairs)
            table.add_row(metric, *(cell(each) if each else "" for each in cells))
        console.print(table)


def cell(held: Figure) -> str:
    """The mean and its interval."""
    digits = 3 if max(abs(held.low), abs(held.high)) < 10 else 1
    return f"{held.mean:,.{digits}f} ({held.low:,.{digits}f} to {held.high:,.{digits}f})"


def _fitting(columns: Sequence[T], width: int) -> Iterator[Sequence[T]]:
    """The columns in order, as many at a time as such a console has room for."""
    many = max(1, (width - _SIDES) // _CELL)
    for at in range(0, len(columns), many):
        yield columns[at : at + many]
