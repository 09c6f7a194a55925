"""Measured on a CPU: milliseconds of a prediction and of learning a session, on made-up sessions of the size of a well
known public click log (20,000 sessions of 3.5 clicks on 2,933 products).

    python -m pytest -m benchmark -s tests/benchmarks/test_behaviour.py

Asserts only that what it measured said something.
"""

import os
import time
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from retrieval.behaviour.model import Behaviour
from retrieval.behaviour.touches import FinishedSession, Touch

SESSIONS, PRODUCTS, MEAN_CLICKS, ASKED, LIMIT = 20_000, 2_933, 3.5, 2_000, 20
START = datetime(2026, 1, 1, tzinfo=UTC)


def made_up(seed: int) -> list[FinishedSession]:
    """Sessions that walk among products next to one another; few products get most of the clicks, as in shops."""
    random = np.random.default_rng(seed)
    sessions: list[FinishedSession] = []
    for number in range(SESSIONS):
        at = int(PRODUCTS * random.power(0.35))
        clicks: list[Touch] = []
        for step in range(1 + min(200, int(random.geometric(1 / (MEAN_CLICKS - 1))))):
            time_of = START + timedelta(seconds=number + 20 * step)
            clicks.append(Touch(product_id=f"P{at % PRODUCTS}", event="view_item", time=time_of))
            at += int(random.normal(0, 8)) if random.random() < 0.9 else int(random.integers(PRODUCTS))
        sessions.append(FinishedSession(session_id=f"S{number}", touches=tuple(clicks)))
    return sessions


def told(name: str, seconds: list[float]) -> None:
    p50, p90, p99 = np.percentile(np.array(seconds) * 1000, (50, 90, 99))
    print(f"{name:40} p50 {p50:.3f} ms  p90 {p90:.3f} ms  p99 {p99:.3f} ms  (load {os.getloadavg()[0]:.1f})")


@pytest.mark.benchmark
def test_prediction_and_learning() -> None:
    behaviour, learning, ranking, candidates = Behaviour(), list[float](), list[float](), list[float]()
    for session in made_up(0):
        began = time.perf_counter()
        behaviour.learn(session)
        learning.append(time.perf_counter() - began)
    said = 0
    for session in made_up(1)[:ASKED]:
        for end in range(1, len(session.touches)):
            touches, now = session.touches[:end], session.touches[end].time
            began = time.perf_counter()
            said += len(behaviour.ranking(touches, (), now, LIMIT))
            ranking.append(time.perf_counter() - began)
            began = time.perf_counter()
            said += len(behaviour.candidates(touches, (), now, 100))
            candidates.append(time.perf_counter() - began)
    print()
    told("learn a session", learning)
    told("behaviour alone, the best 20", ranking)
    told("candidates of every source, 100 each", candidates)
    assert said > 0
