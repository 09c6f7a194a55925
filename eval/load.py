"""Shoppers at once, through the whole product: sockets, turns, search, journal, engine, each in the process it has in a
shop.

The product is `python -m web` as a child; shoppers speak to its WebSocket, and between their turns ask the engine the
same calls directly, so that what the product adds is measured in the same run under the same load. Half of the shoppers
ask the engine first, so that neither finds the other's prompts in the prefix cache more often. Knows nothing of figures
(`loadfigures.py`) or of how a model's answers are made up (`stub.py`).
"""

import asyncio
import os
import random
import re
import secrets
import sys
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import count, cycle
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel, Field
from websockets.exceptions import WebSocketException

from agent.assembly import Settings
from agent.events import TurnFinished, TurnReport
from agent.journal import TurnSaid
from agent.sqljournal import SqlJournal
from eval.errors import EvalError
from eval.indexes import built
from eval.loadcalls import Calls, ask, heard
from eval.loadfigures import Goal, Turn, engine, production
from eval.loadwire import Shopper, Times, visiting
from eval.models import model_name
from eval.results import Results, machine
from eval.shops import DEMO, opened_shop
from eval.stub import Pace
from eval.timing import load as busy
from eval.turns import Script, read_scripts
from llm_server.chat import ChatError, ChatModel
from llm_server.children import child
from llm_server.openai_chat import OpenAIChat, ServerConfig

ROOT = Path(__file__).parent.parent
_OPENING = 180.0
"""Seconds that a child may take to say where it listens."""


class Crowd(BaseModel, frozen=True, extra="forbid"):
    """Who comes."""

    shoppers: int = Field(default=20, ge=1)
    """At once, each beginning another conversation when one is over; with a rate, how many come in all."""
    rate: float = Field(default=0.0, ge=0)
    """Shoppers a second, as a Poisson process, whether or not the product keeps up; each holds one conversation."""
    think: float = Field(default=3.0, ge=0)
    """Seconds between a shopper's turns, on average; exponential."""
    seconds: float = Field(default=60.0, gt=0)
    """After so long nobody begins another turn."""


async def under_load(
    crowd: Crowd,
    goal: Goal,
    *,
    scripts: Path,
    index: Path | None,
    llm_url: str | None,
    stub: Pace | None,
    say: Callable[[str], None],
) -> Results:
    """The figures of one run. `stub`: answers are made up, at this pace or, with `llm_url`, at that engine's. Raises
    RetrievalError, EvalError."""
    told = read_scripts(scripts)
    async with AsyncExitStack() as stack:
        data = Path(stack.enter_context(TemporaryDirectory()))
        catalog = DEMO / "catalog.jsonl"
        place = stack.enter_context(built(catalog, index=index, embedder="minilm", say=say)).directory
        say("hearing which calls the conversations make")
        async with opened_shop(catalog, DEMO / "shop.json", index=place, embedder="minilm", say=say) as shop:
            calls = await heard(shop, told)
        settings = Settings(data=data, index=place, llm_url=llm_url)
        if stub:
            url = await stack.enter_async_context(_stub(stub, llm_url))
            settings = settings.model_copy(update={"llm_url": url})
        key = settings.llm_key.get_secret_value()
        chat = OpenAIChat(ServerConfig(url=str(settings.llm_url), model=settings.llm_model, api_key=key))
        stack.push_async_callback(chat.aclose)
        say(f"opening the shop; {busy()}")
        secret = secrets.token_hex(32)
        async with _shop(settings, secret) as port:
            load = _Load(crowd, told, calls, chat, port, secret)
            turns, seconds = await load.run()
        say(f"{len(turns)} turns in {seconds:.0f} s; {busy()}")
        reports = await _reports(data, load.sessions)
    model = f"synthetic answers at the pace of {llm_url}" if llm_url else "synthetic engine"
    return Results(
        command="load",
        data=f"{scripts.name}, {_told(crowd)}",
        model=f"{model}, {_pace(stub)}" if stub and not llm_url else model if stub else model_name(settings),
        machine=f"{machine()}, {busy()}",
        arms={"production": production(turns, reports, seconds, goal), "engine": engine(turns)},
    )


