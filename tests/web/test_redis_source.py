"""Events from a real Redis stream: at least once in, once in effect, whatever dies."""

import asyncio
import json
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

redis = pytest.importorskip("redis.asyncio", reason="redis-py is not installed: pip install floorwalker[redis]")

from web.app import create_app  # noqa: E402
from web.redis_source import GROUP, RedisSource  # noqa: E402
from web.source import Delivery, SourceDown, consume  # noqa: E402

STREAM = "floorwalker:events"
VIEW = {"event_id": "e1", "session_id": "s1", "name": "view_item", "items": [{"item_id": "P1"}]}


class Broker:
    """A redis-server of the test's own, on a socket in a temporary directory."""

    def __init__(self, home: Path) -> None:
        self.socket = home / "redis.sock"
        self.url = f"unix://{self.socket}"
        self.home = home
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        told = ["--port", "0", "--unixsocket", self.socket, "--dir", self.home, "--appendonly", "yes", "--save", ""]
        self.child = subprocess.Popen(["redis-server", *map(str, told)], stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        if self.child:
            self.child.kill()
            self.child.wait()
        self.child = None


@pytest.fixture
def broker() -> Iterator[Broker]:
    if not shutil.which("redis-server"):
        pytest.skip("no Redis on this machine: install Debian's package redis-server")
    home = Path(tempfile.mkdtemp(prefix="redis-"))  # a socket's path has to be short
    one = Broker(home)
    one.start()
    yield one
    one.kill()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
async def client(broker: Broker) -> AsyncIterator[Any]:
    made = redis.Redis.from_url(broker.url, protocol=2)
    await until(lambda: answers(made))
    yield made
    await made.aclose()


async def answers(client: Any) -> bool:
    try:
        return await client.ping()
    except (redis.RedisError, OSError):
        return False


async def until(true: Any) -> None:
    """Wait until this holds."""
    async with asyncio.timeout(20):
        while not await true():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def consuming(shop: Any, source: RedisSource) -> AsyncIterator[None]:
    task = asyncio.create_task(consume(source, shop.app.state.intake, first_pause=0.01))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
        await source.close()


async def put(client: Any, *bodies: Any) -> None:
    for body in bodies:
        await client.xadd(STREAM, {"event": body if isinstance(body, str | bytes) else json.dumps(body)})


async def settled(client: Any) -> bool:
    """Everything was delivered, and nothing is in anybody's hands."""
    if not await client.exists(STREAM):
        return True
    (group,) = await client.xinfo_groups(STREAM) or [{}]
    return group.get("lag") == 0 and group.get("pending") == 0


def counted(shop: Any, line: str) -> bool:
    return f"floorwalker_{line}" in shop.app.state.intake.tally.text().decode()


async def test_events_of_the_stream_reach_the_journal_and_the_live_session_and_are_done(bench, broker, client) -> None:
    shop = bench()
    await shop.chat("s1")
    await put(client, VIEW, VIEW, {**VIEW, "event_id": "e2", "session_id": "s2"})
    async with consuming(shop, RedisSource(broker.url, STREAM)):
        await until(lambda: settled(client))
        await put(client, {**VIEW, "event_id": "e3", "items": [{"item_id": "P2"}]})
        await until(lambda: settled(client))
    async with shop.sessions.open("s1") as session:
        assert session.conversation.profile.viewed == ("P2", "P1")
    assert [each.record.key for each in await shop.journal.log()] == ["e1", "e2", "e3"]
    assert {each.record.by for each in await shop.journal.log()} == {"shop"}
    assert counted(shop, 'events_total{outcome="duplicate",via="stream"} 1.0')


async def test_what_can_never_be_taken_is_set_aside_with_its_reason_and_the_rest_goes_on(bench, broker, client) -> None:
    shop = bench()
    garbage = [
        b"\xff\x00",
        "{",
        "[]",
        {**VIEW, "items": [{"item_id": "P404"}]},
        "x" * 70_000,
        {**VIEW, "name": "scroll"},
    ]
    await put(client, *garbage, VIEW)
    await client.xadd(STREAM, {"other": "field"})
    await put(client, {**VIEW, "name": "purchase"}, {**VIEW, "event_id": "e2"})
    async with consuming(shop, RedisSource(broker.url, STREAM)):
        await until(lambda: settled(client))
    assert [each.record.key for each in await shop.journal.log()] == ["e1", "e2"]
    dead = [entry for _, entry in await client.xrange(f"{STREAM}:dead")]
    codes = sorted(entry[b"reason"].split(b" ")[0].rstrip(b":").decode() for entry in dead)
    assert codes == ["bad_event", *["bad_json"] * 4, "conflict", "unknown_event", "unknown_product"]
    assert b"\xff\x00" in {entry[b"event"] for entry in dead}
    assert counted(shop, 'events_total{outcome="bad_json",via="stream"} 4.0')


async def test_what_a_dead_consumer_left_is_claimed(bench, broker, client) -> None:
    shop = bench()
    await put(client, VIEW)
    dead = RedisSource(broker.url, STREAM)
    dead._name = "another process"
    assert [delivery.body for delivery in await dead.next()] == [json.dumps(VIEW).encode()]
    await dead.close()
    async with consuming(shop, RedisSource(broker.url, STREAM, claim_seconds=0.01)):
        await until(lambda: settled(client))
    assert [each.record.key for each in await shop.journal.log()] == ["e1"]


async def test_what_was_handed_out_and_not_done_is_handed_out_again(broker, client) -> None:
    source = RedisSource(broker.url, STREAM)
    await put(client, VIEW, {**VIEW, "event_id": "e2"})
    first, second = await source.next()
    assert list(await source.next()) == [first, second]
    await source.done([first.id])
    assert list(await source.next()) == [second]
    await source.bury({second: "why not"})
    assert (await client.xpending(STREAM, GROUP))["pending"] == 0
    assert list(await source.next()) == []
    await source.close()


async def test_while_the_journal_is_down_nothing_is_done_and_then_everything_once(bench, broker, client) -> None:
    shop = bench()
    shop.journal.down = True
    await put(client, VIEW, "rubbish", {**VIEW, "event_id": "e2"})
    async with consuming(shop, RedisSource(broker.url, STREAM)):
        await until(lambda: down_twice(shop))
        assert (await client.xpending(STREAM, GROUP))["pending"] == 3
        shop.journal.down = False
        await until(lambda: settled(client))
    assert [each.record.key for each in await shop.journal.log()] == ["e1", "e2"]


async def down_twice(shop: Any) -> bool:
    return (
        counted(shop, "stream_errors_total")
        and not counted(shop, "stream_errors_total 0")
        and not counted(shop, "stream_errors_total 1.0")
    )


async def test_a_broker_that_goes_away_harms_nobody_and_is_read_again_when_it_is_back(bench, broker, client) -> None:
    shop = bench()
    await put(client, VIEW)
    async with consuming(shop, RedisSource(broker.url, STREAM)):
        await until(lambda: settled(client))
        broker.kill()
        await until(lambda: down_twice(shop))
        tab = await shop.chat("s9")
        tab.send(type="message.create", id="m1", text="boots")
        await tab.until("RUN_FINISHED")
        broker.start()
        await until(lambda: answers(client))
        await put(client, {**VIEW, "event_id": "e2"})
        await until(lambda: settled(client))
    events = [each.record.key for each in await shop.journal.log() if each.record.kind == "event"]
    assert events == ["e1", "e2"]


async def test_an_application_reads_its_stream_while_it_lives(bench, broker, client) -> None:
    shop, source = bench(), RedisSource(broker.url, STREAM)
    app = create_app(shop.assistant, secret=shop.SECRET, merchant_key=shop.KEY, source=source)
    await put(client, VIEW)
    async with app.router.lifespan_context(app):
        await until(lambda: settled(client))
    assert [each.record.key for each in await shop.journal.log()] == ["e1"]
    await source.close()


async def test_a_stream_that_was_emptied_is_joined_anew(bench, broker, client) -> None:
    shop = bench()
    await put(client, VIEW)
    async with consuming(shop, RedisSource(broker.url, STREAM)):
        await until(lambda: settled(client))
        await client.flushall()
        await put(client, {**VIEW, "event_id": "e2"})

        async def written() -> bool:
            return len(await shop.journal.log()) == 2

        await until(written)


async def test_what_is_no_stream_is_a_source_that_is_down(broker, client) -> None:
    await client.set(STREAM, "text")
    source = RedisSource(broker.url, STREAM)
    with pytest.raises(SourceDown, match="WRONGTYPE"):
        await source.next()
    with pytest.raises(SourceDown):
        await source.bury({Delivery("1-1", None): "why not"})
    await source.close()
