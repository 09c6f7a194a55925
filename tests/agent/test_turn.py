"""A whole turn, over a real in-process index of a small shop, with a scripted model."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from agent.conversation import Conversation
from agent.events import (
    ComparisonShown,
    ConstraintsChanged,
    NoticeGiven,
    ProductsShown,
    QuestionAsked,
    ShopperMessage,
    TextAdded,
    TextFinished,
    TextStarted,
    ToolChosen,
    TurnEvent,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from agent.intent import Intent
from agent.run import Floor
from agent.session import SessionProfile
from agent.shop import Shop
from agent.turn import run_turn
from agent.vocabulary import Vocabulary
from llm_server.chat import ChatLoading, ChatUnavailable
from llm_server.scripted import Reply, ScriptedChat
from retrieval.behaviour.memory import Memory
from retrieval.edge import EdgeIndex
from retrieval.embed import HashEmbedder
from retrieval.lexical import Analyzer
from retrieval.product import Product, Rating
from retrieval.query import RankContext, SearchQuery, SearchResult, WorkerDown
from retrieval.rank import LinearRanker
from retrieval.search import Searcher
from retrieval.words import read_words
from tests.agent.builders import NOW, event, product

PRODUCTS = (
    product("T1", "Rill Two Tent", price=200, brand="Scarn", categories=("Tents",), availability="in_stock",
            rating=Rating(value=4.6, count=12), attributes={"capacity": ("2 people",), "weight": ("1.9 kg",)},
            description="A light tent for two with a sealed floor."),
    product("T2", "Meadow Three Tent", price=90, brand="Sable", categories=("Tents",), availability="in_stock",
            attributes={"capacity": ("3 people",), "weight": ("3.1 kg",)}, description="A roomy tent for summer."),
    product("T3", "Ridge One Tent", price=320, brand="Scarn", categories=("Tents",), availability="in_stock",
            attributes={"capacity": ("1 person",)}, description="A roomy tent for summer."),
    product("L1", "Dune Lamp", price=40, brand="Lumi", categories=("Lamps",), availability="in_stock",
            attributes={"colour": ("white",)}, description="A lamp for a quiet corner."),
)  # fmt: skip
SEARCH = '{"tool":"search_catalog","query":"tent","category":"Tents"}'


@pytest.fixture
async def floor(tmp_path: Path):
    embedder = HashEmbedder()
    index = EdgeIndex.create(tmp_path / "shard", dimensions=embedder.dimensions)
    searcher = Searcher(embedder=embedder, index=index, analyzer=Analyzer(read_words()), mean_terms=12)
    await searcher.upsert(PRODUCTS)
    facets = await searcher.facets()
    shop = Shop(name="Fernhill", about="Tents and lamps.")
    yield Floor(shop, facets, Vocabulary.of(facets, "USD"), searcher, ScriptedChat(), seconds=10.0)
    await searcher.close()


def with_model(floor: Floor, *, plan: Sequence[Reply] = (), narrate: Sequence[Reply] = (), **other: object) -> Floor:
    fields = {"shop": floor.shop, "facets": floor.facets, "vocabulary": floor.vocabulary,
              "retriever": floor.retriever, "seconds": floor.seconds}  # fmt: skip
    return Floor(**{**fields, "model": ScriptedChat(plan=plan, narrate=narrate), **other})  # type: ignore[arg-type]


async def say(floor: Floor, text: str, conversation: Conversation | None = None):
    """The events of one turn, and the conversation after it."""
    conversation = conversation or Conversation(session_id="s")
    events: list[TurnEvent] = []
    async for happened in run_turn(conversation, ShopperMessage(id="m", text=text, time=NOW), floor):
        events.append(happened)
        conversation = conversation.told(happened)
    return events, conversation


def prose(events: Sequence[TurnEvent]) -> str:
    return "".join(happened.delta for happened in events if isinstance(happened, TextAdded))


def only(events: Sequence[TurnEvent], kind: type):
    return [happened for happened in events if isinstance(happened, kind)]


async def test_a_turn_shows_cards_before_the_plan_and_prose_after_the_last_cards(floor: Floor) -> None:
    floor = with_model(floor, plan=[SEARCH], narrate=["[1] is a light tent for two. [2] is a roomy tent for summer."])
    events, _ = await say(floor, "a light tent for two people")
    kinds = [type(happened) for happened in events]
    assert kinds[0] is TurnStarted and kinds[-1] is TurnFinished
    assert kinds.index(ProductsShown) < kinds.index(ToolChosen)
    assert len(kinds) - 1 - kinds[::-1].index(ProductsShown) < kinds.index(TextStarted)
    first, last = only(events, ProductsShown)
    assert first.card_set.provisional and not last.card_set.provisional


async def test_a_plan_that_agrees_with_the_words_keeps_the_card_set(floor: Floor) -> None:
    floor = with_model(floor, plan=[SEARCH], narrate=["[1] is a light tent."])
    events, conversation = await say(floor, "a light tent")
    first, last = only(events, ProductsShown)
    assert first.card_set.id == last.card_set.id
    assert len(conversation.shelf.sets) == 1


async def test_prose_names_products_and_every_shown_one_is_named(floor: Floor) -> None:
    floor = with_model(floor, plan=[SEARCH], narrate=["[1] is a light tent."])
    events, _ = await say(floor, "a light tent")
    shown = only(events, ProductsShown)[-1].card_set
    assert len(shown.cards) == 3
    assert all(card.product.title in prose(events) for card in shown.cards)
    assert "[" not in prose(events)


async def test_an_invented_claim_is_dropped_and_the_template_stands_in(floor: Floor) -> None:
    floor = with_model(floor, plan=[SEARCH], narrate=["[1] is made of titanium and costs $5. [2] is a tent."])
    events, _ = await say(floor, "a light tent")
    said = prose(events)
    assert "titanium" not in said and "$5" not in said
    report = only(events, TurnFinished)[0].report
    assert report.released == 1 and report.dropped
    assert {happened.by for happened in only(events, TextAdded)} == {"model", "template"}


async def test_a_stated_bound_holds_whatever_the_model_says(floor: Floor) -> None:
    floor = with_model(floor, plan=[SEARCH], narrate=[""])
    events, conversation = await say(floor, "a tent under $100")
    shown = only(events, ProductsShown)[-1].card_set
    assert shown.ids == ("T2",)
    assert conversation.request.current.price_max is not None and conversation.request.current.price_max.amount == 10000


async def test_cheaper_than_the_third_one_is_cheaper_than_what_stood_third(floor: Floor) -> None:
    plans = [SEARCH, '{"tool":"refine","change":"cheaper","item":3}']
    floor = with_model(floor, plan=plans, narrate=["[1] is a tent.", "[1] is a tent."])
    _, conversation = await say(floor, "a tent")
    third = conversation.shelf.current.card(3) if conversation.shelf.current else None
    assert third and third.product.price
    events, conversation = await say(floor, "cheaper than the third one", conversation)
    shown = only(events, ProductsShown)[-1].card_set
    assert shown.cards
    assert all(card.product.price and card.product.price.amount < third.product.price.amount for card in shown.cards)


async def test_with_the_model_loading_the_parser_plans_and_templates_speak(floor: Floor) -> None:
    floor = with_model(floor, plan=[ChatLoading("fetching 12 %")])
    events, _ = await say(floor, "a light tent")
    notice = only(events, NoticeGiven)[0]
    assert notice.code == "loading" and "fetching 12 %" in notice.text
    assert only(events, ToolChosen)[0].chosen_by == "parser"
    assert "Rill Two Tent" in prose(events)
    assert isinstance(events[-1], TurnFinished)


async def test_a_model_killed_in_mid_sentence_ends_the_turn_with_templates_and_a_notice(floor: Floor) -> None:
    died: list[Reply] = [["[1] is a light tent. [2] is a ro", ChatUnavailable("the engine died")]]
    floor = with_model(floor, plan=[SEARCH], narrate=died)
    events, _ = await say(floor, "a light tent")
    shown = only(events, ProductsShown)[-1].card_set
    assert all(card.product.title in prose(events) for card in shown.cards)
    assert "ro." not in prose(events)
    assert "degraded" in [notice.code for notice in only(events, NoticeGiven)]
    assert isinstance(events[-1], TurnFinished) and len(only(events, TextFinished)) == 1


async def test_a_model_that_stalls_is_given_up_within_the_deadline(floor: Floor) -> None:
    never = asyncio.Event()
    model = ScriptedChat(plan=[SEARCH], narrate=[["[1] is a light tent. ", never]])
    stalled = with_model(floor, model=model, seconds=2.0)
    events, _ = await say(stalled, "a light tent")
    assert isinstance(events[-1], TurnFinished)
    assert model.cut == 1


async def test_closing_a_turn_early_closes_the_model_stream(floor: Floor) -> None:
    never = asyncio.Event()
    model = ScriptedChat(plan=[SEARCH], narrate=[["[1] is a light tent. ", never]])
    turn = run_turn(
        Conversation(session_id="s"), ShopperMessage(id="m", text="a tent", time=NOW), with_model(floor, model=model)
    )
    async for happened in turn:
        if isinstance(happened, TextAdded):
            break
    await turn.aclose()
    assert model.cut == 1


async def test_a_view_shapes_the_ranking_and_the_reason_names_it(floor: Floor) -> None:
    conversation = Conversation(session_id="s")
    for event_id in ("e1", "e2", "e3"):
        conversation = conversation.happened(event(event_id, "view_item", "T3"), {"T3": PRODUCTS[2]})
    floor = with_model(floor, plan=[SEARCH], narrate=[""])
    events, _ = await say(floor, "a tent", conversation)
    cards = only(events, ProductsShown)[-1].card_set.cards
    parts = {part.evidence for card in cards for part in card.contributions}
    assert "event:view_item:T3" in parts
    assert all(abs(sum(part.value for part in card.contributions) - card.score) < 1e-9 for card in cards)
    assert any("Ridge One Tent you looked at" in card.reason.text for card in cards if card.reason)


async def test_comparing_shows_a_table_from_the_catalogue(floor: Floor) -> None:
    floor = with_model(
        floor, plan=[SEARCH, '{"tool":"compare","items":[1,2]}'], narrate=["", "[1] is a light tent. [2] is roomy."]
    )
    _, conversation = await say(floor, "a tent")
    events, _ = await say(floor, "compare the first two", conversation)
    table = only(events, ComparisonShown)[0]
    assert table.columns == (1, 2)
    assert {row.name: row.values for row in table.rows}["price"][0] is not None


async def test_a_question_about_a_shown_product_is_answered_from_its_facts_when_the_model_invents(floor: Floor) -> None:
    floor = with_model(
        floor, plan=[SEARCH, '{"tool":"reply","items":[1]}'], narrate=["", "[1] is fully waterproof and windproof."]
    )
    _, conversation = await say(floor, "a tent")
    events, after = await say(floor, "is the first one waterproof?", conversation)
    assert "waterproof" not in prose(events)
    assert "capacity" in prose(events)
    assert after.shelf.current == conversation.shelf.current


async def test_pointing_at_what_is_not_there_gets_a_question_not_a_guess(floor: Floor) -> None:
    floor = with_model(floor, plan=[SEARCH, '{"tool":"reply","items":[1]}'], narrate=[""])
    _, conversation = await say(floor, "a tent")
    events, _ = await say(floor, "tell me about the ninth one", conversation)
    assert only(events, QuestionAsked)


async def test_what_had_to_give_is_told_and_still_stands_for_the_next_search(floor: Floor) -> None:
    floor = with_model(floor, plan=[SEARCH], narrate=[""])
    events, conversation = await say(floor, "a tent by Lumi under $250")
    assert [notice.code for notice in only(events, NoticeGiven)] == ["relaxed"]
    assert conversation.request.current.brands == ("Lumi",)
    assert only(events, ConstraintsChanged)[-1].after == conversation.request


async def test_a_bound_in_another_currency_is_asked_about_and_never_converted(floor: Floor) -> None:
    floor = with_model(floor, plan=[SEARCH], narrate=[""])
    events, conversation = await say(floor, "a tent under 100 euros")
    assert [notice.code for notice in only(events, NoticeGiven)] == ["currency"]
    assert conversation.request.current.price_max is None


async def test_nothing_leaks_from_one_kind_of_product_to_the_next(floor: Floor) -> None:
    floor = with_model(
        floor, plan=[SEARCH, '{"tool":"search_catalog","query":"lamp","category":"Lamps"}'], narrate=["", ""]
    )
    _, conversation = await say(floor, "a tent under $100 by Sable")
    _, after = await say(floor, "now a lamp", conversation)
    assert after.request.current.category == "Lamps"
    assert after.request.current.price_max is None and after.request.current.brands == ()


async def test_a_shopper_who_writes_chinese_is_answered_in_chinese(floor: Floor) -> None:
    floor = with_model(floor, plan=[ChatUnavailable("down")])
    events, conversation = await say(floor, "我想买帐篷")
    assert conversation.language == "zh"
    assert "：" in prose(events) and "tent" not in prose(events).replace("Tent", "")


class Down(Searcher):
    """A retriever whose worker has died."""

    def __init__(self) -> None:
        """Nothing to open."""

    async def search(self, query: SearchQuery, context: RankContext) -> SearchResult:
        raise WorkerDown("died", fix="wait")


async def test_a_dead_search_ends_the_turn_with_a_typed_failure(floor: Floor) -> None:
    events, _ = await say(with_model(floor, plan=[SEARCH], retriever=Down()), "a tent")
    assert isinstance(events[-1], TurnFailed) and events[-1].code == "retrieval_down"


async def test_a_normal_turn_makes_two_model_calls_and_reports_them(floor: Floor) -> None:
    floor = with_model(floor, plan=[SEARCH], narrate=["[1] is a light tent."])
    events, _ = await say(floor, "a light tent")
    report = only(events, TurnFinished)[0].report
    assert [call.kind for call in report.calls] == ["plan", "narrate"]
    assert report.cards_seconds is not None and report.plan_seconds is not None and report.prose_seconds is not None


# Purchase intent

CARTED = Intent(weights=(0, 0, 0, 0, 4, 0, 0), bias=-2, usual=0.1)
QUESTION = '{"tool":"ask_shopper","question":"What for?"}'


def visiting(name: str) -> Conversation:
    profile = SessionProfile().after(event("e1", name, "T1"), {item.id: item for item in PRODUCTS})
    return Conversation(session_id="s").model_copy(update={"profile": profile})


async def test_a_shopper_near_a_purchase_is_shown_products_where_a_question_would_be_asked(floor: Floor) -> None:
    events, _ = await say(
        with_model(floor, plan=[QUESTION], narrate=["[1] is a tent."], intent=CARTED), "hmm", visiting("add_to_cart")
    )
    assert only(events, ProductsShown) and not only(events, QuestionAsked)
    assert type(events[-1]) is TurnFinished


async def test_a_shopper_who_only_looks_around_is_asked_and_so_is_everyone_without_a_model(floor: Floor) -> None:
    for intent, conversation in ((CARTED, visiting("view_item")), (None, visiting("add_to_cart"))):
        events, _ = await say(with_model(floor, plan=[QUESTION], intent=intent), "hmm", conversation)
        assert only(events, QuestionAsked) and not only(events, ProductsShown)


# Several kinds at once, and products that are called by name


async def stocked(floor: Floor, *items: Product) -> Floor:
    """The floor of a shop that has these too; its model is away."""
    retriever = floor.retriever
    assert isinstance(retriever, Searcher)
    await retriever.upsert(items)
    facets = await retriever.facets()
    plan: list[Reply] = [ChatUnavailable("down")] * 4
    return with_model(floor, plan=plan, facets=facets, vocabulary=Vocabulary.of(facets, "USD"))


async def test_two_kinds_at_once_get_cards_of_both_and_a_request_each(floor: Floor) -> None:
    floor = await stocked(floor)
    events, after = await say(floor, "a tent under $250 and a lamp")
    cards = only(events, ProductsShown)[-1].card_set.cards
    assert {category for card in cards for category in card.product.categories} == {"Tents", "Lamps"}
    assert [card.handle for card in cards] == list(range(1, len(cards) + 1))
    assert {role.category: role.price_max and role.price_max.amount for role in after.request.meant} == {
        "Tents": 25000,
        "Lamps": None,
    }


async def test_a_question_about_a_product_that_is_not_shown_shows_it_and_answers(floor: Floor) -> None:
    floor = await stocked(floor)
    _, conversation = await say(floor, "a tent under $250")
    assert "T3" not in (conversation.shelf.current.ids if conversation.shelf.current else ())
    events, after = await say(floor, "how much is the Ridge One?", conversation)
    assert after.shelf.current is not None and after.shelf.current.ids == ("T3",)
    assert "$320.00" in prose(events) and not only(events, QuestionAsked)
    assert after.request == conversation.request


async def test_a_question_about_a_product_that_is_shown_leaves_the_cards(floor: Floor) -> None:
    floor = await stocked(floor)
    _, conversation = await say(floor, "a tent")
    events, after = await say(floor, "how much is the Meadow Three?", conversation)
    assert "$90.00" in prose(events) and not only(events, ProductsShown)
    assert after.shelf.current == conversation.shelf.current


async def test_two_products_that_are_called_by_name_and_not_shown_are_compared(floor: Floor) -> None:
    floor = await stocked(floor)
    events, after = await say(floor, "compare the Ridge One and the Meadow Three")
    assert after.shelf.current is not None and set(after.shelf.current.ids) == {"T2", "T3"}
    table = only(events, ComparisonShown)[0]
    assert table.columns == (1, 2)
    assert set(next(row.values for row in table.rows if row.name == "price")) == {"$90.00", "$320.00"}
    assert "Meadow Three Tent has the lowest price" in prose(events)


async def test_a_second_reference_that_cannot_be_told_names_what_is_shown(floor: Floor) -> None:
    floor = await stocked(floor)
    _, conversation = await say(floor, "a tent")
    events, conversation = await say(floor, "tell me about the ninth one", conversation)
    assert only(events, QuestionAsked)
    events, _ = await say(floor, "the ninth one", conversation)
    shown = conversation.shelf.current
    assert not only(events, QuestionAsked)
    assert shown and all(card.product.title in prose(events) for card in shown.cards)


async def test_a_question_beside_the_cards_is_never_asked_twice_in_a_row(floor: Floor) -> None:
    colours, seasons = ("red", "blue", "green", "grey"), ("spring", "summer", "autumn", "winter")
    more = (product(f"B{n}", f"Vale {n} Boots", price=50 + n, categories=("Boots",), availability="in_stock",
                    attributes={"colour": (colours[n % 4],), "season": (seasons[n // 4],)})
            for n in range(16))  # fmt: skip
    floor = await stocked(floor, *more)
    events, conversation = await say(floor, "I need boots")
    assert only(events, ProductsShown) and len(only(events, QuestionAsked)) == 1
    events, conversation = await say(floor, "I need boots for walking", conversation)
    assert only(events, ProductsShown) and not only(events, QuestionAsked)
    events, _ = await say(floor, "I need boots for work", conversation)
    assert only(events, QuestionAsked)


async def test_who_leaves_the_choice_to_the_shop_is_shown_products_and_told_of_no_missing_words(floor: Floor) -> None:
    _, conversation = await say(with_model(floor, plan=[SEARCH], narrate=[""]), "I need a tent")
    for model in ('{"tool":"search_catalog","query":"whatever"}', '{"tool":"reply","items":[]}'):
        events, _ = await say(with_model(floor, plan=[model], narrate=[""]), "whatever", conversation)
        shown = only(events, ProductsShown)
        assert shown and all("Tent" in card.product.title for card in shown[-1].card_set.cards)
        assert not only(events, QuestionAsked)
        assert not any(notice.code == "not_sold" for notice in only(events, NoticeGiven))


async def test_where_the_model_would_ask_again_products_are_shown(floor: Floor) -> None:
    asks = '{"tool":"ask_shopper","question":"What is it for?"}'
    floor = with_model(floor, plan=[asks, asks], narrate=["", ""])
    first, conversation = await say(floor, "hmm", None)
    assert only(first, QuestionAsked) and not only(first, ProductsShown)
    second, _ = await say(floor, "hmm", conversation)
    assert only(second, ProductsShown) and not only(second, QuestionAsked)


async def test_what_the_shop_says_in_so_many_words_is_told_without_asking_the_narrator(floor: Floor) -> None:
    floor = with_model(floor, plan=[SEARCH, '{"tool":"reply","items":[1]}'], narrate=[""])
    _, conversation = await say(floor, "a tent")
    events, _ = await say(floor, "what is the capacity of the first one?", conversation)
    assert "capacity" in prose(events)
    assert [call.kind for call in events[-1].report.calls] == ["plan"]


async def test_a_card_set_names_the_ranker_that_ordered_its_cards(floor: Floor) -> None:
    class Other(LinearRanker):
        def arm(self, context: RankContext, *, has_words: bool) -> str:
            return "other"

    assert isinstance(floor.retriever, Searcher)
    for ranker, arm in ((None, "linear"), (Other(), "other")):
        retriever = floor.retriever.with_parts(memory=Memory(None), ranker=ranker)
        events, _ = await say(with_model(floor, plan=[SEARCH], narrate=["A tent."], retriever=retriever), "a tent")
        assert {happened.card_set.arm for happened in only(events, ProductsShown)} == {arm}


async def test_what_no_product_of_the_kind_has_is_no_wish_of_it(floor: Floor) -> None:
    boots = (product(f"B{n}", f"Vale {n} Boots", price=50, categories=("Boots",), availability="in_stock",
                     attributes={"colour": ("red",)}) for n in range(4))  # fmt: skip
    soup = product("S1", "Rill Soup", price=5, categories=("Food",), attributes={"diet": ("vegan",)})
    floor = await stocked(floor, *boots, soup)
    _, conversation = await say(floor, "red boots please, I'm vegan")
    assert conversation.request.current.attributes == {"colour": ("red",)}


async def test_where_the_same_products_still_fit_it_is_said_so_and_no_prose_is_repeated(floor: Floor) -> None:
    spoken = with_model(
        floor, plan=[SEARCH, '{"tool":"refine","change":"narrow","query":""}'], narrate=["[1] is a tent."]
    )
    first, conversation = await say(spoken, "I need a tent")
    again, _ = await say(spoken, "in stock only please", conversation)
    assert only(first, ProductsShown)[-1].card_set.ids == only(again, ProductsShown)[-1].card_set.ids
    assert prose(again).startswith("What comes nearest is still the same")
    assert all(card.product.title in prose(again) for card in only(again, ProductsShown)[-1].card_set.cards)


async def test_a_sentence_behind_a_bare_handle_is_set_apart_from_the_name(floor: Floor) -> None:
    events, _ = await say(with_model(floor, plan=[SEARCH], narrate=["[1] This is a tent."]), "I need a tent")
    assert re.match(r"[A-Z][\w ]+ Tent: this is a tent\.", prose(events))


async def test_thanks_are_answered_as_thanks_without_a_model(floor: Floor) -> None:
    _, conversation = await say(with_model(floor, plan=[SEARCH], narrate=["[1] is a tent."]), "I need a tent")
    for text, told in (("ok thanks, let me think", "You're welcome"), ("好的谢谢，我再想想", "不客气")):
        events, _ = await say(with_model(floor, plan=['{"tool":"reply","items":[]}'], narrate=[""]), text, conversation)
        assert prose(events).startswith(told)
