"""create_app(): the shop's door as one ASGI application: socket, HTTP routes, the demo shop's pages, lifespan.

Knows no engine: it is handed an assistant that is built already.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from agent.journal import JournalError
from retrieval.query import RetrievalError
from web.auth import Tokens
from web.connection import Connection
from web.demodoor import demo_routes
from web.http import Door, merchant_routes, public_routes, refusal, shopper_routes
from web.intake import Intake
from web.known import KnownProducts
from web.live import Assistant
from web.people import people_routes
from web.problems import JOURNAL_DOWN, RETRIEVAL_DOWN, Problem, Refused, field_path
from web.rules import Meter, Rules
from web.sessions import Sessions
from web.source import EventSource, consume
from web.tally import Tally

HERE = Path(__file__).parent
SERVED = (".html", ".js", ".md", ".css", ".svg", ".json", ".png", ".jpg", ".webp", ".ico", ".woff2")

log = logging.getLogger(__name__)


def create_app(
    assistant: Assistant,
    *,
    secret: str,
    merchant_key: str,
    rules: Rules | None = None,
    source: EventSource | None = None,
    demo_shopper: str | None = None,
) -> FastAPI:
    """The application. `secret` signs session tokens (at least 32 bytes); `merchant_key` opens the bulk routes; events
    are read from `source` too, where there is one. `demo_shopper`: whom anyone may sign in as, in the demo shop alone.

    Raises ValueError for a secret that is too short.
    """
    rules = rules or Rules()
    tokens, meter = Tokens(secret), Meter(rules)
    sessions = Sessions(assistant, rules)
    intake = Intake(assistant.journal, sessions, KnownProducts(assistant.retriever), Tally())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        consuming = asyncio.create_task(consume(source, intake), name="event stream") if source else None
        yield
        if consuming:
            consuming.cancel()
            await asyncio.wait({consuming})
        await sessions.close()

    app = FastAPI(title="Floorwalker", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.sessions, app.state.intake = sessions, intake
    _errors(app)
    if rules.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=rules.origins,
            allow_methods=["GET", "POST"],
            allow_headers=["content-type"],
        )
    app.middleware("http")(_no_sniffing)

    @app.websocket("/v1/chat")
    async def chat(socket: WebSocket) -> None:  # pyright: ignore[reportUnusedFunction]
        connection = Connection(
            socket, assistant=assistant, sessions=sessions, tokens=tokens, rules=rules, meter=meter, tally=intake.tally
        )
        await connection.serve()

    door = Door(assistant, sessions, intake, tokens, merchant_key, rules, meter)
    app.include_router(public_routes(door))
    app.include_router(shopper_routes(door))
    app.include_router(merchant_routes(door))
    app.include_router(people_routes(door))
    if demo_shopper:
        app.include_router(demo_routes(door, demo_shopper))
    _pages(app)
    return app


class _Files(StaticFiles):
    """Files of the kinds that a page needs, and no others."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if Path(path).suffix not in SERVED:
            raise HTTPException(404)
        return await super().get_response(path, scope)


def _pages(app: FastAPI) -> None:
    app.mount("/static", _Files(directory=HERE / "static", check_dir=False))
    app.mount("/demo", _Files(directory=HERE / "demo", check_dir=False))

    @app.get("/", include_in_schema=False)
    @app.get("/product/{product_id:path}", include_in_schema=False)
    @app.get("/help/{page:path}", include_in_schema=False)
    async def shop_page() -> Response:  # pyright: ignore[reportUnusedFunction]
        page = HERE / "demo" / "index.html"
        if not page.is_file():
            raise HTTPException(404)
        return FileResponse(page)


async def _no_sniffing(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call_next(request)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response


def _errors(app: FastAPI) -> None:
    """Every error leaves as `{code, field, fix}`."""

    async def refused(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Refused)
        return refusal(error.problem)

    async def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        return refusal(Problem(code="bad_request", field=field_path(first["loc"][1:]), fix=str(first["msg"])))

    async def http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        missing = error.status_code == 404
        fix = "there is nothing at this address" if missing else str(error.detail)
        problem = Problem(code="not_found" if missing else "bad_request", fix=fix)
        return JSONResponse(problem.model_dump(), status_code=error.status_code, headers=error.headers)

    async def no_journal(_: Request, error: Exception) -> JSONResponse:
        log.warning("the journal is down: %s", error)
        return refusal(JOURNAL_DOWN)

    async def no_retrieval(_: Request, error: Exception) -> JSONResponse:
        log.warning("retrieval is down: %s", error)
        return refusal(RETRIEVAL_DOWN)

    async def internal(_: Request, error: Exception) -> JSONResponse:
        return refusal(Problem(code="internal", fix="try again; the shop's log has the cause"))

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(JournalError, no_journal)
    app.add_exception_handler(RetrievalError, no_retrieval)
    app.add_exception_handler(Exception, internal)
