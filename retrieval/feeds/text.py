"""Clean text out of whatever a feed holds: no HTML, no hidden characters, no odd addresses.

Knows nothing of products, rows or formats. The tags are found by one pattern of our own: html.parser, ammonia and
lexbor were measured to take seconds to minutes over a few hundred thousand hostile characters (`<div><div>...`); this
takes a fifth of a second at most.
"""

import html
import re

# Control characters, marks and overrides of text direction, invisible tags and half characters: they hide text from a
# reader or break encoders.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_MARKUP = re.compile(r"<[a-zA-Z/!?]|&#?\w+;")
# Nothing here looks past the next `<` or gives back what it took, so that the time grows with the length only.
_TAG = re.compile(
    r"""<!--(?s:.*?)(?:-->|\Z)
      | <(?P<silent>script|style)\b(?s:.*?)(?:</(?P=silent)[^<>]*+>|\Z)
      | </?(?P<name>[a-z][^\s/<>"']*+)(?:[^<>"']|"[^"<]*+"|'[^'<]*+'|["'])*+>
      | <[!?/][^<>]*+>""",
    re.IGNORECASE | re.VERBOSE,
)
_INLINE = re.compile(
    "a|abbr|b|bdi|bdo|cite|code|data|em|font|i|img|ins|kbd|mark|s|small|span|strong|sub|sup|u", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?:https?://[^\s/\\?#][^\s\\]*|/(?![/\\])[^\s\\]*)", re.IGNORECASE)


def plain(text: str) -> str:
    """The text without HTML (scripts, styles and comments dropped, entities decoded) and unprintable characters.

    Text without markup keeps its own line breaks; in HTML, block elements make them.
    """
    if ("<" in text or "&" in text) and _MARKUP.search(text):
        lines = html.unescape(_TAG.sub(_break, text)).splitlines()
        text = "\n".join(" ".join(line.split()) for line in lines if line and not line.isspace())
    return printable(text)


def printable(text: str) -> str:
    """The text without the characters that hide or reorder what a reader sees, and without space around it."""
    return text.strip() if text.isprintable() else _UNPRINTABLE.sub("", text).strip()


def is_address(url: str) -> bool:
    """Whether this can be shown as a link: http, https, or a path of the shop's own site."""
    return _ADDRESS.fullmatch(url) is not None


def _break(tag: re.Match[str]) -> str:
    name = tag["name"]
    return "\n" if name and not _INLINE.fullmatch(name) else ""
