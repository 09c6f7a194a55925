"""Values that say something only beside their attribute's name: "high cushioning", 缓震要高的.

Pure. Knows nothing of products or sessions.
"""

import re
from collections.abc import Mapping

from agent.lexicon import CJK
from agent.vocabulary import Vocabulary

_GRADES = frozenset(("high", "medium", "low", "none", "light", "strong", "soft", "firm", "full", "long", "short"))
_LINK = r"(?:\s+(?:is|are|has to be|should be|must be|needs to be|level))*\s+"
_ZH_LINK = "(?:性能?|度|等级|程度)?(?:要|得|是|必须|最好)?(?:最|比较|更|很)?"


def graded(text: str, vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """By attribute, the grade that is asked for."""
    found: dict[str, tuple[str, ...]] = {}
    for name, values in vocabulary.attributes.items():
        grades = [value for value in values if value.lower() in _GRADES]
        named = [said for said, field in vocabulary.fields.items() if field == name] if grades else []
        for value in grades:
            if any(_beside(text, said, value, vocabulary.glossary) for said in named):
                found[name] = (value,)
    return found


def _beside(text: str, name: str, value: str, glossary: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether the value stands beside this word for the attribute."""
    if name.isascii():
        said, own = re.escape(value), re.escape(name)
        return bool(re.search(rf"\b(?:{said}[- ]{own}|{own}{_LINK}{said})\b", text, re.IGNORECASE))
    words = "|".join(re.escape(term) for term, meant in glossary.items() if value in meant)
    if not words or not re.search(f"[{CJK}]", name):
        return False
    return bool(re.search(rf"{name}{_ZH_LINK}(?:{words})|(?:{words}){name}", text))
