"""AG-UI over HTTP: `POST /v1/agui`, a RunAgentInput in, the run's events out as an event stream.

Its last user message is what the shopper says; a message id that was sent before runs no second time, and its run is
told again. Earlier messages, state, tools and context of the input are not read: the session has its own. The events
are those of the socket, from RUN_STARTED to RUN_FINISHED or RUN_ERROR, with their `seq` as the ids of the stream; the
STATE_SNAPSHOT behind RUN_STARTED, which the run's deltas change, has none.

Needs a session's token, whose session `threadId` must be, or the merchant's key, which may name any. What is refused
before the run begins is HTTP and `{code, field, fix}`. Knows nothing of what the events say.
"""

from ag_ui.core import RunAgentInput, TextPart, UserMessage
from fastapi import APIRouter, Request
from starlette.responses import Response

from web.adapters.callers import answering, caller_of, checked_id, read_as
from web.adapters.running import EventStream, run
from web.frames import Frame, encoded
from web.http import Door, refusal
from web.incoming import message_text
from web.problems import Refused


def agui_routes(door: Door) -> APIRouter:
    """The door of AG-UI."""
    router = APIRouter()

    async def agui(request: Request) -> Response:
        caller = caller_of(request, door)
        asked = await read_as(request, RunAgentInput, fix="send an AG-UI RunAgentInput as JSON")
        session_id = caller.session(asked.thread_id, "threadId") or asked.thread_id
        message_id, text = _said(asked)
        frames = run(door, caller, session_id, message_id, text)
        return EventStream(await anext(frames), frames, _event)

    router.add_api_route("/v1/agui", answering(agui, refusal), methods=["POST"], response_class=Response)
    return router


def _said(asked: RunAgentInput) -> tuple[str, str]:
    """The shopper's message: its id and its text. Raises Refused."""
    found = [(at, one) for at, one in enumerate(asked.messages) if isinstance(one, UserMessage)]
    if not found:
        raise Refused("bad_request", "messages", fix="send a message of the user")
    at, message = found[-1]
    field = f"messages[{at}].content"
    texts = [message.content] if isinstance(message.content, str) else list[str]()
    for place, part in enumerate(message.content if isinstance(message.content, list) else ()):
        if not isinstance(part, TextPart):
            raise Refused("unsupported", f"{field}[{place}]", fix="write in words; pictures and files are not read")
        texts.append(part.text)
    return checked_id(message.id, f"messages[{at}].id"), message_text("\n".join(texts), field)


async def _event(frame: Frame) -> str:
    numbered = f"id: {frame['seq']}\n" if "seq" in frame else ""
    # AG-UI knows no `seq`, and its client warns of what it does not know.
    return f"{numbered}data: {encoded({name: value for name, value in frame.items() if name != 'seq'})}\n\n"
