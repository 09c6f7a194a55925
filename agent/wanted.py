"""What is asked for once a message is counted in: the standing request, the message as it was parsed, and the plan.

What the shopper said in figures and names wins over the model. Knows nothing of what is done with it.
"""

from collections.abc import Sequence
from typing import Literal

from agent.constraints import Constraints
from agent.critique import SIZES, critiqued
from agent.measures import extreme
from agent.parser import Parsed
from agent.request import Request
from agent.run import CARDS, Run, search
from agent.shelf import Card
from agent.tools import Refine, SearchCatalog
from retrieval.query import SearchResult

_Role = tuple[Constraints | None, Constraints]
"""As it stood (None: it is new), and as it stands."""


async def asked_for(run: Run, call: SearchCatalog | Refine) -> Request:
    """The request to search for. Raises RetrievalError."""
    standing = run.conversation.request
    parts = run.parsed.parts or (run.parsed,)
    if isinstance(call, SearchCatalog):
        roles = [await _stated(run, call, part) for part in parts]
    elif targets := _targets(run, call):
        roles = [_refined(run, call, role) for role in targets]
    else:
        roles = [await _stated(run, SearchCatalog(query=run.parsed.query[:200]), part) for part in parts]
    said = parts if len(parts) == len(roles) else [run.parsed] * len(roles)
    told = [(before, await _most(run, after, part)) for (before, after), part in zip(roles, said, strict=True)]
    return standing.speaking(*told)


async def checked_category(
    run: Run, call: SearchCatalog, wanted: Request, found: tuple[SearchResult, ...]
) -> tuple[Request, tuple[SearchResult, ...]]:
    """A category that only the model named holds if the words alone find something in it; else it was a guess."""
    if call.category is None or run.parsed.wishes.categories or run.parsed.parts:
        return wanted, found
    role = wanted.current
    open_wish = role.model_copy(update={"category": None})
    openly = await search(run, open_wish)
    if any(role.category in hit.product.categories for hit in openly.hits):
        return wanted, found
    return wanted.model_copy(update={"roles": (open_wish, *wanted.roles[1:])}), (openly,)


async def _stated(run: Run, call: SearchCatalog, parsed: Parsed) -> _Role:
    """A need without a kind of product goes on with what stands: "I want a good grip" speaks of the shoes."""
    standing = run.conversation.request
    own_words = bool(run.parsed.parts) or (parsed.need and run.language == run.floor.shop.language)
    need = parsed.query if own_words else call.query
    named = parsed.wishes.categories[0] if parsed.wishes.categories else None
    shown = [card.product for card in _cards(run)]
    before = standing.role(need, named, shown)
    if before is None and named is None and standing.current.need and not await _elsewhere(run, parsed, need):
        return standing.current, standing.current.going_on(need).wished(parsed.wishes)
    category = named or (call.category if before is None else None)
    return before, standing.searching(need, category, shown).wished(parsed.wishes)


async def _elsewhere(run: Run, parsed: Parsed, need: str) -> bool:
    """Whether words that sound like a new start lead to other products than those on show."""
    shown = {category for card in _cards(run) for category in card.product.categories}
    if not parsed.fresh or not shown or not need:
        return False
    found = await search(run, Constraints(need=need))
    near = sum(bool(shown & set(hit.product.categories)) for hit in found.hits)
    return near * 2 < len(found.hits)


def _targets(run: Run, call: Refine) -> Sequence[Constraints]:
    """The roles that a critique speaks of: that of the named card, that of a named category, else those on show. None:
    of a category that was not spoken of before."""
    standing, named = run.conversation.request, _named(run, call)
    if named:
        return [_role_of(standing, named[0])]
    categories = run.parsed.wishes.categories
    if not categories:
        return standing.meant
    spoken = standing.role("", categories[0], [card.product for card in _cards(run)])
    return [spoken] if spoken else []


def _refined(run: Run, call: Refine, role: Constraints) -> _Role:
    standing, named, cards = run.conversation.request, _named(run, call), _cards(run)
    own = named or tuple(card for card in cards if _role_of(standing, card) is role) or cards
    words = run.parsed.query if run.language == run.floor.shop.language else call.query
    added = words if call.change == "narrow" else ""
    after = critiqued(role, call.change, own, run.floor.facets.attributes).going_on(added)
    if call.change == "similar" and named:
        after = after.model_copy(update={"need": named[0].product.title})
    return role, after.wished(run.parsed.wishes)


async def _most(run: Run, role: Constraints, parsed: Parsed) -> Constraints:
    """With the bound that "the lightest" comes to among the products that satisfy the rest."""
    if parsed.most is None:
        return role
    names, more = SIZES[parsed.most]
    facets = await run.floor.retriever.facets(role.filters)
    side: Literal["<", ">"] = ">" if more else "<"
    for name in names:
        made = extreme(facets.attributes.get(name, {}), side, CARDS, "↑" if more else "↓")
        if made:
            return role.limited({name: made})
    return role


def _named(run: Run, call: Refine) -> tuple[Card, ...]:
    return tuple(card for card in _cards(run) if card.handle == call.item)


def _cards(run: Run) -> tuple[Card, ...]:
    shown = run.conversation.shelf.current
    return shown.cards if shown else ()


def _role_of(standing: Request, card: Card) -> Constraints:
    """The role that a card was shown for: the first whose category it has, else the one spoken of last."""
    held = (role for role in standing.meant if role.category in card.product.categories)
    return next(held, standing.current)
