"""What a platform may ask by the Universal Commerce Protocol: the fields that we read; others are ignored.

Source: the request schemas of dev.ucp.shopping.catalog (ucp.dev, release 2026-08-25, with the filters `availability`
and `brand` of the draft behind it) and of dev.ucp.common.ask (draft). Knows nothing of transports.
"""

from typing import Annotated

from pydantic import BaseModel, Field

PAGE = 10

Text = Annotated[str, Field(max_length=1000)]
Id = Annotated[str, Field(min_length=1, max_length=256)]
Amount = Annotated[int, Field(ge=0, le=10**12)]


class PriceFilter(BaseModel, frozen=True):
    """Minor units, inclusive."""

    min: Amount | None = None
    max: Amount | None = None


class SearchFilters(BaseModel, frozen=True):
    """All of these must hold; of the values of one, any."""

    categories: Annotated[list[Text], Field(max_length=50)] = []
    """Names or paths, such as `Shoes > Boots`."""
    price: PriceFilter | None = None
    availability: Annotated[list[Text], Field(max_length=10)] = []
    brand: Annotated[list[Text], Field(max_length=50)] = []


class Context(BaseModel, frozen=True):
    """Of the shopper's market."""

    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None


class Pagination(BaseModel, frozen=True):
    """Which page."""

    cursor: Annotated[str, Field(max_length=20)] | None = None
    limit: Annotated[int, Field(ge=1)] = PAGE


class SearchRequest(BaseModel, frozen=True):
    """Words, filters, or both."""

    query: Text | None = None
    filters: SearchFilters = SearchFilters()
    context: Context = Context()
    pagination: Pagination = Pagination()
    purpose: str | None = None
    reference_ids: list[Id] | None = None


class LookupRequest(BaseModel, frozen=True):
    """Products or variants by id."""

    ids: Annotated[list[Id], Field(min_length=1)]
    filters: SearchFilters = SearchFilters()
    context: Context = Context()


class Selected(BaseModel, frozen=True):
    """A choice of an option."""

    name: Text
    label: Text


class ProductRequest(BaseModel, frozen=True):
    """One product or variant, with what was chosen so far."""

    id: Id
    selected: Annotated[list[Selected], Field(max_length=50)] = []
    preferences: Annotated[list[Text], Field(max_length=50)] = []
    """Options in the order in which they matter: where no variant has all that was chosen, the last gives way."""
    filters: SearchFilters = SearchFilters()
    context: Context = Context()


class Asked(BaseModel, frozen=True):
    """A conversation that an answer named."""

    id: Id


class AskRequest(BaseModel, frozen=True):
    """A question in words, and what it is about."""

    query: str
    conversation: Asked | None = None
    ids: Annotated[list[Id], Field(max_length=20)] = []
    """Products or variants of the catalogue."""
