"""Segment's track calls as GA4-style JSON, and GA4's fields as the sender of a track call knows them. Pure.

Follows Segment's e-commerce specification, version 2. Knows nothing of what an event must hold: ingest.py reads the
result.
"""

import re
from collections.abc import Mapping
from typing import Any, cast

NAMES = {
    "Product Viewed": "view_item",
    "Product Clicked": "select_item",
    "Product Added": "add_to_cart",
    "Product Removed": "remove_from_cart",
    "Order Completed": "purchase",
    "Products Searched": "search",
}
_FIELDS = {
    "event_id": "messageId",
    "time": "timestamp",
    "name": "event",
    "session_id": "anonymousId",
    "user_id": "userId",
    "search_term": "properties.query",
    "items": "properties.products",
}
_ITEM = re.compile(r"items\[(\d+)\](?:\.(\w+))?")


def is_track(given: Mapping[str, Any]) -> bool:
    """Is this a track call? GA4-style events have a `name`, and no `event`."""
    return "name" not in given and ("messageId" in given or "event" in given)


def as_ga4(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same event, GA4-style. What is missing stays missing; a name that is not mapped stays as it is."""
    name, properties = given.get("event"), _object(given.get("properties"))
    session = next((given[key] for key in ("session_id", "anonymousId", "userId") if given.get(key) is not None), None)
    return {
        "event_id": given.get("messageId"),
        "time": given.get("timestamp"),
        "name": NAMES.get(name, name) if isinstance(name, str) else name,
        "session_id": session,
        "user_id": given.get("userId"),
        "search_term": properties.get("query"),
        "items": [_item(each) for each in _products(properties)],
    }


def field_of(field: str, given: Mapping[str, Any]) -> str:
    """A path into the GA4-style event as a path into the track call that it was made of."""
    item = _ITEM.fullmatch(field)
    if not item:
        return _FIELDS.get(field, field)
    place = f"properties.products[{item[1]}]" if _several(_object(given.get("properties"))) else "properties"
    name = {"item_id": "product_id"}.get(item[2], item[2])
    return f"{place}.{name}" if name else place


def _several(properties: Mapping[str, Any]) -> bool:
    return isinstance(properties.get("products"), list)


def _products(properties: Mapping[str, Any]) -> list[object]:
    """Those of an order, or the one product that the properties describe."""
    return cast(list[object], properties["products"]) if _several(properties) else [properties]


def _item(given: object) -> object:
    if not isinstance(given, dict):
        return given
    raw = cast(dict[str, Any], given)
    product_id = raw.get("product_id") if raw.get("product_id") is not None else raw.get("sku")
    return {"item_id": product_id, "quantity": raw.get("quantity"), "price": raw.get("price")}


def _object(given: object) -> dict[str, Any]:
    return cast(dict[str, Any], given) if isinstance(given, dict) else {}
