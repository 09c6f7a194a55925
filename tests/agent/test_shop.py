"""A merchant's shop file loads, or says which field is wrong and what to do."""

import json
from pathlib import Path

import pytest

from agent.shop import Glossary, Shop, ShopError, load_shop


def write(path: Path, told: object) -> Path:
    path.write_text(told if isinstance(told, str) else json.dumps(told), "utf-8")
    return path


def test_a_name_is_enough(tmp_path: Path):
    assert load_shop(write(tmp_path / "shop.json", {"name": "Fernhill"})) == Shop(name="Fernhill")


def test_the_chinese_glossary_beside_it_is_read(tmp_path: Path):
    write(tmp_path / "zh.json", {"values": {"red": "红色"}})
    shop = load_shop(write(tmp_path / "shop.json", {"name": "Fernhill", "currency": "CNY"}))
    assert shop.glossary("red") == "红色"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"name": "F", "currency": "usd"}, "currency"),
        ({"currency": "USD"}, "name"),
        ({"name": "F", "tona": "x"}, "tona"),
        ({"name": "F", "language": "fr"}, "language"),
        ('{"name": "F",\n oops', "line 2"),
        (["F"], "object"),
    ],
)
def test_a_wrong_file_is_an_error_that_names_what_is_wrong(tmp_path: Path, told: object, words: str):
    path = write(tmp_path / "shop.json", told)
    with pytest.raises(ShopError, match=words) as caught:
        load_shop(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_says_what_to_set(tmp_path: Path):
    with pytest.raises(ShopError, match="FLOORWALKER_SHOP"):
        load_shop(tmp_path / "none.json")


def test_a_directory_and_a_file_that_is_not_text_are_errors_of_the_shop_too(tmp_path: Path):
    with pytest.raises(ShopError, match="cannot be read"):
        load_shop(tmp_path)
    path = tmp_path / "shop.json"
    path.write_bytes(b'{"name": "\xff"}')
    with pytest.raises(ShopError, match="UTF-8"):
        load_shop(path)


@pytest.mark.parametrize("told", ["{", "[]"])
def test_a_broken_glossary_is_blamed_by_its_own_name(tmp_path: Path, told: str):
    write(tmp_path / "zh.json", told)
    with pytest.raises(ShopError, match=r"zh\.json"):
        load_shop(write(tmp_path / "shop.json", {"name": "F"}))


def test_the_glossary_translates_figures_with_units_and_leaves_other_words():
    glossary = Glossary(values={"steel": "钢"}, attributes={"weight": "重量"}, units={"L": "升"})
    assert [glossary(word) for word in ("steel", "weight", "1.5 L", "L", "wool")] == [
        "钢",
        "重量",
        "1.5 升",
        "L",
        "wool",
    ]


def test_the_glossary_reads_chinese_words_of_two_characters_and_more_backwards():
    glossary = Glossary(values={"steel": "钢", "red": "红色"}, categories={"Tents": "帐篷"})
    assert glossary.reverse == {"红色": "red", "帐篷": "Tents"}
