"""A second look at the best candidates: the Reranker protocol, any cross-encoder behind it, and a deterministic fake.

A cross-encoder reads the query and a product together, so it sees what two separate vectors cannot, and costs a whole
model run a product: for a few dozen candidates, never a catalogue. Knows nothing of products, indexes or ranking. Torch
is imported by `CrossEncoderReranker` alone, when it is made.
"""

import os
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.copies import Copies
from retrieval.query import EmbedderError

# The query, and of the product as much as is embedded of it (embed.py).
_MAX_TOKENS = 160
_BATCH = 8


class Reranker(Protocol):
    """Says how well each document answers a query. May raise EmbedderError."""

    def scores(self, query: str, documents: Sequence[str]) -> list[float]:
        """One score a document, in their order; 0 (not at all) to 1."""
        ...


class OverlapReranker:
    """The share of the query's words that the document has. No weights, the same everywhere: for tests."""

    def scores(self, query: str, documents: Sequence[str]) -> list[float]:
        asked = _words(query)
        return [len(asked & _words(document)) / max(1, len(asked)) for document in documents]


class CrossEncoderReranker:
    """Any sentence-transformers cross-encoder that is a sequence classifier with one score, by hub id or path."""

    def __init__(self, model: str, *, threads: int) -> None:
        """`threads`: how many batches are scored at once. Raises EmbedderError where the model is not to be had."""
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        try:
            import torch
            from sentence_transformers import CrossEncoder
            from transformers.utils import logging

            logging.disable_progress_bar()
            torch.set_num_threads(1)
            self._to_unit: Any = torch.nn.Sigmoid()
            loaded: Any = CrossEncoder(model, device="cpu", max_length=_MAX_TOKENS)
        except (ImportError, OSError, ValueError, RuntimeError) as error:
            raise EmbedderError(
                f"The reranker {model!r} cannot be loaded: {error}.",
                fix="Give a folder with a sentence-transformers cross-encoder, or a hub id that can be downloaded.",
            ) from error
        _refuse_what_is_not_trained_to_score(model, loaded)
        self._name = model
        self._copies = Copies(loaded, threads)

    def scores(self, query: str, documents: Sequence[str]) -> list[float]:
        if not documents:
            return []
        return self._copies.rows(
            lambda model, some: self._predict(model, query, some), documents, batch=_BATCH
        ).tolist()

    def _predict(self, model: Any, query: str, documents: list[str]) -> NDArray[np.float32]:
        try:
            scores = model.predict(
                [(query, document) for document in documents],
                batch_size=_BATCH,
                activation_fn=self._to_unit,
                show_progress_bar=False,
            )
        except (RuntimeError, ValueError) as error:
            raise EmbedderError(f"The reranker {self._name!r} failed: {error}.") from error
        return np.asarray(scores, dtype=np.float32)


def _refuse_what_is_not_trained_to_score(name: str, model: Any) -> None:
    """The library gives any other model a scoring layer of random weights, and only a log line says so."""
    trained_as = (model.model.config.architectures or [""])[0]
    if model.num_labels != 1 or not trained_as.endswith("ForSequenceClassification"):
        raise EmbedderError(
            f"{name!r} is no reranker: it is a {trained_as or 'model'} with {model.num_labels} outputs.",
            fix="Give a cross-encoder that was trained to give one score.",
        )


def _words(text: str) -> set[str]:
    return set(unicodedata.normalize("NFKC", text).casefold().split())


if TYPE_CHECKING:
    _: type[Reranker] = OverlapReranker
    _also: type[Reranker] = CrossEncoderReranker
