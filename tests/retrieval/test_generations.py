import json
import shutil
from pathlib import Path

import pytest

from retrieval.generations import (
    Meta,
    applied,
    build_lock,
    claimed,
    current,
    is_current,
    note_applied,
    partial,
    publish,
    shard_of,
    sweep,
)
from retrieval.query import IndexBroken, IndexLocked, IndexMismatch, IndexMissing

META = Meta(embedder="hash", dimensions=64, mean_terms=5, products=1, problems=0)


def published(directory: Path) -> Path:
    place = partial(directory)
    shard_of(place).mkdir()
    return publish(directory, place, META)


def test_a_published_generation_is_current_and_the_older_one_is_gone(tmp_path: Path) -> None:
    first = published(tmp_path)
    assert current(tmp_path) == (first, META)
    second = published(tmp_path)
    assert current(tmp_path)[0] == second
    assert not first.exists()
    assert is_current(tmp_path, second)
    assert not is_current(tmp_path, first)


def test_what_another_process_has_open_stays_until_it_lets_go(tmp_path: Path) -> None:
    first, _, lock = (published(tmp_path), *claimed(tmp_path)[1:])
    second = published(tmp_path)
    assert first.exists()
    lock.release()
    sweep(tmp_path, second)
    assert not first.exists()


def test_a_build_killed_before_its_pointer_leaves_the_old_generation_and_the_next_build_cleans_up(
    tmp_path: Path,
) -> None:
    first = published(tmp_path)
    shutil.copytree(first, tmp_path / "gen-000002")
    assert current(tmp_path)[0] == first
    sweep(tmp_path, first)
    assert (tmp_path / "gen-000002").exists()
    third = published(tmp_path)
    assert third.name == "gen-000003"
    assert list(tmp_path.glob("gen-*")) == [third]


def test_a_directory_that_only_a_failed_build_has_touched_is_missing_its_index(tmp_path: Path) -> None:
    with build_lock(tmp_path), pytest.raises(IndexMissing):
        current(tmp_path)


def test_what_a_generation_holds_safely_is_noted_and_never_less_than_its_feed(tmp_path: Path) -> None:
    generation = published(tmp_path)
    assert applied(generation, META.model_copy(update={"position": 4})) == 4
    note_applied(generation, 9)
    assert applied(generation, META.model_copy(update={"position": 4})) == 9


def test_a_build_cut_short_is_continued_in_its_place(tmp_path: Path) -> None:
    place = partial(tmp_path)
    assert partial(tmp_path) == place


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir()])
def test_no_directory_and_an_empty_one_are_missing(tmp_path: Path, make: object) -> None:
    make(tmp_path / "index")  # type: ignore[operator]
    with pytest.raises(IndexMissing) as caught:
        current(tmp_path / "index")
    assert "build" in caught.value.fix


def test_half_written_and_foreign_directories_are_broken(tmp_path: Path) -> None:
    partial(tmp_path / "half")
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "photo.jpg").touch()
    (tmp_path / "file").touch()
    for name in ("half", "foreign", "file"):
        with pytest.raises(IndexBroken) as caught:
            current(tmp_path / name)
        assert caught.value.fix


def test_a_lost_generation_or_unreadable_meta_is_broken(tmp_path: Path) -> None:
    generation = published(tmp_path)
    (generation / "meta.json").write_text("{", "utf-8")
    with pytest.raises(IndexBroken):
        current(tmp_path)
    (tmp_path / "CURRENT").write_text("gen-999999\n", "utf-8")
    with pytest.raises(IndexBroken):
        current(tmp_path)


def test_another_schema_or_embedder_is_a_mismatch(tmp_path: Path) -> None:
    generation = published(tmp_path)
    with pytest.raises(IndexMismatch):
        current(tmp_path, embedder="minilm")
    meta = json.loads((generation / "meta.json").read_text("utf-8"))
    (generation / "meta.json").write_text(json.dumps({**meta, "schema_version": 0, "from": "the past"}), "utf-8")
    with pytest.raises(IndexMismatch) as caught:
        current(tmp_path)
    assert caught.value.fix


def test_two_builds_of_one_directory_do_not_run_at_once(tmp_path: Path) -> None:
    with build_lock(tmp_path), pytest.raises(IndexLocked), build_lock(tmp_path):
        pass
