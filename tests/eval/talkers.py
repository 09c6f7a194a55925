"""A small shop to talk in, in this process: the production turn over a real index, with the model that a test wants."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from agent.assembly import Assistant, compiled
from agent.memoryjournal import MemoryJournal
from agent.shop import Glossary, Shop
from eval.models import Away
from llm_server.chat import ChatModel
from retrieval.product import Price, Product, Rating
from tests.eval.builders import searching


def sold(id: str, title: str, kind: str, dollars: float, brand: str, rating: float = 4.0, **fields: object) -> Product:
    price = Price(amount=round(dollars * 100), currency="USD")
    stars = Rating(value=rating, count=9)
    shelf = {"Tents": "Outdoors", "Lamps": "Home"}[kind]
    told = {"availability": "in_stock", **fields}
    return Product(id=id, title=title, categories=(shelf, kind), price=price, brand=brand, rating=stars, **told)


PRODUCTS = (
    sold("T1", "Rill Two Tent", "Tents", 200, "Scarn", 4.6, attributes={"capacity": ("2 people",), "colour": ("moss",)},
         description="A light tent for two with a sealed floor."),
    sold("T2", "Meadow Three Tent", "Tents", 90, "Sable", 3.9,
         attributes={"capacity": ("3 people",), "colour": ("rust",)}, description="A roomy tent for summer."),
    sold("T3", "Ridge One Tent", "Tents", 320, "Scarn", 4.2, attributes={"capacity": ("1 person",)}),
    sold("T4", "Brook Two Tent", "Tents", 150, "Sable", 4.4, availability="out_of_stock",
         attributes={"capacity": ("2 people",), "colour": ("rust",)}),
    sold("L1", "Dune Lamp", "Lamps", 40, "Lumi", 4.1, attributes={"colour": ("white",)}),
    sold("L2", "Harbour Lamp", "Lamps", 75, "Sable", 4.8, attributes={"colour": ("black",)}),
)  # fmt: skip
CHINESE = Glossary(
    categories={"Tents": "帐篷", "Lamps": "台灯"}, attributes={"colour": "颜色", "capacity": "容纳人数"},
    values={"moss": "苔绿", "rust": "锈红", "white": "白色", "black": "黑色", "2 people": "两人"},
)  # fmt: skip
SHOP = Shop(name="Fernhill", about="Tents and lamps.", glossary=CHINESE)


@asynccontextmanager
async def talking(
    folder: Path, model: ChatModel | None = None, products: Sequence[Product] = PRODUCTS, shop: Shop = SHOP
) -> AsyncIterator[Assistant]:
    """The assistant of this shop; without a model by default."""
    async with searching(folder, products) as searcher:
        facets = await searcher.facets()
        yield Assistant(shop, searcher, MemoryJournal(), model or Away(), 10.0, None, facets, compiled(facets, shop))  # type: ignore[arg-type]
