"""What is asked of retrieval and what comes back: SearchQuery in, Candidates, then ranked Hits out.

Errors of the package, all typed, all with a `fix` in words:

* RetrievalError
  + FeedError             a feed that cannot be read at all (a bad row is reported, not raised)
  + IndexFault
    - IndexMissing        no index in this directory, or of this name on the server
    - IndexBroken         half written, or not an index
    - IndexMismatch       built by another version, schema or embedder
    - IndexLocked         another process owns the directory
    - IndexUnreachable    the server that holds the index does not answer, or is overloaded
    - IndexRefused        the server wants another key
  + PassagesError         pages that cannot be read at all (a bad file is reported, not raised)
  + EmbedderError         the embedder or the reranker cannot be loaded, or failed
  + RankerError           a learnt ranker cannot be loaded, or is not one of this version
  + WordsError            the word lists cannot be read
  + WorkerDown            the retrieval worker died or did not answer in time; it is being restarted
  + SnapshotFault         a snapshot of the behaviour model cannot be written or used
    - SnapshotMissing     there is none
    - SnapshotBroken      not a whole snapshot
    - SnapshotMismatch    written by another version
  + ShopRefused           a running shop cannot be reached, or refused what was written to it

Knows nothing of engines, shoppers or chat.
"""

from typing import Annotated, Literal, Protocol

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from retrieval.behaviour.touches import FinishedSession, Mark, Touch
from retrieval.knowledge.passage import PassageHit
from retrieval.product import Price, Product


class RetrievalError(Exception):
    """Base of all errors of this package. `fix` says what the reader can do about it."""

    def __init__(self, message: str, *, fix: str = "") -> None:
        super().__init__(f"{message} {fix}".strip())
        self.message = message
        self.fix = fix


class FeedError(RetrievalError):
    """The feed as a whole cannot be read."""


class IndexFault(RetrievalError):
    """The index cannot be used."""


class IndexMissing(IndexFault):
    """There is no index in this directory, or of this name on the server."""


class IndexBroken(IndexFault):
    """What is there is not a whole index."""


class IndexMismatch(IndexFault):
    """The index was built by another version, schema or embedder."""


class IndexLocked(IndexFault):
    """Another process owns the directory."""


class IndexUnreachable(IndexFault):
    """The server that holds the index does not answer, or has too much to do."""


class IndexRefused(IndexFault):
    """The server wants another key."""


class PassagesError(RetrievalError):
    """The shop's pages as a whole cannot be read."""


class EmbedderError(RetrievalError):
    """The embedder or the reranker cannot be loaded, or failed."""


class RankerError(RetrievalError):
    """A learnt ranker cannot be loaded, or is not one of this version."""


class WordsError(RetrievalError):
    """The word lists cannot be read."""


class WorkerDown(RetrievalError):
    """The retrieval worker died or did not answer in time; it is being restarted."""


class SnapshotFault(RetrievalError):
    """A snapshot of the behaviour model cannot be written or used."""


class SnapshotMissing(SnapshotFault):
    """There is no snapshot in this place."""


class SnapshotBroken(SnapshotFault):
    """What is there is not a whole snapshot."""


class SnapshotMismatch(SnapshotFault):
    """Another version wrote the snapshot."""


class ShopRefused(RetrievalError):
    """A running shop cannot be reached, or refused what was written to it."""


