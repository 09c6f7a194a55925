from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.knowledge.passage import Passage
from retrieval.knowledge.reader import PageProblem, read_page, read_pages
from retrieval.query import PassagesError


def told(text: str | bytes, name: str = "page.html") -> list[Passage]:
    raw = text if isinstance(text, bytes) else text.encode()
    return [each for each in read_page(raw, name) if isinstance(each, Passage)]


def problems(raw: bytes, name: str = "page.md") -> list[PageProblem]:
    return [each for each in read_page(raw, name) if isinstance(each, PageProblem)]


def test_a_section_of_markdown_is_a_passage_under_its_headings() -> None:
    passages = told("# Returns\n\nHello.\n\n## How long\n\nYou have 30 days.\n\n### Sale\n\nOnly 10.\n", "returns.md")
    assert [(each.id, each.title, each.heading, each.text) for each in passages] == [
        ("returns.md#1", "Returns", "", "Hello."),
        ("returns.md#2", "Returns", "How long", "You have 30 days."),
        ("returns.md#3", "Returns", "How long > Sale", "Only 10."),
    ]


def test_a_page_full_of_scripts_yields_its_words_alone() -> None:
    page = """<html><head><title>Terms</title><style>p {}</style></head><body><nav><a>Home</a></nav><!-- secret -->
    <script>var lies = "refund";</script><p>No <b>refund</b>.<script>more()</script></p>
    <noscript>turn it on</noscript><template><p>hidden</p></template><div hidden>old</div><footer>(c)</footer></body>"""
    (passage,) = told(page)
    assert (passage.title, passage.text) == ("Terms", "No refund.")


def test_a_row_of_a_table_says_its_columns_and_an_item_of_a_list_is_a_line() -> None:
    (passage,) = told("| To | Costs |\n| --- | --- |\n| Canada | $12 |\n\n- tea\n- coffee\n", "costs.md")
    assert passage.text == "To: Canada; Costs: $12\n- tea\n- coffee"


def test_a_table_inside_a_table_is_told_once() -> None:
    (passage,) = told("<table><tr><td>outer <table><tr><td>inner</td></tr></table></td></tr></table>")
    assert passage.text.count("inner") == 1


@pytest.mark.parametrize(
    "page",
    [
        "<dl><dt>May I pay later?</dt><dd>Yes, in four parts.</dd></dl>",
        "<details><summary>May I pay later?</summary><p>Yes, in four parts.</p></details>",
        "<p><b>May I pay later?</b></p><p>Yes, in four parts.</p>",
        "<p>Q: May I pay later?</p><p>A: Yes, in four parts.</p>",
        "<p>Q: May I pay later? A: Yes, in four parts.</p>",
    ],
)
def test_a_question_and_its_answer_are_one_passage_however_they_are_marked_up(page: str) -> None:
    (passage,) = told(page)
    assert (passage.heading, passage.text) == ("May I pay later?", "Yes, in four parts.")


def test_a_long_section_is_split_at_paragraphs_and_an_answer_is_not() -> None:
    paragraphs = "\n\n".join(["Some words that go on. " * 20] * 3)
    assert [len(each.text) < 800 for each in told(f"# A\n\n{paragraphs}", "a.md")] == [True] * 3
    assert len(told(f"# A\n\n## Why?\n\n{paragraphs}", "a.md")) == 1


def test_front_matter_names_title_url_and_language_and_what_is_wrong_in_it_is_told() -> None:
    text = b"---\ntitle: Our terms\nurl: javascript:x\nlanguage: zh\n---\nHello.\n"
    read = list(read_page(text, "en/terms.md"))
    problem, passage = read
    assert isinstance(problem, PageProblem) and isinstance(passage, Passage)
    assert (problem.file, problem.field) == ("en/terms.md", "url") and problem.fix
    assert (passage.title, passage.url, passage.language) == ("Our terms", None, "zh")


def test_the_language_is_the_folders_or_else_that_of_the_script() -> None:
    assert told("Visa und 信用卡", "zh/pay.md")[0].language == "zh"
    assert told("七天内可以退货", "pay.md")[0].language == "zh"
    assert told("Seven days, says 王 himself", "pay.md")[0].language == "en"


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_kept(tmp_path: Path) -> None:
    (tmp_path / "bad.md").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "empty.html").write_text("<script>x</script>")
    (tmp_path / "good.md").write_text("Hello.")
    read = list(read_pages(tmp_path, base_url="https://shop.example/help/"))
    assert [(each.file, bool(each.fix)) for each in read if isinstance(each, PageProblem)] == [
        ("bad.md", True),
        ("empty.html", True),
    ]
    assert [each.url for each in read if isinstance(each, Passage)] == ["https://shop.example/help/good.md"]


def test_a_folder_without_pages_is_an_error_with_a_fix(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(PassagesError) as caught:
            list(read_pages(folder))
        assert caught.value.fix


def test_five_megabytes_of_questions_are_read() -> None:
    page = "".join(f"<dt>Question {n}?</dt><dd>{'words ' * 60}{n}.</dd>" for n in range(13_000))
    assert len(page) > 5_000_000
    assert len(told(f"<dl>{page}</dl>")) == 13_000


@given(st.binary(max_size=300), st.sampled_from(["a.md", "a.html"]))
def test_any_bytes_are_passages_or_problems(raw: bytes, name: str) -> None:
    assert all(isinstance(each, Passage | PageProblem) for each in read_page(raw, name))


@given(
    st.lists(
        st.sampled_from(["<p>", "<td>", "<table>", "</table>", "<b", "'", '"', "<!--", "-->", "text", "\n# ", "|"])
    ),
    st.sampled_from(["a.md", "a.html"]),
)
def test_no_script_is_ever_told(parts: list[str], name: str) -> None:
    page = "<p>before</p>\n\n<script>zzSCRIPTzz()</script>\n\n" + "".join(parts)
    assert not any("zzSCRIPTzz" in f"{each.title}{each.heading}{each.text}" for each in told(page, name))


def test_what_is_wrong_with_front_matter_as_a_whole_costs_nothing_else() -> None:
    (problem,) = problems(b"---\n: : [\n---\nHello.\n")
    assert problem.field == "front matter"
    assert [each.text for each in told("---\n- a\n---\nHello.\n", "a.md")] == ["Hello."]
