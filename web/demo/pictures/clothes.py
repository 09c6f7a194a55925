"""How jackets and other clothes are drawn: one function for each kind of thing, in the ink it is given.

The canvas is 320 by 320 and the ground lies at 252. Knows nothing of the catalogue.
"""

from web.demo.pictures.pen import LINE, METAL, PAPER, Ink, Thing, area, box, dot, line, mirrored, oval, turned

BODY = "M118 84Q160 100 202 84L226 98V236Q226 246 216 246H104Q94 246 94 236V98Z"
SLEEVE = "M120 84 82 102Q64 112 60 140L46 226 78 234 98 150Z"


def torso(i: Ink, sleeve: str = SLEEVE) -> str:
    """The front of a garment with two long sleeves."""
    return mirrored(area(sleeve, i.dark)) + area(BODY, i.main)


def zipped(i: Ink) -> str:
    """The same with a zip down its front."""
    return torso(i) + line("M160 94V244", LINE, 4)


def rain_jacket(i: Ink) -> str:
    drops = "".join(
        area(f"M{x} {y}q7 12 0 16 -7-4 0-16Z", "#6aa6d0") for x, y in ((40, 60), (280, 70), (66, 40), (262, 34))
    )
    return (
        drops
        + area("M108 92Q104 36 160 34 216 36 212 92 160 112 108 92Z", i.main)
        + area("M128 88Q126 54 160 52 194 54 192 88 160 102 128 88Z", i.dark)
        + zipped(i)
        + line("M112 186 134 206M208 186 186 206", i.light, 5)
    )


def waxed_jacket(i: Ink) -> str:
    return (
        zipped(i)
        + area("M116 84 160 116 204 84 196 66Q160 80 124 66Z", "#8a5f3d")
        + box(106, 176, 44, 44, i.dark, 4)
        + box(170, 176, 44, 44, i.dark, 4)
        + box(104, 172, 48, 14, i.light, 4)
        + box(168, 172, 48, 14, i.light, 4)
        + "".join(dot(152, 130 + 28 * n, 4, METAL) for n in range(4))
    )


def wind_jacket(i: Ink) -> str:
    wind = line("M20 110H66M10 134H58M24 158H62", PAPER, 5)
    return (
        wind
        + zipped(i)
        + area("M124 82Q160 62 196 82L192 96Q160 108 128 96Z", i.light)
        + area("M94 150H226V162H94Z", PAPER)
    )


def puffer(i: Ink) -> str:
    seams = "".join(
        line(
            f"M94 {120 + 26 * n}Q126 {128 + 26 * n} 158 {120 + 26 * n}M162 "
            f"{120 + 26 * n}Q194 {128 + 26 * n} 226 {120 + 26 * n}",
            i.dark,
            5,
        )
        for n in range(5)
    )
    arms = mirrored(line("M76 120 106 126M66 152 96 158M58 184 90 190", i.main, 5))
    return (
        torso(i)
        + arms
        + seams
        + area("M122 88Q120 62 160 60 200 62 198 88 160 104 122 88Z", i.light)
        + line("M160 70V244", LINE, 4)
    )


def parka(i: Ink) -> str:
    fur = "".join(
        dot(160 + x, y, 12, "#e8dcc4")
        for x, y in ((-54, 82), (-52, 58), (-36, 40), (-14, 32), (14, 32), (36, 40), (52, 58), (54, 82))
    )
    return (
        mirrored(area(SLEEVE, i.dark))
        + area("M118 84H202L226 98 232 254H88L94 98Z", i.main)
        + fur
        + area("M112 86Q112 44 160 42 208 44 208 86 160 106 112 86Z", i.dark)
        + line("M160 98V254M96 176H224", LINE, 4)
        + box(104, 190, 42, 44, i.light, 5)
        + box(174, 190, 42, 44, i.light, 5)
    )


def fleece(i: Ink) -> str:
    curls = "".join(line(f"M{104 + 22 * n} {118 + 26 * m}q6-8 12 0", i.light, 4) for n in range(6) for m in range(5))
    return (
        torso(i)
        + curls
        + box(172, 124, 40, 40, LINE, 5)
        + line("M160 94V170", LINE, 5)
        + area("M124 84Q160 58 196 84 160 104 124 84Z", i.dark)
    )


def half_zip(i: Ink) -> str:
    grid = "".join(line(f"M96 {176 + 18 * n}H224", i.dark, 2) for n in range(4))
    return (
        torso(i)
        + grid
        + area("M126 88 132 58H188L194 88Q160 102 126 88Z", i.light)
        + line("M160 60V150", LINE, 5)
        + dot(160, 152, 5, METAL)
    )


