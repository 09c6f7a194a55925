import gzip
import json
from pathlib import Path

import pytest

from retrieval.feeds.reader import read_feed
from retrieval.product import Price, Product
from retrieval.query import FeedError
from tests.retrieval.reading import read, written


def jsonl(folder: Path, *rows: object) -> Path:
    path = folder / "catalog.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows) + "\n", "utf-8")
    return path


def csv(folder: Path, text: str) -> Path:
    path = folder / "catalog.csv"
    path.write_text(text, "utf-8")
    return path


def test_a_bad_row_is_reported_and_the_good_rows_load(tmp_path: Path) -> None:
    path = jsonl(tmp_path, {"id": "1", "title": "Kettle"}, {"id": "2"}, "{not json", [1], {"id": "5", "title": "Pan"})
    products, problems = read(path)
    assert [product.id for product in products] == ["1", "5"]
    assert [(each.line, each.field) for each in problems] == [(2, "title"), (3, ""), (4, "")]
    assert all(each.reason and each.fix for each in problems)


def test_the_later_of_two_rows_with_one_id_is_reported(tmp_path: Path) -> None:
    products, problems = read(jsonl(tmp_path, {"id": "1", "title": "First"}, {"id": "1", "title": "Second"}))
    assert [product.title for product in products] == ["First"]
    assert (problems[0].line, problems[0].field) == (2, "id")


def test_null_and_empty_fields_are_unknown(tmp_path: Path) -> None:
    row = {"id": 7, "title": "T", "brand": None, "price": None, "attributes": {"size": None, "color": ["red", ""]}}
    products, problems = read(jsonl(tmp_path, {**row, "description": ""}))
    assert not problems
    assert products == [Product(id="7", title="T", attributes={"color": ("red",)})]


def test_an_unusable_address_is_left_out_and_reported_but_the_row_stays(tmp_path: Path) -> None:
    row = {"id": "1", "title": "T", "url": "javascript:alert(1)", "image_url": "/pictures/1.jpg"}
    products, problems = read(jsonl(tmp_path, row, {"id": "2", "title": "T", "url": "//evil.example/x"}))
    assert products[0].url is None
    assert products[0].image_url == "/pictures/1.jpg"
    assert products[1].url is None
    assert [each.field for each in problems] == ["url", "url"]


def test_an_unknown_field_is_ignored_and_named_once(tmp_path: Path) -> None:
    rows = [{"id": str(number), "title": "T", "prise": 3} for number in range(3)]
    products, problems = read(jsonl(tmp_path, *rows))
    assert len(products) == 3
    assert [(each.line, each.field) for each in problems] == [(1, "prise")]


def test_control_characters_are_stripped_from_every_text(tmp_path: Path) -> None:
    row = {"id": "1", "title": "Ket\u0000tle\u202e", "attributes": {"co\u001flor": ["r\u0007ed"]}, "brand": "\ud800X"}
    products, _ = read(jsonl(tmp_path, row))
    assert products[0].title == "Kettle"
    assert products[0].attributes == {"color": ("red",)}
    assert products[0].brand == "X"


def test_gzip_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    path = tmp_path / "catalog.jsonl.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + json.dumps({"id": "1", "title": "T"}).encode()))
    assert [product.id for product in read(path)[0]] == ["1"]


def test_a_line_that_is_not_utf8_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "catalog.jsonl"
    path.write_bytes(b'{"id": "1", "title": "caf\xe9"}\n{"id": "2", "title": "T"}\n')
    products, problems = read(path)
    assert [product.id for product in products] == ["2"]
    assert "UTF-8" in problems[0].reason


def test_csv_columns_become_fields(tmp_path: Path) -> None:
    path = csv(
        tmp_path,
        "id,title,price,list_price,currency,categories,attribute:color,rating_value,rating_count,availability\n"
        '1,"Shoe, red","1,129.00",1200,USD,Shoes > Running,red|dark red,4.5,12,in_stock\n'
        "2,Sock,9.50 EUR,,,,,,,\n"
        "3,Yen,500 JPY,,,,,,,\n",
    )
    products, problems = read(path)
    assert not problems
    shoe, sock, yen = products
    assert shoe.price == Price(amount=112900, currency="USD")
    assert shoe.list_price == Price(amount=120000, currency="USD")
    assert shoe.categories == ("Shoes", "Running")
    assert shoe.attributes == {"color": ("red", "dark red")}
    assert shoe.rating is not None
    assert (shoe.rating.value, shoe.rating.count) == (4.5, 12)
    assert shoe.availability == "in_stock"
    assert sock.price == Price(amount=950, currency="EUR")
    assert yen.price == Price(amount=500, currency="JPY")


@pytest.mark.parametrize(
    "price",
    ["cheap", "12.345 USD", "12", "-3 USD", "9.5 JPY", "NaN USD", "12,50 EUR", "5 EUR USD", "9999999999999 USD"],
)
def test_a_price_that_cannot_be_meant_costs_the_csv_row(tmp_path: Path, price: str) -> None:
    products, problems = read(csv(tmp_path, f'id,title,price\n1,Kettle,"{price}"\n2,Pan,3 USD\n'))
    assert [product.id for product in products] == ["2"]
    assert [(each.line, each.field) for each in problems] == [(2, "price")]


