"""Shown products side by side: the rows in which they differ, from the catalogue alone. Pure."""

from collections.abc import Sequence

from agent.events import ComparisonRow, Language
from agent.phrases import say
from agent.shelf import Card
from agent.shop import Glossary

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
