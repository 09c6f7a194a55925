"""Figures and comparisons in a clause, against the case. Knows nothing of names and attributes."""

import re
from collections.abc import Iterator

from eval.claims.case import Accusation, Case, Kind, saving
from eval.claims.evidence import Evidence, negated, stem
from eval.claims.lexicon import lexicon
from eval.claims.measures import Measure, measures
from eval.claims.mentions import is_marker
from eval.claims.reading import Clause, Subject


def scales(case: Case, clause: Clause) -> Iterator[Accusation]:
    """Comparatives and superlatives on price, rating, weight and the like."""
    low = clause.text.lower()
    for scale in lexicon()["scales"]:
        for name in ("low", "high"):
            for match in re.finditer(scale[name], low):
                yield from _scale(case, clause, scale, match, name == "low")


def _scale(case: Case, clause: Clause, scale: dict[str, str], match: re.Match[str], less: bool) -> Iterator[Accusation]:
    low, words = clause.text.lower(), match.group()
    before, after = low[: match.start()], low[match.end() :]
    if negated(before) or re.search(r"(?:one of the|something|anything|rather|prefer|比较)\s?(?:a |the )?$", before):
        return
    top = bool(re.search(r"\w{2}est\b|\bleast\b|\bmost\b|\btop\b|最", words)) and "at least" not in words
    chinese = bool(re.search(r"[\u4e00-\u9fff]", words))
    if chinese and not top and not re.search(r"比|更|较|要", before + words):
        return
    subject = clause.subject(match.start())
    if (chinese and top and re.match(r"的?(?:一款|那款|那个)?(?:是|就是|当属|要数|为)\s*[\ue000-\uf8ff]", after)) or (
        top and re.match(r"[^,]{0,24}\bis (?:the )?[\ue000-\uf8ff]", after)
    ):
        subject = clause.subject(match.end() + next(i for i, c in enumerate(after) if is_marker(c)) + 1)
    if len(subject.products) != 1:
        return
    rivals = _rivals(case, clause, subject, before, after, top)
    if rivals is None:
        return
    mine = case.evidence[subject.products[0]].scalar(scale)
    theirs = [value for i in rivals if (value := case.evidence[i].scalar(scale)) is not None]
    sign = 1 if less else -1
    wins = [sign * (mine - value) for value in theirs] if mine is not None else []
    strict = not top
    true = bool(wins) and (all(w <= 0 for w in wins) if not strict else all(w < 0 for w in wins))
    if strict and wins and not true and len(rivals) > 1:
        true = any(w < 0 for w in wins)
    if not true:
        why = "the catalogue does not give both figures" if not wins else "the figures say otherwise"
        yield case.accuse("superlative", clause, match.start(), match.end(), f"{scale['id']}: {why}")


def _rivals(case: Case, clause: Clause, subject: Subject, before: str, after: str, top: bool) -> list[int] | None:
    """With whom the subject is compared; None where that cannot be told or needs no telling."""
    others = [i for i in range(len(case.said.shown)) if i not in subject.products]
    named = [i for m in clause.mentions if m.comparand for i in m.products if i not in subject.products]
    if named and not top:
        return named
    if not top and re.match(r"[^,]{0,30}\bthan\b(?! the (?:other|rest|one))", after) and not named:
        return None
    return others or None


def figures(case: Case, clause: Clause, wish: int, promised: bool) -> Iterator[Accusation]:
    """Figures with units, prices, ratings and counts."""
    low = clause.text.lower()
    stock = lexicon()["stock"]
    said_elsewhere = promised or bool(re.search(f"{stock['left']}|{stock['ships']}", low))
    for figure in measures(clause.text):
        subject = clause.subject(figure.start)
        wished = wish >= 0 and any(w.kind == figure.kind and _near(w.value, figure.value) for w in case.wishes)
        if wished and not clause.mentions:
            continue
        if wished and figure.bound == "exact":
            continue
        if figure.kind == "bare":
            yield from _counted(case, clause, figure, subject)
            continue
        if said_elsewhere and figure.kind in ("time", "bare", "pieces", "people"):
            continue
        if figure.kind in ("time", "length", "people") and re.match(
            lexicon()["occasion"]["en"] + "|" + lexicon()["occasion"]["zh"], low[figure.end :]
        ):
            continue
        held = [_holds(case, figure, case.evidence[i], clause) for i in subject.products]
        every = subject.every and len(_mentions_of(clause)) == 0
        if not held or (all(held) if every else any(held)) or _sum(case, figure):
            continue
        kind: Kind = (
            "price"
            if figure.kind in ("money", "fold") or (figure.kind == "percent" and _discounting(low))
            else "figure"
        )
        end = figure.end
        yield case.accuse(kind, clause, figure.start, end, f"not a {figure.kind} figure of this product")


