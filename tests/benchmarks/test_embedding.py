"""Measured on a CPU: products embedded a second and milliseconds a query, by torch and by ONNX Runtime.

    pip install onnx onnxruntime
    FLOORWALKER_CATALOG=catalog.jsonl python -m pytest -m benchmark -s tests/benchmarks/test_embedding.py

Every arm embeds the same 500 texts in turn, and they are compared by CPU seconds: a busy machine matters less.
With FLOORWALKER_JUDGED=DIR (catalog.jsonl.gz, queries.jsonl, qrels.tsv) it also prints recall@50 of exact dense search.
It exports the model into a temporary folder. Asserts only that the exact export has torch's vectors.
"""

import json
import os
import statistics
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retrieval.embed import DEFAULT, SentenceTransformerEmbedder, Vectors
from retrieval.feeds.reader import read_feed
from retrieval.product import Product

PRODUCTS, ROUND, QUERIES, RELEVANT = 4000, 500, 200, 233


class Onnx:
    """The same batches as torch's, through a session that each thread uses with one thread of its own."""

    def __init__(self, model: Path, tokenizer: Any, threads: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._tokenizer, self._threads = tokenizer, threads

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        order = sorted(range(len(texts)), key=lambda at: -len(texts[at]))
        batches = [[texts[at] for at in order[start : start + 32]] for start in range(0, len(order), 32)]
        with ThreadPoolExecutor(self._threads) as pool:
            found = np.concatenate(list(pool.map(self._batch, batches)))
        rows = np.empty_like(found)
        rows[order] = found
        return rows

    def embed_query(self, text: str) -> Vectors:
        return self._batch([text])[0]

    def _batch(self, texts: list[str]) -> Vectors:
        read = self._tokenizer.encode_batch(texts)
        ids, mask = (np.array([getattr(one, part) for one in read]) for part in ("ids", "attention_mask"))
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        words = self._session.run(None, inputs)[0]
        means = (words * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
        return (means / np.linalg.norm(means, axis=1, keepdims=True)).astype(np.float32)


def export(folder: Path) -> tuple[Path, Path, Any]:
    """The model as ONNX, exact and int8 (weights by channel, activations as they come), and its tokenizer."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.transformers.fusion_options import FusionOptions
    from onnxruntime.transformers.optimizer import optimize_model
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

    from retrieval.embed import _path_of

    class Words(torch.nn.Module):
        def __init__(self, bert: Any) -> None:
            super().__init__()
            self.bert = bert

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            given = {"attention_mask": attention_mask, "token_type_ids": token_type_ids}
            return self.bert(input_ids=input_ids, **given).last_hidden_state

    exact, fused, int8 = (folder / f"{name}.onnx" for name in ("exact", "fused", "int8"))
    model = SentenceTransformer(_path_of(DEFAULT), device="cpu", model_kwargs={"attn_implementation": "eager"})
    names = ["input_ids", "attention_mask", "token_type_ids"]
    sample = model.tokenizer(["a red shoe", "a kettle"], padding=True, return_tensors="pt")
    torch.onnx.export(
        Words(model[0].model).eval(),
        tuple(sample[name] for name in names),
        str(exact),
        input_names=names,
        output_names=["words"],
        dynamic_axes={name: {0: "texts", 1: "tokens"} for name in [*names, "words"]},
        opset_version=17,
        dynamo=False,
    )
    options = FusionOptions("bert")
    options.enable_embed_layer_norm = False
    optimize_model(
        str(exact), "bert", num_heads=12, hidden_size=384, optimization_options=options, opt_level=0
    ).save_model_to_file(str(fused))
    quantize_dynamic(
        fused,
        int8,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        op_types_to_quantize=["MatMul", "Attention"],
        extra_options={"DefaultTensorType": 1},
    )
    tokenizer = Tokenizer.from_file(f"{_path_of(DEFAULT)}/tokenizer.json")
    tokenizer.enable_truncation(128)
    tokenizer.enable_padding()
    return exact, int8, tokenizer


@pytest.mark.benchmark
@pytest.mark.filterwarnings("ignore")
def test_torch_against_onnx(tmp_path: Path) -> None:
    catalogue = os.environ.get("FLOORWALKER_CATALOG")
    if not catalogue:
        pytest.skip("set FLOORWALKER_CATALOG to a feed of some thousand products")
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    exact, int8, tokenizer = export(tmp_path)
    texts = _spread([row.document for row in read_feed(Path(catalogue)) if isinstance(row, Product)])
    for threads in (2, 1):
        arms = {
            "torch": SentenceTransformerEmbedder(threads=threads),
            "onnx exact": Onnx(exact, tokenizer, threads),
            "onnx int8": Onnx(int8, tokenizer, threads),
        }
        vectors = _speed(arms, texts, threads)
        assert (vectors["torch"] * vectors["onnx exact"]).sum(1).min() > 0.99
    _latency(arms, [text[:40] for text in islice(texts, QUERIES)])
    if judged := os.environ.get("FLOORWALKER_JUDGED"):
        for name, arm in arms.items():
            print(f"{name:10}  recall@50 {_recall(arm, Path(judged)):.4f}")


def _spread(texts: list[str]) -> list[str]:
    spread = texts[:: max(1, len(texts) // PRODUCTS)][:PRODUCTS]
    return [spread[at] for at in np.random.default_rng(0).permutation(len(spread))]


def _speed(arms: dict[str, Any], texts: list[str], threads: int) -> dict[str, Vectors]:
    wall, cpu = dict.fromkeys(arms, 0.0), dict.fromkeys(arms, 0.0)
    vectors: dict[str, list[Vectors]] = {name: [] for name in arms}
    for arm in arms.values():
        arm.embed_documents(texts[:64])
    for start in range(0, len(texts), ROUND):
        for name, arm in arms.items():
            began, used = time.perf_counter(), time.process_time()
            vectors[name].append(arm.embed_documents(texts[start : start + ROUND]))
            wall[name] += time.perf_counter() - began
            cpu[name] += time.process_time() - used
    joined = {name: np.concatenate(parts) for name, parts in vectors.items()}
    print(f"\n{threads} threads, {len(texts)} products, load {os.getloadavg()[0]:.1f}")
    for name in arms:
        cosines = (joined["torch"] * joined[name]).sum(1)
        print(
            f"{name:10}  {len(texts) / wall[name]:6.0f} products/s, {cpu['torch'] / cpu[name]:.2f} times torch; "
            f"cosine to torch {cosines.mean():.4f}, at worst {cosines.min():.4f}"
        )
    return joined


def _latency(arms: dict[str, Any], queries: Iterable[str]) -> None:
    taken: dict[str, list[float]] = {name: [] for name in arms}
    for query in queries:
        for name, arm in arms.items():
            used = time.process_time()
            arm.embed_query(query)
            taken[name].append(1000 * (time.process_time() - used))
    for name, times in taken.items():
        print(f"{name:10}  a query: p50 {statistics.median(times):.1f} ms of CPU")


def _recall(arm: Any, folder: Path) -> float:
    """The mean share of a query's relevant products among its 50 nearest, over queries that have any."""
    rows = [row for row in read_feed(folder / "catalog.jsonl.gz") if isinstance(row, Product)]
    vectors = arm.embed_documents([row.title for row in rows])
    relevant: dict[str, set[str]] = {}
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines():
        query, _, product, grade = line.split()
        if int(grade) >= RELEVANT:
            relevant.setdefault(query, set()).add(product)
    shares: list[float] = []
    for line in (folder / "queries.jsonl").read_text("utf-8").splitlines():
        query = json.loads(line)
        if wanted := relevant.get(query["id"]):
            nearest = np.argpartition(-(vectors @ arm.embed_query(query["text"])), 50)[:50]
            shares.append(len(wanted & {rows[at].id for at in nearest}) / len(wanted))
    return statistics.mean(shares)
