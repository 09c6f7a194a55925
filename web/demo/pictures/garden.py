"""How garden tools, pots and plants are drawn: one function for each kind of thing, in the ink it is given.

The canvas is 320 by 320 and the ground lies at 252. Knows nothing of the catalogue.
"""

from web.demo.pictures.pen import LINE, METAL, PAPER, WOOD, Ink, Thing, area, box, dot, line, mirrored, oval, turned

LEAF, LEAF_DARK, SOIL = "#6f9b4f", "#4f7a3a", "#5a4232"


def shaft(i: Ink) -> str:
    """A wooden handle with a grip shaped like a Y."""
    return line("M160 164V70M160 74 138 44M160 74 182 44", i.main, 11) + line("M134 42H186", i.dark, 12)


def garden_fork(i: Ink) -> str:
    return shaft(i) + line("M124 252V180H196V252M148 180V252M172 180V252", METAL, 9) + box(150, 146, 20, 38, METAL, 4)


def spade(i: Ink) -> str:
    return (
        shaft(i)
        + area("M116 164H204V214Q200 246 160 258 120 246 116 214Z", METAL)
        + area("M160 164H204V214Q200 246 160 258Z", "#8e959f")
        + box(110, 160, 100, 9, LINE, 3)
        + box(150, 132, 20, 36, METAL, 4)
    )


def trowel(i: Ink) -> str:
    marks = "".join(line(f"M{176 + 18 * n} 152V164", LINE, 3) for n in range(5))
    return turned(
        area("M156 132H244Q290 144 296 160 290 176 244 188H156Z", METAL)
        + marks
        + line("M158 160H128", METAL, 11)
        + box(32, 142, 100, 36, i.main, 17)
        + line("M44 142V178", i.dark, 6)
        + line("M34 160Q8 150 12 176", WOOD, 4),
        -36,
    )


def secateurs(i: Ink) -> str:
    return (
        area("M150 150 176 58Q196 46 204 70L176 158Z", METAL)
        + area("M170 150 132 78Q118 74 116 92L148 158Z", "#8e959f")
        + line("M164 152Q204 196 196 252", i.main, 20)
        + line("M152 152Q112 196 124 252", i.dark, 20)
        + dot(160, 152, 13, LINE)
        + line("M150 186 168 196 150 206", METAL, 5)
        + line("M208 62 250 40M232 50 250 62", LEAF_DARK, 6)
        + oval(262, 38, 18, 10, LEAF)
    )


def pruning_saw(i: Ink) -> str:
    teeth = "".join("l6 9 6-9" for _ in range(13))
    return turned(
        area("M128 140H292V150L288 164H128Z", METAL)
        + area(f"M130 164{teeth}V160H130Z", METAL)
        + area("M28 138Q84 126 138 138V172Q84 190 30 184Q16 160 28 138Z", i.main)
        + dot(128, 154, 8, LINE)
        + line("M44 160H104", i.light, 7),
        -30,
    )


def watering_can(i: Ink) -> str:
    rain = "".join(line(f"M{30 - 4 * n} {116 + 10 * n}v18", "#6aa6d0", 4) for n in range(3))
    return (
        line("M118 210 58 118", i.main, 15)
        + turned(area("M36 96 74 104 70 124 34 122Z", "#d9b36a"), -18, 54, 110)
        + rain
        + area("M116 132H232L242 252H106Z", i.main)
        + area("M200 132H232L242 252H204Z", i.dark)
        + line("M130 132Q140 60 206 72 276 88 240 196", i.dark, 10)
        + box(110, 168, 126, 8, i.light)
        + oval(174, 132, 58, 11, i.dark)
    )


def mister(i: Ink) -> str:
    fog = "".join(
        dot(x, y, 3.5, PAPER) for x, y in ((72, 88), (56, 74), (52, 98), (40, 88), (36, 66), (30, 108), (64, 110))
    )
    return (
        fog
        + box(84, 84, 92, 18, i.dark, 6)
        + box(148, 66, 24, 70, i.dark, 5)
        + line("M176 96Q196 104 190 130", i.dark, 8)
        + area("M126 136H194Q228 168 224 216 222 252 196 252H124Q98 252 96 216 92 168 126 136Z", i.main)
        + area("M180 136H194Q228 168 224 216 222 252 196 252H178Q206 200 180 136Z", i.dark)
        + line("M114 182Q108 206 114 230", i.light, 7)
    )


