import json
from pathlib import Path
from typing import Any

import pytest

from retrieval.product import Price
from retrieval.query import FeedError
from tests.retrieval.reading import read, written


def variant(number: int, **held: Any) -> dict[str, Any]:
    return {"id": number, "title": "V", "price": "24.00", "compare_at_price": None, **held}


def product(*variants: dict[str, Any], **held: Any) -> dict[str, Any]:
    return {
        "id": 7001,
        "title": "Longwalk Tee",
        "handle": "longwalk-tee",
        "body_html": "<p>Soft &amp; light.</p>",
        "vendor": "Tarnwell",
        "product_type": "Shirts",
        "tags": ["organic", "summer"],
        "options": [{"name": "Colour", "values": ["Moss", "Ink"]}, {"name": "Size", "values": ["S"]}],
        "variants": list(variants),
        "images": [{"src": "https://cdn.example/tee.jpg"}],
        "updated_at": "2026-03-01T10:00:00+01:00",
        **held,
    }


MOSS = variant(1, option1="Moss", option2="S", available=False)
INK = variant(2, option1="Ink", option2="S", available=True, price="19.50", compare_at_price="26.00", barcode="4006")


def test_a_products_document_becomes_products_with_variants(tmp_path: Path) -> None:
    products, problems = read(written(tmp_path, {"products": [product(MOSS, INK)]}), currency="EUR")
    assert not problems
    (tee,) = products
    assert (tee.id, tee.title, tee.description, tee.brand) == ("7001", "Longwalk Tee", "Soft & light.", "Tarnwell")
    assert (tee.url, tee.image_url) == ("/products/longwalk-tee", "https://cdn.example/tee.jpg")
    assert (tee.price, tee.list_price) == (Price(amount=1950, currency="EUR"), Price(amount=2600, currency="EUR"))
    assert (tee.availability, tee.categories) == ("in_stock", ("Shirts",))
    assert tee.attributes == {
        "Colour": ("Moss", "Ink"),
        "Size": ("S",),
        "gtin": ("4006",),
        "tags": ("organic", "summer"),
    }
    assert [(each.id, each.options, each.availability) for each in tee.variants] == [
        ("1", {"Colour": "Moss", "Size": "S"}, "out_of_stock"),
        ("2", {"Colour": "Ink", "Size": "S"}, "in_stock"),
    ]
    assert tee.updated_at is not None


def test_products_may_be_lines_or_pages_one_after_another(tmp_path: Path) -> None:
    one, two = product(MOSS), product(INK, id=7002)
    lines = json.dumps(one) + "\n" + json.dumps(two)
    pages = json.dumps({"products": [one]}) + "\n" + json.dumps({"products": [two]}, indent=1)
    for text in (lines, pages):
        products, problems = read(written(tmp_path, text), currency="USD")
        assert not problems
        assert [each.id for each in products] == ["7001", "7002"]


def test_the_storefront_api_names_its_own_currency(tmp_path: Path) -> None:
    node = {
        "id": "gid://shopify/ProductVariant/1",
        "availableForSale": True,
        "price": {"amount": "1500.0", "currencyCode": "JPY"},
        "compareAtPrice": {"amount": "1800.0", "currencyCode": "JPY"},
        "selectedOptions": [{"name": "Size", "value": "M"}],
    }
    held = {
        "id": "gid://shopify/Product/7",
        "title": "Tee",
        "descriptionHtml": "<b>Soft</b>",
        "productType": "Shirts",
        "onlineStoreUrl": "https://tarnwell.example/products/tee",
        "featuredImage": {"url": "https://cdn.example/7.jpg"},
        "variants": {"edges": [{"node": node}]},
        "images": {"nodes": []},
    }
    products, problems = read(written(tmp_path, held))
    assert not problems
    (tee,) = products
    assert (tee.price, tee.list_price) == (Price(amount=1500, currency="JPY"), Price(amount=1800, currency="JPY"))
    assert (tee.description, tee.url) == ("Soft", "https://tarnwell.example/products/tee")
    assert tee.image_url == "https://cdn.example/7.jpg"
    assert tee.variants[0].options == {"Size": "M"}


def test_prices_without_a_currency_are_refused_and_not_guessed(tmp_path: Path) -> None:
    path = written(tmp_path, {"products": [product(INK)]})
    with pytest.raises(FeedError) as caught:
        read(path)
    assert "currency" in caught.value.fix
    assert read(path, currency="KWD")[0][0].price == Price(amount=19500, currency="KWD")


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ({"inventory_quantity": 3, "inventory_policy": "deny", "inventory_management": "shopify"}, "in_stock"),
        ({"inventory_quantity": 0, "inventory_policy": "deny", "inventory_management": "shopify"}, "out_of_stock"),
        ({"inventory_quantity": -2, "inventory_policy": "continue", "inventory_management": "shopify"}, "preorder"),
        ({"inventory_quantity": 0, "inventory_management": None}, "in_stock"),
        ({"inventoryQuantity": 2}, "in_stock"),
        ({}, None),
    ],
)
def test_stock_is_read_from_the_count_where_nothing_says_it(
    tmp_path: Path, held: dict[str, Any], expected: str | None
) -> None:
    products, _ = read(written(tmp_path, {"products": [product(variant(1, **held))]}), currency="USD")
    assert products[0].availability == expected


def test_a_product_with_one_unnamed_variant_has_no_options(tmp_path: Path) -> None:
    plain = product(
        variant(1, option1="Default Title"), options=[{"name": "Title", "values": ["Default Title"]}], tags="a, b"
    )
    products, _ = read(written(tmp_path, {"products": [plain]}), currency="USD")
    assert products[0].variants[0].options == {}
    assert products[0].attributes == {"tags": ("a", "b")}


@pytest.mark.parametrize(
    ("held", "field"),
    [
        (product(variant(1, price="-4.00")), "variants.price"),
        (product(variant(1, price="NaN")), "variants.price"),
        (product(variant(1, price="4.005")), "variants.price"),
        (product({"price": "1.00"}), "variants.0.id"),
        (product(status="draft"), "status"),
        (product(variants="none"), "variants"),
        ({"id": 8, "handle": "x", "vendor": "Tarnwell", "tags": ""}, "title"),
        ({"id": 9, "price": "3.00", "__parentId": "gid://shopify/Product/7"}, "__parentId"),
    ],
)
def test_a_bad_product_is_reported_and_the_others_load(tmp_path: Path, held: dict[str, Any], field: str) -> None:
    products, problems = read(written(tmp_path, {"products": [product(INK, id=1), held]}), currency="USD")
    assert [each.id for each in products] == ["1"]
    assert [each.field for each in problems] == [field]
    assert problems[0].fix
