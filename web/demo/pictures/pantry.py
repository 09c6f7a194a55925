"""How tea, coffee and food are drawn: one function for each kind of thing, in the ink it is given.

The canvas is 320 by 320 and the ground lies at 252. Knows nothing of the catalogue.
"""

from web.demo.pictures.pen import LINE, METAL, PAPER, WOOD, Ink, Thing, area, box, dot, line, oval, turned

LEAF = "#6f9b4f"


def tea_tin(i: Ink) -> str:
    leaf = area("M160 206Q122 190 136 152 172 160 160 206ZM164 200Q170 168 196 162 204 192 164 200Z", LEAF)
    return (
        box(88, 104, 144, 148, i.main, 8)
        + box(196, 104, 36, 148, i.dark, 8)
        + box(82, 74, 156, 38, i.dark, 8)
        + box(94, 82, 100, 8, i.light, 4)
        + box(108, 136, 104, 88, PAPER, 6)
        + leaf
    )


def teapot(i: Ink) -> str:
    dots = "".join(dot(100 + 20 * n + 10 * (m % 2), 184 + 16 * m, 4, i.light) for n in range(6) for m in range(3))
    return (
        line("M92 116Q160 10 228 116", LINE, 10)
        + line("M232 196Q276 190 276 136", i.main, 19)
        + area("M70 196Q70 132 160 128 250 132 250 196 248 252 160 252 72 252 70 196Z", i.main)
        + dots
        + area("M112 136Q160 106 208 136Z", i.dark)
        + dot(160, 110, 11, LINE)
    )


def gaiwan(i: Ink) -> str:
    def cup(x: float) -> str:
        return area(f"M{x - 28} 206H{x + 28}Q{x + 24} 246 {x} 246 {x - 24} 246 {x - 28} 206Z", i.main) + oval(
            x, 206, 28, 7, "#c98a3c"
        )

    return (
        area("M82 116H202Q196 190 162 196H122Q88 190 82 116Z", i.main)
        + area("M168 116H202Q196 190 162 196H146Z", i.dark)
        + oval(142, 206, 78, 14, i.light)
        + area("M86 108Q142 58 198 108Z", i.light)
        + box(126, 66, 32, 12, i.dark, 5)
        + cup(236)
        + cup(70)
    )


def infuser(i: Ink) -> str:
    slots = "".join(line(f"M{124 + 14 * n} 128V188", METAL, 2) for n in range(6))
    return (
        line("M218 130Q270 126 264 180 256 218 214 214", "#c2d8de", 15)
        + area("M88 92H220V232Q218 252 200 252H108Q90 252 88 232Z", "#d5e6ea")
        + area("M94 160H214V230Q212 246 198 246H110Q96 246 94 230Z", "#d39a4c")
        + box(112, 100, 84, 100, "#ffffff88", 10)
        + slots
        + area("M118 172H190V196H118Z", "#5a7a3a")
        + box(76, 80, 156, 15, PAPER, 6)
    )


def coffee_bag(i: Ink) -> str:
    beans = "".join(
        turned(oval(x, y, 13, 8, "#5a3a26") + line(f"M{x - 10} {y}Q{x} {y + 4} {x + 10} {y}", "#8a6145", 2), a, x, y)
        for x, y, a in ((62, 240, 20), (92, 248, -30), (250, 244, -10), (274, 236, 40))
    )
    return (
        area("M98 78H222L236 240Q236 252 224 252H96Q84 252 84 240Z", i.main)
        + area("M196 78H222L236 240Q236 252 224 252H200Z", i.dark)
        + box(94, 58, 132, 28, i.dark, 5)
        + box(112, 54, 96, 10, METAL, 3)
        + box(114, 126, 92, 78, PAPER, 6)
        + oval(160, 164, 24, 30, "#5a3a26")
        + line("M160 136Q150 164 160 194", "#8a6145", 4)
        + beans
    )


def sachets(i: Ink) -> str:
    def stick(x: float, angle: float) -> str:
        return turned(
            box(x, 92, 34, 148, i.main, 4)
            + box(x, 92, 34, 14, i.dark, 3)
            + box(x, 228, 34, 12, i.dark, 3)
            + oval(x + 17, 160, 9, 13, "#5a3a26"),
            angle,
            x + 17,
            240,
        )

    return stick(86, -18) + stick(122, -6) + stick(158, 6) + stick(194, 18) + oval(250, 238, 24, 9, "#5a3a26")


def crackers(i: Ink) -> str:
    def cracker(x: float, y: float, a: float) -> str:
        holes = "".join(dot(x + 18 + 22 * n, y + 18 + 22 * m, 3, "#8a6a3c") for n in range(3) for m in range(3))
        return turned(
            box(x, y, 80, 80, "#d9b36a", 10) + box(x + 5, y + 5, 70, 70, "#e6c88c", 8) + holes, a, x + 40, y + 40
        )

    return (
        box(48, 88, 120, 164, i.main, 6)
        + box(48, 88, 120, 40, i.dark, 6)
        + box(68, 146, 80, 60, PAPER, 5)
        + cracker(170, 106, 14)
        + cracker(196, 166, -8)
        + line("M84 176H132M84 190H120", "#8a6a3c", 5)
    )


