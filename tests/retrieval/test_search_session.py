"""Search without words: the session, and what shoppers did, are all there is to go by."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from retrieval.behaviour.memory import Memory
from retrieval.behaviour.touches import FinishedSession, Mark
from retrieval.edge import EdgeIndex
from retrieval.embed import HashEmbedder
from retrieval.lexical import Analyzer
from retrieval.product import Product
from retrieval.query import Anchor, Filters, RankContext, SearchQuery, SearchResult
from retrieval.rank import LinearRanker
from retrieval.search import Searcher
from retrieval.words import read_words
from tests.retrieval.behaviour.walks import START, basket, session, touched, walk

KINDS = {"mug": "stoneware mug", "pan": "carbon steel pan", "lamp": "reading lamp"}
PRODUCTS = tuple(
    Product(id=f"{kind}-{number}", title=f"{words} {number}", categories=(kind,))
    for kind, words in KINDS.items()
    for number in range(4)
)


@pytest.fixture
async def searcher(tmp_path: Path) -> AsyncIterator[Searcher]:
    index = EdgeIndex.create(tmp_path / "shard", dimensions=64)
    held = Searcher(embedder=HashEmbedder(), index=index, analyzer=Analyzer(read_words()), mean_terms=4)
    await held.upsert(PRODUCTS)
    yield held
    await held.close()


def seen(*products: str, limit: int = 4) -> RankContext:
    anchors = tuple(Anchor(product_id=each, weight=0.4, event="view_item") for each in products)
    return RankContext(anchors=anchors, touches=touched(*products), now=START + timedelta(hours=1), limit=limit)


def shown(result: SearchResult) -> list[str]:
    return [hit.product.id for hit in result.hits]


async def test_a_view_brings_up_its_like_and_not_itself_and_the_latest_view_counts_most(searcher: Searcher) -> None:
    result = await searcher.search(SearchQuery(), seen("mug-0", limit=3))
    assert set(shown(result)) == {"mug-1", "mug-2", "mug-3"}
    both = await searcher.search(SearchQuery(), seen("mug-0", "pan-0", limit=3))
    assert set(shown(both)) == {"pan-1", "pan-2", "pan-3"}


async def test_what_the_shopper_turned_away_from_is_not_what_the_session_is_about(searcher: Searcher) -> None:
    away = Anchor(product_id="mug-0", weight=-0.5, event="remove_from_cart")
    context = seen("mug-0", "pan-0", limit=3).model_copy(update={"anchors": (away, *seen("pan-0").anchors)})
    assert set(shown(await searcher.search(SearchQuery(), context))) == {"pan-1", "pan-2", "pan-3"}


async def test_what_is_learnt_is_heard_by_the_next_search_and_names_what_spoke_for_it(searcher: Searcher) -> None:
    before = await searcher.search(SearchQuery(), seen("mug-0"))
    sessions: tuple[FinishedSession, ...] = (*([session(basket("mug-0", "lamp-2"))] * 5), walk("pan-0", "lamp-3"))
    await searcher.learn(sessions, Mark(), Mark(since=1, last=1))
    after = await searcher.search(SearchQuery(), seen("mug-0"))
    assert "lamp-2" not in shown(before)[:1] and shown(after)[0] == "lamp-2"
    evidence = {part.name: part.evidence for part in after.hits[0].contributions}
    assert (evidence["next"], evidence["together"]) == ("next:mug-0", "together:mug-0:5")


async def test_a_suggestion_that_the_filters_exclude_or_the_shop_no_longer_sells_is_not_shown(
    searcher: Searcher,
) -> None:
    await searcher.learn((walk("mug-0", "lamp-2", "gone"),) * 3, Mark(), Mark(since=1, last=1))
    for text in ("", "lamp"):
        query = SearchQuery(text=text, filters=Filters(exclude_ids=("lamp-2",)))
        assert not {"lamp-2", "gone"} & set(shown(await searcher.search(query, seen("mug-0", limit=12))))


async def test_another_memory_over_the_same_index_leaves_the_first_as_it_was(searcher: Searcher) -> None:
    other = searcher.with_parts(memory=Memory(None), ranker=None)
    await other.learn((walk("mug-0", "lamp-2"),) * 3, Mark(), Mark(since=1, last=1))
    assert shown(await other.search(SearchQuery(), seen("mug-0")))[0] == "lamp-2"
    assert shown(await searcher.search(SearchQuery(), seen("mug-0")))[0] != "lamp-2"


async def test_a_session_of_products_that_the_shop_no_longer_sells_gets_what_is_popular(searcher: Searcher) -> None:
    await searcher.learn((walk("lamp-3"),) * 3, Mark(), Mark(since=1, last=1))
    result = await searcher.search(SearchQuery(), seen("gone", limit=12))
    assert shown(result)[0] == "lamp-3" and len(result.hits) == 12


class _Learnt(LinearRanker):
    """A ranker of its own for shoppers who browse."""

    def arm(self, context: RankContext, *, has_words: bool) -> str:
        return super().arm(context, has_words=True) if has_words else "learnt"


async def test_a_result_names_the_ranker_that_ordered_it(searcher: Searcher) -> None:
    learnt = searcher.with_parts(memory=Memory(None), ranker=_Learnt())
    assert (await searcher.search(SearchQuery(), seen("mug-0"))).arm == "linear"
    assert (await learnt.search(SearchQuery(), seen("mug-0"))).arm == "learnt"
    assert (await learnt.search(SearchQuery(text="mug"), seen("mug-0"))).arm == "linear"
