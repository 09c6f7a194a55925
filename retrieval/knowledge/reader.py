"""A folder of pages to passages: Markdown and HTML, a section each, split at paragraphs where it is long.

A page may begin with front matter (YAML between two lines of `---`) that names its `title`, `url` and `language`. What
cannot be read is reported and the rest is kept. Knows nothing of indexes or questions.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import yaml
from pydantic import BaseModel

from retrieval.feeds.text import is_address, printable
from retrieval.knowledge.blocks import QUESTION, Block, html_blocks, markdown_blocks
from retrieval.knowledge.passage import Language, Passage
from retrieval.knowledge.sentences import language_of, sentences
from retrieval.query import PassagesError

_MARKDOWN, _HTML = frozenset({".md", ".markdown"}), frozenset({".html", ".htm"})
_USUAL, _ANSWER = 700, 3000
"""Characters of a passage, and of the answer to a question, which stays in one piece for longer."""
_MOST_BYTES = 32 * 2**20
_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_FIELDS = {
    "title": "write some words",
    "url": "give an http(s) address or a path that starts with /",
    "language": "write en or zh",
}
_LANGUAGES: tuple[Language, ...] = ("en", "zh")


class PageProblem(BaseModel, frozen=True, extra="forbid"):
    """What is wrong with one file, and what to do about it."""

    file: str
    """Relative to the folder."""
    field: str
    """Of its front matter; empty where the file as a whole is bad."""
    reason: str
    fix: str


def read_pages(folder: Path, *, base_url: str | None = None) -> Iterator[Passage | PageProblem]:
    """The passages of all pages of a folder and of its folders, by the files' names, and what was wrong with some.

    `base_url`: where the folder is published; a page without a `url` of its own is then `BASE/PATH`. Raises
    PassagesError where the folder itself cannot be read.
    """
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        url = f"{base_url.rstrip('/')}/{name}" if base_url else None
        try:
            if path.stat().st_size > _MOST_BYTES:
                yield _bad(name, f"more than {_MOST_BYTES // 2**20} MiB", "split it into pages")
                continue
            raw = path.read_bytes()
        except OSError as error:
            yield _bad(name, f"cannot be read: {error.strerror or error}", "make it a readable file")
            continue
        yield from read_page(raw, name, url=url)


def read_page(raw: bytes, name: str, *, url: str | None = None) -> Iterator[Passage | PageProblem]:
    """The passages of one page; `name` is its file's, relative to its folder, and says what it is written in."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield _bad(name, f"not UTF-8 at byte {error.start:,}", "save it as UTF-8")
        return
    front, problems, text = _front(text, name)
    yield from problems
    if Path(name).suffix.lower() in _HTML:
        title, blocks = html_blocks(text)
    else:
        title, blocks = "", markdown_blocks(text)
    title = front.get("title") or title or next((each.text for each in blocks if each.level == 1), "")
    title = title or Path(name).stem.replace("-", " ").replace("_", " ")
    language = cast(Language | None, front.get("language")) or _folder_language(name)
    found = [
        Passage(
            id=f"{name}#{number}",
            title=title,
            heading=heading,
            text=words,
            source=name,
            url=front.get("url") or url,
            language=language or language_of(f"{heading} {words}"),
        )
        for number, (heading, words) in enumerate(_sections(blocks, title), 1)
    ]
    yield from found or [_bad(name, "no words in it", "write some, or leave it out of the folder")]


def _files(folder: Path) -> list[Path]:
    fix = "Give a folder with .md or .html files."
    if not folder.is_dir():
        raise PassagesError(f"{folder} is not a folder.", fix=fix)
    try:
        found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _MARKDOWN | _HTML)
    except OSError as error:
        raise PassagesError(f"{folder} cannot be read: {error}.", fix=fix) from error
    found = [path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
    if not found:
        raise PassagesError(f"There is no page in {folder}.", fix=fix)
    return found


def _front(text: str, name: str) -> tuple[dict[str, str], list[PageProblem], str]:
    """What the front matter says of the page, what is wrong with it, and the text without it."""
    match = _FRONT.match(text)
    if not match:
        return {}, [], text
    rest = text[match.end() :]
    fix = "write `title: …`, `url: …` and `language: en` on lines of their own"
    try:
        held: Any = yaml.safe_load(match[1])
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        return {}, [PageProblem(file=name, field="front matter", reason=f"not YAML: {printable(why)}", fix=fix)], rest
    if not isinstance(held, dict):
        return {}, [PageProblem(file=name, field="front matter", reason="not names and values", fix=fix)], rest
    told: dict[str, str] = {}
    problems: list[PageProblem] = []
    for field, hint in _FIELDS.items():
        value = cast(dict[object, object], held).get(field)
        if value is None:
            continue
        said = " ".join(printable(str(value)).split())
        if said and (field != "url" or is_address(said)) and (field != "language" or said in _LANGUAGES):
            told[field] = said
        else:
            problems.append(PageProblem(file=name, field=field, reason=f"{said[:80]!r} is left out", fix=hint))
    return told, problems, rest


def _folder_language(name: str) -> Language | None:
    parts = Path(name).parts[:-1]
    return next((language for part in reversed(parts) for language in _LANGUAGES if part.lower() == language), None)


def _sections(blocks: Sequence[Block], title: str) -> Iterator[tuple[str, str]]:
    """Heading paths and the texts below them, in order."""
    path: dict[int, str] = {}
    held: list[str] = []

    def told() -> Iterator[tuple[str, str]]:
        names = [text for level, text in sorted(path.items()) if not (level == 1 and text == title)]
        asks = bool(names) and (QUESTION in path or names[-1].endswith(("?", "？")))
        heading = " > ".join(names)
        yield from ((heading, text) for text in _split(held, _ANSWER if asks else _USUAL))
        held.clear()

    for block in blocks:
        if block.level:
            yield from told()
            path = {level: text for level, text in path.items() if level < block.level}
            if block.text:
                path[block.level] = block.text
        else:
            held.append(block.text)
    yield from told()


def _split(paragraphs: Sequence[str], most: int) -> Iterator[str]:
    """Paragraphs joined to texts of up to so many characters; a longer one is split between sentences."""
    held = ""
    for paragraph in paragraphs:
        pieces = [paragraph] if len(paragraph) <= most else [each.text for each in sentences(paragraph)]
        for number, piece in enumerate(pieces):
            if held and len(held) + len(piece) > most:
                yield held
                held = ""
            held = f"{held}{' ' if number else chr(10)}{piece}" if held else piece
    if held:
        yield held


def _bad(name: str, reason: str, fix: str) -> PageProblem:
    return PageProblem(file=name, field="", reason=reason, fix=fix)
