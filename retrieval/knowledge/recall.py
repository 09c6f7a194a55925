"""Vectors of texts that were embedded lately, so that a product asked about twice is embedded once."""

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from retrieval.embed import Embedder, Vectors

_MOST = 4096
"""Texts: 6 MB of vectors with 384 dimensions."""


class Recalled:
    """The texts of one embedder. Not for two threads at once."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder
        self._held: OrderedDict[str, Vectors] = OrderedDict()

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """In the order of the texts. Raises EmbedderError."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._held]
        fresh = dict(zip(missing, self.embedder.embed_documents(missing), strict=True))
        found = [fresh[text] if text in fresh else self._held[text] for text in texts]
        for text in texts:
            self._held[text] = fresh.get(text, self._held.get(text, self._zero))
            self._held.move_to_end(text)
        while len(self._held) > _MOST:
            self._held.popitem(last=False)
        return np.stack(found) if found else np.zeros((0, self.embedder.dimensions), dtype=np.float32)

    def question(self, text: str) -> Vectors:
        """Raises EmbedderError."""
        return self.embedder.embed_query(text)

    @property
    def _zero(self) -> Vectors:
        return np.zeros(self.embedder.dimensions, dtype=np.float32)
