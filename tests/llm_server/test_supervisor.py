"""Starting, watching and restarting an engine; here a few lines of Python that serve /health."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

import pytest

from llm_server.chat import ChatGarbled, ChatLoading, ChatUnavailable, Message
from llm_server.engines import free_port
from llm_server.scripted import ScriptedChat
from llm_server.supervisor import EngineState, EngineSupervisor, Launch, SupervisedChat, WarmUp, doubling

ENGINE = """
import http.server, os, sys, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/die":
            print("out of memory", flush=True)
            os._exit(7)
        self.send_response(200)
        self.end_headers()
    def log_message(self, *args): pass
print("x" * 200_000, flush=True)  # more than a pipe holds
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.buffer.read()
"""
HELPED = f"""
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.buffer.read()"], start_new_session=True)
{ENGINE}"""
"""An engine with a process of its own that got away from it and holds its output open, as vLLM's helpers do."""
BROKEN = "import sys; print('no such model', flush=True); sys.exit(3)"
FETCH = """
import sys, time
for line in ('{"done": 0, "total": 200}', "some other words", '{"done": 150, "total": 200}'):
    print(line, flush=True)
    time.sleep(0.3)  # a download takes its time: lines that come at once are told as one state
"""
NO_FETCH = "import sys; print('the disk is full', flush=True); sys.exit(1)"
ASK = (Message(role="user", content="Hello"),)


def python(code: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code, *arguments)


Supervise = Callable[..., EngineSupervisor]


@pytest.fixture
async def port() -> int:
    return free_port()


@pytest.fixture
async def supervise(port: int) -> AsyncIterator[Supervise]:
    made: list[EngineSupervisor] = []

    def make(serve: str = ENGINE, fetch: str = "", **more: object) -> EngineSupervisor:
        launch = Launch(
            serve=python(serve, str(port)),
            health_url=f"http://127.0.0.1:{port}/health",
            environment=dict(os.environ),
            fetch=python(fetch) if fetch else (),
        )
        supervisor = EngineSupervisor(launch, **{"backoff": lambda _: 0.0, **more})  # type: ignore[arg-type]
        made.append(supervisor)
        return supervisor

    yield make
    for supervisor in made:
        await supervisor.stop()


