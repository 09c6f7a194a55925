"""How pans, knives and other kitchen things are drawn: one function for each kind of thing, in the ink it is given.

The canvas is 320 by 320 and the ground lies at 252. Knows nothing of the catalogue.
"""

from web.demo.pictures.pen import LINE, METAL, PAPER, WOOD, Ink, Thing, area, box, dot, line, oval, scaled, turned


def skillet(i: Ink) -> str:
    return (
        box(212, 150, 92, 22, i.main, 11)
        + dot(290, 161, 5, METAL)
        + dot(128, 166, 92, i.main)
        + dot(128, 166, 76, i.light)
        + dot(128, 166, 70, i.dark)
        + area("M96 150Q112 122 148 136 176 150 160 176 132 206 104 190 84 172 96 150Z", "#a3542e")
        + line("M112 152 152 180M124 144 160 168", "#6b3218", 4)
    )


def saucepan(i: Ink) -> str:
    return (
        line("M214 152H294", METAL, 12)
        + area("M66 132H214V226Q214 250 190 250H90Q66 250 66 226Z", i.main)
        + area("M176 132H214V226Q214 250 190 250H168Z", i.dark)
        + oval(140, 132, 74, 18, METAL)
        + oval(140, 135, 62, 12, "#c98a3c")
        + line("M86 158V222", i.light, 9)
    )


def lidded(i: Ink, x: float, y: float, w: float, h: float) -> str:
    """A pot with two ears and a lid, its upper left corner at x, y."""
    return (
        line(f"M{x - 14} {y + 24}H{x + w + 14}", LINE, 9)
        + box(x, y, w, h, i.main, 10)
        + box(x + w * 0.76, y, w * 0.24, h, i.dark, 8)
        + area(f"M{x - 4} {y}Q{x + w / 2} {y - 30} {x + w + 4} {y}Z", i.light)
        + dot(x + w / 2, y - 18, 8, LINE)
    )


def pot_set(i: Ink) -> str:
    return lidded(i, 150, 104, 120, 144) + lidded(i, 56, 146, 100, 102) + lidded(i, 118, 188, 78, 64)


def casserole(i: Ink) -> str:
    return (
        box(30, 150, 260, 24, i.dark, 12)
        + area("M54 148H266L256 236Q252 252 234 252H86Q68 252 64 236Z", i.main)
        + area("M220 148H266L256 236Q252 252 234 252H208Z", i.dark)
        + area("M50 146Q60 100 160 96 260 100 270 146Z", i.main)
        + line("M82 134Q100 114 140 110", i.light, 8)
        + dot(160, 88, 14, "#d9b36a")
        + box(50, 140, 220, 10, i.light, 5)
    )


def wok(i: Ink) -> str:
    greens = "".join(
        dot(x, y, 13, c)
        for x, y, c in (
            (104, 148, "#6f9b4f"),
            (138, 138, "#c9413c"),
            (172, 146, "#e6b04a"),
            (130, 154, "#6f9b4f"),
            (194, 150, "#6f9b4f"),
        )
    )
    return (
        line("M246 158 306 122", WOOD, 15)
        + area("M42 156H258Q240 250 150 250 60 250 42 156Z", i.main)
        + area("M200 156H258Q240 250 150 250 196 226 200 156Z", i.dark)
        + oval(150, 156, 108, 20, i.light)
        + greens
    )


def baking_tray(i: Ink) -> str:
    cookies = "".join(
        dot(98 + 42 * n - 6 * m, 160 + 34 * m, 15, "#c68642") + dot(94 + 42 * n - 6 * m, 157 + 34 * m, 3, LINE)
        for n in range(4)
        for m in range(2)
    )
    return (
        area("M70 128H256L290 228H34Z", i.dark)
        + area("M80 138H246L274 218H50Z", i.light)
        + cookies
        + line("M34 230H290", i.main, 10)
    )


