"""LocalModel: a model of transformers in this process, with an adapter or without, that answers under a schema.

It writes the likeliest token of those that keep the answer within the schema, one after the other, and computes the
beginning that a prompt shares with the one before only once: what an engine does, without an engine. For measuring; a
shop is served by an engine.
"""

import importlib
import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from llm_server.answertokens import Tokenizer
from llm_server.bound import pattern
from llm_server.chat import Completion, Message, Usage
from llm_server.finetune import FinetuneError

_LIKELY = (32, 1024)
"""So many of the likeliest tokens are tried before the next more, and then all."""


class LocalModel:
    """Make one with `open`."""

    def __init__(self, model: Any, tokenizer: Tokenizer) -> None:
        self._model, self._tokenizer = model, tokenizer
        self._cache: Any = None
        self._cached: tuple[int, ...] = ()

    @classmethod
    def open(cls, base: Path, adapter: Path | None = None, *, threads: int = 1) -> "LocalModel":
        """Load it. Raises FinetuneError."""
        import torch

        transformers: Any = importlib.import_module("transformers")
        torch.set_num_threads(threads)
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(base)
            model = transformers.AutoModelForCausalLM.from_pretrained(base, dtype="auto")
            if adapter:
                peft: Any = importlib.import_module("peft")
                model = peft.PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()
        except (OSError, ValueError, ImportError) as error:
            raise FinetuneError(
                f"{adapter or base} cannot be loaded: {error}.", fix="Name folders that hold one."
            ) from error
        return cls(model.eval(), tokenizer)

    def complete(self, messages: Sequence[Message], schema: dict[str, Any], *, max_tokens: int) -> Completion:
        """One JSON text that satisfies the schema, or its beginning where `max_tokens` do not suffice."""
        import torch

        regex: Any = importlib.import_module("regex")
        bound = regex.compile(pattern(schema))
        chat = [{"role": each.role, "content": each.content} for each in messages]
        asked: str = self._tokenizer.apply_chat_template(
            chat, add_generation_prompt=True, tokenize=False, enable_thinking=False
        )
        prompt = self._tokenizer.encode(asked, add_special_tokens=False)
        said: list[int] = []
        text = ""
        with torch.inference_mode():
            while len(said) < max_tokens and not bound.fullmatch(text):
                token, text = self._next(self._scores((*prompt, *said)), said, bound)
                said.append(token)
        return Completion(text=text, usage=Usage(prompt_tokens=len(prompt), completion_tokens=len(said)))

    def _scores(self, ids: tuple[int, ...]) -> Any:
        """Of every token, as the next one."""
        import torch

        known = 0
        while known < min(len(ids) - 1, len(self._cached)) and ids[known] == self._cached[known]:
            known += 1
        if self._cache is not None and known < len(self._cached):
            self._cache.crop(known - len(self._cached))  # so many off its end
        told = self._model(
            input_ids=torch.tensor([ids[known:]]),
            position_ids=torch.arange(known, len(ids))[None],
            use_cache=True,
            logits_to_keep=1,
            **({_cache_name(self._model): self._cache} if self._cache is not None else {}),
        )
        self._cache, self._cached = told[_cache_name(self._model)], ids
        return told.logits[0, -1]

    def _next(self, scores: Any, said: list[int], bound: Any) -> tuple[int, str]:
        tokenizer: Any = self._tokenizer
        special = set(tokenizer.all_special_ids)
        tried: set[int] = set()
        for many in (*_LIKELY, len(scores)):
            for token in scores.topk(min(many, len(scores))).indices.tolist():
                if token in tried or token in special:
                    continue
                tried.add(token)
                text = tokenizer.decode([*said, token])
                if bound.fullmatch(text, partial=True):
                    return token, text
        raise FinetuneError("No token keeps within the schema.", fix="Use a model whose tokens can spell JSON.")


def _cache_name(model: Any) -> str:
    """It has been renamed."""
    return "cache" if "cache" in inspect.signature(model.forward).parameters else "past_key_values"
