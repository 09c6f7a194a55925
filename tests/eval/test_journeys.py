"""Journeys: how files are read, what each turn is judged by, and what the scripted model leaves behind."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from agent.constraints import Constraints
from agent.shelf import Card, CardSet
from agent.tools import Compare, Refine, Reply, SearchCatalog
from eval.__main__ import app
from eval.errors import DatasetError
from eval.journeyfile import State, Turn, read_journeys
from eval.journeys import journeys
from eval.judging import Before, after, judge, language_of
from eval.mechanics import mechanics, right_plan
from eval.scripted import Scripted, prose
from eval.standing import broken, plain, wrong_fields
from eval.talk import Heard, Talk
from eval.transcripts import transcript
from llm_server.chat import Message
from retrieval.product import Price, Product
from tests.eval.builders import written
from tests.eval.talkers import PRODUCTS, talking

FILE = """
[[journey]]
id = "en-tent"
kind = ["constraint kept"]
[[journey.turn]]
say = "a tent under $160"
does = ["search"]
state = { category = ["Tents"], price_max = 160 }
shows = ["T2"]
hides = ["L1", "T1"]
[[journey.turn]]
say = "thanks"
does = ["chat"]

[[journey]]
id = "en-lamp"
[[journey.turn]]
say = "a lamp"
does = ["search"]
state = { category = ["Lamps"] }
[[journey.turn]]
say = "what colour is the first one?"
does = ["answer"]
points = [1]

