"""What ranking knows of each candidate, and what it rests on."""

from datetime import timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.behaviour.model import Source, Suggestion
from retrieval.embed import Vectors
from retrieval.features import NAMES, Feature, Found, features
from retrieval.product import Price, Product, Rating
from retrieval.query import Anchor, Candidate, RankContext
from tests.retrieval.behaviour.walks import START, touched

NEAR, FAR = np.array([1, 0], np.float32), np.array([0, 1], np.float32)


def found(id: str, *suggested: Suggestion, vector: Vectors = NEAR, popularity: float = 0.0, **fields: object) -> Found:
    sources = {name: fields.pop(name) for name in ("dense", "sparse", "fused") if name in fields}
    product = Product.model_validate({"id": id, "title": id, **fields})
    return Found(Candidate.model_validate({"product": product, "sources": sources}), vector, suggested, popularity)


def view(id: str, weight: float = 0.4, event: str = "view_item") -> Anchor:
    return Anchor(product_id=id, weight=weight, event=event)


def of(context: RankContext, *pool: Found, has_words: bool = False) -> list[dict[str, Feature]]:
    vectors = {anchor.product_id: NEAR for anchor in context.anchors}
    table = features(pool, context, vectors, has_words=has_words)
    return [table.row(at) for at in range(len(pool))]


def test_without_words_a_candidate_is_as_like_the_session_as_its_sources_say() -> None:
    context = RankContext(anchors=(view("A"),), touches=touched("A"))
    (like, less) = of(context, found("B", dense=0.8, sparse=6.0), found("C", dense=0.4, sparse=0.0))
    assert like["similar"] == (1.0, "event:view_item:A")
    assert less["similar"] == (0.25, "event:view_item:A")


def test_a_product_of_the_session_is_not_praised_for_being_like_itself_and_sets_no_scale() -> None:
    context = RankContext(anchors=(view("A"), view("Q")), touches=touched("A"), brands={"Acme": 1.0})
    own, other = of(context, found("A", dense=1.0, brand="Acme", popularity=1.0), found("B", dense=0.5, brand="Acme"))
    assert own == {}
    assert other["similar"].value == 1.0 and other["brand"] == (1.0, "brand:Acme")


def test_a_product_that_was_liked_without_a_visit_is_not_praised_for_being_like_itself_either() -> None:
    context = RankContext(anchors=(view("A", event="thumb_up"), view("Q")))
    own, other = of(context, found("A", dense=1.0), found("B", dense=0.5))
    assert own == {} and other["similar"].value == 1.0


def test_where_the_shopper_asked_for_the_cheapest_without_words_likeness_is_still_known() -> None:
    context = RankContext(anchors=(view("A", weight=0.5),), prefer="cheap")
    (like,) = of(context, found("B"))
    assert like["similar"] == (0.5, "event:view_item:A")


def test_with_words_the_session_says_how_like_a_product_is_and_one_in_the_cart_is_owned() -> None:
    context = RankContext(anchors=(view("A", event="add_to_cart"),), touches=touched("A"))
    own, near, far = of(context, found("A", fused=1.0), found("B"), found("C", vector=FAR), has_words=True)
    assert own["text"].value == 1.0 and own["owned"] == (1.0, "event:add_to_cart:A") and "similar" not in own
    assert near["similar"].value > 0 and far == {}


def test_what_the_behaviour_of_shoppers_says_keeps_what_spoke_for_it() -> None:
    told = (
        Suggestion("B", "next", 0.1, "A"),
        Suggestion("B", "together", 0.4, "A:1", 3),
        Suggestion("B", "own", 0.2, "B"),
        Suggestion("B", "popular", 1.0),
    )
    (held,) = of(RankContext(), found("B", *told, popularity=0.7))
    assert {name: feature.evidence for name, feature in held.items()} == {
        "next": "next:A",
        "together": "together:A:1:3",
        "own": "own:B",
        "popular": "popular:B",
    }
    assert held["next"].value == told[0].strength and held["popular"].value == 0.7


sources: st.SearchStrategy[Source] = st.sampled_from(("next", "repeat", "together", "after", "own", "peers", "popular"))
suggestions = st.lists(
    st.builds(Suggestion, st.just("x"), sources, st.floats(0, 1), st.sampled_from(("A", None)), st.just(2)), max_size=3
)
pools = st.lists(
    st.builds(
        lambda product, dense, sparse, told, popularity: Found(
            Candidate(product=product, sources={"dense": dense, "sparse": sparse, "fused": abs(dense)}),
            NEAR,
            tuple(told),
            popularity,
        ),
        st.builds(
            Product,
            id=st.sampled_from("ABCD"),
            title=st.just("T"),
            brand=st.sampled_from((None, "Acme")),
            categories=st.sampled_from(((), ("Shoes",))),
            price=st.none() | st.builds(Price, amount=st.integers(0, 10**6), currency=st.just("USD")),
            rating=st.none() | st.builds(Rating, value=st.floats(0, 5), count=st.none() | st.integers(0, 10**6)),
            availability=st.sampled_from((None, "in_stock", "out_of_stock")),
            updated_at=st.sampled_from((None, START - timedelta(days=9), START + timedelta(days=9))),
        ),
        st.floats(-1, 1),
        st.floats(0, 40),
        suggestions,
        st.floats(0, 1),
    ),
    max_size=6,
)


@settings(deadline=None, max_examples=60)
@given(pools, st.booleans(), st.floats(-1, 1), st.sampled_from(("", "A", "AB")))
def test_every_feature_is_known_is_from_minus_1_to_1_and_none_is_nothing(
    pool: list[Found], has_words: bool, weight: float, walked: str
) -> None:
    price = Price(amount=500, currency="USD")
    context = RankContext(
        anchors=(view("A", weight), view("Q", 1.0, "purchase")),
        touches=touched(*walked),
        brands={"acme": weight},
        categories={"shoes": weight},
        price_low=price,
        price_high=price,
        now=START,
    )
    for row in of(context, *pool, has_words=has_words):
        assert set(row) <= set(NAMES)
        assert all(feature.value and -1 <= feature.value <= 1 for feature in row.values())
