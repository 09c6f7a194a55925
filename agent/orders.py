"""OrderDesk: what a shopper has ordered, behind one seam. Read-only: it cancels, returns and exchanges nothing.

* OrderError
  + OrdersDown      the shop's orders cannot be read now

An order is looked up for the shopper whom the shop's back end signed for, and for nobody else: the shopper's id is part
of every call, so a desk cannot be asked for an order alone. Knows nothing of conversations.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, Field, StringConstraints

from retrieval.product import Price

OrderStatus = Literal["placed", "processed", "shipped", "delivered", "cancelled", "returned"]


RequestKind = Literal["cancel", "return", "exchange"]


class OrderError(Exception):
    """Base of all errors of an order desk."""


class OrdersDown(OrderError):
    """The orders cannot be read now."""


class OrderItem(BaseModel, frozen=True, extra="forbid"):
    """One line of an order."""

    product_id: str
    title: str
    quantity: Annotated[int, Field(ge=1)] = 1
    price: Price | None = None
    options: dict[str, str] = {}
    """What was chosen, such as `{"size": "M"}`."""


class Delivery(BaseModel, frozen=True, extra="forbid"):
    """How an order travels; what is not known is None."""

    carrier: str | None = None
    tracking: str | None = None
    expected: date | None = None
    delivered: date | None = None


class Order(BaseModel, frozen=True, extra="forbid"):
    """One order, as its shopper may see it."""

    number: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    status: OrderStatus
    placed: date | None = None
    items: tuple[OrderItem, ...]
    total: Price | None = None
    delivery: Delivery = Delivery()


class ServiceRequest(BaseModel, frozen=True, extra="forbid"):
    """What the shopper wants done with an order. Prepared for a person, or the shop's own page, to confirm: nobody has
    done anything yet."""

    kind: RequestKind
    order: str
    items: tuple[str, ...] = ()
    """Titles of the lines that are meant; empty for the whole order."""


class OrderDesk(Protocol):
    """Both methods may raise OrderError."""

    async def orders(self, shopper: str, limit: int = 5) -> Sequence[Order]:
        """This shopper's orders, the latest first."""
        ...

    async def order(self, shopper: str, number: str) -> Order | None:
        """This shopper's order with this number, written with or without `#`, in any case; None where there is none,
        and where there is one that is somebody else's."""
        ...
