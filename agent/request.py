"""Request: all that a session asks for, one Constraints for each kind of product (a role), so that nothing said of
tents leaks to sleeping bags, and a kind that was spoken of before is taken up where it was left.

Pure. Knows nothing of words, models or engines.
"""

from collections.abc import Collection
from typing import cast

from pydantic import BaseModel, model_validator

from agent.constraints import Chip, Constraints, words_of
from retrieval.product import Product

KEPT_ROLES = 6


class Request(BaseModel, frozen=True, extra="forbid"):
    """The standing request of a session."""

    roles: tuple[Constraints, ...] = (Constraints(),)
    """The one spoken of last comes first; at most six are kept, and there is always one."""
    spoken: int = 1
    """How many of the first were meant by the last message."""

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, held: object) -> object:
        """Journals of before there were roles hold the constraints themselves."""
        return {"roles": (cast(object, held),)} if isinstance(held, dict) and "need" in held else cast(object, held)

    @property
    def current(self) -> Constraints:
        """What was spoken of last."""
        return self.roles[0]

    @property
    def meant(self) -> tuple[Constraints, ...]:
        """The roles that the last message spoke of."""
        return self.roles[: self.spoken]

    @property
    def chips(self) -> tuple[Chip, ...]:
        """Every constraint of what was spoken of last that can be tapped away. Where that is several kinds of product,
        each says of which it speaks."""
        return tuple(
            chip.model_copy(update={"path": f"/{place}{chip.path}", "of": _kind(role, chip) if self.spoken > 1 else ""})
            for place, role in enumerate(self.meant)
            for chip in role.chips
        )

    def cleared(self, path: str) -> "Request":
        """Without the constraint at this chip's path. Raises KeyError for a path that is not set."""
        if all(chip.path != path for chip in self.chips):
            raise KeyError(path)
        place, _, rest = path.removeprefix("/").partition("/")
        at = int(place)
        after = self.roles[at].cleared(f"/{rest}")
        return self.model_copy(update={"roles": (*self.roles[:at], after, *self.roles[at + 1 :])})

    def role(self, need: str, category: str | None, shown: Collection[Product] = ()) -> Constraints | None:
        """The role that these words and this category speak of, if it was spoken of before. `shown`: products whose
        categories tell which belong together."""
        for held in self.roles:
            if held.category and category:
                if held.category == category or _kin(held.category, category, shown):
                    return held
            elif held.need and _shared(held.need, need):
                return held
        return None

    def searching(self, need: str, category: str | None, shown: Collection[Product] = ()) -> Constraints:
        """The constraints of a need that was stated: those of its role, or new ones."""
        held = self.role(need, category, shown)
        if held is None:
            kept = self._going_along() if self.current.need else self.current
            return kept.model_copy(update={"need": need, "category": category, "exclude_ids": (), "unlike": ()})
        held = held if words_of(need) <= words_of(category or "") else held.going_on(need)
        return held.model_copy(update={"category": category or held.category, "exclude_ids": (), "unlike": ()})

    def _going_along(self) -> Constraints:
        """What goes along to another kind of product: a gift's budget, and whom and what it is for."""
        now = self.current
        if not (now.recipient or now.occasion):
            return Constraints()
        return Constraints(
            price_min=now.price_min, price_max=now.price_max, recipient=now.recipient, occasion=now.occasion
        )

    def speaking(self, *roles: tuple[Constraints | None, Constraints]) -> "Request":
        """With these roles spoken of now, six at most: each as it stood (None: it is new) and as it stands."""
        old = [before for before, _ in roles if before is not None]
        # Bounds of no kind of product went along to the first one that was named.
        others = [held for held in self.roles if not any(held is each for each in old) and (held.need or held.category)]
        meant = tuple(after for _, after in roles)[:KEPT_ROLES]
        return Request(roles=(*meant, *others)[:KEPT_ROLES], spoken=len(meant))


def _kind(role: Constraints, chip: Chip) -> str:
    return "" if chip.field == "category" else role.category or role.need


def _kin(one: str, other: str, shown: Collection[Product]) -> bool:
    """Whether a product has both categories: then one of them is a part of the other."""
    return any(one in product.categories and other in product.categories for product in shown)


def _shared(one: str, other: str) -> bool:
    return bool(words_of(one) & words_of(other))
