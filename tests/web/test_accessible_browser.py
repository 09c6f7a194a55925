"""The shop's pages and the states of the widget before axe-core, light and dark, in both languages."""

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

_spec = importlib.util.spec_from_file_location("scripted_wire", Path(__file__).with_name("scripted_wire.py"))
assert _spec and _spec.loader
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
ScriptedWire = _module.ScriptedWire

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine; name one in CHROMIUM"),
]

CARD = {
    "brand": "Tarn",
    "price": {"amount": 1000, "currency": "USD", "text": "$10.00"},
    "listPrice": {"amount": 1200, "currency": "USD", "text": "$12.00"},
    "rating": {"value": 4.6, "count": 12},
    "imageUrl": "/demo/images/FS-1001.svg",
    "reason": {"text": "Within your price limit.", "evidence": ["x"]},
}
STOCK = ("in_stock", "out_of_stock", "preorder")


@pytest.fixture(params=[("light", "en-US", 1280), ("dark", "zh-CN", 390)], ids=["light-en-desktop", "dark-zh-phone"])
def page(request: pytest.FixtureRequest) -> Iterator[tuple[Page, Any]]:
    scheme, locale, width = request.param
    size = {"width": width, "height": 844}
    with ScriptedWire() as wire, sync_playwright() as playwright:
        wire.products = [
            {
                "id": f"P{at}",
                "title": f"Tent {at}",
                "description": "A tent.",
                "categories": ["Camping", "Tents"],
                "brand": "Tarn",
                "price": {"amount": 1000 + at, "currency": "USD"},
                "list_price": {"amount": 2000, "currency": "USD"},
                "availability": STOCK[at % 3],
                "rating": {"value": 4.5, "count": 100},
                "reviews": [{"rating": 4, "text": "Good."}],
                "attributes": {"colour": ["red"]},
                "image_url": "/demo/images/FS-1001.svg",
            }
            for at in range(6)
        ]
        wire.facets = {"count": 6, "brands": {"Tarn": 6, "Fell": 1}, "availability": {"in_stock": 2}}
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context = chromium.new_context(locale=locale, color_scheme=scheme, viewport=size, reduced_motion="reduce")
        opened = context.new_page()
        opened.goto(f"{wire.url}/demo/index.html")
        expect(opened.locator(".departments li")).not_to_have_count(0)
        yield opened, wire
        chromium.close()


def violations(page: Page) -> list[tuple[str, Any]]:
    found = axe.Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["target"]) for one in found]


def test_no_page_of_the_shop_has_a_violation(page: tuple[Page, Any]) -> None:
    opened, _ = page
    assert violations(opened) == []
    for address, sign in (("#/c/Camping", ".listing"), ("#/product/P0", "article"), ("#/checkout", "h1")):
        opened.evaluate("(address) => { location.hash = address; }", address)
        expect(opened.locator(sign).first).to_be_visible()
        assert violations(opened) == [], address
    opened.evaluate("() => { location.hash = '#/product/P0'; }")
    opened.locator("article .button.main").click()
    opened.locator("#cart-open").click()
    assert violations(opened) == []
    opened.locator("#checkout").click()
    expect(opened.locator(".pay")).to_be_visible()
    assert violations(opened) == []
    opened.locator("#knows-open").click()
    assert violations(opened) == []


def test_no_state_of_the_widget_has_a_violation(page: tuple[Page, Any]) -> None:
    opened, wire = page
    opened.locator(".launcher").click()
    wire.expect("session.start")
    assert violations(opened) == []
    chips = [{"path": "/price_max", "field": "price_max", "value": "$150.00"}]
    wire.say({"type": "STATE_DELTA", "delta": [{"op": "add", "path": "/constraints/chips", "value": chips}]})
    wire.say({"type": "RUN_STARTED", "threadId": "s1", "runId": "t1"})
    shown = [
        {**CARD, "handle": at, "id": f"p{at}", "title": f"Tent {at}", "availability": STOCK[at % 3]} for at in (1, 2, 3)
    ]
    wire.custom("shop.products", turnId="t1", cardSet="c1", provisional=True, products=shown)
    wire.custom("shop.notice", code="relaxed", text="I widened the search.", detail="")
    expect(opened.locator(".note")).to_be_visible()
    assert violations(opened) == []
    rows = [{"name": "material", "values": ["nylon", None]}]
    wire.custom("shop.comparison", turnId="t1", columns=[1, 2], rows=rows)
    wire.custom("shop.sources", sources=[{"title": "Returns", "url": "/returns"}])
    wire.custom("shop.question", turnId="t1", text="Which?", answers=[{"label": "This", "text": "This"}])
    wire.say({"type": "RUN_ERROR", "message": "That took too long.", "code": "deadline"})
    expect(opened.locator(".note").last).to_contain_text("That took too long.")
    assert violations(opened) == []
    opened.locator(".head .icon").first.click()
    assert violations(opened) == []
    wire.drop()
    opened.locator(".pick").first.click()
    assert violations(opened) == []
