"""A learnt ranker serves from the worker's process, and a wrong file is told there as it is anywhere."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval.query import Anchor, RankContext, RankerError, SearchQuery
from retrieval.worker import WorkerRetriever
from tests.retrieval.test_lambdamart import learnt
from tests.retrieval.test_worker import built


async def test_the_worker_ranks_browsing_with_the_file_it_was_given(tmp_path: Path) -> None:
    learnt().save(tmp_path / "ranker")
    worker = WorkerRetriever(await built(tmp_path), ranker=tmp_path / "ranker")
    await worker.start()
    try:
        anchor = Anchor(product_id="1", weight=0.4, event="view_item")
        context = RankContext(anchors=(anchor,), now=datetime(2026, 1, 1, tzinfo=UTC))
        browsed = await worker.search(SearchQuery(), context)
        worded = await worker.search(SearchQuery(text="kettle"), context)
    finally:
        await worker.close()
    parts = [{part.name for part in hit.contributions} for hit in browsed.hits]
    assert parts and all("base" in names for names in parts)
    assert any(hit.features for hit in browsed.hits)
    assert not any(part.name == "base" for hit in worded.hits for part in hit.contributions)


async def test_a_wrong_file_stops_the_worker_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "ranker").write_text("{}")
    worker = WorkerRetriever(await built(tmp_path), ranker=tmp_path / "ranker")
    try:
        with pytest.raises(RankerError, match="train-ranker"):
            await worker.start()
    finally:
        await worker.close()
