"""What the assistant knows of a session, for the page that shows it to the shopper it belongs to. Pure.

Scores and their parts are those that ranking kept with the cards. Knows nothing of routes or sockets.
"""

from datetime import datetime
from typing import Any

from agent.conversation import Conversation
from agent.session import SessionProfile
from agent.shelf import Card, CardSet
from web.frames import price_value

EVENTS = 40
"""The most events told, latest first."""


def insight(conversation: Conversation, now: datetime) -> dict[str, Any]:
    """`{events, interests, brands, categories, priceBand, cart, need, chips, shown}`, as JSON.

    Weights lie between -1 and 1 and have decayed until `now`. `shown` is the latest card set, or None.
    """
    profile = conversation.profile
    context = profile.context(now)
    titles = {trace.product_id: trace.title for trace in profile.traces}
    band = (price_value(context.price_low), price_value(context.price_high)) if context.price_low else None
    shown = conversation.shelf.current
    return {
        "events": _events(profile),
        "interests": [
            {"productId": one.product_id, "title": titles.get(one.product_id), "event": one.event, "weight": one.weight}
            for one in context.anchors
        ],
        "brands": _strongest_first(context.brands),
        "categories": _strongest_first(context.categories),
        "priceBand": band,
        "cart": profile.cart,
        "need": conversation.request.current.need,
        "chips": [chip.model_dump() for chip in conversation.request.chips],
        "shown": _shown(shown) if shown else None,
    }


def _events(profile: SessionProfile) -> list[dict[str, Any]]:
    touches = [
        {
            "id": trace.event_id,
            "name": trace.event,
            "time": trace.time.isoformat(),
            "productId": trace.product_id,
            "title": trace.title,
            "quantity": trace.quantity,
        }
        for trace in profile.traces
    ]
    searches = [
        {"id": made.event_id, "name": "search", "time": made.time.isoformat(), "title": made.term}
        for made in profile.searches
    ]
    return sorted((*touches, *searches), key=lambda event: str(event["time"]), reverse=True)[:EVENTS]


def _strongest_first(affinities: dict[str, float]) -> dict[str, float]:
    return dict(sorted(affinities.items(), key=lambda pair: -abs(pair[1])))


def _shown(card_set: CardSet) -> dict[str, Any]:
    return {
        "cardSet": card_set.id,
        "provisional": card_set.provisional,
        "relaxed": [gone.model_dump() for gone in card_set.relaxed],
        "cards": [_card(card) for card in card_set.cards],
    }


def _card(card: Card) -> dict[str, Any]:
    return {
        "handle": card.handle,
        "id": card.product.id,
        "title": card.product.title,
        "score": card.score,
        "diversity": card.diversity,
        "parts": [part.model_dump() for part in card.contributions],
    }
