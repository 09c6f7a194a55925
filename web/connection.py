"""One socket: who it is, then frames in and frames out until either side goes.

Refusals before `session.start` carry no `seq`, for there is no session yet to number them. Knows nothing of turns.
"""

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime
from uuid import uuid4

from starlette.responses import JSONResponse
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from agent.events import Feedback, ShopperMessage
from agent.journal import EventReported, JournalError
from retrieval.query import RetrievalError
from web.auth import BadToken, Claims, Tokens, origin_allowed
from web.frames import encoded, error
from web.incoming import (
    CancelSent,
    ClearSent,
    ConsentSent,
    EventSent,
    FeedbackSent,
    MessageSent,
    SessionStart,
    client_frame,
    consent_id,
    feedback_id,
)
from web.ingest import check_known, consented, event_of, is_timed, product_ids
from web.live import Assistant, LiveSession
from web.outbox import TRY_AGAIN, Outbox
from web.problems import JOURNAL_DOWN, RETRIEVAL_DOWN, Problem, Refused
from web.rules import MAX_FRAME, Meter, Rules
from web.sessions import Sessions
from web.tally import Tally

BAD_TOKEN = 4401
NO_START = 4408
TOO_LARGE = 1009
POLICY = 1008
GOODBYE_SECONDS = 1.0

log = logging.getLogger(__name__)


