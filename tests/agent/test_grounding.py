"""What the clause gate lets through and what it holds back, in both languages, over products of an ordinary shop."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.grounding import Gate, clauses, mentioned, render
from agent.shelf import Card
from retrieval.product import Price, Product, Rating, Review


def card(handle: int, title: str, price: int, rating: float, **more: Any) -> Card:
    reviews = tuple(Review(text=text) for text in more.pop("reviews", ()))
    product = Product(
        id=f"P{handle}",
        title=title,
        price=Price(amount=price, currency="USD"),
        rating=Rating(value=rating, count=99),
        reviews=reviews,
        **more,
    )
    return Card(handle=handle, product=product, score=1.0)


TENTS = (
    card(
        1,
        "Tarnbeck Rill 2 Backpacking Tent",
        28900,
        4.6,
        brand="Tarnbeck",
        categories=("Tents & Shelter", "Backpacking Tents"),
        description=(
            "A freestanding two-person tent for three-season walking. Two doors and two porches mean nobody "
            "climbs over anybody at night. The ripstop nylon fly is sealed at every seam, and the poles are "
            "colour-coded, so it stands in about six minutes. At 1.9 kg it is light enough to split between "
            "two packs. It is not made for snow load or exposed winter ridges, and the floor is thin: use a "
            "groundsheet on stony pitches."
        ),
        attributes={
            "capacity": ("2 people",),
            "weight": ("1.9 kg",),
            "season": ("3-season",),
            "waterproof": ("3000 mm",),
            "packed size": ("45 x 15 cm",),
            "material": ("ripstop nylon",),
            "doors": ("2",),
            "colour": ("moss", "rust"),
        },
        reviews=("Three nights of proper rain, bone dry. The second door saved our friendship.",),
    ),
    card(
        2,
        "Harrowfell Skerry Trekking-Pole Shelter",
        42900,
        4.2,
        brand="Harrowfell",
        categories=("Tents & Shelter", "Backpacking Tents"),
        description=(
            "A single-wall shelter for walkers who count grams. It pitches with the two trekking poles you "
            "already carry and weighs 0.78 kg with guylines. The laminated fabric does not sag when wet and "
            "needs no seam sealing. Poles and pegs are not included."
        ),
        attributes={
            "capacity": ("1 person",),
            "weight": ("0.78 kg",),
            "season": ("3-season",),
            "waterproof": ("8000 mm",),
            "material": ("laminated composite",),
            "setup": ("trekking poles",),
            "colour": ("grey",),
        },
        reviews=("Lightest thing I own that still feels like a home.",),
    ),
    card(
        3,
        "Murrowby Longbarn 6 Tunnel Tent",
        54900,
        4.5,
        brand="Murrowby",
        categories=("Tents & Shelter", "Family Tents"),
        description=(
            "A big tunnel tent for a week at the campsite: two dark bedrooms, a living room you can stand "
            "up in and windows with blinds. Six people sleep in it. Two adults pitch it in twenty minutes. "
            "It weighs 14.5 kg, so it travels by car. No use at all for walking trips."
        ),
        attributes={
            "capacity": ("6 people",),
            "weight": ("14.5 kg",),
            "season": ("3-season",),
            "waterproof": ("4000 mm",),
            "material": ("polyester",),
            "colour": ("forest green",),
        },
        reviews=("The dark bedrooms gave us two extra hours of sleep. With toddlers that is worth it.",),
    ),
)
AUDIO = (
    card(
        1,
        "Quietmoor Drift Over-Ear Headphones",
        19900,
        4.4,
        brand="Quietmoor",
        categories=("Headphones & Audio", "Over-Ear Headphones"),
        description=(
            "Closed over-ear headphones with active noise cancelling that takes the edge off trains and "
            "offices. The ear pads are soft leather and the headband folds flat. They are wireless and run "
            "for 40 hours on a charge. A cable is in the case."
        ),
        attributes={
            "type": ("over-ear",),
            "noise cancelling": ("active",),
            "battery life": ("40 h",),
            "connection": ("Bluetooth", "3.5 mm cable"),
            "weight": ("265 g",),
            "water resistance": ("none",),
            "use": ("travel", "office"),
            "colour": ("black", "cream"),
        },
    ),
    card(
        2,
        "Strideholt Tempo Sport Earbuds",
        8900,
        4.5,
        brand="Strideholt",
        categories=("Headphones & Audio", "Earbuds"),
        description=(
            "Earbuds with a soft hook, made to stay put through a marathon. The buttons are real buttons, "
            "so sweat and rain do not skip tracks, and they are rated IPX7: rinse them under the tap. Nine "
            "hours a charge, 36 with the case. There is no noise cancelling, on purpose: you hear the "
            "traffic."
        ),
        attributes={
            "type": ("in-ear",),
            "noise cancelling": ("none",),
            "battery life": ("36 h",),
            "connection": ("Bluetooth",),
            "charging": ("USB-C",),
            "weight": ("62 g",),
            "water resistance": ("IPX7",),
            "use": ("running", "gym"),
            "colour": ("coral", "black"),
        },
    ),
)
KITCHEN = (
    card(
        1,
        "Kettlewick Harbour French Press",
        6400,
        4.3,
        brand="Kettlewick",
        categories=("Coffee & Kitchen", "Coffee Makers"),
        description=(
            "A double-walled steel press that keeps a litre of coffee hot for two hours and survives a fall "
            "from the worktop. The filter has two meshes, so there is less silt in the last cup. Every part "
            "goes in the dishwasher. You cannot see the level through steel, and it is heavy to pour when "
            "full."
        ),
        attributes={
            "capacity": ("1000 ml",),
            "material": ("stainless steel",),
            "weight": ("1050 g",),
            "brew method": ("french press",),
            "keeps hot": ("2 h",),
            "dishwasher safe": ("yes",),
            "colour": ("silver",),
        },
    ),
    card(
        2,
        "Brindlecote Hearth Moka Pot",
        3900,
        4.6,
        brand="Brindlecote",
        categories=("Coffee & Kitchen", "Coffee Makers"),
        description=(
            "A six-cup moka pot in cast aluminium for gas and electric hobs. The handle stays cool and the "
            "lid clicks shut."
        ),
        attributes={
            "capacity": ("300 ml",),
            "material": ("aluminium",),
            "weight": ("620 g",),
            "heat source": ("gas", "electric"),
            "dishwasher safe": ("no",),
            "colour": ("silver",),
        },
    ),
)
LAPTOPS = (
    card(
        1,
        "联想小新Air",
        579900,
        4.5,
        brand="联想",
        categories=("电脑", "笔记本", "轻薄本"),
        attributes={
            "内存容量": ("8GB",),
            "屏幕尺寸": ("15.6英寸",),
            "系统": ("Windows 10",),
            "显卡类别": ("独立显卡",),
            "特性": ("背光键盘", "指纹识别", "快充"),
            "色系": ("灰色系",),
            "待机时长": ("7-9小时",),
            "触控屏": ("否",),
        },
    ),
)
SHELVES: dict[str, tuple[tuple[Card, ...], str]] = {
    "tents": (TENTS, "I need a tent for a walking trip with my wife, waterproof please"),
    "audio": (AUDIO, "headphones for the train, I travel a lot"),
    "kitchen": (KITCHEN, "a coffee maker for my office kitchen"),
    "laptops": (LAPTOPS, "推荐一款轻薄本"),
    "帐篷": (TENTS, "我想买一顶帐篷,和妻子去徒步"),
    "耳机": (AUDIO, "推荐耳机,坐火车用"),
}

TRUE: list[tuple[str, str, int | None]] = [
    ("tents", "[1] is a freestanding two-person tent", None),
    ("tents", "[1] is a great choice for your walking trip with two doors and two porches", None),
    ("tents", "It weighs 1.9 kg", 1),
    ("tents", "and it stands in about six minutes", 1),
    ("tents", "[1] has a ripstop nylon fly that is sealed at every seam", None),
    ("tents", "[1] weighs only 1.9 kg and packs to 45 x 15 cm", None),
    ("tents", "[1] sleeps 2 people and has 2 doors", None),
    ("tents", "[1] is waterproof to 3000 mm", None),
    ("tents", "[2] is a single-wall shelter that weighs 0.78 kg", None),
    ("tents", "[2] pitches with your trekking poles", None),
    ("tents", "[2] needs no seam sealing", None),
    ("tents", "[2] is for one person", None),
    ("tents", "[2] is made of laminated composite and comes in grey", None),
    ("tents", "Its laminated fabric does not sag when wet", 2),
    ("tents", "[3] is a big tunnel tent for a week at the campsite", None),
    ("tents", "[3] has two dark bedrooms and a living room you can stand up in", None),
    ("tents", "[3] sleeps six people", None),
    ("tents", "[3] is ideal for camping by car", None),
    ("tents", "with windows and blinds", 3),
    ("tents", "[1] and [2] are 3-season", None),
    ("tents", "[2] is lighter than [1]", None),
    ("tents", "[3] is heavier than [2]", None),
    ("tents", "[1] is the cheapest of these", None),
    ("tents", "[1] is the highest rated", None),
    ("tents", "[2] is the lightest", None),
    ("tents", "[1] has two doors and [2] weighs 0.78 kg", None),
    ("tents", "[1] is freestanding, while [2] pitches with trekking poles", None),
    ("tents", "[1] is not made for snow load", None),
    ("tents", "These tents are waterproof", None),
    ("tents", "[1] comes in moss and rust", None),
    ("tents", "For your trip with your wife, [1] gives you two doors", None),
    ("tents", "The Tarnbeck Rill 2 is freestanding", None),
    ("tents", "[1] Tarnbeck Rill 2 is light enough to split between two packs", None),
    ("tents", "**[1]** is a lovely tent for three-season walking", None),
    ("audio", "[1] are over-ear headphones with active noise cancelling", None),
    ("audio", "[1] runs for 40 hours on a charge", None),
    ("audio", "The ear pads are soft leather", 1),
    ("audio", "and the headband folds flat", 1),
    ("audio", "[1] is wireless, connects over Bluetooth and comes with a cable in the case", None),
    ("audio", "[1] is perfect for trains and offices", None),
    ("audio", "[2] has a soft hook that stays put through a marathon", None),
    ("audio", "[2] is rated IPX7", None),
    ("audio", "[2] charges over USB-C", None),
    ("audio", "[2] has no noise cancelling", None),
    ("audio", "[2] lasts 36 h with the case and weighs 62 g", None),
    ("audio", "[2] is great for running and the gym", None),
    ("audio", "[2] is lighter than [1]", None),
    ("audio", "Both connect with Bluetooth", None),
    ("audio", "Both come in black", None),
    ("kitchen", "[1] keeps a litre of coffee hot for two hours", None),
    ("kitchen", "[1] is a double-walled stainless steel french press", None),
    ("kitchen", "Every part goes in the dishwasher", 1),
    ("kitchen", "[1] holds 1000 ml and is dishwasher safe", None),
    ("kitchen", "[2] is a six-cup moka pot in cast aluminium", None),
    ("kitchen", "[2] works on gas and electric hobs", None),
    ("kitchen", "The handle stays cool", 2),
    ("kitchen", "[2] is not dishwasher safe", None),
    ("kitchen", "[2] is lighter than [1]", None),
    ("kitchen", "[2] is cheaper than [1]", None),
    ("kitchen", "You're welcome", None),
    ("kitchen", "Let me know if you need anything", None),
    ("laptops", "[1]是一款轻薄本，配有背光键盘", None),
    ("laptops", "支持快充和指纹识别", 1),
    ("laptops", "[1]配备独立显卡和8GB内存", None),
    ("laptops", "屏幕尺寸为15.6英寸", 1),
    ("laptops", "待机时长7-9小时", 1),
    ("帐篷", "[1]是一款双人帐篷，适合徒步", None),
    ("帐篷", "[1]重量为1.9公斤", None),
    ("帐篷", "[1]是防水的", None),
    ("帐篷", "它有两个门", 1),
    ("帐篷", "[2]适合登山杖搭配使用", None),
    ("帐篷", "[3]非常适合家庭，适合六人使用", None),
    ("帐篷", "[2]比[1]更轻", None),
    ("帐篷", "[1]最便宜", None),
    ("帐篷", "[3]采用聚酯材质", None),
    ("帐篷", "推荐您选择[1]", None),
    ("耳机", "[1]是一款头戴式耳机，支持主动降噪", None),
    ("耳机", "[1]续航40小时", None),
    ("耳机", "[2]是入耳式，适合跑步和健身", None),
    ("耳机", "[2]没有降噪", None),
    ("耳机", "[2]支持蓝牙，重量为62克", None),
    ("耳机", "非常适合旅行和办公室", 1),
]
LIES: list[tuple[str, str, int | None]] = [
    ("tents", "[4] is a freestanding tent", None),
    ("tents", "[1] costs $289", None),
    ("tents", "[1] is only 289 dollars", None),
    ("tents", "[1] is priced well", None),
    ("tents", "[1] has 4.6 stars", None),
    ("tents", "[1] is rated 4.6", None),
    ("tents", "[1] is highly rated by customers", None),
    ("tents", "with 99 reviews", 1),
    ("tents", "[1] is in stock", None),
    ("tents", "only 2 left", 1),
    ("tents", "it ships tomorrow", 1),
    ("tents", "[1] comes with free shipping", None),
    ("tents", "[1] has a lifetime warranty", None),
    ("tents", "you can return it", 1),
    ("tents", "it is 20% off", 1),
    ("tents", "see www.example.com for [1]", None),
    ("tents", "[1] weighs 0.78 kg", None),
    ("tents", "[2] weighs 1.9 kg", None),
    ("tents", "[1] sleeps three people", None),
    ("tents", "[1] sleeps 6 people", None),
    ("tents", "[2] has two doors", None),
    ("tents", "It has two doors", 2),
    ("tents", "[2] is freestanding", None),
    ("tents", "[1] is made of polyester", None),
    ("tents", "[3] is made of ripstop nylon", None),
    ("tents", "[1] is waterproof to 8000 mm", None),
    ("tents", "[1] is made for snow load", None),
    ("tents", "[1] is great on exposed winter ridges", None),
    ("tents", "[3] is great for walking trips", None),
    ("tents", "[2] includes poles and pegs", None),
    ("tents", "[1] is the best tent", None),
    ("tents", "[1] is the lightest", None),
    ("tents", "[2] is the cheapest", None),
    ("tents", "[3] is the highest rated", None),
    ("tents", "[1] is lighter than [2]", None),
    ("tents", "[1] is more durable than [2]", None),
    ("tents", "[2] has more room", None),
    ("tents", "[1] and [2] are freestanding", None),
    ("tents", "[1] has no floor", None),
    ("tents", "[2] is not waterproof", None),
    ("tents", "[1] is breathable", None),
    ("tents", "[1] is windproof", None),
    ("tents", "[1] is made by Harrowfell", None),
    ("tents", "[1] beats the Coleman Sundome", None),
    ("tents", "The Murrowby Longbarn 6 is freestanding", None),
    ("tents", "[1] is recommended by mountain guides", None),
    ("tents", "[1] is freestanding and [2] has two doors", None),
    ("tents", "These tents are freestanding", None),
    ("tents", "The second one is freestanding", 1),
    ("tents", "[1] is available in blue", None),
    ("tents", "[1] comes in blue", None),
    ("tents", "I will add it to your cart", 1),
    ("tents", "[1] ★★★★★", None),
    ("tents", "[2] comes with trekking poles", None),
    ("tents", "[1] includes a groundsheet", None),
    ("tents", "[1]重18公斤", None),
    ("tents", "[3] has a thin living room", None),
    ("tents", "[3] weighs two kg", None),
    ("tents", "[1] is over 3000 mm waterproof and under 1 kg", None),
    ("tents", "[1] прекрасная палатка", None),
    ("audio", "[2] has active noise cancelling", None),
    ("audio", "[2] has noise cancelling", None),
    ("audio", "[1] has no noise cancelling", None),
    ("audio", "[1] is rated IPX7", None),
    ("audio", "[1] has water resistance", None),
    ("audio", "[1] lasts 36 hours", None),
    ("audio", "[2] runs for 40 hours", None),
    ("audio", "[2] is over-ear", None),
    ("audio", "[1] is lighter than [2]", None),
    ("audio", "[1] charges over USB-C", None),
    ("audio", "Both have noise cancelling", None),
    ("audio", "[2] has leather pads", None),
    ("kitchen", "[2] is dishwasher safe", None),
    ("kitchen", "[1] is not dishwasher safe", None),
    ("kitchen", "[2] keeps coffee hot for two hours", None),
    ("kitchen", "[1] is made of aluminium", None),
    ("kitchen", "[1] works on induction", None),
    ("kitchen", "[1] is cheaper than [2]", None),
    ("kitchen", "[1] is affordable", None),
    ("kitchen", "[1] is better than [2]", None),
    ("kitchen", "[2] holds 1000 ml", None),
    ("kitchen", "We have 500 coffee makers", None),
    ("laptops", "[1]售价5799元", None),
    ("laptops", "[1]配备16GB内存", None),
    ("laptops", "支持触控屏", 1),
    ("laptops", "[1]有货，包邮", None),
    ("laptops", "[1]评分很高", None),
    ("laptops", "配有机械键盘", 1),
    ("laptops", "[1]是最好的笔记本", None),
    ("帐篷", "[2]是一款双人帐篷", None),
    ("帐篷", "[2]有两个门", None),
    ("帐篷", "[1]重量为0.78公斤", None),
    ("帐篷", "[1]比[2]更轻", None),
    ("帐篷", "[2]最便宜", None),
    ("帐篷", "[1]非常透气", None),
    ("帐篷", "[1]可以保修两年", None),
    ("帐篷", "[1]不防水", None),
    ("帐篷", "[3]采用尼龙材质", None),
    ("帐篷", "[1]性价比高", None),
    ("帐篷", "[5]是一款帐篷", None),
    ("帐篷", "[1]更舒适", None),
    ("耳机", "[2]支持主动降噪", None),
    ("耳机", "[1]没有降噪", None),
    ("耳机", "[2]续航40小时", None),
    ("耳机", "[1]是防水的", None),
    ("耳机", "[1]音质出色，低音强劲", None),
]


def gate(shelf: str) -> Gate:
    shown, shopper = SHELVES[shelf]
    return Gate(shown, shopper, "zh" if shelf in ("laptops", "帐篷", "耳机") else "en")


def test_at_least_nine_true_clauses_in_ten_are_released() -> None:
    held = [
        (text, verdict.why) for shelf, text, subject in TRUE if not (verdict := gate(shelf).judge(text, subject)).ok
    ]
    assert len(TRUE) >= 60
    assert len(held) <= len(TRUE) // 10, held


@pytest.mark.parametrize(("shelf", "text", "subject"), LIES)
def test_no_lie_is_released(shelf: str, text: str, subject: int | None) -> None:
    verdict = gate(shelf).judge(text, subject)
    assert not verdict.ok
    assert verdict.why


def test_a_clause_without_a_handle_speaks_of_the_one_before() -> None:
    judge = gate("tents").judge
    first = judge("[1] is a freestanding tent", None)
    assert (first.ok, first.subject, first.handles) == (True, 1, (1,))
    assert judge("It has two doors", first.subject).subject == 1
    assert not judge("It has two bedrooms", first.subject).ok


def test_after_a_clause_that_was_held_back_a_pronoun_must_hold_of_every_card() -> None:
    judge = gate("tents").judge
    held = judge("[2] is the best shelter", 1)
    assert (held.ok, held.subject) == (False, None)
    assert not judge("It has two doors", held.subject).ok
    assert judge("It is waterproof", held.subject).ok


def test_the_shoppers_words_back_what_is_said_of_the_shopper_only() -> None:
    judge = Gate(TENTS[1:2], "something breathable for my garden wedding", "en").judge
    assert judge("[2] is a good pick for your garden wedding", None).ok
    assert not judge("[2] is a garden shelter", None).ok
    assert not judge("[2] is breathable as you asked", None).ok


def test_a_shops_own_words_are_claims_even_if_the_shopper_said_them() -> None:
    said = "for my workshop"
    assert Gate(TENTS[1:2], said, "en").judge("[2] suits your workshop", None).ok
    assert not Gate(TENTS[1:2], said, "en", frozenset({"workshop"})).judge("[2] suits your workshop", None).ok


def test_a_shops_glossary_adds_chinese_terms() -> None:
    assert not Gate(TENTS, "", "zh").judge("[2]是单壁的", None).ok
    assert Gate(TENTS, "", "zh", glossary={"单壁": "single-wall"}).judge("[2]是单壁的", None).ok


def test_without_cards_only_courtesy_is_released() -> None:
    judge = Gate((), "thanks", "en").judge
    assert judge("You're welcome", None).ok
    assert not judge("We have waterproof tents", None).ok
    assert not judge("[1] is nice", None).ok
    assert Gate((), "谢谢", "zh").judge("不客气，很高兴帮到您", None).ok


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1] is light. [2] is big.", ["[1] is light.", " [2] is big."]),
        ("[1] weighs 1.9 kg, and that makes it light. ", ["[1] weighs 1.9 kg, and that makes it light.", " "]),
        (
            "[1] is a freestanding two-person tent, with doors",
            ["[1] is a freestanding two-person tent,", " with doors"],
        ),
        (
            "It holds 3,000 ml (a lot, really. Yes), e.g. for tea",
            ["It holds 3,000 ml (a lot, really. Yes),", " e.g. for tea"],
        ),
        ("[1] weighs 75 g. [2] holds 3 l. Light", ["[1] weighs 75 g.", " [2] holds 3 l.", " Light"]),
        ("[1]是一款双人帐篷，有两个门。它很轻！", ["[1]是一款双人帐篷，", "有两个门。", "它很轻！"]),
        (
            "It is not made for snow, ridges, or long winter nights.",
            ["It is not made for snow, ridges, or long winter nights."],
        ),
        ("One\nTwo; three", ["One\n", "Two;", " three"]),
    ],
)
def test_a_text_is_cut_into_clauses(text: str, expected: list[str]) -> None:
    assert clauses(text, True) == (expected, "")


def test_a_figure_that_is_still_being_written_is_not_cut() -> None:
    assert clauses("It weighs 1.", False) == ([], "It weighs 1.")
    assert clauses("It weighs 1.9 kg. ", False) == (["It weighs 1.9 kg."], " ")


prose = st.text(alphabet="ab 1.9,。，；!?\n[](2)【】é", max_size=80)


@given(prose, st.booleans())
def test_clauses_put_together_are_the_text(text: str, final: bool) -> None:
    found, rest = clauses(text, final)
    assert "".join(found) + rest == text
    assert not (final and rest)


@given(prose, st.lists(st.integers(1, 9), max_size=8))
def test_a_stream_loses_nothing_however_it_is_cut(text: str, sizes: list[int]) -> None:
    said, rest, place = "", "", 0
    for size in [*sizes, len(text)]:
        found, rest = clauses(rest + text[place : place + size], False)
        said, place = said + "".join(found), place + size
    found, rest = clauses(rest, True)
    assert said + "".join(found) + rest == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1] is light", "Rill 2 is light"),
        ("[1][2] are light", "Rill 2, Skerry are light"),
        ("[1, 2] are light", "Rill 2, Skerry are light"),
        ("推荐【1】，很轻", "推荐Rill 2，很轻"),
        ("with [1], you", "with Rill 2, you"),
        ("[1]  Rill 2 is light", "Rill 2 is light"),
        ("see [9] now", "see now"),
    ],
)
def test_handles_are_rendered_as_names(text: str, expected: str) -> None:
    assert render(text, {1: "Rill 2", 2: "Skerry"}) == expected


@given(st.text(alphabet="[]【】12 ,，、a", max_size=30), st.text(alphabet="[]12 x", max_size=8))
def test_rendering_never_leaves_a_handle(text: str, title: str) -> None:
    assert not mentioned(render(text, {1: title, 2: "Skerry"}))


def test_handles_are_found_in_every_spelling() -> None:
    assert mentioned("[1] and 【2】, [3][4], [5, 6]") == {1, 2, 3, 4, 5, 6}


@settings(deadline=None)
@given(st.text(max_size=200) | st.text(alphabet="[1]2 的不有tenotwaterproof.，3,kg", max_size=100))
def test_no_clause_makes_the_gate_raise(text: str) -> None:
    for shelf in SHELVES:
        gate(shelf).judge(text, 1)
