"""How things for dogs and cats are drawn: one function for each kind of thing, in the ink it is given.

The canvas is 320 by 320 and the ground lies at 252. Knows nothing of the catalogue.
"""

from web.demo.pictures.pen import GLOW, LINE, METAL, PAPER, WOOD, Ink, Thing, area, box, dot, line, oval, turned

FUR = "#c08a55"


def head(x: float, y: float, ears: str) -> str:
    """A small face of a dog (`flop`) or a cat (`prick`)."""
    flop = oval(x - 30, y + 2, 12, 24, "#8a5f3d") + oval(x + 30, y + 2, 12, 24, "#8a5f3d")
    prick = area(f"M{x - 30} {y - 8}l4-34 24 18ZM{x + 30} {y - 8}l-4-34-24 18Z", FUR)
    face = dot(x, y, 30, FUR) + dot(x - 11, y - 4, 4, LINE) + dot(x + 11, y - 4, 4, LINE) + oval(x, y + 9, 6, 4, LINE)
    return (flop if ears == "flop" else prick) + face


def pet_bed(i: Ink) -> str:
    return (
        oval(160, 200, 132, 52, i.main)
        + oval(160, 190, 104, 34, i.dark)
        + oval(162, 182, 74, 28, FUR)
        + head(110, 164, "flop")
        + area("M28 200Q30 254 160 254 290 254 292 200 250 236 160 236 70 236 28 200Z", i.main)
        + line("M60 228Q160 252 260 228", i.light, 5)
    )


def pet_mattress(i: Ink) -> str:
    return (
        area("M62 156H258L290 214H30Z", i.light)
        + area("M30 214H290V250H30Z", i.main)
        + line("M30 232H290", i.dark, 5)
        + dot(160, 180, 8, i.main)
        + dot(110, 180, 8, i.main)
        + dot(210, 180, 8, i.main)
        + oval(196, 160, 58, 26, FUR)
        + head(130, 138, "flop")
    )


def cat_hammock(i: Ink) -> str:
    return (
        box(44, 34, 232, 190, "#cfe3ef", 6)
        + line("M160 34V224M44 128H276", PAPER, 7)
        + oval(166, 170, 56, 26, FUR)
        + head(112, 148, "prick")
        + area("M56 176H264Q250 228 160 232 70 228 56 176Z", i.main)
        + line("M56 176H264", i.dark, 10)
        + line("M64 176 84 92M256 176 236 92", METAL, 5)
        + dot(84, 90, 14, LINE)
        + dot(236, 90, 14, LINE)
    )


def cat_cave(i: Ink) -> str:
    return (
        area("M40 220Q36 84 160 80 284 84 280 220 276 252 240 252H80Q44 252 40 220Z", i.main)
        + oval(160, 192, 66, 52, i.dark)
        + oval(160, 196, 56, 44, LINE)
        + head(160, 206, "prick")
        + line("M70 132Q104 98 160 98", i.light, 7)
    )


def harness(i: Ink) -> str:
    return (
        f'<ellipse cx="160" cy="150" rx="92" ry="76" fill="none" stroke="{i.main}" stroke-width="24"/>'
        + area("M110 196 160 238 210 196 186 178 160 200 134 178Z", i.main)
        + line("M160 238V262", i.dark, 18)
        + box(136, 62, 48, 26, i.dark, 8)
        + line("M140 62Q160 40 180 62", LINE, 9)
        + dot(160, 212, 11, METAL)
        + box(56, 138, 26, 30, LINE, 6)
        + box(238, 138, 26, 30, LINE, 6)
    )


def dog_lead(i: Ink) -> str:
    return (
        line("M92 100Q40 60 66 44 108 34 112 96 118 170 190 130 262 96 260 170 256 232 190 222", i.main, 13)
        + line("M92 100Q40 60 66 44 108 34 112 96 118 170 190 130 262 96 260 170 256 232 190 222", i.light, 4)
        + box(158, 210, 36, 24, "#d9b36a", 6)
        + '<ellipse cx="134" cy="222" rx="25" ry="16" fill="none" stroke="#d9b36a" stroke-width="9"/>'
    )


