"""Settings and build(): with each package's `__main__`, the only place that names concrete classes.

Knows nothing of sockets or pages.
"""

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from agent.conversation import Conversation
from agent.events import ShopperMessage, TurnEvent
from agent.grounding import Gate
from agent.intent import Intent
from agent.journal import Journal
from agent.orders import OrderDesk
from agent.prompts import plan_prompt, small_talk_prompt
from agent.request import Request
from agent.session import SessionProfile
from agent.shop import Shop, load_shop
from agent.sqljournal import SqlJournal
from agent.sqlorders import SqlOrderDesk
from agent.teaching import teach
from agent.tools import schema
from agent.turn import Floor, run_turn
from agent.vocabulary import Vocabulary
from llm_server.chat import CallKind, ChatModel, ChatPart, ChatUnavailable, Completion, Message
from llm_server.embedded import EmbeddedEngine, embedded_engine
from llm_server.engines import SERVED_AS
from llm_server.openai_chat import OpenAIChat, ServerConfig
from llm_server.supervisor import WarmUp
from retrieval.place import Place, place_of
from retrieval.product import Product
from retrieval.query import Facets, RetrievalError, Retriever
from retrieval.worker import WorkerRetriever

_log = logging.getLogger(__name__)
DEMO_SHOP = Path(__file__).parent.parent / "web" / "demo" / "shop.json"
FACETS_SECONDS = 30.0
NAMED = 5000
"""Products whose names in the other language are read."""
"""How old the facets may grow that the planner and the parser see."""


class Settings(BaseSettings):
    """Everything that can be set, from the environment with the prefix `FLOORWALKER_`. Read once, at the start."""

    model_config = SettingsConfigDict(env_prefix="FLOORWALKER_", frozen=True, extra="forbid")

    data: Path = Path(".floorwalker")
    """Where the index, the journal and the generated keys live."""
    index: str | Path | None = None
    """The index: a directory, or a Qdrant server and a name there, such as `http://qdrant:6333/products`; `index`
    inside `data` by default."""
    qdrant_key: SecretStr | None = None
    """The API key of the Qdrant server, where `index` names one."""
    embedder: str | None = None
    """A sentence-transformers model id or path; by default the one the index was built with."""
    reranker: str | None = None
    """A sentence-transformers cross-encoder, by id or path, that looks at the best fifty again; none by default, since
    on a CPU it takes longer than a shopper waits for cards."""
    ranker: Path | None = None
    """A ranker learnt by `python -m eval train-ranker`, for shoppers who browse (with the extra `rank`); the linear one
    by default."""
    intent: Path | None = None
    """A model of purchase intent learnt by `python -m eval train-intent`: a shopper who is near a purchase is shown
    products where else a question would be asked; none by default."""
    journal_url: str | None = None
    """An SQLAlchemy URL, such as `postgresql://shop:PASSWORD@db/shop` (with the extra `postgres`); a SQLite file inside
    `data` by default."""
    orders_url: str | None = None
    """An SQLAlchemy URL with the tables or views `orders` and `order_items` (see sqlorders.py): the orders of whoever
    is signed in are looked up there; none by default."""
    redis_url: SecretStr | None = None
    """A Redis server whose stream of events is read besides `POST /v1/events`, such as `redis://redis:6379/0`; none by
    default. Whoever may write to it is trusted as the shop's back end is."""
    redis_stream: str = "floorwalker:events"
    """The stream's name there; entries hold an event's JSON in the field `event`."""
    secret: SecretStr | None = None
    """Signs session tokens; by default made once and kept inside `data`."""
    merchant_key: SecretStr | None = None
    """What the shop's back end shows for keyed routes; by default made once and kept inside `data`."""
    origins: tuple[str, ...] = ()
    """Origins that may open sessions besides the server's own, such as `https://shop.example`."""
    guests: bool = True
    """Whether anyone may open a guest session."""
    llm_url: str | None = None
    """An OpenAI-compatible server that runs elsewhere, such as `http://gpu:8001/v1`; else `--embedded` starts one."""
    llm_key: SecretStr = SecretStr("none")
    llm_model: str = SERVED_AS
    """The name the server at `llm_url` serves its model under; or what the embedded engine is to serve: a GGUF file on
    a CPU, a directory or hub id for vLLM."""
    shop: Path = DEMO_SHOP
    """The shop's name, currency, language and tone."""
    deadline: float = Field(default=60.0, ge=5, le=600)
    """Seconds until a turn must have ended."""

    @property
    def place(self) -> Place:
        """Where the index is. Raises IndexFault."""
        return place_of(self.index or self.data / "index", key=self.qdrant_key)


@dataclass(slots=True)
class Assistant:
    """The assembled assistant: what `web` and `eval` drive."""

    shop: Shop
    retriever: WorkerRetriever
    journal: Journal
    model: ChatModel
    deadline: float
    engine: EmbeddedEngine | None
    """The embedded engine, where there is one."""
    facets: Facets
    vocabulary: Vocabulary
    intent: Intent | None = None
    orders: OrderDesk | None = None

    async def turn(self, conversation: Conversation, message: ShopperMessage) -> AsyncGenerator[TurnEvent, None]:
        """Answer one message; see turn.run_turn."""
        floor = Floor(
            self.shop,
            self.facets,
            self.vocabulary,
            self.retriever,
            self.model,
            self.deadline,
            self.intent,
            self.orders,
        )
        async with aclosing(run_turn(conversation, message, floor)) as events:
            async for event in events:
                yield event

    def health(self) -> dict[str, str]:
        """Each part in a word or two, for /readyz and the page."""
        state = self.engine.state if self.engine else None
        return {
            "retrieval": "ready" if self.retriever.ready else "restarting",
            "model": f"{state.phase}: {state.detail}".rstrip(": ") if state else "elsewhere",
        }

    async def keep_facets_fresh(self) -> None:
        """Runs for ever: looks at the catalogue's facets again and again."""
        while True:
            await asyncio.sleep(FACETS_SECONDS)
            try:
                seen = await self.retriever.facets()
            except RetrievalError as error:
                _log.info("facets: %s", error)
                continue
            if seen != self.facets:
                # Compiling thousands of brands takes longer than the event loop may wait.
                products = await named(self.retriever, self.shop)
                self.vocabulary = await asyncio.to_thread(compiled, seen, self.shop, products)
                self.facets = seen


