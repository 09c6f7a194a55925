"""The retrieval worker's own process: `python -m retrieval.served --index DIR`. One thread, one call at a time.

Calls come on standard input and answers leave on standard output; the end of standard input (a parent that stopped or
died) ends the process.
"""

import argparse
import asyncio
import contextlib
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
    FacetsCall,
    GetCall,
    PageCall,
    SearchCall,
    packed,
    read_frame,
)
from retrieval.keeper import Keeper
from retrieval.query import RetrievalError


async def answer(keeper: Keeper, call: Call) -> Any:
    """What the Keeper says. Raises RetrievalError."""
    match call:
        case SearchCall():
            return await keeper.search(call.query, call.context)
        case GetCall():
            return await keeper.get(call.ids, call.filters)
        case FacetsCall():
            return await keeper.facets(call.filters)
        case PageCall():
            return await keeper.page(call.offset, call.limit, call.filters)
        case DeleteCall():
            return await keeper.delete(call.ids)
        case _:
            return await keeper.upsert(call.products)


async def serve(directory: Path, embedder: str | None, calls: BinaryIO, answers: BinaryIO) -> None:
    """Answer calls until there are no more. Raises RetrievalError where the directory cannot be served from."""
    codec = Codec()
    keeper = await Keeper.opened(directory, embedder=embedder)
    try:
        _send(answers, packed(READY, ANSWER, b"{}"))
        while frame := read_frame(calls):
            number, _, body = frame
            try:
                call = codec.call(body)
                reply = packed(number, ANSWER, codec.answered(call.method, await answer(keeper, call)))
            except (RetrievalError, ValueError) as error:
                reply = packed(number, FAULT, Fault.of(error).model_dump_json().encode())
            _send(answers, reply)
    finally:
        await keeper.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m retrieval.served")
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--embedder")
    arguments = parser.parse_args()
    # Libraries print; what they say must not land between two frames.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # The parent is gone, or its terminal is; both mean: stop.
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        try:
            asyncio.run(serve(arguments.index, arguments.embedder, sys.stdin.buffer, answers))
        except RetrievalError as error:
            _send(answers, packed(READY, FAULT, Fault.of(error).model_dump_json().encode()))
            sys.exit(1)


def _send(stream: BinaryIO, frame: bytes) -> None:
    stream.write(frame)
    stream.flush()


if __name__ == "__main__":
    main()
