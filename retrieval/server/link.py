"""A line to a Qdrant server: calls are tried again where that may help, and the vendor's errors become IndexFaults.

Knows nothing of products.
"""

from collections.abc import Awaitable, Callable
from json import JSONDecodeError
from typing import TypeVar

import stamina
from pydantic import ValidationError
from qdrant_client import AsyncQdrantClient
from qdrant_client.common.client_exceptions import QdrantException, ResourceExhaustedResponse
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException, UnexpectedResponse

from retrieval.place import KEY_VARIABLE, Address
from retrieval.query import IndexBroken, IndexFault, IndexMissing, IndexRefused, IndexUnreachable

SERVING, BUILDING = 4.0, 120.0
"""Seconds within which a failed call is tried again: shorter than a shopper's patience with a search; long enough for a
server to be restarted under a build."""
_WRITE_SECONDS = 60
_SHOWN = 300

T = TypeVar("T")


class Link:
    """One client of one server."""

    def __init__(
        self, client: AsyncQdrantClient, *, shown: str = "the Qdrant server", patience: float = SERVING
    ) -> None:
        """`shown` is how messages call the index; `patience` in seconds, 0: a call is tried once."""
        self.shown = shown
        self._client = client
        self._patience = patience

    @classmethod
    def to(cls, address: Address, *, patience: float = SERVING) -> "Link":
        """A link to this address. Nothing is asked of the server yet."""
        # As a header, because the `api_key` argument warns of every key that is sent over http, even inside a cluster.
        headers = {"api-key": address.key.get_secret_value()} if address.key else None
        client = AsyncQdrantClient(
            url=address.url, headers=headers, timeout=_WRITE_SECONDS, check_compatibility=False, prefer_grpc=False
        )
        return cls(client, shown=str(address), patience=patience)

    async def ask(self, work: Callable[[AsyncQdrantClient], Awaitable[T]]) -> T:
        """What the server says to this. The call may be made more than once. Raises IndexFault."""
        try:
            async for attempt in stamina.retry_context(
                on=self._again,
                attempts=None if self._patience else 1,
                timeout=self._patience or None,
                wait_initial=0.1,
                wait_max=5.0,
                wait_jitter=0.1,
            ):
                with attempt:
                    return await work(self._client)
        except (ApiException, QdrantException, JSONDecodeError) as error:
            raise self._fault(error) from error
        raise AssertionError("stamina ends with an answer or an error")

    async def close(self) -> None:
        await self._client.close()

    def _again(self, error: Exception) -> bool | float:
        """Whether to try again; a number of seconds where the server asks for them."""
        if isinstance(error, ResourceExhaustedResponse):
            return float(error.retry_after_s) if error.retry_after_s <= self._patience else False
        if isinstance(error, UnexpectedResponse):
            return error.status_code == 429 or (error.status_code or 0) >= 500
        return isinstance(error, ResponseHandlingException) and not _is_strange(error)

    def _fault(self, error: Exception) -> IndexFault:
        if isinstance(error, JSONDecodeError) or _is_strange(error):
            return IndexBroken(
                f"{self.shown} does not answer as a Qdrant server does.", fix="Correct the address of the index."
            )
        if isinstance(error, ResponseHandlingException):
            reason = str(error.source) or type(error.source).__name__
            return IndexUnreachable(
                f"{self.shown} cannot be reached: {reason}.", fix="Start the Qdrant server, or correct the address."
            )
        if not isinstance(error, UnexpectedResponse):
            return IndexUnreachable(f"{self.shown} has too much to do: {error}.", fix="Try again later.")
        status = error.status_code or 0
        said = error.content.decode("utf-8", "replace")[:_SHOWN]
        if status in (401, 403):
            return IndexRefused(f"{self.shown} refuses the key ({status}).", fix=f"Set {KEY_VARIABLE} to its API key.")
        if status == 404:
            return IndexMissing(f"{self.shown} is not there: {said}.", fix=rebuild(self.shown))
        if status in (408, 429) or status >= 500:
            return IndexUnreachable(f"{self.shown} failed ({status}): {said}.", fix="See the Qdrant server's log.")
        return IndexBroken(f"{self.shown} cannot be used ({status}): {said}.", fix=rebuild(self.shown))


def _is_strange(error: Exception) -> bool:
    """An answer came, but not one that a Qdrant server gives."""
    return isinstance(error, ResponseHandlingException) and isinstance(error.source, ValidationError)


def rebuild(shown: str) -> str:
    """The fix that makes a new generation."""
    return f"Run: python -m retrieval build --feed FEED --index {shown}"
