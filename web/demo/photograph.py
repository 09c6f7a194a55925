"""Takes the README's pictures of a running shop: `python -m web.demo.photograph --shop http://127.0.0.1:8000`.

Drives Chromium (Debian's, or the one named in CHROMIUM) as a shopper would, once the language model is ready.
"""

import os
import shutil
import time
from pathlib import Path
from typing import Annotated

import httpx
import typer
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

PICTURES = Path(__file__).parent / "screens"
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
TALL: ViewportSize = {"width": 1440, "height": 1320}
PHONE: ViewportSize = {"width": 390, "height": 844}
ANSWER = 300_000
"""Milliseconds until a turn has surely ended."""

WISH = "a warm jacket for a winter commute, under $250"
GIFT = "送给爱喝咖啡的爸爸，50 美元左右"

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def photograph(
    shop: Annotated[str, typer.Option(help="Address of a running demo shop.")] = "http://127.0.0.1:8000",
) -> None:
    """Write the pictures into `web/demo/screens`, over those that are there."""
    PICTURES.mkdir(exist_ok=True)
    while httpx.get(f"{shop}/readyz").json().get("model", "ready").startswith(("fetching", "starting")):
        time.sleep(2)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        _desktop(_visit(browser, shop, DESKTOP))
        _phone(_visit(browser, shop, PHONE))
        _dark_phone_in_chinese(_visit(browser, shop, PHONE, dark=True, locale="zh-CN"))
        browser.close()
    for picture in sorted(PICTURES.glob("*.png")):
        typer.echo(f"{picture.name}: {picture.stat().st_size // 1024} KiB")


def _visit(browser: Browser, shop: str, size: ViewportSize, *, dark: bool = False, locale: str = "en-US") -> Page:
    context = browser.new_context(
        viewport=size, locale=locale, color_scheme="dark" if dark else "light", reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(ANSWER)
    page.goto(shop)
    page.locator(".departments li").first.wait_for()
    return page


def _desktop(page: Page) -> None:
    _take(page, "home")
    _go(page, "#/c/Jackets%20%26%20Layers", ".listing")
    _take(page, "department")
    _go(page, "#/product/FS-1705", "article")
    page.locator("article .button.main").click()
    _take(page, "product")
    _ask(page, WISH)
    page.locator("#knows-open").click()
    page.locator("#knows details").first.wait_for()
    page.set_viewport_size(TALL)
    _take(page, "drawer")
    page.set_viewport_size(DESKTOP)
    page.locator("#knows-close").click()
    for card in (0, 1):
        page.locator(".pick").nth(card).click()
    page.locator(".cards .pill.main").click()
    page.locator(".table").wait_for()
    _settled(page)
    _take(page, "comparison")


def _phone(page: Page) -> None:
    _go(page, "#/product/FS-1701", "article")
    _take(page, "phone-product")
    _ask(page, WISH)
    _take(page, "phone-answer")


def _dark_phone_in_chinese(page: Page) -> None:
    _take(page, "phone-dark-home")
    _ask(page, GIFT)
    _take(page, "phone-dark-answer")


def _go(page: Page, address: str, sign: str) -> None:
    page.evaluate("(address) => { location.hash = address; }", address)
    page.locator(sign).first.wait_for()


def _ask(page: Page, words: str) -> None:
    if page.locator(".launcher").is_visible():
        page.locator(".launcher").click()
    page.locator("floorwalker-chat textarea").fill(words)
    page.keyboard.press("Enter")
    page.locator(".card").first.wait_for()
    _settled(page)


def _settled(page: Page) -> None:
    page.locator(".msg.assistant").last.wait_for()
    page.locator(".round.stop").wait_for(state="hidden")


def _take(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.locator("#toast:not(.up)").wait_for(state="attached")
    page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    app()
