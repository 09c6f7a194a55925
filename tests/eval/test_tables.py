"""Figures as tables in a terminal."""

from io import StringIO

from rich.console import Console

from eval.results import Difference, Figure, Results
from eval.tables import show, show_differences

FIGURE = Figure(mean=0.178, low=0.142, high=-0.212, n=1924)


def printed(width: int) -> str:
    console = Console(file=StringIO(), width=width)
    arms = {f"without_arm{number}": {"recall@20": FIGURE} for number in range(14)}
    show(Results(command="replay", data="shop", model="m", machine="two cores", arms=arms), console)
    show_differences([Difference(arm="static", other=each, metric="mrr@20", figure=FIGURE) for each in arms], console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_however_many_arms_there_are_every_figure_can_be_read() -> None:
    for width in (80, 120, 300):
        text = printed(width)
        assert text.count("0.178 (0.142 to -0.212)") == 28
        assert all(f"without_arm{number} " in text for number in range(14))
        assert all(len(line) <= width for line in text.splitlines())


def test_a_wide_terminal_needs_fewer_tables() -> None:
    assert printed(80).count("recall@20") > printed(200).count("recall@20") > 1
