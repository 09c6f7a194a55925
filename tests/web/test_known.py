"""Which products exist, remembered for a minute."""

from retrieval.product import Product
from web.known import KEPT, SECONDS, KnownProducts


class Counting:
    """A catalogue that counts what it is asked."""

    def __init__(self, *ids: str) -> None:
        self.ids = set(ids)
        self.asked: list[str] = []

    async def get(self, ids: tuple[str, ...]) -> tuple[Product, ...]:
        self.asked += ids
        return tuple(Product(id=one, title="Boots") for one in ids if one in self.ids)


def known(*ids: str):
    shop, clock = Counting(*ids), [0.0]
    return KnownProducts(shop, lambda: clock[0]), shop, clock


async def test_a_product_is_asked_for_once_in_a_minute():
    products, shop, clock = known("P1", "P2")
    assert await products.among(["P1", "P1", "P404"]) == {"P1"}
    assert await products.among(["P1", "P2"]) == {"P1", "P2"}
    assert shop.asked == ["P1", "P404", "P2"]
    clock[0] = SECONDS
    assert await products.among(["P1"]) == {"P1"}
    assert shop.asked[3:] == ["P1"]


async def test_a_product_that_was_just_added_is_known_at_once():
    products, shop, _ = known()
    assert await products.among(["P1"]) == frozenset()
    shop.ids.add("P1")
    assert await products.among(["P1"]) == {"P1"}


async def test_a_product_that_was_removed_is_forgotten_at_once_here_and_within_a_minute_elsewhere():
    products, shop, clock = known("P1", "P2")
    await products.among(["P1", "P2"])
    shop.ids.clear()
    products.forget(["P1", "never seen"])
    assert await products.among(["P1", "P2"]) == {"P2"}
    clock[0] = SECONDS
    assert await products.among(["P1", "P2"]) == frozenset()


async def test_memory_is_bounded():
    products, shop, _ = known(*map(str, range(KEPT + 10)))
    await products.among(list(map(str, range(KEPT + 10))))
    shop.asked.clear()
    await products.among(["0", str(KEPT + 9)])
    assert shop.asked == ["0"]