[[journey]]
id = "zh-lamp"
[[journey.turn]]
say = "我想买台灯"
does = ["search"]
state = { category = ["Lamps"] }
"""


NOTHING = Before()


def path(tmp_path: Path, text: str = FILE, name: str = "some.toml") -> Path:
    to = tmp_path / name
    to.write_text(text, "utf-8")
    return to


def test_journeys_are_read_in_order(tmp_path: Path) -> None:
    told = read_journeys([path(tmp_path)])
    assert [each.id for each in told] == ["en-tent", "en-lamp", "zh-lamp"]
    assert told[0].turn[0].expected == (State(category=("Tents",), price_max=160),)
    assert told[0].turn[1].expected is None
    assert told[2].language == "zh"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (FILE.replace("hides", "hide"), r"some.toml, journey en-tent: turn.1.hide"),
        (FILE.replace("price_max = 160", 'price_max = "cheap"'), r"journey en-tent: turn.1.state.price_max"),
        (FILE.replace('does = ["chat"]', 'does = ["talk"]'), r"journey en-tent: turn.2.does.1"),
        (FILE.replace("en-lamp", "en-tent"), "journey en-tent: id: it was used before"),
        ("[[journey", "is not TOML"),
        ("", "no journeys"),
    ],
)
def test_a_file_that_is_wrong_is_named_with_its_journey_and_field(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(DatasetError, match=named):
        read_journeys([path(tmp_path, text)])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--file", "bad.toml"], "journey en-tent: turn.1.hide"),
        (["--file", "none.toml"], "cannot be read"),
        (["--file", "good.toml", "--only", "en-boat"], "no journey 'en-boat'"),
    ],
)
def test_the_command_says_what_is_wrong_and_ends_with_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    path(tmp_path, FILE.replace("hides", "hide"), "bad.toml")
    path(tmp_path, FILE, "good.toml")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["journeys", *arguments])
    assert done.exit_code == 1
    assert said in done.output


def held(**fields: Any) -> dict[str, Any]:
    return plain(Constraints.model_validate(fields))


def usd(dollars: int) -> Price:
    return Price(amount=dollars * 100, currency="USD")


def test_a_request_is_right_where_every_field_is_and_none_is_set_besides() -> None:
    state = State(category=("Tents", "Outdoors"), price_max=160, attributes={"colour": ("Rust",)})
    right = held(category="Tents", price_max=usd(160), attributes={"colour": ("rust",)})
    assert wrong_fields(state, None, right) == ()
    assert wrong_fields(state, None, {**right, "price_max": 150.0}) == ("price_max",)
    assert wrong_fields(state, None, {**right, "category": None}) == ("category",)
    assert wrong_fields(State(category=("Tents", "")), None, held()) == ()
    assert wrong_fields(state, None, {**right, "in_stock": True, "rating_min": 4.0}) == ("rating_min", "in_stock")


def test_what_may_be_set_is_right_both_ways_and_nothing_else_is() -> None:
    may = State(attributes={"colour": ("rust",)}, price_max=100, prefer="cheap")
    assert wrong_fields(State(), may, held()) == ()
    assert wrong_fields(State(), may, held(attributes={"colour": ("rust",)}, price_max=usd(100), prefer="cheap")) == ()
    assert wrong_fields(State(), may, held(attributes={"colour": ("moss",)})) == ("attributes",)
    assert wrong_fields(State(), may, held(price_max=usd(90))) == ("price_max",)


def test_critiques_are_right_relative_to_what_was_shown() -> None:
    shown = PRODUCTS[:2]
    cheaper = State(price_max="below")
    assert wrong_fields(cheaper, None, held(price_max=usd(89), prefer="cheap"), shown=shown) == ()
    assert wrong_fields(cheaper, None, held(price_max=usd(200)), shown=shown) == ("price_max",)
    assert wrong_fields(cheaper, None, held(), shown=shown) == ("price_max",)
    other = State(exclude_brands="shown")
    assert wrong_fields(other, None, held(exclude_brands=("Scarn", "Sable")), shown=shown) == ()
    assert wrong_fields(other, None, held(exclude_brands=("Scarn",)), shown=shown) == ("exclude_brands",)
    rated = State(rating_min="any")
    assert wrong_fields(rated, None, held(rating_min=3.9, prefer="rating")) == ()
    assert wrong_fields(rated, None, held(prefer="rating")) == ("rating_min",)


def test_a_critique_that_was_right_may_stay_when_other_products_are_shown() -> None:
    now = held(price_max=usd(89))
    kept = {"before": now, "carried": frozenset(["price_max"])}
    cheap = (PRODUCTS[4],)
    assert wrong_fields(State(price_max="below"), None, now, shown=cheap, **kept) == ()
    assert wrong_fields(State(price_max="below"), None, now, shown=cheap) == ("price_max",)


def test_a_product_breaks_the_bounds_that_its_own_fields_do_not_bear_out() -> None:
    tent = PRODUCTS[3]
    assert broken(tent, State(category=("Tents",), price_max=150, attributes={"colour": ("rust", "moss")})) == ()
    assert broken(tent, State(in_stock=True, price_max=149.99)) == ("price_max", "in_stock")
    assert broken(tent, State(exclude_attributes={"colour": ("rust",)})) == ("exclude_attributes",)
    assert broken(tent, State(exclude_brands="shown"), PRODUCTS[1:2]) == ("exclude_brands",)
    assert broken(Product(id="x", title="X"), State(rating_min=4, price_min=1)) == ("price_min", "rating_min")


@given(st.integers(1, 400), st.integers(1, 400))
def test_a_price_bound_is_broken_exactly_by_what_costs_more(price: int, bound: int) -> None:
    lamp = Product(id="x", title="X", price=usd(price))
    assert bool(broken(lamp, State(price_max=bound))) == (price > bound)


def cards(*products: Product) -> tuple[Card, ...]:
    return tuple(Card(handle=number, product=each, score=0) for number, each in enumerate(products, 1))


def heard(call: Any = None, *products: Product, text: str = "", **fields: Any) -> Heard:
    shown = CardSet(id="a", turn_id="t", provisional=False, cards=cards(*products)) if products else None
    return Heard(
        message="m", call=call, shown=shown, fresh=bool(products), screen=cards(*products), text=text,
        standing=(Constraints(),), ended=True, **fields,
    )  # fmt: skip


def marks(turn: dict[str, Any], reply: Heard, before: Before = NOTHING) -> dict[str, bool]:
    return judge(Turn.model_validate({"say": "m", "does": ["search"], **turn}), reply, before, PRODUCTS).marks


@pytest.mark.parametrize(
    ("call", "act"),
    [
        (SearchCatalog(query="tent"), "search"),
        (Refine(change="cheaper"), "refine"),
        (Compare(items=(1, 2)), "compare"),
        (Reply(items=(1,)), "answer"),
        (Reply(), "chat"),
    ],
)
def test_an_act_is_the_call_that_was_made(call: Any, act: str) -> None:
    assert marks({"does": [act]}, heard(call))["act"]
    assert not marks({"does": ["ask"]}, heard(call))["act"]
    assert marks({"does": ["ask"]}, heard(call, question="Which?"))["act"]


def test_a_request_that_should_stay_is_wrong_once_it_changes() -> None:
    before = Before(requests=(held(category="Tents"),))
    stayed = heard(Reply()).model_copy(update={"standing": (Constraints(category="Tents"),)})
    assert marks({"does": ["chat"]}, stayed, before)["state"]
    assert not marks({"does": ["chat"]}, heard(Reply()), before)["state"]
    assert marks({"does": ["chat"]}, heard(Reply()), Before())["state"]


def test_several_requests_are_compared_in_any_order() -> None:
    roles = [{"category": ["Tents"]}, {"category": ["Lamps"], "price_max": 50}]
    both = (Constraints(category="Lamps", price_max=usd(50)), Constraints(category="Tents"))
    reply = heard(SearchCatalog(query="x"))
    assert marks({"roles": roles}, reply.model_copy(update={"standing": both}))["state"]
    leaking = (both[0], Constraints(category="Tents", price_max=usd(50)))
    assert not marks({"roles": roles}, reply.model_copy(update={"standing": leaking}))["state"]
    assert not marks({"roles": roles}, reply.model_copy(update={"standing": both[:1]}))["state"]


def test_references_are_read_from_the_cards_that_the_call_names() -> None:
    assert marks({"points": [2]}, heard(Reply(items=(2,))))["reference"]
    assert not marks({"points": [2]}, heard(SearchCatalog(query="x")))["reference"]
    assert marks({"points": []}, heard(None, question="Which?"))["reference"]
    assert not marks({"points": []}, heard(Reply(items=(1,))))["reference"]
    assert marks({"answers_from": "T2"}, heard(Reply(items=(2,)), *PRODUCTS[:2]))["reference"]
    assert not marks({"answers_from": "T2"}, heard(Reply(items=(1,)), *PRODUCTS[:2]))["reference"]
    assert "reference" not in marks({}, heard(Reply()))


def test_the_shelf_is_held_to_what_was_asked_for_and_not_to_what_the_assistant_made_of_it() -> None:
    call = SearchCatalog(query="x")
    asked = {"state": {"category": ["Tents"], "price_max": 160}}
    assert marks(asked, heard(call, PRODUCTS[1]))["shelf"]
    assert not marks(asked, heard(call, PRODUCTS[1], PRODUCTS[0]))["shelf"]
    told = {"notices": ({"code": "relaxed", "text": "I left out the price."},)}
    assert not marks(asked, heard(call, PRODUCTS[0], **told))["shelf"]
    impossible = {"state": {"category": ["Tents"], "price_max": 5}}
    assert marks(impossible, heard(call, PRODUCTS[0], **told))["shelf"]
    assert not marks(impossible, heard(call, PRODUCTS[0]))["shelf"]


def test_each_of_several_requests_needs_a_product() -> None:
    roles = {"roles": [{"category": ["Tents"]}, {"category": ["Lamps"]}]}
    call = SearchCatalog(query="x")
    assert marks(roles, heard(call, PRODUCTS[0], PRODUCTS[4]))["shelf"]
    assert not marks(roles, heard(call, PRODUCTS[0], PRODUCTS[1]))["shelf"]


def test_prose_is_judged_by_what_it_says_its_language_and_its_questions() -> None:
    turn = {"says": ["(?i)moss"], "says_not": ["free"], "language": "zh"}
    right = marks(turn, heard(Reply(), text="苔绿 moss"))
    assert (right["says"], right["language"], right["one question"]) == (True, True, True)
    wrong = marks(turn, heard(Reply(), text="It is free. Really? Yes? No."))
    assert (wrong["says"], wrong["language"], wrong["one question"]) == (False, False, False)
    asked = Before(asked=True)
    assert not marks({}, heard(None, question="Which?"), asked)["not asked twice"]
    assert marks({}, heard(Reply()), asked)["not asked twice"]


def test_a_language_is_told_without_the_names_of_products() -> None:
    assert language_of("Rill Two Backpacking Tent：颜色", ["Rill Two Backpacking Tent"]) == "zh"
    assert language_of("Rill Two Backpacking Tent: colour", ["Rill Two Backpacking Tent"]) == "en"
    assert language_of("12.5 !") == ""


def test_what_was_expected_stands_until_something_else_is() -> None:
    first = after(Turn(say="m", does=("search",), state=State(category=("Tents",))), heard(), Before())
    assert after(Turn(say="m", does=("chat",)), heard(), first).expected == (State(category=("Tents",)),)


def test_the_right_plan_is_what_the_journey_says() -> None:
    on_screen = heard(None, *PRODUCTS[:3])

    def plan(**turn: Any) -> str:
        return right_plan(Turn.model_validate({"say": "m", **turn}), on_screen)

    assert '"category":"Tents"' in plan(does=["search"], state={"category": ["Tents"]})
    assert '"change":"cheaper"' in plan(does=["refine"], state={"price_max": "below"})
    assert '"items":[2]' in plan(does=["answer"], answers_from="T2")
    assert plan(does=["answer"]) == ""
    assert right_plan(Turn(say="m", does=("compare",)), None) == ""


def test_the_scripted_model_says_a_truth_and_a_lie_of_every_product_the_same_each_time() -> None:
    prompt = "[1] «Rill. A tent. capacity: 2 people; colour: moss»\n[2] «Brook. colour: rust»\nWrite in English."
    told = prose(prompt)
    assert told == prose(prompt)
    assert [claim.kind == "true" for _, claim in told] == [True, False, True, False]
    assert "[2] has colour rust. " in [text for text, _ in told]
    chinese = prose("[1] «帐篷。颜色：苔绿»\nWrite in Chinese.")
    assert chinese[0][0] == "[1] 的颜色是苔绿。"


async def test_the_gate_lets_none_of_the_scripted_lies_through(tmp_path: Path) -> None:
    model = Scripted()
    async with talking(tmp_path, model) as shop:
        talk = Talk(shop)
        replies = [
            await talk.say(text) for text in ("a tent", "a lamp", "我想买台灯", "an outdoor thing", "a rust tent")
        ]
    assert {claim.kind for claim in model.said} > {"true"}
    text = " ".join(reply.text for reply in replies)
    assert not [claim for claim in model.said if claim.kind != "true" and claim.released_in(text)]
    assert [claim for claim in model.said if claim.kind == "true" and claim.released_in(text)]


def test_a_lie_that_was_released_would_be_seen() -> None:
    model = Scripted()
    model.said = [claim for _, claim in prose("[1] «Rill. colour: moss»\nWrite in English.")]
    leaked = heard(Reply(), text=" ".join(claim.seen[-1] for claim in model.said))
    assert mechanics(leaked, None, model)["lies released"] == 1
    assert mechanics(heard(Reply()), None, model)["lies released"] == 0


async def test_journeys_are_held_and_every_turn_is_judged(tmp_path: Path) -> None:
    catalog = written(PRODUCTS, tmp_path / "catalog.jsonl")
    shop = path(tmp_path, '{"name": "Fernhill"}', "shop.json")
    path(tmp_path, '{"categories": {"Lamps": "台灯"}}', "zh.json")
    told = read_journeys([path(tmp_path)])
    outcome = await journeys(told, catalog=catalog, shop=shop, embedder="hash", say=lambda _: None)
    assert list(outcome.results.arms) == ["none", "none, en", "none, zh"]
    assert outcome.results.arms["none"]["state"].n == 5
    assert outcome.results.arms["none"]["shows"].mean == 1
    assert outcome.results.arms["none"]["true"].mean == 1
    assert all(failure.why and failure.journey for failure in outcome.failures)
    text = transcript("en-tent", "no model", outcome.held[0].turns)
    assert "**Shopper:** a tent under $160" in text and re.search(r"^1\. Meadow Three Tent, \$90\.00", text, re.M)

    scripted = await journeys(told, model="scripted", catalog=catalog, shop=shop, embedder="hash", say=lambda _: None)
    figures = scripted.results.arms["scripted"]
    assert "act" not in figures and "state" not in figures
    assert figures["turns that ended"].mean == 1 and figures["lies released"].mean == 0


async def test_messages_to_the_scripted_model_without_a_plan_leave_the_parsers(tmp_path: Path) -> None:
    assert (await Scripted().complete((Message(role="user", content="x"),), {}, kind="plan", max_tokens=9)).text == "{}"
    async with talking(tmp_path, Scripted()) as shop:
        reply = await Talk(shop).say("a tent")
    assert (reply.tool, reply.chosen_by) == ("search_catalog", "parser")
