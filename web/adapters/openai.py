"""Chat completions: `POST /v1/chat/completions` and `GET /v1/models`, as OpenAI's clients speak to them.

Only the last message of the user runs. The session has its own memory, and what a caller says that it or the shopper
said before is no part of it: earlier messages, the system's too, are not read. With a session's token the session is
the token's. With the merchant's key it is the one named in `metadata.session_id`, else in `user`; where neither is
given each call is a session of its own, and its id is in the answer: a client that means to go on names it.

Products and sources are lines under the prose, and `floorwalker: {session, products, sources, handoff, …}` on the
message, or on the delta of the last chunk. An `Idempotency-Key` is the message's id: sent again it runs no second time.
What would change the answer and is not done here is refused; what merely tunes a model, such as `temperature`, is
ignored. Refusals are `{error: {message, type, param, code}}`. Knows nothing of how a turn is made.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from agent.events import TurnFinished, TurnStarted
from agent.journal import Journal, TurnSaid
from web.adapters.callers import Caller, answering, caller_of, checked_id, idempotent_id, read_as
from web.adapters.running import EventStream, run
from web.adapters.telling import Telling
from web.auth import new_session_id
from web.frames import Frame, encoded
from web.http import STATUS, Door
from web.incoming import message_text
from web.problems import Problem, Refused

MODEL = "floorwalker"
_HARMLESS: Mapping[str, tuple[object, ...]] = {
    "n": (1,),
    "tools": ([],),
    "tool_choice": ("none", "auto"),
    "functions": ([],),
    "function_call": ("none", "auto"),
    "response_format": ({"type": "text"},),
    "logprobs": (False,),
    "modalities": (["text"],),
    "audio": (),
    "stop": ([], ""),
    "web_search_options": (),
}
"""What asks for more than an answer in prose, with the values that do not."""
_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
_FAILURES = {"retrieval_down": 503, "interrupted": 503, "deadline": 504}


class _Part(BaseModel, frozen=True):
    type: str
    text: str = ""


class _Message(BaseModel, frozen=True):
    role: str
    content: str | list[_Part] | None = None


class _StreamOptions(BaseModel, frozen=True):
    include_usage: bool | None = None


class _Asked(BaseModel, frozen=True, extra="allow"):
    messages: list[_Message] = Field(min_length=1)
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    user: str | None = None
    metadata: dict[str, Any] | None = None


def openai_routes(door: Door) -> APIRouter:
    """The door of OpenAI's clients."""
    router = APIRouter()

    async def complete(request: Request) -> Response:
        caller = caller_of(request, door)
        asked = await read_as(request, _Asked, fix='send JSON: {"messages": [{"role": "user", "content": "…"}]}')
        text = _said(asked)
        message_id, fresh = uuid4().hex, new_session_id()
        if key := request.headers.get("idempotency-key"):
            message_id, fresh = checked_id(key, "Idempotency-Key"), idempotent_id(door, key)
        session_id = _session(caller, asked) or fresh
        frames = run(door, caller, session_id, message_id, text)
        answer = _Answer(str(request.base_url), session_id, message_id, door.assistant.journal)
        if asked.stream:
            usage = bool(asked.stream_options and asked.stream_options.include_usage)
            return EventStream(await anext(frames), frames, _Chunks(answer, usage=usage).of)
        return await _whole(answer, frames)

    async def models(request: Request) -> Response:
        caller_of(request, door)
        model = {"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}
        return JSONResponse({"object": "list", "data": [model]})

    router.add_api_route("/v1/chat/completions", answering(complete, _refusal), methods=["POST"])
    router.add_api_route("/v1/models", answering(models, _refusal), methods=["GET"])
    return router


class _Answer:
    """What all parts of one answer have in common."""

    def __init__(self, base: str, session_id: str, message_id: str, journal: Journal) -> None:
        self.base = base
        self._session_id, self._message_id, self._journal = session_id, message_id, journal
        self._created = int(datetime.now(UTC).timestamp())

    def json(self, kind: str, choices: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
        """An object of the protocol."""
        head = {"id": f"chatcmpl-{self._message_id}", "object": kind, "created": self._created, "model": MODEL}
        return {**head, "choices": choices, **fields}

    def value(self, telling: Telling) -> dict[str, Any]:
        """What is told beside the words."""
        return {"session": self._session_id, **telling.value(self.base)}

    async def usage(self) -> dict[str, Any]:
        """Tokens of the model calls that the turn made; none where no model was needed. Raises JournalError."""
        turn, calls = "", ()
        for record in await self._journal.records(self._session_id):
            match record:
                case TurnSaid(event=TurnStarted(turn_id=turn_id, message_id=self._message_id)):
                    turn = turn_id
                case TurnSaid(event=TurnFinished(turn_id=turn_id, report=report)) if turn_id == turn:
                    calls = report.calls
                case _:
                    pass
        prompt, completion = sum(one.prompt_tokens for one in calls), sum(one.completion_tokens for one in calls)
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {"cached_tokens": sum(one.cached_tokens for one in calls)},
        }


class _Chunks:
    """Frames as chunks, one after another."""

    def __init__(self, answer: _Answer, *, usage: bool) -> None:
        self._answer, self._usage = answer, usage
        self._telling = Telling()

    async def of(self, frame: Frame) -> str:
        """The chunks that say this frame."""
        before, self._telling = self._telling, self._telling.after(frame)
        match frame["type"]:
            case "RUN_STARTED":
                return self._chunk({"role": "assistant", "content": ""})
            case "RUN_FINISHED":
                return await self._last()
            case "RUN_ERROR":
                return _data(_error(*_failed(self._telling)))
            case _:
                new = self._telling.text[len(before.text) :]
                return self._chunk({"content": new}) if new else ""

    async def _last(self) -> str:
        telling = self._telling
        rest = _words(telling, self._answer.base)[len(telling.text) :]
        told = self._chunk({"content": rest}) if rest else ""
        told += self._chunk({"floorwalker": self._answer.value(telling)}, finish="stop")
        if self._usage:
            told += _data(self._answer.json("chat.completion.chunk", [], usage=await self._answer.usage()))
        return f"{told}data: [DONE]\n\n"

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        unknown: dict[str, Any] = {"usage": None} if self._usage else {}
        return _data(self._answer.json("chat.completion.chunk", [choice], **unknown))


async def _whole(answer: _Answer, frames: AsyncGenerator[Frame, None]) -> Response:
    telling = Telling()
    async with aclosing(frames):
        async for frame in frames:
            telling = telling.after(frame)
    if telling.failure:
        status, problem = _failed(telling)
        return JSONResponse(_error(status, problem), status_code=status)
    message = {"role": "assistant", "content": _words(telling, answer.base), "refusal": None}
    choice = {
        "index": 0,
        "message": {**message, "floorwalker": answer.value(telling)},
        "logprobs": None,
        "finish_reason": "stop",
    }
    return JSONResponse(answer.json("chat.completion", [choice], usage=await answer.usage()))


def _words(telling: Telling, base: str) -> str:
    return "\n\n".join(filter(None, (telling.answer, telling.shown(base))))


def _session(caller: Caller, asked: _Asked) -> str | None:
    named = (asked.metadata or {}).get("session_id")
    if named is not None and not isinstance(named, str):
        raise Refused("bad_request", "metadata.session_id", fix="use text")
    if named is not None or caller.session_id is not None:
        return caller.session(named, "metadata.session_id")
    return caller.session(asked.user, "user")


def _said(asked: _Asked) -> str:
    """The words of the user's last message. Raises Refused for whatever cannot be answered."""
    for name, harmless in _HARMLESS.items():
        given = (asked.model_extra or {}).get(name)
        if given is not None and given not in harmless:
            raise Refused("unsupported", name, fix="leave it out: the answer is one message of plain text")
    found = [(at, one) for at, one in enumerate(asked.messages) if one.role == "user"]
    if not found:
        raise Refused("bad_request", "messages", fix="send a message of the user")
    at, message = found[-1]
    field = f"messages[{at}].content"
    parts = message.content if isinstance(message.content, list) else [_Part(type="text", text=message.content or "")]
    for place, part in enumerate(parts):
        if part.type != "text":
            fix = "write in words; pictures, sound and files are not read"
            raise Refused("unsupported", f"{field}[{place}].type", fix=fix)
    return message_text("\n".join(part.text for part in parts), field)


def _failed(telling: Telling) -> tuple[int, Problem]:
    assert telling.failure
    known = telling.failure.code if telling.failure.code == "retrieval_down" else "internal"
    return _FAILURES.get(telling.failure.code, 500), Problem(code=known, fix=telling.failure.text)


def _error(status: int, problem: Problem) -> dict[str, Any]:
    kind = _TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    return {
        "error": {"message": problem.fix, "type": kind, "param": problem.field or None, "code": problem.code},
    }


def _refusal(problem: Problem) -> Response:
    status = STATUS.get(problem.code, 400)
    headers = {"Retry-After": "5"} if status == 429 else {}
    return JSONResponse(_error(status, problem), status_code=status, headers=headers)


def _data(value: dict[str, Any]) -> str:
    return f"data: {encoded(value)}\n\n"
