"""An intent model finds what is there, says how far it can be trusted, and is not made of nothing."""

import math

import numpy as np
import pytest

from agent.eventlog import Line
from agent.intent import NAMES
from agent.journal import EventReported
from eval.errors import DatasetError
from eval.intent import auc_of, calibration_error, logistic, moments, trained, visits
from tests.agent.builders import event


def lines(*told: tuple[str, str, str, float]) -> list[Line]:
    """Of (session, event, product, minute)."""
    return [
        Line(
            number=number,
            session_id=session,
            record=EventReported(event=event(f"e{number}", name, product, minute=minute), by="shop"),
        )
        for number, (session, name, product, minute) in enumerate(told)
    ]


def log(sessions: int) -> list[Line]:
    """Shoppers who look at one product twice buy it four times of five; others do not."""
    random = np.random.default_rng(0)
    told: list[tuple[str, str, str, float]] = []
    for number in range(sessions):
        session, again = f"s{number}", random.random() < 0.4
        for view in range(4):
            told.append((session, "view_item", "A" if again else f"P{view}", 100 * number + view))
        if again and random.random() < 0.8:
            told.append((session, "purchase", "A", 100 * number + 5))
    return lines(*told)


def test_it_tells_buyers_from_others_and_its_chances_are_what_comes() -> None:
    intent, arms = trained(log(300), {})
    assert arms["intent"]["auc"].mean > 0.8
    assert arms["intent"]["brier"].high < arms["base"]["brier"].low
    assert arms["intent"]["log_loss"].mean < arms["base"]["log_loss"].mean
    assert arms["intent"]["calibration_error"].mean < 0.1
    assert intent.weights[NAMES.index("repeats")] > 0


def test_one_log_gives_one_model() -> None:
    assert trained(log(120), {}) == trained(log(120), {})


def test_a_log_in_which_nothing_is_bought_teaches_nothing() -> None:
    with pytest.raises(DatasetError, match="0 of 72 moments"):
        trained(lines(*((f"s{n}", "view_item", "A", 100.0 * n) for n in range(30))), {})


def test_a_break_of_half_an_hour_begins_a_new_visit() -> None:
    held = visits(lines(("s", "view_item", "A", 0), ("s", "view_item", "B", 29), ("s", "purchase", "B", 59)))
    assert [len(visit) for visit in held] == [2, 1]


def test_a_moment_is_right_if_a_cart_or_purchase_comes_later_and_only_while_nothing_else_has_come() -> None:
    held = moments(visits(lines(("s", "view_item", "A", 0), ("s", "add_to_cart", "A", 2))), {})
    idle = [round(math.expm1(row[NAMES.index("idle")])) for row in held.figures]
    assert list(zip(idle, held.right.tolist(), strict=True)) == [(0, 1), (1, 1), (0, 0), (1, 0), (5, 0), (15, 0)]


def test_the_likeliest_model_is_found_whatever_the_units() -> None:
    random = np.random.default_rng(1)
    rows = random.normal(size=(4000, 2)) * [1, 1000]
    chances = 1 / (1 + np.exp(-(0.5 + 2 * rows[:, 0] - 0.001 * rows[:, 1])))
    found = logistic(rows, (random.random(4000) < chances).astype(float), 0.0)
    assert found == pytest.approx([2, -0.001, 0.5], rel=0.15)


def test_calibration_error_and_auc_are_those_of_the_textbook() -> None:
    right = np.array([0.0, 0, 1, 1])
    assert auc_of(np.array([0.1, 0.2, 0.8, 0.9]), right) == 1
    assert auc_of(np.array([0.5, 0.5, 0.5, 0.5]), right) == 0.5
    assert calibration_error(np.array([0.0, 0, 1, 1]), right) == 0
    assert calibration_error(np.full(100, 0.3), np.full(100, 1.0)) == pytest.approx(0.7)
