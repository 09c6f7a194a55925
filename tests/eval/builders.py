"""An invented kitchen shop for the tests of eval, with every field known for some products and not for others."""

import json
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from retrieval.edge import EdgeIndex
from retrieval.embed import HashEmbedder
from retrieval.lexical import Analyzer
from retrieval.product import Price, Product, Rating, Variant
from retrieval.search import Searcher
from retrieval.words import read_words

BRANDS = ("Tarnwell", "Kettlewick", "Øster", None)
KINDS = {"Mugs": "mug", "Tea Pots": "tea pot", "Bread Knives": "bread knife", "Cake Tins": "cake tin"}
COLOURS = ("Red", "Blue", "Green")


def invented(count: int = 120, *, categories: bool = True) -> list[Product]:
    """The same products each time."""
    rng = random.Random(1)
    return [_product(number, rng, categories) for number in range(count)]


def written(products: Sequence[Product], to: Path) -> Path:
    """As a catalogue file."""
    to.write_text("".join(each.model_dump_json(exclude_defaults=True) + "\n" for each in products), "utf-8")
    return to


def judged(queries: dict[str, str], grades: dict[str, dict[str, int]], folder: Path) -> tuple[Path, Path]:
    """As files of queries and judgments."""
    asked, qrels = folder / "queries.jsonl", folder / "qrels.tsv"
    asked.write_text("".join(json.dumps({"id": id, "text": text}) + "\n" for id, text in queries.items()), "utf-8")
    rows = (f"{query}\t0\t{product}\t{grade}\n" for query, held in grades.items() for product, grade in held.items())
    qrels.write_text("".join(rows), "utf-8")
    return asked, qrels


@asynccontextmanager
async def searching(
    folder: Path, products: Sequence[Product], engine: type[EdgeIndex] = EdgeIndex
) -> AsyncIterator[Searcher]:
    """A Searcher over these products."""
    index = engine.create(folder / "shard", dimensions=64)
    held = Searcher(embedder=HashEmbedder(), index=index, analyzer=Analyzer(read_words()), mean_terms=8)
    try:
        await held.upsert(tuple(products))
        yield held
    finally:
        await held.close()


def _product(number: int, rng: random.Random, categories: bool) -> Product:
    brand, kind, colour = rng.choice(BRANDS), rng.choice(list(KINDS)), rng.choice(COLOURS)
    options = (Variant(id=f"v-{number}", options={"Size": rng.choice("SML")}),) if rng.random() < 0.3 else ()
    return Product(
        id=f"p-{number}",
        title=f"{colour} {KINDS[kind]} {rng.choice(('with lid', 'for two', 'TW-40' + str(number)))}",
        brand=brand,
        categories=("Kitchen", kind) if categories and rng.random() < 0.9 else (),
        price=Price(amount=rng.randrange(500, 9000), currency=rng.choice(("USD", "EUR")))
        if rng.random() < 0.9
        else None,
        availability=rng.choice(("in_stock", "in_stock", "out_of_stock", None)),
        rating=Rating(value=rng.randrange(10, 51) / 10) if rng.random() < 0.7 else None,
        attributes={"Colour": (colour,)} if rng.random() < 0.8 else {},
        variants=options,
    )
