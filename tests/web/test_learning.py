"""What the shop's back end reports of many shoppers changes what another one is shown: HTTP, journal, worker, chat."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from agent.assembly import Assistant, compiled
from agent.memoryjournal import MemoryJournal
from agent.session import GAP
from agent.shop import Shop
from agent.teaching import teach
from llm_server.chat import ChatUnavailable
from llm_server.scripted import ScriptedChat
from retrieval.behaviour.touches import Mark
from retrieval.build import build
from retrieval.place import place_of
from retrieval.worker import WorkerRetriever
from web.app import create_app
from web.auth import Tokens
from web.rules import Rules

TITLES = {"K": "Enamel kettle", "T": "Oak tray", "N": "Linen napkin", "C": "Copper colander", "R": "Rolling pin"}
HOUR = timedelta(hours=1)


@pytest.fixture
async def worker(tmp_path):
    rows = [{"id": id, "title": f"{title} for the kitchen", "categories": ["Kitchen"]} for id, title in TITLES.items()]
    (tmp_path / "catalog.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    await build(tmp_path / "catalog.jsonl", tmp_path / "index", embedder="hash", on_progress=lambda _: None)
    held = WorkerRetriever(place_of(tmp_path / "index"), behaviour=tmp_path / "behaviour.npz")
    await held.start()
    yield held
    await held.close()


@pytest.fixture
async def door(bench, worker):
    """The shop's door over the real worker, with its language model away."""
    shop = Shop(name="Fernhill", about="For the kitchen.")
    facets = await worker.facets()
    model = ScriptedChat(plan=[ChatUnavailable("away")] * 9, narrate=[ChatUnavailable("away")] * 9)
    assistant = Assistant(shop, worker, MemoryJournal(), model, 30.0, None, facets, compiled(facets, shop))
    held = bench(assistant.journal)
    held.app = create_app(assistant, secret=held.SECRET, merchant_key=held.KEY, rules=Rules())
    held.sessions, held.tokens = held.app.state.sessions, Tokens(held.SECRET)
    return held


async def report(door, *events):
    transport = httpx2.ASGITransport(app=door.app, raise_app_exceptions=False)
    headers = {"authorization": f"Bearer {door.KEY}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop.test", headers=headers) as http:
        answer = await http.post("/v1/events", json=list(events))
    assert answer.status_code == 202
    assert answer.json() == {"accepted": len(events), "duplicates": 0, "rejected": []}


def event(id, session_id, name, *products):
    return {"event_id": id, "session_id": session_id, "name": name, "items": [{"item_id": each} for each in products]}


async def ask(door, session_id, text):
    """The titles of the cards that answer, best first, and their reasons by title."""
    tab = await door.chat(session_id)
    tab.send(type="message.create", id=f"m-{session_id}", text=text)
    frames = await tab.until("RUN_FINISHED")
    shown = [frame["value"] for frame in frames if frame["type"] == "CUSTOM" and frame["name"] == "shop.products"][-1]
    return {card["title"]: card["reason"] or {"text": "", "evidence": []} for card in shown["products"]}


async def learnt(door, worker, *, records):
    """Teach until the log is learnt up to there, as if the visits had ended an hour ago."""
    task = asyncio.create_task(teach(door.journal, worker, every=0.01, now=lambda: datetime.now(UTC) + GAP + HOUR))
    mark = Mark(since=-1)
    async with asyncio.timeout(60):
        while (await worker.learn((), mark, mark)).since != records:
            await asyncio.sleep(0.01)
    task.cancel()


async def test_what_other_shoppers_bought_with_it_is_shown_first_and_the_card_says_so(door, worker):
    await report(door, event("v0", "before", "view_item", "K"))
    before = await ask(door, "before", "something for the kitchen")
    assert "Linen napkin for the kitchen" in before
    assert not any("bought" in reason["text"] for reason in before.values())

    records = len(await door.journal.log())
    for number in range(4):
        await report(door, event(f"b{number}", f"s{number}", "purchase", "K", "N"))
    await learnt(door, worker, records=records + 4)

    await report(door, event("v1", "after", "view_item", "K"))
    after = await ask(door, "after", "something for the kitchen")
    others = [title for title in after if "kettle" not in title]
    assert others[0] == "Linen napkin for the kitchen"
    reason = after[others[0]]
    assert reason["text"].startswith("Often bought together with the Enamel kettle for the kitchen")
    assert "together:K:4" in reason["evidence"]
    assert not any("bought" in after[title]["text"] for title in others[1:])


async def test_what_a_page_says_teaches_nobody_else(door, worker):
    tab = await door.chat("s")
    for id, product in (("p1", "K"), ("p2", "N")):
        tab.send(type="session.event", event={"event_id": id, "name": "purchase", "items": [{"item_id": product}]})
        await tab.value("shop.ack")
    await report(door, event("v1", "after", "view_item", "T"))
    await learnt(door, worker, records=3)
    after = await ask(door, "after", "something for the kitchen")
    assert not any("kettle" in reason["text"].lower() for reason in after.values())
