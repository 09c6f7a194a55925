"""`service`: part by part, product questions, questions to a shop's pages, hand-offs to a person. One page of figures.

Each part has a file of its own. Knows nothing of how any of them is measured.
"""

from collections.abc import Sequence
from pathlib import Path

from agent.shop import load_shop
from eval import evidence, policy
from eval import handoffs as handoff
from eval.results import Figure, Results, machine
from retrieval.embed import open_embedder
from retrieval.feeds.reader import read_feed
from retrieval.knowledge.recall import Recalled
from retrieval.knowledge.support import Supports, shipped
from retrieval.knowledge.terms import Terms
from retrieval.lexical import Analyzer
from retrieval.product import Product
from retrieval.words import read_words

_DEMO = Path(__file__).parents[1] / "web" / "demo"
Arms = dict[str, dict[str, Figure]]


def measured(
    passages: Path | None,
    policies: Sequence[tuple[Path, Path]],
    handoffs: Path | None = None,
    *,
    embedder: str,
    limit: int | None = None,
    supports: Supports | None = None,
) -> Results:
    """`passages`: product questions. `policies`: keys, each with its folder of pages. `handoffs`: labelled messages,
    read in the demo shop's words. `supports`: others than the shipped ones. Raises DatasetError, PassagesError,
    EmbedderError."""
    held, terms = open_embedder(embedder, threads=1), Terms(Analyzer(read_words()))
    supports = supports or shipped()
    parts: list[Arms] = []
    if passages is not None:
        questions = evidence.read_questions(passages, limit)
        parts.append(evidence.measured(questions, terms, Recalled(held), supports))
    for key, folder in policies:
        parts.append(policy.measured(policy.read_policy(key, folder, held, terms), held, supports))
    if handoffs is not None:
        products = [each for each in read_feed(_DEMO / "catalog.jsonl") if isinstance(each, Product)]
        words = handoff.words_of(load_shop(_DEMO / "shop.json"), products)
        parts.append({"production": handoff.measured(handoff.read_labelled(handoffs), words)})
    names = [passages.parent.name] if passages else []
    return Results(
        command="service",
        data=", ".join([*names, *(key.stem for key, _ in policies), *([handoffs.stem] if handoffs else [])]),
        model=embedder,
        machine=machine(),
        arms=_together(parts),
    )


def _together(parts: Sequence[Arms]) -> Arms:
    arms: Arms = {}
    for part in parts:
        for name, figures in part.items():
            arms.setdefault(name, {}).update(figures)
    return arms
