"""The SQL order desk, on SQLite and on a real PostgreSQL."""

import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from agent.__main__ import app
from agent.orders import OrdersDown
from agent.sqlorders import KeptOrder, SqlOrderDesk, written

ROWS = [
    {"shopper": "mina", "order": {"number": "#W-1", "status": "shipped", "placed": "2026-01-02",
     "items": [{"product_id": "P1", "title": "Boots", "quantity": 2, "price": {"amount": 990, "currency": "USD"},
                "options": {"size": "42"}}],
     "total": {"amount": 1980, "currency": "USD"}, "delivery": {"carrier": "Northway", "expected": "2026-01-09"}}},
    {"shopper": "mina", "order": {"number": "W-2", "status": "placed", "placed": "2026-02-02", "items": []}},
    {"shopper": "mina", "order": {"number": "W-3", "status": "placed", "items": []}},
    {"shopper": "lee", "order": {"number": "W-4", "status": "placed", "items": []}},
]  # fmt: skip


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'o.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres")


@pytest.fixture
async def desk(url: str):
    assert written(url, map(KeptOrder.model_validate, ROWS)) == 4
    opened = await SqlOrderDesk.open(url)
    yield opened
    await opened.close()


async def test_a_shoppers_orders_come_latest_first_and_those_of_others_never(desk: SqlOrderDesk) -> None:
    assert [order.number for order in await desk.orders("mina")] == ["W-2", "#W-1", "W-3"]
    assert [order.number for order in await desk.orders("mina", limit=1)] == ["W-2"]
    assert await desk.orders("nobody") == []


async def test_an_order_reads_as_it_was_written(desk: SqlOrderDesk) -> None:
    order = await desk.order("mina", " w-1 ")
    assert order == KeptOrder.model_validate(ROWS[0]).order


@pytest.mark.parametrize("number", ["W-4", "#w-4", "W-4' OR '1'='1", "%", "W-_", ""])
async def test_somebody_elses_order_is_as_one_that_does_not_exist(desk: SqlOrderDesk, number: str) -> None:
    assert await desk.order("mina", number) is None


async def test_an_order_written_again_takes_the_place_of_the_old_one(desk: SqlOrderDesk, url: str) -> None:
    changed = {**ROWS[0], "order": {**ROWS[0]["order"], "status": "delivered"}}  # type: ignore[dict-item]
    written(url, [KeptOrder.model_validate(changed)])
    order = await desk.order("mina", "W-1")
    assert order and order.status == "delivered" and len(order.items) == 1


async def test_a_database_without_orders_is_refused_when_it_is_opened(tmp_path: Path) -> None:
    with pytest.raises(OrdersDown, match="orders"):
        await SqlOrderDesk.open(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(OrdersDown):
        await SqlOrderDesk.open("nonsense://x")


async def test_a_status_that_no_order_can_have_is_no_order(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'o.db'}"
    written(url, map(KeptOrder.model_validate, ROWS))
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE orders SET status = 'lost' WHERE number = 'W-2'"))
    engine.dispose()
    desk = await SqlOrderDesk.open(url)
    with pytest.raises(OrdersDown, match="status"):
        await desk.order("mina", "W-2")
    assert await desk.order("mina", "W-1")
    await desk.close()


def test_a_feed_of_orders_names_its_bad_lines_and_keeps_the_others(tmp_path: Path) -> None:
    feed = tmp_path / "orders.jsonl"
    bad = {"shopper": "mina", "order": {"number": "W-9", "status": "lost", "items": []}}
    feed.write_text("\n".join(map(json.dumps, [ROWS[0], bad, ROWS[1]])) + "\nnonsense\n")
    result = CliRunner().invoke(app, ["orders", "--feed", str(feed), "--url", f"sqlite:///{tmp_path / 'o.db'}"])
    assert result.exit_code == 0
    assert "line 2: order.status" in result.output and "line 4:" in result.output
    assert "2 orders written, 2 lines rejected" in result.output
