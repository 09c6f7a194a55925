import gzip
import json
from pathlib import Path

import pytest

from retrieval.feeds import RowProblem, read_feed
from retrieval.product import Price, Product
from retrieval.query import FeedError


def read(path: Path) -> tuple[list[Product], list[RowProblem]]:
    held = list(read_feed(path))
    return [each for each in held if isinstance(each, Product)], [each for each in held if isinstance(each, RowProblem)]


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


@pytest.mark.parametrize("price", ["cheap", "12.345 USD", "12", "-3 USD", "9.5 JPY"])
def test_a_price_that_cannot_be_meant_costs_the_csv_row(tmp_path: Path, price: str) -> None:
    products, problems = read(csv(tmp_path, f"id,title,price\n1,Kettle,{price}\n2,Pan,3 USD\n"))
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
        ("catalog.xyz", b"{}"),
        ("catalog.jsonl", b"\xff\xfe{\x00}\x00"),
        ("catalog.jsonl.gz", gzip.compress(b'{"id": "1", "title": "T"}\n' * 1000)[:-20]),
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
