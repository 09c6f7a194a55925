"""Logged dialogues: which messages are sent, what counts as found, and what the figures come to."""

import json
from pathlib import Path

import pytest

from agent.shelf import Card
from eval.dialogue import dialogue, judged
from eval.dialogues import Dialogue, domain_products, read_dialogues, satisfies
from eval.errors import DatasetError
from eval.talk import Heard
from eval.titles import Titles
from retrieval.product import Product
from tests.eval.builders import written
from tests.eval.sessions import file
from tests.eval.talkers import PRODUCTS

CHOSEN = "Yes, I want this one."
SHARED = Path(__file__).parents[2].parent / "shared" / "data"


def told(*texts: str, **more: object) -> Dialogue:
    return Dialogue.model_validate(
        {"id": "d", "domain": "shop", "turns": [{"role": "user", "text": text} for text in texts], **more}
    )


def test_buttons_and_what_follows_the_choice_are_not_sent() -> None:
    each = told("a tent", "Let me think about it.", "under $100", CHOSEN, "because it is light", target="T2")
    assert [turn.text for turn in each.asked] == ["a tent", "under $100"]


def test_the_other_sides_messages_are_never_sent() -> None:
    each = Dialogue.model_validate(
        {"id": "d", "domain": "shop", "turns": [{"role": "assistant", "text": "Rill?"}, {"text": "a tent"}]}
    )
    assert [turn.text for turn in each.asked] == ["a tent"]


def test_a_line_that_is_no_dialogue_is_named(tmp_path: Path) -> None:
    path = file(['{"id":"a","domain":"shop","target":"T1","turns":[{"text":"a tent"}]}', '{"id":"b"}'], tmp_path / "d")
    with pytest.raises(DatasetError, match="line 2: domain"):
        read_dialogues(path)


def test_dialogues_that_judge_nothing_are_refused(tmp_path: Path) -> None:
    path = file(['{"id":"a","domain":"shop","turns":[{"text":"a tent"}]}'], tmp_path / "d")
    with pytest.raises(DatasetError, match="target"):
        read_dialogues(path)


def test_a_state_is_satisfied_by_the_products_own_attributes() -> None:
    car = Product(id="c", title="Car", attributes={"座位数": ("5",), "车型": ("SUV",)})
    assert satisfies(car, {"车型": "suv", "座位数": "4"})
    assert not satisfies(car, {"座位数": "7"})
    assert not satisfies(car, {"车型": "SUV", "颜色": "红"})


def test_cards_are_judged_by_all_of_them_and_the_first_three() -> None:
    cards = tuple(Card(handle=n, product=each, score=0) for n, each in enumerate(PRODUCTS[:4], 1))
    held = judged(Heard(message="m", screen=cards), {"capacity": "2 people"}, ["T4"])
    assert held["all cards satisfy all constraints"] == 0
    assert held["cards that satisfy all constraints"] == 0.5
    assert held["exact hit@3"] == 0
    assert judged(Heard(message="m", screen=cards[3:]), {"capacity": "2 people"}, ["T4"])["exact hit@3"] == 1
    assert set(judged(Heard(message="m"), {}, ["T4"]).values()) == {0.0}


def test_the_shop_of_a_domain_is_its_candidates_or_what_bears_its_name() -> None:
    named = [told("a tent", candidates=["T1", "T2"])]
    assert [each.id for each in domain_products(PRODUCTS, named, "shop")] == ["T1", "T2"]
    home = [told("a lamp", domain="Home")]
    assert [each.id for each in domain_products(PRODUCTS, home, "Home")] == ["L1", "L2"]


def test_titles_are_ranked_by_the_rarer_words_they_share() -> None:
    assert Titles(PRODUCTS).ranking("a rill tent")[0] == "T1"
    assert Titles(PRODUCTS).ranking("xyz") == ()


async def test_a_target_that_the_words_name_is_first_in_every_arm(tmp_path: Path) -> None:
    catalog = written(PRODUCTS, tmp_path / "catalog.jsonl")
    ids = [each.id for each in PRODUCTS]
    rows = [
        {"id": "a", "domain": "shop", "candidates": ids, "target": "L2", "turns": [{"text": "harbour lamp"}]},
        {"id": "b", "domain": "shop", "candidates": ids, "target": "T2",
         "turns": [{"text": "a tent"}, {"text": "under $100 please"}, {"text": CHOSEN}]},
    ]  # fmt: skip
    path = file(map(json.dumps, rows), tmp_path / "dialogues.jsonl")
    results = await dialogue(path, catalog, embedder="hash", say=lambda _: None)
    assert results.model == "no model" and list(results.arms) == ["none", "bm25"]
    assert results.arms["none"]["hit@1, all"].mean == 1
    assert results.arms["none"]["hit@1, turn 1"].n == 2
    assert results.arms["bm25"]["hit@1, turn 1"].mean >= 0.5
    assert results.arms["none"]["calls a turn"].mean == 0


async def test_recommendations_are_judged_where_they_were_made(tmp_path: Path) -> None:
    catalog = written(PRODUCTS, tmp_path / "catalog.jsonl")
    turns = [
        {"text": "a tent", "state": {}},
        {"text": "a tent for 2 people", "state": {"capacity": "2 people"}, "recommended": ["T1"]},
    ]
    path = file([json.dumps({"id": "a", "domain": "Outdoors", "turns": turns})], tmp_path / "dialogues.jsonl")
    results = await dialogue(path, catalog, embedder="hash", say=lambda _: None)
    assert "bm25" not in results.arms
    figures = results.arms["none"]
    assert figures["exact hit@3"].mean == 1 and figures["exact hit@3"].n == 1
    assert figures["all cards satisfy all constraints"].mean == 1


@pytest.mark.parametrize(("name", "count"), [("recquest", 139), ("risawoz_zh", 25)])
def test_the_public_dialogues_can_be_read(name: str, count: int) -> None:
    folder = SHARED / name
    if not folder.exists():
        pytest.skip(f"{name} is not on this machine")
    assert len(read_dialogues(folder / "dialogues.jsonl")) == count
