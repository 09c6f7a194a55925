"""The real server on a free port of this machine: handshake, caps of the transport, sockets that break off."""

import asyncio
import json
import socket
from contextlib import asynccontextmanager

import pytest
from uvicorn.server import ServerState
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from web.server import Protocol, listen, server


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


async def start(client, shop, **resume):
    await client.send(json.dumps({"type": "session.start", "token": shop.tokens.guest("s1"), **resume}))


async def test_a_turn_over_a_real_socket(bench):
    shop = bench()
    async with served(shop) as url, connect(url) as client:
        await start(client, shop)
        await client.send(json.dumps({"type": "message.create", "id": "m1", "text": "boots"}))
        kinds = []
        while "RUN_FINISHED" not in kinds:
            kinds.append(json.loads(await client.recv())["type"])
        assert kinds[:2] == ["STATE_SNAPSHOT", "MESSAGES_SNAPSHOT"]


async def test_compression_is_not_negotiated(bench):
    async with served(bench()) as url, connect(url, compression="deflate") as client:
        assert client.protocol.extensions == []


async def test_a_frame_over_64_kib_is_closed_with_1009(bench):
    shop = bench()
    async with served(shop) as url, connect(url, compression=None) as client:
        await start(client, shop)
        await client.send("x" * 65_537)
        with pytest.raises(ConnectionClosed):
            while True:
                await client.recv()
        assert client.close_code == 1009


async def test_another_origin_is_answered_with_403_over_http(bench):
    async with served(bench()) as url:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(url, origin="https://evil.example"):
                pass
        assert refused.value.response.status_code == 403


async def test_a_bad_token_is_closed_with_4401(bench):
    async with served(bench()) as url, connect(url) as client:
        await client.send(json.dumps({"type": "session.start", "token": "rubbish"}))
        with pytest.raises(ConnectionClosed):
            await client.recv()
        assert client.close_code == 4401


async def test_a_socket_that_breaks_off_resumes_where_it_was(bench):
    shop = bench()
    async with served(shop) as url:
        async with connect(url) as client:
            await start(client, shop)
            await client.send(json.dumps({"type": "message.create", "id": "m1", "text": "boots"}))
            seen = [json.loads(await client.recv())["seq"] for _ in range(6)]
            client.transport.abort()
        async with connect(url) as client:
            await start(client, shop, lastSeq=seen[-1])
            while True:
                frame = json.loads(await client.recv())
                seen.append(frame["seq"])
                if frame["type"] == "RUN_FINISHED":
                    break
        assert seen == list(range(1, len(seen) + 1))


async def test_a_stopping_server_lets_its_sockets_go(bench):
    shop = bench()
    async with served(shop) as url:
        client = await connect(url)
        await start(client, shop)
        await client.recv()
    with pytest.raises(ConnectionClosed):
        while True:
            await client.recv()
    assert client.close_code == 1012


async def test_small_frames_leave_at_once():
    """Without TCP_NODELAY each would wait for the acknowledgement of the one before."""
    accepted = asyncio.get_running_loop().create_future()

    class Caught(asyncio.Protocol):
        def connection_made(self, transport):
            accepted.set_result(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            transport.close()

    with listen("127.0.0.1", 0) as door:
        serving = await asyncio.get_running_loop().create_server(Caught, sock=door)
        _, writer = await asyncio.open_connection(*door.getsockname())
        assert await accepted
        writer.close()
        await writer.wait_closed()
        serving.close()


@pytest.mark.parametrize(("waiting", "dropped"), [(0, False), (9000, True)])
async def test_a_socket_whose_last_bytes_do_not_leave_is_dropped_in_the_end(waiting, dropped):
    aborted, later = [], []

    class Stuck(asyncio.Transport):
        def get_write_buffer_size(self):
            return waiting

        def abort(self):
            aborted.append(True)

    class Loop:
        def call_later(self, seconds, callback):
            later.append(callback)

    config = server(lambda: None).config
    config.load()
    protocol = Protocol(config, ServerState(), {}, _loop=Loop())
    protocol.transport = Stuck()
    done = asyncio.current_task()
    protocol.on_task_complete(done)
    for callback in later:
        callback()
    assert bool(aborted) is dropped
