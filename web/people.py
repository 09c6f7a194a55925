"""The door of the shop's own people: who waits for one of them, what was said, and their part of it. Needs the key.

For a shop without a helpdesk of its own, and for whoever builds one. Knows nothing of turns.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, StringConstraints

from agent.events import HandoffChanged, Id
from agent.journal import PersonWrote, handoff_of
from agent.phrases import say
from web.http import Door, merchant

WAITING = 100
"""Conversations that are listed at once."""
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class Taken(BaseModel, frozen=True, extra="forbid"):
    """A person takes a conversation, or gives it back to the assistant."""

    state: Literal["human", "returned"]
    by: Name


class Written(BaseModel, frozen=True, extra="forbid"):
    """What a person writes to the shopper. Repeating an id writes nothing twice."""

    id: Id
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
    by: Name


def people_routes(door: Door) -> APIRouter:
    """What the shop's people need of a conversation."""
    router = APIRouter()

    @router.get("/v1/handoffs")
    async def waiting(request: Request) -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction]
        """The conversations that wait for a person, or have one, the latest first."""
        merchant(request, door)
        found = await door.assistant.journal.handoffs(WAITING)
        listed = [(each, change) for each in found if (change := handoff_of(each.record))]
        return {
            "handoffs": [
                {"sessionId": each.session_id, "time": each.time.isoformat(), **change.model_dump(exclude={"type"})}
                for each, change in listed
            ]
        }

    @router.get("/v1/sessions/{session_id}")
    async def conversation(request: Request, session_id: str) -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction]
        """What was said in a session, and whose it is."""
        merchant(request, door)
        async with door.sessions.open(session_id) as live:
            held = live.conversation
            return {
                "sessionId": session_id,
                "handoff": held.handoff,
                "language": held.language,
                "messages": [one.model_dump(include={"id", "role", "text", "by"}) for one in held.said],
            }

    @router.post("/v1/sessions/{session_id}/handoff")
    async def take(request: Request, session_id: str, taken: Taken) -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction]
        """Take the conversation, or give it back; a running turn of the assistant is stopped, and says no more."""
        merchant(request, door)
        async with door.sessions.open(session_id) as live:
            text = say(live.conversation.language, f"handoff:{taken.state}", by=taken.by)
            await live.hand(HandoffChanged(state=taken.state, text=text, by=taken.by))
            return {"sessionId": session_id, "handoff": live.conversation.handoff}

    @router.post("/v1/sessions/{session_id}/messages", status_code=201)
    async def write(request: Request, session_id: str, written: Written) -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction]
        """Write to the shopper. Whoever writes has the conversation from then on."""
        merchant(request, door)
        async with door.sessions.open(session_id) as live:
            if live.conversation.handoff != "human":
                text = say(live.conversation.language, "handoff:human", by=written.by)
                await live.hand(HandoffChanged(state="human", text=text, by=written.by))
            record = PersonWrote(id=written.id, text=written.text, by=written.by, time=datetime.now(UTC))
            return {"id": written.id, "repeated": not await live.person_wrote(record)}

    return router
