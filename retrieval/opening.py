"""Opening an index, whichever engine holds it: the one function that knows both. Knows nothing of chat or the web."""

from pathlib import Path
from typing import Protocol

from retrieval.behaviour.memory import Memory
from retrieval.knowledge.ask import Knowledge
from retrieval.knowledge.pagefile import PageFile
from retrieval.lambdamart import LambdaRanker
from retrieval.place import Address, Place
from retrieval.query import Retriever
from retrieval.rerank import CrossEncoderReranker


class OpenRetriever(Retriever, Protocol):
    """A Retriever that holds something open."""

    async def close(self) -> None:
        """Let it go."""
        ...


async def open_retriever(
    place: Place,
    *,
    embedder: str | None = None,
    reranker: str | None = None,
    ranker: Path | None = None,
    behaviour: Path | None = None,
) -> OpenRetriever:
    """The index at this place, its engine loaded; `embedder` refuses an index that another one built; `reranker` names
    a cross-encoder that looks at the best fifty again; `ranker` is the file of a learnt ranker; `behaviour` is the file
    that keeps what shoppers did.

    Raises IndexFault, EmbedderError, RankerError, WordsError.
    """
    second = CrossEncoderReranker(reranker, threads=1) if reranker else None
    learnt = LambdaRanker.load(ranker) if ranker else None
    memory = Memory(behaviour)
    if isinstance(place, Address):
        from retrieval.server.follower import Follower
        from retrieval.server.generations import ServerGenerations
        from retrieval.server.link import SERVING
        from retrieval.server.pages import PageCollection

        generations = ServerGenerations.at(place, patience=SERVING)
        knowledge = Knowledge(PageCollection.at(place, patience=SERVING), every=1.0)
        return await Follower.opened(
            generations, embedder=embedder, ranker=learnt, reranker=second, memory=memory, knowledge=knowledge
        )
    from retrieval.keeper import Keeper

    knowledge = Knowledge(PageFile(place))
    return await Keeper.opened(
        place, embedder=embedder, ranker=learnt, reranker=second, memory=memory, knowledge=knowledge
    )
