"""The items of an RSS 2.0 or Atom document out of a file, one at a time.

Expat reports what it meets as it meets it: no tree is built, and lines are known. A document type is refused, and with
it every entity of the document's own: those make a small file a large one, or read another. Knows nothing of products.
"""

from collections.abc import Iterator
from typing import IO
from xml.parsers import expat

from retrieval.feeds.rows import Pairs
from retrieval.query import FeedError

_CHUNK = 2**16
_MOST = 2**24  # characters of one item, which need not fit the memory
_GOOGLE = "http://base.google.com/ns/1.0"
_SPACES = frozenset({"", _GOOGLE, "http://www.w3.org/2005/Atom"})
_FIX = "Give an RSS 2.0 or Atom feed without a document type."


def items(stream: IO[bytes]) -> Iterator[tuple[int, Pairs]]:
    """Every `item` or `entry` of an `rss` or `feed`, with the line it begins on. Raises FeedError.

    An element inside an element is named `parent/child`; an Atom `link` is its `href`. Google's namespace wins over
    names of RSS and Atom; elements of other namespaces are passed over.
    """
    reader = _Reader()
    while chunk := stream.read(_CHUNK):
        reader.feed(chunk)
        yield from reader.done
        reader.done.clear()
    reader.feed(b"", last=True)
    yield from reader.done


class _Reader:
    def __init__(self) -> None:
        self.done: list[tuple[int, Pairs]] = []
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._said
        self._names: list[tuple[str, str]] = []
        self._depth = 0  # of the open item; 0 outside of one
        self._line = 0
        self._plain: Pairs = []
        self._google: Pairs = []
        self._text: list[str] = []
        self._size = 0  # of all texts of the open item
        self._inner = 0  # where the text of the element inside an element begins

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        try:
            self._parser.Parse(chunk, last)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise FeedError(f"The XML cannot be read: {error}.", fix="Give a whole, well-formed document.") from error

    def _doctype(self, *_: object) -> None:
        raise FeedError("The XML has a document type, which is refused.", fix=_FIX)

    def _start(self, full: str, attributes: dict[str, str]) -> None:
        space, _, name = full.rpartition(" ")
        if not self._names and name not in ("rss", "feed"):
            raise FeedError(f"The XML is a <{name[:40]}>, no feed.", fix=_FIX)
        self._names.append((space, name))
        level = len(self._names) - self._depth
        if not self._depth:
            if name in ("item", "entry"):
                self._depth, self._line = len(self._names), self._parser.CurrentLineNumber
                self._plain, self._google, self._size = [], [], 0
        elif level == 1:
            self._text.clear()
            if name == "link" and attributes.get("rel", "alternate") == "alternate":
                self._text.append(attributes.get("href", ""))
        elif level == 2:
            self._inner = len(self._text)

    def _said(self, text: str) -> None:
        if self._depth:
            self._text.append(text)
            self._size += len(text)
            if self._size > _MOST:
                raise FeedError(f"The item at line {self._line} of the XML has no end.", fix=_FIX)

    def _end(self, _: str) -> None:
        level = len(self._names) - self._depth
        space, name = self._names.pop()
        if not self._depth:
            return
        held = self._google if space == _GOOGLE else self._plain
        if level == 0:
            self._depth = 0
            names = {name for name, _ in self._google}
            self.done.append((self._line, [*(pair for pair in self._plain if pair[0] not in names), *self._google]))
        elif space not in _SPACES:
            return
        elif level == 1:
            held.append((name, "".join(self._text).strip()))
        elif level == 2:
            held.append((f"{self._names[-1][1]}/{name}", "".join(self._text[self._inner :]).strip()))
