"""What is asked for once a message is counted in: the standing request, the message as it was parsed, and the plan.

What the shopper said in figures and names wins over the model. Knows nothing of what is done with it.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from agent.constraints import Constraints, Wishes
from agent.critique import SIZES, critiqued
from agent.measures import extreme
from agent.parser import Parsed
from agent.request import Request
from agent.run import CARDS, Run, facets, search
from agent.shelf import Card
from agent.tools import Refine, SearchCatalog
from retrieval.product import Product
from retrieval.query import Hit

EVIDENCE, AGREED, AHEAD = 6, 0.8, 1.2
"""So many hits are looked at, and such a share of them must agree on a category; or the first must be so many times as
good as the best of another category."""

_Role = tuple[Constraints | None, Constraints]
"""As it stood (None: it is new), and as it stands."""


async def asked_for(run: Run, call: SearchCatalog | Refine) -> Request:
    """The request to search for. Raises RetrievalError."""
    standing = run.conversation.request
    parts = run.parsed.parts or (run.parsed,)
    if isinstance(call, SearchCatalog):
        roles = [await _stated(run, call, part) for part in parts]
        if len(roles) > 1 and not await _distinct(run, [after for _, after in roles]):
            roles = [await _stated(run, call, run.parsed.model_copy(update={"parts": ()}))]  # one thing after all
    elif targets := _targets(run, call):
        roles = [await _refined(run, call, role) for role in targets]
    else:
        roles = [await _stated(run, SearchCatalog(query=run.parsed.query[:200]), part) for part in parts]
    said = parts if len(parts) == len(roles) else [run.parsed] * len(roles)
    told = [(before, await _most(run, after, part)) for (before, after), part in zip(roles, said, strict=True)]
    return standing.speaking(*told)


async def _distinct(run: Run, roles: Sequence[Constraints]) -> bool:
    """Whether these are several kinds of product: each has a category, and none is a part of another's."""
    categories = [role.category for role in roles]
    if None in categories or len(set(categories)) < len(roles):
        return False
    for role in roles:
        found = await search(run, Constraints(need=role.need, category=role.category), limit=EVIDENCE)
        others = {category for category in categories if category != role.category}
        if sum(bool(others & set(hit.product.categories)) for hit in found.hits) * 2 > len(found.hits):
            return False
    return True


async def _category(run: Run, need: str, guess: str | None, kept: Constraints) -> str | None:
    """The category of a need that names none for certain: the guess where what the words find bears it out, else the
    narrowest that nearly all of it is in, else none."""
    if not need or kept.recipient or kept.occasion:
        return guess  # what a present may be is not told by who gets it
    if told := await _of_what_is_asked(run, kept):
        return told
    found = await search(
        run, kept.model_copy(update={"need": need, "category": None, "attributes": {}}), limit=EVIDENCE
    )
    counts = Counter(category for hit in found.hits for category in hit.product.categories)
    if guess and counts[guess] * 2 >= len(found.hits):
        return guess
    agreed = [category for category, count in counts.items() if count >= AGREED * len(found.hits)]
    depth = {category: at for hit in found.hits for at, category in enumerate(hit.product.categories)}
    narrowest = max(agreed, key=lambda category: (depth[category], counts[category]), default=None)
    return narrowest or (guess if guess and counts[guess] else _standing_out(found.hits))


def _standing_out(hits: Sequence[Hit]) -> str | None:
    """The narrowest category of the first hit, where it is far ahead of every hit of another one."""
    if not hits or not hits[0].product.categories:
        return None
    own = hits[0].product.categories[-1]
    others = [hit.score for hit in hits if own not in hit.product.categories]
    return own if others and hits[0].score > AHEAD * max(others) > 0 else None