def _holds(case: Case, figure: Measure, evidence: Evidence, clause: Clause) -> bool:
    low, product = clause.text.lower(), evidence.product
    if figure.kind in ("money", "fold", "percent"):
        return _money(case, figure, evidence, low) or _difference(case, figure, evidence, low)
    if figure.kind == "stars":
        if re.search(r"满分\s*$", low[: figure.start]) or low[figure.end :].startswith(("制", "满分")):
            return True
        value = product.rating.value if product.rating else None
        own = {review.rating for review in product.reviews}
        counted = re.match(r"[\s-]*(?:star)?\s*reviews?", low[figure.end :]) and figure.value in own
        return bool(counted) or (value is not None and _fits(figure, value, 0.051))
    if figure.kind == "reviews":
        count = product.rating.count if product.rating else None
        reviews = [float(count)] if count is not None else []
        return any(_fits(figure, c, 0.5) for c in [*reviews, float(len(product.reviews) or -1)])
    same = [f for f in evidence.figures if f.kind == figure.kind]
    if (
        figure.kind == "people"
        and (not same or re.search(r"\bfor\s*$", low[: figure.start]))
        and not re.search(r"sleep|住|fits?\b|容纳", low[: figure.start])
    ):
        return True
    bare = _said(figure, low) in evidence.unitless
    return (
        bare
        or any(_fits(figure, f.value, figure.value * 0.005) for f in same)
        or _difference(case, figure, evidence, low)
    )


def _sum(case: Case, figure: Measure) -> bool:
    """`together 3.1 kg`, 一共5428元: the shown products added up."""
    if not case.together:
        return False
    for scale in lexicon()["scales"]:
        if scale["measure"] == ("price" if figure.kind == "money" else figure.kind):
            values = [e.scalar(scale) for e in case.evidence[: len(case.said.shown)]]
            total = sum(v for v in values if v is not None)
            if _fits(figure, total, max(figure.slack, 0.005)):
                return True
    return False


def _money(case: Case, figure: Measure, evidence: Evidence, low: str) -> bool:
    product = evidence.product
    prices = [p for p in (product.price, product.list_price, *(v.price for v in product.variants)) if p]
    cut = saving(product)
    if figure.kind == "money":
        fitting = [
            p
            for p in prices
            if figure.currency in (None, p.currency) or (figure.currency == "CNY" and p.currency == "JPY")
        ]
        near = any(_fits(figure, float(p.major), 0.005) for p in fitting)
        return near or (cut is not None and _discounting(low) and _fits(figure, cut[0], 0.01))
    share = cut[1] if cut else None
    if figure.kind == "fold":
        paid = figure.value / (10 if figure.value < 10 else 100)
        return share is not None and abs(1 - share - paid) < 0.03
    if _discounting(low):
        return share is not None and _fits(figure, share * 100, 1.0)
    return any(f.kind == "percent" and _near(f.value, figure.value) for f in evidence.figures)


def _difference(case: Case, figure: Measure, evidence: Evidence, low: str) -> bool:
    """`$80 less`, 便宜三千多元: the distance to another shown product."""
    if not re.search(lexicon()["gap"], low):
        return False
    scales = [s for s in lexicon()["scales"] if s["measure"] == ("price" if figure.kind == "money" else figure.kind)]
    for scale in scales:
        mine = evidence.scalar(scale)
        for other in case.evidence:
            theirs = other.scalar(scale)
            if other is not evidence and mine is not None and theirs is not None:
                gap = abs(mine - theirs)
                if _fits(figure, gap, max(0.02 * gap, 0.005)) and (figure.bound != "above" or gap < 2 * figure.value):
                    return True
    return False


def _counted(case: Case, clause: Clause, figure: Measure, subject: Subject) -> Iterator[Accusation]:
    """`two doors`: wrong where the catalogue counts the same thing differently."""
    noun = re.match(r"[ -]([a-z]{3,})", clause.text[figure.end :].lower())
    if not noun:
        return
    said = stem(noun[1])
    for evidence in case.of(subject):
        counts = {
            f.value
            for segment in evidence.segments
            for f in measures(segment[2:])
            if (m := re.match(r"[ -]([a-z]{3,})", segment[2:][f.end :])) and stem(m[1]) == said
        }
        if not counts or figure.value in counts:
            return
    if subject.products:
        yield case.accuse("figure", clause, figure.start, figure.end + noun.end(), "the catalogue counts otherwise")


def _discounting(low: str) -> bool:
    return bool(re.search(lexicon()["saving"], low))


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-6 * max(1.0, abs(a), abs(b))


def _fits(figure: Measure, true: float, tolerance: float) -> bool:
    """Does a figure as it was said agree with the true one?"""
    if figure.bound == "above":
        return true >= figure.value - tolerance
    if figure.bound == "below":
        return true <= figure.value + tolerance
    wide = max(tolerance, figure.slack, 0.05 * true) if figure.bound == "about" else tolerance
    return abs(true - figure.value) <= wide


def _said(figure: Measure, low: str) -> float:
    """The figure before its unit was applied."""
    digits = re.match(r"[\d,]*\.?\d+", low[figure.start : figure.end])
    return float(digits.group().replace(",", "")) if digits else figure.value


def _mentions_of(clause: Clause) -> list[int]:
    return [m.at for m in clause.mentions if not m.comparand]
