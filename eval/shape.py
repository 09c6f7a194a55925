"""A folder that vLLM loads as Qwen3-8B with made-up weights (`--load-format dummy`): its shape, and a small tokenizer
with as many tokens.

Speed depends on the shape of a model, not on what it learnt. The shape is the published one; the tokenizer is learnt
from the demo shop's texts, so that the product's prompts have about as many tokens as words, and filled up with
tokens that no text has. Knows nothing of engines.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

NAME = "Qwen3-8B"
VOCABULARY = 151_936
SPECIAL = {"<|endoftext|>": 151_643, "<|im_start|>": 151_644, "<|im_end|>": 151_645}
_LEARNT = 8_000
_CHAT = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def config() -> dict[str, Any]:
    """The architecture, as `config.json` has it."""
    return {
        "architectures": ["Qwen3ForCausalLM"],
        "model_type": "qwen3",
        "attention_bias": False,
        "attention_dropout": 0.0,
        "bos_token_id": SPECIAL["<|endoftext|>"],
        "eos_token_id": SPECIAL["<|im_end|>"],
        "head_dim": 128,
        "hidden_act": "silu",
        "hidden_size": 4096,
        "initializer_range": 0.02,
        "intermediate_size": 12288,
        "max_position_embeddings": 40960,
        "max_window_layers": 36,
        "num_attention_heads": 32,
        "num_hidden_layers": 36,
        "num_key_value_heads": 8,
        "rms_norm_eps": 1e-06,
        "rope_scaling": None,
        "rope_theta": 1000000,
        "sliding_window": None,
        "tie_word_embeddings": False,
        "torch_dtype": "bfloat16",
        "use_cache": True,
        "use_sliding_window": False,
        "vocab_size": VOCABULARY,
    }


def parameters(told: dict[str, Any]) -> int:
    """How many weights a model of this shape has."""
    wide, heads, keys, head = (
        told[name] for name in ("hidden_size", "num_attention_heads", "num_key_value_heads", "head_dim")
    )
    attention = wide * head * (2 * heads + 2 * keys) + 2 * head
    layer = attention + 3 * wide * told["intermediate_size"] + 2 * wide
    return told["num_hidden_layers"] * layer + wide + 2 * told["vocab_size"] * wide


def tokenizer(texts: Iterable[str]) -> Tokenizer:
    """Byte-level BPE learnt from these texts, with a token for every id of the vocabulary."""
    learnt = Tokenizer(models.BPE())
    learnt.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=_LEARNT, initial_alphabet=alphabet, show_progress=False)
    learnt.train_from_iterator(texts, trainer)
    held: dict[str, Any] = json.loads(learnt.to_str())["model"]
    vocabulary: dict[str, int] = held["vocab"] | SPECIAL
    taken = set(vocabulary.values())
    vocabulary |= {f"filler{id}": id for id in range(VOCABULARY) if id not in taken}
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=[tuple(pair) for pair in held["merges"]]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(name, special=True) for name in SPECIAL])  # pyright: ignore[reportUnknownMemberType]
    return made


def write(folder: Path, texts: Iterable[str]) -> None:
    """The folder, made or made anew."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer(texts).save(str(folder / "tokenizer.json"))
    told = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": None,
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "model_max_length": 40960,
        "chat_template": _CHAT,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    (folder / "config.json").write_text(json.dumps(config(), indent=1) + "\n", "utf-8")
