import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from retrieval.generations import Meta, partial, publish, shard_of
from retrieval.product import Product
from retrieval.query import IndexBroken, IndexFault, IndexLocked
from retrieval.writelog import WriteLog, kept_writes

KETTLE, PAN = Product(id="kettle", title="Kettle"), Product(id="pan", title="Pan")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    generation(tmp_path)
    return tmp_path


def generation(directory: Path) -> Path:
    place = partial(directory)
    shard_of(place).mkdir()
    return publish(directory, place, Meta(embedder="hash", dimensions=64, mean_terms=5, products=1, problems=0))


def last_write(directory: Path) -> int:
    with kept_writes(directory) as position:
        return position


@contextmanager
def disk_with_room_for(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_what_was_written_is_read_again_in_order_from_any_position(directory: Path) -> None:
    log = WriteLog(directory, least=0)
    log.append(products=(KETTLE, PAN))
    log.append(deleted=("pan",))
    log.close()
    log = WriteLog(directory, least=0)
    assert log.position == last_write(directory) == 2
    first, second = log.after(0)
    assert (first.products, first.deleted) == ((KETTLE, PAN), ())
    assert (second.products, second.deleted) == ((), ("pan",))
    assert list(log.after(1)) == [second]
    assert list(log.after(2)) == []
    log.close()


@pytest.mark.parametrize("torn", [b'{"position":2,"pro', b'{"position":2}', b"\x00\x00\x00", b'["id"]}\n', b"\n"])
def test_a_last_line_that_was_cut_short_counts_for_nothing_and_is_written_over(directory: Path, torn: bytes) -> None:
    log = WriteLog(directory, least=0)
    log.append(products=(KETTLE,))
    log.close()
    path = directory / "writes.jsonl"
    path.write_bytes(path.read_bytes() + torn)
    assert last_write(directory) == 1
    log = WriteLog(directory, least=0)
    log.append(deleted=("kettle",))
    assert [write.position for write in log.after(0)] == [1, 2]
    log.close()
    assert last_write(directory) == 2


def test_a_damaged_line_before_the_last_is_told_and_not_skipped(directory: Path) -> None:
    log = WriteLog(directory, least=0)
    log.append(products=(KETTLE,))
    log.append(products=(PAN,))
    log.close()
    path = directory / "writes.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"position":1', b'"position":9'))
    with pytest.raises(IndexBroken, match="write 1") as caught:
        WriteLog(directory, least=0)
    assert "build again" in caught.value.fix
    path.write_bytes(b"")
    with pytest.raises(IndexBroken), kept_writes(directory):
        pass


def test_a_disk_that_is_full_refuses_the_write_and_keeps_the_others(directory: Path) -> None:
    log = WriteLog(directory, least=0)
    log.append(products=(KETTLE,))
    size = (directory / "writes.jsonl").stat().st_size
    with disk_with_room_for(size + 50), pytest.raises(IndexFault, match="cannot be written") as caught:
        log.append(products=(Product(id="large", title="Large", description="x" * 5000),))
    assert "space" in caught.value.fix
    assert log.position == last_write(directory) == 1
    log.append(products=(PAN,))
    assert [write.products for write in log.after(0)] == [(KETTLE,), (PAN,)]
    log.close()


def test_lines_that_the_generation_holds_are_dropped_and_positions_go_on(directory: Path) -> None:
    log = WriteLog(directory, least=0)
    log.append(products=(KETTLE,))
    log.forget(directory / "gen-000001")
    assert list(log.after(0)) == []
    log.append(deleted=("kettle",))
    assert [write.position for write in log.after(1)] == [2]
    log.close()
    log = WriteLog(directory, least=0)
    assert [write.position for write in log.after(0)] == [2]
    log.close()


def test_nothing_is_dropped_while_a_build_runs_or_once_it_has_published(directory: Path) -> None:
    log = WriteLog(directory, least=0)
    log.append(products=(KETTLE,))
    with kept_writes(directory) as position:
        log.append(products=(PAN,))
        log.forget(directory / "gen-000001")
        assert [write.products for write in log.after(position)] == [(PAN,)]
    generation(directory)
    log.forget(directory / "gen-000001")
    assert [write.products for write in log.after(position)] == [(PAN,)]
    log.forget(directory / "gen-000002")
    assert list(log.after(0)) == []
    log.close()


def test_a_lost_log_never_gives_a_position_away_twice(directory: Path) -> None:
    log = WriteLog(directory, least=7)
    log.append(products=(KETTLE,))
    assert log.position == 8
    log.close()


def test_two_processes_do_not_write(directory: Path) -> None:
    log = WriteLog(directory, least=0)
    with pytest.raises(IndexLocked, match="another process"):
        WriteLog(directory, least=0)
    log.close()
    WriteLog(directory, least=0).close()