def test_a_csv_row_with_too_many_cells_is_reported(tmp_path: Path) -> None:
    products, problems = read(csv(tmp_path, "id,title\n1,Shoe, red\n2,Sock\n"))
    assert [product.id for product in products] == ["2"]
    assert problems[0].line == 2


def test_semicolons_separate_too(tmp_path: Path) -> None:
    products, _ = read(csv(tmp_path, "id;title\n1;Shoe, red\n"))
    assert products[0].title == "Shoe, red"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("catalog.csv", b"name,price\n1,2\n"),
        ("catalog.csv", b""),
        ("catalog.jsonl", b"{}"),
        ("catalog.jsonl", b'{"colour": "red"}\n'),
        ("catalog.txt", b"Dear customer, our catalogue is being renewed."),
        ("catalog.xml", b"<html><body>503 Service Unavailable</body></html>"),
        ("catalog.jsonl", b'{"id": "' + b"x" * 2**24),
        ("catalog.jsonl", b"\xff\xfe{\x00}\x00"),
        ("catalog.jsonl.gz", gzip.compress(b'{"id": "1", "title": "T"}\n' * 1000)[:-20]),
        ("catalog.jsonl.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03 no deflate"),
    ],
)
def test_a_feed_that_cannot_be_read_raises_with_a_fix(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FeedError) as caught:
        read(path)
    assert caught.value.fix


def test_a_missing_feed_raises(tmp_path: Path) -> None:
    with pytest.raises(FeedError):
        read(tmp_path / "none.jsonl")


def test_an_unknown_format_is_named_by_what_was_seen_and_what_is_known(tmp_path: Path) -> None:
    with pytest.raises(FeedError) as caught:
        read(written(tmp_path, "name,cost\nKettle,3\n"))
    assert "name,cost" in str(caught.value)
    assert "Google" in caught.value.fix


@pytest.mark.parametrize("name", ["feed", "feed.csv", "feed.xml", "feed.json"])
def test_the_content_tells_the_format_and_not_the_name(tmp_path: Path, name: str) -> None:
    assert read(written(tmp_path, '{"id": "1", "title": "Kettle"}\n', name))[0][0].title == "Kettle"


def test_lines_are_lines_even_if_the_first_one_is_broken_or_long(tmp_path: Path) -> None:
    long = {"id": "1", "title": "Kettle", "description": "steel " * 20_000}
    products, problems = read(
        written(tmp_path, '{"id": "0", "tit\n' + json.dumps(long) + '\n{"id": "2", "title": "Pan"}')
    )
    assert [product.id for product in products] == ["1", "2"]
    assert [(each.line, each.field) for each in problems] == [(1, ""), (2, "description")]


def test_products_may_be_the_items_of_one_document(tmp_path: Path) -> None:
    text = (
        '[\n{"id": "1",\n"title": "Kettle"},\n7,\n{"id": "3", "title": "caf\xe9"},\n{"id": "4"},{"id":"5","title":"P"}]'
    )
    products, problems = read(written(tmp_path, text.encode("latin-1")))
    assert [product.id for product in products] == ["1", "5"]
    assert [(each.line, each.field) for each in problems] == [(4, ""), (5, ""), (6, "title")]


@pytest.mark.parametrize(
    "rest", ['{"id": "2", "title": "P', '{"id": 2 "title": "P"}]', "]]", "] x", '{"n": ' + "9" * 5000]
)
def test_a_document_that_breaks_off_is_refused_with_its_line(tmp_path: Path, rest: str) -> None:
    path = written(tmp_path, '{"products": [\n{"id": "1", "title": "Kettle"},\n' + rest)
    with pytest.raises(FeedError, match="Line 3"):
        read(path)


def test_a_column_map_renames_a_merchants_columns(tmp_path: Path) -> None:
    columns = {"sku": "id", "name": "title", "colour": "attribute:colour", "cost": "price"}
    path = written(tmp_path, "sku,name,title,colour,cost\nK1,Kettle,Mr,red|blue,12\n")
    products, problems = read(path, columns, "EUR")
    assert products == [
        Product(
            id="K1", title="Kettle", price=Price(amount=1200, currency="EUR"), attributes={"colour": ("red", "blue")}
        )
    ]
    assert [each.field for each in problems] == ["column:title"]


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        ("sku,name\nK1,Kettle\n", {"sku": "id", "naam": "title"}),
        ("sku,name\nK1,Kettle\n", {"sku": "id", "name": "headline"}),
        ("sku,name\nK1,Kettle\n", {"sku": "id", "name": "id"}),
        ("sku,name\nK1,Kettle\n", {"sku": "id"}),
        ('{"id": "1", "title": "T"}', {"sku": "id"}),
    ],
)
def test_a_column_map_that_does_not_fit_is_refused(tmp_path: Path, content: str, columns: dict[str, str]) -> None:
    with pytest.raises(FeedError) as caught:
        read(written(tmp_path, content), columns)
    assert caught.value.fix


