"""The catalogue operations of the Universal Commerce Protocol: search, look-up, one product in detail.

Source: dev.ucp.shopping.catalog.search and .lookup (ucp.dev, release 2026-08-25, with the filters `availability` and
`brand` of the draft behind it). A filter is never relaxed here: what nothing satisfies finds nothing. Prices are minor
units, bounds on them in `context.currency`, else in the shop's first currency. Knows nothing of transports, sessions
or turns.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from retrieval.product import Product, Variant
from retrieval.query import Filters, RankContext, Retriever, SearchQuery
from web.adapters.ucpproduct import Json, options_of, selection, ucp_product, variants_of
from web.adapters.ucprequests import Context, LookupRequest, Pagination, ProductRequest, SearchFilters, SearchRequest
from web.problems import Refused

VERSION = "2026-08-25"
SEARCH, LOOKUP = "dev.ucp.shopping.catalog.search", "dev.ucp.shopping.catalog.lookup"
MAX_PAGE = 100
MAX_IDS = 100
RANKED = 60
"""How many hits a search with words has pages of: what retrieval looks at."""


class Catalog:
    """Answers of a catalogue, as JSON of the protocol. Every method may raise Refused and RetrievalError."""

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever

    async def search(self, asked: SearchRequest, base: str) -> Json:
        """A page of products. `base`: where the shop is."""
        if asked.purpose not in (None, "search") or asked.reference_ids:
            raise Refused(
                "unsupported", "purpose", fix="leave purpose and reference_ids out: words and filters are searched"
            )
        words = (asked.query or "").strip()
        if not words and asked.filters == SearchFilters():
            raise Refused("bad_request", "query", fix="send a query, filters, or both")
        filters, notes = await self._filters(asked.filters, asked.context)
        start, size = _start(asked.pagination), min(asked.pagination.limit, MAX_PAGE)
        if words:
            found = await self._ranked(words, filters)
            page, total = found[start : start + size], len(found)
            pagination: Json = {"has_next_page": start + size < total}
        else:
            page = list(await self._retriever.page(start, size, filters))
            total = (await self._retriever.facets(filters)).count
            pagination = {"has_next_page": start + size < total, "total_count": total}
        if pagination["has_next_page"]:
            pagination["cursor"] = str(start + size)
        products, unpriced = _told(((product, variants_of(product)) for product in page), base)
        return answer(SEARCH, [*notes, *unpriced], products=products, pagination=pagination)

    async def lookup(self, asked: LookupRequest, base: str) -> Json:
        """The products of these ids, each once; each variant says which ids meant it."""
        if len(asked.ids) > MAX_IDS:
            raise Refused("too_many", "ids", fix=f"send at most {MAX_IDS} at once")
        ids = list(dict.fromkeys(asked.ids))
        found = await self.resolved(ids)
        filters, notes = await self._filters(asked.filters, asked.context, sold_out=True)
        kept = {
            product.id
            for product in await self._retriever.get(tuple({each.id: None for each in found.values()}), filters)
        }
        meant: dict[str, tuple[Product, dict[str, list[Json]]]] = {}
        for given, product in found.items():
            if product.id in kept:
                variants = variants_of(product)
                exact = next((each for each in variants if each.id == given and given != product.id), None)
                variant = exact or variants[0]
                inputs = meant.setdefault(product.id, (product, {}))[1].setdefault(variant.id, [])
                inputs.append({"id": given, "match": "exact" if exact else "featured"})
        shown = [
            (product, tuple(each for each in variants_of(product) if each.id in inputs and _costs(each, filters)))
            for product, inputs in meant.values()
        ]
        products, unpriced = _told(((product, variants) for product, variants in shown if variants), base)
        for told in products:
            for variant in told["variants"]:
                variant["inputs"] = meant[told["id"]][1][variant["id"]]
        missing = [info("not_found", given) for given in ids if given not in found]
        return answer(LOOKUP, [*notes, *missing, *unpriced], products=products)

    async def product(self, asked: ProductRequest, base: str) -> Json:
        """One product, with the variants that what was chosen leaves."""
        found = (await self.resolved([asked.id])).get(asked.id)
        filters, notes = await self._filters(asked.filters, asked.context, sold_out=True)
        if not found or not await self._retriever.get((found.id,), filters):
            return not_found(asked.id)
        everything = [each for each in variants_of(found) if _costs(each, filters)]
        exact = next((each for each in everything if each.id == asked.id and asked.id != found.id), None)
        if not everything:
            return not_found(asked.id)
        chosen = _chosen(asked, everything, exact)
        kept = [each for each in everything if _has(each, chosen)]
        kept.sort(key=lambda each: each is not exact)
        told = ucp_product(found, kept, base)
        if told is None:
            return not_found(asked.id)
        if options := options_of(found):
            told["selected"] = selection(chosen)
            told["options"] = [_signals(name, values, variants_of(found), chosen) for name, values in options.items()]
        return answer(LOOKUP, notes, product=told)

    async def resolved(self, ids: Sequence[str]) -> dict[str, Product]:
        """By id, the product that it names, or of which it names a variant; unknown ids are left out."""
        found = {product.id: product for product in await self._retriever.get(tuple(ids))}
        rest = tuple(given for given in ids if given not in found)
        if rest:
            owners = await self._retriever.page(0, len(rest), Filters(variants=rest, sold_out=True))
            held = {variant.id: owner for owner in owners for variant in owner.variants}
            found |= {given: held[given] for given in rest if given in held}
        return {given: found[given] for given in ids if given in found}

    async def _ranked(self, words: str, filters: Filters) -> list[Product]:
        result = await self._retriever.search(SearchQuery(text=words, filters=filters), RankContext(limit=RANKED))
        # What had to be dropped, or could not be asked, was not satisfied.
        return [] if result.relaxed or result.unknown_fields else [hit.product for hit in result.hits]

    async def _filters(
        self, given: SearchFilters, context: Context, *, sold_out: bool = False
    ) -> tuple[Filters, list[Json]]:
        """Our filters, and what is to be said of them."""
        if strange := set(given.availability) - {"in_stock"}:
            fix = "filter by in_stock, or leave it out and read each variant's availability"
            raise Refused("unsupported", "filters.availability", fix=f"{fix}; not by {sorted(strange)[0][:50]}")
        low, high = (given.price.min, given.price.max) if given.price else (None, None)
        if low is not None and high is not None and low > high:
            raise Refused("bad_request", "filters.price", fix="min is above max: swap them")
        currency, notes = await self._currency(context) if given.price else (None, list[Json]())
        return Filters(
            categories=tuple(path.rsplit(">", 1)[-1].strip() for path in given.categories),
            brands=tuple(given.brand),
            price_min=low,
            price_max=high,
            currency=currency,
            in_stock=bool(given.availability),
            sold_out=sold_out and not given.availability,
        ), notes

    async def _currency(self, context: Context) -> tuple[str, list[Json]]:
        """What bounds on prices are in, and what is to be said of that."""
        prices = (await self._retriever.facets()).prices
        if context.currency is None:
            most = max(prices, key=lambda code: prices[code].count, default="USD")
            note = info("currency_assumed", f"context.currency was not given: the price filter was read in {most}.")
            return most, [note] if len(prices) > 1 else []
        note = info("currency_not_sold", f"No price here is in {context.currency}, and prices are not converted.")
        return context.currency, [] if context.currency in prices else [note]


def envelope(capability: str, status: str | None = None) -> Json:
    """The `ucp` of an answer."""
    head: Json = {"version": VERSION, "capabilities": {capability: [{"version": VERSION}]}}
    return {**head, "status": status} if status else head


def answer(capability: str, messages: Sequence[Json], **fields: Any) -> Json:
    """An answer with its envelope."""
    said: Json = {"messages": list(messages)} if messages else {}
    return {"ucp": envelope(capability), **fields, **said}


def info(code: str, content: str) -> Json:
    """A message that asks for nothing."""
    return {"type": "info", "code": code, "content": content}


def not_found(given: str) -> Json:
    """The answer for a product that is not there."""
    message = {"type": "error", "code": "not_found", "content": f"Product not found: {given}"}
    return {"ucp": envelope(LOOKUP, "error"), "messages": [{**message, "severity": "unrecoverable"}]}


def _told(found: Iterable[tuple[Product, Sequence[Variant]]], base: str) -> tuple[list[Json], list[Json]]:
    """The products, and a message for each that the protocol cannot say."""
    told: list[Json] = []
    messages: list[Json] = []
    for product, variants in found:
        if said := ucp_product(product, variants, base):
            told.append(said)
        else:
            messages.append(info("price_unknown", product.id))
    return told, messages


def _start(pagination: Pagination) -> int:
    cursor = pagination.cursor
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit()) or int(cursor) > 1_000_000:
        raise Refused("bad_request", "pagination.cursor", fix="send a cursor that a search answered with")
    return int(cursor)


def _costs(variant: Variant, filters: Filters) -> bool:
    """Within the bounds on the price, where there are any."""
    if filters.price_min is None and filters.price_max is None:
        return True
    price = variant.price
    return (
        price is not None
        and price.currency == filters.currency
        and (filters.price_min or 0) <= price.amount
        and (filters.price_max is None or price.amount <= filters.price_max)
    )


def _has(variant: Variant, chosen: Mapping[str, str]) -> bool:
    return all(variant.options.get(name) == label for name, label in chosen.items())


def _chosen(asked: ProductRequest, variants: Sequence[Variant], exact: Variant | None) -> dict[str, str]:
    """What is chosen in effect. A variant's id says all; else what was sent, less what no variant has together, else
    what the first variant is."""
    if exact or not asked.selected:
        return (exact or variants[0]).options
    rank = {name: place for place, name in enumerate(asked.preferences)}
    by_rank = sorted(asked.selected, key=lambda each: rank.get(each.name, len(rank)))
    chosen = {each.name: each.label for each in by_rank}
    while chosen and not any(_has(each, chosen) for each in variants):
        chosen.popitem()
    return chosen


def _signals(name: str, values: Iterable[str], variants: Sequence[Variant], chosen: Mapping[str, str]) -> Json:
    """An option, each value with whether it is to be had beside what else is chosen; unknown stock says nothing."""
    rest = {option: label for option, label in chosen.items() if option != name}
    signals: list[Json] = []
    for value in values:
        held = [each.availability for each in variants if _has(each, {**rest, name: value})]
        known: Json = {"label": value, "exists": bool(held)}
        if "in_stock" in held or "preorder" in held:
            known["available"] = True
        elif None not in held:
            known["available"] = False
        signals.append(known)
    return {"name": name, "values": signals}
