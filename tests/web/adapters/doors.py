"""What tests of the other doors share: the real server on a free port, and turns with all that a door must pass on."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from agent.conversation import Conversation
from agent.events import (
    HandoffChanged,
    ShopperMessage,
    Source,
    SourcesCited,
    TextAdded,
    TextFinished,
    TextStarted,
    TurnEvent,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from tests.web.conftest import NOW, Bench
from web.server import listen, server

SOURCE = Source(id="returns#1", title="Returns", text="Thirty days.", url="/help/returns")
OFFER = "Would you like to speak to a person?"


@asynccontextmanager
async def served(shop: Bench) -> AsyncGenerator[str]:
    """The address of this shop, served until it is let go."""
    with listen("127.0.0.1", 0) as door:
        running = server(shop.app)
        task = asyncio.create_task(running.serve(sockets=[door]))
        while not running.started:
            await asyncio.sleep(0)
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            running.should_exit = True
            await task


async def service(conversation: Conversation, message: ShopperMessage) -> AsyncGenerator[TurnEvent, None]:
    """A turn that cites a page and offers a person."""
    turn_id, text_id = f"turn-{message.id}", f"text-{message.id}"
    yield TurnStarted(turn_id=turn_id, message_id=message.id, language="en", time=NOW)
    yield SourcesCited(turn_id=turn_id, sources=(SOURCE,))
    yield TextStarted(message_id=text_id)
    yield TextAdded(message_id=text_id, delta="You have thirty days.", by="template")
    yield TextFinished(message_id=text_id)
    yield HandoffChanged(state="offered", text=OFFER, reason="failure", summary="for the shop's people alone")
    yield TurnFinished(turn_id=turn_id)


async def silence(conversation: Conversation, message: ShopperMessage) -> AsyncGenerator[TurnEvent, None]:
    """What the assistant says while a person has the conversation."""
    yield TurnStarted(turn_id=f"turn-{message.id}", message_id=message.id, language="en", time=NOW)
    yield TurnFinished(turn_id=f"turn-{message.id}")


async def failure(conversation: Conversation, message: ShopperMessage) -> AsyncGenerator[TurnEvent, None]:
    """A turn whose search does not answer."""
    yield TurnStarted(turn_id=f"turn-{message.id}", message_id=message.id, language="en", time=NOW)
    yield TurnFailed(turn_id=f"turn-{message.id}", code="retrieval_down", text="The search is away.")
