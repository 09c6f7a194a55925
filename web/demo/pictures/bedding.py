"""How bedding and other textiles are drawn: one function for each kind of thing, in the ink it is given.

The canvas is 320 by 320 and the ground lies at 252. Knows nothing of the catalogue.
"""

from web.demo.pictures.pen import LINE, METAL, PAPER, WOOD, Ink, Thing, area, box, dot, line, mirrored, oval, scaled


def bed(cover: str, pillow: str) -> str:
    """A made bed seen from its foot, for what lies on it."""
    return (
        box(40, 84, 240, 90, WOOD, 14)
        + area("M64 132Q66 112 90 116 118 122 146 116 156 116 156 132V164H64Z", pillow)
        + area("M164 132Q164 116 174 116 202 122 230 116 254 112 256 132V164H164Z", pillow)
        + area("M46 158H274L286 244H34Z", cover)
        + box(40, 240, 12, 16, LINE)
        + box(268, 240, 12, 16, LINE)
    )


def duvet(i: Ink) -> str:
    puffs = line("M106 176 100 240M160 176V240M214 176 220 240M40 206H280", i.dark, 4)
    return bed(i.main, i.light) + puffs + area("M46 158H274L278 180H42Z", i.light)


def sheets(i: Ink) -> str:
    folds = "".join(
        box(66, 118 + 34 * n, 188, 32, (i.main, i.light)[n % 2], 14) + line(f"M84 {142 + 34 * n}H236", i.dark, 3)
        for n in range(4)
    )
    return folds + box(142, 112, 36, 142, "#c9a46a", 3) + area("M142 150H178V180H142Z", PAPER)


def pillowcases(i: Ink) -> str:
    def case(y: float) -> str:
        return area(
            f"M58 {y + 10}Q60 {y - 12} 86 {y}H234Q260 {y - 12} 262 "
            f"{y + 10}V{y + 66}Q256 {y + 86} 234 {y + 76}H86Q62 {y + 86} 58 {y + 66}Z",
            i.main,
        ) + box(222, y + 4, 18, 70, i.dark, 4)

    return case(92) + case(168) + line("M76 196H200M76 214H200M76 120H200M76 138H200", i.light, 4)


def bed_pillow(i: Ink) -> str:
    hulls = "".join(dot(120 + 13 * n, 244 - 3 * (n % 3), 4, "#7a5a3a") for n in range(8))
    return (
        area(
            "M50 130Q46 100 84 112H236Q274 100 270 130 260 176 270 214 272 242 236 232H84Q48 242 50 214 60 176 50 130Z",
            i.main,
        )
        + line("M80 134H240M80 210H240", i.dark, 4)
        + line("M112 172H208", i.light, 8)
        + hulls
    )


def throw(i: Ink) -> str:
    chair = (
        area("M48 130Q48 80 90 80H230Q272 80 272 130V236H48Z", "#8f9aa0")
        + box(30, 150, 44, 96, "#7b868c", 20)
        + box(246, 150, 44, 96, "#7b868c", 20)
        + box(70, 190, 180, 50, "#9aa5ab", 10)
    )
    weave = line("M118 100 146 130 174 100M118 140 146 170 174 140M118 180 146 210 174 180", i.light, 5)
    fringe = "".join(line(f"M{116 + 15 * n} 228V248", i.dark, 5) for n in range(5))
    return chair + area("M108 74H184V230H108Z", i.main) + weave + fringe


def cushion(i: Ink) -> str:
    return (
        area(
            "M66 92Q60 76 80 80 160 94 240 80 260 76 254 92 242 168 254 236 "
            "258 254 240 248 160 236 80 248 62 254 66 236 78 168 66 92Z",
            i.main,
        )
        + line("M92 108Q160 118 228 108M92 222Q160 212 228 222", i.dark, 4)
        + line("M104 132 216 200M216 132 104 200", i.light, 5)
    )


def pouf(i: Ink) -> str:
    loops = "".join(dot(78 + 24 * n, 168 + 24 * m, 8, i.light) for n in range(8) for m in range(3))
    return (
        area("M54 140H266V228Q262 252 236 252H84Q58 252 54 228Z", i.main)
        + loops
        + oval(160, 140, 106, 30, i.light)
        + oval(160, 140, 92, 23, i.main)
    )


