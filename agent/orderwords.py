"""A shopper's orders in words, and which of them the shopper's words mean. Pure; knows nothing of desks or turns."""

from collections.abc import Mapping, Sequence
from datetime import date

from agent.events import Language
from agent.facts import words
from agent.lexicon import english
from agent.orders import Order, OrderItem
from agent.phrases import say

TOLD = 3
"""Orders that are told at once."""
LISTED = 2
"""Lines of an order that are named."""


def pressing(orders: Sequence[Order]) -> list[Order]:
    """Those that are on their way, or else the latest one."""
    under_way = [order for order in orders if order.status in ("placed", "processed", "shipped")]
    return (under_way or list(orders[:1]))[:TOLD]


def label(order: Order) -> str:
    """An order on a button: its number and what is in it."""
    more = "" if len(order.items) < 2 else f" +{len(order.items) - 1}"
    return f"{order.number} · {order.items[0].title}{more}" if order.items else order.number


def lines_meant(order: Order, text: str, titles: Mapping[str, str]) -> tuple[str, ...]:
    """Titles of the lines that the words speak of; none where they speak of none in particular. `titles`: by product
    id, in the other language, where a thing is called by the end of its name."""
    said = set(words(text)) - english("function") - english("chatter")

    def meant(item: OrderItem) -> bool:
        other = titles.get(item.product_id, "")
        ends = (other[-length:] for length in (2, 3, 4) if len(other) > length)
        return bool(said & (set(words(item.title)) - english("function"))) or any(end in text for end in ends)

    return tuple(item.title for item in order.items if meant(item))


def sentence(order: Order, language: Language, titles: Mapping[str, str]) -> str:
    """Where an order stands, in words. `titles`: by product id, in the shopper's language, where that is another."""
    way = order.delivery
    told = say(language, f"status:{order.status}")
    if order.status == "shipped" and way.carrier:
        told += say(language, "carrier", carrier=way.carrier)
    if order.status == "shipped" and way.tracking:
        told += say(language, "tracking", tracking=way.tracking)
    if order.status in ("placed", "processed", "shipped") and way.expected:
        told += say(language, "expected", date=spelt(way.expected, language))
    if order.status == "delivered" and way.delivered:
        told += say(language, "delivered_on", date=spelt(way.delivered, language))
    named = [titles.get(item.product_id, item.title) for item in order.items]
    listed = say(language, "comma").join(named[:LISTED])
    if len(named) > LISTED:
        listed += say(language, "more_items", count=len(named) - LISTED)
    return say(language, "order_sentence", number=order.number, titles=listed, told=told)


def spelt(day: date, language: Language) -> str:
    """A date in words."""
    if language == "zh":
        return f"{day.year} 年 {day.month} 月 {day.day} 日"
    return f"{day.day} {day:%B %Y}"
