"""Feed -> products -> vectors -> index: a new generation, built beside the one that serves and then put in its place.

`build` does the work in this process; `build_in_child` runs it in a child, which is how it is meant to be run, because
the engine's optimiser freezes its whole process. A build that was killed continues: no text is embedded twice.
"""

import asyncio
import errno
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter

from retrieval.border import Fault
from retrieval.embed import DEFAULT, open_embedder
from retrieval.encode import Encoder
from retrieval.feeds.reader import Reading, RowProblem, read_feed
from retrieval.generations import Meta, build_lock, partial, publish, shard_of, versions
from retrieval.lexical import Analyzer
from retrieval.place import Address, Place, place_of
from retrieval.product import Product
from retrieval.query import FeedError, IndexFault, RetrievalError
from retrieval.vectorlog import NAME, VectorLog
from retrieval.words import read_words, words_of
from retrieval.writelog import kept_writes

_CHUNK = 512
_PROBLEMS_KEPT = 1000

_Source = Callable[[], Iterator[Product | RowProblem]]
"""Reads the feed from its beginning."""


class Progress(BaseModel, frozen=True, extra="forbid"):
    """How far a build has come."""

    type: Literal["progress"] = "progress"
    stage: Literal["reading", "embedding", "optimizing"]
    done: int
    total: int


class BuildReport(BaseModel, frozen=True, extra="forbid"):
    """What a build did."""

    type: Literal["report"] = "report"
    products: int
    embedded: int
    """Products' texts that were embedded now; the others were known from an earlier or interrupted build."""
    problems: tuple[RowProblem, ...]
    """The first thousand."""
    problem_count: int
    seconds: float
    peak_bytes: int
    """The building process's largest resident size."""
    generation: str


class _Failed(BaseModel, frozen=True, extra="forbid"):
    type: Literal["failed"] = "failed"
    fault: Fault


_LINE: TypeAdapter[Progress | BuildReport | _Failed] = TypeAdapter(
    Annotated[Progress | BuildReport | _Failed, Field(discriminator="type")]
)


def build_in_child(
    feed: Path,
    place: Place,
    *,
    reading: Reading | None = None,
    embedder: str = DEFAULT,
    on_progress: Callable[[Progress], None],
) -> BuildReport:
    """Build in a child process and wait for it. Raises FeedError, EmbedderError, IndexFault."""
    command = [sys.executable, "-m", "retrieval.build", str(feed), str(place), embedder]
    command += [reading.model_dump_json()] if reading else []
    environment = {**os.environ, **(place.environment if isinstance(place, Address) else {})}
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdout=pipe, stdin=nothing, text=True, env=environment) as child:
        assert child.stdout is not None
        try:
            for line in child.stdout:
                said = _LINE.validate_json(line)
                if isinstance(said, Progress):
                    on_progress(said)
                elif isinstance(said, _Failed):
                    raise said.fault.error
                else:
                    return said
        except BaseException:
            child.kill()
            raise
    raise IndexFault(
        f"The build was stopped by signal or died (exit {child.returncode}).", fix="Run it again: it continues."
    )


async def build(
    feed: Path,
    place: Place,
    *,
    reading: Reading | None = None,
    embedder: str = DEFAULT,
    on_progress: Callable[[Progress], None],
) -> BuildReport:
    """Build in this process, which freezes while the engine optimises. Raises FeedError, EmbedderError, IndexFault."""
    started = time.monotonic()

    def source() -> Iterator[Product | RowProblem]:
        return read_feed(feed, reading)

    try:
        analyzer = Analyzer(read_words() if isinstance(place, Address) else words_of(place))
        if isinstance(place, Address):
            survey = _survey(feed, source, analyzer, on_progress)
            generation, embedded = await _make_on_server(source, place, embedder, survey, analyzer, on_progress)
        else:
            # What the shop writes from here on is newer than the feed, and is done again on what is built from it.
            with build_lock(place), kept_writes(place) as position:
                survey = _survey(feed, source, analyzer, on_progress)
                generation, embedded = await _make(source, place, embedder, survey, position, analyzer, on_progress)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise IndexFault(
                f"The disk of {place} is full.", fix="Free some space and run it again: it continues."
            ) from error
        raise IndexFault(f"{place} cannot be written: {error}.", fix="Give a directory that can be.") from error
    return BuildReport(
        products=survey.products,
        embedded=embedded,
        problems=survey.problems,
        problem_count=survey.problem_count,
        seconds=time.monotonic() - started,
        peak_bytes=_peak_bytes(),
        generation=generation,
    )