def honey(i: Ink) -> str:
    return (
        box(96, 76, 128, 34, "#d9b36a", 8)
        + box(82, 106, 156, 146, "#f0d9a0", 26)
        + box(90, 130, 140, 114, i.main, 20)
        + area("M114 160H206V220H114Z", PAPER)
        + area("M160 170l16 9v18l-16 9-16-9v-18Z", i.main)
        + turned(
            line("M262 46V150", WOOD, 9)
            + oval(262, 170, 19, 25, WOOD)
            + line("M246 162H278M246 172H278M248 182H276", "#8a5f3d", 4),
            14,
            262,
            110,
        )
    )


def oil_bottle(i: Ink) -> str:
    return (
        box(140, 38, 40, 26, LINE, 5)
        + box(146, 60, 28, 50, i.dark)
        + area("M146 106H174Q214 128 214 160V240Q214 252 202 252H118Q106 252 106 240V160Q106 128 146 106Z", i.main)
        + area("M174 106Q214 128 214 160V240Q214 252 202 252H186V130Z", i.dark)
        + box(116, 170, 88, 58, PAPER, 4)
        + line("M134 208Q160 190 188 186", "#4f7a3a", 4)
        + oval(150, 192, 9, 13, "#6f7d2e")
        + oval(176, 204, 9, 13, "#6f7d2e")
    )


def salt_box(i: Ink) -> str:
    flakes = "".join(area(f"M{x} {y}l12 18h-24Z", PAPER) for x, y in ((246, 218), (268, 230), (58, 228), (232, 236)))
    return (
        box(92, 92, 136, 160, i.main, 6)
        + box(194, 92, 34, 160, i.dark, 6)
        + area("M92 92 110 66H246L228 92Z", i.light)
        + area("M160 124 204 196H116Z", PAPER)
        + area("M160 124 204 196H168Z", "#dfe6ea")
        + line("M108 222Q128 210 146 222T184 222", PAPER, 5)
        + flakes
    )


def bean_bag(i: Ink) -> str:
    beans = "".join(
        turned(oval(x, y, 16, 10, "#f6efdd"), a, x, y)
        for x, y, a in ((60, 240, 20), (94, 248, -20), (240, 246, 10), (274, 238, -30), (256, 222, 40))
    )
    return (
        area("M98 100Q160 84 222 100L236 236Q236 252 220 252H100Q84 252 84 236Z", i.main)
        + area("M108 96Q104 60 126 56 160 70 194 56 216 60 212 96Z", i.main)
        + line("M102 98Q160 84 218 98", "#b8532f", 8)
        + box(118, 136, 84, 80, "#d8c79d", 6)
        + "".join(
            turned(oval(x, y, 13, 8, "#fffaf0"), a, x, y)
            for x, y, a in ((146, 160, 20), (176, 168, -30), (150, 190, -10), (178, 196, 30))
        )
        + beans
    )


def chocolate(i: Ink) -> str:
    squares = "".join(
        box(84 + 40 * n, 62 + 40 * m, 35, 35, i.dark, 5) + line(f"M{90 + 40 * n} {70 + 40 * m}h20", i.light, 3)
        for n in range(4)
        for m in range(2)
    )
    return turned(
        box(78, 56, 164, 130, i.main, 6)
        + squares
        + box(72, 144, 176, 12, METAL)
        + box(72, 152, 176, 104, "#7b4569", 5)
        + box(104, 176, 112, 52, PAPER, 4)
        + line("M122 196H198M134 212H186", i.main, 5),
        -8,
    )


def hamper(i: Ink) -> str:
    weave = "".join(line(f"M40 {178 + 20 * m}" + "q11-9 22 0" * 11, i.dark, 4) for m in range(4))
    inside = (
        box(84, 84, 28, 84, "#2f6b4a", 6)
        + box(124, 104, 48, 60, "#dca531", 8)
        + box(182, 92, 42, 72, "#c9413c", 5)
        + oval(236, 142, 22, 26, "#d9b36a")
    )
    return (
        area("M44 150 62 58H258L276 150Z", i.dark)
        + area("M70 68H250L262 150H58Z", "#f1e6cc")
        + inside
        + box(36, 156, 248, 96, i.main, 8)
        + weave
        + line("M36 158H284", i.light, 9)
        + box(92, 150, 18, 50, WOOD, 4)
        + box(210, 150, 18, 50, WOOD, 4)
    )


PANTRY: dict[str, Thing] = {
    "tea tin": tea_tin,
    "teapot": teapot,
    "gaiwan": gaiwan,
    "infuser": infuser,
    "coffee bag": coffee_bag,
    "sachets": sachets,
    "crackers": crackers,
    "honey": honey,
    "oil bottle": oil_bottle,
    "salt box": salt_box,
    "bean bag": bean_bag,
    "chocolate": chocolate,
    "hamper": hamper,
}
"""Every kind of thing in this file, by the name that the list of pictures uses."""
