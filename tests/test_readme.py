"""The README is true: its commands exist, and its map of the rooms shows every file."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PACKAGES = ("retrieval", "llm_server", "agent", "web", "eval")
MODULE_COMMANDS = sorted(set(re.findall(r"python -m (retrieval|llm_server|eval) ([a-z-]+)", README)))


def test_every_make_target_that_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z-]+)", README))
    assert named and named <= targets


@pytest.mark.parametrize(("package", "command"), MODULE_COMMANDS)
def test_every_command_that_the_readme_names_can_be_called(package: str, command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", package, command, "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_readme_names_commands_of_every_package_that_has_them() -> None:
    assert {package for package, _ in MODULE_COMMANDS} == {"retrieval", "llm_server", "eval"}


@pytest.mark.parametrize("package", PACKAGES)
def test_the_map_of_the_rooms_shows_every_file(package: str) -> None:
    room = re.search(rf"^{package}/.*?\n((?:  .*\n)+)", README, re.MULTILINE)
    assert room, f"the README's map has no room {package}/"
    shown = set(re.findall(r"^  (\S+)", room.group(1), re.MULTILINE))
    there = {path.name for path in (ROOT / package).glob("*.py") if path.name != "__init__.py"}
    there |= {f"{path.name}/" for path in (ROOT / package).iterdir() if path.is_dir() and path.name != "__pycache__"}
    data = {path.name for path in (ROOT / package).iterdir() if path.suffix in (".json", ".npz", ".toml")}
    assert shown == there | data


def test_pictures_and_links_of_the_readme_exist() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if not link.startswith("http")]
    assert [link for link in links if not (ROOT / link).exists()] == []
