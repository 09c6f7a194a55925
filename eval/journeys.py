"""Written conversations through the production turn, every turn judged: act, request, references, shelf and prose.

With a real model three arms stand side by side: `real` (model and parser), `model alone` (the call that it wrote,
before the parser's certain readings were laid over it: act and references only) and `none` (the parser alone). With
`scripted` there is no figure of quality, only whether the mechanics keep their promises. Knows nothing of shells.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import ValidationError

from agent.assembly import Assistant, Settings
from agent.tools import tool_call
from eval.datasets import read_products
from eval.journeyfile import Journey, Turn
from eval.judging import Before, Verdict, act_of, after, handles_of, judge, pointed
from eval.mechanics import broken_promises, mechanics, right_plan
from eval.models import Arm, Away, Overheard, model_name, opened_model
from eval.results import Results, machine
from eval.scripted import Scripted
from eval.shops import DEMO, opened_shop
from eval.talk import Heard, ModelFault, Talk, ensure_answering, faults
from eval.tally import Tally
from llm_server.chat import ChatModel
from retrieval.product import Product


@dataclass(frozen=True, slots=True)
class Failure:
    """One mark that was not right."""

    arm: str
    journey: str
    turn: int
    mark: str
    why: str
    message: str


@dataclass(frozen=True, slots=True)
class Held:
    """One journey as one arm held it."""

    arm: str
    journey: Journey
    turns: tuple[Heard, ...]
    verdicts: tuple[Verdict, ...]
    """Of the scripted arm: only which promises were not kept."""


@dataclass(slots=True)
class Outcome:
    """A whole run."""

    results: Results
    held: list[Held] = field(default_factory=list[Held])
    failures: list[Failure] = field(default_factory=list[Failure])


async def journeys(
    told: Sequence[Journey],
    *,
    model: Arm = "none",
    catalog: Path = DEMO / "catalog.jsonl",
    shop: Path = DEMO / "shop.json",
    index: Path | None = None,
    embedder: str = "minilm",
    plan_only: bool = False,
    cache: Path | None = None,
    say: Callable[[str], None] = print,
) -> Outcome:
    """Hold these journeys in this shop with every arm. Raises ShopError, RetrievalError, ModelFault."""
    products = read_products(catalog)
    settings = Settings()
    tallies: dict[str, Tally] = {}
    held: list[Held] = []
    async with (
        opened_model(model, settings, cache=cache, plan_only=plan_only, say=say) as chat,
        opened_shop(catalog, shop, index=index, embedder=embedder, say=say) as assistant,
    ):
        for journey in told:
            if model == "scripted":
                held.append(await _mechanics(assistant, journey, tallies.setdefault("scripted", Tally())))
            if model == "real":
                held.append(await _judged(assistant, "real", chat, journey, products, tallies))
                spoken = [turn for each in held if each.arm == "real" for turn in each.turns]
                ensure_answering(spoken, prose=not plan_only)
                say(f"{journey.id}: {' | '.join(turn.tool for turn in held[-1].turns)}")
            if model != "scripted":
                held.append(await _judged(assistant, "none", Away(), journey, products, tallies))
    if model == "real":
        spoken = [turn for each in held if each.arm == "real" for turn in each.turns]
        if found := faults(spoken, prose=not plan_only):
            raise ModelFault(f"This run is no measurement: {'; '.join(found)}.", fix="See that the model runs well.")
    named = {"real": model_name(settings) + (", plans only" if plan_only else ""), "none": "no model"}
    results = Results(
        command="journeys",
        data=f"{len(told)} conversations",
        model=named.get(model, model),
        machine=machine(),
        arms={arm: tally.figures() for arm, tally in tallies.items()},
    )
    return Outcome(results, held, [failure for each in held for failure in _failures(each)])


async def _judged(
    assistant: Assistant,
    arm: str,
    chat: ChatModel,
    journey: Journey,
    products: Sequence[Product],
    tallies: dict[str, Tally],
) -> Held:
    """Hold one journey and judge its turns; figures by arm, and by arm and language."""
    overheard = Overheard(chat)
    talk = Talk(replace(assistant, model=overheard), f"{arm}-{journey.id}")
    before = Before()
    turns: list[Heard] = []
    verdicts: list[Verdict] = []
    for turn in journey.turn:
        heard = await talk.say(turn.say)
        verdict = judge(turn, heard, before, products)
        marks = {name: float(right) for name, right in verdict.marks.items()}
        marks |= {"whole turn": float(all(verdict.marks.values()))}
        for column in (arm, f"{arm}, {journey.language}"):
            tallies.setdefault(column, Tally()).add(journey.id, marks)
        if arm == "real":
            tallies[arm].add(journey.id, _cost(heard))
            tallies.setdefault("model alone", Tally()).add(journey.id, _alone(turn, heard, overheard.plan, before))
        turns.append(heard)
        verdicts.append(verdict)
        before = after(turn, heard, before)
    return Held(arm, journey, tuple(turns), tuple(verdicts))


def _alone(turn: Turn, heard: Heard, plan: str, before: Before) -> dict[str, float]:
    """The marks of the model's own call; a plan that cannot be read is wrong."""
    try:
        call = tool_call.validate_json(plan)
    except ValidationError:
        call = None
    handles = handles_of(call)
    marks = {"act": float(act_of(call.tool if call else "", handles) in turn.does)}
    if turn.points or turn.answers_from:
        marks["reference"] = float(not pointed(turn, handles, before.screen or heard.screen))
    return marks


def _cost(heard: Heard) -> dict[str, float]:
    report = heard.report
    spoken = report.released + len(report.dropped)
    shares = {"clauses released": report.released / spoken} if spoken else {}
    return shares | {
        "calls a turn": float(sum(not call.failed for call in report.calls)),
        "turns of more than three calls": float(len(report.calls) > 3),
        "template sentences a turn": float(report.templates),
    }


async def _mechanics(assistant: Assistant, journey: Journey, tally: Tally) -> Held:
    """Hold one journey with the scripted model: are promises kept?"""
    model = Scripted()
    talk = Talk(replace(assistant, model=model), f"scripted-{journey.id}")
    turns: list[Heard] = []
    verdicts: list[Verdict] = []
    for turn in journey.turn:
        model.plan = right_plan(turn, turns[-1] if turns else None)
        model.said.clear()
        heard = await talk.say(turn.say)
        last = turns[-1] if turns else None
        tally.add(journey.id, mechanics(heard, last, model))
        verdicts.append(Verdict(why=broken_promises(heard, last, model)))
        turns.append(heard)
    return Held("scripted", journey, tuple(turns), tuple(verdicts))


def _failures(held: Held) -> list[Failure]:
    return [
        Failure(held.arm, held.journey.id, number, mark, why, heard.message)
        for number, (heard, verdict) in enumerate(zip(held.turns, held.verdicts, strict=True), 1)
        for mark, why in verdict.why.items()
    ]