def towels(i: Ink) -> str:
    def roll(x: float, y: float) -> str:
        return dot(x, y, 42, i.main) + line(f"M{x} {y}q12-10 16 4t-24 12q-20-14-4-32 26-14 40 8", i.dark, 5)

    return (
        box(46, 96, 228, 46, i.light, 18)
        + box(46, 122, 228, 16, i.dark, 8)
        + roll(84, 204)
        + roll(160, 208)
        + roll(236, 204)
    )


def flat_towel(i: Ink) -> str:
    stripes = "".join(box(96, y, 128, 10, PAPER) for y in (96, 114, 190, 208))
    knots = "".join(line(f"M{104 + 16 * n} 226v22", i.main, 6) for n in range(8))
    return (
        line("M40 72H280", WOOD, 11) + box(96, 66, 128, 162, i.main, 4) + box(96, 66, 128, 14, i.dark) + stripes + knots
    )


def bath_mat(i: Ink) -> str:
    ribs = "".join(line(f"M{62 + 4 * n} {164 + 16 * n}H{258 - 4 * n}", i.light, 6) for n in range(5))
    prints = oval(136, 196, 14, 24, i.dark) + oval(180, 190, 14, 24, i.dark)
    return area("M58 148H262L290 248H30Z", i.main) + ribs + prints


def robe(i: Ink) -> str:
    return (
        mirrored(area("M122 76 76 96 44 196 82 210 104 156Z", i.dark))
        + area("M118 76H202L228 254H92Z", i.main)
        + area("M122 76H146L172 168 160 172ZM198 76H174L148 168 160 172Z", i.light)
        + box(98, 160, 124, 17, i.dark, 5)
        + line("M150 176 140 228M168 176 182 222", i.dark, 8)
        + box(184, 192, 28, 30, i.light, 4)
    )


def rug(i: Ink) -> str:
    bands = "".join(
        area(
            f"M{86 - 5 * n} {112 + 14 * n}H{234 + 5 * n}L{239 + 5 * n} {126 + 14 * n}H{81 - 5 * n}Z",
            (i.main, PAPER, i.dark, "#dca531")[n % 4],
        )
        for n in range(10)
    )
    fringe = "".join(line(f"M{40 + 24 * n} 252v10M{90 + 14 * n} 112v-10", i.dark, 3) for n in range(11))
    return bands + fringe


def round_rug(i: Ink) -> str:
    rings = "".join(
        f'<ellipse cx="160" cy="190" rx="{124 - 18 * n}" ry="{62 - 9 * n}" '
        f'fill="none" stroke="{i.dark}" stroke-width="4"/>'
        for n in range(6)
    )
    return (
        oval(160, 190, 132, 68, i.main)
        + rings
        + area("M214 60H250L246 150H218Z", "#7d8f4c")
        + box(210, 140, 46, 44, "#b8532f", 6)
    )


def curtains(i: Ink) -> str:
    pane = box(86, 64, 148, 150, "#cfe3ef") + line("M160 64V214M86 138H234", PAPER, 7)
    drop = area("M52 56H118Q124 150 102 252H44Q54 150 52 56Z", i.main) + line(
        "M74 60Q78 150 66 248M98 60Q102 150 86 248", i.dark, 5
    )
    return pane + mirrored(drop) + line("M32 52H288", WOOD, 10) + dot(32, 52, 10, WOOD) + dot(288, 52, 10, WOOD)


def draught_stopper(i: Ink) -> str:
    door = (
        box(76, 44, 168, 190, "#a98562", 4)
        + box(96, 62, 56, 70, "#94714f", 3)
        + box(168, 62, 56, 70, "#94714f", 3)
        + box(96, 148, 128, 66, "#94714f", 3)
        + dot(226, 146, 8, METAL)
    )
    return (
        door
        + box(36, 218, 248, 38, i.main, 19)
        + line("M80 222V252M160 222V252M240 222V252", i.dark, 5)
        + line("M52 232H260", i.light, 4)
    )


BEDDING: dict[str, Thing] = {
    "duvet": duvet,
    "sheets": sheets,
    "pillowcases": pillowcases,
    "bed pillow": bed_pillow,
    "throw": throw,
    "cushion": lambda i: scaled(cushion(i), 0.94),
    "pouf": pouf,
    "towels": towels,
    "flat towel": flat_towel,
    "mat": bath_mat,
    "robe": robe,
    "rug": rug,
    "round rug": round_rug,
    "curtains": curtains,
    "draught stopper": draught_stopper,
}
"""Every kind of thing in this file, by the name that the list of pictures uses."""
