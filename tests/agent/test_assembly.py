from pathlib import Path

import pytest
from pydantic import SecretStr

from agent.assembly import Settings, build
from agent.intent import IntentError
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


def test_learnt_models_are_files_and_none_is_used_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (Settings().ranker, Settings().intent) == (None, None)
    monkeypatch.setenv("FLOORWALKER_RANKER", "ranker")
    monkeypatch.setenv("FLOORWALKER_INTENT", "intent.json")
    assert (Settings().ranker, Settings().intent) == (Path("ranker"), Path("intent.json"))


async def test_a_wrong_intent_file_stops_the_start_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(IntentError, match="cannot be read"):
        async with build(Settings(data=tmp_path, intent=tmp_path / "none"), embedded=False):
            pass
