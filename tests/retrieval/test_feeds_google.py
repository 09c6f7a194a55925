import random
from pathlib import Path

import pytest

from retrieval.product import Price
from retrieval.query import FeedError
from tests.retrieval.reading import read, written

RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0" xmlns:other="http://other.example/"><channel>
<title>Tarnwell Outdoor</title><link>https://tarnwell.example</link>
{}
</channel></rss>"""
FULL = """<item>
<title>A title of RSS</title>
<g:id>LW-1</g:id><g:title>Longwalk Flask</g:title>
<g:description><![CDATA[<p>Keeps tea hot &amp; good.</p>]]></g:description>
<link>https://tarnwell.example/flask</link><g:image_link>https://img.tarnwell.example/1.jpg</g:image_link>
<g:price>18.00 USD</g:price><g:sale_price>15.00 USD</g:sale_price><g:availability>in stock</g:availability>
<g:brand>Tarnwell</g:brand><g:product_type>Outdoor &gt; Drinking &gt; Flasks</g:product_type>
<g:google_product_category>187</g:google_product_category>
<g:color>moss/black</g:color><g:gtin>4006381333931</g:gtin><g:mpn>LW</g:mpn><g:condition>new</g:condition>
<g:product_detail><g:section_name>Body</g:section_name><g:attribute_name>Capacity</g:attribute_name>
<g:attribute_value>750 ml</g:attribute_value></g:product_detail>
<g:shipping><g:country>US</g:country><g:price>4 USD</g:price></g:shipping>
<g:custom_label_0>autumn</g:custom_label_0><g:colour>no such name</g:colour><other:price>1 EUR</other:price>
</item>"""


def xml(folder: Path, *items: str) -> Path:
    return written(folder, RSS.format("\n".join(items)))


def item(**held: str) -> str:
    return "<item>" + "".join(f"<g:{name}>{text}</g:{name}>" for name, text in held.items()) + "</item>"


def tsv(folder: Path, *rows: dict[str, str]) -> Path:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return written(
        folder, "\n".join("\t".join(cells) for cells in [names, *([r.get(n, "") for n in names] for r in rows)])
    )


def test_every_field_of_an_rss_item_finds_its_place(tmp_path: Path) -> None:
    products, problems = read(xml(tmp_path, FULL))
    (flask,) = products
    assert (flask.id, flask.title, flask.description) == ("LW-1", "Longwalk Flask", "Keeps tea hot & good.")
    assert (flask.price, flask.list_price) == (Price(amount=1500, currency="USD"), Price(amount=1800, currency="USD"))
    assert (flask.url, flask.image_url) == ("https://tarnwell.example/flask", "https://img.tarnwell.example/1.jpg")
    assert (flask.availability, flask.brand) == ("in_stock", "Tarnwell")
    assert flask.categories == ("Outdoor", "Drinking", "Flasks")
    assert flask.attributes == {
        "color": ("moss", "black"),
        "gtin": ("4006381333931",),
        "mpn": ("LW",),
        "condition": ("new",),
        "capacity": ("750 ml",),
    }
    assert [(each.line, each.field) for each in problems] == [(4, "g:colour")]


def test_an_atom_entry_is_an_item_too(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><title>Shop</title>'
        '<entry><id>1a</id><title>Wool Hat</title><link rel="alternate" href="https://shop.example/1a"/>'
        "<summary>Warm</summary><g:price>2500 JPY</g:price><updated>2026-01-01T00:00:00Z</updated></entry></feed>",
    )
    products, problems = read(path)
    assert not problems
    hat = products[0]
    assert (hat.id, hat.title, hat.description, hat.url) == ("1a", "Wool Hat", "Warm", "https://shop.example/1a")
    assert hat.price == Price(amount=2500, currency="JPY")


def test_delimited_text_may_write_names_with_capitals_spaces_and_prefixes(tmp_path: Path) -> None:
    row = {"ID": "1", "Title": "Mug", "Image Link": "https://img.example/1.jpg", "g:price": "9.50 EUR", "Link": "/mug"}
    row["product_detail"] = "Body:Capacity:350 ml,Body:Material:steel"
    products, problems = read(tsv(tmp_path, row))
    assert not problems
    assert (products[0].image_url, products[0].price) == (
        "https://img.example/1.jpg",
        Price(amount=950, currency="EUR"),
    )
    assert products[0].attributes == {"capacity": ("350 ml",), "material": ("steel",)}


def test_items_of_a_group_become_one_product_wherever_they_stand(tmp_path: Path) -> None:
    sizes = [
        {
            "id": f"T-{size}",
            "title": f"Longwalk Tee - ink, {size}",
            "item_group_id": "T",
            "size": size,
            "color": "ink",
        }
        for size in "SML"
    ]
    sizes[0] |= {"price": "20 USD", "availability": "out_of_stock"}
    sizes[1] |= {"price": "25 USD", "sale_price": "18 USD", "availability": "in_stock", "brand": "Tarnwell"}
    sizes[2] |= {"price": "19 USD", "availability": "preorder"}
    others = [{"id": f"K{number}", "title": f"Kettle {number}", "price": "30 USD"} for number in range(4)]
    rows = [sizes[0], others[0], sizes[1], others[1], others[2], sizes[2], others[3]]
    products, problems = read(tsv(tmp_path, *rows))
    assert not problems
    assert [product.id for product in products] == ["K0", "K1", "K2", "K3", "T"]
    tee = products[-1]
    assert (tee.title, tee.brand, tee.availability) == ("Longwalk Tee ink", "Tarnwell", "in_stock")
    assert (tee.price, tee.list_price) == (Price(amount=1800, currency="USD"), Price(amount=2500, currency="USD"))
    assert tee.attributes == {"size": ("S", "M", "L"), "color": ("ink",)}
    assert [(each.id, each.options, each.availability) for each in tee.variants] == [
        ("T-S", {"size": "S"}, "out_of_stock"),
        ("T-M", {"size": "M"}, "in_stock"),
        ("T-L", {"size": "L"}, "preorder"),
    ]


def test_a_group_keeps_its_id_when_one_item_is_left(tmp_path: Path) -> None:
    row = {"id": "T-S", "title": "Tee", "item_group_id": "T", "colour": "no such name"}
    products, problems = read(tsv(tmp_path, row))
    assert (products[0].id, products[0].variants[0].id) == ("T", "T-S")
    assert [each.field for each in problems] == ["g:colour"]


def test_the_order_of_the_items_does_not_change_what_a_group_has(tmp_path: Path) -> None:
    rows = [
        {
            "id": f"{group}-{size}",
            "title": f"Group {group}",
            "item_group_id": f"{group}",
            "size": f"{size}",
            "price": "3 USD",
        }
        for group in range(20)
        for size in range(5)
    ]
    random.Random(7).shuffle(rows)
    products, problems = read(tsv(tmp_path, *rows))
    assert not problems
    assert {product.id: len(product.variants) for product in products} == {str(group): 5 for group in range(20)}


def test_a_bad_item_of_a_group_costs_that_item_only(tmp_path: Path) -> None:
    good = {"id": "T-S", "title": "Tee", "item_group_id": "T", "price": "20 USD"}
    bad = {**good, "id": "T-M", "price": "-3 USD"}
    again = {**good, "title": "Another Tee"}
    products, problems = read(tsv(tmp_path, bad, good, again, {**good, "id": ""}, {**good, "id": "x" * 300}))
    assert [variant.id for variant in products[0].variants] == ["T-S"]
    assert [(each.line, each.field) for each in problems] == [(2, "price"), (4, "id"), (5, "id"), (6, "id")]


def test_a_sale_counts_only_between_its_dates(tmp_path: Path) -> None:
    row = {"title": "Mug", "price": "10 USD", "sale_price": "8 USD"}
    dates = ["2001-01-01T00:00-0800/2001-02-01T00:00-0800", "2001-01-01T00:00Z/2999-01-01T00:00Z", "soon", ""]
    rows = [{**row, "id": str(n), "sale_price_effective_date": date} for n, date in enumerate(dates)]
    products, problems = read(tsv(tmp_path, *rows))
    assert [product.price.amount for product in products if product.price] == [1000, 800, 1000, 800]
    assert [product.list_price is not None for product in products] == [False, True, False, True]
    assert [(each.line, each.field) for each in problems] == [(4, "sale_price_effective_date")]


def test_a_named_google_category_stands_in_for_the_product_type(tmp_path: Path) -> None:
    row = {"id": "1", "title": "Mug", "google_product_category": "Home &amp; Garden > Mugs"}
    assert read(tsv(tmp_path, row))[0][0].categories == ("Home & Garden", "Mugs")


def test_a_price_without_currency_takes_the_shops_or_costs_the_row(tmp_path: Path) -> None:
    path = xml(tmp_path, item(id="1", title="Mug", price="10"))
    assert read(path, currency="GBP")[0][0].price == Price(amount=1000, currency="GBP")
    assert [each.field for each in read(path)[1]] == ["price"]


def test_entities_and_document_types_are_refused(tmp_path: Path) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    for inside in (f'<!ENTITY l0 "ha">{laughs}', '<!ENTITY l9 SYSTEM "file:///etc/hostname">', ""):
        text = RSS.format(item(id="1", title="&l9;")).replace("<rss", f"<!DOCTYPE rss [{inside}]><rss")
        with pytest.raises(FeedError, match="document type"):
            read(written(tmp_path, text))


def test_a_cut_off_or_broken_document_is_refused_with_its_line(tmp_path: Path) -> None:
    whole = RSS.format(item(id="1", title="Mug"))
    for text in (whole[:-20], whole.replace("Mug", "Mug & Co"), whole.replace("Mug", "&l9;")):
        with pytest.raises(FeedError, match=r"line [45]"):
            read(written(tmp_path, text))


def test_a_large_document_is_read_item_by_item(tmp_path: Path) -> None:
    items = [item(id=str(number), title=f"Mug {number}", description="clay " * 100) for number in range(500)]
    products, problems = read(xml(tmp_path, *items, item(id="x")))
    assert len(products) == 500
    assert [(each.line, each.field) for each in problems] == [(504, "title")]
