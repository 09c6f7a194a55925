"""How good is search: judged queries through every arm, with intervals, and the differences between arms.

Recall, NDCG and MRR count over queries that have a relevant product, pairwise accuracy over those that have a pair.
Products that are not judged count as not relevant. Knows nothing of speed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.arms import NAMES, Arm, Arms, Ranking
from eval.datasets import Judged, read_judged, read_products
from eval.errors import DatasetError
from eval.indexes import built
from eval.metrics import Grades, mrr, ndcg, pairwise, recall
from eval.results import Difference, Results, figure, machine
from eval.rules import judged_by_rule
from retrieval.embed import open_embedder
from retrieval.keeper import Keeper
from retrieval.lexical import Analyzer
from retrieval.product import Product
from retrieval.rerank import Reranker
from retrieval.words import read_words

_BY_RULE = 500
_AGAINST = (
    ("production", "bm25"),
    ("production", "dense"),
    ("production", "hybrid"),
    ("rerank", "hybrid"),
    ("hybrid", "bm25"),
    ("hybrid", "dense"),
)


@dataclass(frozen=True, slots=True)
class Judging:
    """How judgments are read: from which grade on a product is relevant, which pairs count, how deep to look."""

    relevant_from: int = 1
    better_from: int = 1
    worse_to: int = 0
    ks: tuple[int, ...] = (10, 50, 100)


async def compared(
    catalog: Path,
    *,
    queries: Path | None = None,
    qrels: Path | None = None,
    judging: Judging = Judging(),
    arms: Sequence[str] = NAMES,
    index: Path | None = None,
    embedder: str = "minilm",
    reranker: Reranker | None = None,
    limit: int | None = None,
    say: Callable[[str], None] = print,
) -> tuple[Results, tuple[Difference, ...]]:
    """The figures of every arm, and the differences between them; the arm `rerank` needs a reranker. Without `queries`
    and `qrels`, queries are made by rule. Raises RetrievalError, DatasetError."""
    products = read_products(catalog)
    judged = _judged(products, queries, qrels, limit)
    say(
        f"{len(judged.queries):,} queries, {sum(map(len, judged.grades.values())):,} judgments; left out: "
        f"{judged.missing:,} judgments of products that the catalogue lacks, {judged.unjudged:,} queries without any"
    )
    with built(catalog, index=index, embedder=embedder, say=say) as held:
        model = open_embedder(held.embedder)
        keeper = await Keeper.opened(held.directory)
        try:
            every = Arms(
                keeper.searcher, model, Analyzer(read_words()), products, depth=max(judging.ks), reranker=reranker
            )
            scores = {
                name: scored(await _rankings(judged, arm, name, say), judged.grades, judging)
                for name, arm in every.named(arms).items()
            }
        finally:
            await keeper.close()
    figures = {arm: {name: figure(list(values.values())) for name, values in of.items()} for arm, of in scores.items()}
    data = queries.parent.name if queries else f"{catalog.parent.name} by rule"
    results = Results(command="retrieval", data=data, model=held.embedder, machine=machine(), arms=figures)
    return results, differences(scores)


def scored(
    rankings: Mapping[str, Ranking], grades: Mapping[str, Grades], judging: Judging
) -> dict[str, dict[str, float]]:
    """By metric the value of each query that the metric is defined for."""
    held: dict[str, dict[str, float]] = {}
    for query, ranking in rankings.items():
        of = grades[query]
        if any(grade >= judging.relevant_from for grade in of.values()):
            for k in judging.ks:
                held.setdefault(f"recall@{k}", {})[query] = recall(ranking.ids, of, k, judging.relevant_from)
                held.setdefault(f"ndcg@{k}", {})[query] = ndcg(ranking.ids, of, k)
                held.setdefault(f"mrr@{k}", {})[query] = mrr(ranking.ids, of, k, judging.relevant_from)
        right = pairwise(ranking.scores, of, judging.better_from, judging.worse_to)
        if right is not None:
            held.setdefault("pairwise", {})[query] = right
    return held


def differences(scores: Mapping[str, Mapping[str, Mapping[str, float]]]) -> tuple[Difference, ...]:
    """Of arms by metric by query: production against every other arm, hybrid against each of its two sides."""
    found: list[Difference] = []
    for arm, other in _AGAINST:
        if arm in scores and other in scores:
            for metric, held in scores[arm].items():
                of = [value - scores[other][metric][query] for query, value in held.items()]
                found.append(Difference(arm=arm, other=other, metric=metric, figure=figure(of)))
    return tuple(found)


async def _rankings(judged: Judged, arm: Arm, name: str, say: Callable[[str], None]) -> dict[str, Ranking]:
    rankings: dict[str, Ranking] = {}
    for query in judged.queries:
        rankings[query.id] = await arm(query.text, list(judged.grades[query.id]))
        if len(rankings) % 100 == 0:
            say(f"{name}: {len(rankings):,} queries")
    return rankings


def _judged(products: Sequence[Product], queries: Path | None, qrels: Path | None, limit: int | None) -> Judged:
    if queries and qrels:
        return read_judged(queries, qrels, {each.id for each in products}, limit)
    judged = judged_by_rule(products, limit or _BY_RULE)
    if not judged.queries:
        raise DatasetError("The fields of this catalogue make no queries.", fix="Give --queries and --qrels.")
    return judged
