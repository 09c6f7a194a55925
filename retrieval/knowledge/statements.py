"""What a shop and its shoppers say of one product, text by text, as passages. Knows nothing of questions."""

from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.knowledge.passage import Kind, Passage
from retrieval.knowledge.sentences import language_of
from retrieval.product import Product


@dataclass(frozen=True, slots=True)
class Statement:
    """A text of a product and where it is from."""

    passage: Passage
    kind: Kind


def statements(product: Product) -> list[Statement]:
    """Attributes first, then the description, earlier answers, reviews."""
    return [
        Statement(
            Passage(
                id=f"{product.id}#{kind}-{number}",
                title=product.title,
                heading=heading,
                text=text,
                source=product.id,
                url=product.url,
                language=language_of(text),
            ),
            kind,
        )
        for kind, number, heading, text in _texts(product)
        if text
    ]


def _texts(product: Product) -> Iterator[tuple[Kind, int, str, str]]:
    """The kind of each text, its number among those, its heading, the text."""
    named: dict[str, list[str]] = {"brand": [product.brand]} if product.brand else {}
    for name, values in product.attributes.items():
        named.setdefault(name, []).extend(values)
    for variant in product.variants:
        for name, value in variant.options.items():
            named.setdefault(name, []).append(value)
    for number, (name, values) in enumerate(named.items()):
        yield "attribute", number, name, f"{name}: {', '.join(dict.fromkeys(values))}"
    yield "description", 0, "", product.description or ""
    for number, answer in enumerate(product.answers):
        yield "answer", number, answer.question or "", answer.text
    for number, review in enumerate(product.reviews):
        yield "review", number, "", review.text
