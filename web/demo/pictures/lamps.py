"""How lamps are drawn: one function for each kind of thing, in the ink it is given.

The canvas is 320 by 320 and the ground lies at 252. Knows nothing of the catalogue.
"""

from web.demo.pictures.pen import GLOW, LINE, METAL, PAPER, WOOD, Ink, Thing, area, box, dot, line, oval, turned

BRASS = "#c9a24a"


def desk_lamp(i: Ink) -> str:
    return (
        area("M152 98 268 98 292 236H138Z", GLOW + "55")
        + box(68, 236, 96, 16, i.main, 8)
        + line("M110 238 78 146 138 84", i.main, 10)
        + dot(78, 146, 10, i.dark)
        + dot(138, 84, 9, i.dark)
        + box(136, 78, 138, 18, i.main, 9)
        + box(152, 94, 112, 7, GLOW, 3)
    )


def architect(i: Ink) -> str:
    return (
        area("M196 132 250 106 300 236H170Z", GLOW + "55")
        + box(30, 236, 130, 16, WOOD, 3)
        + area("M52 214H84V272H62V258H52Z", LINE)
        + line("M68 216 58 130 176 66M78 214 70 136", i.main, 8)
        + dot(62, 132, 9, METAL)
        + dot(176, 66, 9, METAL)
        + area("M172 66 200 56 262 102 196 138Z", i.main)
        + area("M230 80 262 102 196 138Z", i.dark)
        + dot(230, 124, 14, GLOW)
    )


def light_bar(i: Ink) -> str:
    return (
        area("M70 96H250L296 252H24Z", GLOW + "44")
        + box(56, 96, 208, 126, LINE, 10)
        + box(66, 106, 188, 106, "#5f7fa3", 4)
        + area("M140 222H180L190 252H130Z", METAL)
        + box(144, 64, 32, 36, i.dark, 6)
        + box(60, 72, 200, 18, i.main, 9)
        + box(72, 86, 176, 6, GLOW, 3)
    )


def banker(i: Ink) -> str:
    return (
        area("M84 146H236L262 240H58Z", GLOW + "55")
        + line("M160 240V96", BRASS, 10)
        + box(108, 234, 104, 18, BRASS, 9)
        + area("M62 146Q66 76 128 76H192Q254 76 258 146Z", i.main)
        + area("M206 78Q254 84 258 146H222Q224 104 206 78Z", i.dark)
        + line("M92 126Q98 98 128 96", i.light, 7)
        + box(60, 142, 200, 8, GLOW, 4)
        + line("M196 150V190", BRASS, 3)
        + dot(196, 194, 6, BRASS)
    )


def clip_light(i: Ink) -> str:
    return (
        area("M206 100 238 120 214 226H92Z", GLOW + "55")
        + line("M84 190Q70 70 150 62 190 60 210 92", i.dark, 9)
        + turned(box(186, 82, 68, 30, i.main, 14) + box(196, 104, 48, 8, GLOW, 4), 32, 220, 97)
        + box(64, 176, 40, 58, i.main, 12)
        + box(74, 190, 20, 12, i.light, 5)
        + area("M72 226 160 240 254 226V252L160 262 72 252Z", PAPER)
        + line("M160 240V260", METAL, 3)
    )


def globe(i: Ink) -> str:
    return (
        dot(160, 150, 118, GLOW + "33")
        + dot(160, 152, 84, i.main)
        + dot(160, 152, 66, GLOW)
        + oval(132, 122, 18, 24, PAPER)
        + box(112, 224, 96, 28, WOOD, 8)
        + line("M126 238H194", "#8c6541", 3)
    )


def tripod(i: Ink) -> str:
    return (
        area("M96 118H224L250 190H70Z", GLOW + "44")
        + line("M160 116 100 264M160 116 220 264M160 116V258", WOOD, 9)
        + area("M112 44H208L230 120H90Z", i.main)
        + area("M178 44H208L230 120H190Z", i.dark)
        + box(90, 116, 140, 7, GLOW, 3)
    )


def lantern(i: Ink) -> str:
    return (
        dot(160, 164, 112, GLOW + "33")
        + line("M128 84Q128 46 160 46 192 46 192 84", METAL, 7)
        + area("M112 108Q116 80 160 80 204 80 208 108Z", i.main)
        + box(116, 108, 88, 92, GLOW, 12)
        + box(140, 122, 14, 64, PAPER, 7)
        + line("M122 108V200M198 108V200", i.dark, 6)
        + box(104, 198, 112, 54, i.main, 14)
        + box(178, 198, 38, 54, i.dark, 14)
        + dot(150, 226, 9, i.light)
    )


def headlamp(i: Ink) -> str:
    strap = "M56 150Q56 80 160 80 264 80 264 150 264 214 160 214 56 214 56 150"
    return (
        line(strap, i.dark, 22)
        + line("M56 150Q56 214 160 214 264 214 264 150", i.main, 24)
        + line("M66 176Q90 204 130 210M254 176Q230 204 190 210", i.light, 5)
        + dot(160, 198, 84, GLOW + "44")
        + box(110, 152, 100, 94, LINE, 26)
        + dot(160, 200, 34, METAL)
        + dot(160, 200, 26, GLOW)
        + dot(152, 192, 8, PAPER)
        + box(136, 142, 48, 14, "#e2604f", 6)
    )


def string_lights(i: Ink) -> str:
    spots = ((52, 112), (104, 140), (160, 150), (216, 140), (268, 112), (84, 214), (136, 238), (190, 238), (240, 214))
    bulbs = "".join(
        dot(x, y + 20, 24, GLOW + "44") + box(x - 6, y - 6, 12, 14, i.dark, 3) + oval(x, y + 20, 11, 14, GLOW)
        for x, y in spots
    )
    return line("M16 78Q160 214 304 78M304 78Q296 166 240 206 160 268 60 196", i.main, 5) + bulbs


LAMPS: dict[str, Thing] = {
    "desk lamp": desk_lamp,
    "architect": architect,
    "light bar": light_bar,
    "banker": banker,
    "clip light": clip_light,
    "globe": globe,
    "tripod": tripod,
    "lantern": lantern,
    "headlamp": headlamp,
    "string lights": string_lights,
}
"""Every kind of thing in this file, by the name that the list of pictures uses."""
