"""The shelf is the one ledger of what was shown, bounded, with the latest set current."""

import pytest
from pydantic import ValidationError

from agent.shelf import KEPT_SETS, Shelf
from tests.agent.builders import card, card_set, product


def test_an_empty_shelf_has_no_current_set_and_knows_no_product():
    assert Shelf().current is None
    assert Shelf().set_of("s") is None
    assert Shelf().product("P1") is None


def test_the_final_set_of_a_turn_takes_the_place_of_its_provisional_one():
    shelf = Shelf().after(card_set("t0.b", "t0", card(1)))
    shelf = shelf.after(card_set("t1.a", "t1", card(1), provisional=True))
    assert shelf.current is not None and shelf.current.provisional
    shelf = shelf.after(card_set("t1.b", "t1", card(1), card(2)))
    assert [known.id for known in shelf.sets] == ["t0.b", "t1.b"]


def test_a_final_set_with_the_provisional_ones_id_confirms_it():
    shelf = Shelf().after(card_set("t1.a", "t1", card(1), provisional=True)).after(card_set("t1.a", "t1", card(1)))
    assert [(known.id, known.provisional) for known in shelf.sets] == [("t1.a", False)]


def test_a_provisional_set_of_another_turn_stays():
    shelf = Shelf().after(card_set("t1.a", "t1", card(1), provisional=True)).after(card_set("t2.b", "t2", card(1)))
    assert [known.id for known in shelf.sets] == ["t1.a", "t2.b"]


def test_a_set_that_is_shown_again_becomes_the_current_one():
    shelf = Shelf().after(card_set("s1", "t1", card(1))).after(card_set("s2", "t2", card(1)))
    again = shelf.after(card_set("s1", "t1", card(1)))
    assert again.current is not None and again.current.id == "s1"
    assert len(again.sets) == 2


def test_the_shelf_is_bounded_and_the_oldest_sets_go():
    shelf = Shelf()
    for n in range(KEPT_SETS + 5):
        shelf = shelf.after(card_set(f"s{n}", f"t{n}", card(1)))
    assert len(shelf.sets) == KEPT_SETS
    assert shelf.set_of("s4") is None
    assert shelf.set_of("s5") is not None


def test_a_product_is_known_as_it_was_last_shown():
    old, new = product("P1", price=20), product("P1", price=15)
    shelf = Shelf().after(card_set("s1", "t1", card(1, old))).after(card_set("s2", "t2", card(1, new)))
    assert shelf.product("P1") == new


def test_a_handle_resolves_in_its_own_set_only():
    shown = card_set("s1", "t1", card(1, product("A")), card(2, product("B")))
    second = shown.card(2)
    assert second is not None and second.product.id == "B"
    assert shown.card(3) is None
    assert shown.ids == ("A", "B")


def test_handles_start_at_one():
    with pytest.raises(ValidationError):
        card(0)