async def named(retriever: Retriever, shop: Shop) -> tuple[Product, ...]:
    """The products that have a name in the other language. Raises RetrievalError."""
    return await retriever.get(tuple(shop.glossary.titles)[:NAMED])


def compiled(facets: Facets, shop: Shop, products: Sequence[Product] = ()) -> Vocabulary:
    """The parser's vocabulary for this shop; `products` have names in the other language."""
    return Vocabulary.of(facets, shop.currency, shop.glossary.reverse, shop.glossary.titles, products)


@asynccontextmanager
async def build(settings: Settings, *, embedded: bool) -> AsyncGenerator[Assistant]:
    """Start what the assistant needs, and stop it at the end.

    Raises ShopError, IntentError, RetrievalError, JournalError, OrderError.

    `embedded`: start a language model engine too, unless `llm_url` names one. It comes up in the background; until then
    turns answer with cards and template sentences.
    """
    shop = load_shop(settings.shop)
    intent = Intent.load(settings.intent) if settings.intent else None
    settings.data.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        retriever = WorkerRetriever(
            settings.place,
            embedder=settings.embedder,
            reranker=settings.reranker,
            ranker=settings.ranker,
            behaviour=settings.data / "behaviour.npz",
        )
        stack.push_async_callback(retriever.close)
        await retriever.start()
        journal = await SqlJournal.open(settings.journal_url or f"sqlite:///{settings.data / 'journal.db'}")
        stack.push_async_callback(journal.close)
        desk = await SqlOrderDesk.open(settings.orders_url) if settings.orders_url else None
        if desk:
            stack.push_async_callback(desk.close)
        facets = await retriever.facets()
        vocabulary = await asyncio.to_thread(compiled, facets, shop, await named(retriever, shop))
        model, engine = await _model(settings, shop, facets, stack, embedded=embedded)
        deadline = settings.deadline
        assistant = Assistant(shop, retriever, journal, model, deadline, engine, facets, vocabulary, intent, desk)
        await _rehearse(assistant)
        # What lives as long as the process need not be walked by the collector while shoppers wait: 0.2 s a walk.
        gc.collect()
        gc.freeze()
        fresh = asyncio.create_task(assistant.keep_facets_fresh(), name="facets")
        stack.push_async_callback(_cancelled, fresh)
        taught = asyncio.create_task(teach(journal, retriever), name="teaching")
        stack.push_async_callback(_cancelled, taught)
        yield assistant


async def _rehearse(assistant: Assistant) -> None:
    """One turn for nobody, with no model: word lists are read and patterns compiled now, not while a shopper waits."""
    products = await assistant.retriever.page(0, 1)
    for title in (product.title for product in products):
        floor = Floor(assistant.shop, assistant.facets, assistant.vocabulary, assistant.retriever, _Away(), 10.0)
        for text in (title, f"我想买 {title}"):
            conversation = Conversation(session_id="rehearsal")
            message = ShopperMessage(id="rehearsal", text=text, time=datetime.now(UTC))
            async with aclosing(run_turn(conversation, message, floor)) as events:
                async for event in events:
                    conversation = conversation.told(event)
            cards = conversation.shelf.current.cards if conversation.shelf.current else ()
            Gate(cards, text, conversation.language, glossary=assistant.shop.glossary.reverse).judge(
                "[1] 是 a tent", None
            )


class _Away:
    """A model that is never there."""

    async def stream(
        self, messages: Sequence[Message], *, kind: CallKind, max_tokens: int, stop: Sequence[str] = ()
    ) -> AsyncGenerator[ChatPart, None]:
        raise ChatUnavailable("nobody is asked in a rehearsal")
        yield

    async def complete(
        self, messages: Sequence[Message], schema: dict[str, Any], *, kind: CallKind, max_tokens: int
    ) -> Completion:
        raise ChatUnavailable("nobody is asked in a rehearsal")


async def _model(
    settings: Settings, shop: Shop, facets: Facets, stack: AsyncExitStack, *, embedded: bool
) -> tuple[ChatModel, EmbeddedEngine | None]:
    if settings.llm_url or not embedded:
        url = settings.llm_url or "http://127.0.0.1:8001/v1"
        key = settings.llm_key.get_secret_value()
        chat = OpenAIChat(ServerConfig(url=url, model=settings.llm_model, api_key=key))
        stack.push_async_callback(chat.aclose)
        return chat, None
    own = settings.llm_model if settings.llm_model != SERVED_AS else ""
    engine = embedded_engine(model=own, warm_up=_warm_ups(shop, facets))
    stack.push_async_callback(engine.stop)
    engine.start()
    return engine.chat, engine


def _warm_ups(shop: Shop, facets: Facets) -> tuple[WarmUp, ...]:
    """The two prompts whose beginnings every turn of this shop shares, and the plan's schema with nothing shown."""
    told = plan_prompt(shop, facets, (), Request(), SessionProfile(), "hello")
    said = small_talk_prompt(shop, "hello", "en")
    return (
        WarmUp(kind="plan", messages=told, json_schema=schema(facets, 0)),
        WarmUp(kind="narrate", messages=said),
    )


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
