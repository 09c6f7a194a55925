"""What a command of eval measured, as a page of HTML: bars with intervals, differences, every figure, how it was run.

The page needs nothing from elsewhere: styles and plots (inline SVG) are in it, for light and dark, for wide and narrow.
Knows nothing of what was measured.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from eval.results import Difference, Figure, Results
from eval.tables import cell

_ROW, _TOP, _WIDTH, _VALUE = 26, 8, 360, 58
_ARM, _PAIR = 100, 158
"""How wide the names are to the left of a plot."""
_LETTER = 7.2
_STYLE = """
:root { color-scheme: light dark; --ink: light-dark(#1d2723, #e6ebe8); --dim: light-dark(#5b6862, #9dada5);
  --paper: light-dark(#fbfbf8, #161a18); --card: light-dark(#fff, #1e2421); --line: light-dark(#dfe3df, #333c37);
  --bar: light-dark(#b9cdc3, #3d5c4f); --first: light-dark(#1f6b4f, #6fc7a0); --whisker: light-dark(#3b4741, #c9d4ce); }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 72rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .4rem; } h2 { font-size: 1.15rem; margin: 2.4rem 0 .8rem; }
p, dl { color: var(--dim); margin: 0 0 .6rem; max-width: 46rem; } p.run code { overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; } dd { margin: 0; color: var(--ink); }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(21rem, 100%), 1fr)); gap: 1rem; }
figure { margin: 0; padding: .8rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
figcaption { font-weight: 600; margin-bottom: .3rem; } svg { display: block; width: 100%; height: auto; }
svg text { font: 13px system-ui, sans-serif; fill: var(--ink); } svg .value { font-variant-numeric: tabular-nums; }
.bar { fill: var(--bar); } .first { fill: var(--first); } .zero { stroke: var(--line); }
.whisker { stroke: var(--whisker); stroke-width: 1.5; } svg .none { fill: var(--dim); }
.wide { overflow-x: auto; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
th, td { padding: .4rem .8rem; text-align: right; border-bottom: 1px solid var(--line); }
tbody tr:last-child > * { border-bottom: 0; } small { color: var(--dim); display: block; }
th:first-child { text-align: left; position: sticky; left: 0; background: var(--card); }
"""


def write_report(path: Path, results: Results, differences: Sequence[Difference], *, run: str) -> None:
    """The page at `path`, replacing what was there. `run`: the command as it was typed."""
    path.write_text(page(results, differences, run=run), "utf-8")


def page(results: Results, differences: Sequence[Difference], *, run: str) -> str:
    """The page as text."""
    title = escape(f"eval {results.command}: {results.data}")
    about = {"data": results.data, "embedder or model": results.model, "machine": results.machine}
    told = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in about.items())
    metrics = list(dict.fromkeys(name for held in results.arms.values() for name in held))
    plots = (_bars(name, {arm: held[name] for arm, held in results.arms.items() if name in held}) for name in metrics)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body>"
        f'<h1>{title}</h1><dl>{told}</dl><p class="run"><code>{escape(run)}</code></p>'
        "<p>Bars are means; the line across a bar's end is the 95% bootstrap interval, where there is one.</p>"
        f'<h2>By metric</h2><div class="plots">{"".join(plots)}</div>'
        f"{_differences(differences)}"
        f"<h2>All figures</h2>{_figures(results, metrics)}</body></html>\n"
    )


def _bars(metric: str, arms: dict[str, Figure]) -> str:
    """One bar an arm, in the order of the results; the first is the one that the others are held against."""
    scale = _Scale.over(arms.values(), names=_ARM)
    rows: list[str] = []
    for place, (arm, figure) in enumerate(arms.items()):
        y = _TOP + place * _ROW
        left, right = sorted((scale.at(0), scale.at(figure.mean)))
        kind = "bar first" if place == 0 else "bar"
        bar = f'<rect class="{kind}" x="{left:.1f}" y="{y + 4}" width="{max(right - left, 1):.1f}" height="16" rx="2"/>'
        rows.append(_row(arm, figure, y, scale, bar, caps=True))
    return _plot(metric, rows, scale)


def _differences(differences: Sequence[Difference]) -> str:
    """One plot a metric, one point a pair of arms: an interval that does not reach zero is no chance."""
    plots: list[str] = []
    for metric in dict.fromkeys(each.metric for each in differences):
        held = [each for each in differences if each.metric == metric]
        scale = _Scale.over((each.figure for each in held), names=_PAIR)
        rows: list[str] = []
        for place, each in enumerate(held):
            y = _TOP + place * _ROW
            kind = "first" if each.figure.low > 0 or each.figure.high < 0 else "none"
            point = f'<circle class="{kind}" cx="{scale.at(each.figure.mean):.1f}" cy="{y + 12}" r="4.5"/>'
            rows.append(_row(f"{each.arm} − {each.other}", each.figure, y, scale, point, caps=False))
        plots.append(_plot(metric, rows, scale))
    if not plots:
        return ""
    return (
        "<h2>Differences, pair by pair</h2><p>A green point: its 95% interval does not reach zero.</p>"
        f'<div class="plots">{"".join(plots)}</div>'
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values to places on a plot."""

    names: int
    low: float
    high: float

    @classmethod
    def over(cls, figures: Iterable[Figure], *, names: int) -> "_Scale":
        held = list(figures)
        return cls(names, min(0.0, *(each.low for each in held)), max(0.0, *(each.high for each in held)))

    def at(self, value: float) -> float:
        wide = _WIDTH - self.names - _VALUE
        return self.names + wide * (value - self.low) / ((self.high - self.low) or 1.0)


def _plot(metric: str, rows: Sequence[str], scale: _Scale) -> str:
    height, zero = 2 * _TOP + len(rows) * _ROW, scale.at(0)
    label = f"{escape(metric, quote=True)}; its figures are in the table below"
    axis = f'<line class="zero" x1="{zero:.1f}" x2="{zero:.1f}" y1="0" y2="{height}"/>'
    return (
        f'<figure><figcaption>{escape(metric)}</figcaption><svg viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="{label}">{axis}{"".join(rows)}</svg></figure>'
    )


def _row(name: str, figure: Figure, y: int, scale: _Scale, mark: str, *, caps: bool) -> str:
    """The name to the left, the mean to the right, its mark and the interval where they belong."""
    room = scale.names - 8
    squeezed = f' textLength="{room}" lengthAdjust="spacingAndGlyphs"' if len(name) * _LETTER > room else ""
    held = f'<text x="0" y="{y + 16}"{squeezed}>{escape(name)}</text>'
    held += f'<text class="value" x="{_WIDTH}" y="{y + 16}" text-anchor="end">{_short(figure.mean)}</text>'
    whiskers = ""
    if figure.low < figure.high:
        ends = scale.at(figure.low), scale.at(figure.high)
        lines = [(ends[0], ends[1], y + 12, y + 12), *((end, end, y + 8, y + 16) for end in ends if caps)]
        whiskers = "".join(
            f'<line class="whisker" x1="{left:.1f}" x2="{right:.1f}" y1="{top}" y2="{bottom}"/>'
            for left, right, top, bottom in lines
        )
    drawn = mark + whiskers if caps else whiskers + mark
    return f"<g><title>{escape(name)}: {escape(cell(figure))}</title>{held}{drawn}</g>"


def _figures(results: Results, metrics: Iterable[str]) -> str:
    heads = "".join(f'<th scope="col">{escape(arm)}</th>' for arm in results.arms)
    rows: list[str] = []
    for metric in metrics:
        held = [arms.get(metric) for arms in results.arms.values()]
        cells = "".join(f"<td>{_cell(each) if each else ''}</td>" for each in held)
        count = "/".join(dict.fromkeys(f"{each.n:,}" for each in held if each))
        rows.append(f'<tr><th scope="row">{escape(metric)}</th>{cells}<td>{count}</td></tr>')
    head = f'<tr><th scope="col">metric</th>{heads}<th scope="col">n</th></tr>'
    table = f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>"
    return f'<div class="wide" tabindex="0">{table}</div>'


def _cell(figure: Figure) -> str:
    mean, _, interval = cell(figure).partition(" ")
    return mean if figure.low == figure.high else f"{mean}<small>{interval.strip('()')}</small>"


def _short(value: float) -> str:
    return f"{value:,.3f}" if abs(value) < 10 else f"{value:,.1f}"
