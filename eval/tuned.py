"""`tuned`: a model as it came and as it was tuned, planning held-out turns under the schema; what tuning gained.

Right is the call that the turn settled on, where the log is a shop's; where it was made by rule, the rule's. Beside
the two stands `commonest`: always the tool and the category that the examples to learn from call most. Knows nothing of
training.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from agent.lexicon import CJK
from agent.plan import PLAN_TOKENS
from eval.errors import DatasetError
from eval.results import Difference, Results, machine
from eval.tally import Tally
from llm_server.examples import Example, ExamplesError, read_examples
from llm_server.finetune import FinetuneError
from llm_server.local import LocalModel

_EVERY = 10

Say = Callable[[str], None]


def tuned(
    examples: Path, base: Path, adapter: Path, *, limit: int | None, threads: int, say: Say
) -> tuple[Results, tuple[Difference, ...]]:
    """Both arms, greedy, on the planning examples that are held out, and their difference, turn by turn. Raises
    DatasetError."""
    try:
        held = read_examples(examples)
        asked = [each for each in held if each.held_out and each.kind == "plan" and each.json_schema][:limit]
        if not asked:
            raise DatasetError(f"{examples} holds out no plan.", fix="Make it with a larger --held-out.")
        said = {
            arm: _answers(LocalModel.open(base, tuning, threads=threads), asked, arm, say)
            for arm, tuning in (("base", None), ("tuned", adapter))
        }
    except (ExamplesError, FinetuneError) as error:
        raise DatasetError(error.message, fix=error.fix) from error
    said["commonest"] = [commonest([each for each in held if not each.held_out])] * len(asked)
    tallies = {arm: Tally() for arm in said}
    for arm, answers in said.items():
        for example, answer in zip(asked, answers, strict=True):
            marks = right(answer, example.answer)
            language = spoken(example)
            tallies[arm].add(example.session, marks | {f"{name}, {language}": mark for name, mark in marks.items()})
    results = Results(
        command="tuned",
        data=f"{examples.name}, held out: {len(asked)} plans",
        model=f"{base.name} and {adapter.name}",
        machine=machine(),
        arms={arm: tally.figures() for arm, tally in tallies.items()},
    )
    return results, tuple(_gains(tallies))


def right(answer: str, wanted: str) -> dict[str, float]:
    """Whether the tool is right; the category too, where the tool has one; the whole call, word for word; and whether
    there is a call: an answer that was cut off is none."""
    told, want = _call(answer), _call(wanted)
    tool = told.get("tool") == want.get("tool")
    return {
        "tool": float(tool),
        "tool and category": float(tool and told.get("category") == want.get("category")),
        "call": float(told == want),
        "finished": float(bool(told)),
    }


def spoken(example: Example) -> str:
    """The language of the shopper's message, `en` or `zh`."""
    return "zh" if re.search(f"[{CJK}]", example.prompt[-1].content.rpartition("\n")[2]) else "en"


def commonest(examples: Sequence[Example]) -> str:
    """The tool and category that these plans call most, as a call."""
    calls = [_call(each.answer) for each in examples if each.kind == "plan"]
    counted = Counter((call.get("tool"), call.get("category")) for call in calls)
    (tool, category), _ = counted.most_common(1)[0] if counted else ((None, None), 0)
    return json.dumps({"tool": tool, **({"category": category} if category else {})})


def _answers(model: LocalModel, asked: Sequence[Example], arm: str, say: Say) -> list[str]:
    found: list[str] = []
    for number, example in enumerate(asked, 1):
        assert example.json_schema is not None
        found.append(model.complete(example.prompt, example.json_schema, max_tokens=PLAN_TOKENS).text)
        if number % _EVERY == 0 or number == len(asked):
            say(f"{arm}: {number} of {len(asked)}")
    return found


def _gains(tallies: dict[str, Tally]) -> list[Difference]:
    after = tallies["tuned"]
    gained = {other: Tally() for other in ("base", "commonest")}
    for other, gain in gained.items():
        for metric, values in after.values.items():
            before = tallies[other].values[metric]
            for group, one, two in zip(after.groups[metric], values, before, strict=True):
                gain.add(group, {metric: one - two})
    return [
        Difference(arm="tuned", other=other, metric=metric, figure=figure)
        for other, gain in gained.items()
        for metric, figure in gain.figures().items()
    ]


def _call(text: str) -> dict[str, Any]:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return {}