async def get(port: int, path: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.0\r\n\r\n".encode())
    try:
        return await reader.read()
    finally:
        writer.close()


async def test_an_engine_is_ready_once_it_is_healthy(supervise: Supervise, port: int) -> None:
    supervisor = supervise()
    assert supervisor.state.phase == "stopped"
    supervisor.start()
    assert (await supervisor.wait_for("ready")).phase == "ready"
    assert b"200" in await get(port, "/health")


async def test_a_stopped_engine_is_gone(supervise: Supervise, port: int) -> None:
    supervisor = supervise()
    supervisor.start()
    await supervisor.wait_for("ready")
    await supervisor.stop()
    assert supervisor.state == EngineState(phase="stopped")
    with pytest.raises(ConnectionRefusedError):
        await get(port, "/health")


async def test_an_engine_that_dies_is_down_with_its_last_words_and_then_ready_again(
    supervise: Supervise, port: int
) -> None:
    supervisor = supervise()
    supervisor.start()
    await supervisor.wait_for("ready")
    down = asyncio.create_task(supervisor.wait_for("down"))
    await asyncio.sleep(0)
    await get(port, "/die")
    assert (await down).detail == "The engine ended. Exit status 7: out of memory"
    await supervisor.wait_for("ready")
    assert supervisor.starts == 2


async def test_an_engine_that_dies_is_noticed_though_a_process_of_its_own_lives_on(
    supervise: Supervise, port: int
) -> None:
    supervisor = supervise(HELPED)
    supervisor.start()
    await supervisor.wait_for("ready")
    down = asyncio.create_task(supervisor.wait_for("down"))
    await asyncio.sleep(0)
    await get(port, "/die")
    async with asyncio.timeout(20):
        assert (await down).detail == "The engine ended. Exit status 7: out of memory"
        await supervisor.wait_for("ready")


async def test_an_engine_that_cannot_start_is_tried_again_after_longer_and_longer_waits(supervise: Supervise) -> None:
    waits: list[int] = []
    enough = asyncio.Event()

    def backoff(failures: int) -> float:
        waits.append(failures)
        if failures == 3:
            enough.set()
            return 3600.0
        return 0.0

    supervisor = supervise(BROKEN, backoff=backoff)
    supervisor.start()
    await enough.wait()
    assert waits == [1, 2, 3]
    assert supervisor.state.phase == "down"
    assert supervisor.state.detail == "The engine did not start. Exit status 3: no such model"


def test_the_waits_double_up_to_half_a_minute() -> None:
    assert [doubling(n) for n in (1, 2, 3, 4, 5, 6, 60)] == [1, 2, 4, 8, 16, 30, 30]


async def test_a_command_that_does_not_exist_is_down_and_not_a_crash(port: int) -> None:
    launch = Launch(serve=("/no/such/engine",), health_url=f"http://127.0.0.1:{port}/", environment={})
    supervisor = EngineSupervisor(launch, backoff=lambda _: 3600.0)
    supervisor.start()
    assert "No such file" in (await supervisor.wait_for("down")).detail
    await supervisor.stop()


async def test_the_weights_come_first_and_their_progress_is_told(supervise: Supervise) -> None:
    supervisor = supervise(fetch=FETCH)
    seen: list[EngineState] = []

    async def note() -> None:
        while True:
            seen.append(await supervisor.next_state())

    noting = asyncio.create_task(note())
    await asyncio.sleep(0)
    supervisor.start()
    await supervisor.wait_for("ready")
    noting.cancel()
    phases = list(dict.fromkeys(state.phase for state in seen))
    assert phases[:2] == ["fetching", "starting"]
    assert 0.75 in [state.progress for state in seen]


async def test_weights_that_cannot_be_had_are_down_with_the_reason(supervise: Supervise) -> None:
    supervisor = supervise(fetch=NO_FETCH, backoff=lambda _: 3600.0)
    supervisor.start()
    state = await supervisor.wait_for("down")
    assert "the disk is full" in state.detail
    assert supervisor.starts == 0


async def test_the_prompts_are_read_before_the_engine_is_called_ready(supervise: Supervise) -> None:
    chat = ScriptedChat(plan=["{"], narrate=["Hi"])
    warm_up = [WarmUp(kind="plan", messages=ASK, json_schema={}), WarmUp(kind="narrate", messages=ASK)]
    supervisor = supervise(chat=chat, warm_up=warm_up)
    supervisor.start()
    await supervisor.wait_for("ready")
    assert [(request.kind, request.max_tokens) for request in chat.requests] == [("plan", 1), ("narrate", 1)]


async def test_a_warm_up_that_fails_does_not_keep_the_engine_from_serving(supervise: Supervise) -> None:
    chat = ScriptedChat(plan=[ChatGarbled("cut at 1 token")])
    supervisor = supervise(chat=chat, warm_up=[WarmUp(kind="plan", messages=ASK, json_schema={})])
    supervisor.start()
    await supervisor.wait_for("ready")


PARENT = """
import asyncio, os, sys
from llm_server.supervisor import EngineSupervisor, Launch
async def main():
    health, *serve = sys.argv[1:]
    supervisor = EngineSupervisor(Launch(serve=tuple(serve), health_url=health, environment=dict(os.environ)))
    supervisor.start()
    await supervisor.wait_for("ready")
    print("ready", flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


async def test_the_engine_ends_when_its_parent_is_killed(port: int) -> None:
    serve = python(ENGINE, str(port))
    parent = await asyncio.create_subprocess_exec(
        *python(PARENT, f"http://127.0.0.1:{port}/", *serve), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    assert await parent.stdout.readline() == b"ready\n"
    parent.kill()
    await parent.wait()
    with pytest.raises(ConnectionError):
        while True:  # as long as it answers, it has not noticed yet
            await get(port, "/health")


@pytest.mark.parametrize(
    ("phase", "error"),
    [
        ("fetching", ChatLoading),
        ("starting", ChatLoading),
        ("down", ChatUnavailable),
        ("stopped", ChatUnavailable),
    ],
)
async def test_calls_before_the_engine_is_ready_fail_at_once(phase: str, error: type[Exception]) -> None:
    inner = ScriptedChat(plan=["{}"], narrate=["Hi"])
    state = EngineState(phase=phase, detail="words for the shopper")  # type: ignore[arg-type]
    chat = SupervisedChat(inner, lambda: state)
    with pytest.raises(error, match="words for the shopper") as caught:
        await chat.complete(ASK, {}, kind="plan", max_tokens=5)
    assert type(caught.value) is error
    with pytest.raises(error):
        async with aclosing(chat.stream(ASK, kind="narrate", max_tokens=5)) as parts:
            await anext(parts)
    assert inner.requests == []


async def test_calls_to_a_ready_engine_go_through_and_closing_early_does_too() -> None:
    inner = ScriptedChat(plan=['{"a": 1}'], narrate=[["one", "two"]])
    chat = SupervisedChat(inner, lambda: EngineState(phase="ready"))
    assert (await chat.complete(ASK, {}, kind="plan", max_tokens=5)).text == '{"a": 1}'
    async with aclosing(chat.stream(ASK, kind="narrate", max_tokens=5)) as parts:
        await anext(parts)
    assert inner.cut == 1
