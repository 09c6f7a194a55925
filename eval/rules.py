"""Judged queries by rule, out of a catalogue's own fields, for catalogues that nobody has judged.

Three rules take turns: a brand and a kind of thing ("sony alarm clock"), a value of an attribute and a kind, and a
product code. A kind is a product's narrowest category, or where there are none two words that titles of several brands
share. Relevant is every product whose fields satisfy the rule, not the one the query was made from. Queries are then
typed as shoppers type: with slips, words run together, the other number, codes spaced and hyphenated otherwise.

What this measures: finding products by fields (a brand is often not in the title, and a title often names a brand that
it only fits), and getting over the ways of writing. What it does not: other words for the same thing, and how good a
product is. The rules read words, so that a search by words has the better end of them. The same queries each time.
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

from eval.datasets import Judged, Query
from retrieval.product import Product

_FEWEST, _MOST = 2, 30
_MISSES = 10
_WORD = re.compile(r"[^\W\d_]{3,}")
_CODE = re.compile(r"(?=(?:.*\d){3})(?=(?:.*[A-Z]){2})[A-Z0-9]+(?:-[A-Z0-9]+)*")
_NO_BRAND = {"", "unknown", "n/a", "none", "generic", "various"}

Rule = tuple[str, frozenset[int], frozenset[int]]
"""What is asked for, the places of the products that are it, and of near misses."""


def judged_by_rule(products: Sequence[Product], count: int, *, seed: int = 7) -> Judged:
    """At most `count` queries, the rules taking turns. Grades: 1 satisfies the rule, 0 is a near miss: of the same kind
    (for a code, of the same brand). Fewer, or none, where the catalogue's fields make no more."""
    rng = random.Random(seed)
    kinds = _kinds(products)
    brands = _places((_brand(product), at) for at, product in enumerate(products))
    pools = [_with_kind(brands, kinds), _with_kind(_choices(products), kinds), _codes(products, brands)]
    for pool in pools:
        rng.shuffle(pool)
    queries: list[Query] = []
    grades: dict[str, dict[str, int]] = {}
    for number in range(max(map(len, pools)) if count else 0):
        for pool in pools:
            if number < len(pool) and len(queries) < count:
                asked, right, near = pool[number]
                query = Query(id=f"rule-{len(queries) + 1}", text=_typed(asked, rng))
                queries.append(query)
                misses = rng.sample(sorted(near - right), min(_MISSES, len(near - right)))
                held = [(at, 0) for at in misses] + [(at, 1) for at in right]
                grades[query.id] = {products[at].id: grade for at, grade in held}
    return Judged(queries=tuple(queries), grades=grades)


def _kinds(products: Sequence[Product]) -> dict[str, set[int]]:
    """Products by kind."""
    if any(product.categories for product in products):
        narrowest = ((product.categories[-1], at) for at, product in enumerate(products) if product.categories)
        return _places((" ".join(_words(name)), at) for name, at in narrowest)
    words = [[_singular(word) for word in _words(product.title)] for product in products]
    common = {word for word, n in Counter(w for held in words for w in set(held)).items() if n > len(words) / 20}
    found: defaultdict[str, set[int]] = defaultdict(set)
    for at, held in enumerate(words):
        for pair in pairwise(held):
            if not common.intersection(pair) and pair[0] != pair[1]:
                found[" ".join(pair)].add(at)
    brand_of = [_brand(product) for product in products]
    return {kind: held for kind, held in found.items() if len({brand_of[at] for at in held} - {""}) > 2}


def _choices(products: Sequence[Product]) -> dict[str, set[int]]:
    """Products by the short values of attributes that have few values."""
    values: defaultdict[str, set[str]] = defaultdict(set)
    for product in products:
        for name, held in product.attributes.items():
            values[name].update(held)
    few = {name for name, held in values.items() if len(held) <= 60}
    return _places(
        (value.casefold(), at)
        for at, product in enumerate(products)
        for name in few & product.attributes.keys()
        for value in product.attributes[name]
        if len(value.split()) <= 2 and _WORD.search(value)
    )


def _codes(products: Sequence[Product], brands: Mapping[str, set[int]]) -> list[Rule]:
    held: defaultdict[str, set[int]] = defaultdict(set)
    spelt: dict[str, str] = {}
    for at, product in enumerate(products):
        for token in product.title.split():
            code = token.strip("()[],.;:/")
            if len(code) >= 5 and _CODE.fullmatch(code):
                plain = code.replace("-", "").casefold()
                held[plain].add(at)
                spelt.setdefault(plain, code)
    rules: list[Rule] = []
    for plain, found in sorted(held.items()):
        if len(found) <= 5:
            near = frozenset(brands.get(_brand(products[min(found)]), ()))
            rules.append((spelt[plain], frozenset(found), near))
    return rules


def _with_kind(by: Mapping[str, set[int]], kinds: Mapping[str, set[int]]) -> list[Rule]:
    """Something with a kind, in either order, where enough products are both and not too many."""
    kinds_of: defaultdict[int, list[str]] = defaultdict(list)
    for kind, held in kinds.items():
        for at in held:
            kinds_of[at].append(kind)
    rules: list[Rule] = []
    for name, held in sorted(by.items()):
        for kind in sorted({kind for at in held for kind in kinds_of[at]}):
            both = held & kinds[kind]
            own = kind.split()[0] in name or name in kind
            if _FEWEST <= len(both) <= _MOST and not own:
                rules.append((f"{name} {kind}", frozenset(both), frozenset(kinds[kind])))
    return rules


def _typed(asked: str, rng: random.Random) -> str:
    """As a shopper types it."""
    if _CODE.fullmatch(asked):
        respelt = re.sub(r"(?<=[A-Z])-?(?=\d)", rng.choice(("", " ", "-")), asked.replace("-", rng.choice(("", " "))))
        return respelt.lower()
    words = asked.lower().split()
    ways: list[Callable[[], list[str]]] = [
        lambda: words,
        lambda: words[1:] + words[:1],
        lambda: _changed(words, lambda word: _slip(word, rng), rng),
        lambda: _changed(words, lambda word: _slip(word, rng), rng),
        lambda: [*words[:-2], "".join(words[-2:])],
        lambda: [*words[:-1], _other_number(words[-1])],
    ]
    return " ".join(rng.choice(ways)())


def _changed(words: list[str], change: Callable[[str], str], rng: random.Random) -> list[str]:
    """With one of the longer words changed."""
    at = rng.choice([at for at, word in enumerate(words) if len(word) > 4] or [len(words) - 1])
    return [*words[:at], change(words[at]), *words[at + 1 :]]


def _slip(word: str, rng: random.Random) -> str:
    """One slip behind the first letter: two letters swapped, one left out, one doubled, one for another."""
    if len(word) < 4:
        return word
    at = rng.randrange(1, len(word) - 1)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    other = word[:at] + rng.choice("aeiourstln") + word[at + 1 :]
    return rng.choice((swapped, word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:], other))


def _other_number(word: str) -> str:
    return (
        _singular(word) if _singular(word) != word else word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")
    )


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _brand(product: Product) -> str:
    name = " ".join(re.findall(r"\w+", (product.brand or "").casefold()))
    return "" if name in _NO_BRAND or len(name.split()) > 3 else name


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _places(pairs: Iterable[tuple[str, int]]) -> dict[str, set[int]]:
    held: defaultdict[str, set[int]] = defaultdict(set)
    for name, at in pairs:
        if name:
            held[name].add(at)
    return dict(held)
