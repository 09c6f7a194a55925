"""The pen: the few SVG marks that the demo's pictures are made of, and the inks they are drawn in.

Knows nothing of products or of what is drawn.
"""

from collections.abc import Callable
from dataclasses import dataclass

WOOD, METAL, GLOW, PAPER, LINE = "#b98b5e", "#aeb4bd", "#ffe29a", "#fbf7ee", "#3a3d45"


@dataclass(frozen=True, slots=True)
class Ink:
    """A product's own colour, as `#rrggbb`, with a darker and a lighter one of it."""

    main: str
    dark: str
    light: str


Thing = Callable[[Ink], str]
"""Draws one kind of thing in a product's inks."""


def mix(colour: str, other: str, share: float) -> str:
    """`colour` with `share` (0 to 1) of `other` in it. Both as `#rrggbb`."""
    pairs = ((int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def ink(colour: str) -> Ink:
    """The inks of a product of this colour."""
    return Ink(colour, mix(colour, "#14161c", 0.28), mix(colour, "#ffffff", 0.32))


def area(d: str, fill: str) -> str:
    """A filled path."""
    return f'<path d="{d}" fill="{fill}"/>'


def line(d: str, stroke: str = LINE, width: float = 4) -> str:
    """A stroked path with round ends."""
    return f'<path d="{d}" fill="none" stroke="{stroke}" stroke-width="{width:g}" stroke-linecap="round"/>'


def box(x: float, y: float, w: float, h: float, fill: str, round_: float = 0) -> str:
    """A rectangle, its corners rounded by `round_`."""
    corner = f' rx="{round_:g}"' if round_ else ""
    return f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}"{corner} fill="{fill}"/>'


def dot(x: float, y: float, r: float, fill: str) -> str:
    """A disc."""
    return f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" fill="{fill}"/>'


def oval(x: float, y: float, rx: float, ry: float, fill: str) -> str:
    """An ellipse."""
    return f'<ellipse cx="{x:g}" cy="{y:g}" rx="{rx:g}" ry="{ry:g}" fill="{fill}"/>'


def turned(marks: str, degrees: float, x: float = 160, y: float = 160) -> str:
    """The marks, turned clockwise about a point."""
    return f'<g transform="rotate({degrees:g} {x:g} {y:g})">{marks}</g>'


def mirrored(marks: str) -> str:
    """The marks, and their mirror image left to right."""
    return f'{marks}<g transform="matrix(-1 0 0 1 320 0)">{marks}</g>'


def scaled(marks: str, factor: float, x: float = 160, y: float = 252) -> str:
    """The marks, grown or shrunk about a point (by default the ground under the middle)."""
    return f'<g transform="matrix({factor:g} 0 0 {factor:g} {x * (1 - factor):g} {y * (1 - factor):g})">{marks}</g>'
