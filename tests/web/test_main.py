"""The command: what it says when it cannot serve, and the keys it keeps."""

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from web.__main__ import app
from web.keys import kept_key


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FLOORWALKER_DATA", str(tmp_path))
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def test_a_port_in_use_is_one_line_with_its_fix(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = run("--port", str(port))
    assert told.exit_code == 1
    assert told.stderr.strip() == (
        f"Port {port} of 127.0.0.1 is taken: stop what uses it, or choose another with --port {port + 1}."
    )


def test_an_address_that_is_not_ours_is_one_line_with_its_fix(run):
    told = run("--host", "203.0.113.7")
    assert told.exit_code == 1 and "--host" in told.stderr


def test_a_missing_index_names_the_command_that_builds_it(run, tmp_path):
    told = run("--port", "0", "--index", str(tmp_path / "none"))
    assert told.exit_code == 1
    assert "python -m retrieval build" in told.stderr and "Traceback" not in told.output


def test_a_setting_that_makes_no_sense_is_named(run, monkeypatch):
    monkeypatch.setenv("FLOORWALKER_DEADLINE", "soon")
    told = run("--port", "0")
    assert told.exit_code == 1 and told.stderr.startswith("FLOORWALKER_DEADLINE cannot be used")


def test_half_of_a_chatwoot_is_one_line_that_names_what_it_needs(run, monkeypatch):
    monkeypatch.setenv("FLOORWALKER_CHATWOOT_URL", "https://chatwoot.example")
    monkeypatch.setenv("FLOORWALKER_CHATWOOT_TOKEN", "bot-token")
    told = run("--port", "0")
    assert told.exit_code == 1 and "FLOORWALKER_CHATWOOT_SECRET" in told.stderr


def test_a_key_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    key = kept_key(tmp_path / "secret")
    assert len(key) >= 32 and kept_key(tmp_path / "secret") == key
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
