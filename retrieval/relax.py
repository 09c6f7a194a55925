"""What to give up when nothing satisfies every constraint: one at a time, in a fixed order, exclusions never.

Knows nothing of engines: it is handed a way to count.
"""

from collections.abc import Awaitable, Callable, Iterator

from retrieval.query import Filters, Relaxation

ORDER = ("attributes", "rating_min", "brands", "in_stock", "price_min", "price_max", "categories")
"""From what shoppers give up most easily to what they mean most."""


async def relaxed(
    filters: Filters, count: Callable[[Filters], Awaitable[int]]
) -> tuple[Filters, tuple[Relaxation, ...]]:
    """Filters that something satisfies, and what was dropped for it; as they were where nothing helps.

    Constraints go in ORDER (attributes from the last one named) until something is found. One that was dropped on the
    way to the culprit and did not have to be is put back.
    """
    dropped: list[Relaxation] = []
    for each in _steps(filters):
        if await count(_without(filters, dropped)):
            break
        dropped.append(each)
    if not dropped or not await count(_without(filters, dropped)):
        return filters, ()
    for each in dropped[:-1]:
        fewer = [other for other in dropped if other != each]
        if await count(_without(filters, fewer)):
            dropped = fewer
    return _without(filters, dropped), tuple(dropped)


def _steps(filters: Filters) -> Iterator[Relaxation]:
    for name in reversed(filters.attributes):
        yield Relaxation(field="attributes", name=name)
    for field in ORDER[1:]:
        if getattr(filters, field) not in (None, (), False):
            yield Relaxation(field=field)


def _without(filters: Filters, dropped: list[Relaxation]) -> Filters:
    gone = {each.field for each in dropped}
    names = {each.name for each in dropped if each.field == "attributes"}
    update: dict[str, object] = {}
    for field in gone - {"attributes"}:
        update[field] = Filters.model_fields[field].get_default()
    update["attributes"] = {name: values for name, values in filters.attributes.items() if name not in names}
    return filters.model_copy(update=update)
