"""A passage as it is shown, and which passages contradict each other. Pure; knows nothing of how they were found."""

import re
from collections.abc import Sequence

from agent.events import Language, Source
from agent.facts import words
from agent.lexicon import english, fold
from retrieval.knowledge.passage import PassageHit

SURE = 0.15
"""From this score on a passage is quoted as the answer; below it, it is only named as what comes nearest."""
CERTAIN = 0.4
"""From this score on it answers a message that asked for nothing of the shop in so many words."""
WHOLE = 260
"""Characters of a passage that is quoted whole: what stands around the sentence that answers belongs to it."""
ALIKE = 2
"""Words that two sentences must share to speak of one thing."""


def differing(found: Sequence[PassageHit]) -> list[PassageHit]:
    """The best passage, and those of other pages that say something else of the same thing: of the same unit another
    figure, in words that are alike."""
    best = found[0]

    def other(hit: PassageHit) -> bool:
        if (hit.passage.source, hit.passage.language) == (best.passage.source, best.passage.language):
            return False
        mine, theirs = _measured(best.sentence), _measured(hit.sentence)
        alike = _content(best.sentence) & _content(hit.sentence)
        return len(alike) >= ALIKE and any(theirs[unit].isdisjoint(mine[unit]) for unit in mine.keys() & theirs.keys())

    return [best, *(hit for hit in found[1:] if other(hit))]


def _measured(text: str) -> dict[str, set[str]]:
    """The figures of a text by the word that follows them."""
    found: dict[str, set[str]] = {}
    for figure, unit in _FIGURE.findall(text):
        found.setdefault(fold(unit), set()).add(figure)
    return found


_FIGURE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(%|[a-z]+|个?工作日|天|小时|年|个?月|美元|元)", re.IGNORECASE)


def _content(text: str) -> set[str]:
    return {fold(word) for word in words(text)} - english("function")


def quote(hit: PassageHit) -> str:
    """What is quoted: the passage where it is short, and else the sentence that answers."""
    lines = hit.passage.text.split("\n")
    if len(hit.passage.text) > WHOLE or len(lines) > 1:
        return hit.sentence
    return hit.passage.text


def surely(found: Sequence[PassageHit], language: Language, least: float = SURE) -> list[PassageHit]:
    """Those that can be quoted beside something else: sure enough, and in this language."""
    return [hit for hit in found if hit.score >= least and hit.passage.language == language]


def source(hit: PassageHit) -> Source:
    """A passage as the shopper is shown it."""
    passage = hit.passage
    last = passage.heading.rsplit(" > ", 1)[-1]
    title = f"{passage.title}: {last}" if last and last != passage.title else passage.title
    return Source(id=passage.id, title=title, text=quote(hit), url=passage.url)
