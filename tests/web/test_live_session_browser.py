"""What a shopper looks at in the demo shop changes what the next message recommends: the whole product in a real
browser, with its language model away."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.web.opened_shop import CHROMIUM, QUIET, opened_shop

ROOT = Path(__file__).parents[2]
PATIENCE = 90_000
"""Milliseconds until a turn has surely ended: its own deadline is 60 seconds."""
VIEWED = ("Lumivane Arc LED Desk Lamp", "Lumivane Dune Globe Table Lamp")

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine; name one in CHROMIUM"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A shop that serves, whose language model refuses every call."""
    # Nothing listens on the port of "discard".
    away = {"FLOORWALKER_LLM_URL": "http://127.0.0.1:9/v1"}
    with opened_shop(tmp_path_factory.mktemp("shop"), environment=away) as found:
        yield found


@pytest.fixture
def page(address: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        opened = chromium.new_context(locale="en-US", viewport={"width": 1280, "height": 860}).new_page()
        opened.goto(address)
        opened.locator("floorwalker-chat .launcher").click()
        yield opened
        chromium.close()


def asked(page: Page, text: str) -> dict[str, str]:
    """The titles of the cards that answer, best first, each with its reason."""
    strips = page.locator("floorwalker-chat .cards")
    before = strips.count()
    box = page.locator("floorwalker-chat textarea")
    box.fill(text)
    box.press("Enter")
    expect(strips).to_have_count(before + 1, timeout=PATIENCE)
    expect(page.locator("floorwalker-chat .stop")).to_be_hidden(timeout=PATIENCE)
    cards = strips.last.locator("li.card")
    read = (
        "cards => cards.map(card => [card.querySelector('.name').innerText, card.querySelector('.reason').innerText])"
    )
    return dict(cards.evaluate_all(read))


def look_at(page: Page, category: str, title: str) -> None:
    """As a shopper does: out of the list of its department."""
    page.get_by_role("link", name=category).first.click()
    page.locator("main").get_by_role("link", name=title).first.click()
    expect(page.locator("article")).to_contain_text(title)


def test_two_product_views_change_what_the_next_message_recommends_and_a_card_names_what_was_viewed(
    page: Page,
) -> None:
    wish = "a gift for someone with a small flat"
    first = asked(page, wish)
    assert first
    assert asked(page, wish) == first
    assert not any("looked at" in reason for reason in first.values())

    for title in VIEWED:
        look_at(page, "Lamps & Lighting", title)
    then = asked(page, wish)
    assert list(then) != list(first)
    named = [reason for reason in then.values() if "you looked at" in reason]
    assert named and all(any(title in reason for title in VIEWED) for reason in named)

    def lamps(titles: dict[str, str]) -> int:
        return sum("Lamp" in title or "Light" in title for title in titles)

    assert lamps(then) > lamps(first)
