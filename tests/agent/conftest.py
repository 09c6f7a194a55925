"""A PostgreSQL of the tests' own: a private cluster in a temporary directory, reached over a socket in it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

NOBODY = {"user": "nobody"} if os.name == "posix" and os.geteuid() == 0 else {}
"""PostgreSQL does not run as root."""
_databases = count(1)


def _binary(name: str) -> str | None:
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(debian[-1]) if debian else shutil.which(name)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Path]:
    """The directory of a running cluster, which holds its socket too."""
    initdb, pg_ctl = _binary("initdb"), _binary("pg_ctl")
    if not initdb or not pg_ctl:
        pytest.skip("no PostgreSQL on this machine: install Debian's package postgresql")
    home = Path(tempfile.mkdtemp(prefix="pg-"))  # a socket's path has to be short
    try:
        if NOBODY:
            shutil.chown(home, **NOBODY)
        data, options = home / "data", f"-k {home} -c listen_addresses="

        def run(*command: object) -> None:
            done: Any = subprocess.run([str(part) for part in command], capture_output=True, cwd=home, **NOBODY)
            assert done.returncode == 0, done.stderr.decode()

        run(initdb, "-D", data, "-U", "shop", "-A", "trust", "-E", "UTF8", "--no-sync")
        run(pg_ctl, "-D", data, "-l", home / "log", "-o", options, "-w", "start")
        try:
            yield home
        finally:
            run(pg_ctl, "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def postgres(postgres_cluster: Path) -> str:
    """The URL of an empty database."""
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed: pip install floorwalker[postgres]")
    name = f"shop{next(_databases)}"
    with psycopg.connect(f"host={postgres_cluster} user=shop dbname=postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"postgresql://shop@/{name}?host={postgres_cluster}"
