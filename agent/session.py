"""SessionProfile: what the live session says of a shopper's interests. A pure fold over session events.

Interests, and with them the affinities to brands and categories, decay with time (half-life 30 minutes), so what was
just looked at weighs most; carts and purchases weigh more than views; what was taken out of the cart or thumbed down
weighs against. Memory is bounded, and what happened over 24 hours before the latest is forgotten. The order in which
events arrive does not matter: each is placed by its own time, and a repeated `event_id` has no effect.

Without consent nothing that the shopper does is kept, the cart included, and ranking is told nothing. Of a known
shopper there is a history: what they bought before this visit, which retrieval/rank.py weighs as `own` and `peers`.
Knows nothing of chat, search or storage.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from pydantic import BaseModel

from agent.consent import Consent
from agent.events import Feedback, Search, SessionEvent
from retrieval.behaviour.touches import Touch
from retrieval.product import Price, Product
from retrieval.query import Anchor, RankContext

HALF_LIFE_SECONDS = 1800.0
GAP = timedelta(minutes=30)
"""A session ends after so long without an event."""
AGE = timedelta(hours=24)
"""What is older than this, seen from the latest of the session, is forgotten: it weighs nothing any more."""
KEPT_TRACES = 100
KEPT_SEARCHES = 5
KEPT_ANCHORS = 12
KEPT_HISTORY = 500
"""The most purchases of a known shopper, the last ones."""
WEIGHTS = {
    "view_item": 0.4,
    "select_item": 0.3,
    "add_to_cart": 0.8,
    "purchase": 1.0,
    "remove_from_cart": -0.5,
    "thumb_up": 0.8,
    "thumb_down": -0.8,
}


TOUCHES = ("view_item", "select_item", "add_to_cart", "purchase")
"""Events by which a shopper turns to a product."""


class Trace(BaseModel, frozen=True, extra="forbid"):
    """One touch of one product, with what was known of it at the time."""

    event_id: str
    event: str
    """A key of WEIGHTS."""
    time: datetime
    product_id: str
    title: str | None = None
    brand: str | None = None
    categories: tuple[str, ...] = ()
    price: Price | None = None
    quantity: int = 1


class Searched(BaseModel, frozen=True, extra="forbid"):
    """One use of the shop's own search box."""

    event_id: str
    time: datetime
    term: str


