"""The real server on a free port of this machine: handshake, caps of the transport, sockets that break off."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from web.server import listen, server


@asynccontextmanager
async def served(shop):
    with listen("127.0.0.1", 0) as door:
        running = server(shop.app)
        task = asyncio.create_task(running.serve(sockets=[door]))
        while not running.started:
            await asyncio.sleep(0)
        try:
            yield f"ws://127.0.0.1:{door.getsockname()[1]}/v1/chat"
        finally:
            running.should_exit = True
            await task


async def start(socket, shop, **resume):
    await socket.send(json.dumps({"type": "session.start", "token": shop.tokens.guest("s1"), **resume}))


async def test_a_turn_over_a_real_socket(bench):
    shop = bench()
    async with served(shop) as url, connect(url) as socket:
        await start(socket, shop)
        await socket.send(json.dumps({"type": "message.create", "id": "m1", "text": "boots"}))
        kinds = []
        while "RUN_FINISHED" not in kinds:
            kinds.append(json.loads(await socket.recv())["type"])
        assert kinds[:2] == ["STATE_SNAPSHOT", "MESSAGES_SNAPSHOT"]


async def test_compression_is_not_negotiated(bench):
    async with served(bench()) as url, connect(url, compression="deflate") as socket:
        assert socket.protocol.extensions == []


async def test_a_frame_over_64_kib_is_closed_with_1009(bench):
    shop = bench()
    async with served(shop) as url, connect(url, compression=None) as socket:
        await start(socket, shop)
        await socket.send("x" * 65_537)
        with pytest.raises(ConnectionClosed):
            while True:
                await socket.recv()
        assert socket.close_code == 1009


async def test_another_origin_is_answered_with_403_over_http(bench):
    async with served(bench()) as url:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(url, origin="https://evil.example"):
                pass
        assert refused.value.response.status_code == 403


async def test_a_bad_token_is_closed_with_4401(bench):
    async with served(bench()) as url, connect(url) as socket:
        await socket.send(json.dumps({"type": "session.start", "token": "rubbish"}))
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 4401


async def test_a_socket_that_breaks_off_resumes_where_it_was(bench):
    shop = bench()
    async with served(shop) as url:
        async with connect(url) as socket:
            await start(socket, shop)
            await socket.send(json.dumps({"type": "message.create", "id": "m1", "text": "boots"}))
            seen = [json.loads(await socket.recv())["seq"] for _ in range(6)]
            socket.transport.abort()
        async with connect(url) as socket:
            await start(socket, shop, lastSeq=seen[-1])
            while True:
                frame = json.loads(await socket.recv())
                seen.append(frame["seq"])
                if frame["type"] == "RUN_FINISHED":
                    break
        assert seen == list(range(1, len(seen) + 1))


async def test_a_stopping_server_lets_its_sockets_go(bench):
    shop = bench()
    async with served(shop) as url:
        socket = await connect(url)
        await start(socket, shop)
        await socket.recv()
    with pytest.raises(ConnectionClosed):
        while True:
            await socket.recv()
    assert socket.close_code == 1012
