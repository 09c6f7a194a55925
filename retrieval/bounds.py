"""The bounds of a filter that this shop can keep: one on a field that no product has would leave nothing, and says
nothing of any product. Knows nothing of search.
"""

from retrieval.index import Field, ProductIndex
from retrieval.query import Filters

_FIELD_OF: dict[str, Field] = {
    "price_min": "price",
    "price_max": "price",
    "categories": "categories",
    "brands": "brand",
    "rating_min": "rating",
    "in_stock": "availability",
}


class Bounds:
    """Asks the index once for each field, until `forget`."""

    def __init__(self, index: ProductIndex) -> None:
        self._index = index
        self._fields: dict[Field, bool] = {}
        self._attributes: dict[str, bool] = {}

    async def kept(self, filters: Filters) -> tuple[Filters, tuple[str, ...]]:
        """The filters without bounds on fields that no product of the shop has, and the names of those bounds. Raises
        IndexFault."""
        update: dict[str, object] = {}
        for bound, field in _FIELD_OF.items():
            unset = Filters.model_fields[bound].get_default()
            if getattr(filters, bound) != unset and not await self._has(field):
                update[bound] = unset
        strange = [name for name in filters.attributes if not await self._has_attribute(name)]
        if strange:
            update["attributes"] = {name: held for name, held in filters.attributes.items() if name not in strange}
        named = [bound for bound in update if bound != "attributes"] + [f"attributes.{name}" for name in strange]
        return (filters.model_copy(update=update) if update else filters), tuple(named)

    def forget(self) -> None:
        """Products were written: a field may have come or gone."""
        self._fields.clear()
        self._attributes.clear()

    async def _has(self, field: Field) -> bool:
        if field not in self._fields:
            self._fields[field] = await self._index.has(field)
        return self._fields[field]

    async def _has_attribute(self, name: str) -> bool:
        if name not in self._attributes:
            self._attributes[name] = await self._index.has_attribute(name)
        return self._attributes[name]
