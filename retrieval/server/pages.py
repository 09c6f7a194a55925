"""PageCollection: the pages of an index on a Qdrant server, in collections of their own, `NAME-passages`.

A point is a passage with the vectors of its text, its heading and its sentences. Every worker reads them all, a few
thousand at most, and compares them in its own memory, so that both engines answer alike. Knows nothing of questions.
"""

from typing import Any, cast

import numpy as np
from pydantic import ValidationError
from qdrant_client import models

from retrieval.embed import Vectors
from retrieval.generations import Meta
from retrieval.knowledge.pages import PageSet
from retrieval.knowledge.passage import Passage
from retrieval.place import Address
from retrieval.query import IndexBroken
from retrieval.server.generations import GRACE_SECONDS, Made, ServerGenerations
from retrieval.server.link import BUILDING, Link

_BATCH = 64
_WHOLE, _HEADING, _SAID = "dense", "heading", "sentences"


class PageCollection:
    """Of the index of this name. Implements ask.PageStore. Every method may raise IndexFault."""

    def __init__(self, link: Link, name: str) -> None:
        self._link = link
        self._generations = ServerGenerations(link, f"{name}-passages")

    @classmethod
    def at(cls, address: Address, *, patience: float = BUILDING) -> "PageCollection":
        """That of this address. Nothing is asked of the server yet."""
        return cls(Link.to(address, patience=patience), address.name)

    async def mark(self) -> str | None:
        return await self._generations.serving()

    async def load(self) -> PageSet:
        collection, meta = await self._generations.current()
        records = await self._records(collection)
        try:
            held = sorted(records, key=lambda each: cast(int, each.id))
            passages = tuple(Passage.model_validate_json((each.payload or {})["passage"]) for each in held)
            vectors = [cast(dict[str, Any], each.vector) for each in held]
            pages = PageSet(
                meta.embedder,
                passages,
                _stacked([each[_WHOLE] for each in vectors], meta.dimensions),
                _stacked([each[_HEADING] for each in vectors], meta.dimensions),
                _stacked([row for each in vectors for row in each[_SAID]], meta.dimensions),
            )
        except (KeyError, TypeError, ValidationError) as error:
            raise self._broken(collection, str(error)) from error
        if pages.starts[-1] != len(pages.said):
            raise self._broken(collection, "its sentences do not fit its passages")
        return pages

    async def write(self, pages: PageSet, *, grace: float = GRACE_SECONDS) -> None:
        """A new collection, which then takes the place of the one that serves."""
        dimensions = pages.whole.shape[1]
        made = Made(embedder=pages.embedder, dimensions=dimensions)
        one = models.VectorParams(size=dimensions, distance=models.Distance.DOT)
        many = models.VectorParams(
            size=dimensions,
            distance=models.Distance.DOT,
            multivector_config=models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM),
        )
        collection = await self._generations.create(made, vectors={_WHOLE: one, _HEADING: one, _SAID: many})
        points = [
            models.PointStruct(
                id=number,
                vector={
                    _WHOLE: pages.whole[number].tolist(),
                    _HEADING: pages.heading[number].tolist(),
                    _SAID: pages.said[pages.starts[number] : pages.starts[number + 1]].tolist(),
                },
                payload={"passage": passage.model_dump_json()},
            )
            for number, passage in enumerate(pages.passages)
        ]
        for start in range(0, len(points), _BATCH):
            batch = points[start : start + _BATCH]
            await self._link.ask(lambda client, batch=batch: client.upsert(collection, batch, wait=True))
        meta = Meta(
            embedder=pages.embedder, dimensions=dimensions, mean_terms=0, products=len(pages.passages), problems=0
        )
        await self._generations.publish(collection, meta, grace=grace)

    async def close(self) -> None:
        await self._link.close()

    async def _records(self, collection: str) -> list[models.Record]:
        found: list[models.Record] = []
        after: Any = None
        while True:
            page, after = await self._link.ask(
                lambda client, after=after: client.scroll(
                    collection, limit=_BATCH, offset=after, with_payload=True, with_vectors=True
                )
            )
            found += page
            if after is None:
                return found

    def _broken(self, collection: str, reason: str) -> IndexBroken:
        fix = f"Run: python -m retrieval passages build --docs DIR --index {self._link.shown.removesuffix('-passages')}"
        return IndexBroken(f"{collection} cannot be read: {reason}.", fix=fix)


def _stacked(rows: list[list[float]], dimensions: int) -> Vectors:
    return np.asarray(rows, dtype=np.float32).reshape(-1, dimensions)
