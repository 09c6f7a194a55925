"""A chat model of two layers and random weights, with characters for tokens, as the real libraries save them."""

from pathlib import Path
from typing import Any

import tokenizers
import torch
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

TEMPLATE = (
    "{% for m in messages %}{{ '<s>' + m['role'] + ' ' + m['content'] + '</s>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<s>assistant ' }}{% endif %}"
)
SIGNS = [chr(code) for code in range(32, 127)]


def tiny_chat(folder: Path) -> Path:
    vocabulary = {sign: number for number, sign in enumerate(["<unk>", "<s>", "</s>", *SIGNS])}
    held: Any = tokenizers.Tokenizer(tokenizers.models.BPE(vocabulary, [], unk_token="<unk>"))
    held.decoder = tokenizers.decoders.Fuse()
    words: Any = PreTrainedTokenizerFast(
        tokenizer_object=held, unk_token="<unk>", bos_token="<s>", eos_token="</s>", chat_template=TEMPLATE
    )
    words.save_pretrained(folder)
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder
