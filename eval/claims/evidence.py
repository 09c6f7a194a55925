"""What the catalogue says of one product, in a form that a claim can be held against.

Facts of any language: text segments with their polarity, figures in base units, one scalar for each scale that products
can be compared on. Knows nothing of prose.
"""

import re
from functools import cache

from eval.claims.lexicon import lexicon
from eval.claims.measures import Measure, measures
from eval.claims.reading import squeeze
from retrieval.product import Product


class Evidence:
    """One product's facts, and the reasons that were given with it."""

    def __init__(self, product: Product, facts: tuple[str, ...] = ()) -> None:
        self.product = product
        self.segments = tuple(_segments(product)) + tuple(f"1 {fact.casefold()}" for fact in facts)
        """Lower case; the first character says polarity: `1` stated, `0` stated as absent."""
        self.text = "\n".join(segment[2:] for segment in self.segments)
        self.squeezed = squeeze(self.text)
        self.figures: tuple[Measure, ...] = tuple(m for segment in self.segments for m in measures(segment[2:]))
        pure = (re.search(r": ((?:[\d.]+[*x× -]*)+[a-z]?)$", segment[2:]) for segment in self.segments)
        self.unitless = frozenset(float(n) for m in pure if m for n in re.findall(r"\d+(?:\.\d+)?", m[1]))
        """Figures of attributes that are nothing but figures: their unit is in the name, or nowhere."""
        self.words = frozenset(stem(word) for word in re.findall(r"[a-z][a-z'’-]+", self.text.replace("-", " ")))

    def says(self, pattern: re.Pattern[str]) -> bool | None:
        """True: stated; False: stated only as absent; None: not stated."""
        verdict: bool | None = None
        for segment in self.segments:
            for match in pattern.finditer(segment, 2):
                if segment[0] == "1" and not negated(segment[2 : match.start()].rpartition(": ")[2]):
                    return True
                verdict = False
        return verdict

    def scalar(self, scale: dict[str, str]) -> float | None:
        """This product's place on a scale of the lexicon; None where the catalogue gives none."""
        measure, product = scale["measure"], self.product
        if measure == "price":
            return float(product.price.major) if product.price else None
        if measure == "rating":
            return product.rating.value if product.rating else None
        if measure == "reviews":
            return product.rating.count if product.rating else None
        named = re.compile(scale["names"], re.IGNORECASE)
        for segment in self.segments:
            if named.search(segment):
                for figure in measures(segment[2:]):
                    if figure.kind == measure:
                        return figure.value
        alone = {figure.value for figure in self.figures if figure.kind == measure}
        return alone.pop() if len(alone) == 1 and measure in ("mass", "people", "volume") else None


def stem(word: str) -> str:
    """A rough English stem: enough to match `doors` with `door` and `cooking` with `cook`."""
    word = re.sub(r"['’]s$", "", word.casefold())
    word = re.sub(r"(?:ing|ed|ies|es|s|y|e)$", "", word) if len(word) > 4 else word.removesuffix("s")
    return re.sub(r"(.)\1$", r"\1", word)


def negated(before: str) -> bool:
    """Does what precedes a word in its clause deny it?"""
    rules = lexicon()["negation"]
    return bool(re.search(rules["en"], before) or re.search(rules["zh"], before))


@cache
def pattern_of(english: str, chinese: str, implied: str = "") -> re.Pattern[str]:
    """One pattern for a concept in both languages; `implied` is what a catalogue may say instead."""
    parts = [rf"(?<![a-z])(?:{english})(?![a-z])"] if english else []
    parts += [part for part in (chinese, implied) if part]
    return re.compile("|".join(parts), re.IGNORECASE)


def _segments(product: Product) -> list[str]:
    rows = ["1 " + product.title, "1 " + (product.brand or ""), *("1 " + c for c in product.categories)]
    options = [pair for variant in product.variants for pair in variant.options.items()]
    pairs = [(name, value) for name, values in product.attributes.items() for value in values] + options
    for name, value in pairs:
        absent = value.strip().casefold() in lexicon()["no_values"]
        rows.append(f"{0 if absent else 1} {name.replace('_', ' ')}: {value}")
    texts = [product.description or "", *(review.text for review in product.reviews)]
    rows += ["1 " + s for text in texts for s in re.split(r"(?<=[.;!?])\s|[。；！？;\n]", text) if s.strip()]
    return [row.casefold() for row in rows]
