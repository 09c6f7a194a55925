"""What a message wants to be absent: "no caffeine", "sugar-free", 不含咖啡因, where the shop has a value for that.

Pure. Knows nothing of sessions.
"""

import re
from collections.abc import Mapping

from agent.amounts import Span
from agent.lexicon import CJK

_NONE = ("none", "no", "free", "0", "无", "不含")
_WITHOUT = re.compile(
    r"\b(?:no|without(?: any)?|zero|free of|free from|contains? no)\s+(?P<after>[a-z]+)\b|\b(?P<free>[a-z]+)[- ]free\b"
    rf"|(?:不含|无|没有?|不要|不带|零|0)(?P<zh>[{CJK}]{{2,5}})",
    re.IGNORECASE,
)
_DECAF = re.compile(r"\bde-?caf\w*|[低脱无]因", re.IGNORECASE)


def absences(
    text: str, attributes: Mapping[str, Mapping[str, int]], fields: Mapping[str, str]
) -> tuple[dict[str, tuple[str, ...]], list[Span]]:
    """By attribute, the shop's value that says that it is absent; and where the message says so. `fields`: what
    shoppers call attributes."""
    found: dict[str, tuple[str, ...]] = {}
    spans: list[Span] = []
    hits = [(match, match["after"] or match["free"] or match["zh"]) for match in _WITHOUT.finditer(text)]
    hits += [(match, "caffeine") for match in _DECAF.finditer(text)]
    for match, said in hits:
        low = said.lower()
        name = next((fields[low[:end]] for end in range(len(low), 1, -1) if low[:end] in fields), None)
        value = next((value for value in attributes.get(name or "", ()) if value.lower() in _NONE), None)
        if name and value and (not low.isascii() or low in fields):
            found[name] = (value,)
            spans.append(match.span())
    return found, spans
