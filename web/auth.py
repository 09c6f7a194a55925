"""Who is asking: signed session tokens, the merchant's key, the page's origin. Pure but for the clock.

A guest's token has no `sub`. A `sub`, a known shopper, comes only from a token that the shop's own back end signed with
the same secret; the one door that hands one out is the demo shop's (demodoor.py), for its invented shopper.
"""

import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import jwt
from pydantic import BaseModel

AUDIENCE = "floorwalker"
ALGORITHM = "HS256"
SECRET_BYTES = 32
GUEST_DAYS = 7


class BadToken(Exception):
    """The token is not one of ours, or no longer good."""


class Claims(BaseModel, frozen=True, extra="forbid"):
    """What a token says of its bearer."""

    session_id: str
    shopper_id: str | None = None


class Tokens:
    """Signs and reads session tokens."""

    def __init__(self, secret: str) -> None:
        """Raises ValueError for a secret that is too short to sign with."""
        if len(secret.encode()) < SECRET_BYTES:
            raise ValueError(f"the secret that signs tokens needs at least {SECRET_BYTES} bytes: set a longer one")
        self._secret = secret

    def guest(self, session_id: str, *, now: datetime | None = None) -> str:
        """A guest's token, good for seven days."""
        issued = now or datetime.now(UTC)
        claims = {"sid": session_id, "iat": issued, "exp": issued + timedelta(days=GUEST_DAYS), "aud": AUDIENCE}
        return jwt.encode(claims, self._secret, algorithm=ALGORITHM)  # pyright: ignore[reportUnknownMemberType]

    def known(self, session_id: str, shopper_id: str, *, now: datetime | None = None) -> str:
        """A known shopper's token, good for a day: what a shop's back end signs for whoever has logged in there."""
        issued = now or datetime.now(UTC)
        claims = {"sid": session_id, "sub": shopper_id, "iat": issued, "exp": issued + timedelta(days=1)}
        return jwt.encode({**claims, "aud": AUDIENCE}, self._secret, algorithm=ALGORITHM)  # pyright: ignore[reportUnknownMemberType]

    def read(self, token: str) -> Claims:
        """Who bears this token. Raises BadToken."""
        try:
            claims: dict[str, Any] = jwt.decode(  # pyright: ignore[reportUnknownMemberType]
                token,
                self._secret,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                options={"require": ["exp", "iat", "aud", "sid"]},
            )
        except (jwt.InvalidTokenError, UnicodeError, RecursionError) as error:
            raise BadToken(str(error)) from error
        session_id, shopper_id = claims["sid"], claims.get("sub")
        if not isinstance(session_id, str) or not 1 <= len(session_id) <= 256:
            raise BadToken("the sid is not a session id")
        if shopper_id is not None and (not isinstance(shopper_id, str) or not 1 <= len(shopper_id) <= 256):
            raise BadToken("the sub is not a shopper's id")
        return Claims(session_id=session_id, shopper_id=shopper_id)


def new_session_id() -> str:
    """An id that cannot be guessed."""
    return secrets.token_urlsafe(18)


def key_matches(authorization: str | None, key: str) -> bool:
    """Is this the header `Authorization: Bearer KEY`? Takes as long for a near miss as for a far one."""
    scheme, _, given = (authorization or "").partition(" ")
    same = secrets.compare_digest(given.strip().encode("utf-8", "replace"), key.encode())
    return same and bool(key) and scheme.lower() == "bearer"


def origin_allowed(origin: str | None, host: str | None, allowed: Collection[str]) -> bool:
    """May a page of this origin talk to us: one we serve ourselves, or one on the list?

    No origin at all means that no browser is asking; the token decides then.
    """
    if origin is None:
        return True
    if origin.rstrip("/") in {one.rstrip("/") for one in allowed}:
        return True
    try:
        asked = urlsplit(origin)
    except ValueError:
        return False
    return asked.scheme in ("http", "https") and bool(asked.netloc) and asked.netloc.lower() == (host or "").lower()
