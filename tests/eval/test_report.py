"""A page of figures that needs nothing from elsewhere."""

import re
from html.parser import HTMLParser
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from eval.report import page, write_report
from eval.results import Difference, Figure, Results
from tests.agent.builders import steady

EVIL = '<script>alert(1)</script>"&'


def figure(mean: float, low: float | None = None, high: float | None = None) -> Figure:
    return Figure(mean=mean, low=mean if low is None else low, high=mean if high is None else high, n=1234)


def results(**arms: dict[str, Figure]) -> Results:
    return Results(command="replay", data="shop", model="hash", machine="a laptop", arms=arms)


class Reader(HTMLParser):
    """Which elements there are, whether each is closed, and what is drawn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_tells_what_was_run_on_what_and_has_every_figure(tmp_path: Path) -> None:
    held = results(
        production={"mrr@20": figure(0.25, 0.2, 0.3), "p50_ms": figure(12.5)}, content={"mrr@20": figure(0.1)}
    )
    difference = Difference(arm="production", other="content", metric="mrr@20", figure=figure(0.15, 0.1, 0.2))
    write_report(tmp_path / "page.html", held, [difference], run="python -m eval replay --catalog shop")
    text = Reader((tmp_path / "page.html").read_text("utf-8")).text
    for told in ("eval replay: shop", "a laptop", "hash", "--catalog shop", "production − content", "1,234"):
        assert told in text
    for number in ("0.250", "0.200 to 0.300", "12.5", "0.100", "0.150"):
        assert number in text


def test_names_are_text_and_nothing_is_fetched_from_elsewhere() -> None:
    held = Results(command=EVIL, data=EVIL, model=EVIL, machine=EVIL, arms={EVIL: {EVIL: figure(1)}})
    made = page(held, [Difference(arm=EVIL, other=EVIL, metric=EVIL, figure=figure(1))], run=EVIL)
    read = Reader(made)
    assert not {tag for tag, _ in read.tags} & {"script", "link", "img", "iframe"}
    assert not any(name in ("src", "href") for _, attrs in read.tags for name in attrs)
    assert "http" not in made and "url(" not in made
    assert EVIL in read.text


def test_a_difference_that_may_be_chance_is_not_marked() -> None:
    def marked(low: float, high: float) -> list[str | None]:
        one = Difference(arm="a", other="b", metric="m", figure=figure((low + high) / 2, low, high))
        return [attrs.get("class") for tag, attrs in Reader(page(results(), [one], run="")).tags if tag == "circle"]

    assert (marked(0.1, 0.2), marked(-0.2, -0.1), marked(-0.1, 0.2)) == (["first"], ["first"], ["none"])


def test_a_metric_that_an_arm_lacks_has_no_bar_for_it() -> None:
    held = results(one={"a": figure(1), "b": figure(2)}, two={"a": figure(3)})
    assert page(held, [], run="").count("<rect") == 3
    assert "Differences" not in page(held, [], run="")


values = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))
figures = st.lists(values, min_size=3, max_size=3).map(lambda three: figure(sorted(three)[1], min(three), max(three)))


@steady
@given(st.dictionaries(st.sampled_from(("one", "two")), st.dictionaries(st.sampled_from(("a", "b")), figures)))
def test_whatever_the_figures_are_the_page_is_whole_and_all_is_drawn_inside_the_plots(
    arms: dict[str, dict[str, Figure]],
) -> None:
    made = page(results(**arms), [], run="")
    read = Reader(made)
    assert read.open == []
    places = [float(each) for each in re.findall(r' (?:x|x1|x2|cx)="([\d.e+-]+)"', made)]
    assert all(0 <= place <= 360 for place in places)
