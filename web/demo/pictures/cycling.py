"""How bicycles and what belongs to them are drawn: one function for each kind of thing, in the ink it is given.

The canvas is 320 by 320 and the ground lies at 252. Knows nothing of the catalogue.
"""

from web.demo.pictures.clothes import gloves
from web.demo.pictures.pen import (
    GLOW,
    LINE,
    METAL,
    PAPER,
    WOOD,
    Ink,
    Thing,
    area,
    box,
    dot,
    line,
    mirrored,
    oval,
    turned,
)


def wheel(x: float, y: float, r: float) -> str:
    """A wheel with its spokes."""
    spokes = line(f"M{x - r} {y}H{x + r}M{x} {y - r}V{y + r}", METAL, 2)
    return (
        spokes
        + f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" fill="none" stroke="{LINE}" stroke-width="9"/>'
        + dot(x, y, 6, METAL)
    )


def city_bike(i: Ink) -> str:
    return (
        wheel(84, 196, 52)
        + wheel(238, 196, 52)
        + line("M84 196 118 126M84 196H152L118 126M152 196Q180 160 208 120M118 140Q160 176 208 128", i.main, 9)
        + line("M238 196 202 100Q196 86 178 92", i.dark, 8)
        + line("M118 126 112 104", METAL, 6)
        + box(88, 94, 48, 13, WOOD, 6)
        + line("M30 180Q44 134 92 140M188 176Q206 138 250 142", i.dark, 6)
        + dot(152, 196, 13, LINE)
        + area("M206 110H262L256 148H214Z", WOOD)
    )


def folding_bike(i: Ink) -> str:
    return (
        wheel(84, 214, 34)
        + wheel(240, 214, 34)
        + line("M84 214 104 180Q160 196 222 164", i.main, 12)
        + line("M240 214 214 96M200 96H236", i.dark, 8)
        + line("M118 212 108 92", METAL, 7)
        + box(84, 82, 50, 13, LINE, 6)
        + dot(164, 184, 11, METAL)
        + dot(120, 212, 12, LINE)
    )


def gravel_bike(i: Ink) -> str:
    return (
        wheel(82, 194, 54)
        + wheel(240, 194, 54)
        + line("M82 194 122 116H208L150 194ZM122 116 150 194M82 194H150", i.main, 9)
        + line("M240 194 204 104", i.dark, 9)
        + line("M202 104 226 98Q248 104 236 128", LINE, 8)
        + line("M122 116 116 96", METAL, 6)
        + box(92, 86, 46, 11, LINE, 5)
        + dot(150, 194, 14, LINE)
        + line("M138 136 148 164", PAPER, 12)
    )


def balance_bike(i: Ink) -> str:
    return (
        wheel(92, 202, 44)
        + wheel(232, 202, 44)
        + line("M92 202Q150 140 206 128", i.main, 15)
        + line("M232 202 204 96M186 92H222", i.dark, 9)
        + area("M96 136Q124 118 152 136L148 152H100Z", LINE)
        + line("M124 150 128 172", METAL, 7)
    )


def helmet(i: Ink) -> str:
    return (
        area("M52 196Q48 92 160 84 262 88 268 190L250 204Q160 176 66 208Z", i.main)
        + area(
            "M88 178Q96 124 146 108 128 140 128 172ZM146 170Q150 130 176 "
            "106 200 128 204 170ZM222 174Q226 130 204 110 244 128 248 180Z",
            i.dark,
        )
        + area("M60 204Q160 174 254 202L248 216Q160 190 70 218Z", LINE)
        + line("M104 208Q124 252 158 248 190 244 210 208", LINE, 6)
        + box(148, 240, 24, 14, METAL, 4)
    )


def bike_light(i: Ink) -> str:
    return (
        area("M206 104 306 60V220L206 176Z", GLOW)
        + box(78, 96, 118, 88, i.main, 18)
        + box(184, 90, 30, 100, LINE, 12)
        + box(98, 118, 44, 14, i.light, 7)
        + dot(112, 158, 9, "#c9413c")
        + box(112, 184, 44, 44, LINE, 8)
        + line("M60 236H210", METAL, 16)
    )


def bell(i: Ink) -> str:
    return (
        area("M70 184Q72 84 160 82 248 84 250 184Z", i.main)
        + area("M180 84Q248 92 250 184H206Q208 120 180 84Z", i.dark)
        + line("M100 160Q104 114 138 104", PAPER, 7)
        + box(60, 182, 200, 16, i.dark, 8)
        + dot(160, 76, 11, i.light)
        + line("M250 200Q282 196 274 164", METAL, 7)
        + dot(274, 160, 10, LINE)
        + line("M40 236H280", METAL, 18)
        + box(132, 198, 56, 50, LINE, 8)
    )


def pannier(i: Ink) -> str:
    return (
        line("M44 88H276", METAL, 9)
        + area("M86 104H234L242 238Q242 252 228 252H92Q78 252 78 238Z", i.main)
        + box(80, 96, 160, 30, i.dark, 8)
        + line("M116 96V82M204 96V82", LINE, 10)
        + line("M108 126V176M212 126V176", LINE, 7)
        + dot(160, 188, 20, PAPER)
        + dot(160, 188, 11, i.dark)
    )


