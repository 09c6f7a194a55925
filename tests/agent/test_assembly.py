from pathlib import Path

import pytest
from pydantic import SecretStr

from agent.assembly import Settings
from retrieval.place import Address


def test_the_index_is_inside_data_unless_another_directory_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings(data=Path("kept")).place == Path("kept/index")
    monkeypatch.setenv("FLOORWALKER_INDEX", "elsewhere")
    assert Settings().place == Path("elsewhere")


def test_the_index_may_be_on_a_server_with_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOORWALKER_INDEX", "https://qdrant:6333/shoes")
    monkeypatch.setenv("FLOORWALKER_QDRANT_KEY", "hidden")
    settings = Settings()
    assert settings.place == Address(url="https://qdrant:6333", name="shoes", key=SecretStr("hidden"))
    assert "hidden" not in repr(settings)
