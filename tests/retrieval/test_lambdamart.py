"""A learnt ranker: exact parts, the same each time, and files that are refused before they can mislead."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from retrieval.behaviour.model import Suggestion
from retrieval.features import NAMES, Found, features
from retrieval.lambdamart import Judged, LambdaRanker, fit, linear_scores
from retrieval.product import Product
from retrieval.query import Anchor, Candidate, RankContext, RankerError
from retrieval.rank import LinearRanker
from tests.retrieval.test_rank import ANCHORS, contexts, pools, unit

NEXT, POPULAR, TEXT = NAMES.index("next"), NAMES.index("popular"), NAMES.index("text")


def moments(seed: int, count: int = 80) -> list[Judged]:
    """Of twelve candidates, the one that `next` and a little `popular` speak for is right."""
    random = np.random.default_rng(seed)
    held: list[Judged] = []
    for _ in range(count):
        rows = random.random((12, len(NAMES)))
        rows[:, TEXT] = 0
        right = np.argmax(rows[:, NEXT] + 0.3 * rows[:, POPULAR])
        held.append(Judged(rows, (np.arange(12) == right).astype(np.intp)))
    return held


@cache
def learnt() -> LambdaRanker:
    return fit(moments(1), moments(2, 20))


def suggested(name: str, strength: float) -> Found:
    next_one = Suggestion(name, "next", strength, "A1")
    candidate = Candidate(product=Product(id=name, title=name), sources={})
    return Found(candidate, unit(0, 0, 1), suggested=(next_one,))


@settings(deadline=None, max_examples=40)
@given(pools, contexts)
def test_parts_are_exact_and_nothing_is_shown_twice(pool: list[Found], context: RankContext) -> None:
    context = context.model_copy(update={"prefer": None})
    hits = learnt().rank(pool, context, ANCHORS, has_words=False)
    assert len({hit.product.id for hit in hits}) == len(hits) == min(context.limit, len(pool))
    told = dict(
        zip(
            [found.candidate.product.id for found in pool],
            learnt().scores(features(pool, context, ANCHORS, has_words=False).values) if pool else [],
            strict=True,
        )
    )
    for hit in hits:
        assert hit.score == pytest.approx(sum(part.value for part in hit.contributions), abs=1e-9)
        assert hit.score == pytest.approx(told[hit.product.id], abs=1e-6)
        assert hit.diversity <= 0


@settings(deadline=None, max_examples=30)
@given(pools, contexts)
def test_words_and_an_order_that_was_asked_for_are_left_to_the_linear_ranker(
    pool: list[Found], context: RankContext
) -> None:
    for has_words in (True, False):
        if has_words or context.prefer:
            expected = LinearRanker().rank(pool, context, ANCHORS, has_words=has_words)
            assert learnt().rank(pool, context, ANCHORS, has_words=has_words) == expected


def test_what_was_learnt_comes_first_and_its_part_keeps_the_evidence() -> None:
    pool = [suggested("weak", 0.1), suggested("strong", 0.95), suggested("middle", 0.5)]
    hits = learnt().rank(pool, RankContext(), ANCHORS, has_words=False)
    assert [hit.product.id for hit in hits] == ["strong", "middle", "weak"]
    part = next(part for part in hits[0].contributions if part.name == "next")
    assert part.evidence == "next:A1"
    assert part.value > 0
    assert hits[0].features["next"] == pool[1].suggested[0].strength
    base = [part for part in hits[0].contributions if part.name == "base"]
    assert [part.evidence for part in base] == [None]


def test_more_of_what_speaks_for_a_product_never_lowers_its_score() -> None:
    rows = np.repeat(moments(3, 1)[0].rows[:1], 21, axis=0)
    for name, sign in (("next", 1), ("popular", 1), ("dissimilar", -1)):
        steps = rows.copy()
        steps[:, NAMES.index(name)] = np.linspace(0, 1, 21)
        assert np.all(np.diff(learnt().scores(steps)) * sign >= -1e-12), name


def test_scores_lie_as_far_apart_as_the_linear_ones() -> None:
    held = moments(1)
    spread = [np.mean([np.std(of(each.rows)) for each in held]) for of in (learnt().scores, linear_scores)]
    assert spread[0] == pytest.approx(spread[1])


def test_linear_scores_are_those_of_the_linear_ranker() -> None:
    pool = [suggested("P", 0.4), suggested("Q", 0.9)]
    context = RankContext(anchors=(Anchor(product_id="A1", weight=0.4, event="view_item"),))
    rows = features(pool, context, ANCHORS, has_words=False).values
    hits = LinearRanker(diversity=0).rank(pool, context, ANCHORS, has_words=False)
    assert sorted(linear_scores(rows), reverse=True) == pytest.approx([hit.score for hit in hits])


def test_one_log_gives_one_file_and_a_loaded_ranker_is_the_same(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    learnt().save(first)
    fit(moments(1), moments(2, 20)).save(second)
    assert first.read_bytes() == second.read_bytes()
    rows = moments(4, 1)[0].rows
    assert np.array_equal(LambdaRanker.load(first).scores(rows), learnt().scores(rows))


def test_nothing_to_learn_is_said() -> None:
    same = [Judged(np.zeros((3, len(NAMES))), np.zeros(3, dtype=np.intp))]
    with pytest.raises(RankerError, match="nothing to learn"):
        fit(same, same)


def test_a_missing_file_names_the_fix(tmp_path: Path) -> None:
    with pytest.raises(RankerError, match="train-ranker"):
        LambdaRanker.load(tmp_path / "none")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda text: "", "no ranker"),
        (lambda text: "\udc80".encode("utf-8", "surrogateescape") + text.encode(), "cannot be read"),
        (lambda text: text.partition("\n")[2], "no ranker"),
        (lambda text: text.replace('"floorwalker_ranker":1', '"floorwalker_ranker":2', 1), "no ranker"),
        (lambda text: text[: len(text) // 2], "not whole"),
        (lambda text: text.replace("leaf_value=", "leaf_value=9", 1), "not whole"),
        (lambda text: text.replace('"features":["text",', '"features":["colour",', 1), "colour, text"),
    ],
)
def test_a_file_that_is_not_a_whole_ranker_of_this_version_is_refused(tmp_path: Path, spoil, why: str) -> None:
    path = tmp_path / "ranker"
    learnt().save(path)
    spoilt = spoil(path.read_text("utf-8"))
    path.write_bytes(spoilt if isinstance(spoilt, bytes) else spoilt.encode())
    with pytest.raises(RankerError, match=why):
        LambdaRanker.load(path)


def test_a_text_that_lightgbm_cannot_read_is_refused(tmp_path: Path) -> None:
    import hashlib

    header = {"features": NAMES, "scale": 1, "sha256": hashlib.sha256(b"tree\nnonsense").hexdigest()}
    (tmp_path / "ranker").write_text(json.dumps(header) + "\ntree\nnonsense")
    with pytest.raises(RankerError, match="LightGBM cannot read"):
        LambdaRanker.load(tmp_path / "ranker")


def test_a_ranker_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(RankerError, match="cannot be written"):
        learnt().save(tmp_path / "none" / "ranker")


def test_its_arm_is_its_own_where_it_ranks_and_the_linear_one_elsewhere() -> None:
    arm = learnt().arm(RankContext(), has_words=False)
    assert arm.startswith("lambdamart-") and arm != fit(moments(7), moments(8, 20)).arm(RankContext(), has_words=False)
    assert learnt().arm(RankContext(), has_words=True) == "linear"
    assert learnt().arm(RankContext(prefer="cheap"), has_words=False) == "linear"
