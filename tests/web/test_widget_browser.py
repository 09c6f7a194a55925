"""The widget in a real browser against a scripted server."""

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

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine; name one in CHROMIUM"),
]

ROOT = "document.querySelector('#chat').shadowRoot"
EVIL = (
    "<img src=x onerror=window.owned=1>",
    "<script>window.owned=1</script>",
    "<svg/onload=window.owned=1>",
    '"><iframe srcdoc="<script>parent.owned=1</script>">',
    "javascript:window.owned=1",
    "{{constructor.constructor('window.owned=1')()}}",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def wire() -> Iterator[Any]:
    with ScriptedWire() as scripted:
        yield scripted


@pytest.fixture
def page(browser: Browser, wire: Any) -> Iterator[Page]:
    context = browser.new_context(locale="en-US")
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(wire.url)
    opened.locator(".launcher").click()
    wire.expect("session.start")
    yield opened
    context.close()
    assert errors == []


def product(handle: int, name: str, **fields: Any) -> dict[str, Any]:
    price = {"amount": 1000 * handle, "currency": "USD", "text": f"${10 * handle}.00"}
    shape: dict[str, Any] = {"handle": handle, "id": f"p-{name}", "title": name, "brand": None, "price": price}
    shape |= {"listPrice": None, "availability": None, "rating": None, "imageUrl": None, "url": None, "reason": None}
    return shape | fields


def cards(card_set: str, *products: dict[str, Any], provisional: bool = False, turn: str = "t1") -> dict[str, Any]:
    return {"turnId": turn, "cardSet": card_set, "provisional": provisional, "products": list(products)}


def started(turn: str = "t1") -> dict[str, Any]:
    return {"type": "RUN_STARTED", "threadId": "s1", "runId": turn}


def finished(turn: str = "t1") -> dict[str, Any]:
    return {"type": "RUN_FINISHED", "threadId": "s1", "runId": turn}


def prose(*deltas: str, message: str = "a1") -> list[dict[str, Any]]:
    said = [{"type": "TEXT_MESSAGE_CONTENT", "messageId": message, "delta": delta} for delta in deltas]
    return [{"type": "TEXT_MESSAGE_START", "messageId": message, "role": "assistant"}, *said]


def ended(message: str = "a1") -> dict[str, Any]:
    return {"type": "TEXT_MESSAGE_END", "messageId": message}


def ask(page: Page, wire: Any, text: str = "a tent") -> dict[str, Any]:
    page.locator("textarea").fill(text)
    page.locator("textarea").press("Enter")
    return wire.expect("message.create")


def titles(page: Page) -> list[str]:
    return page.locator(".card .name").all_inner_texts()


def test_words_stream_in_and_are_announced_by_the_sentence(page: Page, wire: Any) -> None:
    ask(page, wire)
    wire.say(started())
    expect(page.locator(".busy")).to_be_visible()
    wire.say(*prose("A good ", "tent. It is "))
    expect(page.locator(".msg.assistant")).to_have_text("A good tent. It is ")
    expect(page.locator("[aria-live=polite]")).to_have_text("A good tent.")
    expect(page.locator(".busy")).to_be_hidden()
    wire.say({"type": "TEXT_MESSAGE_CONTENT", "messageId": "a1", "delta": "light"}, ended(), finished())
    expect(page.locator(".msg.assistant")).to_have_text("A good tent. It is light")
    expect(page.locator("[aria-live=polite] p").last).to_have_text("It is light")
    expect(page.locator(".round.stop")).to_be_hidden()


def test_the_final_cards_take_the_place_of_the_provisional_ones(page: Page, wire: Any) -> None:
    ask(page, wire)
    wire.say(started())
    wire.custom("shop.products", **cards("c1", product(1, "Rill"), product(2, "Fell"), provisional=True))
    expect(page.locator(".cards h3")).to_have_text("2 suggestions")
    page.evaluate(f"{ROOT}.querySelectorAll('.card')[1].dataset.mark = 'kept'")
    wire.custom("shop.products", **cards("c2", product(1, "Fell"), product(2, "Tarn")))
    expect(page.locator(".cards")).to_have_count(1)
    expect(page.locator(".card .name").first).to_have_text("Fell")
    assert titles(page) == ["Fell", "Tarn"]
    expect(page.locator(".card[data-mark=kept] .name")).to_have_text("Fell")
    expect(page.locator(".cards h3")).to_have_text("2 suggestions")


def test_reasons_that_come_later_move_no_card(page: Page, wire: Any) -> None:
    wire.say(started())
    wire.custom("shop.products", **cards("c1", product(1, "Rill"), product(2, "Fell")))
    wire.custom("shop.reasons", turnId="t1", cardSet="c1", reasons=[{"handle": 2, "text": "Dry.", "evidence": ["x"]}])
    expect(page.locator(".card").nth(1).locator(".reason")).to_have_text("Dry.")
    expect(page.locator(".card").nth(0).locator(".reason")).to_be_hidden()
    assert titles(page) == ["Rill", "Fell"]


def test_a_card_shows_what_is_known_and_nothing_of_what_is_not(page: Page, wire: Any) -> None:
    known = product(1, "Rill", availability="out_of_stock", rating={"value": 4.6, "count": 212}, brand="Tarnbeck")
    wire.custom("shop.products", **cards("c1", known, product(2, "Bare", price=None)))
    first, second = page.locator(".card").nth(0), page.locator(".card").nth(1)
    expect(first.locator(".stock")).to_have_text("Sold out")
    expect(first.locator(".add")).to_be_disabled()
    expect(first.locator(".rating")).to_have_text("★ 4.6 (212)")
    for unknown in (".stock", ".rating", ".brand", ".reason", ".price span"):
        expect(second.locator(unknown)).to_be_hidden()


def test_a_reload_shows_the_conversation(page: Page, wire: Any) -> None:
    wire.messages = [
        {"id": "m1", "role": "user", "content": "a tent"},
        {"id": "a1", "role": "assistant", "content": "The Rill.", "cardSet": "c1"},
    ]
    wire.card_sets = [cards("c1", product(1, "Rill"), product(2, "Fell"))]
    page.reload()
    start = wire.expect("session.start")
    assert "lastSeq" not in start
    assert start["token"] == "t1"
    expect(page.locator(".msg.assistant")).to_have_text("The Rill.")
    kinds = page.evaluate(f"[...{ROOT}.querySelector('.log + .log').children].map((node) => node.className)")
    assert kinds == ["msg user", "cards", "msg assistant"]


def test_a_snapshot_in_the_middle_of_an_answer_changes_nothing_on_screen(page: Page, wire: Any) -> None:
    sent = ask(page, wire)
    wire.say(started(), {"type": "STATE_DELTA", "delta": [{"op": "replace", "path": "/turnId", "value": "t1"}]})
    wire.custom("shop.products", **cards("c1", product(1, "Rill")))
    wire.custom("shop.notice", code="relaxed", text="Wider.", detail="")
    wire.say(*prose("A good "))
    expect(page.locator(".msg.assistant")).to_have_text("A good ")
    wire.say({"type": "STATE_SNAPSHOT", "snapshot": {**wire.state, "turnId": "t1"}})
    heard = [{"id": sent["id"], "role": "user", "content": "a tent"}]
    wire.say({"type": "MESSAGES_SNAPSHOT", "messages": heard, "cardSets": [cards("c1", product(1, "Rill"))]})
    wire.say({"type": "TEXT_MESSAGE_CONTENT", "messageId": "a1", "delta": "tent."}, ended(), finished())
    expect(page.locator(".msg.assistant")).to_have_text("A good tent.")
    kinds = page.evaluate(f"[...{ROOT}.querySelector('.log + .log').children].map((node) => node.className)")
    assert [kind.strip() for kind in kinds] == ["msg user", "cards", "note", "msg assistant"]


def test_a_dropped_connection_resumes_without_doubling(page: Page, wire: Any) -> None:
    ask(page, wire)
    wire.say(started(), *prose("One. "))
    expect(page.locator(".msg.assistant")).to_have_text("One. ")
    seen = len(wire.frames)
    wire.drop()
    wire.say({"type": "TEXT_MESSAGE_CONTENT", "messageId": "a1", "delta": "Two."}, ended(), finished())
    start = wire.expect("session.start")
    assert start["lastSeq"] == seen
    expect(page.locator(".msg.assistant")).to_have_text("One. Two.")
    wire.raw(wire.frames[seen])
    wire.custom("shop.notice", code="relaxed", text="After.", detail="")
    expect(page.locator(".note")).to_have_text("After.")
    expect(page.locator(".msg.assistant")).to_have_text("One. Two.")
    expect(page.locator(".msg.user")).to_have_count(1)


def test_a_gap_in_the_numbers_asks_for_a_fresh_snapshot(page: Page, wire: Any) -> None:
    wire.custom("shop.notice", code="relaxed", text="First.", detail="")
    expect(page.locator(".note")).to_have_text("First.")
    wire.raw({**finished(), "seq": len(wire.frames) + 5})
    assert "lastSeq" not in wire.expect("session.start")


def test_a_message_that_was_not_acknowledged_is_sent_again_under_its_id(page: Page, wire: Any) -> None:
    wire.acknowledging = False
    first = ask(page, wire)
    expect(page.locator(".msg.user")).to_have_class("msg user pending")
    wire.drop()
    wire.acknowledging = True
    assert wire.expect("message.create") == first
    expect(page.locator(".msg.user")).to_have_class("msg user")
    wire.drop()
    wire.expect("session.start")
    wire.custom("shop.notice", code="relaxed", text="Here.", detail="")
    expect(page.locator(".note")).to_be_visible()
    assert wire.heard.empty()


def test_what_the_page_reported_survives_a_reload_until_it_is_acknowledged(page: Page, wire: Any) -> None:
    wire.acknowledging = False
    page.evaluate("document.querySelector('#chat').report({name: 'view_item', items: [{item_id: 'p1', quantity: 1}]})")
    event = wire.expect("session.event")["event"]
    assert event["name"] == "view_item"
    assert event["items"] == [{"item_id": "p1", "quantity": 1}]
    page.reload()
    assert wire.expect("session.event")["event"] == event


def test_an_expired_token_brings_a_new_session(page: Page, wire: Any) -> None:
    wire.refused = {"t1"}
    wire.drop()
    assert wire.expect("session.start")["token"] == "t1"
    start = wire.expect("session.start")
    assert start["token"] == "t2"
    assert "lastSeq" not in start


def test_hostile_text_is_shown_as_text_and_never_run(page: Page, wire: Any) -> None:
    hostile = "".join(EVIL)
    wire.state = {"constraints": {"chips": [{"path": "/brands", "field": "brands", "value": hostile}]}, "turnId": None}
    wire.messages = [{"id": "m1", "role": "user", "content": hostile}]
    page.reload()
    wire.expect("session.start")
    wire.say(started())
    reason = {"text": hostile, "evidence": ["x"]}
    bad = [
        product(at, f"{at}{evil}", brand=evil, imageUrl=evil, url=evil, reason=reason)
        for at, evil in enumerate(EVIL, start=1)
    ]
    bad.append(product(9, "data", imageUrl="data:text/html,<script>1</script>", url="data:text/html,1"))
    wire.custom("shop.products", **cards("c1", *bad))
    wire.custom("shop.comparison", turnId="t1", columns=[1], rows=[{"name": hostile, "values": [hostile]}])
    wire.custom("shop.notice", code="relaxed", text=hostile, detail=hostile)
    wire.say(*prose(hostile), ended())
    wire.custom("shop.question", turnId="t1", text=hostile, answers=[{"label": hostile, "text": hostile}])
    wire.say({"type": "RUN_ERROR", "message": hostile, "code": "internal"})
    expect(page.locator(".note").last).to_contain_text("<script>")
    expect(page.locator(".msg.assistant")).to_have_text(hostile)
    expect(page.locator(".msg.user")).to_contain_text(EVIL[0])
    expect(page.locator(".chip")).to_contain_text(EVIL[1])
    assert titles(page) == [item["title"] for item in bad]
    address = page.url
    for unsafe in (EVIL.index("javascript:window.owned=1"), len(EVIL)):
        page.locator(".card .view").nth(unsafe).click()
    assert page.url == address
    assert page.evaluate("window.owned") is None
    assert page.evaluate(f"{ROOT}.querySelectorAll('script, iframe, img[src^=data], [onerror]').length") == 0


def test_a_hundred_hostile_texts_are_shown_and_none_runs(page: Page, wire: Any) -> None:
    tags = ("img src=x", "svg", "iframe", "video", "body", "details open", "input autofocus", "math", "object", "style")
    events = (
        "onerror",
        "onload",
        "onclick",
        "onfocus",
        "ontoggle",
        "onmouseover",
        "onbegin",
        "onanimationend",
        "onblur",
    )
    attacks = [f"<{tag} {event}=window.owned=1>" for tag in tags for event in events]
    attacks += [
        f"{close}<script>window.owned=1</script>" for close in ("</title>", "-->", "]]>", '"', "'", "`", "\\", "</p>")
    ]
    attacks += ["<a href=javascript:window.owned=1>x</a>", "${window.owned=1}"]
    assert len(attacks) == 100
    wire.say(started())
    for at, attack in enumerate(attacks):
        shown = product(
            1, attack, brand=attack, imageUrl=attack, url=attack, reason={"text": attack, "evidence": ["x"]}
        )
        wire.custom("shop.products", **cards(f"c{at}", shown, turn=f"t{at}"))
        wire.custom("shop.comparison", turnId=f"t{at}", columns=[1], rows=[{"name": attack, "values": [attack]}])
    wire.say(*prose(*attacks), ended(), finished())
    expect(page.locator(".msg.assistant")).to_have_text("".join(attacks))
    assert titles(page) == [attack for attack in attacks]
    expect(page.locator("td")).to_have_count(100)
    assert page.evaluate("window.owned") is None


def test_a_chip_is_removed_by_its_path(page: Page, wire: Any) -> None:
    chips = [
        {"path": "/price_max", "field": "price_max", "value": "$150.00"},
        {"path": "/attributes/a~1b", "field": "attributes", "value": "a/b: red"},
    ]
    wire.say({"type": "STATE_DELTA", "delta": [{"op": "add", "path": "/constraints/chips", "value": chips}]})
    expect(page.locator(".chip").first).to_have_text("Under $150.00")
    page.get_by_role("button", name="Remove: Under $150.00").click()
    assert wire.expect("constraint.clear") == {"type": "constraint.clear", "path": "/price_max"}
    wire.say({"type": "STATE_DELTA", "delta": [{"op": "remove", "path": "/constraints/chips/0"}]})
    expect(page.locator(".chip")).to_have_count(1)
    expect(page.locator(".chip")).to_be_focused()
    page.evaluate("document.querySelector('#chat').setAttribute('language', 'zh')")
    expect(page.get_by_role("button", name="移除：a/b: red")).to_be_visible()


@pytest.mark.parametrize("end", ["error", "finish", "snapshot"])
def test_the_busy_sign_never_outlives_its_turn(page: Page, wire: Any, end: str) -> None:
    ask(page, wire)
    wire.say(started())
    expect(page.locator(".busy")).to_be_visible()
    expect(page.locator(".round.stop")).to_be_visible()
    last = {
        "error": {"type": "RUN_ERROR", "message": "That took too long.", "code": "deadline"},
        "finish": finished(),
        "snapshot": {"type": "STATE_SNAPSHOT", "snapshot": wire.state},
    }[end]
    wire.say(last)
    expect(page.locator(".busy")).to_be_hidden()
    expect(page.locator(".round.stop")).to_be_hidden()


def test_a_failed_turn_can_be_tried_again_under_a_new_id(page: Page, wire: Any) -> None:
    first = ask(page, wire, "a lamp")
    wire.say(started(), {"type": "RUN_ERROR", "message": "That took too long.", "code": "deadline"})
    expect(page.locator(".note")).to_contain_text("That took too long.")
    page.get_by_role("button", name="Try again").click()
    again = wire.expect("message.create")
    assert again["text"] == "a lamp"
    assert again["id"] != first["id"]


def test_a_running_turn_can_be_stopped(page: Page, wire: Any) -> None:
    ask(page, wire)
    wire.say(started())
    page.get_by_role("button", name="Stop the answer").click()
    wire.expect("response.cancel")
    wire.say({**finished(), "result": {"cancelled": True}})
    expect(page.locator(".note")).to_have_text("Stopped.")


def test_a_question_is_answered_by_a_tap_once(page: Page, wire: Any) -> None:
    answers = [{"label": "On foot", "text": "I walk"}, {"label": "By car", "text": "I drive"}]
    wire.say(started(), *prose("Will you carry it?"), ended())
    wire.custom("shop.question", turnId="t1", text="Will you carry it?", answers=answers)
    wire.say(finished())
    page.get_by_role("button", name="On foot").click()
    assert wire.expect("message.create")["text"] == "I walk"
    expect(page.get_by_role("button", name="By car")).to_have_count(0)


def test_enter_while_composing_does_not_send(page: Page, wire: Any) -> None:
    box = page.locator("textarea")
    box.fill("zhang")
    box.evaluate(
        "(node) => node.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    )
    box.press("Shift+Enter")
    expect(box).to_have_value("zhang\n")
    box.fill("帐篷")
    box.press("Enter")
    assert wire.expect("message.create")["text"] == "帐篷"


def test_a_thumb_and_the_buttons_of_a_card_say_which_product(page: Page, wire: Any) -> None:
    wire.custom("shop.products", **cards("c1", product(1, "Rill", url="/product/rill")))
    page.evaluate(
        """window.told = [];
        for (const name of ['select', 'add-to-cart'])
          document.addEventListener(`floorwalker:${name}`, (event) => {
            event.preventDefault();
            told.push([name, event.detail]);
          });"""
    )
    page.get_by_role("button", name="Good suggestion: Rill").click()
    sent = {"type": "feedback", "productId": "p-Rill", "cardSet": "c1", "value": "up"}
    assert wire.expect("feedback") == sent
    expect(page.get_by_role("button", name="Good suggestion: Rill")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="View: Rill").click()
    page.get_by_role("button", name="Add to cart: Rill").click()
    detail = {"id": "p-Rill", "url": "/product/rill"}
    assert page.evaluate("window.told") == [["select", detail], ["add-to-cart", {"id": "p-Rill"}]]


def test_the_shoppers_words_stay_in_view_while_a_long_answer_streams(page: Page, wire: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    ask(page, wire, "a warm jacket for a winter commute to the office, under 250 dollars")
    wire.say(started())
    wire.custom("shop.products", **cards("c1", *(product(at, f"Tent {at}") for at in range(1, 6))))
    wire.say(*prose(*(f"word{number} " for number in range(300))), ended(), finished())
    expect(page.locator(".msg.user")).to_be_in_viewport()
    expect(page.locator(".card").first).to_be_in_viewport()


def test_two_to_four_cards_are_picked_and_compared(page: Page, wire: Any) -> None:
    wire.custom("shop.products", **cards("c1", *(product(at, f"T{at}") for at in range(1, 6))))
    compare = page.locator(".cards .pill.main")
    page.get_by_role("button", name="Compare: T1").click()
    expect(compare).to_be_hidden()
    for at in (2, 3, 5):
        page.get_by_role("button", name=f"Compare: T{at}").click()
    expect(compare).to_have_text("Compare 4")
    expect(page.get_by_role("button", name="Compare: T4")).to_be_disabled()
    page.get_by_role("button", name="Compare: T3").click()
    compare.click()
    assert wire.expect("message.create")["text"] == "Compare #1, #2, #5"
    expect(page.locator("[aria-pressed=true]")).to_have_count(0)


def test_a_card_is_asked_about_while_its_set_is_the_latest(page: Page, wire: Any) -> None:
    wire.custom("shop.products", **cards("c1", product(1, "Rill"), product(2, "Fell")))
    page.get_by_role("button", name="Tell me more: Fell").click()
    assert wire.expect("message.create")["text"] == "Tell me more about #2"
    wire.custom("shop.products", **cards("c2", product(1, "Tarn"), turn="t2"))
    expect(page.get_by_role("button", name="Tell me more: Fell")).to_be_hidden()
    expect(page.get_by_role("button", name="Tell me more: Tarn")).to_be_visible()


def test_a_comparison_of_four_fits_a_phone_and_says_what_is_not_stated(page: Page, wire: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    wire.custom("shop.products", **cards("c1", *(product(at, f"Tent {at}") for at in range(1, 5))))
    rows = [{"name": "material", "values": ["nylon", None, "polycotton", "x" * 60]}]
    wire.custom("shop.comparison", turnId="t1", columns=[1, 2, 3, 4], rows=rows)
    expect(page.locator("thead th")).to_have_text(["Tent 1", "Tent 2", "Tent 3", "Tent 4"])
    expect(page.locator("td").nth(1)).to_have_text("Not stated")
    table = page.locator(".table").bounding_box()
    assert table and table["x"] >= 0 and table["x"] + table["width"] <= 390
    assert page.evaluate(f"{ROOT}.querySelector('.table').scrollWidth") <= table["width"]


def test_sources_and_the_state_of_a_hand_off_are_told(page: Page, wire: Any) -> None:
    sources = [{"title": "Returns", "url": "/returns"}, {"title": "Bad", "url": "javascript:window.owned=1"}]
    wire.custom("shop.sources", sources=sources)
    expect(page.get_by_role("link", name="Returns")).to_have_attribute("href", f"{wire.url}/returns")
    page.get_by_role("link", name="Bad").click()
    assert page.evaluate("window.owned") is None
    wire.custom("shop.handoff", state="waiting", text="A colleague will be with you shortly.")
    expect(page.locator(".note").last).to_have_text("A colleague will be with you shortly.")


def test_only_the_language_in_use_is_loaded_and_nothing_from_elsewhere(browser: Browser, wire: Any) -> None:
    with browser.new_context(locale="en-US") as context:
        opened = context.new_page()
        asked: list[str] = []
        opened.on("request", lambda request: asked.append(request.url))
        opened.goto(wire.url)
        expect(opened.locator(".launcher")).to_have_text("Ask the shop assistant")
        assert all(address.startswith((wire.url, "data:")) for address in asked)
        assert [address for address in asked if address.endswith("-zh.js")] == []


def test_a_long_answer_streams_smoothly_and_moves_nothing(page: Page, wire: Any) -> None:
    page.evaluate(
        """() => {
            window.shift = 0;
            window.longest = 0;
            new PerformanceObserver((list) => {
              for (const entry of list.getEntries()) if (!entry.hadRecentInput) shift += entry.value;
            }).observe({type: "layout-shift", buffered: true});
            new PerformanceObserver((list) => {
              for (const entry of list.getEntries()) longest = Math.max(longest, entry.duration);
            }).observe({type: "longtask"});
        }"""
    )
    ask(page, wire)
    wire.say(started())
    wire.custom("shop.products", **cards("c1", *(product(at, f"Tent {at}") for at in range(1, 6))))
    wire.say(*prose(*(f"word{number} " for number in range(300))), ended(), finished())
    expect(page.locator(".msg.assistant")).to_contain_text("word299")
    page.wait_for_timeout(200)
    assert page.evaluate("window.shift") < 0.1
    print("longest task", page.evaluate("window.longest"), "ms; layout shift", page.evaluate("window.shift"))


def test_a_picture_that_does_not_load_leaves_its_place(page: Page, wire: Any) -> None:
    wire.custom("shop.products", **cards("c1", product(1, "Rill", imageUrl="/nowhere.png"), product(2, "Fell")))
    expect(page.locator(".card img")).to_have_count(0)
    expect(page.locator(".card .pic").first).to_be_visible()


def test_two_tabs_of_one_session_show_the_same_answer_once(page: Page, wire: Any) -> None:
    other = page.context.new_page()
    other.goto(wire.url)
    other.locator(".launcher").click()
    assert wire.expect("session.start")["token"] == "t1"
    sent = ask(page, wire)
    heard = {"messages": [{"id": sent["id"], "role": "user", "content": sent["text"]}]}
    wire.say({**started(), "input": heard}, *prose("Once."), ended(), finished())
    for tab in (page, other):
        expect(tab.locator(".msg.user")).to_have_count(1)
        expect(tab.locator(".msg.assistant")).to_have_text("Once.")


def test_what_was_asked_in_another_tab_appears_here(page: Page, wire: Any) -> None:
    other = {"messages": [{"id": "elsewhere", "role": "user", "content": "from the other tab"}]}
    wire.say({**started(), "input": other})
    expect(page.locator(".msg.user")).to_contain_text("from the other tab")


def test_starting_over_takes_a_new_session_and_an_empty_page(page: Page, wire: Any) -> None:
    ask(page, wire)
    page.get_by_role("button", name="Start over").click()
    page.locator(".pill.main").click()
    start = wire.expect("session.start")
    assert start["token"] == "t2"
    expect(page.locator(".msg.user")).to_have_count(0)


@pytest.mark.parametrize(
    ("accent", "words"), [("#0b3d2e", 1), ("gold", 0), ("oklch(0.9 0.1 90)", 0), ("url(x)", 1)], ids=str
)
def test_words_on_the_shops_own_colour_stay_readable(page: Page, wire: Any, accent: str, words: int) -> None:
    page.evaluate("(accent) => document.querySelector('#chat').setAttribute('accent', accent)", accent)
    black_or_white = f"color(srgb-linear {words} {words} {words})"
    expect(page.locator(".round").last).to_have_css("color", black_or_white)


def test_escape_closes_the_panel_and_returns_to_the_launcher(page: Page, wire: Any) -> None:
    page.locator("textarea").press("Escape")
    expect(page.locator(".panel")).to_be_hidden()
    expect(page.locator(".launcher")).to_be_focused()


def test_orders_stand_above_the_answer_and_sources_under_it_all_as_text(page: Page, wire: Any) -> None:
    ask(page, wire, "where is my order")
    item = {"product_id": "P1", "title": EVIL[0], "quantity": 2, "price": None, "options": {"size": "M"}}
    way = {"carrier": "Northway", "tracking": "NW1", "expected": None, "delivered": None}
    total = {"amount": 1980, "currency": "USD", "text": "$19.80"}
    order = {"number": "FH-1", "status": "shipped", "placed": None, "items": [item], "total": total, "delivery": way}
    wire.say(started())
    wire.custom("shop.orders", turnId="t1", orders=[order])
    page_of = [
        {"id": "d#1", "title": "Delivery: Tracking", "text": "We e-mail a number.", "url": "/help/en/delivery.md"}
    ]
    wire.custom("shop.sources", turnId="t1", sources=[*page_of, {**page_of[0], "id": "x", "url": EVIL[4]}])
    wire.say(*prose("It is on its way."), ended(), finished())
    shown = page.locator(".order")
    expect(shown).to_contain_text("Order FH-1 · on its way")
    expect(shown).to_contain_text(f"2 × {EVIL[0]} (M)")
    expect(shown).to_contain_text("$19.80 · Northway · NW1")
    links = page.locator(".note a")
    expect(links).to_have_count(1)
    assert links.get_attribute("href") == f"{wire.url}/help/en/delivery.md"
    above, text, below = (page.locator(each).bounding_box() for each in (".order", ".msg.assistant", ".note a"))
    assert above and text and below and above["y"] < text["y"] < below["y"]
    assert page.evaluate("window.owned") is None


@pytest.mark.parametrize(("language", "called", "there"), [
    ("en", "A person has been called", "A person is with you"),
    ("zh", "已呼叫人工客服", "人工客服为您服务中"),
])  # fmt: skip
def test_whose_the_conversation_is_stays_in_sight(
    page: Page, wire: Any, language: str, called: str, there: str
) -> None:
    page.locator("#chat").evaluate("(chat, language) => chat.setAttribute('language', language)", language)
    bar = page.locator(".panel > .bar[role=status]").last
    expect(bar).to_be_hidden()
    for state, words in (("waiting", called), ("human", there)):
        wire.custom("shop.handoff", state=state, text=f"Now: {state}", reason=None, by="Mei")
        wire.say({"type": "STATE_DELTA", "delta": [{"op": "replace", "path": "/handoff", "value": state}]})
        expect(bar).to_have_text(words)
    expect(page.locator(".note")).to_have_text("Now: human")
    start = {"type": "TEXT_MESSAGE_START", "messageId": "p1", "role": "assistant", "name": "Mei"}
    wire.say(start, {"type": "TEXT_MESSAGE_CONTENT", "messageId": "p1", "delta": "Hello!"}, ended("p1"))
    expect(page.locator(".msg.assistant b")).to_have_text("Mei")
    wire.say({"type": "STATE_DELTA", "delta": [{"op": "replace", "path": "/handoff", "value": "returned"}]})
    expect(bar).to_be_hidden()


def test_a_signed_in_shopper_is_adopted_without_losing_the_conversation(page: Page, wire: Any) -> None:
    page.evaluate("document.querySelector('#chat').adopt({sessionId: 's1', token: 'known'})")
    assert wire.expect("session.start")["token"] == "known"