class SessionProfile(BaseModel, frozen=True, extra="forbid"):
    """The last touches of a session, oldest first, and the shop searches made in it."""

    traces: tuple[Trace, ...] = ()
    searches: tuple[Searched, ...] = ()
    """The last 5, oldest first."""
    permission: Consent = Consent()
    """What the shopper said of the use of all this."""
    history: tuple[Touch, ...] | None = None
    """What a known shopper bought, oldest first, as it was last read from the journal; None for a guest."""

    @property
    def consent(self) -> bool:
        """May what the shopper does be used?"""
        return self.permission.given

    def permitted(self, granted: bool, time: datetime) -> "SessionProfile":
        """The profile once the shopper allowed or forbade its use: what is forbidden is forgotten."""
        permission = self.permission.after(granted, time)
        kept = self if permission.given else SessionProfile(history=self.history)
        return kept.model_copy(update={"permission": permission})

    def recalled(self, purchases: Iterable[Touch]) -> "SessionProfile":
        """The profile of a known shopper who bought this before."""
        return self.model_copy(update={"history": _latest(purchases)})

    def after(self, event: SessionEvent, products: Mapping[str, Product]) -> "SessionProfile":
        """The profile once this event is known. `products` holds those of its items that the shop still sells."""
        if not self.permission.covers(event.time):
            return self
        if isinstance(event, Search):
            made = Searched(event_id=event.event_id, time=event.time, term=event.search_term)
            known = {search.event_id: search for search in (made, *self.searches)}
            return self._kept(self.traces, known.values())
        quantities: dict[str, int] = {}
        for item in event.items:
            quantities[item.item_id] = quantities.get(item.item_id, 0) + item.quantity
        return self._with(
            _trace(event.event_id, event.type, event.time, product_id, products.get(product_id), quantity)
            for product_id, quantity in quantities.items()
        )

    def rated(self, feedback: Feedback, product: Product | None) -> "SessionProfile":
        """The profile once a thumb is known; of the thumbs on one product, the one with the latest time counts."""
        if not self.permission.covers(feedback.time):
            return self
        event_id = f"thumb:{feedback.card_set}:{feedback.product_id}"
        given = _trace(event_id, f"thumb_{feedback.value}", feedback.time, feedback.product_id, product, 1)
        thumbs = [
            trace
            for trace in self.traces
            if trace.product_id == feedback.product_id and trace.event in ("thumb_up", "thumb_down")
        ]
        latest = max((*thumbs, given), key=lambda trace: (trace.time, trace.event_id, trace.event))
        rest = tuple(trace for trace in self.traces if trace not in thumbs)
        return self.model_copy(update={"traces": rest})._with((latest,))

    @property
    def viewed(self) -> tuple[str, ...]:
        """Product ids looked at, latest first, each once."""
        seen = (trace.product_id for trace in reversed(self.traces) if trace.event in ("view_item", "select_item"))
        return tuple(dict.fromkeys(seen))

    @property
    def cart(self) -> dict[str, int]:
        """What lies in the cart: product id to quantity. A purchase empties what it bought."""
        held: dict[str, int] = {}
        for trace in self.traces:
            if trace.event == "add_to_cart":
                held[trace.product_id] = held.get(trace.product_id, 0) + trace.quantity
            elif trace.event == "remove_from_cart":
                held[trace.product_id] = max(held.get(trace.product_id, 0) - trace.quantity, 0)
            elif trace.event == "purchase":
                held.pop(trace.product_id, None)
        return {product_id: quantity for product_id, quantity in held.items() if quantity > 0}

    @property
    def purchased(self) -> tuple[str, ...]:
        """Product ids bought in this session, latest first, each once."""
        bought = (trace.product_id for trace in reversed(self.traces) if trace.event == "purchase")
        return tuple(dict.fromkeys(bought))

    def touches(self, now: datetime) -> tuple[Touch, ...]:
        """The products that the shopper turned to without a break of 30 minutes until now, oldest first, as the model
        of behaviour reads them."""
        began = now
        for time in sorted((event.time for event in (*self.traces, *self.searches)), reverse=True):
            if began - time >= GAP:
                break
            began = time
        return tuple(_touch(trace) for trace in self.traces if trace.time >= began and trace.event in TOUCHES)

    def bought_before(self, now: datetime) -> tuple[Touch, ...]:
        """What a known shopper bought before this visit, in this session or another one, oldest first, at most 500; a
        guest has no such past."""
        if self.history is None or not self.consent:
            return ()
        present = set(self.touches(now))
        own = [_touch(trace) for trace in self.traces if trace.event == "purchase"]
        return _latest(touch for touch in {*self.history, *own} if touch not in present)

    def interest(self, now: datetime) -> dict[str, float]:
        """By product id, from -1 to 1: its touches, decayed, those against it apart from those for it."""
        return _balanced((trace.product_id, _weight(trace, now)) for trace in self.traces)

    def context(self, now: datetime, *, prefer: str | None = None, limit: int = 6) -> RankContext:
        """What ranking may know of this session."""
        strongest: dict[str, Trace] = {}
        cart = self.cart
        for trace in self.traces:
            if trace.event == "add_to_cart" and trace.product_id not in cart:
                continue  # taken out again or bought since: a reason must not say that it lies in the cart
            known = strongest.get(trace.product_id)
            if known is None or abs(_weight(trace, now)) >= abs(_weight(known, now)):
                strongest[trace.product_id] = trace
        interest = self.interest(now)
        ranked = sorted(strongest.values(), key=lambda trace: -abs(interest[trace.product_id]))[:KEPT_ANCHORS]
        anchors = tuple(
            Anchor(product_id=trace.product_id, weight=round(interest[trace.product_id], 4), event=trace.event)
            for trace in ranked
        )
        brands = _balanced((trace.brand, _weight(trace, now)) for trace in self.traces if trace.brand)
        categories = _balanced(
            (category, _weight(trace, now)) for trace in self.traces for category in trace.categories
        )
        low, high = self._band(now)
        return RankContext.model_validate(
            {
                "anchors": anchors,
                "brands": brands,
                "categories": categories,
                "price_low": low,
                "price_high": high,
                "touches": self.touches(now),
                "history": self.bought_before(now),
                "now": now,
                "prefer": prefer,
                "limit": limit,
            }
        )

    def _band(self, now: datetime) -> tuple[Price | None, Price | None]:
        liked = [trace.price for trace in self.traces if trace.price and _weight(trace, now) > 0]
        if not liked:
            return None, None
        currency = liked[-1].currency
        amounts = sorted(price.amount for price in liked if price.currency == currency)
        low, high = amounts[len(amounts) // 4], amounts[(3 * len(amounts)) // 4]
        return Price(amount=low, currency=currency), Price(amount=high, currency=currency)

    def _with(self, new: Iterable[Trace]) -> "SessionProfile":
        known = {(trace.event_id, trace.product_id): trace for trace in self.traces}
        for trace in new:
            known.setdefault((trace.event_id, trace.product_id), trace)
        return self._kept(known.values(), self.searches)

    def _kept(self, traces: Iterable[Trace], searches: Iterable[Searched]) -> "SessionProfile":
        """With these, as far as memory goes."""
        placed = sorted(traces, key=lambda trace: (trace.time, trace.event_id, trace.product_id))
        made = sorted(searches, key=lambda search: (search.time, search.event_id))
        oldest = max(event.time for event in (*placed[-1:], *made[-1:])) - AGE
        new = {
            "traces": tuple(trace for trace in placed[-KEPT_TRACES:] if trace.time >= oldest),
            "searches": tuple(search for search in made[-KEPT_SEARCHES:] if search.time >= oldest),
        }
        return self.model_copy(update=new)


def _touch(trace: Trace) -> Touch:
    return Touch.model_validate({"product_id": trace.product_id, "event": trace.event, "time": trace.time})


def _latest(purchases: Iterable[Touch]) -> tuple[Touch, ...]:
    return tuple(sorted(purchases, key=lambda touch: (touch.time, touch.product_id))[-KEPT_HISTORY:])


def _trace(event_id: str, event: str, time: datetime, product_id: str, product: Product | None, quantity: int) -> Trace:
    known = product.model_dump(include={"title", "brand", "categories", "price"}) if product else {}
    return Trace.model_validate(
        {"event_id": event_id, "event": event, "time": time, "product_id": product_id, "quantity": quantity, **known}
    )


def _weight(trace: Trace, now: datetime) -> float:
    age = max((now - trace.time).total_seconds(), 0.0)
    return WEIGHTS[trace.event] * 0.5 ** (age / HALF_LIFE_SECONDS)


def _balanced(pairs: Iterable[tuple[str, float]]) -> dict[str, float]:
    """By key, from -1 to 1: what speaks for it, at most 1, less what speaks against it, at most 1. So however much was
    liked before, turning away from it shows."""
    liked: dict[str, float] = {}
    disliked: dict[str, float] = {}
    for key, value in pairs:
        liked[key] = liked.get(key, 0.0) + max(value, 0.0)
        disliked[key] = disliked.get(key, 0.0) + max(-value, 0.0)
    return {key: round(min(1.0, liked[key]) - min(1.0, disliked[key]), 6) for key in liked}
