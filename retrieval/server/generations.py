"""The generations of an index on a Qdrant server: numbered collections, and an alias that names the one that serves.

    NAME          the alias: what the address names, moved atomically
    NAME_000002   a whole generation: its collection's metadata is its Meta
    NAME_000003   a build that is running, or was cut short: its metadata says only what its vectors are

Any number of processes follow the alias. Knows nothing of products.
"""

import asyncio
import re
from collections.abc import Mapping

from pydantic import BaseModel, ValidationError
from qdrant_client import models

from retrieval.generations import Meta, checked
from retrieval.index import SCHEMA_VERSION
from retrieval.place import Address
from retrieval.query import IndexBroken, IndexFault, IndexMissing
from retrieval.server.collection import ServerIndex
from retrieval.server.link import BUILDING, Link, rebuild

_META = "floorwalker"
GRACE_SECONDS = 5.0
"""How long a generation outlives its service: every process has looked at the alias since, and ended its search."""


class Made(BaseModel, frozen=True, extra="ignore"):
    """What the vectors of a collection are, whole or not."""

    schema_version: int = SCHEMA_VERSION
    embedder: str
    dimensions: int


class ServerGenerations:
    """The generations of one name. Every method may raise IndexFault."""

    def __init__(self, link: Link, name: str) -> None:
        self._link = link
        self._name = name
        self._numbered = re.compile(rf"{re.escape(name)}_(\d{{6,}})")
        self._rebuild = rebuild(link.shown)

    @classmethod
    def at(cls, address: Address, *, patience: float = BUILDING) -> "ServerGenerations":
        """Those of this address; `patience` in seconds, with a server that fails. Nothing is asked of it yet."""
        return cls(Link.to(address, patience=patience), address.name)

    async def current(self, *, embedder: str | None = None) -> tuple[str, Meta]:
        """The collection that serves. Raises IndexMissing, IndexBroken, and IndexMismatch where the schema, or the
        embedder that is asked for, is another one."""
        collection = await self.serving()
        if collection is None:
            await self._no_collection_of_the_name()
            if await self._all():
                raise IndexBroken(
                    f"The build of {self._link.shown} did not finish.", fix=f"{self._rebuild} (it continues)."
                )
            raise IndexMissing(f"There is no index {self._link.shown}.", fix=self._rebuild)
        raw = await self._metadata(collection)
        if raw is None:
            raise IndexBroken(f"{self._link.shown} leads to {collection}, which no build made.", fix=self._rebuild)
        return collection, checked(raw, collection, embedder, self._rebuild)

    async def serving(self) -> str | None:
        """The collection that the alias names."""
        answer = await self._link.ask(lambda client: client.get_aliases())
        return next((each.collection_name for each in answer.aliases if each.alias_name == self._name), None)

    async def earlier(self, made: Made) -> list[ServerIndex]:
        """Every collection, whole or cut short, whose vectors are like these: nothing in them is embedded again."""
        return [self.index(each) for each in await self._all() if await self._is_like(each, made)]

    async def create(self, made: Made, *, vectors: Mapping[str, models.VectorParams] | None = None) -> str:
        """An empty collection for the next generation; for products, unless it is told what vectors it holds.

        Raises IndexFault where the server cannot hold one."""
        await self._no_collection_of_the_name()
        numbers = map(self._number, await self._all())
        collection = f"{self._name}_{max(numbers, default=0) + 1:06d}"
        metadata = {_META: made.model_dump()}
        if vectors is None:
            await ServerIndex.create(self._link, collection, dimensions=made.dimensions, metadata=metadata)
        else:
            await self._link.ask(
                lambda client: client.create_collection(collection, vectors_config=vectors, metadata=metadata)
            )
        if await self._metadata(collection) is None:
            await self._link.ask(lambda client: client.delete_collection(collection))
            raise IndexFault(
                f"{self._link.shown}: the server does not keep what is recorded of a collection.",
                fix="Update the Qdrant server to 1.16 or newer.",
            )
        return collection

    async def publish(self, collection: str, meta: Meta, *, grace: float = GRACE_SECONDS) -> None:
        """Make this collection the one that serves and remove the older ones, after `grace` seconds where one of them
        served. Killed at any point, either the old or the new one serves."""
        metadata = {_META: meta.model_dump()}
        await self._link.ask(lambda client: client.update_collection(collection, metadata=metadata))
        before = await self.serving()
        move: list[models.AliasOperations] = [
            models.CreateAliasOperation(
                create_alias=models.CreateAlias(collection_name=collection, alias_name=self._name)
            )
        ]
        if before is not None:
            move.insert(0, models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=self._name)))
        await self._link.ask(lambda client: client.update_collection_aliases(move))
        if before is not None:
            await asyncio.sleep(grace)
        for old in await self._all():
            # A higher number is another build's, which is running.
            if self._number(old) < self._number(collection):
                await self._link.ask(lambda client, old=old: client.delete_collection(old))

    def index(self, collection: str) -> ServerIndex:
        return ServerIndex(self._link, collection)

    async def close(self) -> None:
        await self._link.close()

    async def _all(self) -> list[str]:
        """Every numbered collection, the newest first."""
        answer = await self._link.ask(lambda client: client.get_collections())
        names = [each.name for each in answer.collections if self._numbered.fullmatch(each.name)]
        return sorted(names, key=self._number, reverse=True)

    def _number(self, collection: str) -> int:
        return int(collection.rpartition("_")[2])

    async def _no_collection_of_the_name(self) -> None:
        answer = await self._link.ask(lambda client: client.get_collections())
        if self._name in (each.name for each in answer.collections):
            raise IndexBroken(
                f"{self._link.shown} is a collection that no build made.",
                fix="Choose another name: the last part of the address.",
            )

    async def _metadata(self, collection: str) -> object | None:
        info = await self._link.ask(lambda client: client.get_collection(collection))
        return (info.config.metadata or {}).get(_META)

    async def _is_like(self, collection: str, made: Made) -> bool:
        try:
            return Made.model_validate(await self._metadata(collection)) == made
        except (ValidationError, IndexMissing):
            return False  # of another version, no build's, or removed meanwhile