def bar_bag(i: Ink) -> str:
    return (
        line("M40 92Q160 78 280 92", METAL, 13)
        + box(82, 110, 156, 132, i.main, 18)
        + area("M82 128Q82 110 100 110H220Q238 110 238 128V168H82Z", i.dark)
        + box(104, 122, 112, 34, PAPER, 5)
        + line("M112 152Q140 128 160 144T208 130", i.main, 4)
        + line("M116 84V114M204 84V114M120 168V206M200 168V206", WOOD, 9)
    )


def basket(i: Ink) -> str:
    weave = "".join(line(f"M{66 + 4 * n} {150 + 22 * n}H{254 - 4 * n}", i.dark, 4) for n in range(5))
    ribs = "".join(line(f"M{84 + 30 * n} 132L{98 + 25 * n} 250", i.light, 5) for n in range(6))
    bread = area("M176 132 206 58Q222 50 228 68L212 132Z", "#d9a760") + area(
        "M104 132Q96 78 120 74 142 78 136 132Z", "#2f6b4a"
    )
    return bread + area("M58 128H262L242 252H78Z", i.main) + ribs + weave + line("M56 128H264", i.dark, 11)


def folding_lock(i: Ink) -> str:
    links = line("M92 216 70 120 132 66 208 72 250 130 232 214", i.main, 25) + line(
        "M92 216 70 120 132 66 208 72 250 130 232 214", i.light, 8
    )
    pins = "".join(dot(x, y, 9, METAL) for x, y in ((92, 216), (70, 120), (132, 66), (208, 72), (250, 130), (232, 214)))
    return links + pins + box(118, 190, 92, 62, LINE, 12) + dot(164, 220, 11, METAL) + box(161, 220, 6, 16, METAL)


def multi_tool(i: Ink) -> str:
    return (
        line("M118 150 84 62M136 148 128 56M156 146 176 60M176 150 222 78", METAL, 9)
        + line("M222 78 240 92M84 62 70 70", METAL, 9)
        + box(92, 140, 136, 100, i.main, 20)
        + box(92, 168, 136, 14, i.dark)
        + box(92, 200, 136, 14, i.dark)
        + dot(116, 190, 9, METAL)
        + dot(204, 190, 9, METAL)
    )


def bike_pump(i: Ink) -> str:
    return turned(
        box(60, 148, 150, 28, i.main, 12)
        + box(196, 154, 70, 16, METAL, 6)
        + box(256, 142, 30, 40, LINE, 10)
        + box(44, 154, 22, 16, LINE, 5)
        + box(84, 154, 90, 7, i.light, 3),
        -36,
    ) + line("M78 216Q60 252 104 250 150 246 168 252", LINE, 7)


def track_pump(i: Ink) -> str:
    return (
        line("M176 232Q262 240 250 150 244 110 220 96", LINE, 8)
        + box(136, 92, 32, 150, i.main, 8)
        + line("M152 92V58", METAL, 8)
        + box(98, 46, 108, 18, WOOD, 9)
        + line("M92 248H214", i.dark, 12)
        + dot(152, 218, 22, PAPER)
        + line("M152 218 164 206", "#c9413c", 4)
        + box(210, 86, 22, 14, METAL, 4)
    )


def patch_kit(i: Ink) -> str:
    return (
        box(52, 120, 168, 120, i.dark, 14)
        + box(64, 132, 144, 96, METAL, 8)
        + dot(100, 166, 20, LINE)
        + dot(100, 166, 11, "#e0803a")
        + box(84, 198, 44, 20, LINE, 4)
        + box(138, 150, 56, 24, PAPER, 8)
        + box(138, 186, 56, 24, "#e6c35a", 4)
        + turned(box(226, 92, 20, 150, i.main, 10), 8, 236, 166)
        + turned(box(256, 92, 20, 150, i.light, 10), 14, 266, 166)
    )


def cape(i: Ink) -> str:
    return (
        wheel(244, 216, 36)
        + wheel(92, 216, 36)
        + area("M150 96Q190 96 210 130L282 178Q230 214 60 216 92 130 150 96Z", i.main)
        + area("M150 96Q190 96 210 130L282 178Q220 196 168 196 176 140 150 96Z", i.dark)
        + dot(158, 80, 28, i.light)
        + area("M132 76Q158 40 186 76 160 62 132 76Z", i.dark)
        + area("M222 150 250 168 226 176Z", PAPER)
    )


def cycling_gloves(i: Ink) -> str:
    return gloves(i) + mirrored(oval(104, 186, 20, 15, PAPER))


CYCLING: dict[str, Thing] = {
    "city bike": city_bike,
    "folding bike": folding_bike,
    "gravel bike": gravel_bike,
    "balance bike": balance_bike,
    "helmet": helmet,
    "bike light": bike_light,
    "bike bell": bell,
    "pannier": pannier,
    "bar bag": bar_bag,
    "basket": basket,
    "folding lock": folding_lock,
    "multi tool": multi_tool,
    "bike pump": bike_pump,
    "track pump": track_pump,
    "patch kit": patch_kit,
    "cycling gloves": cycling_gloves,
    "cape": cape,
}
"""Every kind of thing in this file, by the name that the list of pictures uses."""
