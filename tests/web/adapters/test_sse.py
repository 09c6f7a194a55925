"""AG-UI over HTTP: the frames of the socket as an event stream, driven by curl and by AG-UI's own client."""

import asyncio
import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import jwt
import pytest

from agent.events import HandoffChanged
from tests.web.adapters.doors import OFFER, SOURCE, failure, served, service, silence

CURL, NODE, NPM = (shutil.which(name) for name in ("curl", "node", "npm"))
CLIENT = Path(__file__).parents[3] / "node_modules" / "floorwalker-agui"


def asked(text="boots", message_id="m1", thread="s1", **fields):
    message = {"id": message_id, "role": "user", "content": text}
    return {"threadId": thread, "runId": "r1", "messages": [message], **fields}


def events(text):
    """Of each event of a stream, its id and its data."""
    blocks = [dict(line.split(": ", 1) for line in block.split("\n")) for block in text.strip().split("\n\n")]
    return [(block.get("id"), json.loads(block["data"])) for block in blocks]


def kinds(told):
    return [frame.get("name") or frame["type"] for _, frame in told]


@pytest.fixture
async def shop(bench):
    return bench()


@pytest.fixture
def call(shop):
    """A call at the door: the key's holder, unless another authorisation is given."""

    async def post(body, authorization=f"Bearer {'merchant-key-for-tests'}", content=None, **headers):
        transport = httpx2.ASGITransport(app=shop.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            given = {"authorization": authorization, **headers} if authorization else headers
            data = json.dumps(body).encode() if content is None else content
            return await client.post("/v1/agui", content=data, headers=given)

    return post


async def test_a_run_is_told_as_the_socket_tells_it(shop, call):
    tab = await shop.chat()
    told = events((await call(asked())).text)
    frames = {frame["seq"]: frame for frame in await tab.until("RUN_FINISHED")}
    assert kinds(told)[:2] == ["RUN_STARTED", "STATE_SNAPSHOT"] and kinds(told)[-1] == "RUN_FINISHED"
    numbered = [(int(number), frame) for number, frame in told if number]
    assert len(numbered) == len(told) - 1
    assert [{**frame, "seq": number} for number, frame in numbered] == [frames[number] for number, _ in numbered]


async def test_the_state_that_the_deltas_change_comes_first(shop, call):
    await call(asked())
    told = events((await call(asked("hats", "m2"))).text)
    assert told[1][0] is None and told[1][1]["snapshot"]["constraints"]["need"] == "boots"


async def test_a_message_that_was_sent_before_is_told_again_and_runs_no_second_time(shop, call):
    first, again = await call(asked()), await call(asked("something else"))
    assert [frame for number, frame in events(first.text) if number] == [
        frame for number, frame in events(again.text) if number
    ]
    assert len(shop.assistant.asked) == 1


async def test_a_message_sent_again_while_it_runs_is_told_to_its_end(shop, call):
    first = asyncio.create_task(call(asked("slow")))
    while not shop.assistant.asked:
        await asyncio.sleep(0)
    again = asyncio.create_task(call(asked("slow")))
    while not shop.sessions.loaded or len(shop.sessions._live["s1"]._stream._sockets) < 2:
        await asyncio.sleep(0)
    shop.assistant.gate("m1").set()
    told = [events(response.text) for response in await asyncio.gather(first, again)]
    assert kinds(told[0])[-1] == kinds(told[1])[-1] == "RUN_FINISHED" and len(shop.assistant.asked) == 1


async def test_a_sessions_token_opens_its_own_session(shop, call):
    response = await call(asked(), f"Bearer {shop.tokens.guest('s1')}")
    assert response.status_code == 200 and kinds(events(response.text))[-1] == "RUN_FINISHED"


async def test_a_sessions_token_opens_no_other(shop, call):
    response = await call(asked(thread="s2"), f"Bearer {shop.tokens.guest('s1')}")
    assert (response.status_code, response.json()["code"], response.json()["field"]) == (
        403,
        "other_session",
        "threadId",
    )
    assert shop.sessions.loaded == frozenset() and shop.assistant.asked == []


async def test_nobody_is_known_but_by_a_token_that_the_shop_signed(shop, call):
    now = datetime.now(UTC)
    claims = {"sid": "s2", "sub": "u7", "iat": now, "exp": now + timedelta(hours=1), "aud": "floorwalker"}
    signed = jwt.encode(claims, shop.SECRET, algorithm="HS256")
    props = {"sub": "u7", "user_id": "u7", "user": "u7"}
    await call(asked(forwardedProps=props, state=props, **props))
    await call(asked(thread="s2"), f"Bearer {signed}")
    for session_id, user_id in (("s1", None), ("s2", "u7")):
        async with shop.sessions.open(session_id) as session:
            assert session.conversation.user_id == user_id


async def test_sources_and_a_hand_off_come_through(shop, call):
    shop.assistant.script = service
    told = {frame.get("name"): frame.get("value") for _, frame in events((await call(asked())).text)}
    assert told["shop.sources"]["sources"] == [SOURCE.model_dump()]
    assert told["shop.handoff"] == {"state": "offered", "text": OFFER, "reason": "failure", "by": None}


async def test_while_a_person_has_the_conversation_a_run_says_so_in_its_state(shop, call):
    shop.assistant.script = silence
    async with shop.sessions.open("s1") as session:
        await session.hand(HandoffChanged(state="human", text="Ana has joined", by="Ana"))
    told = events((await call(asked())).text)
    assert told[1][1]["snapshot"]["handoff"] == "human" and "TEXT_MESSAGE_START" not in kinds(told)


async def test_a_turn_that_fails_ends_in_run_error(shop, call):
    shop.assistant.script = failure
    assert events((await call(asked())).text)[-1][1]["code"] == "retrieval_down"


async def test_a_journal_that_breaks_in_the_middle_ends_the_run(shop, call):
    running = asyncio.create_task(call(asked("slow")))
    while not shop.assistant.asked:
        await asyncio.sleep(0)
    shop.journal.down = True
    shop.assistant.gate("m1").set()
    last = events((await running).text)[-1][1]
    assert (last["type"], last["code"]) == ("RUN_ERROR", "interrupted")
    shop.journal.down = False


@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Basic merchant-key-for-tests", "Bearer "])
async def test_without_the_key_or_a_token_nothing_runs(shop, call, authorization):
    response = await call(asked(), authorization)
    assert (response.status_code, response.json()["code"]) == (401, "bad_key")
    assert response.headers["www-authenticate"] == "Bearer" and shop.assistant.asked == []


async def test_a_page_of_another_origin_is_refused(shop, call):
    response = await call(asked(), f"Bearer {shop.tokens.guest('s1')}", origin="https://evil.example")
    assert (response.status_code, response.json()["code"]) == (403, "bad_origin")


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "bad_request", "threadId"),
        (asked(messages=[]), "bad_request", "messages"),
        (asked(thread="a\x00b"), "bad_request", "threadId"),
        (asked(message_id=""), "bad_request", "messages[0].id"),
        (asked("  "), "empty", "messages[0].content"),
        (asked("x" * 2001), "too_long", "messages[0].content"),
        (asked([{"type": "image", "source": {"type": "url", "value": "x"}}]), "unsupported", "messages[0].content[0]"),
        (asked(messages=[{"id": "m1", "role": "nobody", "content": "x"}]), "bad_request", "messages[0]"),
        ([], "bad_request", ""),
    ],
)
async def test_what_is_wrong_is_named(shop, call, body, code, field):
    response = await call(body)
    told = response.json()
    assert (response.status_code, told["code"], told["field"]) == (422, code, field) and told["fix"]
    assert shop.assistant.asked == []


