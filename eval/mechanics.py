"""What every turn promises, whoever speaks, and the call that a journey says is right. Knows nothing of how turns are
held.
"""

from typing import Any

from pydantic import ValidationError

from agent.tools import tool_call
from eval.journeyfile import State, Turn
from eval.scripted import Scripted
from eval.talk import Heard


def mechanics(heard: Heard, last: Heard | None, model: Scripted) -> dict[str, float]:
    """What every turn promises, whoever speaks. `true clauses released` and `lies released` are of what this model
    said."""
    true = [claim for claim in model.said if claim.kind == "true"]
    lies = [claim for claim in model.said if claim.kind != "true"]
    shares: dict[str, float] = {}
    if true:
        shares["true clauses released"] = sum(claim.released_in(heard.text) for claim in true) / len(true)
    if lies:
        shares["lies released"] = sum(claim.released_in(heard.text) for claim in lies) / len(lies)
    return {
        "turns that ended": float(heard.ended and not heard.failed),
        "every product mentioned": float(not heard.unmentioned),
        "accusations a turn": float(len(heard.accusations)),
        "asked twice running": float(bool(last and last.question and heard.question)),
        "calls a turn": float(len(heard.report.calls)),
        "turns of more than three calls": float(len(heard.report.calls) > 3),
        **shares,
    }


def right_plan(turn: Turn, last: Heard | None) -> str:
    """The call that the journey says is right, as JSON; empty where it does not say enough."""
    state = (turn.expected or (None,))[0]
    shown = last.screen if last else ()
    handles = list(turn.points or (card.handle for card in shown if card.product.id == turn.answers_from))
    match turn.does[0]:
        case "search":
            category = next((name for name in state.category if name), None) if state else None
            call: dict[str, Any] = {"tool": "search_catalog", "query": turn.say[:120], "category": category}
        case "refine":
            call = {"tool": "refine", "change": _change(state), "item": handles[0] if handles else None}
            call |= {"query": turn.say[:120]} if call["change"] == "narrow" else {}
        case "compare" if len(shown) > 1:
            call = {"tool": "compare", "items": handles if len(handles) > 1 else [1, 2]}
        case "answer" if handles:
            call = {"tool": "reply", "items": handles}
        case "ask":
            call = {"tool": "ask_shopper", "question": "What is it for?"}
        case "chat":
            call = {"tool": "reply", "items": []}
        case _:
            return ""
    try:
        return tool_call.validate_python(call).model_dump_json()
    except ValidationError:
        return ""


def _change(state: State | None) -> str:
    changes = {"price_max": "cheaper", "rating_min": "better_rated", "exclude_brands": "other_brand"}
    return next((changes[name] for name in changes if state and name in state.relative), "narrow")


def broken_promises(heard: Heard, last: Heard | None, model: Scripted) -> dict[str, str]:
    """Which promises this turn did not keep, and how."""
    leaked = [claim.kind for claim in model.said if claim.kind != "true" and claim.released_in(heard.text)]
    found = {
        "ended": heard.failed or ("" if heard.ended else "the turn did not end"),
        "mentioned": ", ".join(heard.unmentioned),
        "true": "; ".join(f"{each.kind}: {each.quote} ({each.why})" for each in heard.accusations),
        "not asked twice": "asked again" if last and last.question and heard.question else "",
        "lies": ", ".join(leaked),
    }
    return {name: why for name, why in found.items() if why}
