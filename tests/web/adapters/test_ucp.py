"""The catalogue by the Universal Commerce Protocol: every answer is read by the protocol's own models."""

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ucp_sdk.models.schemas.common.types.error_response import ErrorResponse
from ucp_sdk.models.schemas.profile import BusinessSchema
from ucp_sdk.models.schemas.shopping.catalog_lookup import GetProductResponse, LookupResponse
from ucp_sdk.models.schemas.shopping.catalog_search import SearchResponse

from retrieval.product import Price, Product, Rating, Variant
from tests.retrieval.reading import read, written
from tests.web.adapters.conftest import BOOT, PRODUCTS
from web.adapters.ucpproduct import ucp_product, variants_of

SHAPES = {"search": SearchResponse, "lookup": LookupResponse, "product": GetProductResponse}


@pytest.fixture
def call(shop):
    """A call at the door, whose answer the protocol's own model has read."""

    async def post(path, body, *, status=200, authorization=f"Bearer {'merchant-key-for-tests'}", **given):
        transport = httpx2.ASGITransport(app=shop.app)
        headers = {"authorization": authorization} if authorization else {}
        async with httpx2.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            response = await client.post(f"/catalog/{path}", headers=headers, **({"json": body} | given))
        assert response.status_code == status, response.text
        told = response.json()
        if status == 200:
            shape = ErrorResponse if told["ucp"].get("status") == "error" else SHAPES[path]
            shape.model_validate(told)
        return told

    return post


def ids(told):
    return [product["id"] for product in told["products"]]


async def test_words_find_products(call):
    told = await call("search", {"query": "longwalk boot"})
    assert ids(told)[0] == "boot"
    assert told["ucp"]["capabilities"] == {"dev.ucp.shopping.catalog.search": [{"version": told["ucp"]["version"]}]}


async def test_a_product_is_told_with_its_variants_in_minor_units(call):
    boot = (await call("search", {"query": "longwalk boot"}))["products"][0]
    assert boot["price_range"] == {
        "min": {"amount": 12000, "currency": "USD"},
        "max": {"amount": 15000, "currency": "USD"},
    }
    assert [(each["id"], each["price"]["amount"]) for each in boot["variants"]] == [
        ("boot-42-oak", 12000),
        ("boot-42-moss", 15000),
        ("boot-41-oak", 12000),
    ]
    assert boot["variants"][2]["availability"] == {"available": False, "status": "out_of_stock"}
    assert boot["categories"] == [{"value": "Shoes > Boots", "taxonomy": "merchant"}]
    assert [option["name"] for option in boot["options"]] == ["size", "colour"]


async def test_what_is_not_known_is_absent(call):
    told = await call("lookup", {"ids": ["shoe", "boot-42-moss"]})
    shoe = next(product for product in told["products"] if product["id"] == "shoe")
    assert not {"rating", "media", "url", "list_price_range", "metadata", "options"} & set(shoe)
    assert all("availability" not in product["variants"][0] for product in told["products"])


async def test_an_address_within_the_shop_is_told_whole(call):
    told = await call("lookup", {"ids": ["lamp"]})
    assert told["products"][0]["url"] == "http://shop.test/product/lamp"


async def test_a_product_without_a_price_cannot_be_said_and_is_named(call):
    told = await call("search", {"filters": {"categories": ["Boxes"]}})
    assert told["products"] == []
    assert told["messages"] == [{"type": "info", "code": "price_unknown", "content": "box"}]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"categories": ["Shoes"]}, {"boot", "shoe"}),
        ({"categories": ["Shoes > Boots", "Lamps"]}, {"boot", "lamp"}),
        ({"price": {"max": 9000}}, {"lamp", "shoe"}),
        ({"price": {"min": 9000, "max": 12000}}, {"boot", "shoe"}),
        ({"availability": ["in_stock"], "price": {"min": 1}}, {"boot", "lamp"}),
        ({"brand": ["tarnwell"]}, {"boot", "shoe"}),
        ({"brand": ["tarnwell"], "categories": ["Boots"], "price": {"max": 100}}, set()),
    ],
)
async def test_filters_all_hold_with_and_without_words(call, filters, found):
    context = {"currency": "USD"}
    browsed = await call("search", {"filters": filters, "context": context})
    assert set(ids(browsed)) == found and browsed["pagination"]["total_count"] == len(found)
    searched = await call("search", {"query": "longwalk", "filters": filters, "context": context})
    assert set(ids(searched)) <= found and (not found & {"boot", "shoe"} or searched["products"])


