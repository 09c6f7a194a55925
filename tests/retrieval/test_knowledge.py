"""Questions to pages and to what is said of a product: answered by passages, or not at all."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from qdrant_client import AsyncQdrantClient

from retrieval.embed import HashEmbedder
from retrieval.knowledge.ask import Knowledge
from retrieval.knowledge.pagefile import PageFile
from retrieval.knowledge.pages import contradict, page_set
from retrieval.knowledge.passage import Passage, PassageHit
from retrieval.knowledge.reader import read_page
from retrieval.knowledge.sentences import sentences
from retrieval.knowledge.support import shipped
from retrieval.lexical import Analyzer
from retrieval.product import Answer, Product, Review
from retrieval.query import IndexBroken
from retrieval.server.link import Link
from retrieval.server.pages import PageCollection
from retrieval.words import read_words
from retrieval.worker import WorkerConfig, WorkerRetriever
from tests.retrieval.qdrant_over_http import local_mode_unwarned
from tests.retrieval.test_worker import built

ANALYZER, EMBEDDER = Analyzer(read_words()), HashEmbedder()
PAGES = {
    "en/returns.md": "# Returns\n\n## How long you have\n\nYou may return anything within 45 days of delivery.\n",
    "en/outlet.md": "# Outlet\n\n## Returns\n\nWhat you bought in the outlet you may return within 14 days.\n",
    "en/parcels.md": "# Parcels\n\n## Tracking\n\nWe e-mail a tracking number.\n\n## Gift wrapping\n\nIt costs $4.\n",
    "en/club.md": "# The club\n\n## Points\n\nA point for every dollar.\n\n## Leaving\n\nWrite to us.\n",
    "zh/returns.md": "# 退货\n\n## 退货期限\n\n收货后 45 天内可以退货。\n\n## 退款\n\n五个工作日内到账。\n",
}


def passages(*names: str) -> list[Passage]:
    read = [each for name in names or PAGES for each in read_page(PAGES[name].encode(), name)]
    return [each for each in read if isinstance(each, Passage)]


@pytest.fixture(params=["file", "server"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[PageFile | PageCollection]:
    if request.param == "file":
        yield PageFile(tmp_path)
        return
    with local_mode_unwarned():
        client = AsyncQdrantClient(":memory:")
        yield PageCollection(Link(client, shown="http://qdrant:6333/kettles"), "kettles")
        await client.close()


async def put(store: PageFile | PageCollection, held: Sequence[Passage]) -> None:
    pages = page_set(held, EMBEDDER)
    await (store.write(pages, grace=0) if isinstance(store, PageCollection) else store.write(pages))


async def asked(knowledge: Knowledge, question: str, limit: int = 3) -> tuple[PassageHit, ...]:
    return await knowledge.passages(question, EMBEDDER, ANALYZER, limit)


async def test_a_store_holds_what_was_written_and_a_new_build_takes_its_place(
    store: PageFile | PageCollection,
) -> None:
    assert await store.mark() is None
    first = page_set(passages(), EMBEDDER)
    await put(store, passages())
    held, mark = await store.load(), await store.mark()
    assert (held.embedder, held.passages) == ("hash", first.passages)
    np.testing.assert_allclose(held.said, first.said, atol=1e-3)
    np.testing.assert_allclose(held.whole, first.whole, atol=1e-3)
    await put(store, passages("zh/returns.md"))
    assert await store.mark() not in (mark, None)
    assert {each.source for each in (await store.load()).passages} == {"zh/returns.md"}


async def test_a_question_is_answered_from_whatever_was_built_last(store: PageFile | PageCollection) -> None:
    knowledge = Knowledge(store)
    question = "how long do I have to return it, how many days?"
    assert await asked(knowledge, question) == ()
    await put(store, passages("en/returns.md", "en/parcels.md", "en/club.md"))
    (hit, *_) = await asked(knowledge, question)
    assert hit.sentence == "You may return anything within 45 days of delivery."
    assert (hit.passage.source, hit.kind) == ("en/returns.md", "page")
    await put(store, passages("en/parcels.md", "en/club.md"))
    assert "en/returns.md" not in {hit.passage.source for hit in await asked(knowledge, question)}


async def test_two_pages_that_say_otherwise_both_come_back(tmp_path: Path) -> None:
    store = PageFile(tmp_path)
    await put(store, passages())
    hits = await asked(Knowledge(store), "within how many days may I return what I bought?")
    assert {"en/returns.md", "en/outlet.md"} <= {hit.passage.source for hit in hits}


async def test_what_no_page_speaks_of_is_not_answered(tmp_path: Path) -> None:
    store = PageFile(tmp_path)
    await put(store, passages())
    knowledge = Knowledge(store)
    for question in ("are you hiring engineers?", "你们招聘工程师么", "", "   "):
        assert await asked(knowledge, question) == ()


async def test_a_chinese_question_is_answered_by_chinese_pages_where_there_are_any(tmp_path: Path) -> None:
    store = PageFile(tmp_path)
    await put(store, passages())
    hits = await asked(Knowledge(store), "多少天内可以退货？")
    assert hits and {hit.passage.language for hit in hits} == {"zh"}
    assert hits[0].sentence == "收货后 45 天内可以退货。"


async def test_a_build_that_cannot_be_read_leaves_the_one_before_in_service(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    store = PageFile(tmp_path)
    await put(store, passages())
    knowledge = Knowledge(store)
    before = await asked(knowledge, "多少天内可以退货？")
    (tmp_path / "passages.npz").write_bytes(b"PK\x03\x04 half a file")
    with pytest.raises(IndexBroken):
        await store.load()
    assert await asked(knowledge, "多少天内可以退货？") == before != ()
    assert "not used" in capfd.readouterr().err


def test_figures_of_one_unit_that_differ_contradict() -> None:
    assert contradict("within 45 days", "within 14 days")
    assert contradict("收货后 45 天内", "收货后 7 天内")
    assert not contradict("within 45 days", "45 days, or 14 days for books")
    assert not contradict("within 45 days", "it costs $4")


KETTLE = Product(
    id="k",
    title="Ember Kettle",
    attributes={"material": ("steel",), "capacity": ("1.5 l",)},
    description="It whistles when the water boils. The lid comes off for cleaning.",
    reviews=(Review(text="The handle stays cool. My cat hates it."),),
    answers=(Answer(question="Does it work on induction?", text="Yes, it works on induction hobs."),),
)


@pytest.mark.parametrize(
    ("question", "kind", "sentence"),
    [
        ("does this work on an induction hob?", "answer", "Yes, it works on induction hobs."),
        ("does the handle stay cool?", "review", "The handle stays cool."),
        ("does the lid come off for cleaning?", "description", "The lid comes off for cleaning."),
    ],
)
def test_what_is_said_of_a_product_answers_by_the_sentence(question: str, kind: str, sentence: str) -> None:
    hit = Knowledge().evidence(question, KETTLE, EMBEDDER, ANALYZER, 2)[0]
    assert (hit.kind, hit.sentence, hit.passage.source) == (kind, sentence, "k")
    assert hit.sentence in hit.passage.text


def test_what_nobody_said_of_a_product_is_not_answered() -> None:
    knowledge = Knowledge()
    assert knowledge.evidence("zipper colour?", KETTLE, EMBEDDER, ANALYZER, 2) == ()
    assert knowledge.evidence("does it whistle?", Product(id="bare", title="Pan"), EMBEDDER, ANALYZER, 2) == ()


def test_sentences_are_cut_at_their_ends_and_not_at_abbreviations() -> None:
    text = "It is approx. 5 in. wide. It fits.\n收货后退货。可以换货！"
    assert [each.text for each in sentences(text)] == [
        "It is approx. 5 in. wide.",
        "It fits.",
        "收货后退货。",
        "可以换货！",
    ]
    assert all(text[each.start : each.end] == each.text for each in sentences(text))


def test_an_embedder_that_was_not_judged_in_a_language_leaves_it_to_the_words() -> None:
    supports = shipped()
    assert supports.of("page", "minilm", "en").languages == ("en",)
    assert supports.of("page", "minilm", "en", "zh").languages == ()
    assert supports.of("product", "another", "en").languages == ()


async def test_a_worker_takes_up_pages_that_are_built_while_it_serves(tmp_path: Path) -> None:
    worker = WorkerRetriever(await built(tmp_path), config=WorkerConfig(first_backoff=0.01))
    await worker.start()
    try:
        assert await worker.passages("多少天内可以退货？") == ()
        await put(PageFile(tmp_path / "index"), passages())
        (hit, *_) = await worker.passages("多少天内可以退货？", 1)
        assert hit.passage.source == "zh/returns.md"
    finally:
        await worker.close()
