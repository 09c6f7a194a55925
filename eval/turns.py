"""Scripted conversations through the production turn, with a real model: how fast, how much, and is it all true?

Every reply is read by `checker.py`, which shares nothing with the product's own gate. A run whose model was down, or
whose replies repeat word for word, is no measurement and fails. Knows nothing of sockets: times count inside the turn.
"""

import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from agent.assembly import Assistant, Settings, build
from agent.events import TurnReport
from eval.checker import Accusation
from eval.results import Figure, Results, figure, machine
from eval.talk import Heard, Talk, faults


class Step(BaseModel, frozen=True, extra="forbid"):
    """What the shopper does next: look at a product, or say something."""

    view: str | None = None
    say: str | None = None


class Script(BaseModel, frozen=True, extra="forbid"):
    """One conversation's shopper side."""

    id: str
    steps: tuple[Step, ...]


class TurnRow(BaseModel, frozen=True, extra="forbid"):
    """What one message came to."""

    script: str
    message: str
    tool: str = ""
    chosen_by: str = ""
    shown: tuple[str, ...] = ()
    """Titles on the cards, in order."""
    text: str = ""
    by_model: int = 0
    """Pieces of the text that the model wrote."""
    notices: tuple[str, ...] = ()
    failed: str = ""
    report: TurnReport = TurnReport()
    accusations: tuple[Accusation, ...] = ()


def read_scripts(path: Path, limit: int | None = None) -> tuple[Script, ...]:
    """Scripts from JSON Lines; at most `limit` of them."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line.strip()]
    return tuple(Script.model_validate_json(line) for line in lines[:limit])


async def run_scripts(assistant: Assistant, scripts: Sequence[Script]) -> AsyncIterator[tuple[TurnRow, Heard]]:
    """Every message of every script, each conversation starting fresh."""
    for script in scripts:
        talk = Talk(assistant, script.id)
        for step in script.steps:
            if step.view:
                await talk.view(step.view)
            if step.say:
                heard = await talk.say(step.say)
                yield row_of(script.id, heard), heard


def row_of(script: str, heard: Heard) -> TurnRow:
    """What was heard, as a row."""
    return TurnRow(
        script=script,
        message=heard.message,
        tool=heard.call.model_dump_json() if heard.call else "",
        chosen_by=heard.chosen_by,
        shown=tuple(card.product.title for card in heard.shown.cards) if heard.shown else (),
        text=heard.text,
        by_model=heard.by_model,
        notices=tuple(notice.code for notice in heard.notices),
        failed=heard.failed,
        report=heard.report,
        accusations=heard.accusations,
    )


def summary(rows: Sequence[TurnRow]) -> dict[str, Figure]:
    """The metrics of a run. Seconds count from the message; a metric that no turn gave is absent."""
    calls = [call for row in rows for call in row.report.calls]
    spoken = [row.report for row in rows if row.report.prose_seconds is not None]
    values: dict[str, list[float]] = {
        "p50_cards_ms": [1000 * row.report.cards_seconds for row in rows if row.report.cards_seconds is not None],
        "p50_plan_s": [call.seconds for call in calls if call.kind == "plan"],
        "p50_narration_first_clause_s": [(said.prose_seconds or 0) - (said.plan_seconds or 0) for said in spoken],
        "p50_first_model_clause_s": [said.prose_seconds or 0 for said in spoken],
        "calls_per_turn": [len(row.report.calls) for row in rows],
        "max_prompt_tokens": [call.prompt_tokens for call in calls],
        "cached_share": [call.cached_tokens / call.prompt_tokens for call in calls if call.prompt_tokens],
        "turns_with_model_prose": [float(row.by_model > 0) for row in rows],
        "clauses_released": [row.report.released for row in rows],
        "clauses_dropped": [len(row.report.dropped) for row in rows],
        "template_sentences": [row.report.templates for row in rows],
        "accusations": [len(row.accusations) for row in rows],
    }
    return {name: figure(held, _statistic(name)) for name, held in values.items() if held}


def _statistic(name: str) -> Callable[[NDArray[np.float64]], float]:
    if name.startswith("p50_"):
        return lambda held: float(np.median(held))
    return (lambda held: float(held.max())) if name.startswith("max_") else (lambda held: float(held.mean()))


async def measured(
    scripts: Path, index: Path, *, limit: int | None, say: Callable[[str], None]
) -> tuple[Results, tuple[TurnRow, ...], tuple[str, ...]]:
    """Hold the conversations over this index with the configured model, or the default engine if none is set.

    Returns the figures, every turn, and why it is no measurement (empty when it is one). Raises RetrievalError."""
    rows: list[TurnRow] = []
    turns: list[Heard] = []
    with tempfile.TemporaryDirectory() as data:
        settings = Settings(data=Path(data), index=index)
        async with build(settings, embedded=True) as assistant:
            if assistant.engine:
                say("waiting for the model")
                await assistant.engine.ready()
            async for row, heard in run_scripts(assistant, read_scripts(scripts, limit)):
                rows.append(row)
                turns.append(heard)
                first = row.report.prose_seconds
                say(f"{row.script}: {row.message}\n    {row.text}\n    {row.tool} first clause {first or 0:.1f} s")
    arms = {"production": summary(rows)}
    model = settings.llm_model if settings.llm_url else "default CPU weights"
    results = Results(command="turns", data=str(scripts), model=model, machine=machine(), arms=arms)
    return results, tuple(rows), faults(turns)
