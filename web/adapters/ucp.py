"""The Universal Commerce Protocol over REST, and the profile that tells platforms what is here.

`POST /catalog/search`, `/catalog/lookup`, `/catalog/product` and `/ask`, with the merchant's key or a session's token;
`/.well-known/ucp` for anyone. Who holds the key is a platform that the shop knows, so its own profile is not fetched
and nothing is negotiated: every answer names the capability that made it. What cannot be processed is an HTTP status
and `{code, content, field}`; what became of a request that could be is in the answer's `messages`, with 200.

Source: ucp.dev, release 2026-08-25; `ask` is a draft behind it. Knows no schema beyond the profile's.
"""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from web.adapters.ask import ASK, ask
from web.adapters.callers import answering, caller_of, read_as
from web.adapters.catalog import LOOKUP, SEARCH, VERSION, Catalog
from web.adapters.ucprequests import AskRequest, LookupRequest, ProductRequest, SearchRequest
from web.http import STATUS, Door
from web.problems import Problem

_SITE = "https://ucp.dev"
_CODES = {"too_many": "request_too_large", "too_large": "request_too_large"}
_BODY = "send a JSON object, as the capability's schema says"


def ucp_routes(door: Door) -> APIRouter:
    """The door of platforms."""
    router = APIRouter()
    catalog = Catalog(door.assistant.retriever)

    async def search(request: Request) -> Response:
        caller_of(request, door)
        asked = await read_as(request, SearchRequest, fix=_BODY)
        return JSONResponse(await catalog.search(asked, str(request.base_url)))

    async def lookup(request: Request) -> Response:
        caller_of(request, door)
        asked = await read_as(request, LookupRequest, fix=_BODY)
        return JSONResponse(await catalog.lookup(asked, str(request.base_url)))

    async def product(request: Request) -> Response:
        caller_of(request, door)
        asked = await read_as(request, ProductRequest, fix=_BODY)
        return JSONResponse(await catalog.product(asked, str(request.base_url)))

    async def question(request: Request) -> Response:
        caller = caller_of(request, door)
        asked = await read_as(request, AskRequest, fix=_BODY)
        key = request.headers.get("idempotency-key")
        return JSONResponse(await ask(door, catalog, caller, asked, key, str(request.base_url)))

    async def profile(request: Request) -> Response:
        headers = {"Cache-Control": "public, max-age=3600"}
        return JSONResponse(profile_of(str(request.base_url).rstrip("/")), headers=headers)

    for path, route in (("search", search), ("lookup", lookup), ("product", product)):
        router.add_api_route(f"/catalog/{path}", answering(route, _refusal), methods=["POST"])
    router.add_api_route("/ask", answering(question, _refusal), methods=["POST"])
    router.add_api_route("/.well-known/ucp", profile, methods=["GET"])
    return router


def told(problem: Problem) -> dict[str, Any]:
    """A refusal as the protocol tells one, with the field."""
    return {"code": _CODES.get(problem.code, problem.code), "content": problem.fix, "field": problem.field}


def status_of(problem: Problem) -> int:
    """The status that a refusal has over HTTP."""
    return 409 if problem.code == "conflict" else STATUS.get(problem.code, 400)


def profile_of(base: str) -> dict[str, Any]:
    """The profile of the shop at this address."""
    return {
        "ucp": {
            "version": VERSION,
            "services": {
                f"dev.ucp.{name}": [
                    _service(name, "rest", "rest.openapi.json", base),
                    _service(name, "mcp", "mcp.openrpc.json", f"{base}/mcp"),
                ]
                for name in ("shopping", "common")
            },
            "capabilities": {
                SEARCH: [_capability(VERSION, "shopping/catalog/search", "shopping/catalog_search.json")],
                LOOKUP: [_capability(VERSION, "shopping/catalog/lookup", "shopping/catalog_lookup.json")],
                ASK: [_capability("draft", "common/ask", "common/ask.json")],
            },
            "payment_handlers": {},
        }
    }


def _service(name: str, transport: str, schema: str, endpoint: str) -> dict[str, Any]:
    return {
        "version": VERSION,
        "spec": f"{_SITE}/{VERSION}/specification/overview",
        "transport": transport,
        "schema": f"{_SITE}/{VERSION}/services/{name}/{schema}",
        "endpoint": endpoint,
    }


def _capability(release: str, spec: str, schema: str) -> dict[str, Any]:
    return {
        "version": VERSION,
        "spec": f"{_SITE}/{release}/specification/{spec}",
        "schema": f"{_SITE}/{release}/schemas/{schema}",
    }


def _refusal(problem: Problem) -> Response:
    status = status_of(problem)
    headers = {401: {"WWW-Authenticate": 'Bearer realm="ucp"'}, 429: {"Retry-After": "5"}, 503: {"Retry-After": "5"}}
    return JSONResponse(told(problem), status_code=status, headers=headers.get(status))