def collar(i: Ink) -> str:
    rays = line("M160 60V34M76 92 56 72M244 92 264 72M44 170H18M276 170H302", GLOW, 8)
    return (
        rays
        + f'<ellipse cx="160" cy="172" rx="98" ry="66" fill="none" stroke="{i.main}" stroke-width="27"/>'
        + f'<ellipse cx="160" cy="172" rx="98" ry="66" fill="none" stroke="{GLOW}" stroke-width="9"/>'
        + box(128, 220, 64, 38, LINE, 9)
        + dot(160, 239, 7, "#8fd3b4")
    )


def dog_coat(i: Ink) -> str:
    legs = "".join(box(x, 196, 20, 56, FUR, 8) for x in (92, 122, 198, 228))
    return (
        legs
        + area("M76 132H238Q262 134 262 168 260 206 236 206H96Q70 196 76 132Z", FUR)
        + line("M250 142Q284 126 282 98", FUR, 13)
        + head(66, 112, "flop")
        + area("M92 122H226Q246 126 246 172L236 214H108Q88 180 92 122Z", i.main)
        + area("M92 122H118V206H102Q86 176 92 122Z", i.dark)
        + line("M96 184H242", PAPER, 6)
        + box(154, 206, 22, 22, i.dark, 3)
    )


def pet_bottle(i: Ink) -> str:
    return (
        area("M78 96Q82 50 160 48 238 50 242 96 214 124 160 124 106 124 78 96Z", i.light)
        + oval(160, 92, 66, 20, "#6aa6d0")
        + box(140, 118, 40, 22, LINE, 4)
        + box(116, 134, 88, 118, i.main, 22)
        + box(176, 134, 28, 118, i.dark, 14)
        + dot(150, 198, 13, PAPER)
        + "".join(dot(150 + x, 178 + y, 5, PAPER) for x, y in ((-14, 4), (-5, -4), (5, -4), (14, 4)))
    )


def pet_bowl(i: Ink) -> str:
    kibble = "".join(dot(90 + 20 * n, 150 - 7 * (n % 2), 12, "#8a5f3d") for n in range(8))
    return (
        kibble
        + area("M64 150H256L286 246Q286 252 278 252H42Q34 252 34 246Z", i.main)
        + area("M216 150H256L286 246Q286 252 278 252H226Z", i.dark)
        + box(58, 144, 204, 14, i.light, 7)
        + dot(150, 216, 15, PAPER)
        + "".join(dot(150 + x, 194 + y, 6, PAPER) for x, y in ((-17, 5), (-6, -4), (7, -4), (18, 5)))
    )


def slow_feeder(i: Ink) -> str:
    maze = (
        f'<ellipse cx="160" cy="188" rx="84" ry="42" fill="none" '
        f'stroke="{i.light}" stroke-width="10" stroke-dasharray="90 26"/>'
        + f'<ellipse cx="160" cy="188" rx="48" ry="23" fill="none" '
        f'stroke="{i.light}" stroke-width="9" stroke-dasharray="60 22"/>'
    )
    kibble = "".join(
        dot(x, y, 7, "#8a5f3d") for x, y in ((100, 178), (150, 158), (214, 176), (196, 212), (124, 212), (160, 190))
    )
    return (
        oval(160, 198, 132, 62, i.dark)
        + oval(160, 188, 132, 62, i.main)
        + oval(160, 188, 108, 50, i.dark)
        + maze
        + kibble
    )


