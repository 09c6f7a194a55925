"""What files of queries and judgments may look like, and what is said of those that may not."""

import gzip
from pathlib import Path

import pytest

from eval.datasets import read_judged, read_qrels, read_queries
from eval.errors import DatasetError

QUERIES = '{"id": 1, "text": "mug"}\n\n{"id": "q2", "text": "blue pot", "note": "typed"}\n{"id": "q3", "text": "x"}\n'
QRELS = "1\t0\tA 1\t3\n1 0 B 0\nq2\t0\tgone\t2\nq2\t0\tA 1\t-1\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    queries, qrels = tmp_path / "queries.jsonl", tmp_path / "qrels.tsv"
    queries.write_text(QUERIES, "utf-8")
    qrels.write_text(QRELS, "utf-8")
    return queries, qrels


def test_judged_queries_are_read_and_what_fits_no_product_is_counted(files: tuple[Path, Path]) -> None:
    judged = read_judged(*files, ids={"A 1", "B"})
    assert [query.id for query in judged.queries] == ["1", "q2"]
    assert judged.grades == {"1": {"A 1": 3, "B": 0}, "q2": {"A 1": -1}}
    assert (judged.missing, judged.unjudged) == (1, 1)


def test_a_limit_counts_judged_queries(files: tuple[Path, Path]) -> None:
    assert [query.id for query in read_judged(*files, ids={"A 1"}, limit=1).queries] == ["1"]


def test_gzipped_files_are_read_whatever_their_names(files: tuple[Path, Path]) -> None:
    for path in files:
        path.write_bytes(gzip.compress(path.read_bytes()))
    assert len(list(read_queries(files[0]))) == 3
    assert read_qrels(files[1])["1"] == {"A 1": 3, "B": 0}


def test_files_of_different_sets_are_told_apart(files: tuple[Path, Path]) -> None:
    with pytest.raises(DatasetError, match="one data set"):
        read_judged(*files, ids={"Z"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"id": "a", "text": "x"}\nnot json\n', "line 2"),
        ('{"id": "a"}\n', "line 1: text Field required"),
        ('{"id": "a", "text": "x"}\n{"id": "a", "text": "y"}\n', "line 2: the id 'a' was used before"),
    ],
)
def test_a_bad_query_is_told_with_its_line_and_a_fix(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_text(text, "utf-8")
    with pytest.raises(DatasetError, match=said) as caught:
        list(read_queries(path))
    assert str(path) in str(caught.value)
    assert caught.value.fix


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("q 0 a\n", "line 1: 3 columns"),
        ("q 0 a 1\nq 0 b high\n", "line 2: the grade 'high'"),
        ("q 0 a 1\nq 0 a 2\n", "line 2: 'a' was given another grade"),
    ],
)
def test_a_bad_judgment_is_told_with_its_line_and_a_fix(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "qrels.tsv"
    path.write_text(text, "utf-8")
    with pytest.raises(DatasetError, match=said) as caught:
        read_qrels(path)
    assert caught.value.fix


def test_a_file_that_is_absent_cut_short_or_not_utf_8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "qrels.tsv"
    with pytest.raises(DatasetError, match="cannot be read"):
        read_qrels(path)
    path.write_bytes(gzip.compress(b"q 0 a 1\n" * 1000)[:40])
    with pytest.raises(DatasetError, match="cannot be read"):
        read_qrels(path)
    path.write_bytes(b"q 0 \xff 1\n")
    with pytest.raises(DatasetError, match="UTF-8"):
        read_qrels(path)
