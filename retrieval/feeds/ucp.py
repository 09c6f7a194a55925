"""The products of a Universal Commerce Protocol catalogue -> native rows.

Source: the `product`, `variant`, `rating` and `availability` schemas of dev.ucp.shopping.catalog (ucp.dev, releases
2026-04-08 and later). Amounts are minor units by ISO 4217, as ours are. Knows nothing of files.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from retrieval.feeds.rows import BadValue, Fields, Notes, Offer, category_path, offer_of, reduced, stock
from retrieval.product import Availability, Price


class _Foreign(BaseModel, frozen=True, extra="ignore"):
    pass


class _Price(_Foreign, frozen=True):
    amount: int
    currency: str


class _Range(_Foreign, frozen=True):
    min: _Price


class _Description(_Foreign, frozen=True):
    plain: str | None = None
    html: str | None = None
    markdown: str | None = None


class _Category(_Foreign, frozen=True):
    value: str
    taxonomy: str | None = None


class _Media(_Foreign, frozen=True):
    type: str
    url: str


class _Label(_Foreign, frozen=True):
    label: str


class _Option(_Foreign, frozen=True):
    name: str
    values: list[_Label] = []


class _Chosen(_Foreign, frozen=True):
    name: str
    label: str


class _Rating(_Foreign, frozen=True):
    value: float
    scale_max: float | None = None
    count: int | None = None


class _Availability(_Foreign, frozen=True):
    available: bool | None = None
    status: str | None = None


class _Barcode(_Foreign, frozen=True):
    value: str


class _Variant(_Foreign, frozen=True):
    id: str
    price: _Price
    list_price: _Price | None = None
    availability: _Availability | None = None
    options: list[_Chosen] = []
    condition: str | None = None
    barcodes: list[_Barcode] = []


class _Metadata(_Foreign, frozen=True):
    attributes: dict[str, list[str]] = {}
    """As a shop of ours writes them; elsewhere metadata is whatever the shop likes."""


def _or_empty(held: object, read: ValidatorFunctionWrapHandler) -> _Metadata:
    try:
        return read(held)
    except ValidationError:
        return _Metadata()


class _Product(_Foreign, frozen=True):
    id: str
    title: str
    brand: str | None = None
    description: _Description | None = None
    url: str | None = None
    categories: list[_Category] = []
    price_range: _Range | None = None
    list_price_range: _Range | None = None
    media: list[_Media] = []
    options: list[_Option] = []
    variants: list[_Variant] = []
    rating: _Rating | None = None
    tags: list[str] = []
    metadata: Annotated[_Metadata, WrapValidator(_or_empty)] = _Metadata()


def is_product(item: Mapping[str, object]) -> bool:
    """Whether this is written as the protocol asks: no other format has these."""
    return "price_range" in item or isinstance(item.get("description"), dict)


def from_object(item: Mapping[str, object], notes: Notes) -> Fields:
    """A product of the catalogue -> its fields. Raises BadValue."""
    try:
        product = _Product.model_validate(item)
    except ValidationError as error:
        raise BadValue.of(error) from error
    text = product.description or _Description()
    offers = [_offer(variant, notes) for variant in product.variants]
    fields = offer_of(offers)
    if product.price_range:
        # The variants may be a part of them: those that a search or a look-up matched.
        fields["price"] = _money(product.price_range.min)
        fields["list_price"] = reduced(
            fields["price"], _money(product.list_price_range and product.list_price_range.min)
        )
    return {
        "id": product.id,
        "title": product.title,
        "description": text.plain or text.html or text.markdown,
        "brand": product.brand,
        "categories": _categories(product.categories),
        "rating": _rating(product.rating, notes),
        "attributes": _attributes(product),
        "variants": [
            {
                "id": variant.id,
                "options": {option.name: option.label for option in variant.options},
                "price": offer.price,
                "availability": offer.availability,
            }
            for variant, offer in zip(product.variants, offers, strict=True)
            if variant.options or variant.id != product.id  # else it stands for a product that has no variants
        ],
        "image_url": next((media.url for media in product.media if media.type == "image"), None),
        "url": product.url,
        **fields,
    }


def _money(price: _Price | None) -> dict[str, Any] | None:
    return price.model_dump() if price else None


def _offer(variant: _Variant, notes: Notes) -> Offer:
    try:
        price = Price.model_validate(_money(variant.price)).model_dump()
    except ValidationError as error:
        bad = BadValue.of(error, 'write {"amount": minor units, "currency": "USD"}')
        raise BadValue(f"variants.price.{bad.field}", bad.reason, bad.fix) from error
    return Offer(price, reduced(price, _money(variant.list_price)), _stock(variant.availability, notes))


def _stock(held: _Availability | None, notes: Notes) -> Availability | None:
    if held is None:
        return None
    if held.available is False:
        return "out_of_stock"
    known = stock("variants.availability.status", held.status or "", notes)
    return known or ("in_stock" if held.available else None)


def _rating(held: _Rating | None, notes: Notes) -> Fields | None:
    """On our scale, which ends at 5."""
    if held is None:
        return None
    if not held.scale_max or not 0 <= held.value <= held.scale_max:
        notes.append(BadValue("rating", "no value on a scale; left out", "give value and scale_max: 4.5 of 5"))
        return None
    return {"value": 5 * held.value / held.scale_max, "count": held.count}


def _categories(held: Sequence[_Category]) -> list[str]:
    # Other taxonomies may give codes, such as 187 or aa-8-1, which are no names.
    for each in held:
        if each.taxonomy in (None, "merchant"):
            return category_path(each.value)
    return next((category_path(each.value) for each in held if ">" in each.value), list[str]())


def _attributes(product: _Product) -> dict[str, list[str]]:
    attributes = {name: list(values) for name, values in product.metadata.attributes.items()}
    attributes |= {option.name: [value.label for value in option.values] for option in product.options}
    for variant in product.variants:
        for name, value in (
            *((option.name, option.label) for option in variant.options),
            *(("gtin", barcode.value) for barcode in variant.barcodes),
            *((("condition", variant.condition),) if variant.condition else ()),
        ):
            if value not in attributes.setdefault(name, []):
                attributes[name].append(value)
    if product.tags:
        attributes["tags"] = product.tags
    return {name: values for name, values in attributes.items() if values}