def fountain(i: Ink) -> str:
    return (
        line("M160 130Q132 104 128 134M160 130Q188 104 192 134M160 132V104", "#6aa6d0", 7)
        + oval(160, 152, 112, 32, i.light)
        + oval(160, 152, 98, 24, "#6aa6d0")
        + dot(160, 148, 13, PAPER)
        + area("M48 154Q60 250 90 252H230Q260 250 272 154 220 186 160 186 100 186 48 154Z", i.main)
        + area("M216 178Q256 168 272 154 260 250 230 252H206Z", i.dark)
        + line("M272 220Q300 224 296 250", LINE, 5)
    )


def treat_tin(i: Ink) -> str:
    fish = area("M102 192Q140 160 184 188L214 170V214L184 198Q140 224 102 192Z", PAPER) + dot(126, 188, 4, LINE)
    return (
        box(78, 110, 164, 142, i.main, 12)
        + box(204, 110, 38, 142, i.dark, 12)
        + box(70, 92, 180, 30, METAL, 8)
        + oval(160, 92, 90, 13, "#c8cdd4")
        + fish
    )


def tug_rope(i: Ink) -> str:
    twist = "".join(line(f"M{112 + 22 * n} 150l14 26", i.light, 5) for n in range(5))
    ends = line("M58 132 28 110M54 148 20 146M54 170 24 188M262 132 292 110M266 148 300 146M266 170 296 188", i.main, 7)
    return turned(
        ends + line("M78 160H242", i.main, 32) + twist + oval(78, 158, 31, 35, i.dark) + oval(242, 158, 31, 35, i.dark),
        -18,
    )


def ball(i: Ink) -> str:
    return (
        dot(216, 206, 46, i.dark)
        + line("M186 180Q216 200 246 178", i.main, 8)
        + dot(122, 176, 74, i.main)
        + line("M64 150Q122 190 178 132", i.light, 9)
        + dot(132, 190, 15, i.dark)
        + oval(98, 136, 15, 9, "#ffffff66")
    )


def scratch_post(i: Ink) -> str:
    turns = "".join(line(f"M128 {114 + 15 * n}H192", "#b58d57", 4) for n in range(8))
    return (
        box(60, 232, 200, 20, i.dark, 6)
        + box(128, 102, 64, 132, i.main)
        + turns
        + box(92, 86, 136, 20, i.light, 9)
        + line("M228 106V140", LINE, 3)
        + dot(228, 150, 13, "#c9413c")
        + head(160, 62, "prick")
    )


def cat_wand(i: Ink) -> str:
    feathers = "".join(
        turned(oval(84, 218, 11, 36, c), a, 84, 184) for a, c in ((-30, i.main), (0, "#2a8c8a"), (30, "#dca531"))
    )
    return line("M286 238 148 54", WOOD, 9) + line("M148 54Q66 44 84 180", LINE, 3) + feathers + dot(84, 182, 7, METAL)


def pet_brush(i: Ink) -> str:
    pins = "".join(line(f"M{92 + 15 * n} 166V{196}", METAL, 4) + dot(92 + 15 * n, 198, 3.5, METAL) for n in range(8))
    return turned(
        pins + box(76, 120, 140, 50, i.main, 24) + box(76, 152, 140, 18, i.dark, 9) + box(206, 132, 96, 26, i.main, 13),
        -14,
    ) + line("M66 250Q96 226 120 246T170 244", FUR, 8)


PETS: dict[str, Thing] = {
    "pet bed": pet_bed,
    "pet mattress": pet_mattress,
    "cat hammock": cat_hammock,
    "cat cave": cat_cave,
    "harness": harness,
    "dog lead": dog_lead,
    "collar": collar,
    "dog coat": dog_coat,
    "pet bottle": pet_bottle,
    "pet bowl": pet_bowl,
    "slow feeder": slow_feeder,
    "fountain": fountain,
    "treat tin": treat_tin,
    "tug rope": tug_rope,
    "ball": ball,
    "scratch post": scratch_post,
    "cat wand": cat_wand,
    "pet brush": pet_brush,
}
"""Every kind of thing in this file, by the name that the list of pictures uses."""
