"""The sentences of a text, in English and in Chinese, and which of the two a text is in. Knows nothing of questions."""

import re
from dataclasses import dataclass

from retrieval.knowledge.passage import Language

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")
_MARKS = "\"'”’)\\]）】」』"
_END = re.compile(
    rf"[.!?]+[{_MARKS}]*\s+(?=[\"'“‘(\[]*[A-Z0-9\u3400-\u9fff])"  # an English end, and a beginning after it
    rf"|[。！？!?；]+[{_MARKS}]*\s*(?=\S)"
    r"|\s*\n\s*"
)
# What ends with a full stop and goes on: `approx. 5 in`, `e.g. Paris`, `No. 5`, `J. Smith`.
_GOES_ON = re.compile(
    r"(?:\b(?:approx|vs|etc|e\.g|i\.e|no|dr|mr|mrs|ms|st|inc|ltd|co|fig|max|min)|\b[a-z])\.\s+$", re.IGNORECASE
)
_LONGEST = 400
"""Characters of a sentence; what has no full stops for so long is cut at a space."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Where it stands in its text."""

    text: str
    start: int
    end: int


def sentences(text: str) -> list[Sentence]:
    """The sentences of a text in their order. An end of a line is an end of a sentence."""
    found: list[Sentence] = []
    start = 0
    for match in _END.finditer(text):
        if "\n" not in match[0] and _GOES_ON.search(text[max(start, match.start() - 8) : match.end()]):
            continue
        found += _cut(text, start, match.end())
        start = match.end()
    return found + _cut(text, start, len(text))


def language_of(text: str) -> Language:
    """Chinese where a fifth of its letters are: Chinese texts are full of English names."""
    han, letters = len(_HAN.findall(text)), len(_LETTER.findall(text))
    return "zh" if han and han * 5 >= letters else "en"


def _cut(text: str, start: int, end: int) -> list[Sentence]:
    pieces: list[Sentence] = []
    while start < end:
        stop = end
        if end - start > _LONGEST:
            space = text.rfind(" ", start + _LONGEST // 2, start + _LONGEST)
            stop = space + 1 if space > 0 else start + _LONGEST
        held = text[start:stop].strip()
        if held:
            at = text.index(held, start)
            pieces.append(Sentence(held, at, at + len(held)))
        start = stop
    return pieces
