"""What a question speaks of when it names no number: a word that one shown product alone has, or the last one."""

import pytest

from agent.pointing import described, pointed
from tests.agent.builders import card

RILL = card(1, title="Tarnbeck Rill 2 Tent", brand="Tarnbeck", attributes={"colour": ("moss",), "weight": ("1.9 kg",)})
SKERRY = card(
    2, title="Harrowfell Skerry Shelter", brand="Harrowfell", attributes={"colour": ("navy",), "weight": ("900 g",)}
)
BARN = card(3, title="Murrowby Longbarn 6 Tent", brand="Murrowby", attributes={"colour": ("navy",)})
SHOWN = (RILL, SKERRY, BARN)
TITLES = {"P1": "溪流双人帐篷", "P2": "岩岛遮阳棚", "P3": "长仓六人帐篷"}


def handles(text: str, shown=SHOWN, **how: bool) -> tuple[int, ...] | None:
    found = described(text, shown, TITLES, **how)
    return found.handles if found else None


# Described


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("how long does the skerry take to pitch", (2,)),
        ("does Rill have two doors", (1,)),
        ("is Murrowby made in Wales", (3,)),
        ("is moss any good in snow", (1,)),  # a fact of one alone
        ("how much is the 6", (3,)),  # a figure of a name
        ("岩岛防水吗", (2,)),
        ("溪流多重", (1,)),
    ],
)
def test_a_word_that_one_product_alone_has_tells_it(text: str, expected: tuple[int, ...]) -> None:
    assert handles(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "is the tent heavy",  # two are tents by name
        "is navy in fashion",  # two are navy
        "rill or skerry",  # each is named
        "is it any good",
        "帐篷防水吗",
        "",
    ],
)
def test_a_word_that_several_have_or_none_tells_nothing(text: str) -> None:
    assert handles(text) is None


def test_all_that_are_named_are_told_where_several_are_asked_for() -> None:
    assert handles("rill or skerry", several=True) == (1, 2)
    assert handles("溪流和岩岛", several=True) == (1, 2)
    assert handles("the skerry", several=True) == (2,)


def test_facts_tell_nothing_where_names_alone_count() -> None:
    assert handles("is moss any good in snow", named=True) is None
    assert handles("does rill have two doors", named=True) == (1,)


def test_a_name_wins_over_a_fact_of_another() -> None:
    moss = card(2, title="Moss Shelter")
    assert handles("is the moss roomy", (RILL, moss)) == (2,)


def test_nothing_is_described_where_nothing_is_shown() -> None:
    assert handles("does rill have two doors", ()) is None


# The card that was spoken of last


def test_it_is_the_card_that_was_spoken_of_last() -> None:
    found = pointed("is it waterproof?", SHOWN, comparing=False, focus=2)
    assert (found.handles, found.unresolved, found.loose) == ((2,), False, True)


@pytest.mark.parametrize("text", ["这款防水吗?", "它多重?"])
def test_a_chinese_it_is_the_card_that_was_spoken_of_last(text: str) -> None:
    assert pointed(text, SHOWN, comparing=False, focus=3).handles == (3,)


def test_it_cannot_be_told_where_nothing_was_spoken_of_and_several_are_shown() -> None:
    found = pointed("is it waterproof?", SHOWN, comparing=False)
    assert (found.handles, found.unresolved) == ((), True)


def test_it_is_the_only_card_there_is() -> None:
    assert pointed("is it waterproof?", (RILL,), comparing=False).handles == (1,)


def test_a_number_wins_over_the_card_that_was_spoken_of_last() -> None:
    found = pointed("is the first one any lighter than it?", SHOWN, comparing=False, focus=2)
    assert (found.handles, found.loose) == ((1,), False)


def test_they_are_all_of_the_cards_whatever_was_spoken_of_last() -> None:
    assert pointed("are they waterproof?", SHOWN, comparing=False, focus=2).handles == (1, 2, 3)


def test_a_need_speaks_of_no_card() -> None:
    found = pointed("I need it for the summer", SHOWN, comparing=False, focus=2)
    assert not found.said
