"""`python -m retrieval upsert | delete`: to a shop that runs, over a real socket; and to a directory of one's own."""

import asyncio
import json
import threading
from contextlib import contextmanager

import pytest
import stamina
from typer.testing import CliRunner

from retrieval import running_shop as client
from retrieval.__main__ import app
from retrieval.build import build
from web.rules import MAX_BODY, MAX_ROWS
from web.server import listen, server


@pytest.fixture
def shop(bench):
    return bench()


@contextmanager
def served(shop):
    """The shop's address, while it is served in a thread of its own."""
    with listen("127.0.0.1", 0) as door:
        running = server(shop.app)
        thread = threading.Thread(target=lambda: asyncio.run(running.serve(sockets=[door])))
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            running.should_exit = True
            thread.join()


@pytest.fixture
def shell(shop):
    def run(*words, key=shop.KEY):
        return CliRunner().invoke(app, list(map(str, words)), env={"FLOORWALKER_MERCHANT_KEY": key, "COLUMNS": "200"})

    return run


def feed(folder, rows):
    path = folder / "changes.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return path


def products(count):
    return [{"id": f"N{number}", "title": f"Kettle {number}"} for number in range(count)]


def test_a_feed_is_written_to_a_running_shop_in_batches(shop, shell, tmp_path):
    path = feed(tmp_path, [*products(450), {"id": "bad"}])
    with served(shop) as address:
        written = shell("upsert", "--feed", path, "--shop", address)
    assert written.exit_code == 0, written.output
    assert "450 products" in written.output
    assert "451" in written.output and "title" in written.output
    assert {f"N{number}" for number in range(450)} <= shop.assistant.retriever.products.keys()


def test_rows_that_the_shop_refuses_are_told_as_it_tells_them_and_sink_no_other(shop, shell, tmp_path):
    reviews = [{"text": "x" * 19_000}] * (MAX_BODY // 19_000 + 1)
    large = {"id": "large", "title": "Large", "reviews": reviews}
    path = feed(tmp_path, [*products(2), large, {"id": "last", "title": "Last"}])
    with served(shop) as address:
        written = json.loads(shell("upsert", "--feed", path, "--shop", address, "--json").stdout)
    assert written["accepted"] == 3
    assert [(row["id"], row["code"]) for row in written["rejected"]] == [("large", "too_large")]
    assert "bytes" in written["rejected"][0]["fix"]


def test_products_are_removed_from_a_running_shop_whatever_their_ids_look_like(shop, shell):
    odd = ["a/b", "50% off?", "#1", "../P1"]
    for id in odd:
        shop.assistant.retriever.products[id] = shop.assistant.retriever.products["P1"]
    with served(shop) as address:
        removed = shell("delete", *odd, "nothing", "--shop", address)
    assert "4 of 5 removed" in removed.output
    assert not shop.assistant.retriever.products.keys() & set(odd)
    assert "P1" in shop.assistant.retriever.products


def test_a_wrong_key_an_address_without_a_shop_and_no_key_are_each_told_in_one_line(shop, shell, tmp_path):
    path = feed(tmp_path, products(1))
    with served(shop) as address:
        wrong = shell("upsert", "--feed", path, "--shop", address, key="wrong")
    assert wrong.exit_code == 1
    assert "bad_key" in wrong.stderr and "merchant key" in wrong.stderr
    for nowhere in ("http://127.0.0.1:9", "shop", "http://[", "ftp://shop"):
        away = shell("upsert", "--feed", path, "--shop", nowhere)
        assert away.exit_code == 1
        assert "--index" in away.stderr or "cannot be used" in away.stderr
    unset = shell("delete", "P1", "--shop", "http://127.0.0.1:9", key=None)
    assert unset.exit_code == 2
    assert "FLOORWALKER_MERCHANT_KEY" in unset.stderr


def test_a_shop_that_cannot_write_now_is_told_with_what_it_says(shop, shell, tmp_path):
    shop.assistant.retriever.down = True
    with served(shop) as address, stamina.set_testing(True, attempts=2):
        down = shell("upsert", "--feed", feed(tmp_path, products(1)), "--shop", address)
    assert down.exit_code == 1
    assert "retrieval_down" in down.stderr


def test_a_directory_that_no_shop_has_open_is_written_directly(shell, tmp_path):
    path = feed(tmp_path, products(3))
    index = ["--index", tmp_path / "index"]
    asyncio.run(build(path, tmp_path / "index", embedder="hash", on_progress=lambda _: None))
    pans = feed(tmp_path, [{"id": "pan", "title": "Saucepan"}, {"id": "N0", "title": "Urn"}])
    assert "2 products" in shell("upsert", "--feed", pans, *index).output
    assert "1 of 2 removed" in shell("delete", "N1", "none", *index).output
    assert json.loads(shell("facets", *index, "--json").stdout)["count"] == 3
    found = json.loads(shell("search", "saucepan", *index, "--limit", "1", "--json").stdout)
    assert found["hits"][0]["product"]["id"] == "pan"


def test_a_feed_without_a_product_writes_nothing_and_says_so(shell, tmp_path):
    asyncio.run(build(feed(tmp_path, products(1)), tmp_path / "index", embedder="hash", on_progress=lambda _: None))
    (tmp_path / "none.jsonl").write_text('{"title": "Without an id"}\n')
    written = shell("upsert", "--feed", tmp_path / "none.jsonl", "--index", tmp_path / "index")
    assert written.exit_code == 1
    assert "no usable product" in written.stderr


@pytest.mark.parametrize("where", [[], ["--index", "i", "--shop", "http://s"]])
def test_one_place_to_write_to_is_asked_for(shell, where):
    asked = shell("delete", "P1", *where)
    assert asked.exit_code == 2
    assert "--shop" in asked.stderr


def test_a_call_is_never_larger_than_what_a_shop_takes():
    assert client.MOST_ROWS <= MAX_ROWS
    assert client.MOST_BYTES + client.MOST_ROWS < MAX_BODY
