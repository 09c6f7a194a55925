"""A constraint stated in Chinese holds: message -> parser -> filters -> search, over a real Chinese catalogue."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent.constraints import Constraints
from agent.parser import parse
from agent.vocabulary import Vocabulary
from retrieval.edge import EdgeIndex
from retrieval.embed import HashEmbedder
from retrieval.feeds.reader import read_feed
from retrieval.lexical import Analyzer
from retrieval.product import Product
from retrieval.query import RankContext, SearchQuery
from retrieval.search import Searcher
from retrieval.words import read_words

CATALOGUE = Path(__file__).parents[2].parent / "shared" / "data" / "risawoz_zh" / "catalog.jsonl"
pytestmark = pytest.mark.skipif(not CATALOGUE.exists(), reason=f"needs the Chinese catalogue at {CATALOGUE}")


@pytest.fixture
async def searcher(tmp_path: Path) -> AsyncIterator[Searcher]:
    index = EdgeIndex.create(tmp_path / "shard", dimensions=64)
    held = Searcher(embedder=HashEmbedder(), index=index, analyzer=Analyzer(read_words()), mean_terms=40)
    await held.upsert(tuple(each for each in read_feed(CATALOGUE) if isinstance(each, Product)))
    yield held
    await held.close()


async def test_price_brand_and_category_stated_in_chinese_all_hold(searcher: Searcher) -> None:
    facets = await searcher.facets()
    vocabulary = Vocabulary.of(facets, "CNY")
    brands = sorted({each.brand for each in await searcher.page(0, 200) if each.brand and "电脑" in each.categories})
    answered = 0
    for brand in brands:
        for said, low, high in (
            (f"5000 元到 10000 元的{brand}笔记本", 500_000, 1_000_000),
            (f"我想买一台{brand}的笔记本，一万元以下", 0, 1_000_000),
            (f"有没有8000块以上的{brand}笔记本？", 800_000, 10**9),
        ):
            parsed = parse(said, vocabulary, ())
            filters = Constraints().wished(parsed.wishes).filters
            result = await searcher.search(SearchQuery(text=parsed.query, filters=filters), RankContext(limit=20))
            if result.relaxed:
                continue
            answered += bool(result.hits)
            for product in (hit.product for hit in result.hits):
                assert product.price and low <= product.price.amount <= high, said
                assert product.brand == brand, said
                assert "笔记本" in product.categories, said
    assert answered >= len(brands)
