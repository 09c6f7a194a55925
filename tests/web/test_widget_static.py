"""The widget and the demo page as files: small, safe by construction, whole in both languages."""

import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web"
WIDGET = sorted((WEB / "static").glob("*.js"))
LANGUAGES = {name: WEB / "static" / f"floorwalker-{name}.js" for name in ("en", "zh")}
PAGE = [path for path in (WEB / "demo").iterdir() if path.suffix in (".html", ".css", ".js")]
FORBIDDEN = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "srcdoc", "setHTMLUnsafe", "DOMParser")


def words_of(path: Path) -> dict[str, str]:
    """Key -> words, from the one object of a file of words."""
    return dict(re.findall(r'^\s+(\w+): "((?:[^"\\]|\\.)*)",', path.read_text(), re.M))


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_the_widget_loads_at_first_is_under_forty_kilobytes(language: str) -> None:
    others = {path for name, path in LANGUAGES.items() if name != language}
    later = WEB / "static" / "floorwalker-panels.js"
    assert all(f'from "./{later.name}"' not in path.read_text() for path in WIDGET), "it is loaded when it is needed"
    loaded = [path for path in WIDGET if path not in {later, *others}]
    assert len(loaded) == len(WIDGET) - 2
    assert sum(path.stat().st_size for path in loaded) < 40_960


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


@pytest.mark.parametrize("folder", ["static/floorwalker-", "demo/shop-"])
def test_both_languages_have_the_same_keys_and_the_same_places_to_fill(folder: str) -> None:
    english, chinese = (words_of(WEB / f"{folder}{name}.js") for name in LANGUAGES)
    assert len(english) > 20
    assert set(english) == set(chinese)
    for key, words in english.items():
        assert set(re.findall(r"\{\w+\}", words)) == set(re.findall(r"\{\w+\}", chinese[key])), key


def test_every_text_that_the_widget_asks_for_exists() -> None:
    words = words_of(LANGUAGES["en"])
    for path in WIDGET:
        asked = re.findall(r'\btext\("(\w+)"', path.read_text())
        assert [key for key in asked if key not in words] == []


def test_every_text_that_the_page_asks_for_exists() -> None:
    words = words_of(WEB / "demo" / "shop-en.js")
    for path in PAGE:
        asked = re.findall(r'\btext\("(\w+)"|data-text="(\w+)"', path.read_text())
        assert [key for pair in asked for key in pair if key and key not in words] == []
