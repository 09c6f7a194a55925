"""The synthetic engine: an OpenAI-compatible server whose answers are made up (`synthetic.py`), at a set pace or at an
engine's.

Alone, it waits before the first token and between tokens as it is told. In front of an engine (`upstream`), the engine
reads every prompt and writes as many tokens under the same schema, and each piece of its answer leaves here, when it
comes, as a piece of the made-up one: what is timed is the engine, whatever its weights. Knows nothing of the product.
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvicorn
from pydantic import BaseModel, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from eval.synthetic import answer
from llm_server.engines import SERVED_AS

_WAIT = 300.0


class Pace(BaseModel, frozen=True, extra="forbid"):
    """How fast the synthetic engine is, alone. In seconds."""

    first: float = Field(default=0.1, ge=0)
    """From a request to its first token."""
    gap: float = Field(default=0.01, ge=0)
    """Between two tokens."""


def engine(pace: Pace, upstream: str | None) -> Starlette:
    """The server's application. `upstream`: the root of an engine's API, such as `http://gpu:8001/v1`."""
    client = httpx.AsyncClient(timeout=_WAIT, trust_env=False) if upstream else None

    async def completions(request: Request) -> Response:
        body = await request.json()
        if client and upstream:
            return await _through(client, f"{upstream}/chat/completions", body)
        return await _alone(body, pace)

    async def models(_: Request) -> Response:
        return JSONResponse({"object": "list", "data": [{"id": SERVED_AS, "object": "model"}]})

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        yield
        if client:
            await client.aclose()

    routes = [Route("/v1/chat/completions", completions, methods=["POST"]), Route("/v1/models", models)]
    return Starlette(routes=routes, lifespan=lifespan)


async def serve(pace: Pace, upstream: str | None, port: int, announce: Callable[[str], None]) -> None:
    """Serve until it is stopped; `announce` is told the API's root. Port 0 picks a free one."""
    config = uvicorn.Config(engine(pace, upstream), host="127.0.0.1", port=port, log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    if server.started:
        announce(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/v1")
    await serving


async def _alone(body: dict[str, Any], pace: Pace) -> Response:
    told, length = answer(body)
    began = time.perf_counter()
    usage = {"prompt_tokens": length, "completion_tokens": len(told), "total_tokens": length + len(told)}

    async def until(token: int) -> None:
        # Against the clock, not one after the other: a loop that is late once does not stay late.
        await asyncio.sleep(max(0.0, began + pace.first + token * pace.gap - time.perf_counter()))

    if not body.get("stream"):
        await until(len(told) - 1)
        return JSONResponse(_whole("".join(told), usage))

    async def events() -> AsyncGenerator[str, None]:
        for token, piece in enumerate(told):
            await until(token)
            yield _event(_chunk(piece))
        yield _event(_chunk("", finish="stop"))
        yield _event({"choices": [], "usage": usage})
        yield "data: [DONE]\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


async def _through(client: httpx.AsyncClient, url: str, body: dict[str, Any]) -> Response:
    """The engine's answer in everything but its words."""
    told, _ = answer(body)
    # A made-up model does not know when to end: it is told how long to write.
    asked = {**body, "max_tokens": len(told), **({} if body.get("response_format") else {"ignore_eos": True})}
    if not body.get("stream"):
        answered = await client.post(url, json=asked)
        if answered.status_code != 200:
            return Response(answered.content, answered.status_code, media_type="application/json")
        return JSONResponse(_whole("".join(told), answered.json().get("usage")))
    opened = await client.send(client.build_request("POST", url, json=asked), stream=True)
    if opened.status_code != 200:
        content = await opened.aread()
        await opened.aclose()
        return Response(content, opened.status_code, media_type="application/json")

    async def events() -> AsyncGenerator[str, None]:
        left = list(reversed(told))
        try:
            async for line in opened.aiter_lines():
                if line.startswith("data: {"):
                    yield _event(reworded(json.loads(line.removeprefix("data: ")), left))
                elif line.startswith("data: "):
                    yield f"{line}\n\n"
        finally:
            await opened.aclose()

    return StreamingResponse(events(), media_type="text/event-stream")


def reworded(chunk: dict[str, Any], left: list[str]) -> dict[str, Any]:
    """A chunk of an engine's stream with words of the made-up answer in place of its own. `left`: the pieces that are
    still to be said, the next one last; what is said is taken from it. The last chunk says all that is left."""
    choices: list[dict[str, Any]] = chunk.get("choices", [])[:1]
    said: list[dict[str, Any]] = []
    for choice in choices:
        delta: dict[str, Any] = choice.get("delta") or {}
        ended = choice.get("finish_reason") is not None
        count = len(left) if ended else min(len(left), int(bool(delta.get("content"))))
        text = "".join([left.pop() for _ in range(count)])
        said.append({**choice, "delta": {**delta, "content": text}, "finish_reason": "stop" if ended else None})
    return {**chunk, "choices": said}


def _chunk(text: str, *, finish: str | None = None) -> dict[str, Any]:
    return {"model": SERVED_AS, "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}


def _whole(text: str, usage: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {"model": SERVED_AS, "choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": usage}


def _event(data: Any) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"
