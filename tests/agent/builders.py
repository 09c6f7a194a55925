"""Small builders for the tests of the assistant: products, cards, events and a shop, with plain defaults."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings

from agent.events import AddToCart, EventItem, Purchase, RemoveFromCart, SelectItem, SessionEvent, ViewItem
from agent.shelf import Card, CardSet
from agent.shop import Shop
from retrieval.product import Price, Product, Rating
from retrieval.query import Contribution, Facets, Hit

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SHOP = Shop(name="Fernhill", about="Tents and lamps.", tone="Plain.")
FACETS = Facets(count=30, categories={"Tents": 12, "Lamps": 9, "Boots": 9})

steady = settings(deadline=None, max_examples=50)
"""For property tests: enough examples, and no clock in the verdict."""

_EVENTS = {
    "view_item": ViewItem,
    "select_item": SelectItem,
    "add_to_cart": AddToCart,
    "remove_from_cart": RemoveFromCart,
    "purchase": Purchase,
}


def usd(major: float) -> Price:
    return Price(amount=round(major * 100), currency="USD")


def product(id: str = "P1", title: str = "Rill Tent", *, price: Price | float | None = None, **fields: Any) -> Product:
    if isinstance(price, int | float):
        price = usd(price)
    rating = fields.pop("rating", None)
    if isinstance(rating, int | float):
        rating = Rating(value=rating)
    return Product(id=id, title=title, price=price, rating=rating, **fields)


def card(handle: int, item: Product | None = None, *parts: Contribution, **fields: Any) -> Card:
    """A card of this product, or of a new one with these fields."""
    shown = item or product(f"P{handle}", **fields)
    return Card(handle=handle, product=shown, score=sum(part.value for part in parts), contributions=parts)


def card_set(id: str, turn_id: str, *cards: Card, provisional: bool = False) -> CardSet:
    return CardSet(id=id, turn_id=turn_id, provisional=provisional, cards=cards)


def hit(item: Product, *parts: Contribution) -> Hit:
    return Hit(product=item, score=sum(part.value for part in parts), contributions=parts)


def event(id: str, name: str, *product_ids: str, minute: float = 0, quantity: int = 1) -> SessionEvent:
    """An event of these products, so many minutes after NOW."""
    items = tuple(EventItem(item_id=product_id, quantity=quantity) for product_id in product_ids)
    return _EVENTS[name](event_id=id, time=NOW + timedelta(minutes=minute), items=items)
