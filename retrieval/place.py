"""Where an index is: a directory of the embedded engine, or a name on a Qdrant server. Knows no engine."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

from retrieval.query import IndexFault

KEY_VARIABLE = "FLOORWALKER_QDRANT_KEY"
DEFAULT_NAME = "products"
_FORBIDDEN = frozenset('<>:"\\|?*%')


class Address(BaseModel, frozen=True, extra="forbid"):
    """An index on a Qdrant server, under the name of an alias. Shown without its key."""

    url: str
    """Of the server, such as `http://qdrant:6333`."""
    name: str
    key: SecretStr | None = None

    def __str__(self) -> str:
        return f"{self.url}/{self.name}"

    @property
    def environment(self) -> dict[str, str]:
        """What a child process needs besides the address's text: never on a command line, which everyone may read."""
        return {KEY_VARIABLE: self.key.get_secret_value()} if self.key else {}


Place = Path | Address


def place_of(where: str | Path, *, key: SecretStr | None = None) -> Place:
    """A directory, or the address that an http(s) URL names: `http://qdrant:6333/floorwalker`. Without a path the index
    is called `products`; without a `key` it is what FLOORWALKER_QDRANT_KEY holds. Raises IndexFault."""
    text = str(where)
    if isinstance(where, Path) or not text.lower().startswith(("http://", "https://")):
        return Path(where)
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise _not_an_address(text, str(error)) from error
    if not host:
        raise _not_an_address(text, "it has no host")
    if parts.username or parts.password:
        raise _not_an_address(f"{parts.scheme}://…@{host}", f"a key belongs into {KEY_VARIABLE}")
    if parts.query or parts.fragment:
        raise _not_an_address(text, "it has a query or a fragment")
    prefix, _, name = parts.path.rstrip("/").rpartition("/")
    if _FORBIDDEN & set(name):
        raise _not_an_address(text, f"{name!r} cannot be the name of a collection")
    found = os.environ.get(KEY_VARIABLE)
    return Address(
        url=f"{parts.scheme}://{parts.netloc}{prefix}",
        name=name or DEFAULT_NAME,
        key=key or (SecretStr(found) if found else None),
    )


def _not_an_address(text: str, reason: str) -> IndexFault:
    return IndexFault(
        f"{text!r} cannot be an index: {reason}.",
        fix="Give a directory, or an address like http://qdrant:6333/products.",
    )
