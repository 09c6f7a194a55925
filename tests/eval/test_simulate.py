"""Simulated shoppers: what they need, what they say, when they are satisfied, and what a run comes to."""

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.events import Answer
from agent.journal import EventReported, MessageCreated
from agent.shelf import Card, CardSet
from agent.sqljournal import SqlJournal
from eval.errors import DatasetError
from eval.needs import Need, needs_of
from eval.shopper import Shopper, topics_of
from eval.simulate import PATIENCE, simulate, turn_figures
from eval.talk import Heard
from retrieval.product import Product
from tests.eval.builders import written
from tests.eval.talkers import CHINESE, PRODUCTS

NEED = Need(category="Tents", wants=(("capacity", "2 people"),), budget=210, shunned="Sable")
TOPICS = topics_of(PRODUCTS, CHINESE)


def shopper(need: Need = NEED, language: str = "en", seed: int = 1) -> Shopper:
    return Shopper(need, language, random.Random(seed), CHINESE, TOPICS)


def shown(*products: Product, **fields: Any) -> Heard:
    cards = tuple(Card(handle=number, product=each, score=0) for number, each in enumerate(products, 1))
    card_set = CardSet(id="a", turn_id="t", provisional=False, cards=cards)
    return Heard(message="m", shown=card_set, fresh=bool(cards), screen=cards, ended=True, **fields)


def asking(*labels: str) -> Heard:
    answers = tuple(Answer(label=label, text=label) for label in labels)
    return Heard(message="m", question="Which one?", answers=answers, ended=True)


@given(st.integers(0, 10_000))
def test_something_that_can_be_bought_meets_every_need_and_no_need_names_a_product(seed: int) -> None:
    (need,) = needs_of(PRODUCTS, 1, seed)
    assert any(need.met_by(product) for product in PRODUCTS)
    said = " ".join(shopper(need, seed=seed).opening().text for _ in range(3))
    assert not any(product.title in said for product in PRODUCTS)


def test_the_same_seed_makes_the_same_needs_and_another_makes_others() -> None:
    assert needs_of(PRODUCTS, 8, 1) == needs_of(PRODUCTS, 8, 1)
    assert needs_of(PRODUCTS, 8, 1) != needs_of(PRODUCTS, 8, 2)


def test_a_catalogue_without_categories_makes_no_needs() -> None:
    with pytest.raises(DatasetError, match="categor"):
        needs_of([Product(id="x", title="X")], 1, 0)


def test_a_shopper_is_satisfied_by_what_meets_all_of_the_need_and_can_be_bought() -> None:
    assert shopper().satisfied(shown(PRODUCTS[1], PRODUCTS[0]))
    assert not shopper().satisfied(shown(*PRODUCTS[1:]))
    sold_out = Need(category="Tents", wants=(("colour", "rust"),), budget=200)
    assert not shopper(sold_out).satisfied(shown(PRODUCTS[3]))
    assert shopper(sold_out).satisfied(shown(PRODUCTS[1]))


@given(st.integers(0, 200))
def test_a_shopper_finds_fault_with_what_breaks_the_need(seed: int) -> None:
    one = shopper(seed=seed)
    one.said = ["category"]
    said = one.next(shown(PRODUCTS[2]))
    assert said.right == "cheaper" or "2 people" in said.text
    one.said = ["category", "capacity"]
    said = one.next(shown(PRODUCTS[3]))
    assert "Sable" in said.text and "brand" in one.said


def test_what_was_said_before_is_said_again_with_some_impatience() -> None:
    one = shopper()
    one.said = list(NEED.parts)
    said = one.next(shown(PRODUCTS[3])).text
    assert "Sable" in said and ("said" in said or "remember" in said or said.startswith("no, "))


def test_a_question_is_answered_by_the_need() -> None:
    one = shopper()
    assert "2 people" in one.next(asking("1 person", "2 people")).text
    assert "tents" in one.next(asking("Tents", "Lamps")).text
    indifferent = one.next(asking("moss", "rust")).text
    assert indifferent in ("I don't mind", "no preference", "whatever")