def jumper(i: Ink) -> str:
    cables = "".join(
        line(f"M{120 + 40 * n} 106q10 14 0 28 -10 14 0 28 10 14 0 28 -10 14 0 28", i.light, 5) for n in range(3)
    )
    return (
        torso(i)
        + cables
        + area("M94 228H226V246H94Z", i.dark)
        + area("M122 84Q160 62 198 84 160 112 122 84Z", i.dark)
        + oval(160, 84, 26, 8, LINE)
    )


def long_sleeve(i: Ink) -> str:
    return (
        torso(i)
        + oval(160, 88, 32, 11, LINE)
        + line("M118 88 100 150M202 88 220 150", i.light, 4)
        + box(150, 104, 20, 10, PAPER, 2)
    )


def tee(i: Ink) -> str:
    return (
        torso(i, "M120 84 82 100 48 152 82 172 100 146Z")
        + oval(160, 88, 32, 11, LINE)
        + area("M94 130H226L226 150H94Z", i.light)
    )


def leggings(i: Ink) -> str:
    return (
        area("M108 56H212L222 250H184L162 122H158L136 250H98Z", i.main)
        + box(106, 52, 108, 20, i.dark, 6)
        + line("M118 78 112 246M202 78 208 246", i.light, 3)
    )


def trousers(i: Ink) -> str:
    return (
        area("M102 56H218L234 252H184L162 128H158L136 252H86Z", i.main)
        + area("M160 72H219L234 252H184L162 128Z", i.dark)
        + box(100, 52, 120, 18, i.dark, 4)
        + dot(160, 61, 5, METAL)
        + line("M112 76 128 104M208 76 192 104M104 158 138 162", i.light, 4)
    )


def overtrousers(i: Ink) -> str:
    return (
        trousers(i) + line("M96 130 88 250M224 130 232 250", "#dca531", 5) + line("M94 214H138M182 214H228", METAL, 6)
    )


def shorts(i: Ink) -> str:
    return (
        area("M88 92H232L262 224H176L162 158H158L144 224H58Z", i.main)
        + box(86, 88, 148, 22, i.dark, 8)
        + line("M152 108V138M168 108V132", PAPER, 4)
        + line("M84 130 66 218M236 130 254 218", i.light, 6)
    )


def beanie(i: Ink) -> str:
    ribs = "".join(line(f"M{104 + 28 * n} {176}Q{118 + 21 * n} 100 160 84", i.dark, 4) for n in range(5))
    return (
        area("M78 192Q78 84 160 80 242 84 242 192Z", i.main)
        + ribs
        + box(68, 180, 184, 56, i.light, 14)
        + "".join(line(f"M{86 + 18 * n} 190V226", i.main, 4) for n in range(9))
    )


def glove(i: Ink) -> str:
    return (
        area(
            "M84 150Q66 128 78 118 90 112 104 132V84Q104 72 113 72 122 72 122 84V74Q122 62 132 62 "
            "142 62 142 74V82Q142 70 151 70 160 70 160 82V96Q162 86 170 88 178 90 178 102V196H104Z",
            i.main,
        )
        + line("M122 86V124M142 84V124M160 96V126", i.dark, 3)
        + box(98, 194, 86, 46, i.dark, 6)
        + line("M104 208H178M104 222H178", i.light, 3)
    )


def gloves(i: Ink) -> str:
    return turned(f'<g transform="translate(78 8)">{glove(i)}</g>', 12) + turned(
        f'<g transform="translate(-46 8)">{glove(i)}</g>', -8
    )


def socks(i: Ink) -> str:
    sock = (
        area("M100 66H156V176Q160 190 190 196 214 202 212 224 210 244 184 244H132Q104 240 100 210Z", i.main)
        + area("M100 66H156V94H100Z", i.dark)
        + area(
            "M100 206Q116 190 132 206 128 236 120 240 102 232 100 210ZM196 "
            "198Q216 206 212 226 210 242 190 244 178 220 196 198Z",
            i.light,
        )
    )
    return f'<g transform="translate(52 -6)">{sock}</g><g transform="translate(-34 8)">{sock}</g>'


CLOTHES: dict[str, Thing] = {
    "rain jacket": rain_jacket,
    "waxed jacket": waxed_jacket,
    "wind jacket": wind_jacket,
    "puffer": puffer,
    "parka": parka,
    "fleece": fleece,
    "half zip": half_zip,
    "jumper": jumper,
    "long sleeve": long_sleeve,
    "leggings": leggings,
    "tee": tee,
    "trousers": trousers,
    "overtrousers": overtrousers,
    "shorts": shorts,
    "beanie": beanie,
    "gloves": gloves,
    "socks": socks,
}
"""Every kind of thing in this file, by the name that the list of pictures uses."""
