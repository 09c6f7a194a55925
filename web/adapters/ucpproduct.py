"""Product -> a product of a Universal Commerce Protocol catalogue: a catalogue's half of retrieval/feeds/ucp.py. Pure.

Source: the `product` and `variant` schemas of dev.ucp.shopping.catalog (ucp.dev, release 2026-08-25), which want a
price, a description and a variant of every product. What we do not know is absent; a description that we do not have
is empty text; a product without variants is one variant of its own id; one without a price cannot be said.
Attributes that are no choice stand in `metadata.attributes`. Knows nothing of requests.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urljoin

from retrieval.product import Availability, Price, Product, Variant

_AVAILABLE: Mapping[Availability, bool] = {"in_stock": True, "preorder": True, "out_of_stock": False}

Json = dict[str, Any]


def variants_of(product: Product) -> tuple[Variant, ...]:
    """What can be bought of it, what is to be had first; each with a price where the product has one."""
    # What is sold out as a whole is so in every variant; what is in stock need not be.
    stock = "out_of_stock" if product.availability == "out_of_stock" else None
    held = [
        each.model_copy(update={"price": each.price or product.price, "availability": each.availability or stock})
        for each in product.variants or (Variant(id=product.id, availability=product.availability),)
    ]
    return tuple(sorted(held, key=lambda each: each.availability == "out_of_stock"))


def options_of(product: Product) -> dict[str, tuple[str, ...]]:
    """What its variants can be chosen by: the values of each option, in their order."""
    found: dict[str, dict[str, None]] = {}
    for variant in product.variants:
        for name, value in variant.options.items():
            found.setdefault(name, {})[value] = None
    return {name: tuple(values) for name, values in found.items()}


def selection(options: Mapping[str, str]) -> list[Json]:
    """Choices as the protocol writes them."""
    return [{"name": name, "label": label} for name, label in options.items()]


def ucp_product(product: Product, variants: Sequence[Variant], base: str) -> Json | None:
    """The product with these of its variants; None where no price of them is known. `base`: where the shop is."""
    prices = [each.price for each in variants_of(product) if each.price]
    shown = [_variant(product, each) for each in variants if each.price]
    if not shown:
        return None
    options = options_of(product)
    rest = {name: list(values) for name, values in product.attributes.items() if name not in options}
    fields: Json = {
        "id": product.id,
        "title": product.title,
        "description": {"plain": product.description or ""},
        "brand": product.brand,
        "url": urljoin(base, product.url) if product.url else None,
        "categories": [_category(product)] if product.categories else None,
        "price_range": _range(product.price, prices),
        "list_price_range": _range(product.list_price, []) if product.list_price else None,
        "media": [{"type": "image", "url": urljoin(base, product.image_url)}] if product.image_url else None,
        "options": [_option(name, values) for name, values in options.items()] or None,
        "variants": shown,
        "rating": _rating(product),
        "metadata": {"attributes": rest} if rest else None,
    }
    return _known(fields)


def _variant(product: Product, variant: Variant) -> Json:
    title = " / ".join(variant.options.values()) or product.title
    before = product.list_price if product.price and variant.price == product.price else None
    fields: Json = {
        "id": variant.id,
        "title": title,
        "description": {"plain": title},
        "price": _money(variant.price),
        "list_price": _money(before),
        "availability": _availability(variant.availability),
        "options": selection(variant.options) or None,
    }
    return _known(fields)


def _category(product: Product) -> Json:
    return {"value": " > ".join(product.categories), "taxonomy": "merchant"}


def _availability(held: Availability | None) -> Json | None:
    return {"available": _AVAILABLE[held], "status": held} if held else None


def _option(name: str, values: Iterable[str]) -> Json:
    return {"name": name, "values": [{"label": value} for value in values]}


def _range(own: Price | None, prices: Sequence[Price]) -> Json:
    """From the lowest to the highest, in the product's own currency, or the first variant's."""
    currency = (own or prices[0]).currency
    same = sorted((each for each in (own, *prices) if each and each.currency == currency), key=lambda each: each.amount)
    return {"min": _money(same[0]), "max": _money(same[-1])}


def _money(price: Price | None) -> Json | None:
    return price.model_dump() if price else None


def _rating(product: Product) -> Json | None:
    held = product.rating
    return _known({"value": held.value, "scale_min": 0, "scale_max": 5, "count": held.count}) if held else None


def _known(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value is not None}