def hose(i: Ink) -> str:
    rings = "".join(
        f'<ellipse cx="160" cy="{222 - 15 * n}" rx="104" ry="28" fill="none" '
        f'stroke="{(i.main, i.light)[n % 2]}" stroke-width="13"/>'
        for n in range(4)
    )
    drops = "".join(
        area(f"M{x} {y}q7 11 0 15-7-4 0-15Z", "#6aa6d0")
        for x, y in ((70, 110), (108, 92), (214, 92), (250, 110), (160, 86))
    )
    return rings + line("M262 170Q290 128 254 96", i.main, 13) + box(236, 74, 36, 22, "#d9b36a", 5) + drops


def pot(x: float, w: float, h: float, colour: str, dark: str) -> str:
    """A flower pot that stands on the ground with its middle at x."""
    return area(f"M{x - w / 2} {252 - h}H{x + w / 2}L{x + w * 0.36} 252H{x - w * 0.36}Z", colour) + box(
        x - w / 2 - 5, 252 - h - 8, w + 10, 20, dark, 4
    )


def sprout(x: float, y: float, size: float) -> str:
    """Leaves that come out of a pot at x, y."""
    leaves = "".join(
        turned(oval(x, y - size * 0.62, size * 0.17, size * 0.5, (LEAF, LEAF_DARK)[n % 2]), angle, x, y)
        for n, angle in enumerate((-56, 56, -28, 28, 0))
    )
    return leaves


def pots_trio(i: Ink) -> str:
    return (
        sprout(96, 160, 70)
        + sprout(226, 196, 48)
        + pot(96, 110, 92, i.main, i.dark)
        + pot(226, 84, 58, i.main, i.dark)
        + pot(166, 60, 40, i.light, i.main)
        + dot(166, 196, 15, LEAF)
    )


def planter(i: Ink) -> str:
    ribs = "".join(line(f"M{104 + 16 * n} 142L{110 + 14.4 * n:g} 212", i.dark, 3) for n in range(8))
    return (
        sprout(160, 140, 104)
        + line("M112 200 92 254M208 200 228 254M160 204V254", WOOD, 10)
        + area("M92 132H228L214 216H106Z", i.main)
        + ribs
        + box(88, 126, 144, 14, i.light, 6)
    )


def window_box(i: Ink) -> str:
    flowers = "".join(
        line(f"M{62 + 28 * n} 188V{148 - 12 * (n % 2)}", LEAF_DARK, 5)
        + dot(62 + 28 * n, 138 - 12 * (n % 2), 16, ("#c9413c", "#ee7b66", PAPER)[n % 3])
        + dot(62 + 28 * n, 138 - 12 * (n % 2), 5, "#dca531")
        for n in range(8)
    )
    return (
        box(60, 30, 200, 110, "#cfe3ef")
        + line("M160 30V140M60 84H260", PAPER, 7)
        + flowers
        + box(34, 180, 252, 62, i.main, 6)
        + box(34, 222, 252, 20, i.dark, 6)
        + line("M50 198H270", i.light, 5)
    )


def hanging_plant(i: Ink) -> str:
    trails = line("M112 170Q86 210 98 246M208 170Q236 204 222 240M140 184Q132 220 142 240", LEAF_DARK, 5) + "".join(
        oval(x, y, 11, 7, LEAF)
        for x, y in ((98, 196), (92, 222), (98, 246), (226, 196), (228, 218), (222, 240), (134, 214), (142, 240))
    )
    return (
        dot(160, 34, 11, METAL)
        + line("M160 40 100 160M160 40 220 160M160 40V160", i.main, 6)
        + sprout(160, 150, 66)
        + area("M104 146H216L200 206H120Z", "#b8532f")
        + trails
        + line("M100 160Q160 200 220 160M118 200H202L160 236ZM160 236V262", i.main, 6)
    )


