"""WorkerRetriever: query.Retriever across a process border. Starts the child, watches it, starts it again when it dies.

Many calls may be under way; the child answers them one by one, so the caller's event loop never waits for a search.
The child itself is served.py.
"""

import asyncio
import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from retrieval.behaviour.touches import FinishedSession, Mark
from retrieval.border import Fault
from retrieval.frames import (
    ANSWER,
    FAULT,
    HEADER,
    READY,
    Call,
    Codec,
    DeleteCall,
    EvidenceCall,
    FacetsCall,
    GetCall,
    LearnCall,
    PageCall,
    PassagesCall,
    SearchCall,
    UpsertCall,
    packed,
)
from retrieval.knowledge.passage import PassageHit
from retrieval.place import Address, Place
from retrieval.product import Product
from retrieval.query import (
    Facets,
    Filters,
    RankContext,
    RetrievalError,
    Retriever,
    SearchQuery,
    SearchResult,
    WorkerDown,
)


class WorkerConfig(BaseModel, frozen=True, extra="forbid"):
    """How patient to be. All in seconds."""

    start_timeout: float = 120.0
    """Loading the embedder from a cold disk takes long."""
    call_timeout: float = 10.0
    write_timeout: float = 120.0
    """For upserts, which embed."""
    first_backoff: float = 0.2
    longest_backoff: float = 30.0


