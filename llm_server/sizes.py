"""How much of a card's memory a model takes: weights, KV cache and the rest, from its architecture. Pure.

Knows nothing of cards or engines.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

WeightType = Literal["bf16", "fp16", "fp8", "awq"]

_BYTES: dict[WeightType, float] = {"bf16": 2.0, "fp16": 2.0, "fp8": 1.0, "awq": 0.52}
"""Of one weight, its share of the scales included (AWQ: 4 bits, and 20 bits for each group of 128)."""
_WIDE = 2
"""Bytes of a weight or a cached value that is not quantised."""
_REST = 2_100_000_000
"""Bytes on each card for activations, CUDA graphs and the CUDA context of a model this size."""


class Architecture(BaseModel, frozen=True):
    """The figures of a `config.json` that decide its size; others there are ignored. A decoder of the Llama kind:
    grouped queries, gated feed-forward, dense or a mixture of experts."""

    hidden_size: int = Field(gt=0)
    num_hidden_layers: int = Field(gt=0)
    num_attention_heads: int = Field(gt=0)
    num_key_value_heads: int = Field(gt=0)
    head_dim: int = Field(gt=0)
    intermediate_size: int = Field(default=0, ge=0)
    """Of the feed-forward part; where there are experts, `moe_intermediate_size` of each counts instead."""
    num_experts: int = Field(default=0, ge=0)
    moe_intermediate_size: int = Field(default=0, ge=0)
    vocab_size: int = Field(gt=0)
    tie_word_embeddings: bool = False

    @property
    def embedding_parameters(self) -> int:
        """Weights of the embedding and of the output, which quantised models keep wide."""
        return self.vocab_size * self.hidden_size * (1 if self.tie_word_embeddings else 2)

    @property
    def parameters(self) -> int:
        """All weights but those of norms and biases, which are a thousandth."""
        queries = self.num_attention_heads * self.head_dim
        values = self.num_key_value_heads * self.head_dim
        attention = 2 * self.hidden_size * (queries + values)
        dense = 3 * self.hidden_size * self.intermediate_size
        experts = self.num_experts * self.hidden_size * (3 * self.moe_intermediate_size + 1)
        layer = attention + (experts if self.num_experts else dense)
        return self.num_hidden_layers * layer + self.embedding_parameters


def architecture_of(config: Mapping[str, Any]) -> Architecture | None:
    """The architecture that a model's `config.json` tells; None where it is of another kind."""
    heads, hidden = config.get("num_attention_heads"), config.get("hidden_size")
    told = dict(config)
    if told.get("num_key_value_heads") is None:
        told["num_key_value_heads"] = heads
    if told.get("head_dim") is None and isinstance(heads, int) and isinstance(hidden, int) and heads > 0:
        told["head_dim"] = hidden // heads
    try:
        return Architecture.model_validate(told)
    except ValidationError:
        return None


def weight_type_of(config: Mapping[str, Any]) -> WeightType:
    """How a model's `config.json` says its weights are kept; what is not known to be smaller counts as wide."""
    match config.get("quantization_config"):
        case {"quant_method": "fp8"}:
            return "fp8"
        case {"quant_method": "awq"}:
            return "awq"
        case _:
            return "fp16" if config.get("dtype", config.get("torch_dtype")) == "float16" else "bf16"


def weight_bytes(architecture: Architecture, kind: WeightType) -> int:
    """Bytes of all weights."""
    inner = architecture.parameters - architecture.embedding_parameters
    return round(architecture.embedding_parameters * _WIDE + inner * _BYTES[kind])


def cache_bytes(architecture: Architecture, tokens: int) -> int:
    """Bytes of the KV cache of so many tokens: a key and a value for each layer and each of its heads."""
    each = 2 * architecture.num_hidden_layers * architecture.num_key_value_heads * architecture.head_dim * _WIDE
    return each * tokens


def needed_bytes(
    architecture: Architecture, kind: WeightType, *, context: int, sequences: int, tensor_parallel: int = 1
) -> int:
    """Bytes on each of `tensor_parallel` cards, with room for `sequences` calls of `context` tokens at once."""
    shared = weight_bytes(architecture, kind) + cache_bytes(architecture, context * sequences)
    return -(-shared // tensor_parallel) + _REST
