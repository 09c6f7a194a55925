"""How bags are drawn: one function for each kind of thing, in the ink it is given.

The canvas is 320 by 320 and the ground lies at 252. Knows nothing of the catalogue.
"""

from web.demo.pictures.pen import LINE, METAL, PAPER, Ink, Thing, area, box, dot, line, mirrored, scaled


def trekking_pack(i: Ink) -> str:
    return (
        mirrored(box(74, 150, 40, 78, i.dark, 14))
        + box(100, 92, 120, 160, i.main, 26)
        + line("M136 92V66M184 92V66", i.dark, 8)
        + area("M96 112Q100 64 160 64 220 64 224 112Z", i.dark)
        + line("M136 100V142M184 100V142M112 206H208", i.light, 6)
        + box(122, 150, 76, 74, i.light, 14)
        + line("M160 160V214", i.main, 5)
        + area("M82 232 100 226V246L66 250ZM238 232 220 226V246L254 250Z", LINE)
    )


def daypack(i: Ink) -> str:
    return (
        line("M138 88Q138 62 160 62 182 62 182 88", i.dark, 9)
        + mirrored(box(78, 176, 30, 66, i.dark, 12))
        + area("M94 252V150Q94 82 160 82 226 82 226 150V232Q226 252 206 252H114Q94 252 94 232Z", i.main)
        + line("M112 150Q116 104 160 102 204 104 208 150", i.light, 5)
        + box(112, 170, 96, 66, i.dark, 14)
        + line("M122 184H198", i.light, 5)
        + box(150, 124, 20, 20, i.light, 4)
    )


def vest(i: Ink) -> str:
    half = area("M152 112V236Q120 252 92 232L96 150Q96 96 112 70L134 66Q132 100 152 112Z", i.main) + box(
        104, 126, 34, 66, i.light, 12
    )
    return (
        mirrored(half + box(112, 108, 18, 26, i.dark, 6))
        + line("M140 140H180M140 204H180", i.dark, 7)
        + line("M134 66Q160 88 186 66", i.dark, 8)
    )


def rolltop(i: Ink) -> str:
    return (
        box(92, 108, 136, 144, i.main, 18)
        + area("M92 122 104 78H216L228 122Z", i.dark)
        + box(98, 66, 124, 22, i.main, 11)
        + line("M122 88V150M198 88V150", LINE, 7)
        + box(114, 128, 16, 12, METAL, 3)
        + box(190, 128, 16, 12, METAL, 3)
        + box(110, 178, 100, 16, PAPER, 4)
        + box(110, 206, 100, 30, i.dark, 8)
    )


def tote(i: Ink) -> str:
    return (
        line("M118 130Q118 54 160 54 202 54 202 130", i.dark, 10)
        + area("M80 124H240L228 252H92Z", i.main)
        + area("M84 214H236L228 252H92Z", i.dark)
        + line("M118 130V160M202 130V160", i.dark, 10)
        + dot(160, 142, 6, METAL)
    )


def duffel(i: Ink) -> str:
    return (
        line("M112 142Q116 90 160 90 204 90 208 142", LINE, 9)
        + box(38, 130, 244, 116, i.main, 52)
        + area(
            "M90 130Q38 130 38 188 38 246 90 246 66 188 90 130Z"
            "M230 130Q282 130 282 188 282 246 230 246 254 188 230 130Z",
            i.dark,
        )
        + line("M92 148Q160 134 228 148", i.light, 6)
        + line("M112 134V246M208 134V246", LINE, 9)
        + box(136, 180, 48, 26, i.light, 6)
    )


def travel_pack(i: Ink) -> str:
    return (
        line("M136 84V66H184V84", LINE, 8)
        + box(86, 80, 148, 172, i.main, 24)
        + line("M102 98H218V234H102Z", i.light, 4)
        + box(112, 178, 96, 46, i.dark, 10)
        + line("M86 130H234M86 160H234", i.dark, 7)
        + box(150, 122, 20, 16, METAL, 4)
        + box(150, 152, 20, 16, METAL, 4)
    )


def roller(i: Ink) -> str:
    ridges = "".join(line(f"M{x} 130V222", i.dark, 5) for x in (120, 147, 174, 200))
    return (
        line("M132 108V44H188V108", METAL, 7)
        + box(126, 38, 68, 14, LINE, 7)
        + mirrored(dot(112, 248, 10, LINE))
        + box(94, 102, 132, 142, i.main, 20)
        + box(94, 108, 12, 130, i.light, 6)
        + ridges
    )


def pouch(i: Ink) -> str:
    return (
        line("M84 168Q30 120 70 84 160 40 250 84 290 120 236 168", LINE, 9)
        + area("M74 150Q160 132 246 150 262 244 196 244H124Q58 244 74 150Z", i.main)
        + line("M92 172Q160 156 228 172", i.light, 6)
        + area("M84 196Q160 184 236 196 230 244 196 244H124Q90 244 84 196Z", i.dark)
        + box(214, 166, 8, 22, METAL, 4)
    )


BAGS: dict[str, Thing] = {
    "trekking pack": trekking_pack,
    "hut pack": lambda i: scaled(trekking_pack(i), 0.86),
    "daypack": daypack,
    "vest": vest,
    "rolltop": rolltop,
    "tote": tote,
    "duffel": duffel,
    "travel pack": travel_pack,
    "roller": roller,
    "pouch": pouch,
}
"""Every kind of thing in this file, by the name that the list of pictures uses."""
