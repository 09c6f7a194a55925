"""The behaviour model: heard at once, forgotten in order, the same after a restart."""

import random
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.behaviour.model import Behaviour, Limits, Source, Suggestion
from retrieval.behaviour.touches import FinishedSession, Mark, Touch
from tests.retrieval.behaviour.walks import START, basket, session, touched, walk

PRODUCTS = st.sampled_from([f"P{number}" for number in range(12)])
TOUCHES = st.builds(
    Touch,
    product_id=PRODUCTS,
    event=st.sampled_from(["view_item", "add_to_cart", "purchase"]),
    time=st.integers(0, 30).map(lambda minute: START + timedelta(minutes=minute)),
)
SESSIONS = st.lists(TOUCHES, min_size=1, max_size=8).map(lambda touches: session(tuple(touches)))
LOGS = st.lists(SESSIONS, max_size=14)


def taught(*sessions: FinishedSession, limits: Limits | None = None) -> Behaviour:
    model = Behaviour(limits)
    for each in sessions:
        model.learn(each)
    return model


def said(
    model: Behaviour,
    touches: tuple[Touch, ...],
    source: Source,
    *,
    history: tuple[Touch, ...] = (),
    limit: int = 50,
) -> list[Suggestion]:
    return [each for each in model.candidates(touches, history, START, limit) if each.source == source]


def named(suggestions: list[Suggestion]) -> list[str]:
    return [each.product_id for each in suggestions]


def rounded(suggestions: list[Suggestion]) -> set[tuple[str, str, float]]:
    return {(each.source, each.product_id, round(each.score, 9)) for each in suggestions}


def test_an_empty_model_has_nothing_to_say_of_others() -> None:
    assert Behaviour().candidates((), (), START, 10) == []
    assert Behaviour().ranking((), (), START, 10) == []


def test_a_session_is_heard_as_soon_as_it_is_learnt() -> None:
    model = taught(walk("tent", "lamp"))
    assert "stove" not in named(said(model, touched("tent"), "next"))
    model.learn(walk("tent", "stove"))
    assert "stove" in named(said(model, touched("tent"), "next"))


def test_a_suggestion_names_the_product_of_the_session_that_spoke_most_for_it() -> None:
    model = taught(walk("tent", "stove"), walk("shoe", "sock"))
    because = {each.product_id: each.because for each in said(model, touched("shoe", "tent"), "next")}
    assert because == {"stove": "tent", "sock": "shoe"}


def test_what_was_touched_last_speaks_loudest() -> None:
    model = taught(walk("tent", "stove"), walk("shoe", "sock"))
    assert named(said(model, touched("shoe", "tent"), "next")) == ["stove", "sock"]
    assert named(said(model, touched("tent", "shoe"), "next")) == ["sock", "stove"]


def test_what_follows_counts_more_than_what_goes_before_and_near_more_than_far() -> None:
    model = taught(walk("before", "tent", "after", "b", "c", "far"))
    order = named(said(model, touched("tent"), "next"))
    assert order.index("after") < order.index("before")
    assert order.index("after") < order.index("far")


def test_a_session_never_suggests_as_next_what_it_has_touched() -> None:
    model = taught(walk("a", "b", "c"))
    assert named(said(model, touched("a", "b"), "next")) == ["c"]


def test_repeats_are_expected_as_often_as_shoppers_were_seen_to_repeat() -> None:
    faithful = taught(*[walk("a", "a", "b")] * 50)
    fickle = taught(*[walk("a", "b", "c")] * 50)
    often, never = (said(model, touched("x"), "repeat")[0].score for model in (faithful, fickle))
    assert 0.4 < often < 0.5
    assert never == 0


def test_a_product_nobody_has_touched_before_may_still_be_come_back_to() -> None:
    model = taught(*[walk("a", "a")] * 10)
    assert model.ranking(touched("new"), (), START, 5)[0].product_id == "new"


def test_a_few_neighbours_are_no_certainty() -> None:
    few, many = taught(walk("a", "b")), taught(*[walk("a", "b")] * 60)
    assert said(few, touched("a"), "next")[0].score < 0.3 < 0.8 < said(many, touched("a"), "next")[0].score


def test_the_strength_of_a_chance_grows_with_it_and_stays_between_0_and_1() -> None:
    strengths = [Suggestion("a", "next", chance).strength for chance in (0, 0.001, 0.01, 0.1, 0.5, 1)]
    assert strengths == sorted(strengths) and strengths[0] == 0 and strengths[-1] == 1
    assert Suggestion("a", "own", 0.4).strength == 0.4


def test_habits_come_before_what_others_buy_and_are_ordered_by_frequency() -> None:
    model = taught(*[session(basket("tea", "milk", "jam"))] * 5)
    history = (*basket("tea", "milk", at=START - timedelta(days=9)), *basket("tea", at=START - timedelta(days=2)))
    assert named(said(model, (), "own", history=history)) == ["tea", "milk"]
    assert [each.product_id for each in model.ranking((), history, START, 3)] == ["tea", "milk", "jam"]