@dataclass(frozen=True, slots=True)
class _Survey:
    """What a first reading of the feed found."""

    products: int
    problems: tuple[RowProblem, ...]
    problem_count: int
    mean_terms: float


def _survey(feed: Path, source: _Source, analyzer: Analyzer, on_progress: Callable[[Progress], None]) -> _Survey:
    """A first reading: nothing slow begins before the whole feed is known to be readable."""
    products = terms = problem_count = 0
    problems: list[RowProblem] = []
    for each in source():
        if isinstance(each, Product):
            products += 1
            terms += len(analyzer.terms(each.document))
            if products % 1000 == 0:
                on_progress(Progress(stage="reading", done=products, total=0))
        else:
            problem_count += 1
            if len(problems) < _PROBLEMS_KEPT:
                problems.append(each)
    if not products:
        first = f" First problem: line {problems[0].line}, {problems[0].reason}." if problems else ""
        raise FeedError(f"{feed} has no usable product.{first}", fix="Give every row at least an id and a title.")
    return _Survey(products, tuple(problems), problem_count, terms / products)


async def _make(
    source: _Source,
    directory: Path,
    embedder_name: str,
    survey: _Survey,
    position: int,
    analyzer: Analyzer,
    on_progress: Callable[[Progress], None],
) -> tuple[str, int]:
    from retrieval.edge import EdgeIndex

    place = partial(directory)
    shutil.rmtree(shard_of(place), ignore_errors=True)
    embedder = open_embedder(embedder_name, threads=os.cpu_count() or 1)
    log = VectorLog(place / NAME, embedder, earlier=sorted(directory.glob(f"gen-*/{NAME}")))
    encoder = Encoder(log.vectors, analyzer, mean_terms=survey.mean_terms)
    index = EdgeIndex.create(shard_of(place), dimensions=embedder.dimensions)
    try:
        done = 0
        for chunk in _chunks(source):
            await index.upsert(encoder.stored(chunk))
            done += len(chunk)
            on_progress(Progress(stage="embedding", done=done, total=survey.products))
        on_progress(Progress(stage="optimizing", done=done, total=survey.products))
        graph = index.optimize()
        await index.flush()
    finally:
        await index.close()
        log.close()
    meta = Meta(
        embedder=embedder.name,
        dimensions=embedder.dimensions,
        mean_terms=survey.mean_terms,
        products=done,
        problems=survey.problem_count,
        position=position,
        graph=graph,
        built_by=versions(),
    )
    return publish(directory, place, meta).name, log.embedded


async def _make_on_server(
    source: _Source,
    address: Address,
    embedder_name: str,
    survey: _Survey,
    analyzer: Analyzer,
    on_progress: Callable[[Progress], None],
) -> tuple[str, int]:
    from retrieval.server.build import make
    from retrieval.server.generations import ServerGenerations

    embedder = open_embedder(embedder_name, threads=os.cpu_count() or 1)
    generations = ServerGenerations.at(address)

    def say(stage: Literal["embedding", "optimizing"], done: int) -> None:
        on_progress(Progress(stage=stage, done=done, total=survey.products))

    meta = Meta(
        embedder=embedder.name,
        dimensions=embedder.dimensions,
        mean_terms=survey.mean_terms,
        products=survey.products,
        problems=survey.problem_count,
    )
    try:
        return await make(generations, _chunks(source), meta, embedder=embedder, analyzer=analyzer, say=say)
    finally:
        await generations.close()


def _chunks(source: _Source) -> Iterator[list[Product]]:
    products = (each for each in source() if isinstance(each, Product))
    while chunk := list(islice(products, _CHUNK)):
        yield chunk


def _peak_bytes() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _main(feed: str, place: str, embedder: str, reading: str = "{}") -> None:
    def say(line: Progress | BuildReport | _Failed) -> None:
        try:
            print(line.model_dump_json(), flush=True)
        except BrokenPipeError:
            sys.exit(1)  # the parent is gone; the next build continues this one

    try:
        told = Reading.model_validate_json(reading)
        say(asyncio.run(build(Path(feed), place_of(place), reading=told, embedder=embedder, on_progress=say)))
    except RetrievalError as error:
        say(_Failed(fault=Fault.of(error)))
        sys.exit(1)


if __name__ == "__main__":
    _main(*sys.argv[1:])
