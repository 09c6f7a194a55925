"""Shown products side by side: the rows in which they differ, from the catalogue alone. Pure."""

from collections.abc import Mapping, Sequence

from agent.events import ComparisonRow, Language
from agent.measures import measure
from agent.phrases import say
from agent.shelf import Card
from agent.shop import Glossary
from retrieval.product import Product

MAX_ATTRIBUTES = 8


def comparison(cards: Sequence[Card], language: Language, glossary: Glossary) -> tuple[ComparisonRow, ...]:
    """Price, rating and stock always; then up to eight attributes that differ, those most products have first."""
    products = [card.product for card in cards]
    zh = language == "zh"
    rows = [
        ComparisonRow(name=say(language, "price"), values=tuple(p.price.text if p.price else None for p in products)),
        ComparisonRow(
            name=say(language, "rating"), values=tuple(f"{p.rating.value:g}" if p.rating else None for p in products)
        ),
        ComparisonRow(
            name=say(language, "availability"),
            values=tuple(say(language, f"stock:{p.availability}") if p.availability else None for p in products),
        ),
        ComparisonRow(name=say(language, "brand"), values=tuple(p.brand for p in products)),
    ]
    counts: dict[str, int] = {}
    for product in products:
        for name in (name for name, values in product.attributes.items() if values):
            counts[name] = counts.get(name, 0) + 1
    for name in sorted(counts, key=lambda name: -counts[name]):
        values = tuple(
            ", ".join(glossary(v) if zh else v for v in p.attributes[name]) if p.attributes.get(name) else None
            for p in products
        )
        if len(set(values)) > 1:
            rows.append(ComparisonRow(name=glossary(name) if zh else name, values=values))
    return tuple(rows[: 4 + MAX_ATTRIBUTES])


_VERDICTS = (
    ("weight", "weight", False),
    ("重量", "weight", False),
    ("裸机重量", "weight", False),
    ("battery life", "battery life", True),
    ("capacity", "capacity", True),
)
"""Attributes that are compared, as which they are spoken of, and whether more is better."""


def verdict(cards: Sequence[Card], names: Mapping[int, str], language: Language) -> str:
    """Which of these to take for what: the lowest price, the best rating, and what can be measured. One sentence; empty
    where nothing sets one of them apart."""
    products = {card.handle: card.product for card in cards}
    figures: dict[str, dict[int, float]] = {
        "verdict:price": {at: -p.price.amount for at, p in products.items() if p.price and _one_currency(products)},
        "verdict:rating": {at: p.rating.value for at, p in products.items() if p.rating},
    }
    for name, spoken, more in _VERDICTS:
        held = {at: measure(", ".join(p.attributes.get(name, ()))) for at, p in products.items()}
        if len({each.unit for each in held.values() if each}) == 1:
            figures[f"verdict:{spoken}"] = {at: m.figure * (1 if more else -1) for at, m in held.items() if m}
    told = [
        say(language, phrase, title=names[best])
        for phrase, held in figures.items()
        if len(held) == len(products) and (best := _ahead(held)) is not None
    ]
    return say(language, "verdict", count=len(cards), verdicts=say(language, "joiner").join(told[:3])) if told else ""


def _ahead(figures: Mapping[int, float]) -> int | None:
    """The one with the highest figure, where one alone has it."""
    best = max(figures.values())
    ahead = [at for at, figure in figures.items() if figure == best]
    return ahead[0] if len(ahead) == 1 else None


def _one_currency(products: Mapping[int, Product]) -> bool:
    return len({product.price.currency for product in products.values() if product.price}) == 1
