"""How tools are drawn: one function for each kind of thing, in the ink it is given.

The canvas is 320 by 320 and the ground lies at 252. Knows nothing of the catalogue.
"""

from web.demo.pictures.pen import GLOW, LINE, METAL, PAPER, WOOD, Ink, Thing, area, box, dot, line, oval, turned

STEEL_DARK = "#8e959f"


def hammer(i: Ink) -> str:
    return turned(
        box(146, 96, 28, 160, i.main, 12)
        + box(164, 96, 10, 160, i.dark, 5)
        + area("M96 62H196Q240 66 256 108 220 92 196 98H96Z", METAL)
        + box(78, 56, 30, 48, STEEL_DARK, 6),
        24,
    )


def screwdrivers(i: Ink) -> str:
    def driver(x: float, angle: float) -> str:
        return turned(
            box(x - 15, 172, 30, 78, i.main, 14)
            + box(x - 4, 172, 8, 78, i.light, 3)
            + box(x - 6, 84, 12, 90, METAL, 2)
            + area(f"M{x - 6} 84L{x - 10} 66H{x + 10}L{x + 6} 84Z", STEEL_DARK),
            angle,
            x,
            250,
        )

    return driver(90, -10) + driver(136, -3) + driver(184, 3) + driver(230, 10)


def pliers(i: Ink) -> str:
    jaw = area("M156 142 136 68Q146 50 162 62L178 138Z", METAL)
    arm = f'<path d="M166 144Q212 190 204 252" fill="none" stroke="{i.main}" stroke-width="23" stroke-linecap="round"/>'
    return (
        f'{jaw}{arm}<g transform="matrix(-1 0 0 1 320 0)">{jaw}{arm}</g>'
        + dot(160, 142, 19, STEEL_DARK)
        + dot(160, 142, 7, LINE)
        + line("M152 84H170M150 98H172M150 112H174", STEEL_DARK, 3)
    )


def spanner(i: Ink) -> str:
    return turned(
        box(62, 144, 160, 34, i.main, 14)
        + dot(76, 161, 9, LINE)
        + area("M206 132 244 104H288V136H256V164 186H288V216H230L206 190Z", i.main)
        + area("M240 186H288V216H230Z", i.dark)
        + box(214, 150, 26, 22, LINE, 4)
        + line("M220 152V170M228 152V170", METAL, 3)
        + box(96, 154, 90, 14, i.dark, 6),
        -32,
    )


def pull_saw(i: Ink) -> str:
    top = "".join("l5-8 5 8" for _ in range(17))
    low = "".join("l9 11 9-11" for _ in range(9))
    return turned(
        area(f"M120 128{top}V188H120Z", METAL)
        + area(f"M122 186{low}V180H122Z", METAL)
        + box(20, 142, 108, 32, i.main, 12)
        + line("M36 144V172M52 144V172M68 144V172M84 144V172", i.dark, 4),
        -24,
    )


def plane(i: Ink) -> str:
    return (
        line("M40 130Q24 90 52 78T84 108 52 122", "#e8d2ac", 7)
        + area("M44 210H282V246H44Z", METAL)
        + box(44, 236, 238, 12, STEEL_DARK)
        + area("M128 210 152 106 172 112 166 210Z", STEEL_DARK)
        + area("M196 210Q188 138 214 116 250 116 236 148 232 186 256 210Z", i.main)
        + dot(84, 176, 22, i.main)
        + box(76, 186, 16, 26, i.dark)
        + dot(188, 172, 11, "#d9b36a")
    )


def chisels(i: Ink) -> str:
    def chisel(x: float, w: float) -> str:
        return (
            box(x - 14, 62, 28, 84, i.main, 11)
            + box(x - 15, 60, 30, 11, METAL, 3)
            + box(x - 9, 142, 18, 18, "#d9b36a", 2)
            + area(f"M{x - w / 2} 158H{x + w / 2}V240L{x - w / 2} 250Z", METAL)
        )

    return chisel(72, 12) + chisel(130, 22) + chisel(190, 32) + chisel(252, 42)


