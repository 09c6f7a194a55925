"""A shop whose catalogue is really searched."""

import pytest

from retrieval.edge import EdgeIndex
from retrieval.embed import HashEmbedder
from retrieval.lexical import Analyzer
from retrieval.product import Price, Product, Rating, Variant
from retrieval.search import Searcher
from retrieval.words import read_words
from web.app import create_app


def usd(amount: int) -> Price:
    return Price(amount=amount, currency="USD")


BOOT = Product(
    id="boot",
    title="Longwalk Boot",
    description="For long walks.",
    brand="Tarnwell",
    categories=("Shoes", "Boots"),
    price=usd(12000),
    list_price=usd(14000),
    availability="in_stock",
    rating=Rating(value=4.5, count=12),
    attributes={"weight": ("1.2 kg",), "size": ("41", "42"), "colour": ("oak", "moss")},
    variants=(
        Variant(
            id="boot-41-oak", options={"size": "41", "colour": "oak"}, price=usd(12000), availability="out_of_stock"
        ),
        Variant(id="boot-42-oak", options={"size": "42", "colour": "oak"}, price=usd(12000), availability="in_stock"),
        Variant(id="boot-42-moss", options={"size": "42", "colour": "moss"}, price=usd(15000)),
    ),
    image_url="https://shop.example/boot.jpg",
    url="https://shop.example/boot",
)
LAMP = Product(
    id="lamp",
    title="Dune Lamp",
    brand="Lumi",
    categories=("Lamps",),
    price=usd(4000),
    availability="in_stock",
    url="/product/lamp",
)
TENT = Product(
    id="tent", title="Rill Tent", categories=("Tents",), price=usd(29000), availability="out_of_stock"
)  # fmt: skip
SHOE = Product(id="shoe", title="Longwalk Shoe", brand="Tarnwell", categories=("Shoes",), price=usd(9000))
RING = Product(id="ring", title="Tin Ring", price=Price(amount=700, currency="EUR"))
MYSTERY = Product(id="box", title="Mystery Box", categories=("Boxes",), availability="in_stock")
PRODUCTS = (BOOT, LAMP, TENT, SHOE, RING, MYSTERY)


@pytest.fixture
async def shop(bench, tmp_path):
    """The bench with these products behind a real search."""
    index = EdgeIndex.create(tmp_path / "shard", dimensions=64)
    searcher = Searcher(embedder=HashEmbedder(), index=index, analyzer=Analyzer(read_words()), mean_terms=6)
    await searcher.upsert(PRODUCTS)
    made = bench()
    made.assistant.retriever = searcher
    made.app = create_app(made.assistant, secret=made.SECRET, merchant_key=made.KEY, rules=made.rules)
    made.sessions = made.app.state.sessions
    yield made
    await searcher.close()
