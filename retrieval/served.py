"""The retrieval worker's own process: `python -m retrieval.served --index DIR`. One thread, one call at a time.

Calls come on standard input and answers leave on standard output; the end of standard input (a parent that stopped or
died) ends the process. Follows the directory's pointer: a generation that a build published is searched from the next
call on.
"""

import argparse
import asyncio
import contextlib
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

from retrieval.border import Fault
from retrieval.embed import open_embedder
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
from retrieval.generations import is_current
from retrieval.query import IndexFault, RetrievalError
from retrieval.search import open_index, searcher_of


class Served:
    """A Searcher over the directory's current generation."""

    def __init__(self, directory: Path, *, embedder: str | None) -> None:
        """Raises IndexFault, EmbedderError."""
        self._directory = directory
        # The directory's faults are told before the embedder's seconds are spent.
        opened = open_index(directory, embedder=embedder)
        self._generation = opened.generation
        self._embedder = open_embedder(opened.meta.embedder, threads=1)
        self._searcher = searcher_of(opened, embedder=self._embedder)

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
        if is_current(self._directory, self._generation):
            return
        try:
            opened = open_index(self._directory, embedder=self._embedder.name)
        except IndexFault as error:
            # The generation that is open still answers; a new one of another embedder needs a restart of the shop.
            print(f"retrieval: the new generation is not used: {error}", file=sys.stderr)
            return
        self._generation = opened.generation
        earlier, self._searcher = self._searcher, searcher_of(opened, embedder=self._embedder)
        await earlier.close()


async def serve(served: Served, calls: BinaryIO, answers: BinaryIO) -> None:
    """Answer calls until there are no more."""
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


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m retrieval.served")
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--embedder")
    arguments = parser.parse_args()
    # Libraries print; what they say must not land between two frames.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        served = Served(arguments.index, embedder=arguments.embedder)
    except RetrievalError as error:
        _send(answers, packed(READY, FAULT, Fault.of(error).model_dump_json().encode()))
        sys.exit(1)
    # The parent is gone, or its terminal is; both mean: stop.
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        asyncio.run(serve(served, sys.stdin.buffer, answers))


def _send(stream: BinaryIO, frame: bytes) -> None:
    stream.write(frame)
    stream.flush()


if __name__ == "__main__":
    main()