def drill(i: Ink) -> str:
    return (
        area("M84 84H226Q244 84 244 104V138H182L194 220H130L122 150Q84 148 80 118Z", i.main)
        + area("M182 138 194 220H166L156 138Z", i.dark)
        + box(118, 214, 92, 38, LINE, 8)
        + box(244, 96, 24, 32, LINE, 5)
        + box(268, 106, 36, 10, METAL, 2)
        + box(98, 98, 92, 10, i.light, 5)
        + area("M182 140H200L194 168H186Z", LINE)
        + area("M246 132 300 160 246 148Z", GLOW)
    )


def sander(i: Ink) -> str:
    return (
        area("M94 94Q160 56 222 94V142Q216 168 204 178H116Q98 164 94 142Z", i.main)
        + area("M186 78Q222 90 222 142 216 168 204 178H176Z", i.dark)
        + area("M222 122H282Q296 150 282 178H222Z", "#8a7f70")
        + box(96, 176, 128, 26, LINE, 8)
        + box(80, 202, 160, 20, WOOD, 6)
        + line("M40 240H280", WOOD, 18)
        + line("M116 114Q150 92 186 104", i.light, 8)
    )


def glue_gun(i: Ink) -> str:
    return (
        box(20, 108, 76, 15, PAPER, 7)
        + area(
            "M84 88H222Q236 90 238 116 236 142 222 144H166L178 230Q178 244 164 244H134Q122 244 120 230L112 144H84Z",
            i.main,
        )
        + area("M150 144H166L178 230Q178 244 164 244H154Z", i.dark)
        + area("M238 100 282 112V122L238 132Z", METAL)
        + dot(292, 136, 5, GLOW)
        + area("M176 146H198L190 182H180Z", LINE)
        + line("M206 144 222 248", LINE, 6)
    )


def tape_measure(i: Ink) -> str:
    marks = "".join(line(f"M{206 + 18 * n} 216V{228 - 4 * (n % 2)}", LINE, 3) for n in range(5))
    return (
        box(196, 214, 100, 24, "#f4d24a")
        + marks
        + box(290, 212, 8, 36, METAL, 2)
        + area("M52 120Q54 78 100 78H160Q212 82 214 140V240H70Q52 238 52 220Z", i.main)
        + dot(132, 156, 44, i.dark)
        + dot(132, 156, 30, i.light)
        + box(186, 100, 22, 40, LINE, 6)
    )


def level(i: Ink) -> str:
    return turned(
        box(22, 138, 276, 48, i.main, 6)
        + box(22, 174, 276, 12, i.dark, 4)
        + box(128, 146, 64, 28, "#c8e06a", 12)
        + oval(160, 156, 12, 7, PAPER)
        + line("M146 146V174M174 146V174", LINE, 3)
        + dot(60, 162, 14, "#c8e06a")
        + dot(260, 162, 14, "#c8e06a")
        + box(14, 134, 16, 56, LINE, 5)
        + box(290, 134, 16, 56, LINE, 5),
        -8,
    )


def marking_gauge(i: Ink) -> str:
    marks = "".join(line(f"M{136 + 14 * n} 150V160", LINE, 2) for n in range(8))
    return (
        line("M40 236 284 236", WOOD, 26)
        + line("M60 232H230", LINE, 2)
        + turned(
            box(60, 148, 220, 24, METAL, 8)
            + marks
            + box(112, 112, 36, 96, i.main, 10)
            + box(134, 112, 14, 96, i.dark, 6)
            + dot(128, 106, 12, i.light)
            + dot(286, 160, 14, STEEL_DARK),
            -12,
        )
    )


