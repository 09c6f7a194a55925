"""A journal's events cut into visits."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from agent.events import Feedback, Search, ShopperMessage
from agent.journal import EventReported, FeedbackGiven, Logged, MessageCreated, Record
from agent.visits import GAP, KEPT_THUMBS, KEPT_TOUCHES, Visit, Visits
from tests.agent.builders import NOW, event, steady


def at(minute: float) -> datetime:
    return NOW + timedelta(minutes=minute)


def told(
    minute: float,
    *ids: str,
    name: str = "view_item",
    by: str = "shop",
    user_id: str | None = None,
    consent: bool = True,
) -> EventReported:
    one = event(f"{minute}{ids}", name, *(ids or ("A",)), minute=minute)
    return EventReported.model_validate({"event": one, "by": by, "user_id": user_id, "consent": consent})


def thumb(minute: float, product_id: str, value: str = "up") -> FeedbackGiven:
    said = {"product_id": product_id, "card_set": "c1", "value": value, "time": at(minute)}
    return FeedbackGiven(feedback=Feedback.model_validate(said))


def happened(record: Record) -> datetime:
    match record:
        case EventReported(event=event):
            return event.time
        case FeedbackGiven(feedback=feedback):
            return feedback.time
        case _:
            return NOW


def log(*records: tuple[str, Record]) -> list[Logged]:
    """Records as (session, record), each written when its event happened, but never before the one before it."""
    made: list[Logged] = []
    for n, (session_id, record) in enumerate(records, start=1):
        time = happened(record)
        written = max(time, made[-1].time) if made else time
        made.append(Logged(n=n, session_id=session_id, time=written, record=record))
    return made


def heard(entries: Iterable[Logged], now: datetime) -> tuple[Visit, ...]:
    fold = Visits()
    for entry in entries:
        fold.hear(entry)
    return fold.over(now)


def products(found: Sequence[Visit]) -> list[tuple[str, ...]]:
    return [tuple(product_id for product_id, _, _ in visit.touches) for visit in found]


def test_a_visit_is_over_after_30_minutes_without_an_event_and_told_once() -> None:
    fold = Visits()
    for entry in log(("s", told(0, "A", user_id="u")), ("s", told(29, "B", "C", name="purchase"))):
        fold.hear(entry)
    assert fold.over(at(58)) == ()
    (visit,) = fold.over(at(59))
    assert (visit.session_id, visit.user_id, visit.last) == ("s", "u", 2)
    assert visit.touches == (("A", "view_item", at(0)), ("B", "purchase", at(29)), ("C", "purchase", at(29)))
    assert fold.over(at(999)) == () and fold.since is None


def test_a_pause_of_30_minutes_begins_another_visit() -> None:
    found = heard(log(("s", told(0, "A")), ("s", told(30, "B")), ("s", told(59, "C"))), at(100))
    assert products(found) == [("A",), ("B", "C")]


def test_what_a_page_reported_teaches_nobody() -> None:
    message = MessageCreated(message=ShopperMessage(id="m", text="boots", time=NOW))
    assert heard(log(("s", told(0, "A", by="page")), ("s", message)), at(100)) == ()


def test_an_event_that_must_not_be_used_teaches_nobody() -> None:
    entries = log(("s", told(0, "A")), ("s", told(5, "B", consent=False)), ("t", told(6, "C", consent=False)))
    assert products(heard(entries, at(100))) == [("A",)]


def test_thumbs_go_along_with_their_visit_and_of_each_product_the_last_one() -> None:
    entries = log(
        ("s", thumb(0, "B")),
        ("s", told(1, "A")),
        ("s", thumb(2, "A", "down")),
        ("s", thumb(3, "A")),
        ("t", told(4, "C")),
        ("s", thumb(70, "D")),
        ("s", told(71, "D")),
    )
    first, other, second = heard(entries, at(200))
    assert first.thumbs == (("B", "up", at(0)), ("A", "up", at(3)))
    assert (other.thumbs, second.thumbs) == ((), (("D", "up", at(70)),))


def test_thumbs_in_a_session_of_which_the_shop_reported_nothing_teach_nobody() -> None:
    assert heard(log(("s", told(0, "A", by="page")), ("s", thumb(1, "A"))), at(100)) == ()


def test_a_shopper_who_rates_everything_is_remembered_by_the_last_thumbs() -> None:
    (visit,) = heard(log(("s", told(0)), *(("s", thumb(n / 10, f"P{n}")) for n in range(KEPT_THUMBS + 5))), at(999))
    assert [product_id for product_id, _, _ in visit.thumbs] == [f"P{n}" for n in range(5, KEPT_THUMBS + 5)]


def test_a_search_keeps_a_visit_going_and_touches_nothing() -> None:
    search = EventReported(event=Search(event_id="q", time=at(20), search_term="boots"), by="shop")
    assert products(heard(log(("s", told(0, "A")), ("s", search), ("s", told(40, "B"))), at(100))) == [("A", "B")]
    assert heard(log(("s", search)), at(100)) == ()


def test_an_event_that_comes_out_of_order_is_placed_by_its_time_and_one_of_before_the_visit_does_not_count() -> None:
    entries = log(("s", told(60, "A")), ("s", told(50, "B")), ("s", told(10, "C")))
    assert products(heard(entries, at(200))) == [("B", "A")]


def test_an_old_log_that_is_read_in_now_is_cut_by_its_own_times() -> None:
    entries = [entry.model_copy(update={"time": at(9999)}) for entry in log(("s", told(0, "A")), ("s", told(30, "B")))]
    assert heard(entries, at(9999)) == ()
    assert products(heard(entries, at(9999) + GAP)) == [("A",), ("B",)]


def test_a_long_visit_keeps_its_last_touches() -> None:
    (visit,) = heard(log(*(("s", told(n / 10, f"P{n}")) for n in range(2 * KEPT_TOUCHES + 5))), at(999))
    assert len(visit.touches) == KEPT_TOUCHES and visit.touches[0][0] == f"P{KEPT_TOUCHES + 5}"


def test_memory_is_bounded() -> None:
    fold = Visits(kept=10)
    for entry in log(*((f"s{n}", told(0)) for n in range(12))):
        fold.hear(entry)
    assert [visit.session_id for visit in fold.over(at(1))] == ["s0", "s1"]


Does = Literal["event", "late event", "thumb"]


@st.composite
def logs(draw: st.DrawFn, does: Sequence[Does] = ("event", "late event")) -> list[Logged]:
    minute, records = 0, list[tuple[str, Record]]()
    steps = st.lists(st.tuples(st.sampled_from("xyz"), st.integers(0, 40), st.sampled_from(does)), max_size=25)
    for session_id, pause, what in draw(steps):
        minute += pause
        product_id = f"P{len(records)}"
        if what == "thumb":
            records.append((session_id, thumb(minute, product_id)))
        else:
            records.append((session_id, told(minute - 7 if what == "late event" else minute, product_id)))
    return log(*records)


@steady
@given(logs())
def test_every_event_is_in_one_visit_of_its_session_at_most_and_no_visit_has_a_gap(entries: list[Logged]) -> None:
    found = heard(entries, at(99_999))
    seen = [product_id for touched in products(found) for product_id in touched]
    assert len(seen) == len(set(seen))
    for visit in found:
        times = [time for _, _, time in visit.touches]
        assert all(later - earlier < GAP for earlier, later in pairwise(times))
    assert [visit.last for visit in found] == sorted(visit.last for visit in found)


@steady
@given(logs(("event", "late event", "thumb")), st.integers(0, 25))
def test_after_a_restart_the_same_visits_are_told_and_none_twice(entries: list[Logged], cut: int) -> None:
    whole = list[Visit]()
    fold = Visits()
    for entry in entries:
        fold.hear(entry)
        whole += fold.over(entry.time)
    whole += fold.over(at(99_999))

    before, fold = list[Visit](), Visits()
    for entry in entries[:cut]:
        fold.hear(entry)
        before += fold.over(entry.time)
    learnt, since = before[-1].last if before else 0, fold.since
    after, fold = list[Visit](), Visits()
    for entry in entries[cut if since is None else since :]:
        fold.hear(entry)
        after += fold.over(entry.time)
    after += fold.over(at(99_999))
    assert [*before, *(visit for visit in after if visit.last > learnt)] == whole
