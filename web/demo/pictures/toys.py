"""How toys and games are drawn: one function for each kind of thing, in the ink it is given.

The canvas is 320 by 320 and the ground lies at 252. Knows nothing of the catalogue.
"""

from web.demo.pictures.pen import LINE, METAL, PAPER, WOOD, Ink, Thing, area, box, dot, line, oval, turned

GAY = ("#c9413c", "#ea7f2e", "#dca531", "#7d8f4c", "#2a8c8a", "#2f4470", "#7b4569")


def rainbow(i: Ink) -> str:
    arches = "".join(
        f'<path d="M{46 + 16 * n} 250V{218}A{114 - 16 * n} {114 - 16 * n} 0 0 1 '
        f'{274 - 16 * n} 218V250" fill="none" stroke="{c}" stroke-width="14"/>'
        for n, c in enumerate(GAY)
    )
    return arches


def shape_barn(i: Ink) -> str:
    return (
        area("M160 62 284 142H36Z", i.dark)
        + dot(160, 112, 13, LINE)
        + box(104, 118, 22, 20, LINE)
        + area("M196 138 210 116 224 138Z", LINE)
        + box(54, 140, 212, 112, i.main, 4)
        + box(116, 172, 88, 80, PAPER, 3)
        + line("M116 172 204 252M204 172 116 252", i.main, 6)
        + dot(250, 236, 17, PAPER)
        + dot(245, 232, 3, LINE)
        + dot(255, 232, 3, LINE)
    )


def pull_duck(i: Ink) -> str:
    return (
        line("M58 214Q20 206 18 160", LINE, 4)
        + dot(18, 156, 9, "#c9413c")
        + area(
            "M84 196Q86 138 154 148 176 150 186 118 186 76 222 76 256 78 256 "
            "112 258 132 242 140 262 166 244 196 226 222 160 222 92 222 84 196Z",
            i.main,
        )
        + area("M254 100 292 106 254 122Z", "#ea7f2e")
        + dot(228, 100, 6, LINE)
        + area("M112 176Q150 156 194 178 160 206 112 176Z", i.dark)
        + dot(122, 234, 19, "#c9413c")
        + dot(216, 234, 19, "#c9413c")
        + dot(122, 234, 6, LINE)
        + dot(216, 234, 6, LINE)
    )


def wagon(i: Ink) -> str:
    return (
        line("M264 186Q300 160 300 90", LINE, 8)
        + line("M284 88H312", LINE, 9)
        + box(40, 118, 226, 84, i.main, 6)
        + line("M40 146H266M40 174H266", i.dark, 6)
        + box(40, 112, 12, 92, WOOD)
        + box(254, 112, 12, 92, WOOD)
        + dot(90, 220, 32, LINE)
        + dot(90, 220, 16, METAL)
        + dot(218, 220, 32, LINE)
        + dot(218, 220, 16, METAL)
        + dot(112, 104, 17, "#dca531")
        + box(160, 88, 40, 34, "#6aa6d0", 6)
    )


def blocks(i: Ink) -> str:
    def block(x: float, y: float, w: float, h: float) -> str:
        return (
            box(x, y, w, h, i.main, 3)
            + box(x, y + h - 9, w, 9, i.dark, 3)
            + line(f"M{x + 8} {y + 10}H{x + w - 8}", i.light, 3)
        )

    return (
        block(60, 194, 56, 56)
        + block(120, 194, 116, 56)
        + block(84, 138, 112, 52)
        + block(202, 138, 52, 52)
        + area("M102 136 140 84 178 136Z", i.main)
        + area("M140 84 178 136H150Z", i.dark)
        + f'<path d="M200 136A27 27 0 0 1 254 136Z" fill="{i.light}"/>'
    )


def marble_run(i: Ink) -> str:
    return (
        box(48, 104, 44, 148, i.main, 3)
        + box(228, 152, 44, 100, i.main, 3)
        + box(138, 200, 44, 52, i.main, 3)
        + line("M70 104 236 146M250 160 140 194M160 206 270 240", i.dark, 14)
        + line("M70 98 236 140M250 154 140 188M160 200 270 234", i.light, 5)
        + dot(126, 100, 12, "#c9413c")
        + dot(210, 158, 12, "#2a8c8a")
        + dot(224, 214, 12, "#2f4470")
        + dot(60, 92, 12, "#dca531")
    )


def paint_tin(i: Ink) -> str:
    pans = "".join(
        box(60 + 34 * n, 172 + 34 * m, 28, 27, c, 4)
        for m in range(2)
        for n, c in enumerate((*GAY[:6],) if m else ("#f4d24a", "#ee7b66", "#6aa6d0", "#b8532f", "#8fbf7f", "#33363d"))
    )
    return (
        area("M44 158 66 76H254L276 158Z", PAPER)
        + oval(130, 118, 28, 15, "#6aa6d0")
        + oval(196, 112, 24, 13, "#ee7b66")
        + box(44, 156, 232, 96, i.main, 10)
        + pans
        + turned(box(150, 46, 12, 130, WOOD, 4) + area("M149 176H163L156 204Z", LINE), 42, 200, 110)
    )


