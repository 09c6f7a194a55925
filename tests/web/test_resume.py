"""Resuming: wherever a socket breaks, the page that comes back has every frame once, in order."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


async def talk(shop, messages=2):
    """A conversation of some turns; returns all its frames."""
    tab = await shop.chat()
    for number in range(messages):
        tab.send(type="message.create", id=f"m{number}", text="boots")
        await tab.until("RUN_FINISHED")
    await tab.leave()
    return tab.frames


async def test_a_page_that_left_after_any_frame_gets_exactly_the_rest(bench):
    shop = bench()
    told = await talk(shop)
    for seen in range(len(told) + 1):
        again = await shop.tab(last_seq=seen)
        while (await again.recv())["seq"] <= len(told):
            pass
        assert again.frames[:-1] == told[seen:]
        assert again.frames[-1]["type"] == "STATE_SNAPSHOT"
        assert again.frames[-1]["seq"] == len(told) + 1
        await again.leave()
        told = [*told, again.frames[-1]]


async def test_a_page_that_left_before_a_restart_gets_exactly_the_rest(bench):
    shop = bench()
    told = await talk(shop)
    for seen in range(0, len(told), 5):
        await shop.restart()
        again = await shop.tab(last_seq=seen)
        while (await again.recv())["seq"] <= len(told):
            pass
        assert again.frames[:-1] == told[seen:]
        told = [*told, again.frames[-1]]


@pytest.mark.parametrize("claimed", [99, 10**15])
async def test_a_page_that_claims_more_than_there_is_starts_afresh(bench, claimed):
    shop = bench()
    told = await talk(shop)
    again = await shop.tab(last_seq=claimed)
    assert [(await again.recv())["type"] for _ in range(2)] == ["STATE_SNAPSHOT", "MESSAGES_SNAPSHOT"]
    assert again.frames[0]["seq"] == len(told) + 1


async def test_a_page_that_missed_more_than_is_sensible_starts_afresh(bench):
    shop = bench(replay_bytes=1000)
    await talk(shop)
    again = await shop.tab(last_seq=1)
    assert [(await again.recv())["type"] for _ in range(2)] == ["STATE_SNAPSHOT", "MESSAGES_SNAPSHOT"]


@pytest.mark.parametrize("claimed", [-1, 1.5, "1", True])
async def test_a_last_seq_that_is_no_count_is_refused_and_can_be_put_right(bench, claimed):
    shop = bench()
    tab = await shop.connect()
    tab.send(type="session.start", token=shop.tokens.guest("s1"), lastSeq=claimed)
    assert (await tab.value("shop.error"))["field"] == "lastSeq"
    tab.send(type="session.start", token=shop.tokens.guest("s1"))
    await tab.until("MESSAGES_SNAPSHOT")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(breaks=st.lists(st.integers(1, 7), min_size=1, max_size=8), tabs=st.integers(0, 2))
async def test_a_page_that_breaks_off_again_and_again_in_mid_turn_loses_and_doubles_nothing(bench, breaks, tabs):
    shop = bench()
    others = [await shop.chat("s") for _ in range(tabs)]
    page = await shop.chat("s")
    kept = list(page.frames)
    page.send(type="message.create", id="m1", text="boots")
    for count in breaks:
        for _ in range(count):
            kept.append(await page.recv())
            if kept[-1]["type"] == "RUN_FINISHED":
                break
        await page.leave()  # what was still on its way to the broken socket is lost
        page = await shop.tab("s", last_seq=kept[-1]["seq"])
        if any(frame["type"] == "RUN_FINISHED" for frame in kept):
            break
    while not any(frame["type"] == "RUN_FINISHED" for frame in kept):
        kept.append(await page.recv())
    assert [frame["seq"] for frame in kept] == list(range(kept[0]["seq"], kept[0]["seq"] + len(kept)))
    stored = {frame["seq"]: frame for frame in await shop.journal.frames("s", 0)}
    assert all(stored[frame["seq"]] == frame for frame in kept)
    for other in others:
        other.rest()
        assert [frame["seq"] for frame in other.frames] == list(
            range(other.frames[0]["seq"], other.frames[0]["seq"] + len(other.frames))
        )
    await shop.end()
