"""The behaviour model of a running shop, kept in a file."""

from pathlib import Path

import pytest

from retrieval.behaviour.memory import Memory
from retrieval.behaviour.touches import Mark
from tests.retrieval.behaviour.walks import walk

ONE, TWO = Mark(since=1, last=1), Mark(since=2, last=2)


def test_what_does_not_go_on_from_where_it_stands_is_not_learnt() -> None:
    memory = Memory(None)
    assert memory.learn([walk("A", "B")], Mark(), ONE) == ONE
    assert memory.learn([walk("A", "B")], Mark(), ONE) == ONE
    assert memory.learn([walk("A", "C")], TWO, Mark(since=3, last=3)) == ONE
    assert memory.behaviour.sessions == 1
    assert memory.learn([], ONE, TWO) == TWO


def test_what_was_saved_is_there_after_a_restart_and_what_was_not_is_told_by_the_mark(tmp_path: Path) -> None:
    file = tmp_path / "new" / "behaviour.npz"
    memory = Memory(file)
    memory.learn([walk("A", "B")], Mark(), ONE)
    memory.save()
    memory.learn([walk("C", "D")], ONE, TWO)
    again = Memory(file)
    assert (again.behaviour.sessions, again.behaviour.mark) == (1, ONE)


def test_a_file_that_cannot_be_used_is_told_and_all_is_learnt_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "behaviour.npz"
    file.write_bytes(b"rubbish")
    memory = Memory(file)
    assert (memory.behaviour.sessions, memory.behaviour.mark) == (0, Mark())
    assert "learnt anew" in capsys.readouterr().err
    memory.learn([walk("A", "B")], Mark(), ONE)
    memory.save()
    assert Memory(file).behaviour.sessions == 1


def test_a_disk_that_refuses_is_told_and_the_next_save_tries_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "folder"
    blocked.write_text("in the way", "utf-8")
    memory = Memory(blocked / "behaviour.npz")
    memory.learn([walk("A", "B")], Mark(), ONE)
    memory.save()
    assert "is not saved" in capsys.readouterr().err
    blocked.unlink()
    memory.save()
    assert Memory(blocked / "behaviour.npz").behaviour.mark == ONE