def test_peers_name_what_shoppers_of_the_same_purchases_bought() -> None:
    model = taught(session(basket("tea", "milk", "jam")), session(basket("nail", "screw")))
    peers = said(model, (), "peers", history=basket("tea", "milk", at=START - timedelta(days=2)))
    assert {each.product_id for each in peers} == {"tea", "milk", "jam"}
    assert {each.because for each in peers if each.product_id == "jam"} <= {"tea", "milk"}


def test_a_shopper_of_whom_nothing_is_known_gets_what_is_popular() -> None:
    model = taught(walk("a"), walk("b"), walk("b"))
    assert [each.product_id for each in model.ranking((), (), START, 5)] == ["b", "a"]


def test_an_evicted_session_no_longer_speaks() -> None:
    model = taught(walk("a", "old"), limits=Limits(sessions=3))
    assert named(said(model, touched("a"), "next")) == ["old"]
    for _ in range(3):
        model.learn(walk("a", "new"))
    assert named(said(model, touched("a"), "next")) == ["new"]
    assert model.sessions == 3


def test_only_the_most_recent_sessions_are_compared() -> None:
    model = taught(walk("a", "old"), *[walk("a", "new")] * 500)
    assert named(said(model, touched("a"), "next")) == ["new"]


@given(log=LOGS, now=SESSIONS)
@settings(max_examples=40, deadline=None)
def test_chances_of_the_next_touch_add_up_to_at_most_one(log: list[FinishedSession], now: FinishedSession) -> None:
    model = taught(*log)
    chances = [each.score for source in ("next", "repeat") for each in said(model, now.touches, source)]
    assert all(0 <= chance <= 1 for chance in chances)
    assert sum(chances) <= 1 + 1e-9


@given(log=LOGS, now=SESSIONS, history=SESSIONS)
@settings(max_examples=40, deadline=None)
def test_every_score_is_from_0_to_1_and_each_source_names_a_product_once(
    log: list[FinishedSession], now: FinishedSession, history: FinishedSession
) -> None:
    found = taught(*log).candidates(now.touches, history.touches, START, 6)
    assert all(0 <= each.score <= 1 + 1e-9 for each in found)
    assert len({(each.source, each.product_id) for each in found}) == len(found)
    assert max((sum(each.source == one.source for each in found) for one in found), default=0) <= 6


@given(log=LOGS, now=SESSIONS, history=SESSIONS, seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_the_order_of_learning_does_not_matter_while_no_one_is_sampled_away(
    log: list[FinishedSession], now: FinishedSession, history: FinishedSession, seed: int
) -> None:
    """Of `next` and `repeat` which products, not the chances: repetition rates fade by session."""
    shuffled = random.Random(seed).sample(log, len(log))
    found = [rounded(taught(*order).candidates(now.touches, history.touches, START, 50)) for order in (log, shuffled)]
    assert [each[:2] for each in sorted(found[0])] == [each[:2] for each in sorted(found[1])]
    kept = [{each for each in one if each[0] not in ("next", "repeat")} for one in found]
    assert kept[0] == kept[1]


@given(log=LOGS, now=SESSIONS, history=SESSIONS, touches=st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_in_which_touches_are_given_does_not_matter(
    log: list[FinishedSession], now: FinishedSession, history: FinishedSession, touches: random.Random
) -> None:
    mixed = [
        each.model_copy(update={"touches": tuple(touches.sample(each.touches, len(each.touches)))}) for each in log
    ]
    shuffled = tuple(touches.sample(now.touches, len(now.touches)))
    first = taught(*log).candidates(now.touches, history.touches, START, 50)
    assert rounded(first) == rounded(taught(*mixed).candidates(shuffled, history.touches, START, 50))


@given(log=LOGS, now=SESSIONS, history=SESSIONS, more=LOGS)
@settings(max_examples=40, deadline=None)
def test_a_saved_model_says_and_learns_the_same_when_loaded(
    tmp_path_factory: pytest.TempPathFactory,
    log: list[FinishedSession],
    now: FinishedSession,
    history: FinishedSession,
    more: list[FinishedSession],
) -> None:
    file = tmp_path_factory.mktemp("snapshot") / "behaviour.npz"
    limits = Limits(sessions=10, entries=40)
    model = taught(*log, limits=limits)
    model.mark = Mark(since=12, last=17)
    model.save(file)
    loaded = Behaviour.load(file, limits)
    assert loaded.mark == Mark(since=12, last=17)
    assert loaded.candidates(now.touches, history.touches, START, 20) == model.candidates(
        now.touches, history.touches, START, 20
    )
    for each in more:
        model.learn(each)
        loaded.learn(each)
    assert rounded(loaded.candidates(now.touches, history.touches, START, 20)) == rounded(
        model.candidates(now.touches, history.touches, START, 20)
    )


def test_a_snapshot_larger_than_the_limits_loses_its_oldest_sessions(tmp_path: Path) -> None:
    taught(walk("a", "old"), walk("a", "new")).save(tmp_path / "behaviour.npz")
    model = Behaviour.load(tmp_path / "behaviour.npz", Limits(sessions=1))
    assert named(said(model, touched("a"), "next")) == ["new"]
