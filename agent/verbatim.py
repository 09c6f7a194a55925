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

    def said(start: int, end: int) -> bool:
        run = plain_words(text[found[start].start() : found[end - 1].end()])
        return all(one.says(run) for one in own)

    spans: list[tuple[int, int]] = []
    start = 0
    while start + LEAST <= len(found):
        end = start + LEAST
        if not said(start, end):
            start += 1
            continue
        while end < len(found) and said(start, end + 1):
            end += 1
        spans.append((found[start].start(), found[end - 1].end()))
        start = end
    for begin, stop in reversed(spans):
        text = f"{text[:begin]} \x1e {text[stop:]}"
    return text
