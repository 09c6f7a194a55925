"""The retrieval worker's own process: `python -m retrieval.served --index PLACE`. One thread, one call at a time.

Calls come on standard input and answers leave on standard output; the end of standard input (a parent that stopped or
died) ends the process.
"""

import argparse
import asyncio
import contextlib
import gc
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

from retrieval.border import Fault
from retrieval.frames import (
    ANSWER,
    FAULT,
    READY,
    Call,
    Codec,
    DeleteCall,
    EvidenceCall,
    FacetsCall,
    GetCall,
    LearnCall,
    PageCall,
    PassagesCall,
    SearchCall,
    packed,
    read_frame,
)
from retrieval.opening import OpenRetriever, open_retriever
from retrieval.place import place_of
from retrieval.query import RetrievalError


async def answer(opened: OpenRetriever, call: Call) -> Any:
    """What the index says. Raises RetrievalError."""
    match call:
        case SearchCall():
            return await opened.search(call.query, call.context)
        case GetCall():
            return await opened.get(call.ids, call.filters)
        case FacetsCall():
            return await opened.facets(call.filters)
        case PageCall():
            return await opened.page(call.offset, call.limit, call.filters)
        case PassagesCall():
            return await opened.passages(call.question, call.limit)
        case EvidenceCall():
            return await opened.evidence(call.question, call.product_id, call.limit)
        case DeleteCall():
            return await opened.delete(call.ids)
        case LearnCall():
            return await opened.learn(call.sessions, call.after, call.mark)
        case _:
            return await opened.upsert(call.products)


async def serve(
    where: str,
    embedder: str | None,
    reranker: str | None,
    ranker: Path | None,
    behaviour: Path | None,
    calls: BinaryIO,
    answers: BinaryIO,
) -> None:
    """Answer calls until there are no more. Raises RetrievalError where the index cannot be served from."""
    codec = Codec()
    opened = await open_retriever(
        place_of(where), embedder=embedder, reranker=reranker, ranker=ranker, behaviour=behaviour
    )
    # What lives as long as the process need not be walked by the collector while a shopper waits: 0.1 s a walk.
    gc.collect()
    gc.freeze()
    try:
        _send(answers, packed(READY, ANSWER, b"{}"))
        while frame := read_frame(calls):
            number, _, body = frame
            try:
                call = codec.call(body)
                reply = packed(number, ANSWER, codec.answered(call.method, await answer(opened, call)))
            except (RetrievalError, ValueError) as error:
                reply = packed(number, FAULT, Fault.of(error).model_dump_json().encode())
            _send(answers, reply)
    finally:
        await opened.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m retrieval.served")
    parser.add_argument("--index", required=True)
    parser.add_argument("--embedder")
    parser.add_argument("--reranker")
    parser.add_argument("--ranker", type=Path)
    parser.add_argument("--behaviour", type=Path)
    arguments = parser.parse_args()
    # Libraries print; what they say must not land between two frames.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # The parent is gone, or its terminal is; both mean: stop.
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        try:
            asked = arguments.embedder, arguments.reranker, arguments.ranker, arguments.behaviour
            asyncio.run(serve(arguments.index, *asked, sys.stdin.buffer, answers))
        except RetrievalError as error:
            _send(answers, packed(READY, FAULT, Fault.of(error).model_dump_json().encode()))
            sys.exit(1)


def _send(stream: BinaryIO, frame: bytes) -> None:
    stream.write(frame)
    stream.flush()


if __name__ == "__main__":
    main()
