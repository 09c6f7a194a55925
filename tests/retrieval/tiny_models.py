"""Tiny models of random weights, as the real libraries save them: the loading is real, the sense is not."""

from pathlib import Path

import torch
from sentence_transformers import CrossEncoder, SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from transformers import BertConfig, BertForSequenceClassification, BertModel, BertTokenizerFast

WORDS = (
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "query",
    "passage",
    "red",
    "shoe",
    "kettle",
    "红",
    "色",
    "鞋",
    ":",
)


def bi_encoder(folder: Path, *, prompts: dict[str, str] | None = None) -> str:
    """A sentence-transformers model whose own config says which prompts it needs."""
    BertModel(_config(folder)).save_pretrained(folder / "bert")
    _tokenizer(folder).save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"))
    model = SentenceTransformer(modules=[transformer, Pooling(16, "mean")], prompts=prompts, device="cpu")
    model.save(str(folder / "bi"))
    return str(folder / "bi")


def cross_encoder(folder: Path, *, labels: int = 1) -> str:
    BertForSequenceClassification(_config(folder, num_labels=labels)).save_pretrained(folder / "bert")
    _tokenizer(folder).save_pretrained(folder / "bert")
    CrossEncoder(str(folder / "bert"), device="cpu").save_pretrained(str(folder / "cross"))
    return str(folder / "cross")


def _config(folder: Path, **more: int) -> BertConfig:
    torch.manual_seed(7)
    (folder / "vocab.txt").write_text("\n".join(WORDS), "utf-8")
    return BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        initializer_range=1.0,
        **more,
    )


def _tokenizer(folder: Path) -> BertTokenizerFast:
    return BertTokenizerFast(str(folder / "vocab.txt"), model_max_length=64)