def seed_tin(i: Ink) -> str:
    packets = "".join(
        turned(
            box(72 + 40 * n, 74 + 6 * (n % 2), 48, 76, c, 3) + dot(96 + 40 * n, 104 + 6 * (n % 2), 13, d),
            -6 + 4 * n,
            96 + 40 * n,
            150,
        )
        for n, (c, d) in enumerate(
            (("#f1e6cc", "#c9413c"), ("#f1e6cc", "#ea7f2e"), ("#f1e6cc", "#6f9b4f"), ("#f1e6cc", "#7b4569"))
        )
    )
    return (
        packets
        + box(52, 140, 216, 110, i.main, 12)
        + box(52, 224, 216, 26, i.dark, 12)
        + box(96, 164, 128, 48, PAPER, 5)
        + line("M160 204V180M160 190Q146 184 144 174M160 186Q174 180 176 170", LEAF_DARK, 5)
    )


def herb_trough(i: Ink) -> str:
    herbs = sprout(92, 176, 66) + sprout(160, 176, 84) + sprout(228, 176, 60)
    return (
        herbs
        + "".join(box(64 + 68 * n, 166, 56, 44, "#b8532f", 4) for n in range(3))
        + area("M40 194H280L266 246H54Z", i.main)
        + area("M54 246 50 230H270L266 246Z", i.dark)
        + line("M60 206H260", i.light, 5)
    )


def cold_frame(i: Ink) -> str:
    lettuces = "".join(dot(88 + 36 * n, 172, 17, (LEAF, "#8db66a")[n % 2]) for n in range(5))
    return (
        area("M58 96 250 60 276 148H44Z", "#cfe3ef")
        + line("M58 96 44 148M250 60 276 148M58 96 250 60M152 78 160 148", i.dark, 7)
        + line("M234 176 226 96", WOOD, 6)
        + lettuces
        + area("M36 178H284V250H36Z", i.main)
        + line("M36 202H284M36 226H284", i.dark, 4)
    )


def trug(i: Ink) -> str:
    veg = (
        dot(112, 150, 22, "#c9413c")
        + dot(154, 142, 24, LEAF)
        + dot(198, 150, 20, "#ea7f2e")
        + line("M198 130V112M112 128V114", LEAF_DARK, 6)
    )
    return (
        line("M160 214Q44 40 160 40 276 40 160 214", i.dark, 11)
        + veg
        + area("M36 156H284Q270 236 200 240H120Q50 236 36 156Z", i.main)
        + line("M56 182Q160 204 264 182M76 212Q160 226 244 212", i.dark, 5)
        + line("M36 156H284", i.light, 10)
        + box(100, 238, 18, 14, WOOD)
        + box(202, 238, 18, 14, WOOD)
    )


def apron(i: Ink) -> str:
    return (
        mirrored(line("M124 84Q100 60 118 36M112 130H72", i.dark, 9))
        + area("M122 76H198L206 132H232V236Q232 250 218 250H102Q88 250 88 236V132H114Z", i.main)
        + area("M110 164H210V222Q160 240 110 222Z", i.dark)
        + line("M160 164V230", i.light, 4)
        + line("M128 96H192", i.light, 5)
        + line("M184 176V146M196 176V150", METAL, 6)
    )


def kneeler(i: Ink) -> str:
    specks = "".join(dot(66 + 29 * n, 188 + 13 * ((n * 7) % 4), 4, i.dark) for n in range(7))
    return (
        area("M56 156H264L296 226H24Z", i.main)
        + area("M24 226H296V250H24Z", i.dark)
        + specks
        + box(128, 166, 64, 16, SOIL, 8)
        + turned(oval(112, 128, 26, 42, "#2f4470"), 12, 112, 128)
        + turned(oval(208, 128, 26, 42, "#2f4470"), -12, 208, 128)
    )


GARDEN: dict[str, Thing] = {
    "garden fork": garden_fork,
    "spade": spade,
    "trowel": trowel,
    "secateurs": secateurs,
    "pruning saw": pruning_saw,
    "watering can": watering_can,
    "mister": mister,
    "hose": hose,
    "pots trio": pots_trio,
    "planter": planter,
    "window box": window_box,
    "hanging plant": hanging_plant,
    "seed tin": seed_tin,
    "herb trough": herb_trough,
    "cold frame": cold_frame,
    "trug": trug,
    "apron": apron,
    "kneeler": kneeler,
}
"""Every kind of thing in this file, by the name that the list of pictures uses."""
