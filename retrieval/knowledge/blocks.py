"""The words of a page: HTML or Markdown to headings and paragraphs, without scripts, styles, navigation and comments.

Markdown is made HTML first, so that both are read alike. Knows nothing of files, passages or languages.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser, LexborNode

from retrieval.feeds.text import printable

QUESTION = 7
"""The level of a question that a page asks and answers: below every heading."""
_SILENT = frozenset(
    {"head", "script", "style", "nav", "footer", "template", "noscript", "svg", "math", "iframe", "object", "canvas"}
    | {"select", "textarea", "button", "dialog"}
)
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "em", "font", "i", "ins", "kbd", "label", "mark"}
    | {"q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr"}
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)} | {"summary": QUESTION, "dt": QUESTION}
_ENDS_QUESTIONS = frozenset({"details", "dl"})
_ASKED = re.compile(r"(?:Q|Question|问|問)\s*[:：]\s*(.+)", re.DOTALL)
_ANSWERED = re.compile(r"^(?:A|Answer|答)\s*[:：]\s*")
_THEN = re.compile(r"\s+(?:A|Answer|答)\s*[:：]\s*")


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, with its level from 1 to 7, or a paragraph (0). An empty heading ends those of its level."""

    level: int
    text: str


def html_blocks(page: bytes | str) -> tuple[str, list[Block]]:
    """The page's own title, where it has one, and its blocks in order. Whatever the bytes are, some come out."""
    tree = LexborHTMLParser(page)
    named = tree.css_first("title")
    return _spaced(named.text() if named else ""), list(_questions(_Walk().over(tree.root)))


def markdown_blocks(text: str) -> list[Block]:
    """The blocks of a Markdown text, tables included; HTML in it is read as HTML."""
    return html_blocks(MarkdownIt("commonmark").enable("table").render(text))[1]


class _Walk:
    """One page, node by node; no recursion, since pages may be nested without end."""

    def __init__(self, *, tables: bool = True) -> None:
        """`tables`: by rows; else as any other element, for a table inside a table."""
        self._tables = tables
        self._words: list[str] = []
        self._all_strong = True
        self._mark = ""

    def over(self, root: LexborNode | None) -> Iterator[Block]:
        todo: list[tuple[LexborNode, bool, bool]] = [(root, False, False)] if root is not None else []
        while todo:
            node, strong, left = todo.pop()
            tag = node.tag or ""
            if left:
                yield from self._ended(tag)
            elif tag == "-text":
                self._said(node.text_content or "", strong)
            elif tag == "table" and self._tables:
                yield from self._flushed()
                yield from (Block(0, line) for line in _rows(node))
            elif not tag.startswith(("-", "!")) and tag not in _SILENT and "hidden" not in node.attributes:
                if tag not in _INLINE:
                    yield from self._flushed()
                    self._mark = "- " if tag == "li" else self._mark
                todo.append((node, strong, True))
                strong = strong or tag in ("b", "strong")
                todo += [(child, strong, False) for child in reversed(list(node.iter(include_text=True)))]
        yield from self._flushed()

    def _said(self, words: str, strong: bool) -> None:
        self._words.append(words)
        self._all_strong &= strong or not words.strip()

    def _ended(self, tag: str) -> Iterator[Block]:
        if tag in _INLINE:
            return
        if tag in _HEADINGS:
            text = self._taken()
            if text:
                yield Block(_HEADINGS[tag], text)
            return
        yield from self._flushed()
        if tag in _ENDS_QUESTIONS:
            yield Block(QUESTION, "")

    def _flushed(self) -> Iterator[Block]:
        strong, mark = self._all_strong, self._mark
        text = self._taken()
        if not text:
            return
        if strong and text.endswith(("?", "？")):
            yield Block(QUESTION, text)
        else:
            yield Block(0, mark + text)
        self._mark = ""

    def _taken(self) -> str:
        text = _spaced("".join(self._words))
        self._words, self._all_strong = [], True
        return text


def _questions(blocks: Iterator[Block]) -> Iterator[Block]:
    """Paragraphs that begin with `Q:` and `A:` as a question and its answer."""
    for block in blocks:
        asked = _ASKED.match(block.text) if block.level == 0 else None
        if asked:
            question, *answers = _THEN.split(asked[1], maxsplit=1)
            yield Block(QUESTION, question)
            yield from (Block(0, answer) for answer in answers if answer)
        elif block.level == 0:
            text = _ANSWERED.sub("", block.text)
            yield from [Block(0, text)] if text else []
        else:
            yield block


def _rows(table: LexborNode) -> Iterator[str]:
    """A line for each row; where the first row names the columns, every cell goes under its name."""
    names: list[str] = []
    for number, row in enumerate(_under(table, "tr")):
        cells = _under(row, "td", "th")
        texts = [_cell(each) for each in cells]
        if number == 0 and len(cells) > 1 and all(each.tag == "th" for each in cells):
            names = texts
            continue
        told = zip_longest(names[: len(texts)], texts, fillvalue="")
        line = "; ".join(f"{name}: {text}" if name else text for name, text in told if text)
        if line:
            yield line


def _under(node: LexborNode, *tags: str) -> list[LexborNode]:
    """The nearest elements of these kinds inside a node, not those of a table in it."""
    found: list[LexborNode] = []
    todo = list(node.iter())[::-1]
    while todo:
        each = todo.pop()
        if each.tag in tags:
            found.append(each)
        elif each.tag not in _SILENT and each.tag != "table":
            todo += list(each.iter())[::-1]
    return found


def _cell(node: LexborNode) -> str:
    return " ".join(block.text for block in _Walk(tables=False).over(node))


def _spaced(text: str) -> str:
    return " ".join(printable(text).split())