def loaf_tin(i: Ink) -> str:
    return (
        area("M64 150Q60 92 112 92H214Q262 92 256 150Z", "#c68642")
        + line("M116 104 128 140M156 102 164 140M196 104 202 140", "#8a5a28", 7)
        + area("M50 146H270L250 246H70Z", i.main)
        + area("M214 146H270L250 246H206Z", i.dark)
        + box(44, 140, 232, 14, i.light, 6)
    )


def proving_basket(i: Ink) -> str:
    rings = "".join(
        line(f"M{60 + 6 * n} {176 + 17 * n}Q160 {198 + 16 * n} {260 - 6 * n} {176 + 17 * n}", i.dark, 4)
        for n in range(4)
    )
    return (
        area("M66 160Q72 84 160 82 248 84 254 160Z", PAPER)
        + line("M120 100Q160 124 200 100M104 128Q160 156 216 128", "#d8ccb4", 6)
        + area("M52 158H268L240 250H80Z", i.main)
        + rings
        + line("M50 158H270", i.light, 12)
    )


def kitchen_scale(i: Ink) -> str:
    return (
        area("M92 118Q160 172 228 118Z", METAL)
        + dot(136, 112, 20, "#c9413c")
        + dot(176, 110, 22, "#c9413c")
        + box(150, 146, 20, 40, METAL)
        + box(52, 180, 216, 20, i.light, 8)
        + area("M60 198H260L274 244Q276 252 266 252H54Q44 252 46 244Z", i.main)
        + box(112, 210, 96, 28, LINE, 6)
        + line("M128 224H176", "#9be0b0", 6)
    )


def stand_mixer(i: Ink) -> str:
    return (
        area("M56 252V236H232V252Z", i.dark)
        + area("M62 240Q58 130 84 92H118V240Z", i.main)
        + box(62, 70, 206, 62, i.main, 30)
        + box(62, 108, 206, 14, i.dark)
        + dot(244, 98, 13, METAL)
        + box(192, 130, 16, 40, METAL)
        + area("M140 164H262Q264 234 230 236H172Q138 234 140 164Z", METAL)
        + area("M224 164H262Q264 234 230 236H212Z", "#8e959f")
        + line("M84 82H150", i.light, 7)
    )


def chef_knife(i: Ink) -> str:
    blade = area("M118 132H284Q290 160 258 178 214 200 118 196Z", METAL) + area(
        "M118 178Q220 186 282 146 282 164 258 178 214 200 118 196Z", PAPER
    )
    return turned(
        blade + box(26, 136, 98, 40, i.main, 14) + "".join(dot(50 + 26 * n, 156, 5, METAL) for n in range(3)), -28
    )


def bread_knife(i: Ink) -> str:
    teeth = "".join("q6 9 12 0" for _ in range(13))
    return turned(
        area(f"M288 138H120V176{teeth}Q292 160 288 138Z", METAL)
        + box(26, 138, 100, 38, i.main, 14)
        + "".join(dot(50 + 26 * n, 157, 5, METAL) for n in range(3)),
        -28,
    )


def cutting_board(i: Ink) -> str:
    blocks = "".join(
        box(56 + 34 * n, 112 + 34 * m, 32, 32, i.dark if (n + m) % 2 else i.main) for n in range(6) for m in range(4)
    )
    return (
        box(48, 104, 224, 148, i.dark, 14)
        + blocks
        + box(134, 112, 58, 14, i.light, 7)
        + turned(box(190, 178, 84, 20, "#e07b39", 10) + area("M272 178l28-10 4 20-28 10Z", "#6f9b4f"), -20, 220, 190)
    )


def pepper_mill(i: Ink) -> str:
    return (
        dot(160, 60, 20, METAL)
        + area("M128 80Q160 62 192 80 204 112 182 128H138Q116 112 128 80Z", i.main)
        + area("M138 132H182Q184 176 202 204 206 236 200 252H120Q114 236 118 204 136 176 138 132Z", i.main)
        + area("M170 132H182Q184 176 202 204 206 236 200 252H174Q184 200 170 132Z", i.dark)
        + box(120, 226, 80, 9, METAL)
        + "".join(dot(x, y, 4, LINE) for x, y in ((96, 246), (224, 248), (240, 240), (82, 250)))
    )