async def test_a_filter_that_nothing_satisfies_is_not_relaxed(call):
    told = await call("search", {"query": "longwalk boot", "filters": {"brand": ["Nobody"]}})
    assert told["products"] == [] and not told["pagination"]["has_next_page"] and "messages" not in told


async def test_a_price_filter_is_in_the_currency_of_the_context_or_the_shops_first(call):
    euros = await call("search", {"filters": {"price": {"max": 900}}, "context": {"currency": "EUR"}})
    assert ids(euros) == ["ring"] and "messages" not in euros
    assumed = await call("search", {"filters": {"price": {"max": 4000}}})
    assert ids(assumed) == ["lamp"] and assumed["messages"][0]["code"] == "currency_assumed"
    yen = await call("search", {"filters": {"price": {"max": 4000}}, "context": {"currency": "JPY"}})
    assert yen["products"] == [] and yen["messages"][0]["code"] == "currency_not_sold"


async def test_pages_follow_each_other_and_hold_each_product_once(call):
    for body in ({"filters": {"price": {"min": 1}}, "context": {"currency": "USD"}}, {"query": "longwalk"}):
        seen, pagination = [], {"limit": 1}
        while True:
            told = await call("search", {**body, "pagination": pagination})
            seen += ids(told)
            if not told["pagination"]["has_next_page"]:
                break
            pagination = {"limit": 1, "cursor": told["pagination"]["cursor"]}
        whole = ids(await call("search", body))
        assert seen == whole and len(set(seen)) == len(seen) > 1


async def test_a_look_up_says_which_id_meant_which_variant(call):
    told = await call("lookup", {"ids": ["boot", "boot-41-oak", "nothing", "lamp", "boot"]})
    variants = {variant["id"]: variant["inputs"] for product in told["products"] for variant in product["variants"]}
    assert variants == {
        "boot-42-oak": [{"id": "boot", "match": "featured"}],
        "boot-41-oak": [{"id": "boot-41-oak", "match": "exact"}],
        "lamp": [{"id": "lamp", "match": "featured"}],
    }
    assert sorted(ids(told)) == ["boot", "lamp"]
    assert told["messages"] == [{"type": "info", "code": "not_found", "content": "nothing"}]


async def test_a_look_up_is_filtered_once_its_ids_are_resolved(call):
    body = {"ids": ["boot", "boot-42-moss", "tent"], "context": {"currency": "USD"}}
    cheap = await call("lookup", {**body, "filters": {"price": {"max": 13000}}})
    assert [(each["id"], [one["id"] for one in each["variants"]]) for each in cheap["products"]] == [
        ("boot", ["boot-42-oak"])
    ]
    assert "tent" in ids(await call("lookup", {"ids": ["tent"]}))


async def test_too_many_ids_are_refused_as_the_protocol_says(call):
    told = await call("lookup", {"ids": [f"p{number}" for number in range(101)]}, status=400)
    assert (told["code"], told["field"]) == ("request_too_large", "ids")


async def test_a_product_is_told_as_its_first_variant_that_is_to_be_had(call):
    told = (await call("product", {"id": "boot"}))["product"]
    assert told["selected"] == [{"name": "size", "label": "42"}, {"name": "colour", "label": "oak"}]
    assert [each["id"] for each in told["variants"]] == ["boot-42-oak"]


