"""Shopify's products -> native rows: /products.json, the Admin API (REST) and the Storefront API (GraphQL).

Variants stay inside their product. REST documents name no currency: the shop's must be given. Knows nothing of files.
"""

from collections.abc import Mapping
from typing import Annotated, Any, cast
from urllib.parse import quote

from pydantic import AliasChoices, BaseModel, BeforeValidator, Field, ValidationError

from retrieval.feeds.rows import BadValue, Fields, Notes, Offer, category_path, money, offer_of, reduced
from retrieval.product import Availability
from retrieval.query import FeedError

MARKS = frozenset(
    {"body_html", "vendor", "product_type", "handle", "published_at", "images", "image", "options", "tags", "status"}
    | {"descriptionHtml", "productType", "featuredImage", "onlineStoreUrl", "availableForSale"}
)
"""Names that this format has and the native one has not."""


def _nodes(held: Any) -> Any:
    """What a GraphQL connection holds: `{"nodes": [...]}` or `{"edges": [{"node": ...}]}`. Anything else as it is."""
    if not isinstance(held, dict):
        return held or []
    connection = cast(Mapping[str, Any], held)
    edges = connection.get("edges")
    if isinstance(edges, list):
        return [cast(Mapping[str, Any], edge).get("node") for edge in cast(list[Any], edges) if isinstance(edge, dict)]
    return connection.get("nodes", held)


def _listed(tags: Any) -> Any:
    return [tag.strip() for tag in tags.split(",")] if isinstance(tags, str) else tags or []


class _Foreign(BaseModel, frozen=True, extra="ignore", coerce_numbers_to_str=True):
    pass


class _Money(_Foreign, frozen=True):
    amount: str
    currency: str = Field(validation_alias="currencyCode")


class _Option(_Foreign, frozen=True):
    name: str
    values: list[str] = []


class _Chosen(_Foreign, frozen=True):
    name: str
    value: str


class _Image(_Foreign, frozen=True):
    src: str | None = Field(None, validation_alias=AliasChoices("src", "url", "originalSrc"))


class _Variant(_Foreign, frozen=True):
    id: str
    price: _Money | str | None = None
    before: _Money | str | None = Field(None, validation_alias=AliasChoices("compare_at_price", "compareAtPrice"))
    available: bool | None = Field(None, validation_alias=AliasChoices("available", "availableForSale"))
    quantity: int | None = Field(None, validation_alias=AliasChoices("inventory_quantity", "inventoryQuantity"))
    policy: str | None = Field(None, validation_alias=AliasChoices("inventory_policy", "inventoryPolicy"))
    management: str | None = Field("unsaid", validation_alias="inventory_management")
    barcode: str | None = None
    option1: str | None = None
    option2: str | None = None
    option3: str | None = None
    chosen: list[_Chosen] = Field([], validation_alias="selectedOptions")


class _Product(_Foreign, frozen=True):
    id: str
    title: str
    html: str | None = Field(None, validation_alias=AliasChoices("body_html", "descriptionHtml", "description"))
    vendor: str | None = None
    kind: str | None = Field(None, validation_alias=AliasChoices("product_type", "productType"))
    tags: Annotated[list[str], BeforeValidator(_listed)] = []
    status: str | None = None
    handle: str | None = None
    address: str | None = Field(None, validation_alias="onlineStoreUrl")
    updated: str | None = Field(None, validation_alias=AliasChoices("updated_at", "updatedAt"))
    options: Annotated[list[_Option | str], BeforeValidator(_nodes)] = []
    variants: Annotated[list[_Variant], BeforeValidator(_nodes)] = []
    images: Annotated[list[_Image | str], BeforeValidator(_nodes)] = []
    featured: _Image | None = Field(None, validation_alias=AliasChoices("featuredImage", "image"))


def from_object(item: Mapping[str, object], notes: Notes, *, currency: str | None) -> Fields:
    """A product of Shopify's -> its fields. Raises BadValue; FeedError where a price has no currency at all."""
    if "__parentId" in item:
        raise BadValue("__parentId", "a part of a product on a line of its own", "export products with variants inside")
    try:
        product = _Product.model_validate(item)
    except ValidationError as error:
        raise BadValue.of(error) from error
    if (product.status or "active").lower() != "active":
        raise BadValue("status", f"{product.status!r}: not on sale", "publish it, or leave it out of the feed")
    offers = [_offer(variant, currency) for variant in product.variants]
    names = [option if isinstance(option, str) else option.name for option in product.options]
    choices = [_choices(variant, names) for variant in product.variants]
    images = [image if isinstance(image, str) else image.src for image in (product.featured, *product.images) if image]
    return {
        "id": product.id,
        "title": product.title,
        "description": product.html,
        "brand": product.vendor,
        "categories": category_path(product.kind or ""),
        "attributes": _attributes(product, choices),
        "variants": [
            {"id": variant.id, "options": chosen, "price": offer.price, "availability": offer.availability}
            for variant, chosen, offer in zip(product.variants, choices, offers, strict=True)
        ],
        "image_url": next((image for image in images if image), None),
        "url": product.address or (f"/products/{quote(product.handle)}" if product.handle else None),
        "updated_at": product.updated,
        **offer_of(offers),
    }


def _offer(variant: _Variant, currency: str | None) -> Offer:
    price = _price("variants.price", variant.price, currency)
    before = _price("variants.compare_at_price", variant.before, currency)
    return Offer(price, reduced(price, before), _stock(variant))


def _price(field: str, held: _Money | str | None, currency: str | None) -> dict[str, Any] | None:
    if not held:
        return None
    if isinstance(held, _Money):
        return money(field, f"{held.amount} {held.currency}", None)
    if currency is None:
        raise FeedError(
            "Shopify's prices name no currency.", fix='Give the shop\'s: currency="USD", or --currency USD.'
        )
    return money(field, held, currency)


def _stock(variant: _Variant) -> Availability | None:
    if variant.available is not None:
        return "in_stock" if variant.available else "out_of_stock"
    if variant.management is None:
        return "in_stock"  # Shopify does not count it, and sells it always
    if variant.quantity is None:
        return None
    if variant.quantity > 0:
        return "in_stock"
    return "preorder" if (variant.policy or "").lower() == "continue" else "out_of_stock"


def _choices(variant: _Variant, names: list[str]) -> dict[str, str]:
    chosen = {each.name: each.value for each in variant.chosen}
    if not chosen:
        values = (variant.option1, variant.option2, variant.option3)
        chosen = {name: value for name, value in zip(names, values, strict=False) if value}
    # What Shopify writes where a product has one variant and no options.
    return {} if chosen == {"Title": "Default Title"} else chosen


def _attributes(product: _Product, choices: list[dict[str, str]]) -> dict[str, list[str]]:
    attributes: dict[str, dict[str, None]] = {}
    for chosen in choices:
        for name, value in chosen.items():
            attributes.setdefault(name, {})[value] = None
    barcodes = {variant.barcode: None for variant in product.variants if variant.barcode}
    tags = {tag: None for tag in product.tags if tag}
    held = {**attributes, "gtin": barcodes, "tags": tags}
    return {name: list(values) for name, values in held.items() if values}