def jars(i: Ink) -> str:
    def jar(x: float, h: float, fill: str) -> str:
        return (
            box(x, 252 - h, 62, h, "#d5e6ea", 10)
            + box(x + 5, 252 - h * 0.68, 52, h * 0.68 - 5, fill, 8)
            + box(x + 6, 252 - h - 16, 50, 22, WOOD, 6)
        )

    return jar(24, 150, "#e6c35a") + jar(92, 120, "#a3542e") + jar(160, 138, "#f3ecd9") + jar(230, 104, "#6f9b4f")


def plates(i: Ink) -> str:
    return (
        "".join(oval(136, 236 - 12 * n, 104, 24, i.dark) + oval(136, 232 - 12 * n, 104, 24, i.main) for n in range(4))
        + oval(136, 196, 70, 14, i.light)
        + area("M160 130H284Q278 196 222 196 166 196 160 130Z", i.main)
        + oval(222, 130, 62, 15, i.light)
        + oval(222, 132, 50, 9, i.dark)
    )


def lunch_box(i: Ink) -> str:
    return (
        box(62, 112, 196, 66, i.main, 16)
        + box(62, 184, 196, 66, i.main, 16)
        + box(62, 154, 196, 24, i.dark, 12)
        + box(62, 226, 196, 24, i.dark, 12)
        + box(56, 100, 208, 22, i.light, 10)
        + line("M48 252V106Q48 80 76 80H244Q272 80 272 106V252", METAL, 8)
        + box(40, 150, 18, 54, LINE, 6)
        + box(262, 150, 18, 54, LINE, 6)
    )


def tea_towels(i: Ink) -> str:
    def towel(y: float) -> str:
        return (
            box(58, y, 204, 44, i.main, 14) + box(58, y + 15, 204, 9, "#c9413c") + box(58, y + 34, 204, 10, i.dark, 5)
        )

    return (
        towel(206)
        + towel(160)
        + towel(114)
        + box(136, 110, 48, 142, PAPER, 3)
        + line("M262 130Q284 122 280 150", i.dark, 5)
    )


def probe_thermometer(i: Ink) -> str:
    return turned(
        area("M206 154H300L306 160 300 166H206Z", METAL)
        + box(60, 122, 156, 76, i.main, 30)
        + box(176, 122, 40, 76, i.dark, 18)
        + box(82, 138, 84, 44, LINE, 10)
        + line("M96 160H116M124 160H144", "#9be0b0", 8)
        + dot(196, 160, 9, METAL),
        36,
    )


def mortar(i: Ink) -> str:
    return (
        turned(box(176, 24, 32, 130, i.dark, 16), 24, 190, 90)
        + area("M64 128H256Q252 214 206 226V252H114V226Q68 214 64 128Z", i.main)
        + area("M200 128H256Q252 214 206 226V252H176Z", i.dark)
        + oval(160, 128, 96, 20, i.light)
        + oval(160, 130, 78, 13, "#6f9b4f")
    )


COOKING: dict[str, Thing] = {
    "skillet": skillet,
    "saucepan": saucepan,
    "pot set": lambda i: scaled(pot_set(i), 0.96),
    "casserole": casserole,
    "wok": wok,
    "baking tray": baking_tray,
    "loaf tin": loaf_tin,
    "proving basket": proving_basket,
    "kitchen scale": kitchen_scale,
    "stand mixer": stand_mixer,
    "chef knife": chef_knife,
    "bread knife": bread_knife,
    "cutting board": cutting_board,
    "pepper mill": pepper_mill,
    "jars": jars,
    "plates": plates,
    "lunch box": lunch_box,
    "tea towels": tea_towels,
    "probe thermometer": probe_thermometer,
    "mortar": mortar,
}
"""Every kind of thing in this file, by the name that the list of pictures uses."""
