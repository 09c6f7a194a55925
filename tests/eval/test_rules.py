"""Queries by rule: what they ask for, what is relevant to them, and how they are typed."""

from eval.rules import judged_by_rule
from retrieval.product import Product
from tests.eval.builders import invented

SHOP = {product.id: product for product in invented(300)}


def test_the_relevant_products_share_what_the_rule_names_and_near_misses_do_not() -> None:
    judged = judged_by_rule(list(SHOP.values()), 60)
    assert len(judged.queries) == 60
    for query in judged.queries:
        grades = judged.grades[query.id]
        right = [SHOP[each] for each, grade in grades.items() if grade == 1]
        assert right
        codes = {each.title.split()[-1] for each in right}
        brands = {each.brand for each in right}
        colours = {each.attributes.get("Colour") for each in right}
        kinds = {each.categories[-1:] for each in right}
        assert len(codes) == 1 or (len(kinds) == 1 and 1 in (len(brands), len(colours)))


def test_every_product_that_satisfies_a_rule_is_relevant_not_only_one() -> None:
    mugs = [Product(id=f"m{n}", title="Enamel", brand="Tarnwell", categories=("Mugs",)) for n in range(4)]
    other = [Product(id=f"o{n}", title="Enamel", brand="Kettlewick", categories=("Mugs",)) for n in range(3)]
    judged = judged_by_rule([*mugs, *other], 10)
    found = sorted(sorted(each for each, grade in held.items() if grade) for held in judged.grades.values())
    assert found == [["m0", "m1", "m2", "m3"], ["o0", "o1", "o2"]]
    assert all(0 in held.values() for held in judged.grades.values())


def test_a_share_of_the_queries_is_not_spelt_as_the_catalogue_spells_it() -> None:
    judged = judged_by_rule(list(SHOP.values()), 200)
    known = {word for product in SHOP.values() for word in f"{product.document} tins knives pots".lower().split()}
    odd = [query for query in judged.queries if set(query.text.split()) - known]
    assert len(judged.queries) / 5 < len(odd) < len(judged.queries)


def test_the_same_queries_are_made_each_time_and_without_fields_none() -> None:
    products = list(SHOP.values())
    assert judged_by_rule(products, 30) == judged_by_rule(products, 30)
    assert judged_by_rule([Product(id="a", title="Mug"), Product(id="b", title="Mug")], 30).queries == ()


def test_without_categories_words_that_titles_of_several_brands_share_are_the_kinds() -> None:
    things = ("oak", "ash", "elm", "fir", "yew", "fig")
    products = [
        Product(id=f"{brand}-{at}-{thing}", title=f"{brand} {thing} chopping board no {at}", brand=brand)
        for brand in ("Tarnwell", "Kettlewick", "Oster")
        for at, thing in enumerate(things)
    ]
    # So that the two words are not taken for words that every title has.
    products += [Product(id=f"x{at}", title=f"Lamp {at}") for at in range(400)]
    judged = judged_by_rule(products, 10)
    assert any(sum(held.values()) == len(things) for held in judged.grades.values())
