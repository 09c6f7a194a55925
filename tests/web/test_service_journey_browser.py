"""From advice through a return to a person, in the demo shop's own widget, in both languages; no model is asked."""

import importlib.util
from collections.abc import Generator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from web.keys import kept_key

_spec = importlib.util.spec_from_file_location("opened_shop", Path(__file__).with_name("opened_shop.py"))
assert _spec and _spec.loader
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not _module.CHROMIUM, reason="no Chromium on this machine; name one in CHROMIUM"),
]
JOURNEYS = {
    "en-US": {
        "advice": "a rain jacket for cycling to work, under $200",
        "policy": "how long can I return something?",
        "period": "within 45 days of delivery",
        "source": "Returns and exchanges: How long you have",
        "return": "I want to return the trail shoe I bought, it does not fit",
        "confirm": "Nothing is done until a person confirms it",
        "yes": "Yes, please",
        "called": "A person has been called",
        "there": "A person is with you",
        "language": "English",
    },
    "zh-CN": {
        "advice": "想买一款双人帐篷，300 美元以内",
        "policy": "几天之内可以退货",
        "period": "收货后 45 天内可以退货",
        "source": "退货和换货: 退货期限",
        "return": "我要退我买的越野跑鞋，尺码不合适",
        "confirm": "需要人工确认后才会办理",
        "yes": "好的，请转接",
        "called": "已呼叫人工客服",
        "there": "人工客服为您服务中",
        "language": "Chinese",
    },
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[str, str]]:
    """The address of a demo shop with pages and orders, and the key of its people."""
    data = tmp_path_factory.mktemp("service")
    orders = f"sqlite:///{data / 'orders.db'}"
    environment = {"FLOORWALKER_LLM_URL": "http://127.0.0.1:9/v1", "FLOORWALKER_ORDERS_URL": orders}
    with _module.opened_shop(data, environment=environment, service=True) as address:
        yield address, kept_key(data / "merchant_key")


@pytest.fixture(scope="module", params=JOURNEYS)
def page(request: pytest.FixtureRequest, shop: tuple[str, str]) -> Generator[tuple[Page, dict[str, str]]]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_module.CHROMIUM, args=_module.QUIET)
        size = {"width": 390, "height": 844} if request.param == "zh-CN" else {"width": 1280, "height": 900}
        opened = browser.new_context(locale=request.param, viewport=size).new_page()  # type: ignore[arg-type]
        opened.goto(shop[0])
        yield opened, JOURNEYS[request.param]
        browser.close()


def test_from_advice_through_a_return_to_a_person(page: tuple[Page, dict[str, str]], shop: tuple[str, str]) -> None:
    (opened, words), (address, key) = page, shop
    people = httpx2.Client(base_url=address, headers={"authorization": f"Bearer {key}"})
    opened.locator("#shopper").click()
    expect(opened.locator("#toast")).to_contain_text("Mina")
    said = opened.locator("floorwalker-chat .msg.assistant")

    def ask(text: str) -> None:
        before = said.count()
        opened.evaluate("text => document.querySelector('#chat').ask(text)", text)
        expect(said).to_have_count(before + 1, timeout=20_000)
        expect(opened.locator("floorwalker-chat .round.stop")).to_be_hidden(timeout=20_000)

    ask(words["advice"])
    expect(opened.locator("floorwalker-chat .card").first).to_be_visible()
    ask(words["policy"])
    expect(said.last).to_contain_text(words["period"])
    expect(opened.locator("floorwalker-chat .note a").last).to_have_text(words["source"])
    ask(words["return"])
    expect(said.last).to_contain_text(words["confirm"])
    expect(opened.locator("floorwalker-chat .order").last).to_contain_text("FH-47980")
    opened.locator("floorwalker-chat .answers button", has_text=words["yes"]).click()
    bar = opened.locator("floorwalker-chat .panel > .bar").last
    expect(bar).to_have_text(words["called"])

    waiting = people.get("/v1/handoffs").json()["handoffs"][0]
    assert waiting["reason"] == "request"
    for line in (f"Language: {words['language']}", "Shopper: mina", "To confirm: return FH-47980"):
        assert line in waiting["summary"]
    session = waiting["sessionId"]
    body = {"id": "p1", "by": "Mei", "text": "FH-47980: OK!"}
    assert people.post(f"/v1/sessions/{session}/messages", json=body).status_code == 201
    expect(bar).to_have_text(words["there"])
    expect(said.last).to_have_text("MeiFH-47980: OK!")

    spoken = said.count()
    opened.evaluate("text => document.querySelector('#chat').ask(text)", words["advice"])
    held = people.get(f"/v1/sessions/{session}")
    expect(opened.locator("floorwalker-chat .msg.user.pending")).to_have_count(0, timeout=20_000)
    assert held.json()["handoff"] == "human" and said.count() == spoken, "nobody talks over a person"
    people.post(f"/v1/sessions/{session}/handoff", json={"state": "returned", "by": "Mei"})
    expect(bar).to_be_hidden()
    ask(words["policy"])
    expect(said.last).to_contain_text(words["period"])
    people.close()
