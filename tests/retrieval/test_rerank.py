from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.query import EmbedderError
from retrieval.rerank import CrossEncoderReranker, OverlapReranker

QUERY = "red shoe"
DOCUMENTS = ["red kettle", "a shoe that is red", "kettle", "red shoe red shoe shoe"]


@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=5))
def test_overlap_scores_are_shares_whatever_the_texts(query: str, documents: list[str]) -> None:
    scores = OverlapReranker().scores(query, documents)
    assert len(scores) == len(documents)
    assert all(0 <= score <= 1 for score in scores)


def test_overlap_is_the_share_of_the_querys_words() -> None:
    assert OverlapReranker().scores("Red Shoe", DOCUMENTS) == [0.5, 1, 0, 1]


@pytest.mark.real
def test_a_cross_encoder_scores_each_document_by_itself(tmp_path: Path) -> None:
    from tests.retrieval.tiny_models import cross_encoder

    reranker = CrossEncoderReranker(cross_encoder(tmp_path), threads=2)
    scores = reranker.scores(QUERY, DOCUMENTS * 5)
    assert all(0 < score < 1 for score in scores)
    assert len(set(scores[:4])) == 4
    assert scores == pytest.approx(scores[:4] * 5, abs=1e-5)
    assert reranker.scores(QUERY, list(reversed(DOCUMENTS))) == pytest.approx(scores[3::-1], abs=1e-5)
    assert reranker.scores("kettle", DOCUMENTS) != pytest.approx(scores[:4], abs=1e-3)
    assert reranker.scores(QUERY, []) == []


@pytest.mark.real
@pytest.mark.parametrize("kind", ["none", "bi", "two labels"])
def test_what_cannot_score_raises_with_a_fix(tmp_path: Path, kind: str) -> None:
    from tests.retrieval.tiny_models import bi_encoder, cross_encoder

    if kind == "none":
        path = str(tmp_path / "none")
    else:
        path = bi_encoder(tmp_path) if kind == "bi" else cross_encoder(tmp_path, labels=2)
    with pytest.raises(EmbedderError) as caught:
        CrossEncoderReranker(path, threads=1)
    assert caught.value.fix
