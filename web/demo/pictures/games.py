"""How games and puzzles are drawn: one function for each kind of thing, in the ink it is given.

The canvas is 320 by 320 and the ground lies at 252. Knows nothing of the catalogue.
"""

from web.demo.pictures.pen import LINE, PAPER, WOOD, Ink, Thing, area, box, dot, line, oval, turned


def board_game(i: Ink) -> str:
    return (
        area("M64 126H256L296 232H24Z", i.main)
        + area("M24 232H296V248H24Z", i.dark)
        + line("M74 146Q120 190 170 160T270 210", PAPER, 7)
        + "".join(dot(x, y, 8, PAPER) for x, y in ((74, 146), (120, 174), (170, 160), (216, 176), (270, 210)))
        + area("M108 122 122 80 136 122Z", "#c9413c")
        + dot(122, 78, 11, "#c9413c")
        + area("M186 148 200 106 214 148Z", "#dca531")
        + dot(200, 104, 11, "#dca531")
        + turned(box(66, 190, 34, 34, PAPER, 6) + dot(76, 200, 4, LINE) + dot(90, 214, 4, LINE), 12, 84, 206)
    )


def card_game(i: Ink) -> str:
    def card(angle: float, face: str) -> str:
        return turned(box(118, 84, 96, 142, PAPER, 10) + box(127, 93, 78, 124, face, 6), angle, 166, 240)

    owl = (
        oval(196, 156, 26, 34, WOOD)
        + dot(187, 146, 9, PAPER)
        + dot(205, 146, 9, PAPER)
        + dot(187, 146, 4, LINE)
        + dot(205, 146, 4, LINE)
        + area("M192 154H200L196 162Z", "#dca531")
    )
    return card(-26, "#7b4569") + card(-4, "#2a8c8a") + card(18, i.light) + owl


def piece(x: float, y: float, colour: str) -> str:
    """One piece of a puzzle, 74 wide."""
    return area(
        f"M{x} {y}h26q-6-20 11-20t11 20h26v26q20-6 20 11t-20 11v26h-26q6-18-11-18t-11 18h-26v-26q18 6 18-11t-18-11Z",
        colour,
    )


def puzzle(i: Ink) -> str:
    return (
        piece(60, 92, i.main)
        + piece(140, 92, "#6aa6d0")
        + piece(60, 172, "#7d8f4c")
        + turned(piece(186, 172, i.dark), 16, 220, 200)
    )


def chess(i: Ink) -> str:
    board = "".join(
        area(f"M{64 + 24 * n - 4 * m} {196 + 14 * m}h24l-2 14h-24Z", i.main if (n + m) % 2 else "#e8d2ac")
        for n in range(8)
        for m in range(4)
    )
    knight = (
        area("M112 192Q116 150 142 132 120 136 112 124 126 92 158 88L164 72 174 92Q200 112 190 192Z", i.main)
        + dot(154, 108, 5, PAPER)
        + box(102, 186, 98, 14, i.dark, 6)
    )
    king = (
        area("M222 192 230 128H258L266 192Z", "#e8d2ac")
        + box(216, 186, 58, 14, "#c9ae80", 5)
        + line("M244 128V96M232 106H256", "#c9ae80", 8)
    )
    return board + knight + king


def dominoes(i: Ink) -> str:
    def tile(x: float, angle: float, top: int, low: int) -> str:
        spots = {
            1: ((0, 0),),
            2: ((-12, -12), (12, 12)),
            3: ((-12, -12), (0, 0), (12, 12)),
            6: ((-12, -14), (-12, 0), (-12, 14), (12, -14), (12, 0), (12, 14)),
        }
        pips = "".join(dot(x + 32 + a, y + b, 5, LINE) for y, n in ((134, top), (204, low)) for a, b in spots[n])
        return turned(
            box(x + 5, 102, 64, 140, i.dark, 10)
            + box(x, 98, 64, 140, i.main, 10)
            + line(f"M{x + 10} 168H{x + 54}", LINE, 3)
            + pips,
            angle,
            x + 32,
            168,
        )

    return tile(38, -12, 6, 2) + tile(128, 4, 3, 1) + tile(214, 16, 2, 6)


GAMES: dict[str, Thing] = {
    "board game": board_game,
    "card game": card_game,
    "puzzle": puzzle,
    "chess": chess,
    "dominoes": dominoes,
}
"""Every kind of thing in this file, by the name that the list of pictures uses."""
