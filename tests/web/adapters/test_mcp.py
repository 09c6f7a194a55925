"""The same catalogue and the same assistant over MCP, driven by the protocol's own client against the real server."""

import json
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from ucp_sdk.models.schemas.shopping.catalog_lookup import GetProductResponse, LookupResponse
from ucp_sdk.models.schemas.shopping.catalog_search import SearchResponse

from tests.web.adapters.doors import OFFER, served, service

ROOT = Path(__file__).parents[3]
META = {"ucp-agent": {"profile": "https://platform.example/agent.json"}}
SHAPES = {"search_catalog": SearchResponse, "lookup_catalog": LookupResponse, "get_product": GetProductResponse}


@asynccontextmanager
async def connected(url, key, mode="auto"):
    """A client of the shop at this address."""
    headers = {"authorization": f"Bearer {key}"} if key else {}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=20) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=mode) as client,
    ):
        yield client


@pytest.fixture
async def url(shop):
    async with served(shop) as address:
        yield address


async def tool(client, name, **arguments):
    """A tool called; its answer, which the protocol's own model has read."""
    result = await client.call_tool(name, {"meta": META} | arguments)
    assert not result.is_error and json.loads(result.content[0].text) == result.structured_content
    if name in SHAPES:
        SHAPES[name].model_validate(result.structured_content)
    return result.structured_content


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_tools_are_those_of_the_protocol_and_read_only(shop, url, mode):
    async with connected(url, shop.KEY, mode) as client:
        tools = (await client.list_tools()).tools
    assert [each.name for each in tools] == ["search_catalog", "lookup_catalog", "get_product", "ask_business"]
    assert all(each.annotations.read_only_hint and each.input_schema["type"] == "object" for each in tools)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_catalogue_answers_as_it_does_over_rest(shop, url, mode):
    bodies = {
        "search_catalog": ("search", {"query": "longwalk boot", "filters": {"categories": ["Boots"]}}),
        "lookup_catalog": ("lookup", {"ids": ["boot-41-oak", "nothing"]}),
        "get_product": ("product", {"id": "boot", "selected": [{"name": "size", "label": "42"}]}),
    }
    async with httpx2.AsyncClient(base_url=url, headers={"authorization": f"Bearer {shop.KEY}"}) as http:
        over_rest = {
            name: (await http.post(f"/catalog/{path}", json=body)).json() for name, (path, body) in bodies.items()
        }
    async with connected(url, shop.KEY, mode) as client:
        assert {name: await tool(client, name, catalog=body) for name, (_, body) in bodies.items()} == over_rest


async def test_the_assistant_is_asked_and_a_turn_with_its_key_runs_once(shop, url):
    shop.assistant.script = service
    meta = {**META, "idempotency-key": "k1"}
    async with connected(url, shop.KEY) as client:
        first, again = [await tool(client, "ask_business", ask={"query": "returns?"}, meta=meta) for _ in range(2)]
        assert first == again and len(shop.assistant.asked) == 1
        assert OFFER in first["answer"]["plain"] and first["links"][0]["title"] == "Returns"
        await tool(client, "ask_business", ask={"query": "and hats?", "conversation": first["conversation"]})
    assert len(shop.sessions.loaded) == 1


@pytest.mark.parametrize(
    ("name", "arguments", "field"),
    [
        ("search_catalog", {}, "catalog"),
        ("search_catalog", {"catalog": {}}, "query"),
        ("lookup_catalog", {"catalog": {"ids": [f"p{number}" for number in range(101)]}}, "ids"),
        ("get_product", {"catalog": {"id": 7}}, "catalog.id"),
        ("ask_business", {"ask": {"query": ""}}, "query"),
        ("buy_everything", {}, "name"),
    ],
)
async def test_what_is_wrong_is_an_error_of_the_arguments(shop, url, name, arguments, field):
    async with connected(url, shop.KEY) as client:
        with pytest.raises(MCPError) as refused:
            await client.call_tool(name, arguments)
    assert (refused.value.code, refused.value.data["field"]) == (-32602, field)
    assert refused.value.data["code"] and refused.value.data["content"]


async def test_a_product_that_is_not_there_is_an_outcome(shop, url):
    async with connected(url, shop.KEY) as client:
        result = await client.call_tool("get_product", {"catalog": {"id": "nothing"}})
    assert result.structured_content["ucp"]["status"] == "error"


@pytest.mark.parametrize("key", [None, "wrong"])
async def test_without_the_key_nothing_is_answered(shop, url, key):
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    headers = {"accept": "application/json, text/event-stream"} | ({"authorization": f"Bearer {key}"} if key else {})
    async with httpx2.AsyncClient(base_url=url, headers=headers) as http:
        response = await http.post("/mcp", json=message)
    assert response.status_code == 401 and response.json()["error"]["data"]["code"] == "bad_key"
    assert response.headers["www-authenticate"] == "Bearer"


async def test_a_sessions_token_asks_in_its_own_session(shop, url):
    async with connected(url, shop.tokens.guest("s1")) as client:
        await client.call_tool("ask_business", {"ask": {"query": "boots"}})
    assert shop.sessions.loaded == {"s1"}


async def test_what_is_too_large_or_no_json_is_refused(shop, url):
    headers = {
        "accept": "application/json, text/event-stream",
        "content-type": "application/json",
        "authorization": f"Bearer {shop.KEY}",
    }
    async with httpx2.AsyncClient(base_url=url, headers=headers) as http:
        large = await http.post("/mcp", content=b" " * (1 << 20) + b"{}")
        bad = await http.post("/mcp", content=b"{")
        stream = await http.get("/mcp")
    assert (large.status_code, bad.status_code, stream.status_code) == (413, 400, 405)


def test_a_shop_opens_without_waiting_for_the_library():
    names = "import sys, web.app; print('mcp' in sys.modules, 'openai' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", names], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


async def test_calls_are_limited(bench):
    shop = bench(calls="1/hour")
    headers = {"accept": "application/json, text/event-stream", "authorization": f"Bearer {shop.KEY}"}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    transport = httpx2.ASGITransport(app=shop.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop.test", headers=headers) as http:
        responses = [await http.post("/mcp", json=message) for _ in range(2)]
    assert [response.status_code for response in responses] == [200, 429] and responses[1].headers["retry-after"]