class Filters(BaseModel, frozen=True, extra="forbid"):
    """Hard constraints, applied inside the engine before nearest neighbours.

    A product whose field is unknown never satisfies a bound stated here. Text is compared without regard to case.
    """

    price_min: Annotated[int, Field(ge=0)] | None = None
    """Minor units of `currency`, inclusive."""
    price_max: Annotated[int, Field(ge=0)] | None = None
    currency: str | None = None
    """ISO 4217; required with a price bound. Products in another currency do not satisfy the bound."""
    categories: tuple[str, ...] = ()
    """Any of these, at any level of the product's category path."""
    brands: tuple[str, ...] = ()
    """Any of these."""
    attributes: dict[str, tuple[str, ...]] = {}
    """Every name, with any of its values."""
    variants: tuple[str, ...] = ()
    """One of these variants, by id, written as the shop writes it."""
    rating_min: Annotated[float, Field(ge=0, le=5)] | None = None
    in_stock: bool = False
    """True: only products known to be in stock."""
    sold_out: bool = False
    """True: keep products known to be sold out; they are left out by default. Unknown stock is always kept."""
    exclude_ids: tuple[str, ...] = ()
    exclude_brands: tuple[str, ...] = ()
    exclude_categories: tuple[str, ...] = ()
    exclude_attributes: dict[str, tuple[str, ...]] = {}
    """Exclusions are never relaxed; a product whose field is unknown is not excluded."""

    @model_validator(mode="after")
    def _bounds_make_sense(self) -> "Filters":
        if self.price_min is not None and self.price_max is not None and self.price_min > self.price_max:
            raise ValueError("price_min is above price_max: swap them")
        if (self.price_min is not None or self.price_max is not None) and self.currency is None:
            raise ValueError("a price bound needs its currency: set currency to an ISO 4217 code such as USD")
        return self


class SearchQuery(BaseModel, frozen=True, extra="forbid"):
    """Words and constraints. Without words and without a product to go by: whatever satisfies the filters."""

    text: Annotated[str, Field(max_length=1000)] = ""
    like: str | None = None
    """The id of a product that others should be similar to; it is not found itself. With words, both count."""
    filters: Filters = Filters()
    join: Annotated[tuple[str, ...], Field(max_length=200)] = ()
    """Ids of products that another source names: they are scored with the rest, where the filters let them."""


class Candidate(BaseModel, frozen=True, extra="forbid"):
    """A product that retrieval found, with what each source said of it."""

    product: Product
    sources: dict[str, float]
    """By source: `fused` (0 to 1, best is 1), `dense` (cosine), `sparse` (BM25), `spelling`, `typical`, `reranked`; see
    hybrid.py. Absent where a source says nothing of it."""


class Contribution(BaseModel, frozen=True, extra="forbid"):
    """One named part of a score. The parts add up to the score."""

    name: str
    value: float
    evidence: str | None = None
    """What it rests on, such as `event:view_item:P12`; see agent/reasons.py for the forms."""


class Hit(BaseModel, frozen=True, extra="forbid"):
    """A ranked product. `score` is the sum of `contributions`; `diversity` (zero or below) is kept apart."""

    product: Product
    score: float
    contributions: tuple[Contribution, ...]
    diversity: float = 0.0
    features: dict[str, float] = {}
    """What ranking knew of it, by the names of features.py; zero or unknown ones are absent. A ranker is learnt from
    these: no part of a score can be turned back into what it was made of."""


class Relaxation(BaseModel, frozen=True, extra="forbid"):
    """A constraint that was dropped because nothing satisfied all of them."""

    field: Literal["attributes", "rating_min", "brands", "in_stock", "price_min", "price_max", "categories"]
    name: str | None = None
    """Which attribute, where `field` is `attributes`."""


class SearchResult(BaseModel, frozen=True, extra="forbid"):
    """Ranked hits, and what had to give for them."""

    hits: tuple[Hit, ...]
    arm: str = ""
    """What ordered them: `linear`, or `lambdamart-` and the start of a learnt ranker's digest."""
    relaxed: tuple[Relaxation, ...] = ()
    """In the order in which they were dropped; empty when every constraint held."""
    unknown_fields: tuple[str, ...] = ()
    """Bounds that were ignored because no product of this shop has the field."""
    unknown_words: tuple[str, ...] = ()
    """Words of the query that no product of this shop has, in any form, and that are no slip of one that some have."""


class ValueRange(BaseModel, frozen=True, extra="forbid"):
    """The span of a figure over the shop, and how many products have it."""

    low: float
    high: float
    count: int


