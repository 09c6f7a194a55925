"""Who calls at one of the other doors, which session they may open, and how what is refused is told there.

A session's token opens its own session. The merchant's key opens any, and makes nobody a known shopper: only a token
that the shop's back end signed says who somebody is. Knows no protocol.
"""

import hmac
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.responses import Response

from agent.journal import JournalError
from retrieval.query import RetrievalError
from web.auth import BadToken, key_matches, origin_allowed
from web.bulk import read_json
from web.http import Door
from web.incoming import Id
from web.problems import JOURNAL_DOWN, RETRIEVAL_DOWN, Problem, Refused, first_error

INTERNAL = Problem(code="internal", fix="try again; the shop's log has the cause")

T = TypeVar("T", bound=BaseModel)
_id = TypeAdapter[str](Id)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who showed a token or the key."""

    session_id: str | None
    """The session of the token; None for the merchant's key, which opens any."""
    shopper_id: str | None = None
    """The shopper whom the token names."""

    def session(self, named: str | None, field: str) -> str | None:
        """The session to open: the token's own; with the key the one named, None where none is. Raises Refused."""
        if named is not None:
            named = checked_id(named, field)
        if self.session_id is None:
            return named
        if named not in (None, self.session_id):
            raise Refused("other_session", field, fix="a session's token opens that session alone; leave this out")
        return self.session_id


def caller_of(request: Request, door: Door) -> Caller:
    """Who sends this. Counts the call. Raises Refused."""
    headers, address = request.headers, request.client.host if request.client else ""
    if not origin_allowed(headers.get("origin"), headers.get("host"), door.rules.origins):
        raise Refused("bad_origin", "Origin", fix="add this origin to FLOORWALKER_ORIGINS")
    authorization = headers.get("authorization")
    caller = Caller(None) if key_matches(authorization, door.merchant_key) else _bearer(authorization, door)
    if not door.meter.allows("calls", f"session {caller.session_id}" if caller.session_id else f"key {address}"):
        raise Refused("rate_limited", fix="wait a moment before the next call")
    return caller


def checked_id(given: str, field: str) -> str:
    """An id of the outside world: 1 to 256 characters, no control characters. Raises Refused."""
    try:
        return _id.validate_python(given)
    except ValidationError as error:
        raise Refused("bad_request", field, fix="use 1 to 256 characters, no control characters") from error


def idempotent_id(door: Door, key: str) -> str:
    """The id of what one call makes: the same for the same key, and nobody can guess it who lacks the shop's own."""
    return hmac.new(door.merchant_key.encode(), key.encode("utf-8", "replace"), "sha256").hexdigest()[:32]


async def read_as(request: Request, model: type[T], *, fix: str) -> T:
    """The body, as this model. `fix` says what to send where it is no JSON. Raises Refused."""
    return parsed(await read_json(request, fix=fix), model)


def parsed(raw: object, model: type[T]) -> T:
    """What came, as this model. Raises Refused."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        field, message = first_error(error)
        raise Refused("bad_request", field, fix=message) from error


Route = Callable[[Request], Awaitable[Response]]


def answering(route: Route, refuse: Callable[[Problem], Response]) -> Route:
    """This route, with every refusal and every failure told as `refuse` tells it."""

    async def answered(request: Request) -> Response:
        try:
            return await route(request)
        except Exception as error:
            return refuse(problem_of(error))

    return answered


def problem_of(error: Exception) -> Problem:
    """What a caller is told of this; what nobody expected is logged."""
    if isinstance(error, Refused):
        return error.problem
    if isinstance(error, JournalError | RetrievalError):
        log.warning("a call could not be answered: %s", error)
        return JOURNAL_DOWN if isinstance(error, JournalError) else RETRIEVAL_DOWN
    log.error("a call failed", exc_info=error)
    return INTERNAL


def _bearer(authorization: str | None, door: Door) -> Caller:
    scheme, _, token = (authorization or "").partition(" ")
    try:
        claims = door.tokens.read(token.strip() if scheme.lower() == "bearer" else "")
    except BadToken as bad:
        fix = "send the merchant key, or a session's token: Authorization: Bearer KEY"
        raise Refused("bad_key", "Authorization", fix=fix) from bad
    return Caller(claims.session_id, claims.shopper_id)
