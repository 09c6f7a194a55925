"""Judged queries through every arm of a small shop."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.__main__ import app
from eval.arms import NAMES, Ranking
from eval.retrieval import Judging, compared, differences, scored
from retrieval.rerank import OverlapReranker
from tests.eval.builders import invented, judged, written

SHOP = invented()
QUERIES = {"q1": "red mug", "q2": "blue bread knife", "q3": "gren cake tin"}
GRADES = {
    query: {
        product.id: 2 if product.title.lower().startswith(words) else 0
        for product in SHOP
        if product.availability != "out_of_stock"
    }
    for query, words in {"q1": "red mug", "q2": "blue bread knife", "q3": "green cake tin"}.items()
}


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    return written(SHOP, tmp_path / "catalog.jsonl")


async def test_every_arm_has_every_metric_and_production_finds_what_it_is_asked_for(
    catalog: Path, tmp_path: Path
) -> None:
    queries, qrels = judged(QUERIES, GRADES | {"q1": GRADES["q1"] | {"gone": 2}}, tmp_path)
    said: list[str] = []
    results, found = await compared(
        catalog,
        queries=queries,
        qrels=qrels,
        judging=Judging(relevant_from=2, better_from=2, worse_to=0, ks=(5, 50)),
        embedder="hash",
        reranker=OverlapReranker(),
        say=said.append,
    )
    assert list(results.arms) == list(NAMES)
    metrics = {f"{name}@{k}" for name in ("recall", "ndcg", "mrr") for k in (5, 50)} | {"pairwise"}
    assert all(set(held) == metrics and held["pairwise"].n == 3 for held in results.arms.values())
    assert results.arms["production"]["pairwise"].mean > 0.9
    assert results.arms["production"]["recall@50"].mean > results.arms["production"]["recall@5"].mean > 0
    # The slip is mended by what production understands, and by nothing else.
    assert results.arms["hybrid"]["pairwise"].mean > results.arms["bm25"]["pairwise"].mean
    assert {(each.arm, each.other) for each in found} >= {("production", "bm25"), ("hybrid", "dense")}
    assert any("1 judgments of products that the catalogue lacks" in line for line in said)


def test_a_query_counts_for_the_metrics_it_is_judged_for() -> None:
    rankings = {query: Ranking(("a", "b"), {"a": 1.0, "b": 0.5}) for query in ("good", "pairs", "bare")}
    grades = {"good": {"a": 3}, "pairs": {"a": 1, "b": 0}, "bare": {"b": 0}}
    held = scored(rankings, grades, Judging(relevant_from=3, better_from=1, worse_to=0, ks=(1,)))
    assert held["recall@1"] == {"good": 1.0}
    assert held["pairwise"] == {"pairs": 1.0}


def test_differences_are_taken_query_by_query() -> None:
    arms = {"production": {"recall@5": {"a": 1.0, "b": 0.5}}, "bm25": {"recall@5": {"b": 0.5, "a": 0.0}}}
    [found] = differences(arms)
    assert (found.arm, found.other, found.figure.mean) == ("production", "bm25", 0.5)


def test_from_the_shell_queries_by_rule_need_no_judgments(catalog: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    called = ["retrieval", "--catalog", str(catalog), "--by-rule", "--limit", "12", "--k", "10"]
    called += ["--arm", "bm25", "--arm", "production", "--embedder", "hash", "--json", str(out)]
    done = CliRunner().invoke(app, called)
    assert done.exit_code == 0, done.output
    assert "production - bm25" in done.output
    assert '"recall@10"' in out.read_text("utf-8")


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--by-rule", "--queries", "q"],
        ["--queries", "q"],
        ["--by-rule", "--arm", "magic"],
        ["--by-rule", "--arm", "rerank"],
        ["--by-rule", "--k", "ten"],
    ],
)
def test_from_the_shell_unclear_wishes_are_refused(options: list[str]) -> None:
    done = CliRunner().invoke(app, ["retrieval", "--catalog", "c.jsonl", *options])
    assert done.exit_code == 2


def test_from_the_shell_a_bad_file_is_named_with_a_fix(catalog: Path, tmp_path: Path) -> None:
    queries, qrels = judged(QUERIES, GRADES, tmp_path)
    qrels.write_text("q1 0\n", "utf-8")
    called = ["retrieval", "--catalog", str(catalog), "--queries", str(queries), "--qrels", str(qrels)]
    done = CliRunner().invoke(app, called)
    assert done.exit_code == 1
    assert "line 1: 2 columns" in done.stderr
