from pathlib import Path

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


@pytest.mark.real
def test_a_models_own_config_decides_the_prompts_of_queries_and_documents(tmp_path: Path) -> None:
    from tests.retrieval.tiny_models import bi_encoder

    (tmp_path / "plain").mkdir()
    plain = open_embedder(bi_encoder(tmp_path / "plain"))
    prompted = open_embedder(bi_encoder(tmp_path, prompts={"query": "query: ", "document": "passage: "}))
    assert prompted.embed_query("red shoe") == pytest.approx(plain.embed_query("query: red shoe"), abs=1e-5)
    document, wanted = prompted.embed_documents(["red shoe"]), plain.embed_documents(["passage: red shoe"])
    assert document == pytest.approx(wanted, abs=1e-5)
    assert document[0] != pytest.approx(prompted.embed_query("red shoe"), abs=1e-2)


@pytest.mark.real
def test_a_model_in_a_folder_embeds_chinese_and_is_known_by_its_path(tmp_path: Path) -> None:
    from tests.retrieval.tiny_models import bi_encoder

    path = bi_encoder(tmp_path)
    embedder = open_embedder(path, threads=2)
    assert embedder.name == path
    shoe, kettle = embedder.embed_documents(["红色鞋", "kettle"])
    assert embedder.embed_query("红色鞋") @ shoe > embedder.embed_query("红色鞋") @ kettle