async def _stated(run: Run, call: SearchCatalog, parsed: Parsed) -> _Role:
    """A need without a kind of product goes on with what stands: "I want a good grip" speaks of the shoes."""
    standing = run.conversation.request
    own_words = bool(parsed is not run.parsed) or (parsed.need and run.language == run.floor.shop.language)
    need = parsed.query if own_words else call.query
    named = parsed.wishes.categories[0] if parsed.wishes.categories else None
    shown = [card.product for card in run.shown]
    if named and not parsed.sure_category and standing.role("", named, shown) is None:
        named = await _category(run, need, named, Constraints())
    before = standing.role(need, named, shown)
    if before is None and named is None and standing.current.need and not await _elsewhere(run, parsed, need):
        return standing.current, standing.current.going_on(need).wished(parsed.wishes)
    if before and before.category and named and _wider(named, before.category, shown):
        named = before.category
    after = standing.searching(need, named, shown)
    if parsed.same and before is None:
        after = standing.current.model_copy(update={"need": need, "category": named, "exclude_ids": (), "unlike": ()})
    after = after.wished(parsed.wishes.model_copy(update={"categories": ()}))
    if after.category is None:
        after = after.model_copy(update={"category": await _category(run, after.words, call.category, after)})
    return before, await _fitting(run, after, parsed.wishes)


async def _fitting(run: Run, role: Constraints, wishes: Wishes) -> Constraints:
    """Attributes of this message that no product of the category has become those that have the same values there, or
    none: "I'm vegan" is no wish of gloves."""
    if role.category is None or not wishes.attributes:
        return role
    held = (await facets(run, Constraints(category=role.category))).attributes
    kept: dict[str, tuple[str, ...]] = {}
    for name, values in role.attributes.items():
        alike = (other for other, there in held.items() if there.keys() >= set(values))
        stays = name in held or name not in wishes.attributes
        if fitting := name if stays else next(alike, None):
            kept[fitting] = values
    return role.model_copy(update={"attributes": kept})


async def _elsewhere(run: Run, parsed: Parsed, need: str) -> bool:
    """Whether words that sound like a new start lead to other products than those on show."""
    shown = {category for card in run.shown for category in card.product.categories}
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
        by_words = standing.role(run.parsed.query, None) if len(standing.roles) > 1 and run.parsed.query else None
        return [by_words] if by_words else standing.meant
    spoken = standing.role("", categories[0], [card.product for card in run.shown])
    return [spoken] if spoken else []


async def _refined(run: Run, call: Refine, role: Constraints) -> _Role:
    standing, named, cards = run.conversation.request, _named(run, call), run.shown
    own = named or tuple(card for card in cards if _role_of(standing, card) is role) or cards
    words = run.parsed.query if run.language == run.floor.shop.language else call.query
    added = words if call.change == "narrow" else ""
    after = critiqued(role, call.change, own, run.floor.facets.attributes).going_on(added)
    if call.change == "similar" and named:
        after = after.model_copy(update={"need": named[0].product.title})
    wishes, shown = run.parsed.wishes, [card.product for card in cards]
    if role.category and wishes.categories and _wider(wishes.categories[0], role.category, shown):
        wishes = wishes.model_copy(update={"categories": ()})
    return role, await _fitting(run, after.wished(wishes), wishes)


async def _of_what_is_asked(run: Run, kept: Constraints) -> str | None:
    """The narrowest category that nearly all products with these attributes are in."""
    if not kept.attributes:
        return None
    held = await facets(run, Constraints(attributes=kept.attributes))
    agreed = [name for name, count in held.categories.items() if count >= AGREED * held.count]
    return min(agreed, key=lambda name: run.floor.facets.categories.get(name, 0), default=None)


def _wider(one: str, other: str, shown: Sequence[Product]) -> bool:
    """Whether one category holds the other: `a cheaper computer` said of laptops means laptops."""
    both = [product.categories for product in shown if one in product.categories and other in product.categories]
    return bool(both) and both[0].index(one) < both[0].index(other)


async def _most(run: Run, role: Constraints, parsed: Parsed) -> Constraints:
    """With the bound that "the lightest" comes to among the products that satisfy the rest."""
    if parsed.most is None:
        return role
    names, more = SIZES[parsed.most]
    held = await facets(run, role)
    side: Literal["<", ">"] = ">" if more else "<"
    for name in names:
        made = extreme(held.attributes.get(name, {}), side, CARDS, "↑" if more else "↓")
        if made:
            return role.limited({name: made})
    return role


def _named(run: Run, call: Refine) -> tuple[Card, ...]:
    return tuple(card for card in run.shown if card.handle == call.item)


def _role_of(standing: Request, card: Card) -> Constraints:
    """The role that a card was shown for: the first whose category it has, else the one spoken of last."""
    held = (role for role in standing.meant if role.category in card.product.categories)
    return next(held, standing.current)
