"""Helpdesk: where shoppers and the shop's people write to each other, as the bot sees it.

* HelpdeskError
  + HelpdeskDown          it cannot be reached now, however often it was tried
  + HelpdeskRefused       it will not take this
  + UnknownConversation   it has no such conversation: there is nobody to talk to

Knows nothing of HTTP or of turns.
"""

from typing import Protocol

from web.adapters.chatwoot_events import Place
from web.adapters.chatwoot_words import Say


class HelpdeskError(Exception):
    """Base of all errors of a helpdesk."""


class HelpdeskDown(HelpdeskError):
    """It cannot be reached now. `after`: seconds for which it wants to be left alone, where it says so."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class HelpdeskRefused(HelpdeskError):
    """It will not take this."""


class UnknownConversation(HelpdeskError):
    """It has no such conversation."""


class Helpdesk(Protocol):
    """Where people and shoppers write to each other. Every method but `accepted` may raise HelpdeskError."""

    async def say(self, place: Place, message: Say) -> None:
        """Write one message."""
        ...

    def accepted(self, mark: str) -> None:
        """The helpdesk has the message with this mark."""
        ...

    async def typing(self, place: Place, on: bool) -> None:
        """Show the shopper that an answer is being written, or no longer."""
        ...

    async def open(self, place: Place) -> None:
        """Put the conversation before the shop's people."""
        ...

    async def give_back(self, place: Place) -> None:
        """Take the conversation back from people who were called and have not come."""
        ...

    async def close(self) -> None:
        """Let go of it."""
        ...
