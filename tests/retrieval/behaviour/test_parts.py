"""The parts of the behaviour model: the bounded log, pairs, popularity, habits."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from retrieval.behaviour.habits import habits
from retrieval.behaviour.numberqueue import NumberQueue
from retrieval.behaviour.pairs import PairKind, Pairs
from retrieval.behaviour.popularity import HALF_LIFE_DAYS, Popularity
from retrieval.behaviour.sessionlog import SessionLog
from retrieval.behaviour.touches import FinishedSession, Thumb, Touch, path
from tests.retrieval.behaviour.walks import START, basket, session, touched, walk

PATHS = st.lists(
    st.lists(st.integers(0, 9).map(str), min_size=1, max_size=6, unique=True).map(
        lambda products: [(product, place) for place, product in enumerate(products)]
    ),
    max_size=40,
)


def paired(pairs: Pairs, product: str, kind: PairKind) -> dict[str, int]:
    return {pair.product_id: pair.shoppers for pair in pairs.of(product, kind, 10)}


def bought(*sessions: FinishedSession) -> Pairs:
    pairs = Pairs(SessionLog(sessions=100, entries=1000))
    for each in sessions:
        pairs.learn(each)
    return pairs


@given(st.lists(st.one_of(st.integers(0, 99), st.just(None)), max_size=200))
def test_a_queue_of_numbers_holds_what_a_list_would(steps: list[int | None]) -> None:
    queue, expected = NumberQueue(np.int64), list[int]()
    for step in steps:
        if step is not None:
            queue.append(step)
            expected.append(step)
        elif expected:
            queue.drop(1)
            del expected[0]
        assert queue.held.tolist() == expected


@given(PATHS, st.integers(1, 8), st.integers(1, 25))
def test_a_log_holds_the_latest_sessions_within_both_of_its_bounds(
    paths: list[list[tuple[str, int]]], sessions: int, entries: int
) -> None:
    log = SessionLog(sessions=sessions, entries=entries)
    for each in paths:
        log.add(each)
        assert len(log) <= sessions and log.entries <= entries
    kept: list[list[tuple[str, int]]] = []
    for each in reversed([each[-entries:] for each in paths]):
        if len(kept) == sessions or sum(map(len, kept)) + len(each) > entries:
            break
        kept.insert(0, each)
    held = {product for each in kept for product, _ in each}
    assert log.products == len(held)
    assert log.codes_end <= 10
    for product in held:
        code = log.code(product)
        assert code is not None and log.product(code) == product
        bundle = log.bundle(log.holders(code))
        found = np.split(bundle.codes, bundle.starts[1:])
        wanted = [each for each in kept if product in dict(each)]
        assert [[log.product(code) for code in each] for each in found] == [list(dict(each)) for each in wanted]
    assert all(log.code(str(number)) is None for number in range(10) if str(number) not in held)


def test_a_product_stands_at_its_last_touch_and_touches_of_one_time_share_a_place() -> None:
    assert path(touched("a", "b", "a")) == [("b", 1), ("a", 2)]
    assert path(basket("b", "a")) == [("a", 0), ("b", 0)]


def test_bought_together_is_the_same_both_ways_and_needs_one_basket() -> None:
    pairs = bought(session(basket("tea", "milk")), session(basket("tea", "milk", "jam")))
    assert paired(pairs, "tea", "together") == {"milk": 2, "jam": 1}
    assert paired(pairs, "milk", "together") == {"tea": 2, "jam": 1}
    assert paired(pairs, "tea", "after") == {}


def test_bought_after_has_a_direction() -> None:
    pairs = bought(
        walk("printer", "ink", event="purchase"),
        session(basket("ink", at=START), earlier=basket("printer", at=START - timedelta(days=40))),
    )
    assert paired(pairs, "printer", "after") == {"ink": 2}
    assert paired(pairs, "ink", "after") == {}
    assert paired(pairs, "printer", "together") == {}


def test_two_earlier_purchases_are_no_pair_of_this_session() -> None:
    pairs = bought(session(basket("c"), earlier=basket("a", "b", at=START - timedelta(days=1))))
    assert paired(pairs, "a", "together") == {} and paired(pairs, "a", "after") == {"c": 1}


def test_views_are_no_purchases() -> None:
    assert paired(bought(walk("a", "b")), "a", "after") == {}


def test_more_shoppers_make_a_pair_surer() -> None:
    few, many = (bought(*[session(basket("a", "b"))] * times).of("a", "together", 1)[0] for times in (1, 30))
    assert few.score < 0.2 < 0.8 < many.score


def test_popularity_fades_by_half_in_its_half_life() -> None:
    popularity = Popularity(products=10)
    popularity.learn(touched("a"))
    later = START + timedelta(days=HALF_LIFE_DAYS)
    assert popularity.weight("a", later) == pytest.approx(popularity.weight("a", START) / 2)


@given(st.permutations([("a", 0), ("a", 40), ("b", 35), ("c", 90), ("c", 1)]))
def test_popularity_does_not_depend_on_the_order_of_learning(order: list[tuple[str, int]]) -> None:
    popularity = Popularity(products=10)
    for product, day in order:
        popularity.learn(touched(product, start=START + timedelta(days=day)))
    weights = [popularity.weight(product, START + timedelta(days=90)) for product in "abc"]
    assert weights == pytest.approx([0.5**3 + 0.5 ** (50 / 30), 0.5 ** (55 / 30), 1 + 0.5 ** (89 / 30)])
    assert popularity.top(3) == ["c", "a", "b"]


def test_what_is_popular_now_passes_what_was() -> None:
    popularity = Popularity(products=10)
    popularity.learn(touched("old", "old", "old"))
    assert popularity.top(1) == ["old"]
    popularity.learn(touched("new", start=START + timedelta(days=90)))
    assert popularity.top(2) == ["new", "old"]
    assert popularity.score("new", START + timedelta(days=90)) == 1 > popularity.score("old", START)


def test_a_purchase_is_more_popular_than_a_view() -> None:
    popularity = Popularity(products=10)
    popularity.learn((*touched("seen"), *basket("sold")))
    assert popularity.top(2) == ["sold", "seen"]


def judged(product: str, value: str, at: datetime = START) -> Thumb:
    return Thumb.model_validate({"product_id": product, "value": value, "time": at})


def test_a_thumb_up_counts_as_a_view_and_one_down_takes_one_but_never_more_than_half() -> None:
    popularity = Popularity(products=10)
    popularity.learn((*basket("sold", at=START), *touched("seen")))
    thumbs = [judged("sold", "down"), judged("seen", "down"), judged("seen", "down"), judged("liked", "up")]
    popularity.judge([*thumbs, judged("unknown", "down")])
    weights = {each: popularity.weight(each, START) for each in ("sold", "seen", "liked", "unknown")}
    assert weights == pytest.approx({"sold": 4.0, "seen": 0.25, "liked": 1.0, "unknown": 0.0})
    assert popularity.top(9) == ["sold", "liked", "seen"]


def test_a_thumb_fades_as_a_view_does() -> None:
    popularity = Popularity(products=10)
    later = START + timedelta(days=HALF_LIFE_DAYS)
    popularity.learn(basket("sold", at=START))
    popularity.judge([judged("sold", "down", later)])
    assert popularity.weight("sold", later) == pytest.approx(1.5)


TOUCHES_AND_THUMBS = st.lists(
    st.tuples(st.integers(0, 699), st.sampled_from(("view", "up", "down", "look")), st.integers(0, 60)), max_size=60
)


@given(TOUCHES_AND_THUMBS)
def test_the_most_popular_are_those_of_most_weight_whatever_has_fallen(steps: list[tuple[int, str, int]]) -> None:
    popularity = Popularity(products=1000)
    for number in range(700):
        popularity.learn(touched(f"{number:03}", start=START + timedelta(days=number % 7)))
    for number, what, day in steps:
        product, time = f"{number:03}", START + timedelta(days=day)
        if what == "view":
            popularity.learn(touched(product, start=time))
        elif what == "look":
            popularity.top(1)
        else:
            popularity.judge([judged(product, what, time)])
    order = sorted(popularity.weights, key=lambda each: (-popularity.weights[each], each))
    assert popularity.top(700) == order[:500]


def test_popularity_survives_times_a_century_apart() -> None:
    popularity = Popularity(products=10)
    for year in (1970, 2026, 2100, 1971):
        popularity.learn(touched(f"of {year}", start=datetime(year, 1, 1, tzinfo=UTC)))
    assert popularity.top(1) == ["of 2100"]
    assert 0 <= popularity.score("of 1971", START) <= 1


def test_popularity_remembers_so_many_products_and_drops_the_least() -> None:
    popularity = Popularity(products=20)
    for number in range(200):
        popularity.learn((*touched(f"once {number}"), *touched("often")))
    assert len(popularity.weights) <= 20
    assert popularity.top(1) == ["often"]


def test_habits_count_baskets_and_older_ones_less() -> None:
    history = (
        *basket("tea", "milk", at=START - timedelta(days=300)),
        *basket("tea", "jam", at=START - timedelta(days=3)),
        *touched("tea"),
    )
    shares = habits(history, START)
    assert shares["tea"] > shares["jam"] > shares["milk"] > 0
    assert habits((), START) == {}


def test_a_touch_needs_a_zone_and_a_known_event() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        Touch(product_id="a", event="view_item", time=datetime(2026, 1, 1))
    with pytest.raises(ValidationError, match="view_item"):
        Touch.model_validate({"product_id": "a", "event": "refund", "time": START})