class _Closed(Exception):
    """This side closes the socket."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Connection:
    """Serves one WebSocket from handshake to close."""

    def __init__(
        self,
        socket: WebSocket,
        *,
        assistant: Assistant,
        sessions: Sessions,
        tokens: Tokens,
        rules: Rules,
        meter: Meter,
        tally: Tally,
    ) -> None:
        self._socket = socket
        self._tally = tally
        self._assistant = assistant
        self._sessions = sessions
        self._tokens = tokens
        self._rules = rules
        self._meter = meter
        self._id = uuid4().hex

    async def serve(self) -> None:
        """The whole life of the socket."""
        headers, client = self._socket.headers, self._socket.client
        if not origin_allowed(headers.get("origin"), headers.get("host"), self._rules.origins):
            await self._deny(
                403, Problem(code="bad_origin", field="Origin", fix="add this origin to FLOORWALKER_ORIGINS")
            )
            return
        with self._meter.socket(client.host if client else "") as room:
            if not room:
                await self._deny(429, Problem(code="rate_limited", fix="close some of this address's sockets"))
                return
            await self._socket.accept()
            try:
                code = await self._greet()
            except _Closed as closed:
                code = closed.code
            except WebSocketDisconnect:
                return
            await self._close(code)

    async def _greet(self) -> int:
        """Wait for `session.start`, then serve its session. Returns the close code."""
        try:
            async with asyncio.timeout(self._rules.start_wait):
                start, claims = await self._started()
        except TimeoutError:
            return NO_START
        outbox = Outbox(self._rules.queue_bytes)
        try:
            async with self._sessions.open(claims.session_id, claims.shopper_id) as session:
                return await self._converse(session, outbox, start)
        except JournalError as reason:
            log.warning("session %s cannot be opened: %s", claims.session_id, reason)
            await self._tell(JOURNAL_DOWN)
            return TRY_AGAIN

    async def _started(self) -> tuple[SessionStart, Claims]:
        while True:
            try:
                frame = client_frame(await self._receive())
                if not isinstance(frame, SessionStart):
                    raise Refused("not_started", "type", fix="send session.start with a token first")
                return frame, self._tokens.read(frame.token)
            except Refused as refused:
                if refused.problem.field == "token":
                    raise _Closed(BAD_TOKEN) from refused
                self._strike()
                await self._tell(refused.problem)
            except BadToken as bad:
                raise _Closed(BAD_TOKEN) from bad

    async def _converse(self, session: LiveSession, outbox: Outbox, start: SessionStart) -> int:
        """Read and write at once; whichever ends first ends the other."""
        try:
            await asyncio.shield(session.join(outbox, start.last_seq))
            reading = asyncio.create_task(self._read(session))
            writing = asyncio.create_task(outbox.drain(self._socket.send_text, self._rules.drain_wait))
            try:
                await asyncio.wait({reading, writing}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (reading, writing):
                    task.cancel()
                results = await asyncio.gather(reading, writing, return_exceptions=True)
        finally:
            session.leave(outbox)
        for result in results:
            if isinstance(result, Exception):
                raise result
        return next((result for result in results if isinstance(result, int)), 1000)

    async def _read(self, session: LiveSession) -> None:
        while True:
            text = await self._receive()
            try:
                if not self._meter.allows("frames", self._id):
                    raise Refused("rate_limited", fix="send fewer frames a second")
                await self._take(session, text)
            except Refused as refused:
                self._strike()
                session.refuse(refused.problem)
            except JournalError:
                await self._tell(JOURNAL_DOWN)

    async def _take(self, session: LiveSession, text: str | None) -> None:
        frame = client_frame(text)
        now = datetime.now(UTC)
        match frame:
            case SessionStart():
                raise Refused("bad_frame", "type", fix="this socket has started already; open another one")
            case EventSent():
                await self._event(session, frame, now)
            case MessageSent():
                if not self._meter.allows("messages", session.conversation.session_id):
                    raise Refused("rate_limited", fix="wait a moment before the next message")
                await session.message(ShopperMessage(id=frame.id, text=frame.text, time=now))
            case CancelSent():
                session.cancel()
            case ClearSent():
                await session.clear(frame.path)
            case FeedbackSent():
                thumb = Feedback(product_id=frame.product_id, card_set=frame.card_set, value=frame.value, time=now)
                await session.feedback(thumb, feedback_id(frame))
            case ConsentSent():
                await session.consent(frame.granted, now, consent_id(frame))

    async def _event(self, session: LiveSession, frame: EventSent, now: datetime) -> None:
        try:
            await self._reported(session, frame, now)
        except Refused as refused:
            self._tally.refused("page", [refused.problem.code])
            raise

    async def _reported(self, session: LiveSession, frame: EventSent, now: datetime) -> None:
        event = event_of(frame.event, now)
        record = EventReported(event=event, consent=consented(frame.event))
        ids = product_ids(event)
        try:
            found = await self._assistant.retriever.get(ids) if ids else ()
        except RetrievalError:
            session.refuse(RETRIEVAL_DOWN)
            return
        products = {product.id: product for product in found}
        check_known(event, products)
        new = await session.report(record, products, timed=is_timed(frame.event))
        told = [(session.conversation.session_id, event)]
        self._tally.taken("page", told if new else [], 0 if new else 1, now)

    async def _receive(self) -> str | None:
        """The next frame's text; None for a binary one. Raises WebSocketDisconnect, _Closed."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code") or 1005)
        text: str | None = message.get("text")
        if text is not None and len(text.encode("utf-8", "replace")) > MAX_FRAME:
            raise _Closed(TOO_LARGE)
        return text

    def _strike(self) -> None:
        if not self._meter.allows("refusals", self._id):
            raise _Closed(POLICY)

    async def _tell(self, problem: Problem) -> None:
        """A refusal outside the session's numbering."""
        try:
            async with asyncio.timeout(self._rules.drain_wait):
                await self._socket.send_text(encoded(error(problem)))
        except TimeoutError:
            raise _Closed(TRY_AGAIN) from None

    async def _deny(self, status: int, problem: Problem) -> None:
        await self._socket.send_denial_response(JSONResponse(problem.model_dump(), status_code=status))

    async def _close(self, code: int) -> None:
        """Say goodbye. A socket that cannot take even that is dropped by the server when this returns."""
        if self._socket.client_state is WebSocketState.CONNECTED:
            with suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
                async with asyncio.timeout(GOODBYE_SECONDS):
                    await self._socket.close(code)
