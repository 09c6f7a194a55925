"""Intent is a chance, grows with what a model says it grows with, and forgets earlier visits."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.intent import NAMES, Intent, IntentError, figures, sigmoid
from agent.session import SessionProfile
from tests.agent.builders import NOW, event, product, steady


def after(*events: tuple[str, str, float]) -> SessionProfile:
    """A profile of these (event, product id, minute)."""
    sold = {id: product(id, categories=("Camp", "Tents")) for _, id, _ in events}
    profile = SessionProfile()
    for number, (name, id, minute) in enumerate(events):
        profile = profile.after(event(f"e{number}", name, id, minute=minute), sold)
    return profile


def model(**weights: float) -> Intent:
    return Intent(weights=tuple(weights.get(name, 0.0) for name in NAMES), bias=-2, usual=0.1)


walks = st.lists(
    st.tuples(
        st.sampled_from(("view_item", "add_to_cart", "remove_from_cart", "purchase")),
        st.sampled_from(("A", "B")),
        st.floats(0, 200),
    ),
    max_size=8,
)


@steady
@given(walks, st.lists(st.floats(-5, 5), min_size=len(NAMES), max_size=len(NAMES)), st.floats(0, 400))
def test_it_is_a_chance_whatever_was_done(walk, weights: list[float], minute: float) -> None:
    intent = Intent(weights=tuple(weights), bias=1, slope=2, offset=-1, usual=0.2)
    assert 0 <= intent.chance(after(*walk), NOW + timedelta(minutes=minute)) <= 1


@given(st.floats(-1e6, 1e6))
def test_log_odds_of_any_size_become_a_chance(value: float) -> None:
    assert 0 <= sigmoid(value) <= 1
    assert sigmoid(value) + sigmoid(-value) == pytest.approx(1)


def test_figures_count_what_their_names_say() -> None:
    profile = after(("view_item", "A", 0), ("view_item", "B", 2), ("view_item", "A", 4), ("add_to_cart", "A", 7))
    known = figures(profile, NOW + timedelta(minutes=8))
    assert known is not None
    counted = {name: round(2.718281828459045**value - 1, 6) for name, value in zip(NAMES, known, strict=True)}
    assert counted == {"views": 3, "products": 2, "depth": 3, "repeats": 1, "carts": 1, "minutes": 7, "idle": 1}


def test_an_earlier_visit_says_nothing_and_no_visit_means_the_usual_chance() -> None:
    long_ago = after(("add_to_cart", "A", 0), ("view_item", "B", 60))
    assert figures(long_ago, NOW + timedelta(minutes=61)) == figures(
        after(("view_item", "B", 60)), NOW + timedelta(minutes=61)
    )
    assert model(carts=9).chance(long_ago, NOW + timedelta(minutes=120)) == 0.1


def test_a_chance_well_above_the_usual_one_is_high() -> None:
    carted, viewed = after(("add_to_cart", "A", 0)), after(("view_item", "A", 0))
    assert model(carts=3).high(carted, NOW)
    assert not model(carts=3).high(viewed, NOW)


@pytest.mark.parametrize(
    "text",
    ["", "{}", '{"floorwalker_intent":2}', '{"weights":[1],"bias":0,"usual":0.1}', '{"weights":[NaN],"bias":0}'],
)
def test_a_file_that_is_no_model_of_this_version_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "intent.json"
    path.write_text(text)
    with pytest.raises(IntentError, match="train-intent"):
        Intent.load(path)


def test_a_missing_file_is_said_and_a_written_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "intent.json"
    with pytest.raises(IntentError, match="cannot be read"):
        Intent.load(path)
    path.write_text(model(carts=1).model_dump_json())
    assert Intent.load(path) == model(carts=1)
