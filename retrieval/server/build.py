"""Products -> a whole new generation on a Qdrant server, nothing embedded twice.

What the server holds already, of the generation that serves or of builds that were cut short, is taken from there: a
build continues on any machine, and no vector is kept on this one's disk. Knows nothing of feeds.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from retrieval.embed import Embedder, Vectors
from retrieval.encode import Encoder
from retrieval.generations import Meta
from retrieval.index import ProductIndex, digest_of
from retrieval.lexical import Analyzer
from retrieval.product import Product
from retrieval.server.generations import GRACE_SECONDS, Made, ServerGenerations
from retrieval.vectorlog import NAME, VectorLog


async def make(
    generations: ServerGenerations,
    chunks: Iterable[Sequence[Product]],
    meta: Meta,
    *,
    embedder: Embedder,
    analyzer: Analyzer,
    say: Callable[[Literal["embedding", "optimizing"], int], None],
    grace: float = GRACE_SECONDS,
) -> tuple[str, int]:
    """Returns the collection's name and how many texts were embedded. Raises EmbedderError, IndexFault, OSError."""
    made = Made(embedder=meta.embedder, dimensions=meta.dimensions)
    earlier = await generations.earlier(made)
    collection = await generations.create(made)
    index = generations.index(collection)
    done = 0
    with TemporaryDirectory() as folder:
        log = VectorLog(Path(folder) / NAME, embedder)  # a front of a title occurs many times in one feed
        try:
            encoder = Encoder(log.vectors, analyzer, mean_terms=meta.mean_terms)
            for chunk in chunks:
                await index.upsert(encoder.stored(chunk, await _known(earlier, chunk)))
                done += len(chunk)
                say("embedding", done)
        finally:
            log.close()
    say("optimizing", done)
    await index.settle()
    await generations.publish(collection, meta.model_copy(update={"products": done}), grace=grace)
    return collection, log.embedded


async def _known(earlier: Sequence[ProductIndex], chunk: Sequence[Product]) -> dict[str, Vectors]:
    """The vectors of those of these products whose text some earlier collection holds unchanged."""
    missing = {product.id: digest_of(product.document) for product in chunk}
    found: dict[str, Vectors] = {}
    for index in earlier:
        held = await index.digests(list(missing))
        same = [id for id, digest in held.items() if digest == missing[id]]
        found |= await index.vectors(same)
        for id in same:
            del missing[id]
        if not missing:
            break
    return found
