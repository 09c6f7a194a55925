import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from retrieval.__main__ import app
from retrieval.build import Progress, build, build_in_child
from retrieval.embed import HashEmbedder, Vectors
from retrieval.generations import current
from retrieval.keeper import Keeper
from retrieval.query import FeedError, IndexLocked, RankContext, SearchQuery
from retrieval.vectorlog import VectorLog


class Counting(HashEmbedder):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return super().embed_documents(texts)


def feed(folder: Path, count: int, *, title: str = "Kettle") -> Path:
    path = folder / "catalog.jsonl"
    rows = [{"id": str(number), "title": f"{title} {number}"} for number in range(count)]
    path.write_text("\n".join(map(json.dumps, rows)) + '\n{"id": "bad"}\n', "utf-8")
    return path


def ignore(_: Progress) -> None:
    pass


def test_a_child_builds_an_index_that_answers(tmp_path: Path) -> None:
    stages: list[str] = []
    report = build_in_child(
        feed(tmp_path, 600),
        tmp_path / "index",
        embedder="hash",
        on_progress=lambda progress: stages.append(progress.stage),
    )
    assert (report.products, report.embedded, report.problem_count) == (600, 600, 1)
    assert report.problems[0].line == 601
    assert report.peak_bytes > 0
    assert list(dict.fromkeys(stages)) == ["embedding", "optimizing"]
    assert current(tmp_path / "index")[1].products == 600


async def test_the_new_generation_has_what_the_feed_has_now(tmp_path: Path) -> None:
    await build(feed(tmp_path, 3), tmp_path / "index", embedder="hash", on_progress=ignore)
    report = await build(feed(tmp_path, 4), tmp_path / "index", embedder="hash", on_progress=ignore)
    assert report.embedded == 1
    searcher = await Keeper.opened(tmp_path / "index")
    result = await searcher.search(SearchQuery(text="kettle 3"), RankContext(limit=1))
    assert [hit.product.id for hit in result.hits] == ["3"]
    assert len(list((tmp_path / "index").glob("gen-*"))) == 1
    await searcher.close()


def test_a_killed_build_continues_without_embedding_anything_twice(tmp_path: Path) -> None:
    class Killed(BaseException):
        pass

    def kill(progress: Progress) -> None:
        if progress.stage == "embedding" and progress.done >= 1000:
            raise Killed

    path = feed(tmp_path, 1500)
    with pytest.raises(Killed):
        asyncio.run(build(path, tmp_path / "index", embedder="hash", on_progress=kill))
    report = asyncio.run(build(path, tmp_path / "index", embedder="hash", on_progress=ignore))
    assert report.products == 1500
    assert report.embedded < 500
    assert current(tmp_path / "index")[1].products == 1500


def test_a_build_that_cannot_start_leaves_the_serving_generation_alone(tmp_path: Path) -> None:
    asyncio.run(build(feed(tmp_path, 3), tmp_path / "index", embedder="hash", on_progress=ignore))
    before = current(tmp_path / "index")
    with pytest.raises(FeedError):
        build_in_child(tmp_path / "none.jsonl", tmp_path / "index", embedder="hash", on_progress=ignore)
    empty = tmp_path / "empty.jsonl"
    empty.write_text('{"id": "1"}\n', "utf-8")
    with pytest.raises(FeedError, match="line 1"):
        asyncio.run(build(empty, tmp_path / "index", embedder="hash", on_progress=ignore))
    assert current(tmp_path / "index") == before


def test_a_record_cut_short_is_embedded_again_and_only_that(tmp_path: Path) -> None:
    path = tmp_path / "vectors.log"
    log = VectorLog(path, HashEmbedder())
    expected = log.vectors(["one", "two", "one", "three"])
    assert log.embedded == 3
    log.vectors(["three"])
    assert log.embedded == 3
    log.close()
    path.write_bytes(path.read_bytes()[:-7])
    embedder = Counting()
    log = VectorLog(path, embedder)
    np.testing.assert_array_equal(log.vectors(["one", "two", "one", "three"]), expected)
    assert embedder.texts == ["three"]
    log.close()


def test_another_embedders_log_is_not_believed(tmp_path: Path) -> None:
    VectorLog(tmp_path / "vectors.log", HashEmbedder(32)).close()
    log = VectorLog(tmp_path / "new.log", HashEmbedder(), earlier=[tmp_path / "vectors.log"])
    assert log.vectors(["one"]).shape == (1, 64)
    log.close()
    log = VectorLog(tmp_path / "vectors.log", HashEmbedder())
    assert log.vectors(["one"]).shape == (1, 64)
    log.close()


def test_the_shell_builds_searches_and_lists_facets(tmp_path: Path) -> None:
    index = ["--index", str(tmp_path / "index")]
    shell = CliRunner()
    built = shell.invoke(app, ["build", "--feed", str(feed(tmp_path, 3)), *index, "--embedder", "hash"])
    assert built.exit_code == 0
    assert "3 products" in built.output
    assert "1 problem" in built.output
    found = shell.invoke(app, ["search", *index, "kettle 2", "--limit", "1", "--max-price", "200", "--json"])
    answer = json.loads(found.stdout)
    assert answer["hits"][0]["product"]["id"] == "2"
    assert answer["unknown_fields"] == ["price_max"]
    assert json.loads(shell.invoke(app, ["facets", *index, "--json"]).stdout)["count"] == 3


def test_the_shell_says_in_one_line_what_to_do_about_an_error(tmp_path: Path) -> None:
    failed = CliRunner().invoke(app, ["search", "--index", str(tmp_path / "none"), "kettle"])
    assert failed.exit_code == 1
    assert failed.stderr.count("\n") == 1
    assert "python -m retrieval build" in failed.stderr


async def test_the_index_of_a_running_shop_is_locked_to_the_shell(tmp_path: Path) -> None:
    await build(feed(tmp_path, 3), tmp_path / "index", embedder="hash", on_progress=ignore)
    keeper = await Keeper.opened(tmp_path / "index")
    failed = await asyncio.to_thread(CliRunner().invoke, app, ["facets", "--index", str(tmp_path / "index")])
    assert failed.exit_code == 1
    assert "--shop" in failed.stderr
    with pytest.raises(IndexLocked):
        await Keeper.opened(tmp_path / "index")
    await keeper.close()