async def test_a_variants_id_decides_what_is_selected(call):
    body = {"id": "boot-41-oak", "selected": [{"name": "size", "label": "42"}]}
    told = (await call("product", body))["product"]
    assert told["selected"] == [{"name": "size", "label": "41"}, {"name": "colour", "label": "oak"}]
    assert told["variants"][0]["id"] == "boot-41-oak"


async def test_a_choice_leaves_its_variants_and_says_what_else_is_to_be_had(call):
    told = (await call("product", {"id": "boot", "selected": [{"name": "size", "label": "42"}]}))["product"]
    assert {each["id"] for each in told["variants"]} == {"boot-42-oak", "boot-42-moss"}
    values = {option["name"]: {value.pop("label"): value for value in option["values"]} for option in told["options"]}
    assert values == {
        "size": {"41": {"exists": True, "available": False}, "42": {"exists": True, "available": True}},
        "colour": {"oak": {"exists": True, "available": True}, "moss": {"exists": True}},
    }


async def test_what_no_variant_has_together_gives_way_from_the_end_of_the_preferences(call):
    chosen = [{"name": "colour", "label": "moss"}, {"name": "size", "label": "41"}]
    for preferences, kept in ((["colour", "size"], "colour"), (["size", "colour"], "size"), (["size"], "size")):
        told = await call("product", {"id": "boot", "selected": chosen, "preferences": preferences})
        assert [each["name"] for each in told["product"]["selected"]] == [kept]


async def test_a_product_that_is_not_there_is_an_outcome_and_no_failure_of_transport(call):
    for body in ({"id": "nothing"}, {"id": "boot", "filters": {"brand": ["Lumi"]}}, {"id": "box"}):
        told = await call("product", body)
        assert told["ucp"]["status"] == "error"
        assert [(each["code"], each["severity"]) for each in told["messages"]] == [("not_found", "unrecoverable")]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("search", {}, "query"),
        ("search", {"query": " "}, "query"),
        ("search", {"query": "x", "purpose": "swap", "reference_ids": ["boot"]}, "purpose"),
        ("search", {"query": "x", "filters": {"price": {"min": 2, "max": 1}}}, "filters.price"),
        ("search", {"query": "x", "filters": {"price": {"max": "cheap"}}}, "filters.price.max"),
        ("search", {"query": "x", "filters": {"availability": ["backorder"]}}, "filters.availability"),
        ("search", {"query": "x", "pagination": {"cursor": "abc"}}, "pagination.cursor"),
        ("search", {"query": "x", "pagination": {"limit": 0}}, "pagination.limit"),
        ("lookup", {"ids": []}, "ids"),
        ("product", {}, "id"),
        ("product", [], ""),
    ],
)
async def test_what_cannot_be_processed_is_refused_by_name(call, path, body, field):
    told = await call(path, body, status=400)
    assert told["field"] == field and told["code"] and told["content"]


async def test_no_json_and_too_much_are_refused(call):
    assert (await call("search", None, status=400, content=b"{"))["code"] == "bad_json"
    assert (await call("search", None, status=413, content=b" " * (1 << 20) + b"{}"))["code"] == "request_too_large"


async def test_the_key_or_a_token_is_needed(shop, call):
    for path, body in (("search", {"query": "boot"}), ("lookup", {"ids": ["boot"]}), ("product", {"id": "boot"})):
        for authorization in (None, "Bearer wrong"):
            assert (await call(path, body, status=401, authorization=authorization))["code"] == "bad_key"
        await call(path, body, authorization=f"Bearer {shop.tokens.guest('s1')}")
    assert shop.sessions.loaded == frozenset()


async def test_calls_are_limited(bench):
    shop = bench(calls="1/hour")
    transport = httpx2.ASGITransport(app=shop.app)
    headers = {"authorization": f"Bearer {shop.KEY}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop.test", headers=headers) as client:
        statuses = [(await client.post("/catalog/lookup", json={"ids": ["P1"]})).status_code for _ in range(2)]
    assert statuses == [200, 429]


