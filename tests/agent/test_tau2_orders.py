"""The order desk over a thousand orders of five hundred shoppers: the retail database of tau2, where it is at hand."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from agent.orders import OrderStatus
from agent.sqlorders import KeptOrder, SqlOrderDesk, written

DATABASE = Path(__file__).parents[2] / ".." / "shared" / "data" / "tau2_retail" / "db.json"
pytestmark = pytest.mark.skipif(not DATABASE.exists(), reason="the tau2 retail database is not beside the project")
STATUS: dict[str, OrderStatus] = {
    "pending": "placed",
    "processed": "processed",
    "delivered": "delivered",
    "cancelled": "cancelled",
}


def kept(order: dict[str, Any]) -> KeptOrder:
    """An order of tau2's as ours."""
    items = [
        {
            "product_id": item["product_id"],
            "title": item["name"],
            "price": {"amount": round(item["price"] * 100), "currency": "USD"},
            "options": item["options"],
        }
        for item in order["items"]
    ]
    tracking = [number for each in order["fulfillments"] for number in each["tracking_id"]]
    told = {"number": order["order_id"], "status": STATUS[order["status"]], "items": items}
    told["delivery"] = {"tracking": tracking[0] if tracking else None}
    return KeptOrder.model_validate({"shopper": order["user_id"], "order": told})


@pytest.fixture(scope="module")
def rows() -> list[KeptOrder]:
    return [kept(order) for order in json.loads(DATABASE.read_text("utf-8"))["orders"].values()]


@pytest.fixture
async def desk(rows: list[KeptOrder], tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'orders.db'}"
    assert written(url, rows) == len(rows) == 1000
    opened = await SqlOrderDesk.open(url)
    yield opened
    await opened.close()


async def test_every_shopper_sees_their_own_orders_whole_and_nobody_elses(
    desk: SqlOrderDesk, rows: list[KeptOrder]
) -> None:
    chance = random.Random(3)
    own: dict[str, set[str]] = {}
    for row in rows:
        own.setdefault(row.shopper, set()).add(row.order.number)
    for row in chance.sample(rows, 200):
        assert await desk.order(row.shopper, row.order.number.lower()) == row.order
        assert {order.number for order in await desk.orders(row.shopper, limit=50)} == own[row.shopper]
        other = chance.choice(rows)
        if other.shopper != row.shopper:
            assert await desk.order(row.shopper, other.order.number) is None
