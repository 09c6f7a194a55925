"""How sleeping bags, mats and pillows are drawn: one function for each kind of thing, in the ink it is given.

The canvas is 320 by 320 and the ground lies at 252. Knows nothing of the catalogue.
"""

from web.demo.pictures.pen import GLOW, LINE, METAL, PAPER, Ink, Thing, area, box, dot, line, oval, scaled


def mummy(i: Ink) -> str:
    ribs = "".join(line(f"M{108 + n} {96 + 30 * n}H{212 - n}", i.dark, 4) for n in range(5))
    return (
        area("M160 36Q222 40 222 100L204 236Q196 256 160 256 124 256 116 236L98 100Q98 40 160 36Z", i.main)
        + ribs
        + oval(160, 84, 40, 38, i.dark)
        + oval(160, 86, 30, 28, PAPER)
        + line("M160 124V210", LINE, 4)
    )


def envelope(i: Ink) -> str:
    return (
        box(70, 72, 180, 180, i.main, 14)
        + area("M160 72H236Q250 72 250 86V200Z", i.light)
        + area("M160 72 250 200V86Q250 72 236 72Z", PAPER)
        + line("M160 72 250 200", LINE, 4)
        + "".join(line(f"M84 {110 + 34 * n}H{172 + 24 * n}", i.dark, 4) for n in range(4))
        + box(86, 84, 62, 22, i.light, 8)
    )


def kids_bag(i: Ink) -> str:
    ears = area("M122 66 112 30 146 54ZM198 66 208 30 174 54Z", i.main)
    eyes = dot(146, 84, 5, LINE) + dot(174, 84, 5, LINE) + area("M154 96H166L160 104Z", LINE)
    return (
        scaled(mummy(i), 0.86)
        + ears
        + dot(160, 86, 44, i.main)
        + area("M120 96Q160 70 200 96 196 128 160 130 124 128 120 96Z", PAPER)
        + eyes
    )


def quilt(i: Ink) -> str:
    def fold(y: float, colour: str) -> str:
        stitches = "".join(line(f"M{82 + 40 * n} {y + 4}l18 36", i.light, 3) for n in range(4))
        return box(46, y, 228, 46, colour, 23) + stitches

    return (
        fold(204, i.main)
        + fold(160, i.dark)
        + fold(116, i.main)
        + area("M46 139Q46 92 92 92H206Q252 92 274 128 262 116 240 116H69Q46 116 46 139Z", i.light)
        + line("M70 126Q160 136 250 126", i.dark, 4)
    )


def liner(i: Ink) -> str:
    return (
        area("M96 60H224L214 252H106Z", i.main)
        + area("M96 60H224L222 96H98Z", i.light)
        + line("M122 100 128 248M160 100V248M198 100 192 248", i.dark, 3)
        + box(112, 66, 96, 24, PAPER, 8)
    )


def pillow(i: Ink) -> str:
    return (
        area(
            "M52 150Q52 120 84 128 160 142 236 128 268 120 268 150 262 200 268 "
            "232 262 256 236 248 160 236 84 248 58 256 52 232 58 200 52 150Z",
            i.main,
        )
        + line("M84 150Q160 166 236 150", i.light, 6)
        + line("M96 220Q160 208 224 220", i.dark, 4)
    )


def foam_mat(i: Ink) -> str:
    folds = "".join(
        area(
            f"M{54 + 36 * n} {92 if n % 2 else 120}L{90 + 36 * n} "
            f"{120 if n % 2 else 92}V{220 if n % 2 else 192}L{54 + 36 * n} {192 if n % 2 else 220}Z",
            i.dark if n % 2 else i.main,
        )
        for n in range(6)
    )
    eggs = "".join(dot(72 + 36 * n, 132 + 36 * m, 7, i.light) for n in range(6) for m in range(2))
    return f'<g transform="translate(0 32)">{folds}{eggs}</g>'


def air_mat(i: Ink) -> str:
    tubes = "".join(
        box(
            74 + 30 * n,
            56 + (14 if n in (0, 5) else 0),
            26,
            190 - (14 if n in (0, 5) else 0),
            i.dark if n in (0, 5) else i.main,
            13,
        )
        for n in range(6)
    )
    return box(72, 60, 178, 190, i.dark, 30) + tubes + box(98, 74, 124, 26, i.light, 12) + dot(232, 238, 8, LINE)


def fat_mat(i: Ink) -> str:
    return (
        area("M40 196 96 132H290L246 196Z", i.light)
        + area("M40 196H246V244Q246 252 238 252H48Q40 252 40 244Z", i.main)
        + area("M246 196 290 132V182L246 248Z", i.dark)
        + line("M40 222H246L288 158", PAPER, 3)
        + dot(60, 236, 7, METAL)
    )


def double_mat(i: Ink) -> str:
    return (
        fat_mat(i)
        + line("M143 196 193 132", i.dark, 4)
        + box(92, 142, 66, 20, PAPER, 10)
        + box(196, 142, 66, 20, PAPER, 10)
    )


def cot(i: Ink) -> str:
    legs = line(
        "M70 180 96 252M96 180 70 252M146 180 172 252M172 180 146 252M224 180 250 252M250 180 224 252", METAL, 7
    )
    return (
        legs
        + area("M40 166H280L270 190H50Z", i.main)
        + line("M36 166H284", i.dark, 9)
        + box(48, 140, 70, 24, i.light, 11)
    )


def blanket(i: Ink) -> str:
    fringe = "".join(line(f"M{78 + 18 * n} 240V256", i.dark, 4) for n in range(10))
    return (
        area("M66 120Q66 96 90 96H230Q254 96 254 120V240H66Z", i.main)
        + area("M66 156H254V176H66ZM66 190H254V198H66Z", PAPER)
        + area("M66 120Q66 96 90 96H230Q254 96 254 120L254 132Q160 110 66 132Z", i.dark)
        + fringe
    )


def pump(i: Ink) -> str:
    return (
        box(104, 112, 112, 140, i.main, 36)
        + box(178, 112, 38, 140, i.dark, 18)
        + area("M136 112 142 70H178L184 112Z", LINE)
        + box(132, 62, 56, 14, METAL, 6)
        + dot(150, 178, 20, PAPER)
        + line("M150 166V178", LINE, 5)
        + line("M70 66Q92 54 114 66M70 88Q92 76 114 88", PAPER, 5)
    )


def dry_sack(i: Ink) -> str:
    return (
        area("M98 112H222L228 240Q228 254 214 254H106Q92 254 92 240Z", i.main)
        + area("M186 112H222L228 240Q228 254 214 254H190Z", i.dark)
        + box(92, 82, 136, 34, i.dark, 10)
        + line("M92 92Q160 20 228 92", LINE, 9)
        + box(146, 44, 28, 18, GLOW, 5)
        + box(116, 156, 60, 36, i.light, 6)
    )


SLEEP: dict[str, Thing] = {
    "mummy": mummy,
    "envelope": envelope,
    "kids bag": kids_bag,
    "quilt": quilt,
    "liner": liner,
    "pillow": pillow,
    "foam mat": foam_mat,
    "air mat": air_mat,
    "fat mat": fat_mat,
    "double mat": double_mat,
    "cot": cot,
    "blanket": blanket,
    "pump": pump,
    "dry sack": dry_sack,
}
"""Every kind of thing in this file, by the name that the list of pictures uses."""
