"""The HTTP routes: bulk events and products, the catalogue, health, errors, pages."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from agent.sqljournal import SqlJournal
from retrieval.query import IndexFault

VIEW = {"event_id": "e1", "session_id": "s1", "name": "view_item", "items": [{"item_id": "P1"}]}


@pytest.fixture
async def shop(bench):
    return bench()


def client_of(shop):
    transport = httpx2.ASGITransport(app=shop.app, raise_app_exceptions=False)
    headers = {"authorization": f"Bearer {shop.KEY}"}
    return httpx2.AsyncClient(transport=transport, base_url="http://shop.test", headers=headers)


@pytest.fixture
async def http(shop):
    async with client_of(shop) as client:
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
    again = await http.post("/v1/events", json={"events": [VIEW, VIEW]})
    assert again.json() == {"accepted": 0, "duplicates": 2, "rejected": []}


async def test_sent_again_with_other_fields_that_we_ignore_it_is_a_duplicate(http):
    await http.post("/v1/events", json=[VIEW])
    again = await http.post("/v1/events", json=[{**VIEW, "currency": "USD", "value": 3}])
    assert again.json() == {"accepted": 0, "duplicates": 1, "rejected": []}


@pytest.mark.parametrize(
    "other",
    [
        {"name": "add_to_cart"},
        {"items": [{"item_id": "P2"}]},
        {"items": [{"item_id": "P1", "price": 7}]},
        {"session_id": "s2"},
        {"time": "2026-01-01T00:00:00Z"},
    ],
)
async def test_one_id_with_two_contents_is_refused_and_the_batch_goes_on(shop, http, other):
    batch = [VIEW, {**VIEW, **other}, {**VIEW, "event_id": "e2"}]
    for accepted, refused in ((2, [1]), (0, [1])):
        told = (await http.post("/v1/events", json=batch)).json()
        assert told["accepted"] == accepted and told["duplicates"] == 2 - accepted
        assert [(row["index"], row["code"], row["field"]) for row in told["rejected"]] == [(1, "conflict", "event_id")]
        assert [row["index"] for row in told["rejected"]] == refused
    told = (await http.post("/v1/events", json=batch[1:2])).json()
    assert [row["code"] for row in told["rejected"]] == ["conflict"]
    assert {record.key for record in await shop.journal.records("s1")} == {"e1", "e2"}


async def test_who_reported_an_event_and_of_whom_is_on_record(shop, http):
    await http.post("/v1/events", json=[{**VIEW, "user_id": "u7"}])
    tab = await shop.chat("s1")
    tab.send(type="session.event", event={**VIEW, "event_id": "e2", "user_id": "u8"})
    await tab.value("shop.ack")
    records = await shop.journal.records("s1")
    assert [(each.key, each.by, each.user_id) for each in records] == [("e1", "shop", "u7"), ("e2", "page", None)]


async def test_a_page_cannot_take_an_id_that_the_shop_is_going_to_use(shop, http):
    tab = await shop.chat("s1")
    tab.send(type="session.event", event={**VIEW, "items": [{"item_id": "P2"}]})
    await tab.value("shop.ack")
    taken = (await http.post("/v1/events", json=[{**VIEW, "session_id": "s2"}])).json()
    assert taken == {"accepted": 1, "duplicates": 0, "rejected": []}


async def test_a_track_call_of_segment_is_taken(shop, http):
    call = {
        "type": "track",
        "event": "Order Completed",
        "messageId": "m-1",
        "anonymousId": "a-1",
        "userId": "u7",
        "timestamp": "2026-01-02T03:04:05.000Z",
        "properties": {"products": [{"product_id": "P1", "quantity": 2}, {"product_id": "P404"}]},
    }
    told = (await http.post("/v1/events", json=[call])).json()
    assert told["rejected"][0]["field"] == "properties.products[1].product_id"
    del call["properties"]["products"][1]
    assert (await http.post("/v1/events", json=[call])).json()["accepted"] == 1
    (record,) = await shop.journal.records("a-1")
    assert (record.event.type, record.user_id, record.event.items[0].quantity) == ("purchase", "u7", 2)


async def test_while_the_disk_is_full_nothing_is_acknowledged_and_the_shop_goes_on_once_there_is_room(bench, tmp_path):
    journal = await SqlJournal.open(f"sqlite:///{tmp_path / 'journal.db'}")
    shop = bench(journal)

    def room(pages):
        with journal._engine.connect() as connection:  # the pool hands the same connection to the writer
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    batch = [{**VIEW, "event_id": f"e{n}" + "x" * 200} for n in range(200)]
    async with client_of(shop) as http:
        assert (await http.post("/v1/events", json=[VIEW])).status_code == 202
        room(1)
        full = await http.post("/v1/events", json=batch)
        assert (full.status_code, full.json()["code"]) == (503, "journal_down")
        assert len(await journal.records("s1")) == 1
        room(1_000_000)
        assert (await http.post("/v1/events", json=batch)).json()["accepted"] == 200
    await shop.end()
    await journal.close()


async def test_what_became_of_events_is_counted(shop, http):
    def at(event_id, minutes):
        return {**VIEW, "event_id": event_id, "time": (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()}

    await http.post("/v1/events", json=[at("e1", -1), at("e2", -2), at("e3", -60), at("e4", 60), at("e5", 0)])
    await http.post("/v1/events", json=[VIEW, VIEW, {**VIEW, "name": "purchase"}, "rubbish"])
    counts = (await http.get("/metrics")).text
    for line in (
        'total{outcome="accepted",via="shop"} 4.0',
        'total{outcome="duplicate",via="shop"} 2.0',
        'total{outcome="conflict",via="shop"} 1.0',
        'total{outcome="future_event",via="shop"} 1.0',
        'total{outcome="bad_event",via="shop"} 1.0',
        'untimely_total{how="late"} 1.0',
        'untimely_total{how="out_of_order"} 2.0',
    ):
        assert f"floorwalker_events_{line}" in counts


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


async def test_an_event_of_ten_megabytes_is_refused_and_the_next_one_taken(http):
    answer = await http.post("/v1/events", json=[{**VIEW, "note": "x" * 10_000_000}])
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert (await http.post("/v1/events", json=[VIEW])).json()["accepted"] == 1


async def test_keyed_events_that_come_while_a_turn_is_told_are_neither_lost_nor_told(shop, http):
    tab = await shop.chat("s1")
    tab.send(type="message.create", id="m1", text="boots, slow")
    await tab.until("TEXT_MESSAGE_CONTENT")
    batches = [[{**VIEW, "event_id": f"{call}-{n}", "name": "add_to_cart"} for n in range(3)] for call in range(10)]
    await asyncio.gather(*(http.post("/v1/events", json=batch) for batch in batches))
    async with shop.sessions.open("s1") as session:
        assert session.conversation.profile.cart == {"P1": 30}
    shop.assistant.gate("m1").set()
    await tab.until("RUN_FINISHED")
    assert [frame["seq"] for frame in tab.frames] == list(range(1, len(tab.frames) + 1))
    before = session.conversation
    await shop.restart()
    async with shop.sessions.open("s1") as session:
        assert session.conversation.profile == before.profile


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
