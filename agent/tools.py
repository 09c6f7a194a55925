"""ToolCall: the one thing the model decides in a turn, and the JSON schema that holds it to this shop.

The schema is built from the live facets, so the model can only name categories that exist. It offers few arguments on
purpose: a small model fills every argument it is offered, so figures and brands are the parser's business.
Knows nothing of prompts or engines.
"""

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, Field, TypeAdapter

from agent.orders import RequestKind
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


HandoffState = Literal["offered", "waiting", "human", "returned"]
"""`offered`: the shopper may have a person. `waiting`: one has been called. `human`: one has the conversation.
`returned`: the assistant has it again. While one is called or has it, the assistant says nothing."""
HandoffReason = Literal["asked", "payment", "safety", "legal", "anger", "failure", "request"]
"""`asked`: the shopper wants a person. `failure`: the assistant could not help twice in a row. `request`: a prepared
request is to be confirmed."""


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


class SearchHelp(BaseModel, frozen=True, extra="forbid"):
    """Answer from the shop's own pages: how it delivers, takes back, is paid."""

    tool: Literal["search_help"] = "search_help"


class LookUpOrders(BaseModel, frozen=True, extra="forbid"):
    """Look up orders of this shopper."""

    tool: Literal["look_up_orders"] = "look_up_orders"
    numbers: Annotated[tuple[str, ...], Field(max_length=3)] = ()
    """Those that were named; none: the latest."""


class PrepareRequest(BaseModel, frozen=True, extra="forbid"):
    """Prepare what the shopper wants done with an order, for a person to confirm."""

    tool: Literal["prepare_request"] = "prepare_request"
    kind: RequestKind
    number: str | None = None
    """The order that was named; None: the one spoken of last, or the only one it can be."""


class HandOff(BaseModel, frozen=True, extra="forbid"):
    """Offer a person, call one, or take the conversation back."""

    tool: Literal["hand_off"] = "hand_off"
    state: Literal["offered", "waiting", "returned"]
    reason: HandoffReason | None = None


AnyCall = SearchCatalog | Refine | Compare | AskShopper | Reply | SearchHelp | LookUpOrders | PrepareRequest | HandOff
ToolCall = Annotated[AnyCall, Field(discriminator="tool")]

tool_call = TypeAdapter[AnyCall](ToolCall)
"""Parses a ToolCall from JSON or from a dict."""


_TEXT = 120
"""Characters of a text that a model may write."""
_SPOKEN_OF = 2
"""Cards that a model may speak of at once."""
_PARSED = ("narrow", "longer", "unlike")
"""Offered to no model: `narrow` is a tool of its own, and the others are the parser's to hear."""


def categories_of(facets: Facets) -> tuple[str, ...]:
    """The categories the model may name, most products first."""
    ranked = sorted(facets.categories.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(name for name, _ in ranked[:MAX_CATEGORIES])


def schema(facets: Facets, shown: int) -> dict[str, Any]:
    """The JSON schema of a ToolCall in this shop, with `shown` cards on the screen.

    Tools that need a shown product are offered only where there is one, so an impossible call cannot be written. Orders
    and people are none of a model's business: what the shopper says of them decides, in service.py.
    """
    text = {"type": "string", "maxLength": _TEXT}
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
        offered.append(_tool("reply", {"items": {"type": "array", "items": handle, "maxItems": _SPOKEN_OF}}))
    else:
        offered.append(_tool("reply", {}))
    if shown > 1:
        offered.append(_tool("compare", {"items": {"type": "array", "items": handle, "minItems": 2, "maxItems": 4}}))
    offered.append(_tool("search_help", {}))
    offered.append(_tool("ask_shopper", {"question": {**text, "minLength": 1}}))
    return {"anyOf": offered}


def as_answer(call: AnyCall, facets: Facets, shown: int) -> dict[str, Any] | None:
    """The call as a model would have written it under `schema` of the same facets and cards; None where it could not
    have: what only the parser hears, what names cards that are not there, and what is none of a model's business."""
    handles = range(1, shown + 1)
    match call:
        case SearchCatalog(query=query, category=category):
            names = categories_of(facets)
            named = {"category": category if category in names else "any"} if names else {}
            return {"tool": call.tool, "query": query[:_TEXT], **named}
        case Refine(change="narrow", query=query) if shown:
            return {"tool": call.tool, "change": "narrow", "query": query[:_TEXT]}
        case Refine(change=change, item=item) if change not in _PARSED and (item or 0) in (0, *handles) and shown:
            return {"tool": call.tool, "change": change, "item": item or 0}
        case Compare(items=items) if shown > 1 and set(items) <= set(handles):
            return {"tool": call.tool, "items": list(items)}
        case Reply(items=items) if set(items) <= set(handles) and len(items) <= _SPOKEN_OF:
            return {"tool": call.tool, **({"items": list(items)} if shown else {})}
        case SearchHelp():
            return {"tool": call.tool}
        case AskShopper(question=question):
            return {"tool": call.tool, "question": question[:_TEXT]}
        case _:
            return None


def _tool(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"tool": {"const": name}, **properties},
        "required": ["tool", *properties],
        "additionalProperties": False,
    }
