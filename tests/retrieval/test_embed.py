import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.embed import HashEmbedder, open_embedder
from retrieval.query import EmbedderError


@settings(deadline=None)
@given(st.lists(st.text(max_size=40), max_size=5))
def test_hash_vectors_have_length_one_or_zero(texts: list[str]) -> None:
    lengths = np.linalg.norm(HashEmbedder().embed_documents(texts), axis=1)
    assert all(length == pytest.approx(1, abs=1e-5) or length == 0 for length in lengths)


def test_like_texts_have_like_hash_vectors() -> None:
    embedder = HashEmbedder()
    shoe, shoes, kettle = embedder.embed_documents(["red running shoe", "red running shoes", "steel water kettle"])
    assert shoe @ shoes > shoe @ kettle


def test_the_name_tells_the_dimensions_apart() -> None:
    assert open_embedder("hash").dimensions == 64
    assert open_embedder("hash-32").dimensions == 32
    assert open_embedder("hash-32").name == "hash-32"


@pytest.mark.real
def test_minilm_loads_out_of_its_wheel_and_knows_meaning() -> None:
    embedder = open_embedder("minilm", threads=1)
    assert embedder.dimensions == 384
    sofa, chair = embedder.embed_documents(["a comfortable couch for the living room", "a circular saw blade"])
    query = embedder.embed_query("sofa")
    assert query @ sofa > query @ chair
    assert np.linalg.norm(sofa) == pytest.approx(1, abs=1e-3)


@pytest.mark.real
def test_a_model_that_is_not_there_raises_with_a_fix(tmp_path: object) -> None:
    with pytest.raises(EmbedderError) as caught:
        open_embedder(f"{tmp_path}/none")
    assert caught.value.fix
