"""The demo shop's page in a real browser: what the shopper does there reaches the assistant as events."""

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

_spec = importlib.util.spec_from_file_location("scripted_wire", Path(__file__).with_name("scripted_wire.py"))
assert _spec and _spec.loader
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
ScriptedWire = _module.ScriptedWire

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]
HOSTILE = "<img src=x onerror=window.owned=1>"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine; name one in CHROMIUM"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def wire() -> Iterator[Any]:
    with ScriptedWire() as scripted:
        scripted.products = [
            {
                "id": "lamp",
                "title": "Lamp",
                "categories": ["Home", "Lamps"],
                "price": {"amount": 4950, "currency": "USD"},
                "availability": "in_stock",
            },
            {"id": "kettle", "title": "Kettle", "categories": ["Kitchen"], "price": {"amount": 900, "currency": "JPY"}},
            {"id": "bare", "title": HOSTILE, "description": HOSTILE, "attributes": {HOSTILE: [HOSTILE]}},
        ]
        yield scripted


@pytest.fixture
def page(browser: Browser, wire: Any) -> Iterator[Page]:
    context = browser.new_context(locale="en-US")
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(f"{wire.url}/demo/index.html")
    expect(opened.locator(".item")).not_to_have_count(0)
    yield opened
    context.close()
    assert errors == []


def reported(wire: Any) -> tuple[str, list[dict[str, Any]]]:
    event = wire.expect("session.event")["event"]
    return event["name"], event["items"]


def test_looking_buying_and_changing_ones_mind_are_reported_in_major_units(page: Page, wire: Any) -> None:
    page.get_by_role("link", name="Lamp").click()
    assert reported(wire) == ("view_item", [{"item_id": "lamp", "quantity": 1, "price": 49.5}])
    page.locator("article").get_by_role("button", name="Add to cart").click()
    assert reported(wire) == ("add_to_cart", [{"item_id": "lamp", "quantity": 1, "price": 49.5}])
    page.locator("#cart-open").click()
    page.get_by_role("button", name="One more: Lamp").click()
    assert reported(wire)[0] == "add_to_cart"
    page.get_by_role("button", name="One more: Lamp").click()
    assert reported(wire)[0] == "add_to_cart"
    page.get_by_role("button", name="One fewer: Lamp").click()
    assert reported(wire) == ("remove_from_cart", [{"item_id": "lamp", "quantity": 1, "price": 49.5}])
    expect(page.locator("#cart-total")).to_have_text("$99.00")
    page.get_by_role("button", name="Check out").click()
    assert reported(wire) == ("purchase", [{"item_id": "lamp", "quantity": 2, "price": 49.5}])
    expect(page.locator("#cart-count")).to_have_text("0")


def test_yen_have_no_minor_units(page: Page, wire: Any) -> None:
    page.get_by_role("link", name="Kettle").click()
    assert reported(wire) == ("view_item", [{"item_id": "kettle", "quantity": 1, "price": 900}])
    expect(page.locator("article .price")).to_have_text("¥900")


def test_general_categories_filter_the_grid(page: Page, wire: Any) -> None:
    expect(page.locator("#filters button")).to_have_text(["Everything", "Home", "Kitchen"])
    page.get_by_role("button", name="Kitchen").click()
    expect(page.locator(".item h2")).to_have_text(["Kettle"])
    expect(page.get_by_role("button", name="Kitchen")).to_have_attribute("aria-pressed", "true")


def test_a_product_with_nothing_but_a_hostile_title_is_shown_as_text(page: Page, wire: Any) -> None:
    page.get_by_role("link", name=HOSTILE).click()
    assert reported(wire) == ("view_item", [{"item_id": "bare", "quantity": 1}])
    expect(page.locator("article h1")).to_have_text(HOSTILE)
    expect(page.locator("article .price")).to_have_count(0)
    assert page.evaluate("window.owned") is None


def test_a_large_catalogue_comes_in_pages_of_twenty_four(page: Page, wire: Any) -> None:
    wire.products = [{"id": f"p{number}", "title": f"Thing {number}"} for number in range(130)]
    page.reload()
    for shown in (24, 48, 72, 96, 120, 130):
        expect(page.locator(".item")).to_have_count(shown)
        if shown < 130:
            page.get_by_role("button", name="Show more").click()
    expect(page.locator("#more")).to_be_hidden()


def test_a_card_of_the_assistant_opens_the_product_in_the_shop(page: Page, wire: Any) -> None:
    page.locator(".launcher").click()
    wire.expect("session.start")
    card = {"handle": 1, "id": "lamp", "title": "Lamp", "url": "/product/lamp"}
    wire.custom("shop.products", turnId="t1", cardSet="c1", provisional=False, products=[card])
    page.get_by_role("button", name="View: Lamp").click()
    expect(page.locator("article h1")).to_have_text("Lamp")
    assert reported(wire) == ("select_item", [{"item_id": "lamp", "quantity": 1}])
    assert reported(wire)[0] == "view_item"


def test_the_language_changes_the_page_and_the_assistant_and_is_remembered(page: Page, wire: Any) -> None:
    page.get_by_role("button", name="中文").click()
    expect(page.locator("#cart-open")).to_contain_text("购物车")
    expect(page.locator(".launcher")).to_have_text("问问导购助手")
    page.reload()
    expect(page.locator(".launcher")).to_have_text("问问导购助手")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
