"""A Qdrant server's REST dialect on loopback, answered by the client's own local mode: what crosses the wire is real,
the engine behind it is not."""

import asyncio
import socket
import threading
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from qdrant_client import AsyncQdrantClient, models


class FakeServer:
    """Answers as a Qdrant server does; first, with the `faults` that a test asks for."""

    def __init__(self, key: str = "") -> None:
        self.key = key
        self.url = ""
        self.faults: list[Response] = []
        """The next answers, whatever is asked."""
        self.asked: list[str] = []
        """Every request so far: method and path."""
        self.client = AsyncQdrantClient(":memory:")
        self.app = FastAPI()
        self.app.middleware("http")(self._guard)
        _collections(self.app, self.client)
        _points(self.app, self.client)

    async def _guard(self, request: Request, answer: Callable[[Request], Any]) -> Response:
        self.asked.append(f"{request.method} {request.url.path}")
        if self.faults:
            return self.faults.pop(0)
        if self.key and request.headers.get("api-key") != self.key:
            return JSONResponse({"status": {"error": "Must provide an API key"}}, 401)
        try:
            return await answer(request)
        except ValueError as error:
            return JSONResponse({"status": {"error": str(error)}}, 404 if "not found" in str(error) else 400)


@contextmanager
def running(server: FakeServer) -> Generator[FakeServer]:
    """Serve on a free port of loopback, in a thread, until the end of the block."""
    door = socket.create_server(("127.0.0.1", 0))
    server.url = f"http://127.0.0.1:{door.getsockname()[1]}"
    served = uvicorn.Server(uvicorn.Config(server.app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=lambda: asyncio.run(served.serve(sockets=[door])))
    with local_mode_unwarned():
        thread.start()
        try:
            yield server
        finally:
            served.should_exit = True
            thread.join()
            door.close()


@contextmanager
def local_mode_unwarned() -> Generator[None]:
    """The client's local mode says, once a process, that it takes no heed of these."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Payload indexes have no effect in the local Qdrant", UserWarning)
        warnings.filterwarnings("ignore", ".*exact .brute-force. search, so `search_params`", UserWarning)
        yield


def _collections(app: FastAPI, client: AsyncQdrantClient) -> None:
    @app.get("/collections")
    async def collections() -> Any:
        return _ok(await client.get_collections())

    @app.get("/aliases")
    async def aliases() -> Any:
        return _ok(await client.get_aliases())

    @app.post("/collections/aliases")
    async def move(request: Request) -> Any:
        held = models.ChangeAliasesOperation.model_validate_json(await request.body())
        return _ok(await client.update_collection_aliases(held.actions))

    @app.get("/collections/{name}")
    async def info(name: str) -> Any:
        return _ok(await client.get_collection(name))

    @app.put("/collections/{name}")
    async def create(name: str, request: Request) -> Any:
        held = models.CreateCollection.model_validate_json(await request.body())
        return _ok(await client.create_collection(name, held.vectors, held.sparse_vectors, metadata=held.metadata))

    @app.patch("/collections/{name}")
    async def update(name: str, request: Request) -> Any:
        held = models.UpdateCollection.model_validate_json(await request.body())
        return _ok(await client.update_collection(name, metadata=held.metadata))

    @app.delete("/collections/{name}")
    async def drop(name: str) -> Any:
        return _ok(await client.delete_collection(name))

    @app.put("/collections/{name}/index")
    async def index(name: str, request: Request) -> Any:
        held = models.CreateFieldIndex.model_validate_json(await request.body())
        return _ok(await client.create_payload_index(name, held.field_name, held.field_schema))


def _points(app: FastAPI, client: AsyncQdrantClient) -> None:
    @app.put("/collections/{name}/points")
    async def upsert(name: str, request: Request) -> Any:
        held = models.PointsList.model_validate_json(await request.body())
        return _ok(await client.upsert(name, held.points))

    @app.post("/collections/{name}/points")
    async def retrieve(name: str, request: Request) -> Any:
        held = models.PointRequest.model_validate_json(await request.body())
        found = await client.retrieve(name, held.ids, held.with_payload or False, held.with_vector or False)
        return _ok([each.model_dump(mode="json") for each in found])

    @app.post("/collections/{name}/points/scroll")
    async def scroll(name: str, request: Request) -> Any:
        held = models.ScrollRequest.model_validate_json(await request.body())
        points, after = await client.scroll(
            name, held.filter, held.limit, held.order_by, None, held.with_payload, held.with_vector or False
        )
        return _ok({"points": [each.model_dump(mode="json") for each in points], "next_page_offset": after})

    @app.post("/collections/{name}/points/query")
    async def query(name: str, request: Request) -> Any:
        held = models.QueryRequest.model_validate_json(await request.body())
        return _ok((await client.query_batch_points(name, [held]))[0])

    @app.post("/collections/{name}/points/query/batch")
    async def batch(name: str, request: Request) -> Any:
        held = models.QueryRequestBatch.model_validate_json(await request.body())
        answers = await client.query_batch_points(name, held.searches)
        return _ok([each.model_dump(mode="json") for each in answers])

    @app.post("/collections/{name}/points/count")
    async def count(name: str, request: Request) -> Any:
        held = models.CountRequest.model_validate_json(await request.body())
        return _ok(await client.count(name, held.filter))

    @app.post("/collections/{name}/points/delete")
    async def delete(name: str, request: Request) -> Any:
        held = models.PointIdsList.model_validate_json(await request.body())
        return _ok(await client.delete(name, held))

    @app.post("/collections/{name}/points/batch")
    async def operations(name: str, request: Request) -> Any:
        held = models.UpdateOperations.model_validate_json(await request.body())
        done = await client.batch_update_points(name, held.operations)
        return _ok([each.model_dump(mode="json") for each in done])

    @app.post("/collections/{name}/facet")
    async def facet(name: str, request: Request) -> Any:
        held = models.FacetRequest.model_validate_json(await request.body())
        return _ok(await client.facet(name, held.key, held.filter, held.limit or 10))


def _ok(result: Any) -> Any:
    held = result.model_dump(mode="json") if hasattr(result, "model_dump") else result
    return {"result": held, "status": "ok", "time": 0.0}
