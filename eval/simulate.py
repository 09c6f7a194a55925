"""Simulated shoppers in a shop: do they get what they need, how soon, and is every promise kept on the way?

With a real model, no model stands beside it, before the same shoppers. With `scripted` there is no figure of quality.
Knows nothing of shells.
"""

import random
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent.assembly import Assistant, Settings
from agent.journal import Journal
from agent.sqljournal import SqlJournal
from agent.tools import AskShopper, Refine, SearchCatalog
from eval.datasets import read_products
from eval.mechanics import mechanics
from eval.models import Arm, Away, model_name, opened_model
from eval.needs import Need, needs_of
from eval.results import Results, machine
from eval.scripted import Scripted
from eval.shopper import Shopper, Utterance, topics_of
from eval.shops import DEMO, opened_shop, shop_of
from eval.standing import broken
from eval.talk import Heard, ModelFault, Talk, ensure_answering, faults
from eval.tally import Tally
from llm_server.chat import ChatModel

PATIENCE = 8
"""After so many turns a shopper gives up."""


@dataclass(slots=True)
class Visit:
    """One shopper's conversation."""

    arm: str
    id: str
    need: Need
    turns: list[Heard] = field(default_factory=list[Heard])
    satisfied: bool = False


async def simulate(
    *,
    model: Arm = "none",
    shoppers: int = 50,
    turns: int | None = None,
    seed: int = 0,
    catalog: Path | None = None,
    index: Path | None = None,
    embedder: str = "minilm",
    plan_only: bool = False,
    cache: Path | None = None,
    journal: str | None = None,
    say: Callable[[str], None] = print,
) -> tuple[Results, tuple[Visit, ...]]:
    """So many shoppers; none begins once `turns` have been held. In the demo shop, or one made for `catalog`.
    `journal`: a URL; all of it is written there, and a shopper opens the first card that breaks nothing of what was
    said. Raises ShopError, RetrievalError, DatasetError, ModelFault, JournalError."""
    products = read_products(catalog or DEMO / "catalog.jsonl")
    settings = Settings()
    tallies: dict[str, Tally] = {}
    visits: list[Visit] = []
    if catalog and index is None:
        opened: AbstractAsyncContextManager[Assistant] = shop_of(
            products, catalog.parent.name, embedder=embedder, say=say
        )
    else:
        opened = opened_shop(
            catalog or DEMO / "catalog.jsonl", DEMO / "shop.json", index=index, embedder=embedder, say=say
        )
    async with (
        opened_model(model, settings, cache=cache, plan_only=plan_only, say=say) as chat,
        opened as assistant,
        _opened(journal) as log,
    ):
        glossary = assistant.shop.glossary
        topics = topics_of(products, glossary)
        spoken = ("en", "zh") if glossary.categories else (assistant.shop.language,)
        models: dict[str, ChatModel] = {"scripted": Scripted()} if model == "scripted" else {"none": Away()}
        models = {"real": chat, **models} if model == "real" else models
        for number, need in enumerate(needs_of(products, shoppers, seed)):
            for arm, held in models.items():
                rng = random.Random(f"{seed}-{number}")
                shopper = Shopper(need, spoken[number % len(spoken)], rng, glossary, topics)
                tally = tallies.setdefault(arm, Tally())
                visit = Visit(arm, f"{arm}-{number}", need)
                talk = Talk(replace(assistant, model=held), f"{visit.id}-{seed}" if log else visit.id, log)
                visits.append(await _held(visit, talk, held, shopper, tally, looks=log is not None))
                if arm == "real":
                    heard = [turn for visit in visits if visit.arm == arm for turn in visit.turns]
                    ensure_answering(heard, prose=not plan_only)
                    say(f"shopper {number + 1}: {'satisfied' if visits[-1].satisfied else 'gave up'}")
            if turns and sum(len(visit.turns) for visit in visits if visit.arm == visits[-1].arm) >= turns:
                break
    heard = [turn for visit in visits if visit.arm == "real" for turn in visit.turns]
    if heard and (found := faults(heard, prose=not plan_only)):
        raise ModelFault(f"This run is no measurement: {'; '.join(found)}.", fix="See that the model runs well.")
    named = {"real": model_name(settings) + (", plans only" if plan_only else ""), "none": "no model"}
    results = Results(
        command="simulate",
        data=f"{catalog.parent.name if catalog else 'demo'}, seed {seed}",
        model=named.get(model, model),
        machine=machine(),
        arms={arm: tally.figures() for arm, tally in tallies.items()},
    )
    return results, tuple(visits)


