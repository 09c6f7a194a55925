"""What is asked of each kind of product stays with that kind, and is there again when the talk comes back to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.constraints import Constraints, Wishes
from agent.events import ConstraintsChanged
from agent.journal import ConstraintCleared
from agent.measures import Limit
from agent.request import KEPT_ROLES, Request
from tests.agent.builders import product, steady, usd

LIGHT = Limit(text="< 2 kg", values=("900 g",))
TENTS = Constraints(
    need="tent for two",
    category="Tents",
    price_max=usd(300),
    brands=("Scarn",),
    attributes={"colour": ("red",)},
    limits={"weight": LIGHT},
)
LAMPS = Constraints(need="desk lamp", category="Lamps", price_max=usd(50), in_stock=True)
KINDS = ("Tents", "Lamps", "Boots", "Bags", "Stoves", "Ropes", "Maps", "Axes")


@st.composite
def roles(draw: st.DrawFn, kind: str) -> Constraints:
    return Constraints(
        need=kind.lower(),
        category=draw(st.sampled_from((kind, None))),
        price_max=draw(st.none() | st.integers(1, 500).map(usd)),
        attributes=draw(st.dictionaries(st.sampled_from(("colour", "a/b~c", "材质")), st.just(("x",)), max_size=2)),
        limits=draw(st.sampled_from(({}, {"weight": LIGHT}))),
        in_stock=draw(st.booleans()),
        recipient=draw(st.sampled_from(("", "my dad"))),
        occasion=draw(st.sampled_from(("", "birthday"))),
    )


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """Requests as a talk makes them: of some kinds of product, a few of which were spoken of last."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=KEPT_ROLES, unique=True))
    held = [draw(roles(kind)) for kind in kinds]
    return Request(roles=tuple(held), spoken=draw(st.integers(1, len(held))))


def talked(*needs: tuple[str, str]) -> Request:
    """The request after these needs were stated one after the other."""
    request = Request()
    for need, category in needs:
        before = request.role(need, category)
        request = request.speaking((before, request.searching(need, category)))
    return request


# Chips


@steady
@given(requests())
def test_every_chip_can_be_cleared_is_then_gone_and_leaves_the_others(request_: Request):
    paths = [chip.path for chip in request_.chips]
    assert len(set(paths)) == len(paths)
    for path in paths:
        after = request_.cleared(path)
        assert [chip.path for chip in after.chips] == [other for other in paths if other != path]
        assert after.roles[after.spoken :] == request_.roles[request_.spoken :]
        with pytest.raises(KeyError):
            after.cleared(path)


@steady
@given(requests(), st.text("/01 aprice_mx", max_size=14))
def test_clearing_a_path_that_is_no_chip_is_a_key_error(request_: Request, path: str):
    if path not in {chip.path for chip in request_.chips}:
        with pytest.raises(KeyError):
            request_.cleared(path)


def test_the_chips_of_one_kind_are_said_plainly_and_those_of_several_say_of_which_they_speak():
    one = Request(roles=(LAMPS, TENTS))
    assert [(chip.path, chip.value) for chip in one.chips] == [
        ("/0/category", "Lamps"),
        ("/0/price_max", "$50.00"),
        ("/0/in_stock", "in stock"),
    ]
    both = Request(roles=(LAMPS, TENTS), spoken=2)
    told = {chip.path: (chip.of, chip.value) for chip in both.chips}
    assert told["/0/price_max"] == ("Lamps", "$50.00") and told["/1/price_max"] == ("Tents", "$300.00")
    assert told["/1/category"] == ("", "Tents") and told["/1/limits/weight"] == ("Tents", "weight: < 2 kg")


def test_a_chip_is_cleared_of_the_kind_it_speaks_of_alone():
    after = Request(roles=(LAMPS, TENTS), spoken=2).cleared("/1/price_max")
    assert after.roles == (LAMPS, TENTS.model_copy(update={"price_max": None}))


@pytest.mark.parametrize(
    "path", ["/1/price_max", "0/price_max", "/price_max", "/-1/price_max", "/0/need", "/0/", "/0", ""]
)
def test_nothing_but_a_chip_of_what_is_spoken_of_can_be_cleared(path: str):
    with pytest.raises(KeyError):
        Request(roles=(LAMPS, TENTS)).cleared(path)


# Speaking


