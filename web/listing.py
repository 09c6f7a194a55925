"""One page of the catalogue for a shop's own pages: what is chosen, and how many more there are of everything else.

Knows nothing of HTTP beyond the names of its parameters.
"""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from retrieval.query import Filters, Retriever

Text = Annotated[str, Field(max_length=200)]


class Listing(BaseModel, frozen=True):
    """Which products are listed. Values of one group are alternatives; groups must all hold. Sold-out products show."""

    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    limit: Annotated[int, Field(ge=1, le=100)] = 24
    category: Text | None = None
    brand: Annotated[tuple[Text, ...], Field(max_length=20)] = ()
    attribute: Annotated[tuple[Text, ...], Field(max_length=20)] = ()
    """Each as `name:value`."""
    price_max: Annotated[int, Field(ge=0)] | None = None
    """Minor units of `currency`, inclusive."""
    currency: Annotated[str, Field(max_length=3)] | None = None
    in_stock: bool = False

    @property
    def attributes(self) -> dict[str, tuple[str, ...]]:
        """By name, the values chosen."""
        chosen: dict[str, tuple[str, ...]] = {}
        for pair in self.attribute:
            name, _, value = pair.partition(":")
            chosen[name] = (*chosen.get(name, ()), value)
        return chosen

    def filters(self, without: str = "") -> Filters:
        """All that is chosen but one group: `brand`, `price`, or the name of an attribute."""
        priced = self.price_max is not None and self.currency and without != "price"
        return Filters(
            categories=(self.category,) if self.category else (),
            brands=() if without == "brand" else self.brand,
            attributes={name: values for name, values in self.attributes.items() if name != without},
            price_max=self.price_max if priced else None,
            currency=self.currency if priced else None,
            in_stock=self.in_stock,
            sold_out=not self.in_stock,
        )


async def listed_facets(retriever: Retriever, listing: Listing) -> dict[str, Any]:
    """`{count, brands, attributes, prices, availability}`. The counts of a group are those that its other values would
    have: what is chosen within the group does not narrow it. Raises RetrievalError."""
    held = await retriever.facets(listing.filters())
    brands, prices, attributes = held.brands, held.prices, dict(held.attributes)
    if listing.brand:
        brands = (await retriever.facets(listing.filters("brand"))).brands
    if listing.price_max is not None:
        prices = (await retriever.facets(listing.filters("price"))).prices
    for name in listing.attributes:
        attributes[name] = (await retriever.facets(listing.filters(name))).attributes.get(name, {})
    return {
        "count": held.count,
        "brands": brands,
        "attributes": attributes,
        "prices": {code: span.model_dump() for code, span in prices.items()},
        "availability": held.availability,
    }
