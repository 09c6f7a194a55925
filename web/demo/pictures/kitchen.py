"""How coffee and kitchen things are drawn: one function for each kind of thing, in the ink it is given.

The canvas is 320 by 320 and the ground lies at 252. Knows nothing of the catalogue.
"""

from web.demo.pictures.pen import LINE, METAL, PAPER, WOOD, Ink, Thing, area, box, dot, line, oval

COFFEE, GLASS = "#6b4630", "#d5e6ea"


def moka(i: Ink) -> str:
    return (
        line("M214 112H250V172", LINE, 13)
        + area("M104 96H216L200 168H120Z", i.main)
        + area("M104 96 84 84 104 122Z", i.main)
        + area("M160 96H216L200 168H160Z", i.dark)
        + area("M108 96 124 78H196L212 96Z", i.light)
        + dot(160, 70, 10, LINE)
        + box(116, 166, 88, 12, LINE, 4)
        + area("M120 178H200L220 252H100Z", i.main)
        + area("M160 178H200L220 252H160Z", i.dark)
    )


def dripper(i: Ink) -> str:
    return (
        area("M96 72H224L184 140H136Z", i.main)
        + area("M160 72H224L184 140H160Z", i.dark)
        + area("M102 72 116 56H204L218 72Z", PAPER)
        + line("M224 86Q252 88 240 116 230 126 204 118", i.dark, 9)
        + box(108, 138, 104, 12, i.light, 6)
        + area("M126 150H194L196 168Q232 210 214 252H106Q88 210 124 168Z", GLASS)
        + area("M103 214H217Q220 236 214 252H106Q100 236 103 214Z", COFFEE)
        + line("M160 152V200", COFFEE, 4)
    )


def press(i: Ink) -> str:
    return (
        line("M210 126H256V220H210", LINE, 13)
        + line("M160 96V56", METAL, 6)
        + dot(160, 54, 12, LINE)
        + area("M102 100Q160 66 218 100Z", i.dark)
        + area("M104 110 88 98H216V252H104Z", i.main)
        + box(182, 100, 34, 152, i.dark)
        + box(116, 122, 12, 112, i.light, 6)
    )


def travel_mug(i: Ink) -> str:
    return (
        area("M104 96H216L200 252H120Z", i.main)
        + area("M172 96H216L200 252H166Z", i.dark)
        + box(96, 76, 128, 24, LINE, 10)
        + box(140, 66, 40, 12, METAL, 6)
        + area("M118 232H202L200 252H120Z", METAL)
        + line("M124 120 132 214", i.light, 8)
    )


def mug(i: Ink) -> str:
    return (
        line("M214 136Q268 132 262 182 254 222 206 216", i.dark, 17)
        + area("M92 112H220Q236 252 192 252H120Q76 252 92 112Z", i.main)
        + area("M86 202Q156 226 226 202 222 252 192 252H120Q90 252 86 202Z", WOOD)
        + oval(156, 112, 64, 15, i.dark)
        + oval(156, 114, 54, 10, COFFEE)
        + line("M132 84Q122 70 132 56M172 84Q162 70 172 56", PAPER, 6)
    )


def flask(i: Ink) -> str:
    return (
        box(124, 44, 72, 56, METAL, 10)
        + box(124, 84, 72, 14, LINE, 4)
        + area("M124 98H196Q214 112 214 134V236Q214 252 198 252H122Q106 252 106 236V134Q106 112 124 98Z", i.main)
        + area("M180 98H196Q214 112 214 134V236Q214 252 198 252H180Z", i.dark)
        + box(118, 132, 10, 96, i.light, 5)
        + box(132, 166, 40, 26, i.light, 6)
    )


def kettle(i: Ink) -> str:
    return (
        line("M104 222Q62 220 66 170 70 128 40 108", i.main, 12)
        + line("M204 128Q268 118 262 166 258 206 248 220", LINE, 13)
        + area("M118 116H204L228 228H94Z", i.main)
        + area("M176 116H204L228 228H184Z", i.dark)
        + area("M114 116Q160 84 208 116Z", i.dark)
        + dot(160, 94, 9, METAL)
        + box(86, 230, 148, 22, METAL, 8)
        + dot(160, 241, 6, LINE)
    )


def grinder(i: Ink) -> str:
    return (
        line("M160 78V60H76", METAL, 9)
        + box(62, 44, 24, 44, WOOD, 10)
        + box(122, 78, 76, 108, METAL, 8)
        + box(118, 74, 84, 16, i.dark, 6)
        + box(118, 180, 84, 72, i.main, 12)
        + box(118, 176, 84, 14, i.dark, 4)
        + box(132, 100, 12, 66, PAPER, 6)
    )


def pan(i: Ink) -> str:
    steam = line("M110 130Q100 112 110 94M150 130Q140 112 150 94M190 130Q180 112 190 94", PAPER, 6)
    return (
        steam
        + line("M230 188 300 160", i.dark, 15)
        + dot(292, 163, 4, METAL)
        + area("M40 168H246Q240 232 206 232H80Q46 232 40 168Z", i.main)
        + oval(143, 168, 104, 20, i.light)
        + oval(143, 170, 92, 15, i.dark)
        + oval(136, 170, 40, 9, PAPER)
        + oval(138, 168, 15, 6, "#f2b632")
    )


def pots(i: Ink) -> str:
    return (
        line("M222 196H286", LINE, 13)
        + box(76, 152, 148, 100, i.main, 14)
        + box(188, 152, 36, 100, i.dark, 14)
        + box(68, 144, 164, 16, i.light, 8)
        + box(108, 92, 88, 54, i.main, 10)
        + box(172, 92, 24, 54, i.dark, 8)
        + box(102, 84, 100, 14, i.light, 7)
        + dot(152, 78, 9, LINE)
        + box(90, 172, 10, 64, i.light, 5)
    )


KITCHEN: dict[str, Thing] = {
    "moka": moka,
    "dripper": dripper,
    "press": press,
    "travel mug": travel_mug,
    "flask": flask,
    "mug": mug,
    "kettle": kettle,
    "grinder": grinder,
    "pan": pan,
    "pots": pots,
}
"""Every kind of thing in this file, by the name that the list of pictures uses."""
