"""What `nvidia-smi` says, read line by line."""

from hypothesis import given
from hypothesis import strategies as st

from llm_server.cards import MIB, Card, parse_cards, visible

LISTING = """\
0, GPU-aaaa, NVIDIA L4, 23034, 22500, 8.9
1, GPU-bbbb, NVIDIA A100-SXM4-80GB, 81920, 81000, 8.0
"""
L4 = Card(index=0, uuid="GPU-aaaa", name="NVIDIA L4", memory=23034 * MIB, free=22500 * MIB, capability=(8, 9))


def test_each_line_is_a_card() -> None:
    first, second = parse_cards(LISTING)
    assert first == L4
    assert second.capability == (8, 0)


def test_a_card_that_tells_no_memory_is_passed_over() -> None:
    lost = "2, GPU-cccc, NVIDIA T4, [GPU is lost], [GPU is lost], 7.5\n3, GPU-dddd, NVIDIA GB10, [N/A], [N/A], 12.1\n"
    assert parse_cards(LISTING + lost) == parse_cards(LISTING)


@given(st.text())
def test_whatever_else_is_said_is_no_card_and_no_crash(text: str) -> None:
    assert all(card.memory >= 0 for card in parse_cards(text) if card.memory)


def test_only_the_cards_that_the_process_may_use_count() -> None:
    cards = parse_cards(LISTING)
    assert visible(cards, None) == cards
    assert visible(cards, "") == ()
    assert visible(cards, "1,0") == (cards[1], cards[0])
    assert visible(cards, "GPU-bb") == (cards[1],)
    assert visible(cards, "0,7,1") == (cards[0],)
