"""The whole product: `python -m web --embedded` over the demo catalogue, the real model, the widget in a real browser.

Writes pictures of what the shopper sees into the folder named in FLOORWALKER_PICTURES, where it is set.
"""

import json
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from llm_server.weights import DEFAULT_WEIGHTS, home, is_ready
from tests.web.opened_shop import CHROMIUM, QUIET, opened_shop

ROOT = Path(__file__).parents[2]
PATIENCE = 90_000
"""Milliseconds until a turn has surely ended: its own deadline is 60 seconds."""

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine; name one in CHROMIUM"),
    pytest.mark.skipif(not is_ready(DEFAULT_WEIGHTS, home()), reason="no weights: run python -m llm_server pull"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A shop that serves, with its model awake."""
    with opened_shop(tmp_path_factory.mktemp("shop"), "--embedded") as found:
        _wait_for_the_model(found)
        yield found


def _wait_for_the_model(address: str) -> None:
    end = time.monotonic() + 300
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{address}/readyz") as answer:
                if json.load(answer)["model"] == "ready":
                    return
        except urllib.error.URLError:
            pass
        time.sleep(1)  # the model of another process: there is nothing here to wait on
    raise AssertionError("the model did not wake within 300 seconds")


@pytest.fixture(scope="module")
def page(address: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        context = chromium.new_context(locale="en-US", viewport={"width": 1280, "height": 860})
        opened = context.new_page()
        opened.goto(address)
        yield opened
        chromium.close()


def say(page: Page, text: str) -> str:
    """Say it in the widget, wait until the turn has ended, and return what was answered."""
    said = page.locator("floorwalker-chat .msg.assistant")
    before = said.count()
    box = page.locator("floorwalker-chat textarea")
    box.fill(text)
    box.press("Enter")
    expect(said).to_have_count(before + 1, timeout=PATIENCE)
    expect(page.locator("floorwalker-chat .stop")).to_be_hidden(timeout=PATIENCE)
    return said.last.inner_text()


def prices(page: Page) -> list[float]:
    """The prices on the latest cards, in order."""
    shown = page.locator("floorwalker-chat .cards").last.locator("li .price span:first-child").all_inner_texts()
    return [float(re.sub(r"[^\d.]", "", text)) for text in shown if re.search(r"\d", text)]


def picture(page: Page, name: str) -> None:
    folder = os.environ.get("FLOORWALKER_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_a_shopper_looks_asks_narrows_speaks_chinese_and_comes_back(page: Page) -> None:
    page.get_by_role("link", name="Tents & Shelter").click()
    page.get_by_role("link", name="Scarnbeck Rill 2 Backpacking Tent").first.click()
    page.locator("floorwalker-chat .launcher").click()

    first = say(page, "a tent for hiking, not too heavy")
    titles = page.locator("floorwalker-chat .cards").last.locator("li .name").all_inner_texts()
    assert titles and any(title in first for title in titles)
    assert "you looked at" in page.locator("floorwalker-chat .cards").last.inner_text()
    picture(page, "desktop")
    second = prices(page)[1]

    say(page, "cheaper than the second one")
    assert prices(page) and all(price < second for price in prices(page))
    assert page.locator("floorwalker-chat .chip").count() >= 1

    chinese = say(page, "推荐一款降噪耳机，坐飞机用")
    assert len(re.findall(r"[一-鿿]", chinese)) > 10
    assert "Headphones" in page.locator("floorwalker-chat .cards").last.inner_text()
    picture(page, "chinese")

    told = page.locator("floorwalker-chat .msg.assistant").all_inner_texts()
    strips = page.locator("floorwalker-chat .cards").count()
    page.reload()
    if not page.locator("floorwalker-chat .panel").is_visible():
        page.locator("floorwalker-chat .launcher").click()
    expect(page.locator("floorwalker-chat .msg.assistant")).to_have_count(len(told))
    assert page.locator("floorwalker-chat .msg.assistant").all_inner_texts() == told
    assert page.locator("floorwalker-chat .cards").count() == strips
    page.set_viewport_size({"width": 390, "height": 844})
    picture(page, "phone")
