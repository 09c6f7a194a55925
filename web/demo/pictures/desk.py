"""How pens, paper and things of the desk are drawn: one function for each kind of thing, in the ink it is given.

The canvas is 320 by 320 and the ground lies at 252. Knows nothing of the catalogue.
"""

from web.demo.pictures.pen import LINE, METAL, PAPER, WOOD, Ink, Thing, area, box, dot, line, oval, turned


def fountain_pen(i: Ink) -> str:
    pen = (
        box(112, 146, 168, 30, i.main, 14)
        + box(112, 146, 10, 30, "#d9b36a")
        + area("M112 148 60 154 40 161 60 168 112 174Z", "#d9b36a")
        + line("M44 161H84", LINE, 3)
        + box(190, 140, 74, 7, "#d9b36a", 3)
        + box(134, 152, 120, 7, i.light, 3)
    )
    return line("M48 252Q90 226 122 244T200 236", i.dark, 5) + turned(pen, -38)


def ballpoint(i: Ink) -> str:
    def pen(y: float, colour: str, dark: str) -> str:
        return (
            box(96, y, 160, 20, colour, 8)
            + area(f"M96 {y}L58 {y + 10} 96 {y + 20}Z", METAL)
            + box(256, y + 4, 22, 12, METAL, 5)
            + box(206, y - 6, 56, 7, METAL, 3)
            + box(112, y + 12, 120, 5, dark, 2)
        )

    return turned(pen(112, i.main, i.dark) + pen(152, "#dca531", "#b9861d") + pen(192, "#2a8c8a", "#1d6b69"), -30)


def ink_bottle(i: Ink) -> str:
    return (
        box(122, 76, 76, 46, LINE, 8)
        + box(132, 116, 56, 22, "#d5e6ea")
        + box(76, 134, 168, 118, "#d5e6ea", 20)
        + area("M84 176H236V230Q236 244 222 244H98Q84 244 84 230Z", i.main)
        + box(106, 178, 108, 50, PAPER, 4)
        + line("M122 204Q140 190 152 204T196 200", i.main, 5)
        + area("M262 200q18 30 0 42-18-12 0-42Z", i.main)
    )


def pencil(i: Ink) -> str:
    knurl = "".join(line(f"M{90 + 8 * n} 149V173", i.dark, 2) for n in range(6))
    return line("M44 250 104 222M60 256 190 246", "#9aa1aa", 3) + turned(
        box(84, 148, 176, 26, i.main, 8)
        + knurl
        + area("M84 150 54 158 46 161 54 164 84 172Z", METAL)
        + box(260, 154, 24, 14, METAL, 4)
        + box(206, 140, 60, 7, METAL, 3),
        -34,
    )


def notebooks(i: Ink) -> str:
    def book(x: float, angle: float, cover: str) -> str:
        return turned(
            box(x, 92, 108, 156, cover, 8) + box(x, 92, 16, 156, "#00000022") + box(x + 32, 120, 58, 30, PAPER, 3),
            angle,
            x + 54,
            170,
        )

    return book(154, 10, "#2f4470") + book(104, 0, "#cfae7c") + book(58, -9, i.main)


def notebook(i: Ink) -> str:
    return turned(
        box(88, 70, 160, 186, PAPER, 8)
        + box(80, 64, 160, 186, i.main, 10)
        + box(80, 64, 24, 186, i.dark, 8)
        + box(212, 64, 9, 186, LINE)
        + box(124, 104, 72, 44, i.light, 4)
        + line("M150 250V276", "#c9413c", 6),
        -6,
    )


def cards(i: Ink) -> str:
    front = (
        box(96, 112, 160, 116, PAPER, 4)
        + line("M130 212Q160 130 200 150M150 184Q132 172 136 160M166 160Q186 166 192 182", "#7d8f4c", 5)
        + dot(206, 146, 9, "#b8532f")
    )
    return turned(box(60, 104, 170, 122, i.dark, 4) + area("M60 104H230L145 172Z", i.main), -10) + turned(front, 6)


def planner(i: Ink) -> str:
    grid = "".join(
        box(72 + 46 * n, 104 + 34 * m, 38, 26, i.main if (n + m) % 3 else i.light, 3)
        for n in range(4)
        for m in range(4)
    )
    return (
        box(56, 56, 208, 196, PAPER, 4)
        + box(56, 56, 208, 34, i.dark, 4)
        + grid
        + dot(160, 48, 9, LINE)
        + line("M80 74H140", PAPER, 6)
        + line("M122 150 130 158 144 140", "#c9413c", 5)
    )


def screen(x: float, y: float, w: float, h: float) -> str:
    """A dark screen with a little on it."""
    return (
        box(x, y, w, h, LINE, 8)
        + box(x + 8, y + 8, w - 16, h - 16, "#7fa6c4", 3)
        + line(f"M{x + 20} {y + 26}h{w / 3}M{x + 20} {y + 42}h{w / 2}", PAPER, 5)
    )


def monitor_stand(i: Ink) -> str:
    return (
        screen(74, 60, 172, 106)
        + box(150, 164, 20, 26, METAL)
        + box(122, 186, 76, 9, METAL, 4)
        + box(44, 194, 232, 18, i.main, 4)
        + box(44, 206, 232, 6, i.dark)
        + box(56, 212, 14, 40, LINE, 3)
        + box(250, 212, 14, 40, LINE, 3)
        + box(102, 236, 116, 14, PAPER, 4)
    )


def laptop_stand(i: Ink) -> str:
    return (
        turned(screen(104, 44, 150, 96), 6)
        + area("M78 154 250 140 256 154 84 168Z", METAL)
        + area("M76 166 262 152 256 166 118 176 150 236H250V252H84V236H128L96 176Z", i.main)
        + area("M118 176 150 236H128L96 176Z", i.dark)
    )


