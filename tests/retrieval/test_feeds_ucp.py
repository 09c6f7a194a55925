from pathlib import Path
from typing import Any

import pytest

from retrieval.product import Price, Rating
from tests.retrieval.reading import read, written

SIZE_41 = [{"name": "Size", "label": "41"}]


def usd(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "USD"}


def variant(name: str, amount: int, **held: Any) -> dict[str, Any]:
    return {"id": name, "title": name, "description": {"plain": name}, "price": usd(amount), **held}


def product(**held: Any) -> dict[str, Any]:
    return {
        "id": "p1",
        "handle": "longwalk-boot",
        "title": "Longwalk Boot",
        "brand": "Tarnwell",
        "description": {"html": "<p>For <em>long</em> walks</p>"},
        "url": "https://tarnwell.example/boot",
        "categories": [
            {"value": "187", "taxonomy": "google_product_category"},
            {"value": "Shoes > Boots", "taxonomy": "merchant"},
        ],
        "price_range": {"min": usd(12000), "max": usd(15000)},
        "list_price_range": {"min": usd(14000), "max": usd(16000)},
        "media": [
            {"type": "video", "url": "https://cdn.example/v.mp4"},
            {"type": "image", "url": "https://cdn.example/i.jpg"},
        ],
        "options": [{"name": "Size", "values": [{"label": "41"}, {"label": "42"}]}],
        "variants": [
            variant(
                "p1-41",
                12000,
                availability={"available": True},
                options=[{"name": "Size", "label": "41"}],
                condition="new",
            ),
            variant("p1-42", 15000, availability={"available": False, "status": "backorder"}),
        ],
        "rating": {"value": 9, "scale_max": 10, "count": 128},
        "tags": ["hiking"],
        "metadata": {"collection": "Winter"},
        **held,
    }


def response(*products: object) -> dict[str, Any]:
    return {"ucp": {"version": "2026-04-08"}, "products": list(products), "pagination": {"has_next_page": False}}


def test_a_search_response_becomes_products(tmp_path: Path) -> None:
    products, problems = read(written(tmp_path, response(product())))
    assert not problems
    (boot,) = products
    assert (boot.id, boot.title, boot.brand, boot.description) == ("p1", "Longwalk Boot", "Tarnwell", "For long walks")
    assert (boot.categories, boot.url, boot.image_url) == (
        ("Shoes", "Boots"),
        "https://tarnwell.example/boot",
        "https://cdn.example/i.jpg",
    )
    assert (boot.price, boot.list_price) == (Price(amount=12000, currency="USD"), Price(amount=14000, currency="USD"))
    assert boot.rating == Rating(value=4.5, count=128)
    assert boot.attributes == {"Size": ("41", "42"), "condition": ("new",), "tags": ("hiking",)}
    assert boot.availability == "in_stock"
    assert [(each.id, each.options, each.availability) for each in boot.variants] == [
        ("p1-41", {"Size": "41"}, "in_stock"),
        ("p1-42", {}, "out_of_stock"),
    ]


def test_one_product_and_products_a_line_are_read_too(tmp_path: Path) -> None:
    assert [each.id for each in read(written(tmp_path, {"ucp": {}, "product": product()}))[0]] == ["p1"]
    assert [each.id for each in read(written(tmp_path, product()))[0]] == ["p1"]


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ({"available": True, "status": "low_stock"}, "in_stock"),
        ({"available": True, "status": "backorder"}, "preorder"),
        ({"status": "preorder"}, "preorder"),
        ({"available": False}, "out_of_stock"),
        ({"status": "discontinued"}, "out_of_stock"),
        ({}, None),
    ],
)
def test_the_status_qualifies_what_is_available(tmp_path: Path, held: dict[str, Any], expected: str | None) -> None:
    products, problems = read(written(tmp_path, response(product(variants=[variant("v", 1, availability=held)]))))
    assert not problems
    assert products[0].availability == expected


def test_what_cannot_be_understood_beside_the_price_is_reported_and_left_unknown(tmp_path: Path) -> None:
    odd = product(rating={"value": 4.5}, variants=[variant("v", 1, availability={"status": "in transit"})])
    products, problems = read(written(tmp_path, response(odd)))
    assert (products[0].rating, products[0].availability) == (None, None)
    assert [each.field for each in problems] == ["variants.availability.status", "rating"]


def test_a_bad_product_is_reported_and_the_others_load(tmp_path: Path) -> None:
    bad = [
        product(id="2", price_range={"min": usd(-1), "max": usd(1)}),
        product(id="3", variants=[variant("v", -5)]),
        product(id="4", title=None),
        product(id="5", media="none"),
        product(),
    ]
    products, problems = read(written(tmp_path, response(product(), *bad)))
    assert [each.id for each in products] == ["p1"]
    assert [each.field for each in problems] == ["price.amount", "variants.price.amount", "title", "media", "id"]
    assert all(each.fix for each in problems)


def test_a_variant_that_stands_for_the_whole_product_is_none(tmp_path: Path) -> None:
    lone = product(variants=[variant("p1", 12000, availability={"available": True})], options=[])
    (read_back,), problems = read(written(tmp_path, response(lone)))
    assert not problems and read_back.variants == () and read_back.availability == "in_stock"


def test_attributes_in_the_metadata_are_taken_where_they_are_names_and_values(tmp_path: Path) -> None:
    ours = product(metadata={"attributes": {"weight": ["1.2 kg"], "Size": ["all"]}})
    theirs = product(id="p2", metadata={"attributes": {"weight": 1.2}})
    products, problems = read(written(tmp_path, response(ours, theirs)))
    assert not problems
    assert [each.attributes.get("weight") for each in products] == [("1.2 kg",), None]
    assert products[0].attributes["Size"] == ("41", "42")