def test_a_chinese_shopper_speaks_the_shops_own_chinese() -> None:
    one = shopper(language="zh")
    one.said = ["category"]
    assert "两人" in one.next(asking("1 person", "2 people")).text
    assert "帐篷" in one.next(asking("帐篷", "台灯")).text


def test_a_question_is_wasted_once_its_answer_was_given() -> None:
    one = shopper()
    one.said = ["category"]
    assert one.knew(asking("Tents", "Lamps"))
    assert not one.knew(asking("1 person", "2 people"))
    assert not one.knew(asking())
    one.said = list(NEED.parts)
    assert one.knew(asking())


def test_a_question_for_a_narrower_kind_is_answered_and_no_waste() -> None:
    one = shopper(Need(category="Outdoors", kind="Tents", budget=210))
    one.said = ["category"]
    offer = asking("Tents", "Boats")
    assert not one.knew(offer) and one.next(offer).text == "Tents"
    assert one.knew(asking("Outdoors", "Home")) and one.knew(asking("Lamps"))


def test_cards_are_held_to_what_the_shopper_has_said_so_far() -> None:
    one = shopper()
    one.said = ["category"]
    assert turn_figures(shown(*PRODUCTS[:4]), one)["cards that violate what was said"] == 0
    one.said = ["category", "price"]
    assert turn_figures(shown(*PRODUCTS[:4]), one)["cards that violate what was said"] == 0.25
    assert turn_figures(shown(*PRODUCTS[:4], unmentioned=("T1",)), one)["products mentioned"] == 0.75


async def test_shoppers_are_served_until_satisfied_or_out_of_patience(tmp_path: Path) -> None:
    catalog = written(PRODUCTS, tmp_path / "catalog.jsonl")
    results, visits = await simulate(shoppers=6, catalog=catalog, embedder="hash", say=lambda _: None)
    figures = results.arms["none"]
    assert results.model == "no model" and figures["success"].n == 6
    assert figures["success"].mean == sum(visit.satisfied for visit in visits) / 6 > 0
    assert all(visit.satisfied or len(visit.turns) == PATIENCE for visit in visits)
    assert figures["accusations a turn"].mean == 0 and figures["products mentioned"].mean == 1
    assert figures["calls a turn"].n == sum(len(visit.turns) for visit in visits)


async def test_a_journal_of_shoppers_holds_every_turn_and_clicks_that_break_nothing_of_what_was_said(
    tmp_path: Path,
) -> None:
    catalog = written(PRODUCTS, tmp_path / "catalog.jsonl")
    url = f"sqlite:///{tmp_path / 'journal.db'}"
    _, visits = await simulate(shoppers=6, catalog=catalog, embedder="hash", journal=url, say=lambda _: None)
    journal = await SqlJournal.open(url)
    try:
        log = await journal.log()
    finally:
        await journal.close()
    said = [each.record.message.text for each in log if isinstance(each.record, MessageCreated)]
    assert said == [turn.message for visit in visits for turn in visit.turns]
    opened = {
        item.item_id for each in log if isinstance(each.record, EventReported) for item in each.record.event.items
    }  # type: ignore[union-attr]
    assert opened and opened <= {card.product.id for visit in visits for turn in visit.turns for card in turn.screen}


@pytest.mark.parametrize("said", [[], ["category"], ["category", "capacity"]])
def test_a_shopper_opens_the_first_card_that_keeps_to_what_was_said(said: list[str]) -> None:
    one = shopper()
    one.said = said
    found = one.fitting(shown(PRODUCTS[4], PRODUCTS[1], PRODUCTS[0]))
    assert found == (None, PRODUCTS[1], PRODUCTS[0])[len(said)]


async def test_the_scripted_model_reports_mechanics_and_no_quality(tmp_path: Path) -> None:
    catalog = written(PRODUCTS, tmp_path / "catalog.jsonl")
    results, visits = await simulate(
        model="scripted", shoppers=40, turns=3, catalog=catalog, embedder="hash", say=lambda _: None
    )
    figures = results.arms["scripted"]
    assert "success" not in figures and figures["lies released"].mean == 0
    assert figures["turns that ended"].mean == 1
    assert 3 <= sum(len(visit.turns) for visit in visits) < 3 + PATIENCE