class _Load:
    """One run: the shoppers, and what they saw."""

    def __init__(
        self,
        crowd: Crowd,
        scripts: Sequence[Script],
        calls: Mapping[tuple[str, int], Calls],
        chat: ChatModel,
        port: int,
        secret: str,
    ) -> None:
        self._crowd, self._scripts, self._calls, self._chat = crowd, scripts, calls, chat
        self._port, self._secret = port, secret
        self._end = 0.0
        self._turns: list[Turn] = []
        self._numbers = count()
        self.sessions: list[str] = []

    async def run(self) -> tuple[list[Turn], float]:
        """Every turn, and the seconds that all took together."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        self._end = began + self._crowd.seconds
        dice, start = random.Random(0), 0.0
        async with asyncio.TaskGroup() as group:
            for place in range(self._crowd.shoppers):
                # Those of a closed loop do not all speak in the same moment.
                group.create_task(self._one(place, start))
                mean = self._crowd.think / self._crowd.shoppers
                start += dice.expovariate(self._crowd.rate) if self._crowd.rate else mean
        return self._turns, loop.time() - began

    async def _one(self, place: int, start: float) -> None:
        await asyncio.sleep(start)
        dice = random.Random(place)
        scripts = cycle((*self._scripts[place % len(self._scripts) :], *self._scripts[: place % len(self._scripts)]))
        for script in scripts:
            if self._over:
                return
            session = f"load-{next(self._numbers)}"
            self.sessions.append(session)
            try:
                async with visiting(self._port, session, place, self._secret) as shopper:
                    await self._converse(shopper, script, dice, engine_first=place % 2 == 1)
            except (WebSocketException, OSError) as error:
                self._turns.append(Turn(times=Times(total=0.0, error=type(error).__name__)))
                await asyncio.sleep(1.0)
            if self._crowd.rate:
                return

    async def _converse(self, shopper: Shopper, script: Script, dice: random.Random, *, engine_first: bool) -> None:
        place = 0
        for step in script.steps:
            if self._over:
                return
            if step.view:
                await shopper.view(step.view)
            if step.say:
                calls = self._calls.get((script.id, place))
                direct = await self._asked(calls) if engine_first else None
                times = await shopper.say(step.say)
                direct = direct if engine_first else await self._asked(calls)
                self._turns.append(Turn(times=times, direct=direct))
                place += 1
                await asyncio.sleep(dice.expovariate(1 / self._crowd.think) if self._crowd.think else 0)

    async def _asked(self, calls: Calls | None):
        with suppress(ChatError):
            return await ask(self._chat, calls) if calls else None

    @property
    def _over(self) -> bool:
        return asyncio.get_running_loop().time() >= self._end


@asynccontextmanager
async def _stub(pace: Pace, upstream: str | None) -> AsyncGenerator[str]:
    """The root of the synthetic engine's API, in a process of its own."""
    options = ["--first-token-ms", f"{1000 * pace.first:g}", "--token-ms", f"{1000 * pace.gap:g}"]
    options += ["--llm-url", upstream] if upstream else []
    async with _listening("eval", "stub", *options, environment=os.environ) as url:
        yield f"{url}/v1"


@asynccontextmanager
async def _shop(settings: Settings, secret: str) -> AsyncGenerator[int]:
    """The port of the product, in a process of its own."""
    told = {
        "FLOORWALKER_DATA": str(settings.data),
        "FLOORWALKER_INDEX": str(settings.index),
        "FLOORWALKER_LLM_URL": str(settings.llm_url),
        "FLOORWALKER_SECRET": secret,
        "PYTHONUNBUFFERED": "1",
    }
    async with _listening("web", "--port", "0", environment={**os.environ, **told}) as url:
        yield int(url.rpartition(":")[2])


@asynccontextmanager
async def _listening(*command: str, environment: Mapping[str, str]) -> AsyncGenerator[str]:
    """`http://ADDRESS:PORT` of a server of ours that says so once it listens."""
    async with child((sys.executable, "-m", *command), environment, patience=20.0) as running:
        lines, url = running.lines(), None
        with suppress(TimeoutError):
            async with asyncio.timeout(_OPENING):
                async for line in lines:
                    if match := re.search(r"http://[\d.]+:\d+", line):
                        url = match[0]
                        break
        if url is None:
            raise EvalError(
                f"python -m {command[0]} did not open. {running.ending}", fix="Run it by itself to see why."
            )
        draining = asyncio.create_task(running.drain())
        try:
            yield url
        finally:
            draining.cancel()


async def _reports(data: Path, sessions: Sequence[str]) -> dict[str, list[TurnReport]]:
    """What every turn cost, as the product wrote it into its journal."""
    journal = await SqlJournal.open(f"sqlite:///{data / 'journal.db'}")
    try:
        found = {session: await journal.records(session) for session in sessions}
    finally:
        await journal.close()
    return {
        session: [
            record.event.report
            for record in records
            if isinstance(record, TurnSaid) and isinstance(record.event, TurnFinished)
        ]
        for session, records in found.items()
    }


def _told(crowd: Crowd) -> str:
    who = f"{crowd.shoppers} shoppers"
    come = f"{who}, {crowd.rate:g} a second" if crowd.rate else f"{who} at once"
    return f"{come}, thinking {crowd.think:g} s, for {crowd.seconds:g} s"


def _pace(pace: Pace) -> str:
    return f"first token {1000 * pace.first:g} ms, then {1000 * pace.gap:g} ms a token"
