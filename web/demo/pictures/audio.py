"""How headphones and speakers are drawn: one function for each kind of thing, in the ink it is given.

The canvas is 320 by 320 and the ground lies at 252. Knows nothing of the catalogue.
"""

from web.demo.pictures.pen import LINE, METAL, PAPER, WOOD, Ink, Thing, area, box, dot, line, mirrored, oval, turned


def headphones(i: Ink, wired: bool = False) -> str:
    cup = box(56, 158, 40, 84, i.dark, 18) + box(78, 150, 36, 98, i.main, 16)
    cable = line("M96 246Q100 290 160 276 220 262 236 290", LINE, 5) if wired else ""
    return (
        cable
        + line("M78 170Q66 64 160 64 254 64 242 170", i.main, 17)
        + line("M104 92Q128 70 160 70 192 70 216 92", i.light, 7)
        + mirrored(cup)
    )


def earbuds(i: Ink) -> str:
    stem = box(92, 92, 22, 74, i.main, 11) + dot(106, 92, 25, i.main) + oval(124, 86, 13, 17, LINE)
    case = box(96, 176, 128, 76, i.light, 34) + box(96, 200, 128, 52, i.main, 26) + line("M98 202H222", i.dark, 4)
    return mirrored(turned(stem, -10, 106, 110)) + case + dot(160, 222, 5, "#58b368")


def sport_buds(i: Ink) -> str:
    bud = line("M92 176Q52 150 62 106 74 66 116 78 132 88 130 104", i.dark, 11) + box(80, 134, 50, 82, i.main, 24)
    return mirrored(bud + oval(130, 158, 15, 20, LINE) + box(90, 172, 14, 28, i.light, 7))


def open_ear(i: Ink) -> str:
    ends = (
        line("M82 170Q60 104 98 84 122 80 128 108", i.main, 12)
        + box(98, 106, 44, 60, i.main, 18)
        + box(108, 118, 14, 34, i.light, 7)
    )
    return line("M82 166Q78 250 160 250 242 250 238 166", i.dark, 9) + mirrored(ends)


def monitors(i: Ink) -> str:
    shell = area("M72 118Q74 84 108 88L128 100V132L106 146Q76 150 72 118Z", i.main)
    bud = shell + oval(132, 114, 13, 18, LINE) + dot(94, 118, 12, i.light)
    cable = line("M92 146Q96 220 160 230 224 220 228 146M160 230V262", LINE, 5)
    return cable + mirrored(bud) + box(152, 236, 16, 30, METAL, 5)


def boulder(i: Ink) -> str:
    holes = "".join(dot(x, y, 4.5, i.dark) for y in (148, 172, 196) for x in range(112, 215, 24))
    return (
        line("M206 104Q252 92 246 140", LINE, 8)
        + area("M62 196Q60 100 160 96 260 100 258 196 256 252 212 252H108Q64 252 62 196Z", i.main)
        + box(88, 128, 144, 88, i.light, 38)
        + holes
        + dot(138, 234, 6, PAPER)
        + dot(160, 234, 6, PAPER)
        + dot(182, 234, 6, PAPER)
    )


def bookshelf(i: Ink) -> str:
    return mirrored(
        box(46, 78, 100, 174, i.main, 8)
        + box(54, 86, 84, 158, LINE, 6)
        + dot(96, 194, 34, METAL)
        + dot(96, 194, 27, "#23252b")
        + dot(96, 194, 10, METAL)
        + dot(96, 122, 18, METAL)
        + dot(96, 122, 9, "#23252b")
    )


def radio(i: Ink) -> str:
    slots = "".join(line(f"M72 {y}H158", i.dark, 6) for y in range(160, 225, 16))
    return (
        line("M232 130 262 54", METAL, 5)
        + line("M90 128Q92 92 160 92 228 92 230 128", WOOD, 10)
        + box(46, 124, 228, 128, i.main, 22)
        + box(60, 142, 110, 94, i.light, 12)
        + slots
        + box(186, 144, 70, 26, LINE, 6)
        + line("M226 148V166", "#e2604f", 4)
        + dot(200, 210, 14, PAPER)
        + dot(243, 210, 14, PAPER)
        + line("M200 210V199M243 210 250 202", LINE, 4)
    )


AUDIO: dict[str, Thing] = {
    "headphones": headphones,
    "wired headphones": lambda i: headphones(i, wired=True),
    "earbuds": earbuds,
    "sport buds": sport_buds,
    "open ear": open_ear,
    "monitors": monitors,
    "boulder": boulder,
    "bookshelf": bookshelf,
    "radio": radio,
}
"""Every kind of thing in this file, by the name that the list of pictures uses."""
