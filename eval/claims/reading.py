"""Who is spoken of where: prose -> clauses in which every mention of a product is one marker character.

Finds full titles, parts of titles ("the Stratus 2", 星尘14), head nouns ("the kettle"), ordinals
("the second one", 第一款) and carries the subject across pronouns and clauses. Knows nothing of claims, nor whether
anything said is true.
"""

import re

from pydantic import BaseModel

from eval.claims.lexicon import lexicon
from eval.claims.mentions import MARK, mask_heads, mask_ordinals, mask_parts, mask_titles
from retrieval.product import Product

_HAN = r"\u4e00-\u9fff"
_COMPARAND = re.compile(
    r"(?:\bthan|\bcompared (?:to|with)|\bversus|\bvs\.?|\bunlike|\bnext to|比|相比|不如|不像)\s*(?:the |that of the )?$"
)
_SENTENCE_END = re.compile(r"(?<=[。！？；!?;\n])|(?<=[.])\s+(?=[^a-z])|(?<=[.!?][”\"])\s+(?=[^a-z])")


class Subject(BaseModel, frozen=True, extra="forbid"):
    """The products a claim is about, as indexes. `every`: it must hold for each; otherwise for one of them."""

    products: tuple[int, ...]
    every: bool = False


class Mention(BaseModel, frozen=True, extra="forbid"):
    """A marker in a clause; several products where they share the name that was used."""

    at: int
    products: tuple[int, ...]
    comparand: bool
    """Named only as what another is compared with."""


class Clause(BaseModel, frozen=True, extra="forbid"):
    """A piece of a sentence, mentions as markers."""

    text: str
    mentions: tuple[Mention, ...]
    carried: Subject
    """Whom it speaks of where it names nobody."""
    question: bool
    sentence_start: bool
    quoted_from: tuple[int, ...] = ()
    """Products whose own description or reviews hold the whole sentence word for word."""

    def subject(self, at: int) -> Subject:
        """Whom the words at this position speak of."""
        own = [m for m in self.mentions if not m.comparand]
        before = [m for m in own if m.at < at]
        if before:
            return self._joined(own, before[-1])
        pronoun = re.search(lexicon()["pronoun"]["en"] + "|" + lexicon()["pronoun"]["zh"], self.text[:at].lower())
        if own and not pronoun:
            return self._joined(own, own[0])
        return self.carried

    def _joined(self, own: list[Mention], mention: Mention) -> Subject:
        """`A and B` speak together."""
        group = [mention]
        for other in reversed(own[: own.index(mention)]):
            if not re.fullmatch(
                r"\s*(?:,|、|and|or|&|和|与|及|跟|以及|, and)\s*(?:the )?", self.text[other.at + 1 : group[0].at]
            ):
                break
            group.insert(0, other)
        return Subject(products=tuple(i for m in group for i in m.products), every=len(group) > 1)


def read(
    text: str, shown: tuple[Product, ...], known: tuple[Product, ...]
) -> tuple[tuple[Clause, ...], tuple[Product, ...]]:
    """Clauses in order, and the products that their indexes mean: those shown, then those known that were named."""
    text = re.sub(r"[\ue000-\uf8ff]", " ", text)
    folded = text.casefold()
    ids = {product.id for product in shown}
    named = tuple(p for p in known if p.id not in ids and len(p.title) > 7 and p.title.casefold() in folded)
    products = shown + named
    table: dict[str, tuple[int, ...]] = {}

    def mark(indexes: tuple[int, ...]) -> str:
        char = chr(MARK + len(table))
        table[char] = indexes
        return char

    own_words = [squeeze(" ".join((p.description or "", *(r.text for r in p.reviews)))) for p in shown]
    masked: list[str] = []
    sources: list[tuple[int, ...]] = []
    for sentence in re.split(_SENTENCE_END, mask_titles(text, products, mark)):
        plain = "".join(products[table[c][0]].title if c in table else c for c in sentence)
        sources.append(tuple(i for i, words in enumerate(own_words) if quoted(plain, words)))
        if not sources[-1]:
            sentence = mask_parts(sentence, shown, mark)
            sentence = mask_heads(sentence, shown, mark)
            sentence = mask_ordinals(sentence, len(shown), mark)
        masked.append(plain if sources[-1] else sentence)
    return tuple(_clauses(masked, sources, table, len(shown))), products


def squeeze(text: str) -> str:
    """Letters and digits only, without case: for comparing wording."""
    return re.sub(r"[\W_]", "", text.casefold())


def quoted(passage: str, source: str) -> bool:
    """Is this passage, long enough to mean something, taken word for word from `source` (squeezed)?"""
    words = squeeze(passage)
    return len(words) >= (8 if re.search(rf"[{_HAN}]", words) else 16) and words in source


def _clauses(
    sentences: list[str], sources: list[tuple[int, ...]], table: dict[str, tuple[int, ...]], count: int
) -> list[Clause]:
    everything = Subject(products=tuple(range(count)))
    carried, found = everything, list[Clause]()
    both = re.compile(lexicon()["both"]["en"] + "|" + lexicon()["both"]["zh"])
    for sentence, source in zip(sentences, sources, strict=True):
        question = bool(re.search(r"[?？]\s*$|[吗呢][。？?]?\s*$", sentence))
        parts = [
            p
            for p in re.split(
                r"(?:,(?!\d)|，|:\s|：|\s[–—-]\s|——|\bbut\b|\bwhile\b|\bwhereas\b|但是?|而(?!且))", sentence
            )
            if p.strip()
        ]
        for place, part in enumerate(parts):
            mentions = _mentions(part, table)
            own = [m for m in mentions if not m.comparand]
            if not mentions and both.search(part.lower()) and count > 1:
                here = Subject(products=everything.products, every=True)
            elif not own and place == 0 and carried == everything:
                here = _ahead("".join(parts), table) or carried
            elif (
                not own
                and place == 0
                and len(parts) > 1
                and re.match(r"\s*(?:the\s)?[\ue000-\uf8ff]", parts[1], re.IGNORECASE)
            ):
                here = _ahead(parts[1], table) or carried
            else:
                here = carried
            clause = Clause(
                text=part,
                mentions=mentions,
                carried=here,
                question=question,
                sentence_start=place == 0,
                quoted_from=source,
            )
            found.append(clause)
            if own:
                carried = clause.subject(own[0].at + 1)
            elif here.every:
                carried = here
    return found


def _mentions(part: str, table: dict[str, tuple[int, ...]]) -> tuple[Mention, ...]:
    return tuple(
        Mention(at=i, products=table[c], comparand=bool(_COMPARAND.search(part[:i].lower())))
        for i, c in enumerate(part)
        if c in table
    )


def _ahead(text: str, table: dict[str, tuple[int, ...]]) -> Subject | None:
    first = next((c for c in text if c in table), None)
    return Subject(products=table[first]) if first else None
