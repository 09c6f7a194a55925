"""Logged shoppers' messages through the production turn: is what they were to find found, and how soon?

Two kinds of data. Where a dialogue has a target, the standing request after each message ranks all its candidates, and
the target's place is looked up: after the first message, after the third (or the last, if there are fewer) and after
all. Beside it stands bm25 over titles, asked with the same messages joined. Where the messages carry the human seller's
recommendations, the cards on the screen at those moments are judged: do all satisfy all that was asked for, by the
products' own attributes; is what the seller recommended among the first three? A moment without cards is a miss. The
other side's messages are never played: our assistant answers. Knows nothing of shells.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from agent.assembly import Assistant, Settings
from agent.constraints import Constraints
from eval.datasets import read_products
from eval.dialogues import Dialogue, domain_products, read_dialogues, satisfies
from eval.models import Arm, Away, model_name, opened_model
from eval.results import Results, machine
from eval.shops import shop_of
from eval.talk import Heard, ModelFault, Talk, ensure_answering, faults
from eval.tally import Tally
from eval.titles import Titles
from llm_server.chat import ChatModel
from retrieval.product import Product
from retrieval.query import Retriever, SearchQuery

_MOMENTS = (("turn 1", 0), ("turn 3", 2), ("all", -1))
_DEPTHS = (1, 3, 5)
_BEST = 3


async def dialogue(
    dialogues: Path,
    catalog: Path,
    *,
    model: Arm = "none",
    limit: int | None = None,
    plan_only: bool = False,
    cache: Path | None = None,
    embedder: str = "minilm",
    say: Callable[[str], None] = print,
) -> Results:
    """The figures of every arm: the model's, the one without a model, and bm25. Raises ShopError, RetrievalError,
    DatasetError, ModelFault."""
    told = read_dialogues(dialogues, limit)
    products = read_products(catalog)
    settings = Settings()
    arms: dict[str, Tally] = {}
    spoken: list[Heard] = []
    async with opened_model(model, settings, cache=cache, plan_only=plan_only, say=say) as chat:
        models: dict[str, ChatModel] = {"none": Away()} if model == "none" else {model: chat, "none": Away()}
        for domain in dict.fromkeys(each.domain for each in told):
            sold = domain_products(products, told, domain)
            mine = [each for each in told if each.domain == domain]
            say(f"{domain}: {len(sold):,} products, {len(mine):,} dialogues")
            async with shop_of(sold, domain, embedder=embedder, say=lambda _: None) as shop:
                for name, held in models.items():
                    talker = replace(shop, model=held)
                    for number, each in enumerate(mine, 1):
                        turns = await _hold(talker, each, sold, arms.setdefault(name, Tally()))
                        if name == "real":
                            spoken += turns
                            ensure_answering(spoken, prose=not plan_only)
                            say(f"{domain} {number}/{len(mine)}: {' | '.join(turn.tool for turn in turns)}")
            words = Titles(sold)
            for each in mine:
                if each.target:
                    arms.setdefault("bm25", Tally()).add(each.target, _places(each, words.rankings(each), sold))
    if model == "real" and (found := faults(spoken, prose=not plan_only)):
        raise ModelFault(f"This run is no measurement: {'; '.join(found)}.", fix="See that the model runs well.")
    name = model_name(settings) + (", plans only" if plan_only else "") if model == "real" else "no model"
    figures = {arm: tally.figures() for arm, tally in arms.items()}
    return Results(command="dialogue", data=dialogues.parent.name, model=name, machine=machine(), arms=figures)


async def _hold(assistant: Assistant, dialogue: Dialogue, sold: Sequence[Product], tally: Tally) -> list[Heard]:
    """Hold one dialogue, and count what came of it."""
    talk = Talk(assistant, dialogue.id)
    turns: list[Heard] = []
    rankings: list[tuple[str, ...]] = []
    for asked in dialogue.asked:
        heard = await talk.say(asked.text)
        turns.append(heard)
        if dialogue.target:
            rankings.append(await _ranked(assistant.retriever, talk, heard.standing, len(sold)))
        if asked.recommended:
            tally.add(dialogue.id, judged(heard, asked.state, asked.recommended))
    group = dialogue.target or dialogue.id
    if dialogue.target:
        tally.add(group, _places(dialogue, rankings, sold))
    for turn in turns:
        tally.add(
            group,
            {"accusations": len(turn.accusations), "calls a turn": sum(not call.failed for call in turn.report.calls)},
        )
    return turns


async def _ranked(retriever: Retriever, talk: Talk, standing: Sequence[Constraints], products: int) -> tuple[str, ...]:
    """All candidates in the order of the standing requests; of several, each product by its best place."""
    places: dict[str, int] = {}
    for wanted in standing:
        context = talk.conversation.profile.context(datetime.now(UTC), prefer=wanted.prefer, limit=min(products, 500))
        # "Show me others" was said of another seller's shelf: it rules out nothing of ours.
        filters = wanted.filters.model_copy(update={"exclude_ids": ()})
        found = await retriever.search(SearchQuery(text=wanted.words[:1000], filters=filters), context)
        for place, hit in enumerate(found.hits):
            places[hit.product.id] = min(place, places.get(hit.product.id, place))
    return tuple(sorted(places, key=lambda id: places[id]))


def judged(heard: Heard, state: dict[str, str], recommended: Sequence[str]) -> dict[str, float]:
    """How the cards on the screen stand to all that was asked for, and to what the human seller recommended."""
    products = [card.product for card in heard.screen]
    kept = [satisfies(product, state) for product in products]
    ids = [product.id for product in products]
    return {
        "all cards satisfy all constraints": float(bool(kept) and all(kept)),
        "cards that satisfy all constraints": sum(kept) / len(kept) if kept else 0.0,
        f"exact hit@{_BEST}": float(bool(set(ids[:_BEST]) & set(recommended))),
        "exact hit@1": float(bool(set(ids[:1]) & set(recommended))),
        "cards on the screen": float(bool(ids)),
    }


def _places(dialogue: Dialogue, rankings: Sequence[Sequence[str]], sold: Sequence[Product]) -> dict[str, float]:
    """Metrics of the target's place at each moment. `rankings`: after each message."""
    among = set(dialogue.candidates) or {product.id for product in sold}
    found: dict[str, float] = {}
    for moment, at in _MOMENTS:
        ranking = [id for id in rankings[min(at, len(rankings) - 1)] if id in among]
        place = ranking.index(dialogue.target) + 1 if dialogue.target in ranking else 0
        found |= {f"hit@{depth}, {moment}": float(0 < place <= depth) for depth in _DEPTHS}
        found[f"mrr, {moment}"] = 1 / place if place else 0.0
    return found
