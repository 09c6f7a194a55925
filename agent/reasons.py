"""Why a product stands where it stands: score parts and catalogue facts -> reasons with evidence ids. Pure.

A reason is a sentence bound to what it rests on; no evidence, no reason. Evidence ids:

* `constraint:<path>`            something the shopper asked for (a chip's path)
* `attr:<product>:<name>`        an attribute of the product
* `rating:<product>`             its stars
* `price:<product>`              its price
* `event:<name>:<product>`       something the shopper did with another product
* `next:<product>`               shoppers of sessions like this one, who also turned to that product
* `together:<product>:<n>`, `after:<product>:<n>`   n shoppers bought both, in one basket or one after the other
* `own:<product>`                the shopper bought it before
* `category:<product>`, `text:<product>`   where it stands in the shop, and words of its own text

Knows nothing of models: these sentences are made from the catalogue and the session alone.
"""

from collections.abc import Mapping, Sequence

from agent.constraints import Constraints, pointer
from agent.events import Language
from agent.facts import fact, given
from agent.facts import words as words_of
from agent.lexicon import english
from agent.phrases import say
from agent.session import SessionProfile
from agent.shelf import Card, Reason
from agent.shop import Glossary
from retrieval.product import Product
from retrieval.query import Contribution

MAX_PARTS = 2
MAX_LIKES = 2
"""At most this many cards say that they are like what was looked at: the closest ones."""
_LIKE = {
    "view_item": "like_viewed",
    "select_item": "like_viewed",
    "add_to_cart": "like_carted",
    "purchase": "like_bought",
    "thumb_up": "like_liked",
}
_FOLLOWS = {"own": "bought_before", "together": "together", "after": "after", "next": "followed"}
"""What says most comes first: who bought both is also behind `next`."""
_OFTEN = 3
"""So many shoppers are often."""
_ENOUGH = 0.02
"""A score part below this moved nothing: it is no reason."""


def reasons(
    cards: Sequence[Card],
    constraints: Constraints,
    profile: SessionProfile,
    language: Language,
    glossary: Glossary,
) -> dict[int, Reason]:
    """A reason for every card that has evidence for one, by handle."""
    titles = {trace.product_id: trace.title for trace in profile.traces if trace.title}
    likes = {card.handle: like for card in cards if (like := _liking(card, titles))}
    closest = sorted(likes, key=lambda handle: -likes[handle].value)[:MAX_LIKES]
    found: dict[int, Reason] = {}
    for card in cards:
        parts = [
            *(_from_session(likes[card.handle], titles, language) if card.handle in closest else ()),
            *_from_others(card, titles, language),
            *_from_constraints(card.product, constraints, language, glossary),
            *_from_catalogue(card, cards, constraints, language, glossary),
        ][:MAX_PARTS]
        if parts:
            text = say(language, "joiner").join(part for part, _ in parts)
            evidence = tuple(dict.fromkeys(evidence for _, ids in parts for evidence in ids))
            found[card.handle] = Reason(text=text[:1].upper() + text[1:], evidence=evidence)
    return found


def wanted(need: str, product: Product) -> tuple[str, ...]:
    """Words of the need that the product's own text has, in the need's order."""
    own = set(words_of(product.document)) - english("function")
    return tuple(dict.fromkeys(word for word in words_of(need) if word in own and len(word) > 2))


def _liking(card: Card, titles: Mapping[str, str]) -> Contribution | None:
    """The strongest part of the score that rests on something the shopper did with another product."""
    for part in sorted(card.contributions, key=lambda part: -part.value):
        kind, _, rest = (part.evidence or "").partition(":")
        event, _, product_id = rest.partition(":")
        known = event in _LIKE and product_id in titles and product_id != card.product.id
        if part.name == "dissimilar":
            continue  # trees may find that it speaks for a product; what it is like was turned away from all the same
        if kind == "event" and part.value > _ENOUGH and known:
            return part
    return None


def _from_session(
    like: Contribution, titles: Mapping[str, str], language: Language
) -> list[tuple[str, tuple[str, ...]]]:
    evidence = like.evidence or ""
    _, event, product_id = evidence.split(":", 2)
    return [(say(language, _LIKE[event], title=titles[product_id]), (evidence,))]