def toolbox(i: Ink) -> str:
    return (
        line("M112 96Q112 58 160 58 208 58 208 96", LINE, 12)
        + box(36, 96, 116, 40, i.main, 5)
        + box(168, 96, 116, 40, i.main, 5)
        + box(36, 126, 116, 10, i.dark)
        + box(168, 126, 116, 10, i.dark)
        + line("M60 136 96 176M260 136 224 176", METAL, 7)
        + box(60, 146, 200, 42, i.light, 5)
        + box(48, 186, 224, 66, i.main, 6)
        + box(48, 232, 224, 20, i.dark, 6)
        + box(140, 180, 40, 22, METAL, 4)
    )


def tool_roll(i: Ink) -> str:
    tools = (
        box(62, 66, 14, 90, METAL, 3)
        + box(94, 56, 18, 96, "#c9413c", 8)
        + box(130, 70, 14, 90, METAL, 3)
        + box(162, 60, 18, 96, WOOD, 8)
        + area("M196 70H222L214 150H204Z", METAL)
    )
    return (
        tools
        + box(44, 120, 200, 122, i.main, 6)
        + "".join(line(f"M{82 + 36 * n} 126V236", i.dark, 4) for n in range(5))
        + box(44, 120, 200, 18, WOOD, 4)
        + oval(262, 182, 26, 62, i.dark)
        + oval(264, 182, 13, 38, i.light)
        + line("M230 196H292", WOOD, 9)
    )


def wax_tin(i: Ink) -> str:
    return (
        area("M66 150H254V224Q254 252 160 252 66 252 66 224Z", METAL)
        + oval(160, 150, 94, 30, STEEL_DARK)
        + oval(160, 150, 82, 23, i.main)
        + area("M120 146Q160 128 198 150 170 164 120 146Z", i.light)
        + turned(oval(216, 92, 74, 24, METAL) + oval(216, 88, 74, 24, i.light) + dot(216, 88, 11, i.dark), 22, 216, 90)
        + box(120, 196, 80, 30, PAPER, 4)
    )


def whetstone(i: Ink) -> str:
    return (
        turned(
            area("M70 120H236Q280 124 286 138 250 152 70 148Z", METAL) + box(10, 118, 66, 30, LINE, 12), -14, 160, 130
        )
        + area("M52 178H268L282 206H38Z", i.light)
        + area("M38 206H282V222H38Z", i.main)
        + area("M38 222H282V236H38Z", PAPER)
        + box(24, 234, 272, 20, WOOD, 5)
        + line("M96 190Q120 184 146 190", "#6aa6d0", 5)
    )


def mending_kit(i: Ink) -> str:
    def spool(x: float, colour: str) -> str:
        return (
            box(x - 17, 148, 34, 8, WOOD, 3)
            + box(x - 13, 156, 26, 34, colour)
            + box(x - 17, 190, 34, 8, WOOD, 3)
            + line(f"M{x - 13} 166H{x + 13}M{x - 13} 178H{x + 13}", "#00000033", 2)
        )

    return (
        area("M48 140H272L258 92H62Z", i.dark)
        + spool(86, "#c9413c")
        + spool(130, "#2f4470")
        + spool(174, "#dca531")
        + box(40, 182, 240, 70, i.main, 12)
        + oval(228, 150, 32, 18, WOOD)
        + box(220, 150, 16, 40, WOOD, 5)
        + line("M72 218H160", PAPER, 5)
        + line("M166 212 196 226", METAL, 4)
        + line("M160 218Q150 240 182 238", PAPER, 3)
    )


TOOLS: dict[str, Thing] = {
    "hammer": hammer,
    "screwdrivers": screwdrivers,
    "pliers": pliers,
    "spanner": spanner,
    "pull saw": pull_saw,
    "plane": plane,
    "chisels": chisels,
    "drill": drill,
    "sander": sander,
    "glue gun": glue_gun,
    "tape measure": tape_measure,
    "level": level,
    "marking gauge": marking_gauge,
    "toolbox": toolbox,
    "tool roll": tool_roll,
    "wax tin": wax_tin,
    "whetstone": whetstone,
    "mending kit": mending_kit,
}
"""Every kind of thing in this file, by the name that the list of pictures uses."""
