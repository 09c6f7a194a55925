from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from retrieval.edge import EdgeIndex
from retrieval.embed import HashEmbedder
from retrieval.encode import Encoder
from retrieval.hybrid import Question, candidates
from retrieval.lexical import Analyzer, sparse
from retrieval.product import Product
from retrieval.query import Filters
from retrieval.rank import Found
from retrieval.words import read_words

EMBEDDER = HashEmbedder()
ANALYZER = Analyzer(read_words())
PRODUCTS = [
    *(Product(id=f"mug-{number}", title=f"Stone mug {number}", brand="Tarn") for number in range(20)),
    Product(id="hook", title="Mug hook", brand="Kest"),
    Product(id="lamp", title="Desk lamp", brand="Kest"),
]


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[EdgeIndex]:
    held = EdgeIndex.create(tmp_path / "shard", dimensions=EMBEDDER.dimensions)
    await held.upsert(Encoder(EMBEDDER.embed_documents, ANALYZER, mean_terms=3).stored(PRODUCTS))
    yield held
    await held.close()


def asked(text: str) -> Question:
    return Question(
        text=text,
        sparse=sparse(dict.fromkeys(ANALYZER.terms(text), 1.0)),
        vector=EMBEDDER.embed_query(text),
    )


async def found(
    index: EdgeIndex, question: Question, filters: Filters | None = None, limit: int = 60, join: tuple[str, ...] = ()
) -> list[Found]:
    return await candidates(index, question, filters or Filters(), products=len(PRODUCTS), limit=limit, join=join)


def ids(found: list[Found]) -> list[str]:
    return [each.candidate.product.id for each in found]


async def test_the_best_has_one_and_every_candidate_is_scored_by_both_sides(index: EdgeIndex) -> None:
    held = await found(index, asked("stone mug 7"))
    assert ids(held)[0] == "mug-7"
    assert held[0].candidate.sources["fused"] == 1.0
    assert all("dense" in each.candidate.sources for each in held)
    assert held[0].candidate.sources["dense"] == pytest.approx(
        float(EMBEDDER.embed_query("stone mug 7") @ held[0].vector), abs=1e-4
    )
    fused = [each.candidate.sources["fused"] for each in held]
    assert fused == sorted(fused, reverse=True)


async def test_what_the_best_have_in_common_is_what_was_meant(index: EdgeIndex) -> None:
    """`mug` is in the hook's name as well, but the best of them are stone mugs."""
    held = {each.candidate.product.id: each.candidate.sources["typical"] for each in await found(index, asked("mug"))}
    assert min(held[f"mug-{number}"] for number in range(20)) > held["hook"]


async def test_a_product_that_joins_is_scored_as_if_it_had_been_found(index: EdgeIndex) -> None:
    alone = await found(index, asked("stone mug"))
    joined = await found(index, asked("stone mug"), join=("lamp",))
    assert ids(joined) == ids(alone)
    few = await found(index, asked("lamp"), filters=Filters(exclude_brands=("kest",)), join=("lamp",))
    assert "lamp" not in ids(few)


async def test_a_slip_that_no_word_matches_is_still_near_by_its_letters(index: EdgeIndex) -> None:
    held = await found(index, Question(text="lapm desk", vector=np.ones(64, dtype=np.float32) / 8, sparse=None))
    spelling = {each.candidate.product.id: each.candidate.sources["spelling"] for each in held}
    assert max(spelling, key=lambda each: spelling[each]) == "lamp"


async def test_filters_hold_and_a_vector_alone_is_enough(index: EdgeIndex) -> None:
    held = await found(index, Question(vector=EMBEDDER.embed_query("mug")), Filters(brands=("kest",)))
    assert set(ids(held)) == {"hook", "lamp"}
    assert "typical" not in held[0].candidate.sources


async def test_an_empty_question_finds_nothing(index: EdgeIndex) -> None:
    assert await found(index, Question()) == []