@steady
@given(requests(), st.lists(st.sampled_from(KINDS), min_size=1, max_size=len(KINDS), unique=True))
def test_speaking_keeps_six_kinds_at_most_and_first_of_all_those_spoken_of(request_: Request, kinds: list[str]):
    said = tuple(Constraints(need=f"new {kind.lower()}", category=kind) for kind in kinds)
    after = request_.speaking(*((None, role) for role in said))
    assert len(after.roles) <= KEPT_ROLES
    assert after.meant == said[:KEPT_ROLES] and after.spoken == len(after.meant)
    assert after.chips == after.model_copy(update={"roles": after.meant}).chips


@steady
@given(requests(), st.data())
def test_a_kind_that_is_spoken_of_again_is_held_once_and_the_others_stay(request_: Request, data: st.DataObject):
    before = data.draw(st.sampled_from(request_.roles))
    now = before.wished(Wishes(price_min=usd(1)))
    after = request_.speaking((before, now))
    assert after.current == now
    assert after.roles[1:] == tuple(role for role in request_.roles if role is not before)


def test_the_kind_that_was_not_spoken_of_longest_is_forgotten_first():
    request = talked(*((kind.lower(), kind) for kind in KINDS[: KEPT_ROLES + 1]))
    assert [role.category for role in request.roles] == list(reversed(KINDS[1 : KEPT_ROLES + 1]))


def test_bounds_that_were_stated_before_any_need_are_taken_along_and_not_kept_twice():
    bounds = Constraints(price_max=usd(100))
    request = Request(roles=(bounds,))
    after = request.speaking((None, request.searching("tent", "Tents")))
    assert after.roles == (Constraints(need="tent", category="Tents", price_max=usd(100)),)


# One kind and another


def test_nothing_that_was_said_of_one_kind_leaks_to_another():
    assert Request(roles=(TENTS,)).searching("desk lamp", "Lamps") == Constraints(need="desk lamp", category="Lamps")


def test_a_kind_that_was_spoken_of_before_is_taken_up_where_it_was_left():
    request = Request(roles=(LAMPS, TENTS))
    assert request.searching("tent", "Tents") == TENTS
    assert request.searching("green tents", None).price_max == usd(300)


def test_what_was_set_aside_for_one_search_is_not_when_the_kind_is_taken_up_again():
    left = TENTS.model_copy(update={"exclude_ids": ("P1",), "unlike": ("P2",)})
    assert Request(roles=(LAMPS, left)).searching("tent", "Tents") == TENTS


def test_a_kind_within_another_is_the_same_talk_where_a_product_is_of_both():
    both = [product(categories=("Tents", "Tunnel Tents"))]
    request = Request(roles=(TENTS,))
    assert request.searching("tunnel", "Tunnel Tents", both).price_max == usd(300)
    assert request.searching("tunnel", "Tunnel Tents").price_max is None


def test_words_tell_the_kind_only_where_a_category_is_missing():
    request = Request(roles=(Constraints(need="lamp with a red shade", category="Lamps", in_stock=True),))
    assert request.role("red lamp", None) is request.current
    assert request.role("red boots", "Boots") is None


def test_the_name_of_a_kind_alone_adds_no_words_to_its_need():
    assert Request(roles=(TENTS,)).searching("tents", "Tents").need == "tent for two"
    assert Request(roles=(TENTS,)).searching("tunnel tents", "Tents").need == "tent for two tunnel tents"


@pytest.mark.parametrize("gift", [{"recipient": "my dad"}, {"occasion": "birthday"}])
def test_a_gifts_budget_goes_along_to_another_kind_and_nothing_else_does(gift: dict[str, str]):
    held = TENTS.model_copy(update={"price_min": usd(20), **gift})
    assert Request(roles=(held,)).searching("desk lamp", "Lamps") == Constraints(
        need="desk lamp", category="Lamps", price_min=usd(20), price_max=usd(300), **gift
    )


# Journals


def test_a_request_is_read_from_what_was_written():
    request = Request(roles=(LAMPS, TENTS), spoken=2)
    assert Request.model_validate_json(request.model_dump_json()) == request


def test_journals_of_before_there_were_roles_are_read():
    old = TENTS.model_dump_json(exclude={"limits", "recipient", "occasion", "unlike"})
    expected = Request(roles=(TENTS.model_copy(update={"limits": {}}),))
    assert Request.model_validate_json(old) == expected
    assert ConstraintCleared.model_validate_json(f'{{"kind": "cleared", "after": {old}}}').after == expected
    told = ConstraintsChanged.model_validate_json(
        f'{{"type": "constraints_changed", "before": {{"need": ""}}, "after": {old}}}'
    )
    assert (told.before, told.after) == (Request(), expected)
