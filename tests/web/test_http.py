"""The HTTP routes: bulk events and products, the catalogue, health, errors, pages."""

import asyncio
import json

import httpx2
import pytest

from retrieval.query import IndexFault

VIEW = {"event_id": "e1", "session_id": "s1", "name": "view_item", "items": [{"item_id": "P1"}]}


@pytest.fixture
async def shop(bench):
    return bench()


@pytest.fixture
async def http(shop):
    transport = httpx2.ASGITransport(app=shop.app, raise_app_exceptions=False)
    headers = {"authorization": f"Bearer {shop.KEY}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop.test", headers=headers) as client:
        yield client


async def test_good_rows_are_kept_and_bad_rows_are_named(shop, http):
    rows = [
        VIEW,
        {**VIEW, "event_id": "e2", "name": "scroll"},
        {**VIEW, "event_id": "e3", "items": [{"item_id": "P404"}]},
        VIEW,
        {**VIEW, "event_id": "e4", "session_id": None},
        {**VIEW, "event_id": "e5", "session_id": "s2"},
        "rubbish",
    ]
    taken = await http.post("/v1/events", json=rows)
    assert taken.status_code == 202
    told = taken.json()
    assert (told["accepted"], told["duplicates"]) == (2, 1)
    assert [(row["index"], row["code"], row["field"]) for row in told["rejected"]] == [
        (1, "unknown_event", "name"),
        (2, "unknown_product", "items[0].item_id"),
        (4, "bad_event", "session_id"),
        (6, "bad_event", ""),
    ]
    assert all(row["fix"] for row in told["rejected"])
    assert len(await shop.journal.records("s1")) == len(await shop.journal.records("s2")) == 1


async def test_sent_again_everything_is_a_duplicate(shop, http):
    await http.post("/v1/events", json={"events": [VIEW]})
    again = await http.post("/v1/events", json={"events": [VIEW, {**VIEW, "session_id": "s2"}]})
    assert again.json() == {"accepted": 0, "duplicates": 2, "rejected": []}
    assert await shop.journal.records("s2") == ()


async def test_a_hundred_calls_of_one_event_have_one_effect(shop, http):
    answers = await asyncio.gather(*(http.post("/v1/events", json=[VIEW]) for _ in range(100)))
    assert sum(answer.json()["accepted"] for answer in answers) == 1


async def test_events_that_come_while_their_session_is_loaded_are_in_it(shop, http):
    async def report(number):
        event = {**VIEW, "event_id": f"e{number}", "name": "add_to_cart"}
        assert (await http.post("/v1/events", json=[event])).json()["accepted"] == 1

    opened, *_ = await asyncio.gather(shop.chat("s1"), *(report(number) for number in range(10)))
    async with shop.sessions.open("s1") as session:
        assert session.conversation.profile.cart == {"P1": 10}
    assert opened


async def test_while_the_journal_is_down_nothing_is_accepted(shop, http):
    shop.journal.down = True
    answer = await http.post("/v1/events", json=[VIEW])
    assert (answer.status_code, answer.json()["code"]) == (503, "journal_down")


async def test_while_retrieval_is_down_nothing_is_accepted(shop, http):
    shop.assistant.retriever.down = True
    for answer in (await http.post("/v1/events", json=[VIEW]), await http.get("/v1/products")):
        assert (answer.status_code, answer.json()["code"]) == (503, "retrieval_down")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"rubbish", 422, "bad_json"),
        (b"", 422, "bad_json"),
        (b'{"other": []}', 422, "bad_request"),
        (b"7", 422, "bad_request"),
        (json.dumps([VIEW] * 201).encode(), 422, "too_many"),
        (b"[" + b" " * (1 << 20) + b"]", 413, "too_large"),
        (b"[" * 100_000, 422, "bad_json"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(http, body, status, code):
    for path in ("/v1/events", "/v1/products"):
        answer = await http.post(path, content=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert set(answer.json()) == {"code", "field", "fix"}


async def test_products_are_added_row_by_row(shop, http):
    rows = [
        {"id": "P9", "title": "Nine", "price": {"amount": 900, "currency": "USD"}},
        {"id": "P10"},
        {"id": "P11", "title": "Eleven", "price": {"amount": -1, "currency": "USD"}},
    ]
    taken = await http.post("/v1/products", json={"products": rows})
    assert taken.status_code == 200
    assert taken.json()["accepted"] == 1
    assert [(row["index"], row["code"], row["field"]) for row in taken.json()["rejected"]] == [
        (1, "bad_product", "title"),
        (2, "bad_product", "price.amount"),
    ]
    assert (await http.get("/v1/products/P9")).json()["title"] == "Nine"


async def test_a_full_disk_takes_no_product_and_the_back_end_is_told_what_to_do(shop, http):
    class Full:
        async def upsert(self, products):
            raise IndexFault("The log cannot be written: No space left on device.", fix="Free some space.")

    shop.assistant.retriever = Full()
    answer = await http.post("/v1/products", json=[{"id": "P9", "title": "Nine"}])
    assert answer.status_code == 503
    assert answer.json()["code"] == "retrieval_down"
    assert "Free some space" in answer.json()["fix"]


async def test_a_product_is_removed(http):
    assert (await http.delete("/v1/products/P1")).status_code == 204
    assert (await http.get("/v1/products/P1")).status_code == 404
    assert (await http.delete("/v1/products/P1")).json()["code"] == "not_found"


async def test_the_catalogue_comes_in_pages_with_its_categories(http):
    page = (await http.get("/v1/products", params={"offset": 1, "limit": 1})).json()
    assert [product["id"] for product in page["products"]] == ["P2"]
    assert (page["total"], page["categories"]) == (2, {"Shoes": 2, "Boots": 2})
    assert page["products"][0]["price"] == {"amount": 12900, "currency": "USD", "text": "$129.00"}
    none = (await http.get("/v1/products", params={"category": "Tents"})).json()
    assert (none["products"], none["total"]) == ([], 0)


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "offset=-1", "limit=x"])
async def test_a_page_that_makes_no_sense_is_refused(http, query):
    answer = await http.get(f"/v1/products?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_request")
    assert answer.json()["field"] == query.split("=")[0]


async def test_ready_follows_retrieval_and_not_the_model(shop, http):
    assert (await http.get("/livez")).status_code == 200
    shop.assistant.parts = {"retrieval": "ready", "model": "loading: 43 %"}
    ready = await http.get("/readyz")
    assert (ready.status_code, ready.json()["model"]) == (200, "loading: 43 %")
    shop.assistant.parts = {"retrieval": "restarting", "model": "ready"}
    assert (await http.get("/readyz")).status_code == 503
    assert (await http.get("/livez")).status_code == 200


@pytest.mark.parametrize("path", ["/nowhere", "/demo/catalog.jsonl", "/static/../app.py", "/demo/%2e%2e/app.py", "/v1"])
async def test_an_address_that_is_not_there_says_so_in_json(http, path):
    answer = await http.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_wrong_method_says_so_in_json(http):
    answer = await http.put("/v1/sessions")
    assert answer.status_code == 405 and set(answer.json()) == {"code", "field", "fix"}


async def test_the_demo_page_and_its_files_are_served(http):
    page = await http.get("/")
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    assert (await http.get("/product/FS-1001")).text == page.text
    assert (await http.get("/demo/shop.css")).headers["x-content-type-options"] == "nosniff"


async def test_the_description_of_the_api_can_be_read(http):
    assert "/v1/events" in (await http.get("/openapi.json")).json()["paths"]
