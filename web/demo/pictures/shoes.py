"""How running shoes are drawn: one function for each kind of thing, in the ink it is given.

The canvas is 320 by 320 and the ground lies at 252. Knows nothing of the catalogue.
"""

from web.demo.pictures.pen import LINE, PAPER, Ink, Thing, area, box, line, turned


def shoe(i: Ink, sole: int = 24, lugs: str = "", collar: bool = False) -> str:
    """`sole`: thickness of the foam at the heel. `lugs`: "studs" or "spikes" under it. `collar`: a high, sealed one."""
    top = 236 - sole
    upper = (
        f"M46 {top + 6}Q38 {top - 84} 64 {top - 92} 82 {top - 66} 112 {top - 88} 128 {top - 92} 142 {top - 74}"
        f" 176 {top - 36} 244 {top - 34} 282 {top - 26} 282 {top + 6}Z"
    )
    ankle = f"M54 {top - 70}Q50 {top - 118} 76 {top - 116} 96 {top - 108} 116 {top - 116}L126 {top - 70}Z"
    laces = f"M128 {top - 68} 146 {top - 82}M146 {top - 54} 164 {top - 66}M166 {top - 42} 182 {top - 54}"
    return (
        _under(lugs)
        + (area(ankle, i.dark) if collar else "")
        + area(upper, i.main)
        + area(f"M46 {top + 6}Q40 {top - 58} 56 {top - 80} 84 {top - 40} 100 {top + 6}Z", i.dark)
        + area(f"M282 {top + 6}Q282 {top - 26} 244 {top - 34} 222 {top - 16} 224 {top + 6}Z", i.dark)
        + line(laces, PAPER, 6)
        + line(f"M112 {top - 4}Q150 {top - 6} 196 {top - 30}", i.light, 8)
        + area(f"M42 {top}H284Q296 {top + 6} 284 236H58Q38 232 42 {top}Z", PAPER)
        + area("M50 226H290Q292 234 284 238H60Q50 236 50 226Z", LINE)
    )


def _under(lugs: str) -> str:
    if lugs == "studs":
        return "".join(box(x, 234, 13, 14, LINE, 2) for x in range(48, 270, 22))
    if lugs == "spikes":
        return "".join(area(f"M{x} 234H{x + 14}L{x + 7} 256Z", LINE) for x in range(172, 280, 26))
    return ""


SHOES: dict[str, Thing] = {
    "trainer": shoe,
    "max shoe": lambda i: shoe(i, sole=46),
    "racer": lambda i: turned(shoe(i, sole=34), -8),
    "trail shoe": lambda i: shoe(i, sole=20, lugs="studs"),
    "trail boot": lambda i: shoe(i, sole=20, lugs="studs", collar=True),
    "flat trail shoe": lambda i: shoe(i, sole=13, lugs="studs"),
    "plain shoe": lambda i: shoe(i, sole=20),
    "rain shoe": lambda i: shoe(i, sole=24, collar=True),
    "max trail shoe": lambda i: shoe(i, sole=38, lugs="studs"),
    "spike": lambda i: turned(shoe(i, sole=9, lugs="spikes"), -6),
}
"""Every kind of thing in this file, by the name that the list of pictures uses."""
