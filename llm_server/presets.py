"""What vLLM is told to serve, and how: models by what they need, and two profiles; each with its reason. Pure.

Nothing here has been run on a GPU: the choices follow from the models' published architectures and the sizes computed
from them. Knows nothing of command lines (`vllm_options.py`).
"""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from llm_server.cards import Card
from llm_server.engines import Profile
from llm_server.sizes import Architecture, WeightType, needed_bytes

USABLE = 0.9
"""Share of a card's memory that vLLM may take: the driver and the display keep the rest."""
SEQUENCES = 4
"""Calls of full length that must fit at once. The product's calls fill a tenth of their context, so that is forty."""
LEAST_CAPABILITY: dict[WeightType, tuple[int, int]] = {"bf16": (8, 0), "fp16": (7, 0), "fp8": (8, 9), "awq": (7, 5)}
"""CUDA compute capability. FP8 is multiplied from Ada and Hopper on, bfloat16 from Ampere, 4 bits from Turing."""

_VOCABULARY = 151_936


class Preset(BaseModel, frozen=True, extra="forbid"):
    """A model, and why it is here."""

    model: str
    """Its hub id."""
    weights: WeightType
    architecture: Architecture
    reason: str


_A3B = Architecture(
    hidden_size=2048,
    num_hidden_layers=48,
    num_attention_heads=32,
    num_key_value_heads=4,
    head_dim=128,
    num_experts=128,
    moe_intermediate_size=768,
    vocab_size=_VOCABULARY,
)
_8B = Architecture(
    hidden_size=4096,
    num_hidden_layers=36,
    num_attention_heads=32,
    num_key_value_heads=8,
    head_dim=128,
    intermediate_size=12_288,
    vocab_size=_VOCABULARY,
)
_4B = Architecture(
    hidden_size=2560,
    num_hidden_layers=36,
    num_attention_heads=32,
    num_key_value_heads=8,
    head_dim=128,
    intermediate_size=9728,
    vocab_size=_VOCABULARY,
    tie_word_embeddings=True,
)

PRESETS = (
    Preset(
        model="Qwen/Qwen3-30B-A3B-Instruct-2507-FP8",
        weights="fp8",
        architecture=_A3B,
        reason="Reads and writes with 3 of its 30 billion parameters, so a first clause comes as soon as a 4B model's; "
        "English and Chinese; never thinks aloud. One card of 48 or 80 GB, or two of 24.",
    ),
    Preset(
        model="Qwen/Qwen3-30B-A3B-Instruct-2507",
        weights="bf16",
        architecture=_A3B,
        reason="The same where the cards cannot multiply FP8: one A100 of 80 GB, or two of 40.",
    ),
    Preset(
        model="Qwen/Qwen3-8B-FP8",
        weights="fp8",
        architecture=_8B,
        reason="One card of 24 GB: the largest of the family that leaves half of it to the KV cache.",
    ),
    Preset(
        model="Qwen/Qwen3-8B-AWQ",
        weights="awq",
        architecture=_8B,
        reason="The same in 4 bits where the card cannot multiply FP8 (24 GB, before Ada) or has only 16 GB.",
    ),
    Preset(
        model="Qwen/Qwen3-4B-AWQ",
        weights="awq",
        architecture=_4B,
        reason="One card of 12 GB: plans well enough under a schema, and the gate checks what it writes.",
    ),
)
"""Best first. None is larger than a shop assistant's two short calls repay: further cards serve more shoppers."""


class Tuning(BaseModel, frozen=True, extra="forbid"):
    """What a profile changes."""

    max_num_seqs: int
    """Calls that are worked on at once."""
    max_num_batched_tokens: int
    """Tokens of one step. Prompts are read in chunks of at most that, between the steps of those who write."""
    speculation: dict[str, Any] | None
    reason: str


TUNINGS: dict[Profile, Tuning] = {
    "latency": Tuning(
        max_num_seqs=32,
        max_num_batched_tokens=2048,
        speculation={
            "method": "ngram",
            "num_speculative_tokens": 4,
            "prompt_lookup_min": 2,
            "prompt_lookup_max": 4,
        },
        reason="Few shoppers at once, each answered soon: small chunks, so that nobody's prompt holds up another's "
        "words, and guesses from the prompt itself, because narration repeats the catalogue's phrases and a plan the "
        "shopper's; that needs no second model, and costs nothing while the card is not busy.",
    ),
    "throughput": Tuning(
        max_num_seqs=256,
        max_num_batched_tokens=8192,
        speculation=None,
        reason="Many shoppers at once: the card is busy with real tokens, so guesses would only displace them.",
    ),
}


class Layout(BaseModel, frozen=True, extra="forbid"):
    """How cards are shared out: `tensor_parallel` of them hold one copy of the model; `data_parallel` copies run."""

    tensor_parallel: int = 1
    data_parallel: int = 1


def runs(weights: WeightType, cards: Sequence[Card]) -> bool:
    """Every card can compute with weights of this kind."""
    return all(card.capability >= LEAST_CAPABILITY[weights] for card in cards)


def lay_out(architecture: Architecture, weights: WeightType, cards: Sequence[Card], context: int) -> Layout | None:
    """The fewest cards that hold one copy, and as many copies as the cards then hold; None where all are too small.

    Copies before width: two halves talk for every token, two copies never.
    """
    for width in (1, 2, 4, 8):
        if width > len(cards) or architecture.num_attention_heads % width:
            break
        needed = needed_bytes(architecture, weights, context=context, sequences=SEQUENCES, tensor_parallel=width)
        if all(needed <= card.memory * USABLE for card in cards):
            return Layout(tensor_parallel=width, data_parallel=len(cards) // width)
    return None


def choose(cards: Sequence[Card], context: int) -> Preset | None:
    """The best preset that these cards run and hold; None where there is none."""
    for preset in PRESETS if cards else ():
        if runs(preset.weights, cards) and lay_out(preset.architecture, preset.weights, cards, context):
            return preset
    return None
