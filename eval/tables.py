"""Figures as tables in a terminal. Knows nothing of how they were come by."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from eval.results import Difference, Figure, Results


def show(results: Results) -> None:
    """Metrics down, arms across, each with its interval."""
    arms = list(results.arms)
    table = Table("metric", *arms, "n", title=f"{results.command}: {results.data}, {results.machine}")
    for name in dict.fromkeys(name for metrics in results.arms.values() for name in metrics):
        held = [results.arms[arm].get(name) for arm in arms]
        counts = "/".join(dict.fromkeys(f"{each.n:,}" for each in held if each))
        table.add_row(name, *(cell(each) if each else "" for each in held), counts)
    Console().print(table)


def show_differences(differences: Sequence[Difference]) -> None:
    """Metrics down, pairs of arms across."""
    pairs = list(dict.fromkeys((each.arm, each.other) for each in differences))
    if not pairs:
        return
    table = Table("metric", *(f"{arm} - {other}" for arm, other in pairs), title="differences, query by query")
    held = {(each.arm, each.other, each.metric): each.figure for each in differences}
    for metric in dict.fromkeys(each.metric for each in differences):
        cells = (held.get((*pair, metric)) for pair in pairs)
        table.add_row(metric, *(cell(each) if each else "" for each in cells))
    Console().print(table)


def cell(held: Figure) -> str:
    """The mean and its interval."""
    digits = 3 if max(abs(held.low), abs(held.high)) < 10 else 1
    return f"{held.mean:,.{digits}f} ({held.low:,.{digits}f} to {held.high:,.{digits}f})"
