"""How tents and shelters are drawn: one function for each kind of thing, in the ink it is given.

The canvas is 320 by 320 and the ground lies at 252. Knows nothing of the catalogue.
"""

from web.demo.pictures.pen import LINE, METAL, WOOD, Ink, Thing, area, box, dot, line, oval, scaled


def dome(i: Ink) -> str:
    return (
        line("M64 226 30 252M256 226 290 252", METAL, 3)
        + area("M44 252Q84 92 160 84 236 92 276 252Z", i.main)
        + area("M160 84Q236 92 276 252H196Z", i.dark)
        + area("M160 100 206 252H114Z", i.light)
        + area("M160 112 172 252H126Z", LINE)
        + line("M44 252Q84 92 160 84 236 92 276 252", i.dark, 5)
    )


def solo(i: Ink) -> str:
    return (
        line("M50 236 22 252M270 236 298 252", METAL, 3)
        + area("M34 252Q96 136 134 134 232 140 286 252Z", i.main)
        + area("M134 134Q232 140 286 252H176Z", i.dark)
        + area("M134 146 168 252H100Z", LINE)
        + area("M134 146 120 252H100Z", i.light)
    )


def winter(i: Ink) -> str:
    poles = line("M48 252Q150 60 262 236M272 252Q170 60 58 236M104 130Q160 190 216 130", i.light, 5)
    snow = oval(70, 256, 66, 18, "#fff") + oval(250, 258, 62, 20, "#fff") + oval(160, 262, 80, 12, "#fff")
    flakes = "".join(dot(x, y, 4, "#fff") for x, y in ((60, 90), (96, 52), (262, 96), (222, 50), (286, 150)))
    return (
        flakes
        + area("M40 252Q66 92 160 88 254 92 280 252Z", i.main)
        + poles
        + area("M160 166Q196 200 198 252H122Q124 200 160 166Z", i.dark)
        + snow
    )


def shelter(i: Ink) -> str:
    return (
        line("M150 82V60M46 252 24 262M286 252 304 262", METAL, 5)
        + area("M150 78 40 252H282Z", i.main)
        + area("M150 78 282 252H190Z", i.dark)
        + area("M150 96 186 252H118Z", LINE)
        + line("M150 96V252", METAL, 5)
        + area("M150 96 118 252H92Z", i.light)
    )


def tunnel(i: Ink, hoops: int = 3) -> str:
    span = 216 / hoops
    ribs = "".join(
        line(f"M{44 + span * n:g} 252Q{52 + span * n:g} 128 {84 + span * n:g} 118", i.dark, 5) for n in range(hoops)
    )
    panes = "".join(box(98 + span * n, 162, span - 30, 34, i.light, 6) for n in range(hoops - 1))
    return (
        area("M40 252Q46 120 84 116H222Q276 130 284 252Z", i.main)
        + ribs
        + panes
        + area("M222 116Q276 130 284 252H208Q214 180 222 116Z", i.dark)
        + area("M234 160Q258 190 262 252H224Q226 200 234 160Z", LINE)
    )


def popup(i: Ink) -> str:
    return (
        area("M30 252Q40 136 160 132 280 136 290 252Z", i.main)
        + area("M30 252Q70 190 160 186 250 190 290 252Z", i.light)
        + area("M110 252A50 60 0 0 1 210 252Z", LINE)
        + line("M110 252A50 60 0 0 1 210 252", i.dark, 6)
        + line("M30 252Q40 136 160 132 280 136 290 252", i.dark, 6)
    )


def bell(i: Ink) -> str:
    return (
        line("M160 62V44", WOOD, 7)
        + area("M44 204 160 58 276 204V252H44Z", i.main)
        + area("M160 58 276 204V252H214V204Z", i.dark)
        + line("M44 204H276", i.dark, 3)
        + area("M160 84 190 252H130Z", LINE)
        + area("M160 84 130 252H106L118 204Z", i.light)
        + line("M160 92V252", WOOD, 5)
    )


def tarp(i: Ink) -> str:
    return (
        line("M84 252V128M236 252V128", WOOD, 7)
        + line("M84 128 26 252M236 128 294 252", METAL, 3)
        + area("M160 72 290 138 160 176 30 138Z", i.main)
        + area("M160 72 290 138 160 176Z", i.dark)
        + line("M160 72V176", i.light, 4)
    )


def hammock(i: Ink) -> str:
    trees = (
        box(30, 60, 22, 192, WOOD, 6)
        + box(268, 60, 22, 192, WOOD, 6)
        + box(28, 110, 26, 10, LINE)
        + box(266, 110, 26, 10, LINE)
    )
    leaves = dot(41, 66, 38, "#6f8f5f") + dot(279, 66, 38, "#6f8f5f")
    return (
        trees
        + leaves
        + line("M52 115 84 140M268 115 236 140", LINE, 4)
        + area("M80 136Q160 186 240 136 224 232 160 232 96 232 80 136Z", i.main)
        + area("M80 136Q160 186 240 136 160 226 80 136Z", i.dark)
        + line("M100 182Q160 232 220 182", i.light, 4)
    )


TENTS: dict[str, Thing] = {
    "dome": dome,
    "solo": solo,
    "shelter": shelter,
    "tunnel": tunnel,
    "short tunnel": lambda i: scaled(tunnel(i, 2), 0.88),
    "popup": popup,
    "winter": winter,
    "tarp": tarp,
    "hammock": hammock,
    "bell": bell,
}
"""Every kind of thing in this file, by the name that the list of pictures uses."""
