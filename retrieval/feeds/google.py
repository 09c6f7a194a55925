"""Google Merchant Center's product data -> native rows. Items of one `item_group_id` become one product with variants.

Source: the product data specification (support.google.com/merchants/answer/7052112). What it has for Google's own
business (shipping, taxes, campaigns) is not read. Knows nothing of files.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial

from retrieval.feeds.groups import CHOICES, GROUP, merged
from retrieval.feeds.rows import (
    BadValue,
    Fields,
    Notes,
    Pairs,
    Row,
    RowProblem,
    category_path,
    in_native_names,
    money,
    reduced,
    stock,
)

MARKS = frozenset({"link", "image_link", "product_type", "google_product_category", "sale_price", "item_group_id"})
"""Names that only this format has."""

_ID_LENGTH = 256  # as in Product
_CHOICES = ("color", "size", "material", "pattern", "age_group", "gender")
_SLASHED = frozenset({"color", "material", "pattern"})
_MORE = ("condition", "gtin", "mpn", "multipack", "energy_efficiency_class", "size_type", "size_system")
_SHAPE = ("product_length", "product_width", "product_height", "product_weight", "product_highlight")
_ATTRIBUTES = (*_CHOICES, *_MORE, *_SHAPE)
_TEXTS = frozenset({"id", "title", "description", "summary", "content", "brand", "product_detail"})
_OFFER = frozenset({"price", "availability", "sale_price_effective_date"})
_READ = MARKS | _TEXTS | _OFFER | frozenset(_ATTRIBUTES)
_NOT_FOR_SHOPPERS = re.compile(
    "additional_image|ads_|adult|author|auto_|availability_date|canonical_|category|certification|comments|cost_of_|"
    "custom_label|disclosure|display_ads|enclosure|excluded_|expiration_|external_|guid|identifier_exists|included_|"
    "installment|is_bundle|lifestyle_|link_|loyalty|max_|maximum_|min_|minimum_|mobile_|pause|pickup|promotion|pubDate|"
    "published|return_|sell_on_|shipping|ships_|shopping_ads|source|store_|structured_|subscription_|tax|transit_|"
    "unit_pricing|updated|video_|virtual_"
)
"""What names begin with that are known, and not read."""


def name_of(column: str) -> str:
    """A column's name as the specification spells it: `Image Link`, `g:image_link` -> `image_link`."""
    return "_".join(column.strip().lower().removeprefix("g:").split())


def rows(items: Iterator[tuple[int, Pairs] | RowProblem], currency: str | None) -> Iterator[Row | RowProblem]:
    """The products in native names; those that are groups come last."""
    return merged(in_native_names(items, partial(_fields, currency=currency)))


def _fields(item: Pairs, notes: Notes, *, currency: str | None) -> Fields:
    held: dict[str, list[str]] = defaultdict(list)
    for name, text in item:
        if text:
            held[name].append(text)
    first = {name: texts[0] for name, texts in held.items()}
    for needed in ("id", "title"):
        if needed not in first:
            raise BadValue(needed, "Field required", f"give every item a {needed}")
    if len(first["id"]) > _ID_LENGTH:
        raise BadValue("id", f"longer than {_ID_LENGTH} characters", "give it a shorter one")
    fields: Fields = {
        "id": first["id"],
        "title": first["title"],
        "description": first.get("description") or first.get("summary") or first.get("content"),
        "brand": first.get("brand"),
        "categories": _categories(first),
        "attributes": _attributes(held, notes),
        "availability": stock("availability", first.get("availability", ""), notes),
        "url": first.get("link"),
        "image_url": first.get("image_link"),
        **_prices(first, notes, currency),
        GROUP: first.get("item_group_id"),
        CHOICES: {name: first[name] for name in _CHOICES if name in first},
    }
    strangers = (name for name in held if name.split("/")[0] not in _READ and not _NOT_FOR_SHOPPERS.match(name))
    return fields | {f"g:{name}": "" for name in strangers}


def _prices(first: Mapping[str, str], notes: Notes, currency: str | None) -> Fields:
    price, sale = (money(name, first[name], currency) if name in first else None for name in ("price", "sale_price"))
    if sale is None or not _is_on(first.get("sale_price_effective_date"), notes):
        return {"price": price}
    return {"price": sale, "list_price": reduced(sale, price)}


def _is_on(dates: str | None, notes: Notes) -> bool:
    """Whether now is between the two dates; a sale without dates is on."""
    if not dates:
        return True
    try:
        start, end = (datetime.fromisoformat(date.strip()) for date in dates.split("/"))
        return start <= datetime.now(UTC) <= end
    except (ValueError, TypeError):  # TypeError: a date without an offset
        fix = "write two dates with their offset: 2026-11-27T00:00+0100/2026-11-30T23:59+0100"
        notes.append(BadValue("sale_price_effective_date", f"{dates[:80]!r} is no span of time; no sale is read", fix))
        return False


def _categories(first: Mapping[str, str]) -> list[str]:
    # Google's category may be a number of its taxonomy, which is no name.
    google = first.get("google_product_category", "")
    return category_path(first.get("product_type") or ("" if google.isdigit() else google))


def _attributes(held: Mapping[str, list[str]], notes: Notes) -> dict[str, list[str]]:
    attributes: dict[str, list[str]] = {}
    for name in _ATTRIBUTES:
        texts = held.get(name, [])
        parts = [part for text in texts for part in (text.split("/") if name in _SLASHED else [text])]
        if parts:
            attributes[name] = [part.strip() for part in parts if part.strip()]
    named, valued = held.get("product_detail/attribute_name", []), held.get("product_detail/attribute_value", [])
    if len(named) != len(valued):
        fix = "give each product_detail an attribute_name and an attribute_value"
        notes.append(BadValue("product_detail", "names and values do not pair up; left out", fix))
        named = []
    details = list(zip(named, valued, strict=False))
    if not named and not valued:
        # In delimited text: section:name:value, several of them with commas between.
        split = [part.split(":", 2) for text in held.get("product_detail", []) for part in text.split(",")]
        details = [(part[1], part[2]) for part in split if len(part) == 3]
    for name, value in details:
        attributes.setdefault(name.strip().lower(), []).append(value.strip())
    return attributes
