"""A shop that runs, as its back end sees it: products are written through its HTTP API, with the merchant key.

What the shell uses while the shop owns the index. Knows of the API only these two routes and the shape of a refusal.
"""

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import quote

import httpx
import stamina
from pydantic import BaseModel, ValidationError

from retrieval.product import Product
from retrieval.query import ShopRefused

MOST_ROWS = 200
MOST_BYTES = 1_000_000
"""What a shop takes in one call; see web/rules.py."""
_TIMEOUT_S = 150.0
"""The shop embeds what is new before it answers."""


class Rejected(BaseModel, frozen=True, extra="forbid"):
    """A product that the shop did not take, in its own words."""

    id: str
    code: str
    field: str
    fix: str


class Taken(BaseModel, frozen=True, extra="forbid"):
    """What became of some products."""

    accepted: int
    rejected: tuple[Rejected, ...] = ()


class _Refusal(BaseModel, frozen=True):
    code: str
    field: str = ""
    fix: str


class _Row(_Refusal, frozen=True):
    index: int


class _Answer(BaseModel, frozen=True):
    accepted: int
    rejected: tuple[_Row, ...]


class _Busy(Exception):
    """The shop's worker is being restarted, or its disk is full."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__("busy")
        self.answer = answer


class RunningShop:
    """Every method may raise ShopRefused."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """`client` has the shop's address and sends its merchant key; see `running_shop`."""
        self._client = client

    async def upsert(self, products: Sequence[Product]) -> Taken:
        """Add or replace these products; searchable when it returns."""
        accepted, rejected = 0, list[Rejected]()
        for rows in _bodies(products):
            body = b'{"products":[' + b",".join(line for _, line in rows) + b"]}"
            answer = await self._send("POST", "/v1/products", body)
            if answer.status_code == 413 and len(rows) == 1:
                told = _refusal(answer)
                rejected.append(Rejected(id=rows[0][0].id, code=told.code, field=told.field, fix=told.fix))
                continue
            if answer.status_code != 200:
                raise _refused(answer)
            taken = _read(answer)
            accepted += taken.accepted
            rejected += [
                Rejected(id=rows[row.index][0].id, code=row.code, field=row.field, fix=row.fix)
                for row in taken.rejected
            ]
        return Taken(accepted=accepted, rejected=tuple(rejected))

    async def delete(self, ids: Sequence[str]) -> int:
        """Remove these products. Returns how many there were."""
        gone = 0
        for id in ids:
            answer = await self._send("DELETE", f"/v1/products/{quote(id, safe='')}")
            if answer.status_code not in (204, 404) or (answer.status_code == 404 and not _is_ours(answer)):
                raise _refused(answer)
            gone += answer.status_code == 204
        return gone

    async def _send(self, method: str, path: str, body: bytes | None = None) -> httpx.Response:
        """The shop's answer; asked again while it is busy, for half a minute: to write twice changes nothing."""
        patient = stamina.retry(on=_Busy, attempts=None, timeout=30, wait_initial=0.2)(self._once)
        try:
            return await patient(method, path, body)
        except _Busy as error:
            raise _refused(error.answer) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ShopRefused(
                f"The shop at {self._client.base_url} cannot be reached: {error or type(error).__name__}.",
                fix="Give the address that it printed, such as http://127.0.0.1:8000; --index if it is closed.",
            ) from error

    async def _once(self, method: str, path: str, body: bytes | None) -> httpx.Response:
        headers = {"content-type": "application/json"} if body else {}
        answer = await self._client.request(method, path, content=body, headers=headers)
        if answer.status_code == 503:
            raise _Busy(answer)
        return answer


@asynccontextmanager
async def running_shop(url: str, key: str) -> AsyncGenerator[RunningShop]:
    """The shop at this address."""
    headers = {"authorization": f"Bearer {key}"}
    try:
        client = httpx.AsyncClient(base_url=url, headers=headers, timeout=_TIMEOUT_S)
    except (httpx.InvalidURL, UnicodeEncodeError) as error:
        raise ShopRefused(
            f"{url!r} or the merchant key cannot be used: {error}.", fix="Look for stray signs."
        ) from error
    async with client:
        yield RunningShop(client)


def _bodies(products: Sequence[Product]) -> Iterator[list[tuple[Product, bytes]]]:
    rows: list[tuple[Product, bytes]] = []
    size = 0
    for product in products:
        line = product.model_dump_json(exclude_defaults=True).encode()
        if rows and (len(rows) == MOST_ROWS or size + len(line) > MOST_BYTES):
            yield rows
            rows, size = [], 0
        rows.append((product, line))
        size += len(line) + 1
    if rows:
        yield rows


def _read(answer: httpx.Response) -> _Answer:
    try:
        return _Answer.model_validate_json(answer.content)
    except ValidationError as error:
        raise ShopRefused(
            f"{answer.url} does not answer as a shop does.", fix="Give the address of the shop itself."
        ) from error


def _is_ours(answer: httpx.Response) -> bool:
    return _refusal(answer).field == "product_id"


def _refusal(answer: httpx.Response) -> _Refusal:
    try:
        return _Refusal.model_validate_json(answer.content)
    except ValidationError:
        return _Refusal(code=f"status {answer.status_code}", fix="Give the address of the shop itself.")


def _refused(answer: httpx.Response) -> ShopRefused:
    told = _refusal(answer)
    field = f" ({told.field})" if told.field else ""
    return ShopRefused(f"The shop refused: {told.code}{field}.", fix=told.fix)
