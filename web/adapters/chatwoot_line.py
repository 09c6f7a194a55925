"""What of a conversation waits for an answer, and in whose hands it is after what was told. Pure.

Deliveries come late, twice and out of order: the numbers of Chatwoot's messages and the times of its conversations say
what is news.
"""

from collections.abc import Iterable, Sequence

from pydantic import BaseModel

from agent.events import HandoffState
from web.adapters.chatwoot_events import Changed, Hands, Heard, PersonSaid
from web.rules import MAX_TEXT


class Line(BaseModel, frozen=True, extra="forbid"):
    """What of one conversation waits for an answer. Each message is answered once, and none after a later one."""

    answered: int = 0
    """The number of the last message that was taken up."""
    waiting: tuple[Heard, ...] = ()
    """Oldest first."""

    def after(self, heard: Heard) -> "Line":
        """With this one, unless it was heard before or comes too late."""
        if heard.id <= self.answered or any(heard.id == other.id for other in self.waiting):
            return self
        waiting = sorted((*self.waiting, heard), key=lambda each: each.id)
        return self.model_copy(update={"waiting": tuple(waiting)})

    def since(self, answered: int) -> "Line":
        """Once it is known that messages up to this one were taken up."""
        waiting = tuple(each for each in self.waiting if each.id > answered)
        return Line(answered=max(answered, self.answered), waiting=waiting)

    def taken(self) -> tuple[tuple[Heard, ...], "Line"]:
        """All that waits, and the line without it."""
        return self.waiting, Line(answered=max((self.answered, *(each.id for each in self.waiting))))


def message_id(burst: Sequence[Heard]) -> str:
    """The id under which a burst is one message of our session: that of its last one, so that none is answered again
    by a process that comes after."""
    return f"chatwoot:{burst[-1].id}"


def last_answered(message_ids: Iterable[str]) -> int:
    """The highest of Chatwoot's numbers among the ids of a session's messages; 0 for none."""
    numbers = (one.removeprefix("chatwoot:") for one in message_ids)
    return max((int(number) for number in numbers if number.isascii() and number.isdigit()), default=0)


def merged(burst: Sequence[Heard]) -> str:
    """The words of a burst as one text; empty where there are none."""
    return "\n".join(each.text for each in burst if each.text)[:MAX_TEXT].strip()


def turned(
    handoff: HandoffState | None, before: Hands | None, told: Heard | PersonSaid | Changed
) -> HandoffState | None:
    """How the hand-off of our session changes with what was told; None where it stays. `before`: the hands that were
    known until now. What came late changes nothing."""
    now = told.hands
    if now.older(before):
        return None
    if isinstance(told, PersonSaid) or (now.whose == "people" and (now.person or handoff != "waiting")):
        return None if handoff == "human" else "human"
    if handoff not in ("human", "waiting") or now.whose == "people":
        return None
    if isinstance(told, Changed) or (before is not None and before.whose != "bot"):
        return "returned"
    # A message says `pending` too where nobody has moved the conversation since we called for a person, or since
    # somebody wrote in it: only one that is seen to come back, or that a process before us saw with a person, is ours.
    return "returned" if handoff == "human" and before is None and now.whose == "bot" else None
