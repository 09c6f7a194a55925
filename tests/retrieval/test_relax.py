import asyncio
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.query import Filters, Relaxation
from retrieval.relax import ORDER
from retrieval.relax import relaxed as relaxed_by


def relaxed(filters: Filters, count: Callable[[Filters], int]) -> tuple[Filters, tuple[Relaxation, ...]]:
    async def counted(held: Filters) -> int:
        return count(held)

    return asyncio.run(relaxed_by(filters, counted))


def test_nothing_is_relaxed_while_something_satisfies_everything() -> None:
    filters = Filters(brands=("Acme",), rating_min=4)
    assert relaxed(filters, lambda _: 3) == (filters, ())


def test_constraints_are_dropped_in_their_order_until_something_is_found() -> None:
    filters = Filters(brands=("Acme",), rating_min=4, categories=("Shoes",))

    def count(held: Filters) -> int:
        return int(held.rating_min is None and not held.brands)

    after, dropped = relaxed(filters, count)
    assert [each.field for each in dropped] == ["rating_min", "brands"]
    assert after == Filters(categories=("Shoes",))


def test_a_constraint_that_was_not_to_blame_is_put_back() -> None:
    filters = Filters(attributes={"color": ("red",)}, brands=("Nobody",))
    after, dropped = relaxed(filters, lambda held: int(not held.brands))
    assert dropped == (Relaxation(field="brands"),)
    assert after.attributes == {"color": ("red",)}


def test_attributes_go_one_at_a_time_from_the_last_one_named() -> None:
    filters = Filters(attributes={"color": ("red",), "size": ("52",)})
    after, dropped = relaxed(filters, lambda held: int("size" not in held.attributes))
    assert dropped == (Relaxation(field="attributes", name="size"),)
    assert after.attributes == {"color": ("red",)}


def test_where_nothing_helps_the_filters_stay() -> None:
    filters = Filters(brands=("Acme",), exclude_ids=("1",))
    assert relaxed(filters, lambda _: 0) == (filters, ())


@settings(deadline=None)
@given(
    st.builds(
        Filters,
        attributes=st.dictionaries(st.sampled_from("ab"), st.just(("x",)), max_size=2),
        brands=st.sampled_from([(), ("b",)]),
        rating_min=st.none() | st.just(4.0),
        in_stock=st.booleans(),
        categories=st.sampled_from([(), ("c",)]),
        exclude_brands=st.just(("never",)),
        exclude_attributes=st.just({"a": ("never",)}),
    ),
    st.randoms(use_true_random=False),
)
def test_exclusions_are_never_relaxed_and_the_order_is_kept(filters: Filters, random: object) -> None:
    answers: dict[str, int] = {}

    def count(held: Filters) -> int:
        return answers.setdefault(held.model_dump_json(), random.choice([0, 1]))  # type: ignore[attr-defined]

    after, dropped = relaxed(filters, count)
    assert after.exclude_brands == filters.exclude_brands
    assert after.exclude_attributes == filters.exclude_attributes
    places = [ORDER.index(each.field) for each in dropped]
    assert places == sorted(places)
    assert not dropped or count(after)