def desk_chair(i: Ink) -> str:
    return (
        area("M106 58Q160 40 214 58L206 146Q160 158 114 146Z", WOOD)
        + area("M120 74Q160 62 200 74L194 134Q160 142 126 134Z", i.main)
        + box(90, 158, 140, 26, i.main, 12)
        + box(90, 174, 140, 12, i.dark, 6)
        + line("M160 184V222", METAL, 12)
        + line("M160 222 92 244M160 222 228 244M160 222V246", LINE, 9)
        + dot(92, 248, 8, LINE)
        + dot(228, 248, 8, LINE)
        + dot(160, 250, 8, LINE)
    )


def standing_desk(i: Ink) -> str:
    return (
        screen(104, 62, 112, 70)
        + box(154, 130, 12, 14, METAL)
        + box(36, 142, 248, 15, i.main, 4)
        + box(36, 152, 248, 5, i.dark)
        + box(78, 156, 18, 90, METAL)
        + box(224, 156, 18, 90, METAL)
        + box(52, 242, 70, 10, LINE, 4)
        + box(198, 242, 70, 10, LINE, 4)
        + line("M160 226V178M148 190 160 176 172 190M148 216 160 230 172 216", i.dark, 5)
        + box(232, 116, 28, 26, "#7d8f4c", 6)
    )


def desk_pad(i: Ink) -> str:
    keys = "".join(box(92 + 15 * n, 172 + 15 * m, 12, 12, PAPER, 2) for n in range(8) for m in range(3))
    return (
        area("M46 132H274L302 246H18Z", i.main)
        + area("M18 246H302V254H18Z", WOOD)
        + box(86, 166, 132, 54, LINE, 6)
        + keys
        + oval(254, 194, 17, 24, PAPER)
        + line("M254 174V190", METAL, 3)
    )


def tray_tower(i: Ink) -> str:
    trays = "".join(
        box(60 + 6 * n, 92 + 40 * n, 200 - 4 * n, 14, PAPER)
        + area(f"M{52 + 6 * n} {104 + 40 * n}H{266 + 2 * n}V{122 + 40 * n}H{52 + 6 * n}Z", i.main)
        + box(140, 108 + 40 * n, 40, 9, "#d9b36a", 2)
        for n in range(4)
    )
    return box(56, 96, 12, 156, i.dark) + box(252, 96, 12, 156, i.dark) + trays


def pen_cup(i: Ink) -> str:
    return (
        turned(box(128, 52, 13, 110, "#dca531", 3), -12, 134, 160)
        + turned(box(156, 40, 13, 120, "#2a8c8a", 3), 2, 160, 160)
        + turned(box(186, 56, 13, 110, "#c9413c", 3), 14, 190, 160)
        + box(104, 136, 112, 110, i.main, 6)
        + box(182, 136, 34, 110, i.dark, 6)
        + line("M122 150V232", i.light, 8)
        + box(104, 242, 112, 10, WOOD, 3)
    )


def pencil_roll(i: Ink) -> str:
    pens = "".join(
        box(66 + 20 * n, 70 + 6 * (n % 3), 12, 110, c, 3)
        for n, c in enumerate(("#c9413c", "#dca531", "#2a8c8a", "#2f4470", "#7b4569", "#7d8f4c", "#ea7f2e"))
    )
    return (
        pens
        + box(50, 126, 176, 112, i.main, 6)
        + "".join(line(f"M{62 + 20 * n} 132V232", i.dark, 3) for n in range(9))
        + oval(250, 182, 32, 58, i.dark)
        + oval(252, 182, 20, 40, i.light)
        + oval(253, 182, 9, 20, i.dark)
        + line("M226 182H286", WOOD, 8)
    )


def scissors(i: Ink) -> str:
    blade = area("M156 160 136 44Q142 36 150 44L176 158Z", METAL)
    ring = f'<ellipse cx="196" cy="216" rx="30" ry="40" fill="none" stroke="{i.main}" stroke-width="17"/>'
    return turned(blade, 0) + f'<g transform="matrix(-1 0 0 1 320 0)">{blade}{ring}</g>' + ring + dot(160, 152, 9, LINE)


def fan(i: Ink) -> str:
    blades = "".join(
        turned(area("M160 128Q130 96 152 62 184 66 160 128Z", i.light), 72 * n, 160, 128) for n in range(5)
    )
    cage = "".join(
        f'<circle cx="160" cy="128" r="{r}" fill="none" stroke="{i.dark}" stroke-width="3"/>' for r in (30, 52, 74)
    )
    return (
        dot(160, 128, 86, i.main)
        + dot(160, 128, 76, LINE)
        + blades
        + cage
        + dot(160, 128, 15, i.main)
        + box(150, 212, 20, 30, i.dark)
        + box(106, 238, 108, 14, i.main, 7)
    )


DESK: dict[str, Thing] = {
    "fountain pen": fountain_pen,
    "ballpoint": ballpoint,
    "ink bottle": ink_bottle,
    "pencil": pencil,
    "notebooks": notebooks,
    "notebook": notebook,
    "cards": cards,
    "planner": planner,
    "monitor stand": monitor_stand,
    "laptop stand": laptop_stand,
    "desk chair": desk_chair,
    "standing desk": standing_desk,
    "desk pad": desk_pad,
    "tray tower": tray_tower,
    "pen cup": pen_cup,
    "pencil roll": pencil_roll,
    "scissors": scissors,
    "fan": fan,
}
"""Every kind of thing in this file, by the name that the list of pictures uses."""
