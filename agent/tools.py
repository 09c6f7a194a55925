"""ToolCall: the one thing the model decides in a turn, and the JSON schema that holds it to this shop.

The schema is built from the live facets, so the model can only name categories that exist. It offers few arguments on
purpose: a small model fills every argument it is offered, so figures and brands are the parser's business.
Knows nothing of prompts or engines.
"""

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, Field, TypeAdapter

from retrieval.query import Facets

MAX_CATEGORIES = 40

Change = Literal[
    "cheaper",
    "better_rated",
    "other_brand",
    "other_colour",
    "lighter",
    "bigger",
    "smaller",
    "longer",
    "similar",
    "unlike",
    "narrow",
]
"""A critique of what is shown. `unlike`: less like it. `narrow`: keep everything and add what the shopper just said."""


class SearchCatalog(BaseModel, frozen=True, extra="forbid"):
    """Look for products: a need the shopper has just stated."""

    tool: Literal["search_catalog"] = "search_catalog"
    query: Annotated[str, Field(max_length=200)]
    """In the catalogue's language."""
    category: str | None = None


class Refine(BaseModel, frozen=True, extra="forbid"):
    """Change what was asked for, relative to what is shown."""

    tool: Literal["refine"] = "refine"
    change: Change
    item: int | None = None
    """The handle that the change is relative to, where the shopper named one."""
    query: Annotated[str, Field(max_length=200)] = ""
    """With `narrow`: the words to add, in the catalogue's language."""


class Compare(BaseModel, frozen=True, extra="forbid"):
    """Put two to four shown products side by side."""

    tool: Literal["compare"] = "compare"
    items: Annotated[tuple[int, ...], Field(min_length=2, max_length=4)]


class AskShopper(BaseModel, frozen=True, extra="forbid"):
    """Ask one question, because the need cannot be told from the words."""

    tool: Literal["ask_shopper"] = "ask_shopper"
    question: Annotated[str, Field(min_length=1, max_length=200)]


class Reply(BaseModel, frozen=True, extra="forbid"):
    """Answer without a search: about shown products, or small talk."""

    tool: Literal["reply"] = "reply"
    items: Annotated[tuple[int, ...], Field(max_length=4)] = ()
    """Handles of the shown products the shopper asks about; empty for small talk."""


ToolCall = Annotated[SearchCatalog | Refine | Compare | AskShopper | Reply, Field(discriminator="tool")]

tool_call = TypeAdapter[SearchCatalog | Refine | Compare | AskShopper | Reply](ToolCall)
"""Parses a ToolCall from JSON or from a dict."""


_PARSED = ("narrow", "longer", "unlike")
"""Offered to no model: `narrow` is a tool of its own, and the others are the parser's to hear."""


def categories_of(facets: Facets) -> tuple[str, ...]:
    """The categories the model may name, most products first."""
    ranked = sorted(facets.categories.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(name for name, _ in ranked[:MAX_CATEGORIES])


def schema(facets: Facets, shown: int) -> dict[str, Any]:
    """The JSON schema of a ToolCall in this shop, with `shown` cards on the screen.

    Tools that need a shown product are offered only where there is one, so an impossible call cannot be written.
    """
    text = {"type": "string", "maxLength": 120}
    search: dict[str, Any] = {"query": text}
    names = categories_of(facets)
    if names:
        search["category"] = {"enum": ["any", *names]}
    offered = [_tool("search_catalog", search)]
    handle: dict[str, Any] = {"enum": list(range(1, shown + 1))}
    if shown:
        changes = [change for change in get_args(Change) if change not in _PARSED]
        offered.append(_tool("refine", {"change": {"enum": changes}, "item": {"enum": [0, *handle["enum"]]}}))
        offered.append(_tool("refine", {"change": {"const": "narrow"}, "query": text}))
        offered.append(_tool("reply", {"items": {"type": "array", "items": handle, "maxItems": 2}}))
    else:
        offered.append(_tool("reply", {}))
    if shown > 1:
        offered.append(_tool("compare", {"items": {"type": "array", "items": handle, "minItems": 2, "maxItems": 4}}))
    offered.append(_tool("ask_shopper", {"question": {**text, "minLength": 1}}))
    return {"anyOf": offered}


def _tool(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"tool": {"const": name}, **properties},
        "required": ["tool", *properties],
        "additionalProperties": False,
    }
