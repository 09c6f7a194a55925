"""Words of the shop's own in a clause."""

import pytest

from agent.evidence import evidence
from agent.grounding import Gate
from agent.verbatim import unquoted
from tests.agent.builders import card

MISTER = card(
    1,
    title="Rill Mister",
    description="A brass pump that makes fog rather than drips, for ferns. It is not made for use in the rain at all.",
    attributes={"colour": ("charcoal",), "material": ("aluminium",), "waterproof": ("15000 mm",)},
)
PLAIN = card(2, title="Vale Mister", description="A pump.")


def ok(clause: str) -> bool:
    return Gate((MISTER, PLAIN), "", "en").judge(clause, None).ok


def test_the_longest_run_of_the_shops_words_is_marked() -> None:
    left = unquoted("It is a brass pump that makes fog rather than drips everywhere", [evidence(MISTER)])
    assert left == "It is  \x1e  everywhere"


def test_a_run_that_only_one_of_two_products_has_stays() -> None:
    clause = "a brass pump that makes fog rather than drips"
    assert unquoted(clause, [evidence(MISTER), evidence(PLAIN)]) == clause


def test_four_words_are_no_quotation() -> None:
    assert unquoted("a brass pump that", [evidence(MISTER)]) == "a brass pump that"


def test_what_the_shop_says_in_so_many_words_may_be_said_even_as_a_comparison() -> None:
    assert ok("[1] is a brass pump that makes fog rather than drips")


def test_what_the_shop_denies_may_not_be_quoted_without_its_denial() -> None:
    assert not ok("[1] is made for use in the rain")


def test_a_colour_before_a_material_says_both() -> None:
    assert ok("[1] is a charcoal aluminium mister")


def test_a_measure_that_is_called_a_rating_is_no_opinion() -> None:
    assert ok("[1] has a waterproof rating of 15000 mm")
    assert not ok("[2] has a waterproof rating of 15000 mm")
    assert not ok("[1] has a high rating")


BAG = card(
    1,
    title="Rill Bag",
    attributes={"size": ("S", "M", "L"), "packed size": ("68 x 60 cm",), "waterproof": ("none",), "use": ("city",)},
)
ZH = {"防水": "waterproof", "尺寸": "size", "收纳尺寸": "packed size", "用途": "use"}


@pytest.mark.parametrize(
    ("clause", "true"),
    [
        ("[1] 尺寸是S码、M码和L码", True),
        ("[1] 尺寸是XL码", False),
        ("[1] 收纳尺寸是68x60厘米", True),
        ("[1] 收纳尺寸是68x70厘米", False),
        ("[1] 防水性能是无", True),
        ("[1] 用途是无", False),
    ],
)
def test_sizes_and_absences_are_read_in_chinese(clause: str, true: bool) -> None:
    assert Gate((BAG,), "", "zh", glossary=ZH).judge(clause, None).ok is true
