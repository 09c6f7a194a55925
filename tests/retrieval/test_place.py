from pathlib import Path

import pytest
from pydantic import SecretStr

from retrieval.place import KEY_VARIABLE, Address, place_of
from retrieval.query import IndexFault


@pytest.mark.parametrize(
    ("text", "url", "name"),
    [
        ("http://qdrant:6333/floorwalker", "http://qdrant:6333", "floorwalker"),
        ("https://x.cloud.example:6333", "https://x.cloud.example:6333", "products"),
        ("HTTP://qdrant:6333/", "http://qdrant:6333", "products"),
        ("http://[::1]:6333/behind/a/proxy/shoes/", "http://[::1]:6333/behind/a/proxy", "shoes"),
    ],
)
def test_a_url_names_a_server_and_an_index_on_it(text: str, url: str, name: str) -> None:
    assert place_of(text) == Address(url=url, name=name)


@pytest.mark.parametrize("text", ["my-index", "/srv/index", "http", "httpx/index"])
def test_anything_else_is_a_directory(text: str) -> None:
    assert place_of(text) == Path(text)


@pytest.mark.parametrize(
    "text",
    ["http://", "http:///x", "http://qdrant:port/x", "http://me:secret@qdrant/x", "http://q/x?y", "http://q/a%2Fb"],
)
def test_a_url_that_cannot_be_an_index_is_told_with_a_fix_and_without_its_password(text: str) -> None:
    with pytest.raises(IndexFault) as caught:
        place_of(text)
    assert "http://qdrant:6333/products" in caught.value.fix
    assert "secret" not in str(caught.value)


def test_the_key_comes_from_the_environment_and_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "hidden")
    place = place_of("http://qdrant:6333/shoes")
    assert isinstance(place, Address)
    assert place.environment == {KEY_VARIABLE: "hidden"}
    assert str(place) == "http://qdrant:6333/shoes"
    assert "hidden" not in repr(place)
    given = place_of("http://qdrant:6333/shoes", key=SecretStr("given"))
    assert isinstance(given, Address)
    assert given.environment == {KEY_VARIABLE: "given"}
