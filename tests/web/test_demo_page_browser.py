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
                "variants": [
                    {"id": "lamp-1", "options": {"metal": "steel"}, "price": {"amount": 4950, "currency": "USD"}},
                    {
                        "id": "lamp-2",
                        "options": {"metal": "brass"},
                        "price": {"amount": 6000, "currency": "USD"},
                        "availability": "out_of_stock",
                    },
                ],
            },
            {"id": "kettle", "title": "Kettle", "categories": ["Kitchen"], "price": {"amount": 900, "currency": "JPY"}},
            {"id": "rug", "title": "Rug", "price": {"amount": 12500, "currency": "KWD"}},
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
    expect(opened.locator(".departments li")).not_to_have_count(0)
    yield opened
    context.close()
    assert errors == []


def go(page: Page, address: str) -> None:
    page.evaluate("(address) => { location.hash = address; }", address)


def open_product(page: Page, product_id: str) -> None:
    go(page, f"#/product/{product_id}")
    expect(page.locator("article h1")).to_be_visible()


def reported(wire: Any) -> tuple[str, list[dict[str, Any]]]:
    event = wire.expect("session.event")["event"]
    return event["name"], event["items"]


def test_looking_buying_and_changing_ones_mind_are_reported_in_major_units(page: Page, wire: Any) -> None:
    open_product(page, "lamp")
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
    page.get_by_role("link", name="Check out").click()
    page.get_by_label("Name").fill("A. Shopper")
    page.get_by_label("Address").fill("1 Lane")
    page.get_by_role("button", name="Place the order").click()
    assert reported(wire) == ("purchase", [{"item_id": "lamp", "quantity": 2, "price": 49.5}])
    expect(page.locator("h1")).to_contain_text("Thank you")
    expect(page.locator("#cart-count")).to_have_text("0")


def test_yen_have_no_minor_units_and_dinars_have_three(page: Page, wire: Any) -> None:
    open_product(page, "kettle")
    assert reported(wire) == ("view_item", [{"item_id": "kettle", "quantity": 1, "price": 900}])
    expect(page.locator("article .price")).to_have_text("¥900")
    open_product(page, "rug")
    assert reported(wire) == ("view_item", [{"item_id": "rug", "quantity": 1, "price": 12.5}])
    expect(page.locator("article .price")).to_contain_text("12.500")


def test_departments_are_the_general_categories_and_lead_to_their_products(page: Page, wire: Any) -> None:
    expect(page.locator(".departments a > span")).to_have_text(["Home", "Kitchen"])
    page.get_by_role("link", name="Kitchen").click()
    expect(page.locator(".item h3")).to_have_text(["Kettle"])
    expect(page.locator("h1")).to_have_text("Kitchen")
    expect(page).to_have_title("Kitchen · Fernhill Supply")


