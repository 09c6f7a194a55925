"""The Universal Commerce Protocol over MCP: `POST /mcp`, streamable HTTP, every request on its own.

Tools `search_catalog`, `lookup_catalog`, `get_product` and `ask_business`, with the merchant's key or a session's
token. What ucp.py says of REST holds here; refusals are JSON-RPC errors with `{code, content, field}` as their data.
Importing this takes most of a second, so app.py does it when the first call comes. Knows no schema of its own.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Request
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from web.adapters.ask import ask
from web.adapters.callers import Caller, caller_of, parsed, problem_of
from web.adapters.catalog import Catalog
from web.adapters.ucp import status_of, told
from web.adapters.ucpproduct import Json
from web.adapters.ucprequests import AskRequest, LookupRequest, ProductRequest, SearchRequest
from web.http import Door
from web.problems import Problem, Refused
from web.rules import MAX_BODY

REFUSED = -32000


class _Meta(BaseModel, frozen=True):
    idempotency_key: Annotated[str | None, Field(alias="idempotency-key")] = None


class _Arguments(BaseModel, frozen=True):
    meta: _Meta = _Meta()
    """`ucp-agent` is not read: the key says who calls."""


class _Search(_Arguments, frozen=True):
    catalog: SearchRequest


class _Lookup(_Arguments, frozen=True):
    catalog: LookupRequest


class _Product(_Arguments, frozen=True):
    catalog: ProductRequest


class _Ask(_Arguments, frozen=True):
    ask: AskRequest


_TOOLS: dict[str, tuple[type[_Arguments], str]] = {
    "search_catalog": (_Search, "Search this shop's catalogue with words, filters, or both."),
    "lookup_catalog": (_Lookup, "Look up products or variants of this shop by their ids."),
    "get_product": (_Product, "One product of this shop in full, with the variants that a choice of options leaves."),
    "ask_business": (
        _Ask,
        "Ask this shop's assistant about its products and policies. It answers and changes nothing.",
    ),
}


def mcp_app(door: Door) -> ASGIApp:
    """The door of MCP's clients."""
    catalog = Catalog(door.assistant.retriever)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            caller = caller_of(request, door)
        except Refused as refused:
            await _refusal(refused.problem)(scope, receive, send)
            return
        server = _server(_caller(door, catalog, caller, str(request.base_url)))
        manager = StreamableHTTPSessionManager(
            server, json_response=True, stateless=True, max_request_body_size=MAX_BODY
        )
        async with manager.run():
            await manager.handle_request(scope, receive, send)

    return serve


Call = Callable[[_Arguments], Awaitable[Json]]


def _caller(door: Door, catalog: Catalog, caller: Caller, base: str) -> Call:
    async def call(arguments: _Arguments) -> Json:
        match arguments:
            case _Search(catalog=asked):
                return await catalog.search(asked, base)
            case _Lookup(catalog=asked):
                return await catalog.lookup(asked, base)
            case _Product(catalog=asked):
                return await catalog.product(asked, base)
            case _Ask(ask=asked, meta=meta):
                return await ask(door, catalog, caller, asked, meta.idempotency_key, base)
            case _:
                raise AssertionError(arguments)

    return call


def _server(call: Call) -> Server[Any]:
    async def listed(_: ServerRequestContext[Any], __: PaginatedRequestParams | None) -> ListToolsResult:
        hints = ToolAnnotations(read_only_hint=True, open_world_hint=False)
        return ListToolsResult(
            tools=[
                Tool(name=name, description=words, input_schema=model.model_json_schema(), annotations=hints)
                for name, (model, words) in _TOOLS.items()
            ]
        )

    async def called(_: ServerRequestContext[Any], params: CallToolRequestParams) -> CallToolResult:
        try:
            if params.name not in _TOOLS:
                raise Refused("bad_request", "name", fix=f"call one of {', '.join(_TOOLS)}")
            answer = await call(parsed(params.arguments or {}, _TOOLS[params.name][0]))
        except Exception as error:
            problem = problem_of(error)
            raise MCPError(_code(problem), problem.fix, told(problem)) from error
        text = TextContent(type="text", text=json.dumps(answer, ensure_ascii=False))
        return CallToolResult(content=[text], structured_content=answer)

    return Server("floorwalker", title="Floorwalker", on_list_tools=listed, on_call_tool=called)


def _code(problem: Problem) -> int:
    status = status_of(problem)
    return INTERNAL_ERROR if status == 500 else INVALID_PARAMS if status in (400, 413) else REFUSED


def _refusal(problem: Problem) -> JSONResponse:
    error = {"code": REFUSED, "message": problem.fix, "data": told(problem)}
    headers = {401: {"WWW-Authenticate": "Bearer"}, 429: {"Retry-After": "5"}}.get(status_of(problem))
    return JSONResponse({"jsonrpc": "2.0", "id": None, "error": error}, status_code=status_of(problem), headers=headers)
