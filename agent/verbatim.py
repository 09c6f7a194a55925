"""Runs of words in a clause that are the shop's own, as they stand in what it says of a product. Pure.

Knows nothing of which claims need evidence.
"""

import re
from collections.abc import Sequence

from agent.evidence import Evidence, plain_words

LEAST = 5
"""Words: fewer may stand anywhere by chance, with another meaning."""
_WORD = re.compile(r"[^\W_]+(?:[.,'][^\W_]+)*")


def unquoted(text: str, own: Sequence[Evidence]) -> str:
    """The text with a mark for each longest run of words that every one of these products' descriptions says."""
    if not own:
        return text
    found = list(_WORD.finditer(text))

    def run(start: int, end: int) -> str:
        return plain_words(text[found[start].start() : found[end - 1].end()])

    spans: list[tuple[int, int]] = []
    start = 0
    while start + LEAST <= len(found):
        first = run(start, start + LEAST)
        begun = all(any(f" {first} " in f" {sentence} " for sentence in one.sentences) for one in own)
        ends = range(len(found) if begun else 0, start + LEAST - 1, -1)
        end = next((end for end in ends if all(one.says(run(start, end)) for one in own)), None)
        if end is not None:
            spans.append((found[start].start(), found[end - 1].end()))
        start = end or start + 1
    for begin, stop in reversed(spans):
        text = f"{text[:begin]} \x1e {text[stop:]}"
    return text