def test_a_filter_is_in_the_address_and_keeps_the_focus(page: Page, wire: Any) -> None:
    wire.facets = {"count": 3, "brands": {"Arc": 2, "Bow": 1}, "availability": {"in_stock": 3}}
    go(page, "#/c/")
    page.get_by_role("checkbox", name="Bow").check()
    expect(page.get_by_role("checkbox", name="Bow")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Bow")).to_be_focused()
    assert page.url.endswith("#/c/?brand=Bow")
    page.get_by_role("button", name="Clear all").click()
    expect(page.get_by_role("checkbox", name="Bow")).not_to_be_checked()


def test_products_are_put_in_order_of_price(page: Page, wire: Any) -> None:
    go(page, "#/c/")
    page.get_by_label("Sort by").select_option("low")
    expect(page.locator(".item h3")).to_have_text(["Rug", "Lamp", "Kettle", HOSTILE])


def test_a_variant_changes_price_stock_and_what_is_bought(page: Page, wire: Any) -> None:
    open_product(page, "lamp")
    wire.expect("session.event")
    page.get_by_role("radio", name="brass").check()
    expect(page.locator("article .price")).to_have_text("$60.00")
    expect(page.get_by_role("button", name="Sold out")).to_be_disabled()
    page.get_by_role("radio", name="steel").check()
    page.locator("article").get_by_role("button", name="Add to cart").click()
    assert reported(wire) == ("add_to_cart", [{"item_id": "lamp", "quantity": 1, "price": 49.5}])
    page.locator("#cart-open").click()
    expect(page.locator(".line .options")).to_have_text("steel")


def test_a_product_with_nothing_but_a_hostile_title_is_shown_as_text(page: Page, wire: Any) -> None:
    open_product(page, "bare")
    assert reported(wire) == ("view_item", [{"item_id": "bare", "quantity": 1}])
    expect(page.locator("article h1")).to_have_text(HOSTILE)
    expect(page.locator("article .price")).to_have_count(0)
    assert page.evaluate("window.owned") is None


def test_a_long_title_and_forty_attributes_do_not_widen_the_page(page: Page, wire: Any) -> None:
    attributes = {f"name{number}" * 4: [f"value{number}" * 9] for number in range(40)}
    broken = {"image_url": "/nowhere.png", "attributes": attributes}
    wire.products.append({"id": "long", "title": "Endless" * 43, **broken})
    page.set_viewport_size({"width": 390, "height": 844})
    open_product(page, "long")
    expect(page.locator("dt")).to_have_count(40)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_large_catalogue_comes_in_pages_of_twenty_four(page: Page, wire: Any) -> None:
    wire.products = [{"id": f"p{number}", "title": f"Thing {number}"} for number in range(130)]
    go(page, "#/c/")
    for shown in (24, 48, 72, 96, 120, 130):
        expect(page.locator(".item")).to_have_count(shown)
        if shown < 130:
            page.get_by_role("button", name="Show more").click()
    expect(page.get_by_role("button", name="Show more")).to_be_hidden()


def test_a_card_of_the_assistant_opens_the_product_in_the_shop(page: Page, wire: Any) -> None:
    page.locator(".launcher").click()
    wire.expect("session.start")
    card = {"handle": 1, "id": "lamp", "title": "Lamp", "url": "/product/lamp"}
    wire.custom("shop.products", turnId="t1", cardSet="c1", provisional=False, products=[card])
    page.get_by_role("button", name="View: Lamp").click()
    expect(page.locator("article h1")).to_have_text("Lamp")
    assert reported(wire) == ("select_item", [{"item_id": "lamp", "quantity": 1}])
    assert reported(wire)[0] == "view_item"


def test_the_search_field_asks_the_assistant(page: Page, wire: Any) -> None:
    page.locator("#words").fill("a lamp for reading")
    page.locator("#words").press("Enter")
    assert wire.expect("message.create")["text"] == "a lamp for reading"
    expect(page.locator(".msg.user")).to_contain_text("a lamp for reading")


def test_the_drawer_shows_the_session_and_each_score_with_its_parts(page: Page, wire: Any) -> None:
    parts = [{"name": "text", "value": 0.8, "evidence": None}, {"name": "price_fit", "value": -0.2, "evidence": None}]
    cards = [{"handle": 1, "id": "lamp", "title": HOSTILE, "score": 0.6, "diversity": 0, "parts": parts}]
    event = {"id": "e1", "name": "view_item", "time": "2026-11-01T12:00:00+00:00", "productId": "lamp", "title": "Lamp"}
    wire.known |= {"events": [event], "need": "a lamp", "shown": {"cardSet": "c1", "cards": cards}}
    page.locator(".launcher").click()
    wire.expect("session.start")
    page.get_by_role("button", name="What the assistant knows").click()
    expect(page.locator(".events li")).to_contain_text("Looked at Lamp")
    expect(page.locator("#knows details b")).to_contain_text(HOSTILE)
    expect(page.locator("#knows details .measure")).to_have_text(["Fits your words+0.80", "Your price range−0.20"])
    wire.known |= {"events": [event, {**event, "id": "e2", "name": "add_to_cart"}]}
    wire.custom("shop.ack", ids=["e2"])
    expect(page.locator(".events li")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator("#knows")).to_be_hidden()
    expect(page.locator("#knows-open")).to_be_focused()


def test_the_page_says_that_the_model_is_still_loading(page: Page, wire: Any) -> None:
    expect(page.locator("#model")).to_be_hidden()
    wire.health = {"retrieval": "ready", "model": "fetching: 40%"}
    page.reload()
    expect(page.locator("#model")).to_contain_text("fetching: 40%")


def test_the_language_changes_the_page_and_the_assistant_and_is_remembered(page: Page, wire: Any) -> None:
    page.get_by_role("button", name="中文").click()
    expect(page.locator("#cart-open")).to_contain_text("购物车")
    expect(page.locator(".launcher")).to_have_text("问问导购助手")
    page.reload()
    expect(page.locator(".launcher")).to_have_text("问问导购助手")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
