"""The word lists of the checker, from lexicon.json. Knows nothing of how they are used."""

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def lexicon() -> dict[str, Any]:
    """The word lists of the checker: concepts, negations, hedges, stock, promises, scales."""
    return json.loads((Path(__file__).parent / "lexicon.json").read_text(encoding="utf-8"))