async def test_an_index_that_is_away_is_told_as_such(bench):
    shop = bench()
    shop.assistant.retriever.down = True
    transport = httpx2.ASGITransport(app=shop.app)
    headers = {"authorization": f"Bearer {shop.KEY}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop.test", headers=headers) as client:
        response = await client.post("/catalog/lookup", json={"ids": ["P1"]})
    assert (response.status_code, response.json()["code"]) == (503, "retrieval_down")


async def test_the_profile_says_what_is_here(shop):
    transport = httpx2.ASGITransport(app=shop.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        response = await client.get("/.well-known/ucp")
    assert response.headers["cache-control"] == "public, max-age=3600"
    profile = response.json()
    BusinessSchema.model_validate(profile)
    endpoints = {(each["transport"], each["endpoint"]) for each in profile["ucp"]["services"]["dev.ucp.shopping"]}
    assert endpoints == {("rest", "http://shop.test"), ("mcp", "http://shop.test/mcp")}
    assert set(profile["ucp"]["capabilities"]) == {
        "dev.ucp.shopping.catalog.search",
        "dev.ucp.shopping.catalog.lookup",
        "dev.ucp.common.ask",
    }


async def test_an_answer_reads_back_as_the_same_products(call, tmp_path):
    told = await call("search", {"filters": {"price": {"min": 1}}, "context": {"currency": "USD"}})
    products, problems = read(written(tmp_path, told))
    assert not problems
    assert {each.id: same(each) for each in products} == {
        each.id: same(each) | ({"url": "http://shop.test/product/lamp"} if each.id == "lamp" else {})
        for each in PRODUCTS
        if each.id in ("boot", "lamp", "shoe")
    }


def same(product):
    """All that the protocol carries of a product, its variants in no order."""
    told = product.model_dump(exclude={"reviews", "updated_at"})
    return told | {"variants": sorted(told["variants"], key=lambda each: each["id"])}


names = st.sampled_from(("Mug", "Tall mug", "杯子"))
prices = st.builds(Price, amount=st.integers(1, 9), currency=st.just("USD"))
stock = st.sampled_from((None, "in_stock", "out_of_stock", "preorder"))


@st.composite
def catalogue(draw):
    sizes = draw(st.lists(st.sampled_from("SML"), unique=True, max_size=3))
    priced = [draw(prices) for _ in sizes] or [draw(prices)]
    variants = tuple(
        Variant(id=f"p-{size}", options={"size": size}, price=price, availability=draw(stock))
        for size, price in zip(sizes, priced, strict=False)
    )
    states = {each.availability for each in variants} if variants else {draw(stock)}
    known = [state for state in ("in_stock", "preorder") if state in states]
    sold_out = "out_of_stock" if states == {"out_of_stock"} else None
    return Product(
        id="p",
        title=draw(names),
        description=draw(st.none() | names),
        brand=draw(st.none() | names),
        categories=draw(st.sampled_from(((), ("Mugs",), ("Kitchen", "Mugs")))),
        price=min(priced, key=lambda each: each.amount),
        availability=(known or [sold_out])[0],
        rating=draw(
            st.none() | st.builds(Rating, value=st.sampled_from((0.0, 4.5, 5.0)), count=st.none() | st.just(3))
        ),
        attributes=draw(st.sampled_from(({}, {"weight": ("1 kg",)}))) | ({"size": tuple(sizes)} if sizes else {}),
        variants=variants,
        url=draw(st.none() | st.just("https://shop.example/p")),
    )


@given(product=catalogue())
@settings(deadline=None, max_examples=60)
def test_any_product_that_the_protocol_can_say_reads_back_as_itself(tmp_path_factory, product):
    told = ucp_product(product, variants_of(product), "https://shop.example/")
    (back,), problems = read(
        written(tmp_path_factory.mktemp("ucp"), {"ucp": {"version": "2026-08-25"}, "products": [told]})
    )
    assert not problems and same(back) == same(product)


def test_the_variants_of_a_product_are_never_of_another():
    assert {each.id for each in variants_of(BOOT)} == {each.id for each in BOOT.variants}
