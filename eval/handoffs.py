"""Hand-off decisions on labelled messages: is a person called or offered where one should be, and only there?

A set is JSON Lines of `{id, language, text, label, why}`: `label` is `call`, `offer` or `none`, `why` the cause. Each
message is read as the first of a conversation, in the demo shop's words. Knows nothing of turns.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from agent.conversation import Conversation
from agent.handoff import offer, service_call
from agent.parser import parse
from agent.shop import Shop
from agent.tools import HandOff
from agent.vocabulary import Vocabulary
from eval.datasets import lines
from eval.errors import DatasetError
from eval.results import Figure, figure
from retrieval.product import Product
from retrieval.query import Facets

Label = Literal["call", "offer", "none"]


class Labelled(BaseModel, frozen=True, extra="forbid"):
    """One message, and what a head of customer service would want done."""

    id: str
    language: Literal["en", "zh"]
    text: str
    label: Label
    why: Literal["asked", "payment", "safety", "legal", "anger"] | None = None


def read_labelled(path: Path) -> tuple[Labelled, ...]:
    """Raises DatasetError."""
    found: list[Labelled] = []
    with lines(path) as held:
        for number, line in held:
            try:
                found.append(Labelled.model_validate_json(line))
            except ValidationError as error:
                fix = "Write {id, language, text, label, why}."
                raise DatasetError(f"{path}, line {number}: {error.errors()[0]['msg']}.", fix=fix) from error
    return tuple(found)


def decided(text: str, vocabulary: Vocabulary) -> Label:
    """What the assistant does with this message at the start of a conversation."""
    fresh, parsed = Conversation(session_id="handoffs"), parse(text, vocabulary, ())
    call = service_call(parsed, fresh, text)
    if isinstance(call, HandOff):
        return "call" if call.state == "waiting" else "offer"
    return "offer" if offer(parsed, fresh, helped=True) else "none"


def measured(rows: Sequence[Labelled], vocabulary: Vocabulary) -> dict[str, Figure]:
    """`handoff_recall:asked`, `:payment`, `:safety`, `:legal`: the share of those messages for which a person is called
    (`:anger`: called or offered); `false_handoffs`: the share of the others for which one is; each by language too."""
    told = [(row, decided(row.text, vocabulary)) for row in rows]
    found: dict[str, Figure] = {}
    for suffix, mine in (
        ("", told),
        *((f"_{each}", [pair for pair in told if pair[0].language == each]) for each in ("en", "zh")),
    ):
        for why in ("asked", "payment", "safety", "legal", "anger"):
            right = [did == "call" or (why == "anger" and did == "offer") for row, did in mine if row.why == why]
            if right:
                found[f"handoff_recall:{why}{suffix}"] = figure([float(each) for each in right])
        wrong = [float(did != "none") for row, did in mine if row.label == "none"]
        if wrong:
            found[f"false_handoffs{suffix}"] = figure(wrong)
    return found


def words_of(shop: Shop, products: Sequence[Product]) -> Vocabulary:
    """The vocabulary of a shop that has these products."""
    categories = Counter(name for product in products for name in product.categories)
    brands = Counter(product.brand for product in products if product.brand)
    attributes: dict[str, Counter[str]] = {}
    for product in products:
        for name, values in product.attributes.items():
            attributes.setdefault(name, Counter()).update(values)
    facets = Facets(
        count=len(products),
        categories=dict(categories),
        brands=dict(brands),
        attributes={name: dict(values) for name, values in attributes.items()},
    )
    return Vocabulary.of(facets, shop.currency, shop.glossary.reverse, shop.glossary.titles, products)
