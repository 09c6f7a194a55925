"""An independent reading of what an assistant's turn said, against the catalogue: `check(Said) -> Accusations`.

Shares nothing with the product's own gate, so that a fault of the gate shows. It accuses what the catalogue does not
bear out: products, prices, figures, stock, attributes, brands, superlatives and promises, in English and Chinese. It
leaves alone questions, hedges ("the listing does not say"), plain judgement ("a good choice") and the shopper's own
wish repeated back. Word lists are in claims/lexicon.json. Pure; knows nothing of how the text was made.
"""

from collections.abc import Iterator

from eval.claims import attributes, figures, names
from eval.claims.case import Accusation, Case, Kind, Said
from eval.claims.reading import Clause, quoted, read

__all__ = ["Accusation", "Kind", "Said", "check"]


def check(said: Said) -> tuple[Accusation, ...]:
    """Every accusation, in the order of the text, each once."""
    clauses, products = read(said.text, said.shown, said.known)
    case = Case(said, products)
    found: dict[tuple[str, str], Accusation] = {}
    for clause, hedged, wish in case.weigh(clauses):
        for accusation in _accusations(case, clause, hedged, wish):
            found.setdefault((accusation.kind, accusation.quote), accusation)
    return tuple(found.values())


def _accusations(case: Case, clause: Clause, hedged: bool, wish: int) -> Iterator[Accusation]:
    """All that this clause is accused of. A clause in the product's own words is not weighed."""
    if set(clause.quoted_from) & set(clause.carried.products):
        return
    if not clause.mentions and any(quoted(clause.text, e.squeezed) for e in case.of(clause.carried)):
        return
    yield from names.names_in(case, clause)
    if hedged:
        return
    yield from names.stock(case, clause)
    promised = tuple(names.promises(case, clause))
    yield from promised
    yield from names.fame(case, clause)
    yield from figures.scales(case, clause)
    yield from figures.figures(case, clause, wish, bool(promised))
    yield from attributes.concepts(case, clause, wish)
    yield from attributes.codes(case, clause)
    yield from attributes.contents(case, clause, wish)
