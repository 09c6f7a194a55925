"""The widget and the demo page as files: small, safe by construction, whole in both languages."""

import gzip
import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web"
WIDGET = sorted((WEB / "static").glob("*.js"))
PAGE = [WEB / "demo" / name for name in ("index.html", "shop.css", "shop.js")]
WORDS = [WEB / "static" / "floorwalker-strings.js", WEB / "demo" / "shop.js"]
FORBIDDEN = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "srcdoc", "setHTMLUnsafe", "DOMParser")


def languages(source: str) -> dict[str, dict[str, str]]:
    """Language -> key -> words, from the one object of words."""
    found: dict[str, dict[str, str]] = {}
    for name, body in re.findall(r"^  (\w+): \{\n(.*?)^  \},", source, re.M | re.S):
        found[name] = dict(re.findall(r'(\w+): "((?:[^"\\]|\\.)*)",', body))
    return found


@pytest.mark.parametrize("path", WIDGET, ids=lambda path: path.name)
def test_a_file_of_the_widget_stays_under_forty_kilobytes(path: Path) -> None:
    assert path.stat().st_size < 40_000


def test_the_whole_widget_is_under_twenty_kilobytes_on_the_wire() -> None:
    assert WIDGET
    assert len(gzip.compress(b"".join(path.read_bytes() for path in WIDGET))) < 20_000


@pytest.mark.parametrize("path", [*WIDGET, *PAGE], ids=lambda path: path.name)
def test_nothing_is_ever_written_as_html_or_run_as_code(path: Path) -> None:
    source = path.read_text()
    assert [word for word in FORBIDDEN if word in source] == []
    assert not re.search(r"\beval\s*\(|new Function\b|set(?:Timeout|Interval)\s*\(\s*[\"'`]", source)
    assert not re.search(r"\son\w+\s*=\s*[\"']", source), "inline handlers would need a looser content policy"


@pytest.mark.parametrize("path", [*WIDGET, *PAGE], ids=lambda path: path.name)
def test_nothing_is_fetched_from_a_third_party(path: Path) -> None:
    # The SVG namespace is a name, not an address.
    source = path.read_text().replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"(?:https?:|wss?:)?//[a-z0-9-]+\.[a-z]{2,}", source) == []


@pytest.mark.parametrize(
    "path", [WEB / "static" / "floorwalker-strings.js", WEB / "demo" / "shop.js"], ids=lambda p: p.name
)
def test_both_languages_have_the_same_keys_and_the_same_places_to_fill(path: Path) -> None:
    words = languages(path.read_text())
    assert set(words) == {"en", "zh"}
    assert len(words["en"]) > 20
    assert set(words["en"]) == set(words["zh"])
    for key, english in words["en"].items():
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", words["zh"][key])), key


def test_every_text_that_the_widget_asks_for_exists() -> None:
    words = languages((WEB / "static" / "floorwalker-strings.js").read_text())["en"]
    for path in WIDGET:
        asked = re.findall(r'\btext\("(\w+)"', path.read_text())
        assert [key for key in asked if key not in words] == []


def test_every_text_that_the_page_asks_for_exists() -> None:
    source = (WEB / "demo" / "shop.js").read_text()
    asked = re.findall(r'\btext\("(\w+)"', source)
    asked += re.findall(r'data-text="(\w+)"', (WEB / "demo" / "index.html").read_text())
    words = languages(source)["en"]
    assert [key for key in asked if key not in words] == []
