"""Whatever is in the file, reading it gives products, problems or a FeedError."""

import gzip
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.feeds.text import is_address, plain
from retrieval.query import FeedError
from tests.retrieval.reading import read, written

SHOPIFY = {
    "id": 1,
    "title": "Tee",
    "handle": "tee",
    "vendor": "Tarnwell",
    "options": [{"name": "Size"}],
    "variants": [{"id": 2, "price": "3.00", "option1": "M", "inventory_quantity": 2}],
    "images": [{"src": "https://cdn.example/1.jpg"}],
}
UCP = {
    "id": "1",
    "title": "Boot",
    "description": {"plain": "Long"},
    "price_range": {"min": {"amount": 1200, "currency": "USD"}},
    "variants": [{"id": "v", "price": {"amount": 1200, "currency": "USD"}, "availability": {"available": True}}],
    "rating": {"value": 4, "scale_max": 5},
}
NATIVE = {"id": "1", "title": "Mug", "price": {"amount": 1, "currency": "USD"}, "attributes": {"color": ["red"]}}
ITEM = "<g:id>1</g:id><g:title>Mug</g:title><g:price>3 USD</g:price><g:item_group_id>G</g:item_group_id>"
FEEDS = [
    json.dumps(NATIVE).encode() + b"\n" + json.dumps({**NATIVE, "id": "2"}).encode(),
    json.dumps([NATIVE], indent=1).encode(),
    b'id,title,price,attribute:color,availability\n1,Mug,3 USD,"red|blue",in stock\n2,"Cup ""x""",4 USD,,\n',
    b"id\ttitle\titem_group_id\tsize\tprice\n1\tTee\tG\tM\t3 USD\n2\tTee\tG\tL\t4 USD\n",
    f'<rss xmlns:g="http://base.google.com/ns/1.0"><channel><item>{ITEM}</item></channel></rss>'.encode(),
    json.dumps({"products": [SHOPIFY]}).encode(),
    json.dumps({"ucp": {}, "products": [UCP]}).encode(),
    gzip.compress(json.dumps(NATIVE).encode()),
]
STARTS = [
    b"",
    b"{",
    b'[{"id":',
    b"<rss>",
    b"id,title\n",
    b"id\ttitle\tlink\n",
    b"\x1f\x8b\x08\x00",
    b"\xef\xbb\xbf{",
    b"\xff\xfe",
]
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.just("3.00")
values = st.recursive(scalars, lambda held: st.lists(held, max_size=3) | st.dictionaries(st.text(max_size=5), held))


def survives(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            products, problems = read(written(Path(folder), content), currency="USD")
        except FeedError as error:
            assert error.fix
            return
    assert len({product.id for product in products}) == len(products)
    assert all(each.line >= 1 and each.reason and each.fix for each in problems)


def test_the_feeds_that_are_spoilt_below_are_whole(tmp_path: Path) -> None:
    for content in FEEDS:
        products, problems = read(written(tmp_path, content), currency="USD")
        assert products and not problems


@given(st.sampled_from(STARTS), st.binary(max_size=300))
def test_any_bytes_are_survived(start: bytes, rest: bytes) -> None:
    survives(start + rest)


@given(st.sampled_from(FEEDS), st.data())
def test_a_spoilt_feed_is_survived(content: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 12)))
    survives(content[:start] + data.draw(st.binary(max_size=12)) + content[end:])


@given(st.sampled_from([NATIVE, SHOPIFY, UCP]), st.data())
def test_any_value_in_any_place_of_an_object_is_survived(product: dict[str, Any], data: st.DataObject) -> None:
    spoilt: Any = json.loads(json.dumps(product))
    spot: Any = spoilt
    while True:
        key: Any = data.draw(st.sampled_from(list(spot) if isinstance(spot, dict) else list(range(len(spot)))))
        if not isinstance(spot[key], dict | list) or not spot[key] or data.draw(st.booleans()):
            break
        spot = spot[key]
    spot[key] = data.draw(values)
    survives(json.dumps([spoilt, product]).encode())
    survives(json.dumps(spoilt).encode() + b"\n" + json.dumps(product).encode())


@given(st.text(), st.sampled_from(["", "<p>", "<script>", "<!--", "&lt;b&gt;", "&#8238;", "</p", "<![x[", "<a href='"]))
def test_clean_text_hides_nothing_and_is_trimmed(text: str, markup: str) -> None:
    cleaned = plain(f"{text}{markup}{text}")
    assert cleaned == cleaned.strip()
    assert not re.search("[\x00-\x08\u202a-\u202e\u2066-\u2069\ud800-\udfff]", cleaned)


@given(st.text(alphabet=st.characters(exclude_characters="<&", exclude_categories=["C"])))
def test_text_without_markup_stays_as_it_is(text: str) -> None:
    assert plain(text) == text.strip()


@pytest.mark.parametrize("url", ["https://a.example/x?y=1", "HTTP://a.example", "/path", "/"])
def test_addresses_to_show(url: str) -> None:
    assert is_address(url)


@pytest.mark.parametrize(
    "url",
    ["", "a.example", "javascript:alert(1)", "data:text/html,x", "//a.example", "/\\a.example", "https:///x", "/a b"],
)
def test_addresses_not_to_show(url: str) -> None:
    assert not is_address(url)
