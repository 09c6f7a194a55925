"""Our own reading of filters: what breaks a constraint, and what was said to be given up."""

import pytest

from eval.filtering import broken, checks, facts, told
from retrieval.product import Price, Product, Rating, Variant
from retrieval.query import Filters, Relaxation

MUG = Product(
    id="mug",
    title="Mug",
    brand="Øster",
    categories=("Kitchen", "Mugs"),
    price=Price(amount=1500, currency="USD"),
    availability="in_stock",
    rating=Rating(value=4.0),
    attributes={"Colour": ("Blue",)},
    variants=(Variant(id="v", options={"Size": "L"}),),
)
UNKNOWN = Product(id="thing", title="Thing")


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (Filters(), ()),
        (Filters(price_min=1500, price_max=1500, currency="USD"), ()),
        (Filters(price_min=1501, currency="USD"), ("price_min",)),
        (Filters(price_max=9999, currency="EUR"), ("price_max",)),
        (Filters(categories=("knives", "KITCHEN")), ()),
        (Filters(categories=("knives",)), ("categories",)),
        (Filters(brands=("øSTER",)), ()),
        (Filters(brands=("Oster",)), ("brands",)),
        (Filters(attributes={"colour": ("blue", "red"), "ｓｉｚｅ": ("l",)}), ()),
        (Filters(attributes={"colour": ("red",), "size": ("s",)}), ("attributes.colour", "attributes.size")),
        (Filters(rating_min=4.0, in_stock=True), ()),
        (Filters(rating_min=4.1), ("rating_min",)),
        (Filters(exclude_ids=("mug",)), ("exclude_ids",)),
        (Filters(exclude_brands=("ØSTER",)), ("exclude_brands",)),
        (Filters(exclude_categories=("mugs",)), ("exclude_categories",)),
        (Filters(exclude_attributes={"Colour": ("BLUE",)}), ("exclude_attributes.Colour",)),
        (Filters(exclude_attributes={"Size": ("L",)}), ()),
    ],
)
def test_the_constraints_that_a_product_breaks_are_named(filters: Filters, names: tuple[str, ...]) -> None:
    assert broken(facts(MUG), checks(filters)) == names


def test_what_is_unknown_breaks_every_bound_and_no_exclusion() -> None:
    bounds = Filters(
        price_min=0,
        price_max=10**6,
        currency="USD",
        categories=("Mugs",),
        brands=("Øster",),
        attributes={"Colour": ("Blue",)},
        rating_min=0,
        in_stock=True,
    )
    names = ("price_min", "price_max", "categories", "brands", "attributes.Colour", "rating_min", "in_stock")
    assert broken(facts(UNKNOWN), checks(bounds)) == names
    excluded = Filters(
        exclude_brands=("Øster",), exclude_categories=("Mugs",), exclude_attributes={"Colour": ("Blue",)}
    )
    assert broken(facts(UNKNOWN), checks(excluded)) == ()


def test_sold_out_products_are_kept_only_where_they_are_asked_for() -> None:
    gone = facts(MUG.model_copy(update={"availability": "out_of_stock"}))
    assert broken(gone, checks(Filters())) == ("sold_out",)
    assert broken(gone, checks(Filters(sold_out=True))) == ()


def test_the_product_that_others_are_to_be_like_is_no_answer() -> None:
    assert broken(facts(MUG), checks(Filters(), like="mug")) == ("exclude_ids",)


def test_what_a_search_gave_up_is_named_as_it_is_broken_and_an_exclusion_never_is() -> None:
    filters = Filters(brands=("a",), attributes={"Colour": ("b",)}, exclude_brands=("c",))
    relaxed = (Relaxation(field="attributes", name="Colour"),)
    assert told(filters, relaxed, ("brands", "exclude_brands", "sold_out")) == {"attributes.Colour", "brands"}