async def test_what_is_no_json_or_too_large_is_refused(shop, call):
    assert (await call(None, content=b"{")).json()["code"] == "bad_json"
    assert (await call(None, content=b" " * (1 << 20) + b"{}")).status_code == 413


async def test_messages_of_a_session_and_calls_of_a_caller_are_limited(bench):
    for rule in ("messages", "calls"):
        shop = bench(**{rule: "1/hour"})
        transport = httpx2.ASGITransport(app=shop.app)
        headers = {"authorization": f"Bearer {shop.KEY}"}
        async with httpx2.AsyncClient(transport=transport, base_url="http://shop.test", headers=headers) as client:
            statuses = [(await client.post("/v1/agui", json=asked(message_id=one))).status_code for one in ("a", "b")]
        assert statuses == [200, 429]


async def test_a_caller_that_goes_away_leaves_the_turn_to_its_end(shop):
    headers = {"authorization": f"Bearer {shop.KEY}"}
    async with served(shop) as url, httpx2.AsyncClient(base_url=url, headers=headers) as client:
        async with client.stream("POST", "/v1/agui", json=asked("slow")) as response:
            async for line in response.aiter_lines():
                if "RUN_STARTED" in line:
                    break
        live = shop.sessions._live["s1"]
        while live._stream._sockets:
            await asyncio.sleep(0.01)
        assert not shop.assistant.closed
        shop.assistant.gate("m1").set()
        again = await client.post("/v1/agui", json=asked("slow"))
        assert kinds(events(again.text))[-1] == "RUN_FINISHED" and len(shop.assistant.asked) == 1
        after = await client.post("/v1/agui", json=asked("hats", "m2"))
        assert kinds(events(after.text))[-1] == "RUN_FINISHED"


@pytest.mark.skipif(CURL is None, reason="curl is not installed")
async def test_curl_reads_the_stream(shop):
    async with served(shop) as url:
        command = [CURL, "-sN", f"{url}/v1/agui", "-H", f"Authorization: Bearer {shop.KEY}", "-d", json.dumps(asked())]
        running = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        out, _ = await running.communicate()
    assert running.returncode == 0 and kinds(events(out.decode()))[-1] == "RUN_FINISHED"


@pytest.mark.real
@pytest.mark.skipif(not (NODE and NPM), reason="node and npm are not installed: AG-UI's own client runs on them")
async def test_ag_uis_own_client_runs_an_agent_here(shop):
    CLIENT.mkdir(parents=True, exist_ok=True)
    if not (CLIENT / "node_modules" / "@ag-ui" / "client").is_dir():
        install = [NPM, "install", "--prefix", str(CLIENT), "--no-audit", "--no-fund", "@ag-ui/client@1.0.0"]
        done = await asyncio.create_subprocess_exec(*install)
        assert await done.wait() == 0
    script = CLIENT / "run.mjs"
    script.write_text((Path(__file__).parent / "agui_client.mjs").read_text("utf-8"), "utf-8")
    shop.assistant.script = None
    async with served(shop) as url:
        arguments = [NODE, str(script), f"{url}/v1/agui", shop.tokens.guest("s1")]
        pipes = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE}
        running = await asyncio.create_subprocess_exec(*arguments, **pipes, env={**os.environ, "NO_COLOR": "1"})
        out, warnings = await running.communicate()
    assert running.returncode == 0 and warnings == b"", warnings.decode()
    told = json.loads(out)
    assert told["kinds"][0] == "RUN_STARTED" and told["kinds"][-1] == "RUN_FINISHED"
    assert told["answers"] == ["Trail boots suit you."] * 2
    assert [each["title"] for each in told["products"]] == ["Trail boots"]
    assert told["state"]["constraints"]["need"] == "hats"
    assert told["refused"] == 401
