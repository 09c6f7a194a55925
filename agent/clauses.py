"""Prose as a stream of clauses, and the handles in it: where a clause ends, which products it names, how it reads.

Pure. Knows nothing of what may be said; `grounding.py` judges that.
"""

import re
from collections.abc import Mapping

from agent.lexicon import CJK, normal

MIN_CLAUSE = 25
"""Characters before a comma that make it worth judging what stands before it on its own."""
MIN_CLAUSE_ZH = 6

_HANDLE = re.compile(r"[\[【［]+\s*(\d{1,3}(?:\s*[,，、&]\s*\d{1,3})*)\s*[\]】］]+")
_SHORT = frozenset(
    [
        "e.g",
        "i.e",
        "etc",
        "eg",
        "ie",
        "approx",
        "vs",
        "no",
        "nr",
        "mr",
        "mrs",
        "dr",
        "st",
        "ca",
        "max",
        "min",
        "incl",
        "excl",
        "fig",
        "vol",
    ]
)
_NEGATED = re.compile(r"\b(?:not|no|never|neither|nor|without|cannot)\b|n't\b|不|没|无", re.IGNORECASE)
_OPENERS = {"[": "]", "(": ")", "【": "】", "（": "）", "［": "］"}
_LONGEST_BRACKET = 80


def clauses(buffer: str, final: bool) -> tuple[list[str], str]:
    """The complete clauses at the front of a growing text, and the rest. Put together they are the text again.

    `final`: nothing more will come, so that what is left over is a clause too.
    """
    found: list[str] = []
    start = place = 0
    while place < len(buffer):
        skipped = _closing(buffer, place)
        if skipped is None and not final:
            break
        if skipped:
            place = skipped
            continue
        ends = _ends(buffer, start, place, final)
        if ends is None:
            break
        place += 1
        if ends:
            while place < len(buffer) and buffer[place] in "!?！？。…":
                place += 1
            found.append(buffer[start:place])
            start = place
    rest = buffer[start:]
    return ([*found, rest], "") if final and rest else (found, rest)


def mentioned(text: str) -> frozenset[int]:
    """The handles that stand in a text."""
    return frozenset(handles(text))


def handles(text: str) -> tuple[int, ...]:
    """The handles of a text in the order in which they stand, each once."""
    figures = (int(figure) for match in _HANDLE.finditer(text) for figure in re.findall(r"\d+", match[1]))
    return tuple(dict.fromkeys(figures))


def unhandled(text: str, mark: str) -> str:
    """The text with every handle replaced by `mark`."""
    return _HANDLE.sub(mark, text)


def render(clause: str, titles: Mapping[int, str]) -> str:
    """The clause as the shopper reads it: names for handles; a handle without a name goes."""
    joiner = "、" if re.search(f"[{CJK}]", unhandled(clause, "")) else ", "
    names = {handle: _plain(title) for handle, title in titles.items()}
    text = re.sub(r"(?<=[\]】］])\s*(?=[\[【［]+\s*\d)", joiner, clause)
    parts: list[str] = []
    place = 0
    for match in _HANDLE.finditer(text):
        named = [names[int(n)] for n in re.findall(r"\d+", match[1]) if names.get(int(n))]
        parts += [text[place : match.start()], joiner.join(named)]
        place = match.end()
        if len(named) == 1:
            place += _repeated(text[place:], named[0])
    text = _plain("".join([*parts, text[place:]]))
    text = re.sub(r"[ \t]{2,}", " ", text)
    return re.sub(r"\s+([,.;:!?，。；：！？])", r"\1", text).strip()


def _plain(text: str) -> str:
    """Without anything that reads as a handle: a shop may well write `[2]` into a title."""
    while _HANDLE.search(text):
        text = _HANDLE.sub(lambda match: f" {match[1]} ", text)
    return text


def _repeated(rest: str, title: str) -> int:
    """How much of `rest` says the title again, as a model does that writes `[1] Rill 2 Tent is …`."""
    words = title.split()
    for count in range(len(words), 0, -1):
        piece = " ".join(words[:count])
        match = re.match(rf"[\s:：(（]*{re.escape(piece)}(?!\w)[)）]?", rest, re.IGNORECASE)
        if match and (count > 1 or len(words) == 1):
            return match.end()
    return 0


def _closing(buffer: str, place: int) -> int | None:
    """Where the bracket that opens here has closed: 0 for no bracket, None for one that may still close."""
    closer = _OPENERS.get(buffer[place])
    if closer is None:
        return 0
    end = buffer.find(closer, place, place + _LONGEST_BRACKET)
    if end >= 0:
        return end + 1
    return 0 if len(buffer) - place >= _LONGEST_BRACKET else None


def _ends(buffer: str, start: int, place: int, final: bool) -> bool | None:
    """Whether a clause ends with the character at `place`; None where the next characters must be seen first."""
    mark = buffer[place]
    if mark in "\n!?！？。；;":
        return True
    if mark not in ".,，":
        return False
    if place + 1 >= len(buffer):
        return False if final else None
    before, after = buffer[place - 1 : place], buffer[place + 1]
    if mark == ".":
        told = buffer[max(start, place - 8) : place]
        word = re.search(r"[A-Za-z.]*$", told)
        unit = re.search(r"\d\s?[A-Za-z]+$", told) is not None  # "75 g." ends a sentence
        short = (
            word is not None
            and not unit
            and (word[0].lower() in _SHORT or re.fullmatch(r"(?:[A-Za-z]\.)*[A-Za-z]", word[0]))
        )
        return not (short or (before.isdigit() and after.isdigit())) and (after.isspace() or not after.isalnum())
    said = buffer[start:place]
    if (before.isdigit() and after.isdigit()) or _NEGATED.search(said):
        return False
    if mark == "，":
        return len(said.strip()) >= MIN_CLAUSE_ZH
    return after.isspace() and len(said.strip()) >= MIN_CLAUSE


def plain(text: str) -> str:
    """The clause as the gate reads it: compatibility forms made plain, markdown marks gone."""
    return re.sub(r"\*+|_{2,}|`+|^\s*(?:[-•#>]+|\d+[.)])\s+", " ", normal(text))
