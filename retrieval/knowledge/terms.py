"""The words of a question and of what might answer it, as terms: those of search, single Chinese characters, and a term
for each group of words that shoppers and shops say for one thing (`terms.json`).

Search knows a product by pairs of characters; a question says 退 where a page says 退货. Knows nothing of products.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel

from retrieval.lexical import Analyzer

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_FILE = Path(__file__).parent / "terms.json"


class _Lists(BaseModel, frozen=True, extra="forbid"):
    function_characters: str
    groups: tuple[tuple[str, ...], ...]


class Terms:
    """Text to terms. Not for two threads at once."""

    def __init__(self, analyzer: Analyzer) -> None:
        lists = _lists()
        self._analyzer = analyzer
        self._silent = frozenset(lists.function_characters)
        self._said: Mapping[str, str] = {self._spelt(word): f"={group[0]}" for group in lists.groups for word in group}
        self.function = frozenset(term for word in analyzer.words.function for term in analyzer.terms(word))
        """Terms that carry a question and tell nothing."""

    def of(self, text: str) -> tuple[str, ...]:
        """The terms of a text; those of groups last."""
        terms = [term for term in self._analyzer.terms(text) if not self._silent.issuperset(term)]
        characters = [each for each in _HAN.findall(text) if each not in self._silent]
        spelt = self._spelt(text)
        groups = dict.fromkeys(group for said, group in self._said.items() if said in spelt)
        return (*terms, *(each for each in characters if each not in terms), *groups)

    def _spelt(self, text: str) -> str:
        """Chinese as it stands; other words as their stems, one space at either end."""
        if _HAN.search(text):
            return text
        return f" {' '.join(self._analyzer.stem(word) for word in re.findall(r'[a-z]+', text.lower()))} "


@cache
def _lists() -> _Lists:
    return _Lists.model_validate_json(_FILE.read_bytes())
