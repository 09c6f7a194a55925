"""ChatwootApi: Chatwoot's API over HTTP, with a bot's access token. A call that may succeed later is tried again.

Chatwoot keeps no idempotency key for messages (`echo_id` is only handed back, and a `source_id` keeps a message from
leaving for its channel). So every message carries a mark, and before one is sent again it is looked whether a webhook
has brought that mark back: then Chatwoot has it. What is left is a message that Chatwoot took while its answer was
lost, and whose webhook comes after the next try: that one is there twice.
"""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import stamina

from web.adapters.chatwoot_desk import HelpdeskDown, HelpdeskRefused, UnknownConversation
from web.adapters.chatwoot_events import MARK, Place
from web.adapters.chatwoot_words import Say

ATTEMPTS = 5
LONGEST_WAIT = 30.0
"""Seconds. A helpdesk that wants to be left alone for longer is given up."""
_TIMEOUT_S = 10.0


class ChatwootApi:
    """See Helpdesk."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """`client` has Chatwoot's address and sends the bot's token; see `connected`."""
        self._client = client
        self._going: dict[str, bool] = {}
        """Marks of the messages that are on their way, and whether Chatwoot was seen to have them."""

    async def say(self, place: Place, message: Say) -> None:
        """See Helpdesk."""
        mark = uuid4().hex
        body = {
            "content": message.content,
            "message_type": "outgoing",
            "private": message.private,
            "content_type": message.kind,
            "content_attributes": {**({"items": message.items} if message.items else {}), MARK: mark},
        }
        self._going[mark] = False
        try:
            await self._post(place, "messages", body, there=lambda: self._going[mark])
        finally:
            del self._going[mark]

    def accepted(self, mark: str) -> None:
        """See Helpdesk."""
        if mark in self._going:
            self._going[mark] = True

    async def typing(self, place: Place, on: bool) -> None:
        """See Helpdesk."""
        body = {"typing_status": "on" if on else "off"}
        await self._post(place, "toggle_typing_status", body, attempts=1 if on else ATTEMPTS)

    async def open(self, place: Place) -> None:
        """See Helpdesk."""
        await self._post(place, "toggle_status", {"status": "open"})

    async def give_back(self, place: Place) -> None:
        """See Helpdesk."""
        await self._post(place, "toggle_status", {"status": "pending"})

    async def close(self) -> None:
        """See Helpdesk."""
        await self._client.aclose()

    async def _post(
        self,
        place: Place,
        what: str,
        body: dict[str, Any],
        *,
        attempts: int = ATTEMPTS,
        there: Callable[[], bool] = bool,
    ) -> None:
        """`there`: it need not be sent again."""
        path = f"/api/v1/accounts/{place.account}/conversations/{place.conversation}/{what}"
        patient = stamina.retry_context(on=_again, attempts=attempts, timeout=60.0, wait_initial=0.5, wait_max=10.0)
        async for attempt in patient:
            with attempt:
                if not there():
                    await self._once(path, body)

    async def _once(self, path: str, body: dict[str, Any]) -> None:
        try:
            answer = await self._client.post(path, json=body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise HelpdeskDown(f"Chatwoot cannot be reached: {error or type(error).__name__}") from error
        if answer.status_code == 429 or answer.status_code >= 500:
            raise HelpdeskDown(f"Chatwoot answers {answer.status_code}", after=_seconds(answer))
        if answer.status_code == 404:
            raise UnknownConversation(f"Chatwoot knows nothing of {path}")
        if not answer.is_success:
            raise HelpdeskRefused(f"Chatwoot answers {answer.status_code} to {path}: {answer.text[:200]}")


def connected(url: str, token: str) -> ChatwootApi:
    """The API at this address. Raises ValueError."""
    try:
        headers = {"api_access_token": token}
        return ChatwootApi(httpx.AsyncClient(base_url=url, headers=headers, timeout=_TIMEOUT_S))
    except (httpx.InvalidURL, UnicodeEncodeError) as error:
        raise ValueError(f"FLOORWALKER_CHATWOOT_URL or FLOORWALKER_CHATWOOT_TOKEN cannot be used: {error}") from error


def _again(error: Exception) -> bool | float:
    """Is it worth another try, and after how many seconds?"""
    if not isinstance(error, HelpdeskDown):
        return False
    if error.after is None:
        return True
    return error.after if error.after <= LONGEST_WAIT else False


def _seconds(answer: httpx.Response) -> float | None:
    told = answer.headers.get("retry-after", "")
    return float(told) if told.isascii() and told.isdigit() else None
