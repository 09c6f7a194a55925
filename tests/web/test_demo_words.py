from pathlib import Path

import pytest

from retrieval.features import NAMES

DEMO = Path(__file__).parents[2] / "web" / "demo"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_drawer_has_a_word_for_every_part_of_a_score(language: str) -> None:
    words = (DEMO / f"shop-{language}.js").read_text("utf-8")
    assert [name for name in (*NAMES, "prefer", "diversity") if f"  p_{name}: " not in words] == []
