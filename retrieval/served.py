"""The retrieval worker's own process: `python -m retrieval.served --index PLACE`. One thread, one call at a time.

Calls come on standard input and answers leave on standard output; the end of standard input (a parent that stopped or
died) ends the process. Follows the index: a generation that a build published is searched from the next call on (on a
server: from a second later).
"""

import argparse
import asyncio
import contextlib
import os
import sys
from typing import Any, BinaryIO

from retrieval.border import Fault
from retrieval.embed import Embedder, open_embedder
from retrieval.frames import (
    ANSWER,
    FAULT,
    READY,
    Call,
    Codec,
    DeleteCall,
    FacetsCall,
    GetCall,
    PageCall,
    SearchCall,
    packed,
    read_frame,
)
from retrieval.place import Opened, Place, place_of
from retrieval.query import IndexFault, RetrievalError
from retrieval.search import open_index, searcher_of


class Served:
    """A Searcher over the generation that serves at one place."""

    def __init__(self, place: Place, opened: Opened, embedder: Embedder) -> None:
        self._place = place
        self._opened = opened
        self._embedder = embedder
        self._searcher = searcher_of(opened, embedder=embedder)

    @classmethod
    async def open(cls, place: Place, *, embedder: str | None) -> "Served":
        """Raises IndexFault, EmbedderError."""
        # The index's faults are told before the embedder's seconds are spent.
        opened = await open_index(place, embedder=embedder)
        return cls(place, opened, open_embedder(opened.meta.embedder, threads=1))

    async def answer(self, call: Call) -> Any:
        """What the Searcher says. Raises RetrievalError."""
        await self._follow()
        searcher = self._searcher
        match call:
            case SearchCall():
                return await searcher.search(call.query, call.context)
            case GetCall():
                return await searcher.get(call.ids, call.filters)
            case FacetsCall():
                return await searcher.facets(call.filters)
            case PageCall():
                return await searcher.page(call.offset, call.limit, call.filters)
            case DeleteCall():
                return await searcher.delete(call.ids)
            case _:
                return await searcher.upsert(call.products)

    async def close(self) -> None:
        await self._searcher.close()

    async def _follow(self) -> None:
        if await self._opened.serves():
            return
        try:
            opened = await open_index(self._place, embedder=self._embedder.name)
        except IndexFault as error:
            # The generation that is open still answers; a new one of another embedder needs a restart of the shop.
            print(f"retrieval: the new generation is not used: {error}", file=sys.stderr)
            return
        self._opened = opened
        earlier, self._searcher = self._searcher, searcher_of(opened, embedder=self._embedder)
        await earlier.close()


async def serve(where: str, embedder: str | None, calls: BinaryIO, answers: BinaryIO) -> bool:
    """Answer calls until there are no more. False where the index cannot be served, which has been told then."""
    try:
        served = await Served.open(place_of(where), embedder=embedder)
    except RetrievalError as error:
        _send(answers, packed(READY, FAULT, Fault.of(error).model_dump_json().encode()))
        return False
    codec = Codec()
    _send(answers, packed(READY, ANSWER, b"{}"))
    while frame := read_frame(calls):
        number, _, body = frame
        try:
            call = codec.call(body)
            reply = packed(number, ANSWER, codec.answered(call.method, await served.answer(call)))
        except (RetrievalError, ValueError) as error:
            reply = packed(number, FAULT, Fault.of(error).model_dump_json().encode())
        _send(answers, reply)
    await served.close()
    return True


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m retrieval.served")
    parser.add_argument("--index", required=True)
    parser.add_argument("--embedder")
    arguments = parser.parse_args()
    # Libraries print; what they say must not land between two frames.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # The parent is gone, or its terminal is; both mean: stop.
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        if not asyncio.run(serve(arguments.index, arguments.embedder, sys.stdin.buffer, answers)):
            sys.exit(1)


def _send(stream: BinaryIO, frame: bytes) -> None:
    stream.write(frame)
    stream.flush()


if __name__ == "__main__":
    main()
