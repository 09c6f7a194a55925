"""What was shown, and what came of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from agent.attribution import WINDOW, Exposure, Outcome, attributed, exposures, outcomes
from agent.events import Feedback, ProductsShown
from agent.journal import EventReported, FeedbackGiven, Logged, Record, TurnSaid
from agent.shelf import CardSet
from retrieval.query import Contribution
from tests.agent.builders import NOW, card, card_set, event, product, steady


def at(minute: float) -> datetime:
    return NOW + timedelta(minutes=minute)


def log(*told: tuple[str, float, Record]) -> list[Logged]:
    """Records as (session, minute, record)."""
    return [
        Logged(n=n, session_id=session_id, time=at(minute), record=record)
        for n, (session_id, minute, record) in enumerate(told, start=1)
    ]


def shown(*ids: str, name: str = "c1", provisional: bool = False) -> TurnSaid:
    cards = (card(handle, product(id), Contribution(name="text", value=0.5)) for handle, id in enumerate(ids, start=1))
    return TurnSaid(event=ProductsShown(card_set=card_set(name, "t1", *cards, provisional=provisional)))


def told(id: str, name: str, *ids: str, minute: float, by: str = "shop", user_id: str | None = None) -> EventReported:
    return EventReported.model_validate({"event": event(id, name, *ids, minute=minute), "by": by, "user_id": user_id})


def tied(records: Sequence[Logged]) -> list[tuple[str, str, str]]:
    """Card set, product and name of what is attributed."""
    found = attributed(exposures(records), outcomes(records))
    return [(each.exposure.card_set, each.exposure.product_id, each.outcome.name) for each in found]


def test_a_final_card_set_is_exposed_with_positions_parts_and_arm() -> None:
    first, second = exposures(log(("s", 1, shown("A", "B"))))
    assert (first.product_id, first.position, second.product_id, second.position) == ("A", 1, "B", 2)
    assert (first.score, first.contributions) == (0.5, (Contribution(name="text", value=0.5),))
    assert (first.arm, first.time, first.key) == ("production", at(1), ("s", "c1", "A"))


def test_a_provisional_set_is_no_exposure_until_it_is_confirmed() -> None:
    provisional = ("s", 1.0, shown("A", provisional=True))
    assert exposures(log(provisional)) == ()
    (confirmed,) = exposures(log(provisional, ("s", 2, shown("A"))))
    assert confirmed.time == at(2)


def test_an_outcome_goes_to_the_last_exposure_of_its_product_before_it() -> None:
    records = log(
        ("s", 0, shown("A", "B", name="c1")),
        ("s", 10, shown("A", name="c2")),
        ("s", 11, told("e1", "view_item", "A", minute=11)),
        ("s", 11, told("e2", "add_to_cart", "B", minute=11)),
        ("s", 11, told("e3", "purchase", "A", minute=5)),
        ("s", 11, told("e4", "view_item", "C", minute=11)),
    )
    assert tied(records) == [("c2", "A", "view_item"), ("c1", "B", "add_to_cart"), ("c1", "A", "purchase")]


def test_after_24_hours_an_exposure_counts_no_longer() -> None:
    day = WINDOW.total_seconds() / 60
    view = told("e1", "view_item", "A", minute=day), told("e2", "view_item", "A", minute=day + 1)
    assert len(tied(log(("s", 0, shown("A")), *(("s", day, each) for each in view)))) == 1


def test_another_session_is_another_shopper_unless_the_shop_says_who_it_is() -> None:
    bought = told("e1", "purchase", "A", minute=60, user_id="u")
    known = told("e0", "view_item", "Z", minute=0, user_id="u")
    guess = told("e0", "view_item", "Z", minute=0, user_id="u", by="page")
    assert tied(log(("s1", 0, shown("A")), ("s2", 60, bought))) == []
    assert tied(log(("s1", 0, guess), ("s1", 0, shown("A")), ("s2", 60, bought))) == []
    assert tied(log(("s1", 0, known), ("s1", 0, shown("A")), ("s2", 60, bought))) == [("c1", "A", "purchase")]


def test_a_thumb_goes_to_the_card_set_it_names() -> None:
    thumb = FeedbackGiven(feedback=Feedback(product_id="A", card_set="c1", value="down", time=at(11)))
    stray = FeedbackGiven(feedback=Feedback(product_id="A", card_set="c9", value="up", time=at(11)))
    records = log(("s", 0, shown("A")), ("s", 10, shown("A", name="c2")), ("s", 11, thumb), ("s", 12, stray))
    assert tied(records) == [("c1", "A", "thumb_down")]


def test_one_event_of_page_and_shop_is_one_outcome_of_the_shops() -> None:
    by_page = told("e1", "purchase", "A", "A", minute=1, by="page")
    by_shop = told("e1", "purchase", "A", minute=1)
    for pair in ((by_page, by_shop), (by_shop, by_page)):
        (outcome,) = outcomes(log(*(("s", 1, each) for each in pair)))
        assert (outcome.by, outcome.event_id) == ("shop", "e1")


people = st.sampled_from("xy")
products = st.sampled_from("AB")
minutes = st.integers(0, 3000)


@st.composite
def shows(draw: st.DrawFn) -> list[Exposure]:
    numbers = count()
    one = CardSet(id="", turn_id="t", provisional=False, cards=())
    return [
        Exposure(
            session_id=person,
            shopper=person,
            turn_id="t",
            card_set=f"c{next(numbers):03}",
            arm=one.arm,
            time=at(minute),
            product_id=product,
            position=1,
            score=0,
            contributions=(),
            diversity=0,
        )
        for person, product, minute in draw(st.lists(st.tuples(people, products, minutes), max_size=12))
    ]


acts = st.lists(st.tuples(people, products, minutes), max_size=8).map(
    lambda drawn: [
        Outcome(
            session_id=person, shopper=person, product_id=product, name="view_item", time=at(minute), event_id=f"{n}"
        )
        for n, (person, product, minute) in enumerate(drawn)
    ]
)


@steady
@given(shows(), acts, st.randoms())
def test_every_outcome_has_the_latest_exposure_that_it_may_have(shown, done, random) -> None:
    found = {each.outcome.event_id: each.exposure for each in attributed(shown, done)}
    for outcome in done:
        may = [
            exposure
            for exposure in shown
            if (exposure.shopper, exposure.product_id) == (outcome.shopper, outcome.product_id)
            and timedelta() <= outcome.time - exposure.time <= WINDOW
        ]
        best = max(may, key=lambda exposure: (exposure.time, exposure.card_set), default=None)
        assert found.get(outcome.event_id) == best
    shuffled = random.sample(shown, len(shown))
    assert attributed(shuffled, done) == attributed(shown, done)
