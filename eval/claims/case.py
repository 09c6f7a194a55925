"""What a claim is judged by: what was said, the evidence of every product named, and how an accusation is worded.

Knows nothing of the kinds of claims.
"""

import re
from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel

from eval.claims.evidence import Evidence
from eval.claims.lexicon import lexicon
from eval.claims.measures import measures
from eval.claims.reading import Clause, Subject
from retrieval.product import Product

Kind = Literal["product", "figure", "price", "availability", "attribute", "brand", "superlative", "promise"]


class Said(BaseModel, frozen=True, extra="forbid"):
    """One turn of the assistant, and all that it may rest on."""

    text: str
    """The final prose as the shopper reads it: names and prices rendered."""
    shown: tuple[Product, ...]
    """The products on the cards of this turn."""
    known: tuple[Product, ...] = ()
    """Other products that exist: naming one is no invention, and claims on it are checked too."""
    shopper: str = ""
    """The shopper's messages, whose words and figures may be repeated back as a wish."""
    facts: tuple[str, ...] = ()
    """Texts of reasons. One that names a shown product speaks of that product only."""


class Accusation(BaseModel, frozen=True, extra="forbid"):
    """Something that was said and that the catalogue does not bear out."""

    kind: Kind
    quote: str
    why: str


class Case:
    """One turn before the checker."""

    def __init__(self, said: Said, products: tuple[Product, ...]) -> None:
        self.said = said
        titles = [p.title.casefold() for p in said.shown]
        self.evidence = [Evidence(p, tuple(_facts_of(p, said.facts, titles))) for p in products]
        self.together = bool(re.search(lexicon()["together"], said.text.lower()))
        self.wishes = measures(said.shopper)
        self.shopper = said.shopper.casefold()
        text = " ".join((*(e.text for e in self.evidence), *said.facts, said.shopper)).casefold()
        self.vocabulary = frozenset(re.findall(r"[a-z0-9][\w'’.-]*", text.replace("-", " ") + " " + text, re.ASCII))
        self.names = text
        self.known = "\n".join(f"{p.title}\n{p.brand or ''}" for p in said.known).casefold()

    def weigh(self, clauses: tuple[Clause, ...]) -> Iterator[tuple[Clause, bool, int]]:
        """Each clause with: is it mere hedge or question; from where on is it the shopper's wish (-1: nowhere)."""
        hedge, wish = lexicon()["hedge"], lexicon()["wish"]
        was_wish = was_hedged = False
        for clause in clauses:
            low = clause.text.lower()
            short = len(low.split()) <= 5 and len(low) <= 28 and not clause.mentions and not clause.sentence_start
            found = re.search(f"{wish['en']}|{wish['zh']}", low)
            at = found.start() if found else 0 if short and was_wish else -1
            hedged = clause.question or bool(re.search(f"{hedge['en']}|{hedge['zh']}", low))
            hedged = hedged or (short and was_hedged and bool(re.match(r"\s*(?:or|nor|and|或)\b", low)))
            was_wish, was_hedged = at >= 0, hedged
            yield clause, hedged, at

    def accuse(self, kind: Kind, clause: Clause, start: int, end: int, why: str) -> Accusation:
        """Quote the words, with names put back."""
        return Accusation(kind=kind, quote=self.plain(clause, start, end), why=why)

    def plain(self, clause: Clause, start: int, end: int) -> str:
        names = {m.at: self.evidence[m.products[0]].product.title for m in clause.mentions}
        return "".join(names.get(i, clause.text[i]) for i in range(start, min(end, len(clause.text)))).strip()

    def of(self, subject: Subject) -> list[Evidence]:
        return [self.evidence[i] for i in subject.products]

    def backed(self, pattern: re.Pattern[str], clause: Clause, at: int) -> bool:
        return any(e.says(pattern) for e in self.of(clause.subject(at)))


def _facts_of(product: Product, facts: tuple[str, ...], titles: list[str]) -> Iterator[str]:
    for fact in facts:
        named = [title for title in titles if title in fact.casefold()]
        if not named or product.title.casefold() in named:
            yield fact


def saving(product: Product) -> tuple[float, float] | None:
    """What the list price is above the price: in money, and as a share."""
    price, full = product.price, product.list_price
    if price is None or full is None or full.currency != price.currency or full.amount <= price.amount:
        return None
    return float(full.major - price.major), (full.amount - price.amount) / full.amount


def fillers() -> frozenset[str]:
    return frozenset(lexicon()["fillers"].split())
