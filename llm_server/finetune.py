"""Fine-tuning: a LoRA adapter for a model, learnt from examples; a folder in PEFT's form, as vLLM takes it.

* FinetuneError     it cannot be done; has a `fix` in words

The loss is that of the answers' tokens. The same examples, options and machine give the same adapter. On a GPU where
there is one. torch, transformers and PEFT are imported here, when it is called. Knows nothing of shops.
"""

import importlib
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from llm_server.answertokens import Encoded, Packed, encoded, packed
from llm_server.examples import Example

RANK = 16
RATE = 5e-4
"""The highest learning rate; it rises over the first twentieth of the steps and falls to nothing after."""
BATCH = 8
_WARM = 0.05
_CLIP = 1.0


class FinetuneError(Exception):
    """It cannot be done. `fix` says what to do about it."""

    def __init__(self, message: str, *, fix: str) -> None:
        super().__init__(f"{message} {fix}")
        self.message = message
        self.fix = fix


class Step(BaseModel, frozen=True, extra="forbid"):
    """One step of learning."""

    step: int
    loss: float
    """Nats a token, over the tokens of the batch's answers, before the step."""
    tokens: int


class Learnt(BaseModel, frozen=True, extra="forbid"):
    """What became of a run; `loss.json` beside the adapter."""

    base: str
    examples: int
    too_long: int
    """Examples that were left out for their length."""
    seed: int
    seconds: float
    steps: tuple[Step, ...]


Told = Callable[[int, int, float], None]
"""Called with (steps done, steps in all, the last loss)."""


def finetune(
    examples: Sequence[Example],
    base: Path,
    out: Path,
    *,
    epochs: int = 1,
    tokens: int = 1024,
    seed: int = 0,
    threads: int = 1,
    on_step: Told = lambda _done, _all, _loss: None,
) -> Learnt:
    """Learn from the examples that are not held out and have at most `tokens` tokens; write the adapter and `loss.json`
    (after every step) into `out`. Raises FinetuneError."""
    torch, transformers = _imported("torch"), _imported("transformers")
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    began = time.monotonic()
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(base)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        model = transformers.AutoModelForCausalLM.from_pretrained(base, dtype="auto").to(device)
        known = [(each.kind, encoded(each, tokenizer)) for each in examples if not each.held_out]
    except (OSError, ValueError) as error:
        raise FinetuneError(
            f"{base} cannot be learnt from: {error}.", fix="Name a folder with a chat model."
        ) from error
    fitting = [(kind, each) for kind, each in known if len(each.ids) <= tokens]
    if not fitting:
        raise FinetuneError(
            f"No example to learn from has {tokens} tokens or less.", fix="Give more, or more --tokens."
        )
    model = _adapted(model)
    learnt = [each for each in model.parameters() if each.requires_grad]
    optimizer = torch.optim.AdamW(learnt, lr=RATE, weight_decay=0.0)
    every = [batch for epoch in range(epochs) for batch in batches(fitting, random.Random(f"{seed}-{epoch}"))]
    result = Learnt(
        base=str(base), examples=len(fitting), too_long=len(known) - len(fitting), seed=seed, seconds=0.0, steps=()
    )
    out.mkdir(parents=True, exist_ok=True)
    for number, batch in enumerate(every):
        for group in optimizer.param_groups:
            group["lr"] = RATE * share_of_rate(number, len(every))
        told = packed(batch)
        loss = loss_of(model, told, device)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learnt, _CLIP)
        optimizer.step()
        step = Step(step=number + 1, loss=loss.item(), tokens=len(told.targets))
        result = result.model_copy(update={"steps": (*result.steps, step), "seconds": time.monotonic() - began})
        (out / "loss.json").write_text(result.model_dump_json(indent=1) + "\n", "utf-8")
        on_step(step.step, len(every), step.loss)
    model.save_pretrained(out)
    return result


def batches(examples: Sequence[tuple[str, Encoded]], rng: random.Random) -> list[list[Encoded]]:
    """All examples once, in an order of chance, those of one kind together: their prompts begin alike."""
    found: list[list[Encoded]] = []
    for kind in sorted({kind for kind, _ in examples}):
        held = [each for of, each in examples if of == kind]
        rng.shuffle(held)
        found += [held[at : at + BATCH] for at in range(0, len(held), BATCH)]
    rng.shuffle(found)
    return found


def share_of_rate(number: int, steps: int) -> float:
    """Of step `number` from 0: up in a line, then down in one."""
    warm = max(1, round(steps * _WARM))
    return (number + 1) / warm if number < warm else (steps - number) / (steps - warm)


def _adapted(model: Any) -> Any:
    """The model with an adapter beside every linear layer but the last: all that vLLM takes."""
    peft = _imported("peft")
    config = peft.LoraConfig(
        r=RANK, lora_alpha=2 * RANK, lora_dropout=0.0, target_modules="all-linear", task_type="CAUSAL_LM"
    )
    return peft.get_peft_model(model, config).train()


def loss_of(model: Any, told: Packed, device: str) -> Any:
    """The mean loss of the answers' tokens, in nats."""
    torch = _imported("torch")
    places = sorted({place for place, _ in told.targets})
    rows = {place: row for row, place in enumerate(places)}
    sees = torch.from_numpy(told.sees)[None, None].to(device)
    mask = torch.zeros(sees.shape, dtype=model.dtype, device=device).masked_fill(~sees, torch.finfo(model.dtype).min)
    scores = model(
        input_ids=torch.tensor([told.ids], device=device),
        position_ids=torch.tensor([told.positions], device=device),
        attention_mask=mask,
        use_cache=False,
        logits_to_keep=torch.tensor(places, device=device),
    ).logits[0]
    at = torch.tensor([rows[place] for place, _ in told.targets], device=device)
    wanted = torch.tensor([token for _, token in told.targets], device=device)
    return torch.nn.functional.cross_entropy(scores[at].float(), wanted)


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise FinetuneError(f"{name} is not installed.", fix="Run: pip install 'floorwalker[finetune]'") from error