def _from_others(card: Card, titles: Mapping[str, str], language: Language) -> list[tuple[str, tuple[str, ...]]]:
    """What other shoppers did, or this one long ago, where a part of the score rests on it."""
    moved = (part.evidence for part in card.contributions if part.evidence and part.value > _ENOUGH)
    by_source = {evidence.partition(":")[0]: evidence for evidence in moved}
    for source in _FOLLOWS:
        if source not in by_source:
            continue
        evidence = by_source[source]
        rest = evidence.partition(":")[2]
        counted = source in ("together", "after")
        product_id, _, shoppers = rest.rpartition(":") if counted else (rest, "", "")
        phrase = _FOLLOWS[source] + ("_often" if counted and int(shoppers) >= _OFTEN else "")
        if source == "own":
            return [(say(language, phrase), (evidence,))]
        if product_id in titles and product_id != card.product.id:
            return [(say(language, phrase, title=titles[product_id]), (evidence,))]
    return []


def _from_constraints(
    product: Product, constraints: Constraints, language: Language, glossary: Glossary
) -> list[tuple[str, tuple[str, ...]]]:
    zh = language == "zh"
    parts: list[tuple[str, tuple[str, ...]]] = []
    for name, values in constraints.attributes.items():
        own = {value.casefold(): value for value in product.attributes.get(name, ())}
        for asked in values:
            value = own.get(asked.casefold())
            if value:
                words = {"name": glossary(name) if zh else name, "value": glossary(value) if zh else value}
                evidence = (f"constraint:{pointer('attributes', name)}", f"attr:{product.id}:{name}")
                parts.append((say(language, "asked_attribute", **words), evidence))
    price, bound = product.price, constraints.price_max
    if price and bound and price.currency == bound.currency and price.amount <= bound.amount:
        parts.append((say(language, "within_budget"), ("constraint:/price_max", f"price:{product.id}")))
    if product.brand and product.brand.casefold() in {brand.casefold() for brand in constraints.brands}:
        parts.append((say(language, "asked_brand", brand=product.brand), ("constraint:/brands",)))
    return parts


def _from_catalogue(
    card: Card, cards: Sequence[Card], constraints: Constraints, language: Language, glossary: Glossary
) -> list[tuple[str, tuple[str, ...]]]:
    product, zh = card.product, language == "zh"
    parts: list[tuple[str, tuple[str, ...]]] = []
    if constraints.prefer == "cheap" and _cheapest(card, cards):
        parts.append((say(language, "cheapest"), (f"price:{product.id}",)))
    told = set(words_of(constraints.need))
    unasked = [name for name in given(product) if name not in constraints.attributes]
    for name in unasked:
        if told & set(words_of(" ".join(product.attributes[name]))):
            parts.append((fact(name, product, language, glossary), (f"attr:{product.id}:{name}",)))
    if product.rating and product.rating.value >= 4:
        rated = "rated_by" if (product.rating.count or 0) > 1 else "rated"
        words = {"value": f"{product.rating.value:g}", "count": product.rating.count}
        parts.append((say(language, rated, **words), (f"rating:{product.id}",)))
    common = wanted(constraints.need, product)
    if common and not zh:
        parts.append((say(language, "found_by_words", words=" ".join(common)), (f"text:{product.id}",)))
    for name in unasked:
        parts.append((fact(name, product, language, glossary), (f"attr:{product.id}:{name}",)))
    if product.categories:
        category = product.categories[-1]
        said = say(language, "in_category", category=glossary(category) if zh else category)
        parts.append((said, (f"category:{product.id}",)))
    seen: set[str] = set()
    return [part for part in parts if not (part[1][0] in seen or seen.add(part[1][0]))]


def _cheapest(card: Card, cards: Sequence[Card]) -> bool:
    """Whether all of these have a price in one currency, and this card's is the lowest, alone."""
    others = [other.product.price for other in cards if other is not card]
    price = card.product.price
    return bool(others) and all(
        price and other and price.currency == other.currency and price.amount < other.amount for other in others
    )
