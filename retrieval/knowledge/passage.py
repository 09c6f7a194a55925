"""Passage and PassageHit: a piece of what the shop says, and that piece as the answer to a question.

Knows nothing of files, indexes or ranking.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

Language = Literal["en", "zh"]

Kind = Literal["page", "attribute", "description", "review", "answer"]
"""Where a text is from: a page of the shop; or of a product its attributes, its description, what a shopper wrote in a
review, what somebody answered to an earlier question."""


class Passage(BaseModel, frozen=True, extra="forbid"):
    """A section of a page, or a part of one; or one text of a product."""

    id: str
    """Of a page's passage `FILE#NUMBER`; of a product's text `PRODUCT#KIND-NUMBER`."""
    title: str
    """Of the page, or of the product."""
    heading: str = ""
    """The headings above it, from the page's first down, parted by ` > `; of an attribute its name, of an earlier
    answer its question."""
    text: str
    """Paragraphs parted by line breaks; a row of a table and an item of a list are a line each."""
    source: str
    """The file, relative to its folder; or the product's id."""
    url: str | None = None
    language: Language


class PassageHit(BaseModel, frozen=True, extra="forbid"):
    """A passage that supports an answer."""

    passage: Passage
    sentence: str
    """The one or two sentences of the text that answer best, as they stand there."""
    score: Annotated[float, Field(ge=0, le=1)]
    """How likely it is that this answers the question."""
    kind: Kind = "page"