class Facets(BaseModel, frozen=True, extra="forbid"):
    """What this shop's products can be told apart by, with counts. Names and values as the shop writes them."""

    count: int
    """Products in the index (under the filters the facets were asked for)."""
    categories: dict[str, int] = {}
    brands: dict[str, int] = {}
    attributes: dict[str, dict[str, int]] = {}
    prices: dict[str, ValueRange] = {}
    """By currency, in minor units."""
    availability: dict[str, int] = {}
    rated: int = 0
    """Products that have a rating."""


class Anchor(BaseModel, frozen=True, extra="forbid"):
    """A product of the live session that ranking may lean on."""

    product_id: str
    weight: Annotated[float, Field(ge=-1, le=1)]
    """1: the strongest interest; below 0: the shopper turned away from it."""
    event: str
    """The event's name, such as `view_item`."""


class RankContext(BaseModel, frozen=True, extra="forbid"):
    """All that ranking may know of a session. Built by the session's profile."""

    anchors: tuple[Anchor, ...] = ()
    brands: dict[str, float] = {}
    """Affinity from -1 to 1, by brand."""
    categories: dict[str, float] = {}
    price_low: Price | None = None
    price_high: Price | None = None
    """The price band the shopper has been looking at."""
    touches: Annotated[tuple[Touch, ...], Field(max_length=200)] = ()
    """The products of this session, in any order."""
    history: Annotated[tuple[Touch, ...], Field(max_length=2000)] = ()
    """What a known shopper bought before this session."""
    now: AwareDatetime | None = None
    """None: no session; what is popular has no say then."""
    prefer: Literal["cheap", "rating"] | None = None
    """What the shopper asked to have first: the lowest prices, the best ratings."""
    limit: Annotated[int, Field(ge=1, le=500)] = 6
    """How many hits to return."""

    @property
    def says_nothing(self) -> bool:
        """Nothing of the session could change an order."""
        return self.model_copy(update={"now": None}) == RankContext(limit=self.limit)


class Retriever(Protocol):
    """All that the assistant asks of this package. Implemented in process by `search.Searcher` and across a process
    border by `worker.WorkerRetriever`. Every method may raise RetrievalError."""

    async def search(self, query: SearchQuery, context: RankContext) -> SearchResult:
        """Candidates under the filters (relaxed where nothing satisfies them), ranked for this session."""
        ...

    async def get(self, ids: tuple[str, ...], filters: Filters | None = None) -> tuple[Product, ...]:
        """Those of these products that exist and satisfy the filters, in the order asked for."""
        ...

    async def facets(self, filters: Filters | None = None) -> Facets:
        """The facets of the products under the filters."""
        ...

    async def page(self, offset: int, limit: int, filters: Filters | None = None) -> tuple[Product, ...]:
        """Products in a stable order, for a shop page that lists them."""
        ...

    async def passages(self, question: str, limit: int = 3) -> tuple[PassageHit, ...]:
        """What the shop's pages say to a question, best first. Empty: nothing there supports an answer."""
        ...

    async def evidence(self, question: str, product_id: str, limit: int = 2) -> tuple[PassageHit, ...]:
        """What the shop and its shoppers say of this product that answers the question, best first. Empty: nothing
        does, or there is no such product."""
        ...

    async def upsert(self, products: tuple[Product, ...]) -> int:
        """Add or replace these products; searchable when it returns. Returns how many."""
        ...

    async def delete(self, ids: tuple[str, ...]) -> int:
        """Remove these products. Returns how many there were."""
        ...

    async def learn(self, sessions: tuple[FinishedSession, ...], after: Mark, mark: Mark) -> Mark:
        """Learn sessions that have ended; the next search knows of them. `mark`: how far the log is learnt with these,
        if until now it was learnt up to `after`; else nothing is learnt. Returns how far it is learnt now."""
        ...
