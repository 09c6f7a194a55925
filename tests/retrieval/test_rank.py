from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.embed import Vectors
from retrieval.product import Price, Product, Rating
from retrieval.query import Anchor, Candidate, RankContext
from retrieval.rank import Found, LinearRanker


def unit(*values: float) -> Vectors:
    vector = np.array(values, dtype=np.float32)
    return vector / (np.linalg.norm(vector) or 1)


def found(product: Product | str, fused: float = 0.5, vector: Vectors | None = None) -> Found:
    held = Product(id=product, title=product) if isinstance(product, str) else product
    return Found(Candidate(product=held, sources={"fused": fused}), unit(1, 0, 0) if vector is None else vector)


products = st.builds(
    Product,
    id=st.uuids().map(str),
    title=st.just("T"),
    brand=st.sampled_from([None, "Acme", "Zeta"]),
    categories=st.sampled_from([(), ("Shoes",), ("Shoes", "Running")]),
    price=st.none() | st.builds(Price, amount=st.integers(0, 10**6), currency=st.sampled_from(["USD", "EUR"])),
    availability=st.sampled_from([None, "in_stock", "out_of_stock", "preorder"]),
    rating=st.none() | st.builds(Rating, value=st.floats(0, 5), count=st.none() | st.integers(0, 1000)),
)
vectors = st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1)).map(lambda held: unit(*held))
pools = st.lists(
    st.builds(lambda product, fused, vector: found(product, fused, vector), products, st.floats(0, 1), vectors),
    max_size=12,
    unique_by=lambda held: held.candidate.product.id,
)
contexts = st.builds(
    RankContext,
    anchors=st.lists(
        st.builds(
            Anchor,
            product_id=st.sampled_from(["A1", "A2"]),
            weight=st.floats(-1, 1),
            event=st.sampled_from(["view_item", "purchase"]),
        ),
        max_size=3,
    ).map(tuple),
    brands=st.dictionaries(st.sampled_from(["acme", "Zeta"]), st.floats(-1, 1)),
    categories=st.dictionaries(st.sampled_from(["shoes", "Running"]), st.floats(-1, 1)),
    price_low=st.none() | st.builds(Price, amount=st.integers(0, 10**6), currency=st.just("USD")),
    price_high=st.none() | st.builds(Price, amount=st.integers(0, 10**6), currency=st.just("USD")),
    prefer=st.sampled_from([None, "cheap", "rating"]),
    limit=st.integers(1, 8),
)
ANCHORS = {"A1": unit(1, 0, 0), "A2": unit(0, 1, 0)}


@settings(deadline=None)
@given(pools, contexts, st.booleans())
def test_contributions_add_up_to_the_score_and_nothing_is_shown_twice(
    pool: list[Found], context: RankContext, has_words: bool
) -> None:
    hits = LinearRanker().rank(pool, context, ANCHORS, has_words=has_words)
    assert len(hits) == min(context.limit, len(pool))
    assert len({hit.product.id for hit in hits}) == len(hits)
    for hit in hits:
        assert hit.score == sum(part.value for part in hit.contributions)
        assert hit.diversity <= 0


@settings(deadline=None)
@given(pools, contexts)
def test_words_outweigh_the_session(pool: list[Found], context: RankContext) -> None:
    session = context.model_copy(update={"prefer": None})
    for hit in LinearRanker().rank(pool, session, ANCHORS, has_words=True):
        rest = sum(abs(part.value) for part in hit.contributions if part.name != "text")
        assert rest < 1.0 + 0.15


def test_likeness_names_the_strongest_anchor() -> None:
    context = RankContext(
        anchors=(
            Anchor(product_id="A1", weight=0.4, event="view_item"),
            Anchor(product_id="A2", weight=0.9, event="add_to_cart"),
        )
    )
    (hit,) = LinearRanker().rank([found("P", 1.0, unit(1, 1, 0))], context, ANCHORS, has_words=True)
    similar = next(part for part in hit.contributions if part.name == "similar")
    assert similar.evidence == "event:add_to_cart:A2"
    assert similar.value > 0


def test_what_the_shopper_turned_away_from_counts_against_its_like() -> None:
    context = RankContext(anchors=(Anchor(product_id="A1", weight=-1, event="remove_from_cart"),))
    hits = LinearRanker().rank(
        [found("like", 0.5, unit(1, 0, 0)), found("unlike", 0.5, unit(0, 0, 1))], context, ANCHORS, has_words=True
    )
    assert [hit.product.id for hit in hits] == ["unlike", "like"]


@pytest.mark.parametrize("event", ["purchase", "add_to_cart"])
def test_what_is_bought_or_in_the_cart_is_not_recommended_on_top(event: str) -> None:
    context = RankContext(anchors=(Anchor(product_id="A1", weight=1, event=event),))
    hits = LinearRanker().rank([found("A1", 0.6), found("other", 0.5, unit(0, 0, 1))], context, ANCHORS, has_words=True)
    assert [hit.product.id for hit in hits] == ["other", "A1"]


def test_the_cheapest_relevant_products_come_first_when_asked_for() -> None:
    def priced(name: str, amount: int, fused: float) -> Found:
        return found(Product(id=name, title=name, price=Price(amount=amount, currency="USD")), fused)

    pool = [priced("dear", 900, 1.0), priced("cheap", 300, 0.8), priced("middle", 500, 0.9), priced("noise", 1, 0.1)]
    hits = LinearRanker().rank(pool, RankContext(prefer="cheap"), {}, has_words=True)
    assert [hit.product.id for hit in hits] == ["cheap", "middle", "dear", "noise"]


def test_a_rating_counts_for_more_the_more_shoppers_gave_it() -> None:
    def rated(name: str, value: float, count: int) -> Found:
        return found(Product(id=name, title=name, rating=Rating(value=value, count=count)))

    hits = LinearRanker().rank([rated("few", 5, 1), rated("many", 4.8, 500)], RankContext(), {}, has_words=True)
    assert [hit.product.id for hit in hits] == ["many", "few"]
    preferred = LinearRanker().rank(
        [rated("few", 5, 1), rated("many", 4.8, 500)], RankContext(prefer="rating"), {}, has_words=True
    )
    assert [hit.product.id for hit in preferred] == ["many", "few"]


def test_look_alikes_are_set_back_and_the_penalty_is_told_apart_from_the_score() -> None:
    pool = [found("first", 1.0), found("twin", 0.99), found("other", 0.95, unit(0, 1, 0))]
    hits = LinearRanker().rank(pool, RankContext(limit=3), {}, has_words=True)
    assert [hit.product.id for hit in hits] == ["first", "other", "twin"]
    assert hits[2].diversity < 0
    assert hits[2].score == 0.99


@pytest.mark.parametrize(("amount", "sign"), [(5000, 1), (40000, -1), (500, -1)])
def test_prices_in_the_band_the_shopper_looks_at_fit_better(amount: int, sign: Literal[1, -1]) -> None:
    price = Price(amount=amount, currency="USD")
    context = RankContext(price_low=Price(amount=4000, currency="USD"), price_high=Price(amount=6000, currency="USD"))
    (hit,) = LinearRanker().rank([found(Product(id="1", title="T", price=price))], context, {}, has_words=True)
    (part,) = [part for part in hit.contributions if part.name == "price_fit"]
    assert part.value * sign > 0
