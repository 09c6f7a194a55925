"""A snapshot is whole or refused, with an error that says what to do."""

from pathlib import Path

import numpy as np
import pytest

from retrieval.behaviour import snapshot
from retrieval.behaviour.model import Behaviour
from retrieval.query import SnapshotBroken, SnapshotFault, SnapshotMismatch, SnapshotMissing
from tests.retrieval.behaviour.walks import START, touched, walk


def saved(file: Path) -> bytes:
    model = Behaviour()
    for _ in range(5):
        model.learn(walk("a", "b", "c"))
    model.save(file)
    return file.read_bytes()


def test_where_there_is_no_snapshot_the_error_says_so(tmp_path: Path) -> None:
    with pytest.raises(SnapshotMissing, match="Begin with an empty model"):
        Behaviour.load(tmp_path / "none.npz")


def test_a_snapshot_of_another_version_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "behaviour.npz"
    np.savez(file, header=np.frombuffer(b'{"version": 99, "anything": 1}', np.uint8))
    with pytest.raises(SnapshotMismatch, match="version 99"):
        Behaviour.load(file)


def test_a_snapshot_that_was_cut_short_anywhere_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "behaviour.npz"
    whole = saved(file)
    for length in range(0, len(whole), 61):
        file.write_bytes(whole[:length])
        with pytest.raises(SnapshotBroken):
            Behaviour.load(file)


def test_a_snapshot_whose_parts_do_not_fit_together_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "behaviour.npz"
    saved(file)
    header, arrays = snapshot.read(file)
    for broken in (
        {"visited_lengths": np.array([99])},
        {"visited_entries": arrays["visited_entries"] + 50},
        {"popular": np.zeros(1)},
        {"repeats": np.zeros(3)},
    ):
        snapshot.write(file, header, {**arrays, **broken})
        with pytest.raises(SnapshotBroken):
            Behaviour.load(file)
    without = {name: array for name, array in arrays.items() if name != "visited_places"}
    snapshot.write(file, header, without)
    with pytest.raises(SnapshotBroken):
        Behaviour.load(file)


def test_a_snapshot_that_cannot_be_written_is_told_and_the_older_one_stays(tmp_path: Path) -> None:
    file = tmp_path / "behaviour.npz"
    saved(file)
    (tmp_path / "behaviour.npz.new").mkdir()
    model = Behaviour()
    with pytest.raises(SnapshotFault, match="cannot be written"):
        model.save(file)
    assert Behaviour.load(file).candidates(touched("a"), (), START, 5)