class WorkerRetriever:
    """Every call may raise WorkerDown, besides what the method itself raises."""

    def __init__(
        self,
        place: Place,
        *,
        embedder: str | None = None,
        reranker: str | None = None,
        ranker: Path | None = None,
        behaviour: Path | None = None,
        config: WorkerConfig | None = None,
    ) -> None:
        """`ranker`: the file of a learnt one. `behaviour`: the file in which what shoppers did is kept; without one it
        lasts as long as the child."""
        self._command = [sys.executable, "-m", "retrieval.served", "--index", str(place)]
        self._environment = place.environment if isinstance(place, Address) else {}
        self._command += ["--embedder", embedder] if embedder else []
        self._command += ["--reranker", reranker] if reranker else []
        self._command += ["--ranker", str(ranker)] if ranker else []
        self._command += ["--behaviour", str(behaviour)] if behaviour else []
        self._config = config or WorkerConfig()
        self._codec = Codec()
        self._child: asyncio.subprocess.Process | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._ready = False
        self._next = READY + 1
        self._heard = 0
        self._waiting: dict[int, tuple[str, asyncio.Future[Any]]] = {}
        self._last_fault: RetrievalError | None = None

    @property
    def ready(self) -> bool:
        """Would a call be answered now?"""
        return self._ready

    @property
    def pid(self) -> int | None:
        """The child's process id, while there is one."""
        return self._child.pid if self._child else None

    async def start(self) -> None:
        """Start the child and wait until it serves. Raises IndexFault, EmbedderError, WorkerDown; then nothing runs."""
        try:
            await self._spawn()
        except BaseException:
            await self.close()
            raise
        self._watcher = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """Stop the child; calls under way get WorkerDown. Safe to repeat."""
        self._ready = False
        if self._watcher:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher
            self._watcher = None
        await self._stop_child()
        self._fail_waiting("The retrieval worker was stopped.")

    async def search(self, query: SearchQuery, context: RankContext) -> SearchResult:
        return await self._ask(SearchCall(query=query, context=context))

    async def get(self, ids: tuple[str, ...], filters: Filters | None = None) -> tuple[Product, ...]:
        return await self._ask(GetCall(ids=ids, filters=filters))

    async def facets(self, filters: Filters | None = None) -> Facets:
        return await self._ask(FacetsCall(filters=filters))

    async def page(self, offset: int, limit: int, filters: Filters | None = None) -> tuple[Product, ...]:
        return await self._ask(PageCall(offset=offset, limit=limit, filters=filters))

    async def passages(self, question: str, limit: int = 3) -> tuple[PassageHit, ...]:
        return await self._ask(PassagesCall(question=question, limit=limit))

    async def evidence(self, question: str, product_id: str, limit: int = 2) -> tuple[PassageHit, ...]:
        return await self._ask(EvidenceCall(question=question, product_id=product_id, limit=limit))

    async def upsert(self, products: tuple[Product, ...]) -> int:
        return await self._ask(UpsertCall(products=products), timeout=self._config.write_timeout)

    async def delete(self, ids: tuple[str, ...]) -> int:
        return await self._ask(DeleteCall(ids=ids), timeout=self._config.write_timeout)

    async def learn(self, sessions: tuple[FinishedSession, ...], after: Mark, mark: Mark) -> Mark:
        return await self._ask(LearnCall(sessions=sessions, after=after, mark=mark), timeout=self._config.write_timeout)

    async def _ask(self, call: Call, *, timeout: float | None = None) -> Any:
        child = self._child
        if not self._ready or child is None or child.stdin is None:
            cause = f" ({self._last_fault.message})" if self._last_fault else ""
            raise WorkerDown(f"The retrieval worker is not running{cause}.", fix="It is being restarted; try again.")
        number, self._next = self._next, self._next + 1
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = (call.method, answer)
        heard_before = self._heard
        try:
            async with asyncio.timeout(timeout or self._config.call_timeout):
                child.stdin.write(packed(number, ANSWER, call.model_dump_json().encode()))
                await child.stdin.drain()
                return await answer
        except TimeoutError as error:
            if self._heard == heard_before and child is self._child and child.returncode is None:
                child.kill()  # nothing at all was answered meanwhile: it hangs, and the watcher starts another
            raise WorkerDown("The retrieval worker did not answer in time.", fix="Try again.") from error
        except ConnectionError as error:
            raise WorkerDown("The retrieval worker died.", fix="It is being restarted; try again.") from error
        finally:
            self._waiting.pop(number, None)

    async def _spawn(self) -> None:
        environment = {**os.environ, **self._environment, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        pipe = asyncio.subprocess.PIPE
        self._child = await asyncio.create_subprocess_exec(*self._command, stdin=pipe, stdout=pipe, env=environment)
        try:
            async with asyncio.timeout(self._config.start_timeout):
                frame = await _frame(self._child)
        except TimeoutError as error:
            raise WorkerDown("The retrieval worker did not start in time.", fix="See its output.") from error
        if frame is None:
            raise WorkerDown("The retrieval worker died while starting.", fix="See its output.")
        if frame[1] == FAULT:
            raise Fault.model_validate_json(frame[2]).error
        self._last_fault = None
        self._ready = True

    async def _watch(self) -> None:
        backoff = self._config.first_backoff
        while True:
            if self._ready:
                await self._listen()
                self._ready = False
                self._fail_waiting("The retrieval worker died.")
                backoff = self._config.first_backoff
            await self._stop_child()
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, self._config.longest_backoff)
            try:
                await self._spawn()
            except (RetrievalError, OSError) as error:
                self._last_fault = error if isinstance(error, RetrievalError) else WorkerDown(str(error))

    async def _listen(self) -> None:
        assert self._child is not None
        while frame := await _frame(self._child):
            number, kind, body = frame
            self._heard += 1
            method, answer = self._waiting.get(number, ("", None))
            if answer is None or answer.done():
                continue  # its caller was cancelled or lost patience
            if kind == FAULT:
                answer.set_exception(Fault.model_validate_json(body).error)
            else:
                answer.set_result(self._codec.answer(method, body))

    async def _stop_child(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.stdin:
            child.stdin.close()
        try:
            async with asyncio.timeout(5):
                await child.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()

    def _fail_waiting(self, message: str) -> None:
        for _, answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(WorkerDown(message, fix="It is being restarted; try again."))


async def _frame(child: asyncio.subprocess.Process) -> tuple[int, int, bytes] | None:
    assert child.stdout is not None
    try:
        length, number, kind = HEADER.unpack(await child.stdout.readexactly(HEADER.size))
        return number, kind, await child.stdout.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


if TYPE_CHECKING:
    _: type[Retriever] = WorkerRetriever