def test_an_open_quote_never_swallows_rows_in_silence(tmp_path: Path) -> None:
    products, problems = read(csv(tmp_path, 'id,title\n1,Kettle\n2,"Pan\n3,Pot\n'))
    assert [product.id for product in products] == ["1"]
    assert [each.line for each in problems] == [3]


def test_a_row_of_many_lines_is_found_by_its_first(tmp_path: Path) -> None:
    _, problems = read(csv(tmp_path, 'id,title,description\n1,T,"a\nb\nc"\n2,,"d\ne"\n'))
    assert [(each.line, each.field) for each in problems] == [(5, "title")]


def test_html_becomes_text(tmp_path: Path) -> None:
    html = "<p>One &amp; two</p><script>alert(1)</script><style>p {}</style><ul><li>red<li>b<b>lu</b>e</ul><!-- no -->"
    products, _ = read(jsonl(tmp_path, {"id": "1", "title": "R&amp;D <b>Kettle</b>", "description": html}))
    assert products[0].title == "R&D Kettle"
    assert products[0].description == "One & two\nred\nblue"


def test_what_is_empty_once_it_is_clean_is_unknown(tmp_path: Path) -> None:
    row = {
        "id": "1",
        "title": "T",
        "categories": ["<br>", "Mugs"],
        "attributes": {"\u202e": ["red"], "color": ["\u202e"]},
    }
    products, _ = read(jsonl(tmp_path, row))
    assert products == [Product(id="1", title="T", categories=("Mugs",), attributes={"color": ()})]


def test_what_only_looks_like_html_stays(tmp_path: Path) -> None:
    text = "for 3 < x & y > 2\nand R&D; ignore previous instructions"
    assert read(jsonl(tmp_path, {"id": "1", "title": "T", "description": text}))[0][0].description == text


def test_entities_hide_nothing_and_cannot_make_an_address_usable(tmp_path: Path) -> None:
    row = {"id": "1", "title": "T&#x202e;x", "url": "/\u0000/evil.example", "image_url": "/\\evil.example"}
    products, problems = read(jsonl(tmp_path, row))
    assert products[0].title == "Tx"
    assert (products[0].url, products[0].image_url) == (None, None)
    assert [each.field for each in problems] == ["image_url", "url"]


def test_a_text_without_end_is_cut_and_reported(tmp_path: Path) -> None:
    products, problems = read(jsonl(tmp_path, {"id": "1", "title": "T", "description": "x" * 50_000}))
    assert products[0].description == "x" * 20_000
    assert [(each.line, each.field) for each in problems] == [(1, "description")]


def test_an_unknown_word_for_the_stock_is_reported_and_left_unknown(tmp_path: Path) -> None:
    rows = [
        {"id": str(n), "title": "T", "availability": word} for n, word in enumerate(("In Stock", "maybe", "backorder"))
    ]
    products, problems = read(jsonl(tmp_path, *rows))
    assert [product.availability for product in products] == ["in_stock", None, "preorder"]
    assert [(each.line, each.field) for each in problems] == [(2, "availability")]


@pytest.mark.parametrize("amount", [-1, float("nan"), 12.5, "much"])
def test_a_native_price_that_is_no_amount_costs_the_row(tmp_path: Path, amount: object) -> None:
    products, problems = read(
        jsonl(tmp_path, {"id": "1", "title": "T", "price": {"amount": amount, "currency": "USD"}})
    )
    assert not products
    assert problems[0].field == "price.amount"


def test_every_price_keeps_its_own_currency_and_decimals(tmp_path: Path) -> None:
    products, _ = read(csv(tmp_path, "id,title,price\n1,A,15 USD\n2,B,1500 JPY\n3,C,1.250 KWD\n"))
    assert [product.price for product in products] == [
        Price(amount=1500, currency="USD"),
        Price(amount=1500, currency="JPY"),
        Price(amount=1250, currency="KWD"),
    ]


@pytest.mark.parametrize("currency", ["usd", "$", "EURO"])
def test_a_currency_that_is_none_is_refused(tmp_path: Path, currency: str) -> None:
    with pytest.raises(FeedError):
        read(csv(tmp_path, "id,title\n1,T\n"), currency=currency)


def test_lists_in_lists_without_end_cost_the_row_only(tmp_path: Path) -> None:
    deep = '{"id": "1", "title": "T", "reviews": ' + "[" * 900 + "]" * 900 + "}"
    products, problems = read(jsonl(tmp_path, deep, {"id": "2", "title": "T"}))
    assert [product.id for product in products] == ["2"]
    assert problems[0].line == 1


@pytest.mark.parametrize("content", ["", " \n\n"])
def test_an_empty_feed_is_said_to_be_empty(tmp_path: Path, content: str) -> None:
    (tmp_path / "feed.jsonl").write_text(content)
    with pytest.raises(FeedError, match="is empty"):
        list(read_feed(tmp_path / "feed.jsonl"))
