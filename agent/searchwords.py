"""What is left of a message to search for, once bounds, politeness and references are struck. Pure.

Knows nothing of engines, or of what was struck.
"""

import re
from functools import cache

from agent.events import Language
from agent.lexicon import CJK, chinese, english
from agent.patterns import (
    POLITE,
)
from agent.vocabulary import Vocabulary

_WITHOUT = re.compile(
    r"\b(?:without|no|not|except(?: for)?)\s+(?:(?:an?|the|any|too|very|so|that)\s+)*[\w-]+", re.IGNORECASE
)
"""What is not wanted and the shop has no name for: it cannot be filtered by, and must not be searched for."""


def query_of(text: str, language: Language, vocabulary: Vocabulary) -> str:
    """What is left to search for."""
    rest = POLITE.sub("\x1f", text)
    if language == "zh":
        rest = _zh_filler().sub(" ", rest)
        rest = re.sub(rf"(?<![{CJK}])[{_ZH_PARTICLES}]+|[{_ZH_PARTICLES}]+(?![{CJK}])", " ", rest)
        rest = re.sub(r"[^\w\s.+%-]|_", " ", rest)
        rest = " ".join(re.sub(r"\x1f", " ", rest).split()).strip(" .-+")
        translated = _translations(rest, vocabulary) if vocabulary.translates else []
        return " ".join([rest, *translated]).strip()[:1000]
    rest = _WITHOUT.sub(" ", rest)
    clauses = [_trimmed(part) for part in re.split(r"\x1f+|[.!?;:,()\[\]\n\"。，！？；、]+(?=\s|$|\x1f)", rest)]
    kept = " ".join(clause for clause in clauses if clause)
    translated = _translations(kept, vocabulary) if re.search(f"[{CJK}]", kept) and vocabulary.translates else []
    return " ".join([kept, *translated]).strip()[:1000]


def _trimmed(clause: str) -> str:
    words = clause.split()
    filler = english("function") | english("chatter")

    def idle(word: str) -> bool:
        bare = word.strip(".,!?;:'\"()[]").lower()
        return not bare or bare in filler

    if all(idle(word) for word in words):
        return ""
    while words and idle(words[0]):
        words.pop(0)
    while words and idle(words[-1]):
        words.pop()
    return " ".join(words)


def _translations(text: str, vocabulary: Vocabulary) -> list[str]:
    found: list[tuple[int, str]] = []
    for term in vocabulary.chinese_terms:
        place = text.find(term)
        if len(term) == 1 and not re.search(rf"(?<![{CJK}])[{_ZH_PARTICLES}]?{term}(?:的|(?![{CJK}]))", text):
            continue
        if place >= 0:
            found.append((place, vocabulary.glossary[term][0]))
            text = text.replace(term, "\x1f" * len(term))
    return [word for word in dict.fromkeys(word for _, word in sorted(found)) if word.lower() not in text.lower()]


def has_content(query: str) -> bool:
    idle = english("function") | english("chatter")
    words = re.findall(rf"[^\W\d_{CJK}]{{2,}}(?:'\w+)?", query)
    native = re.sub("礼物|东西|什么|推荐|送人", "", query)
    return bool(re.search(f"[{CJK}]", native)) or any(word.lower() not in idle | _NOTHING for word in words)


_NOTHING = frozenset(
    [
        "gift",
        "gifts",
        "present",
        "presents",
        "something",
        "anything",
        "thing",
        "things",
        "stuff",
        "idea",
        "ideas",
        "help",
        "someone",
    ]
)
"""Words that name no product."""


@cache
def _zh_filler() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(term) for term in chinese("filler")))


_ZH_PARTICLES = (
    "的了吗呢吧啊呀哦嗯哈我你您他她它们是在和与或就都也还要想能有可以请给来去对到这那些个款件种台只吗么嘛恩好再帮看"
)
