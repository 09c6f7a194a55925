"""The shelf: the ledger of what this session has been shown, by card set.

Cards, prose, later references ("the second one"), feedback and metrics all read this one ledger, so that "the second
one" means what the shopper saw. Knows nothing of how products were found or described.
"""

from typing import Annotated

from pydantic import BaseModel, Field

from retrieval.product import Product
from retrieval.query import Contribution, Relaxation

KEPT_SETS = 20


class Reason(BaseModel, frozen=True, extra="forbid"):
    """A sentence for the shopper, bound to what it rests on."""

    text: str
    evidence: tuple[str, ...]
    """Evidence ids, at least one: see reasons.py."""


class Card(BaseModel, frozen=True, extra="forbid"):
    """One product as it was shown, with why it stood there."""

    handle: Annotated[int, Field(ge=1)]
    """What the model calls it, `[1]` for the first card of the set."""
    product: Product
    score: float
    contributions: tuple[Contribution, ...] = ()
    diversity: float = 0.0
    features: dict[str, float] = {}
    """As in Hit; absent from cards of before this was kept."""
    reason: Reason | None = None


class CardSet(BaseModel, frozen=True, extra="forbid"):
    """The cards of one showing, in order. A provisional set was shown before the model had answered."""

    id: str
    turn_id: str
    provisional: bool
    cards: tuple[Card, ...]
    relaxed: tuple[Relaxation, ...] = ()
    arm: str = "production"
    """What ordered the cards: see SearchResult; joined by `+` where roles were ordered by different ones. `production`
    where nothing was found, and in card sets of before this was kept."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Product ids in the order shown."""
        return tuple(card.product.id for card in self.cards)

    def card(self, handle: int) -> Card | None:
        """The card with this handle, if this set has it."""
        return next((card for card in self.cards if card.handle == handle), None)


class Shelf(BaseModel, frozen=True, extra="forbid"):
    """Card sets, oldest first; at most the last 20 are kept."""

    sets: tuple[CardSet, ...] = ()

    @property
    def current(self) -> CardSet | None:
        """What the shopper is looking at: the latest card set."""
        return self.sets[-1] if self.sets else None

    def after(self, shown: CardSet) -> "Shelf":
        """The shelf once this set was shown. A set with a known id replaces it; a set of the same turn as a
        provisional one takes its place."""
        kept = tuple(
            old for old in self.sets if old.id != shown.id and not (old.provisional and old.turn_id == shown.turn_id)
        )
        return Shelf(sets=(*kept, shown)[-KEPT_SETS:])

    def set_of(self, card_set: str) -> CardSet | None:
        """The card set with this id, if it is still on the shelf."""
        return next((known for known in reversed(self.sets) if known.id == card_set), None)

    def product(self, product_id: str) -> Product | None:
        """The product as it was last shown, if it was shown."""
        for card_set in reversed(self.sets):
            for card in card_set.cards:
                if card.product.id == product_id:
                    return card.product
        return None
