"""SqlOrderDesk: orders out of a SQL database, by SQLAlchemy URL: the tables that `written` makes, or a shop's own views
of the same names and columns.

Reads run in a thread, so the event loop never waits for a disk. Knows nothing of conversations.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Date,
    Engine,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    create_engine,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from agent.orders import Delivery, Order, OrderItem, OrdersDown
from retrieval.product import Price

_metadata = MetaData()
_orders = Table(
    "orders",
    _metadata,
    Column("number", String(64), primary_key=True),
    Column("shopper", String(256), nullable=False, index=True),
    Column("status", String(16), nullable=False),
    Column("placed", Date),
    Column("total", Integer),  # minor units
    Column("currency", String(3)),
    Column("carrier", String(80)),
    Column("tracking", String(120)),
    Column("expected", Date),
    Column("delivered", Date),
)
_items = Table(
    "order_items",
    _metadata,
    Column("number", String(64), nullable=False, index=True),
    Column("line", Integer, nullable=False),
    Column("product_id", String(256), nullable=False),
    Column("title", String(400), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("price", Integer),  # minor units, in the order's currency
    Column("options", JSON),
)
T = TypeVar("T")


class KeptOrder(BaseModel, frozen=True, extra="forbid"):
    """An order with whose it is, as a feed of orders has it."""

    shopper: str
    order: Order


class SqlOrderDesk:
    """An OrderDesk over a database. Make one with `open`, end it with `close`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    async def open(cls, url: str) -> "SqlOrderDesk":
        """Over the database at this URL, which must have the tables or views `orders` and `order_items`. Raises
        OrdersDown."""
        desk = cls(_engine(url))
        await desk._read(lambda connection: connection.execute(select(_orders.c.number).limit(1)).first())
        return desk

    async def orders(self, shopper: str, limit: int = 5) -> Sequence[Order]:
        """This shopper's orders, the latest first. Raises OrdersDown."""
        newest = (_orders.c.placed.desc().nulls_last(), _orders.c.number.desc())
        mine = select(_orders).where(_orders.c.shopper == shopper).order_by(*newest).limit(limit)
        return await self._read(lambda connection: _read_orders(connection, mine))

    async def order(self, shopper: str, number: str) -> Order | None:
        """This shopper's order with this number; None where there is none, or it is somebody else's. Raises
        OrdersDown."""
        bare = number.strip().lstrip("#").lower()
        same = func.lower(func.replace(_orders.c.number, "#", "")) == bare
        mine = select(_orders).where(_orders.c.shopper == shopper, same)
        found = await self._read(lambda connection: _read_orders(connection, mine))
        return found[0] if found else None

    async def close(self) -> None:
        """Let go of the database."""
        await asyncio.to_thread(self._engine.dispose)

    async def _read(self, work: Callable[[Connection], T]) -> T:
        def read() -> T:
            with self._engine.connect() as connection:
                return work(connection)

        try:
            return await asyncio.to_thread(read)
        except (SQLAlchemyError, ValidationError) as error:
            raise OrdersDown(f"the orders cannot be read: {getattr(error, 'orig', None) or error}") from error


def written(url: str, kept: Iterable[KeptOrder]) -> int:
    """Make the tables where they are missing and write these orders, each in place of one with its number. Returns how
    many. Raises OrdersDown."""
    engine = _engine(url)
    count = 0
    try:
        _metadata.create_all(engine)
        with engine.begin() as connection:
            for each in kept:
                _replace(connection, each)
                count += 1
    except SQLAlchemyError as error:
        raise OrdersDown(f"the orders cannot be written: {getattr(error, 'orig', None) or error}") from error
    finally:
        engine.dispose()
    return count


def _replace(connection: Connection, kept: KeptOrder) -> None:
    order, way = kept.order, kept.order.delivery
    money = (order.total, *(item.price for item in order.items))
    for table in (_items, _orders):
        connection.execute(delete(table).where(table.c.number == order.number))
    row = {
        "number": order.number,
        "shopper": kept.shopper,
        "status": order.status,
        "placed": order.placed,
        "total": order.total.amount if order.total else None,
        "currency": next((price.currency for price in money if price), None),
        **way.model_dump(),
    }
    connection.execute(insert(_orders), row)
    lines = [
        {
            "number": order.number,
            "line": line,
            "product_id": item.product_id,
            "title": item.title,
            "quantity": item.quantity,
            "price": item.price.amount if item.price else None,
            "options": item.options,
        }
        for line, item in enumerate(order.items)
    ]
    if lines:
        connection.execute(insert(_items), lines)


def _read_orders(connection: Connection, query: Select[Any]) -> list[Order]:
    rows = list(connection.execute(query))
    numbers = [row.number for row in rows]
    lines = select(_items).where(_items.c.number.in_(numbers)).order_by(_items.c.line)
    items: dict[str, list[OrderItem]] = {number: [] for number in numbers}
    currencies: dict[str, str | None] = {row.number: row.currency for row in rows}
    for line in connection.execute(lines):
        items[line.number].append(
            OrderItem(
                product_id=line.product_id,
                title=line.title,
                quantity=line.quantity,
                price=_price(line.price, currencies[line.number]),
                options=line.options or {},
            )
        )
    return [
        Order(
            number=row.number,
            status=row.status,
            placed=_day(row.placed),
            items=tuple(items[row.number]),
            total=_price(row.total, row.currency),
            delivery=Delivery(
                carrier=row.carrier, tracking=row.tracking, expected=_day(row.expected), delivered=_day(row.delivered)
            ),
        )
        for row in rows
    ]


def _price(amount: int | None, currency: str | None) -> Price | None:
    return Price(amount=amount, currency=currency) if amount is not None and currency else None


def _day(value: Any) -> date | None:
    return value if isinstance(value, date) else None


def _engine(url: str) -> Engine:
    try:
        address = make_url(url)
        if address.drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        return create_engine(address, pool_pre_ping=address.get_backend_name() != "sqlite")
    except (SQLAlchemyError, ImportError) as error:
        raise OrdersDown(f"{url.split('@')[-1]} cannot be opened: {error}") from error
