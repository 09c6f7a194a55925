"""`tuned`: a model as it came and as it was tuned, planning held-out turns under the schema; what tuning gained.

Right is the call that the turn settled on, where the log is a shop's; where it was made by rule, the rule's. Beside
the two stands `commonest`: always the tool and the category that the examples to learn from call most. Knows nothing of
training.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from agent.plan import PLAN_TOKENS
from eval.errors import DatasetError
from eval.rankings import clustered
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
            tallies[arm].add(example.session, right(answer, example.answer))
    results = Results(
        command="tuned",
        data=f"{examples.name}, held out: {len(asked)} plans",
        model=f"{base.name} and {adapter.name}",
        machine=machine(),
        arms={arm: tally.figures() for arm, tally in tallies.items()},
    )
    return results, tuple(_gains(tallies, asked))


def right(answer: str, wanted: str) -> dict[str, float]:
    """Whether the tool is right; the category too, where the tool has one; and the whole call, word for word. An answer
    that was cut off is no call."""
    told, want = _call(answer), _call(wanted)
    tool = told.get("tool") == want.get("tool")
    return {
        "tool": float(tool),
        "tool and category": float(tool and told.get("category") == want.get("category")),
        "call": float(told == want),
    }


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


def _gains(tallies: dict[str, Tally], asked: Sequence[Example]) -> list[Difference]:
    numbers: dict[str, int] = {}
    groups = np.array([numbers.setdefault(each.session, len(numbers)) for each in asked], dtype=np.intp)
    after = tallies["tuned"].values
    return [
        Difference(
            arm="tuned",
            other=other,
            metric=metric,
            figure=clustered([one - two for one, two in zip(after[metric], values, strict=True)], groups),
        )
        for other in ("base", "commonest")
        for metric, values in tallies[other].values.items()
    ]


def _call(text: str) -> dict[str, Any]:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return {}
