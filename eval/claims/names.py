"""Names, stock, promises and fame in a clause, against the case. Knows nothing of figures and attributes."""

import re
from collections.abc import Iterator

from eval.claims.case import Accusation, Case, Kind, fillers, saving
from eval.claims.evidence import negated
from eval.claims.lexicon import lexicon
from eval.claims.measures import measures
from eval.claims.mentions import title_words
from eval.claims.reading import Clause
from retrieval.product import Product


def names_in(case: Case, clause: Clause) -> Iterator[Accusation]:
    """Products and brands that do not exist here, and brands said of another's product."""
    text = clause.text
    for match in re.finditer(
        r"(?<=[\ue000-\uf8ff])\s?(?:(\d[\w.]*)|(?:Pro|Max|Plus|Ultra|Mini|Lite|SE|II|III)\b)", text
    ):
        if match[1] and any(
            m.start < match.end() and m.kind != "bare" for m in measures(text) if m.end > match.start()
        ):
            continue
        owner = next(m for m in clause.mentions if m.at == match.start() - 1)
        if not any(
            match.group().strip().casefold() in title_words(case.evidence[i].product.title) for i in owner.products
        ):
            yield case.accuse("product", clause, match.start() - 1, match.end(), "no product of this name was shown")
    han = len(re.findall(r"[\u4e00-\u9fff]", text)) > len(re.findall(r"\b[a-z]+\b", text, re.ASCII))
    word = r"[A-Z][\w'’-]*" if not han else r"[A-Za-z][\w'’-]*"
    for match in re.finditer(rf"(?<![\w-]){word}(?:[ ](?:{word}|\d+[\w]*))*", text, re.ASCII):
        yield from _name(case, clause, match, han)
    for brand in lexicon()["brands_zh"].split():
        at = text.find(brand)
        if at >= 0 and brand not in case.names and brand not in case.known:
            yield case.accuse("brand", clause, at, at + len(brand), "no such brand among the products")
        elif at >= 0 and re.match(r"(?:的|牌|家的|出品)", text[at + len(brand) :]):
            yield from _brand(case, clause, at, at + len(brand))


def _name(case: Case, clause: Clause, match: re.Match[str], han: bool) -> Iterator[Accusation]:
    start, words = match.start(), match.group().split(" ")
    initial = not clause.text[:start].strip(" \"'“‘(*-•")
    if initial and not han and (words[0].casefold() not in case.vocabulary) and len(words) == 1:
        return
    if initial and not han and len(words) > 1 and _ordinary(words[0]):
        words = words[1:]
    strange = [w for w in words if not _familiar(case, w)]
    phrase = " ".join(words).casefold()
    if not strange:
        if re.search(r"(?:\b(?:by|from)|来自|出自|属于)\s*(?:the )?$", clause.text[:start].lower()) or re.match(
            r"'s\b", clause.text[match.end() :]
        ):
            yield from _brand(case, clause, start, match.end())
        return
    if phrase in case.names or (phrase in case.known and len(phrase) > 2):
        return
    kind: Kind = "brand" if len(words) == 1 and not any(c.isdigit() for c in phrase) else "product"
    yield case.accuse(kind, clause, start, match.end(), "this name is not in the catalogue")


def _familiar(case: Case, word: str) -> bool:
    low = re.sub(r"['’]s?$", "", word.casefold())
    return (
        word in lexicon()["caps"].split()
        or low in case.vocabulary
        or low.removesuffix("s") in case.vocabulary
        or word.isdigit()
        or all(part in case.vocabulary or part.isdigit() for part in re.split(r"[-.]", low))
    )


def _brand(case: Case, clause: Clause, start: int, end: int) -> Iterator[Accusation]:
    """`by X`, `X's`, X的: X must be the maker of what is spoken of."""
    name = re.sub(r"['’]s?$", "", clause.text[start:end].casefold())
    owners = {(e.product.brand or "").casefold() for e in case.evidence} - {""}
    subject = case.of(clause.subject(start))
    if any(name in brand for brand in owners) and not any(name in e.text for e in subject):
        yield case.accuse("brand", clause, start, end, "another product's brand")


def stock(case: Case, clause: Clause) -> Iterator[Accusation]:
    """Availability that the catalogue does not give."""
    rules, low = lexicon()["stock"], clause.text.lower()
    for name in ("left", "ships"):
        match = re.search(rules[name], low)
        if (
            match
            and not negated(low[: match.start()])
            and not case.backed(re.compile(rules[name]), clause, match.start())
        ):
            yield case.accuse("availability", clause, match.start(), match.end(), "the catalogue does not say so")
    no = re.search(rules["no"], low)
    pre = re.search(rules["pre"], low)
    yes = re.search(rules["yes"], low) if not no else None
    if yes and negated(low[: yes.start()]):
        no, yes = yes, None
    for match, allowed in ((no, ("out_of_stock", "preorder")), (pre, ("preorder",)), (yes, ("in_stock",))):
        if match is None or (match is pre and negated(low[: match.start()])):
            continue
        subject = clause.subject(match.start())
        held = [bool(_stock(e.product) & set(allowed)) for e in case.of(subject)]
        if not (all(held) if subject.every else any(held)):
            yield case.accuse(
                "availability", clause, match.start(), match.end(), "not what the catalogue says of its stock"
            )


def promises(case: Case, clause: Clause) -> Iterator[Accusation]:
    """Shipping, warranty, returns, gifts, coupons and sales that no text backs."""
    low = clause.text.lower()
    for rule in lexicon()["promise"]:
        match = re.search(rule["say"], low)
        if (
            match
            and not negated(low[: match.start()])
            and not case.backed(re.compile(rule["back"]), clause, match.start())
        ):
            yield case.accuse("promise", clause, match.start(), match.end(), f"nothing promises this: {rule['id']}")
    match = re.search(lexicon()["discount"], low)
    if match and not negated(low[: match.start()]):
        subject = clause.subject(match.start())
        cut = [saving(e.product) is not None for e in case.of(subject)]
        if not (all(cut) if subject.every else any(cut)):
            yield case.accuse("promise", clause, match.start(), match.end(), "there is no list price above the price")


def fame(case: Case, clause: Clause) -> Iterator[Accusation]:
    """Superlatives that no catalogue field can back: best-selling, newest, of all shops."""
    low = clause.text.lower()
    for rule in lexicon()["fame"]:
        match = re.search(rule["say"], low)
        if (
            match
            and not negated(low[: match.start()])
            and not case.backed(re.compile(rule["back"]), clause, match.start())
        ):
            yield case.accuse("superlative", clause, match.start(), match.end(), f"nothing backs this: {rule['id']}")


def _stock(product: Product) -> set[str]:
    """What is known of this product's stock, its variants' too."""
    return {state for state in (product.availability, *(v.availability for v in product.variants)) if state}


def _ordinary(word: str) -> bool:
    return word in lexicon()["caps"].split() or word.casefold() in fillers() or not re.search(r"\d", word)