def lino_kit(i: Ink) -> str:
    return (
        box(52, 102, 130, 130, i.main, 6)
        + line("M86 214Q96 140 146 122M104 180Q92 160 100 146M122 156Q146 160 152 142", PAPER, 7)
        + line("M216 196 196 148", METAL, 9)
        + box(200, 190, 34, 64, WOOD, 14)
        + box(206, 76, 84, 34, LINE, 16)
        + line("M248 110V132", METAL, 7)
        + box(236, 130, 24, 46, "#c9413c", 10)
    )


def kite(i: Ink) -> str:
    bows = "".join(
        area(f"M{x} {y}l-14-9v18ZM{x} {y}l14-9v18Z", c)
        for x, y, c in ((120, 214, "#dca531"), (92, 236, "#2a8c8a"), (60, 244, "#c9413c"))
    )
    return (
        area("M204 34 280 116 148 190 134 78Z", i.main)
        + area("M204 34 280 116 190 108Z", i.light)
        + area("M148 190 134 78 190 108Z", i.dark)
        + line("M204 34 148 190M134 78 280 116", LINE, 3)
        + line("M148 190Q130 224 92 236T36 246", LINE, 3)
        + bows
    )


def boules(i: Ink) -> str:
    def ball(x: float, y: float, c: str) -> str:
        return (
            dot(x, y, 38, WOOD)
            + f'<path d="M{x - 36} {y - 10}Q{x} {y + 8} {x + 36} {y - 10}" fill="none" stroke="{c}" stroke-width="11"/>'
            + dot(x - 13, y - 18, 6, "#ffffff66")
        )

    return (
        ball(92, 212, i.main)
        + ball(178, 212, "#2f4470")
        + ball(136, 142, "#dca531")
        + ball(222, 146, "#2a8c8a")
        + dot(254, 232, 19, "#c9413c")
    )


def skipping_rope(i: Ink) -> str:
    return (
        line("M86 150Q40 250 120 244 200 240 160 160 140 100 196 96 262 96 236 160", i.main, 10)
        + line("M86 150Q40 250 120 244 200 240 160 160 140 100 196 96 262 96 236 160", i.light, 3)
        + turned(box(70, 62, 28, 92, WOOD, 12), -12, 84, 108)
        + turned(box(222, 150, 28, 92, WOOD, 12), -10, 236, 196)
        + box(72, 88, 26, 9, i.dark)
    )


def mud_kitchen(i: Ink) -> str:
    return (
        line("M130 168H40", METAL, 10)
        + area("M96 172H206V214Q204 250 150 250 98 250 96 214Z", i.main)
        + oval(151, 172, 55, 13, "#6b4630")
        + turned(line("M236 90V170", METAL, 8) + oval(236, 190, 26, 20, METAL), 10, 236, 160)
        + line("M70 60V110M60 110Q46 150 70 156 94 150 80 110Z", METAL, 5)
        + dot(132, 168, 7, "#6f9b4f")
        + dot(166, 170, 6, "#c9413c")
        + area("M214 206H292Q288 248 254 250 218 248 214 206Z", i.dark)
    )


def train(i: Ink) -> str:
    wheels = "".join(dot(x, 230, 17, LINE) + dot(x, 230, 6, METAL) for x in (74, 120, 178, 222, 266))
    return (
        line("M24 252H296", WOOD, 9)
        + box(46, 166, 100, 52, "#2a8c8a", 6)
        + box(60, 138, 30, 30, "#dca531", 3)
        + box(94, 146, 36, 22, WOOD, 3)
        + line("M146 204H164", METAL, 7)
        + box(160, 178, 124, 42, i.main, 8)
        + box(160, 116, 56, 66, i.main, 6)
        + box(152, 108, 72, 14, i.dark, 5)
        + box(172, 132, 32, 28, PAPER, 4)
        + box(248, 140, 22, 42, i.dark, 4)
        + dot(270, 112, 12, PAPER)
        + dot(286, 96, 8, PAPER)
        + wheels
    )


TOYS: dict[str, Thing] = {
    "rainbow": rainbow,
    "shape barn": shape_barn,
    "pull duck": pull_duck,
    "wagon": wagon,
    "blocks": blocks,
    "marble run": marble_run,
    "paint tin": paint_tin,
    "lino kit": lino_kit,
    "kite": kite,
    "boules": boules,
    "skipping rope": skipping_rope,
    "mud kitchen": mud_kitchen,
    "train": train,
}
"""Every kind of thing in this file, by the name that the list of pictures uses."""