@asynccontextmanager
async def _opened(url: str | None) -> AsyncGenerator[Journal | None]:
    journal = await SqlJournal.open(url) if url else None
    try:
        yield journal
    finally:
        if journal:
            await journal.close()


async def _held(visit: Visit, talk: Talk, model: ChatModel, shopper: Shopper, tally: Tally, *, looks: bool) -> Visit:
    """One shopper, until something fits or patience ends. `looks`: it opens what keeps to all that it has said."""
    id = visit.id
    scripted = model if isinstance(model, Scripted) else None
    said = shopper.opening()
    wasted = 0
    while len(visit.turns) < PATIENCE and not visit.satisfied:
        last = visit.turns[-1] if visit.turns else None
        if scripted:
            scripted.plan = _plan(said, shopper.need)
            scripted.said.clear()
        heard = await talk.say(said.text)
        visit.turns.append(heard)
        wasted += bool(heard.question and ((last and last.question) or shopper.knew(heard)))
        if scripted:
            tally.add(id, mechanics(heard, last, scripted))
        else:
            tally.add(id, turn_figures(heard, shopper))
        visit.satisfied = shopper.satisfied(heard)
        if looks and (fitting := shopper.fitting(heard)):
            await talk.view(fitting.id)
        if not visit.satisfied:
            said = shopper.next(heard)
    if not scripted:
        tally.add(id, {"success": float(visit.satisfied), "wasted questions a shopper": float(wasted)})
        tally.add(id, {"questions a shopper": float(sum(bool(turn.question) for turn in visit.turns))})
    if visit.satisfied and not scripted:
        tally.add(id, {"turns to success": float(len(visit.turns))})
    return visit


def turn_figures(heard: Heard, shopper: Shopper) -> dict[str, float]:
    """What one turn came to. A card violates a constraint where it breaks something that the shopper has said."""
    report = heard.report
    judged = report.released + len(report.dropped)
    found = {
        "accusations a turn": float(len(heard.accusations)),
        "calls a turn": float(sum(not call.failed for call in report.calls)),
    }
    if heard.fresh:
        state = shopper.need.state(shopper.said)
        wrong = [bool(broken(card.product, state)) for card in heard.screen]
        found["cards that violate what was said"] = sum(wrong) / len(wrong) if wrong else 0.0
        found["products mentioned"] = 1 - len(heard.unmentioned) / len(heard.screen) if heard.screen else 1.0
    if judged:
        found["clauses released"] = report.released / judged
        found["clauses dropped"] = len(report.dropped) / judged
    if report.released or report.templates:
        found["sentences from templates"] = report.templates / (report.released + report.templates)
    return found


def _plan(said: Utterance, need: Need) -> str:
    """The call that is right for this utterance, as JSON; empty where that cannot be told."""
    match said.right:
        case "search":
            return SearchCatalog(query=said.text[:120], category=need.category).model_dump_json()
        case "cheaper":
            return Refine(change="cheaper").model_dump_json()
        case "narrow":
            return Refine(change="narrow", query=said.text[:120]).model_dump_json()
        case "ask":
            return AskShopper(question="What is it for?").model_dump_json()
        case _:
            return ""


def told(visits: Sequence[Visit]) -> list[str]:
    """Every accusation and every product left unmentioned, in a line each."""
    return [
        line
        for visit in visits
        for turn in visit.turns
        for line in (
            *(f"{visit.id}: accused: {each.kind}: {each.quote} ({each.why})" for each in turn.accusations),
            *(f"{visit.id}: not mentioned: {id}" for id in turn.unmentioned),
        )
    ]
