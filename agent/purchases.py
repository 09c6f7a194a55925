"""What a known shopper bought, out of the records of a journal. Pure.

Only what the shop reported counts: a page's events change their own session alone. Knows nothing of SQL.
"""

from collections.abc import Collection, Iterable, Mapping

from agent.consent import Consent
from agent.events import Purchase
from agent.journal import EventReported
from retrieval.behaviour.touches import Touch


def purchases(
    events: Iterable[tuple[str, EventReported]],
    user_id: str,
    alone: Collection[str],
    consents: Mapping[str, Consent],
    limit: int,
) -> tuple[Touch, ...]:
    """The last `limit` products bought by this shopper in these events of their sessions, oldest first. Where an event
    does not name its shopper, it counts in sessions that are theirs `alone`. What was bought without consent is left
    out; `consents`: of the sessions that said something of it."""
    bought = {
        Touch(product_id=item.item_id, event="purchase", time=record.event.time)
        for session_id, record in events
        if isinstance(record.event, Purchase)
        and record.by == "shop"
        and (record.user_id == user_id or (record.user_id is None and session_id in alone))
        and record.consent
        and consents.get(session_id, Consent()).covers(record.event.time)
        for item in record.event.items
    }
    return tuple(sorted(bought, key=lambda touch: (touch.time, touch.product_id))[-limit:])
