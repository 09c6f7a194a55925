"""A shop to talk in: an assistant over an index of these products, made for this run or given.

Knows nothing of what is said there.
"""

import json
import re
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from agent.assembly import Assistant, Settings, build
from eval.errors import DatasetError
from eval.indexes import built
from retrieval.product import Product

DEMO = Path(__file__).parent.parent / "web" / "demo"


@asynccontextmanager
async def opened_shop(
    catalog: Path, shop: Path, *, index: Path | None, embedder: str, say: Callable[[str], None]
) -> AsyncGenerator[Assistant]:
    """The production assistant, its journal thrown away at the end, with no model yet. Raises ShopError,
    RetrievalError."""
    with ExitStack() as stack:
        data = Path(stack.enter_context(TemporaryDirectory()))
        held = stack.enter_context(built(catalog, index=index, embedder=embedder, say=say))
        settings = Settings(data=data, index=held.directory, shop=shop)
        async with build(settings, embedded=False) as assistant:
            yield assistant


@asynccontextmanager
async def shop_of(
    products: Sequence[Product], name: str, *, embedder: str, say: Callable[[str], None]
) -> AsyncGenerator[Assistant]:
    """A shop of its own for these products: their currency and their language."""
    if not products:
        raise DatasetError(f"The catalogue has no product for {name}.", fix="Give the catalogue of this data set.")
    currencies = Counter(product.price.currency for product in products if product.price)
    chinese = sum(bool(re.search("[\u4e00-\u9fff]", product.document)) for product in products)
    told = {
        "name": name,
        "currency": currencies.most_common(1)[0][0] if currencies else "USD",
        "language": "zh" if chinese * 2 > len(products) else "en",
    }
    with TemporaryDirectory() as folder:
        catalog, shop = Path(folder) / "catalog.jsonl", Path(folder) / "shop.json"
        catalog.write_text("".join(one.model_dump_json(exclude_defaults=True) + "\n" for one in products), "utf-8")
        shop.write_text(json.dumps(told), "utf-8")
        async with opened_shop(catalog, shop, index=None, embedder=embedder, say=say) as assistant:
            yield assistant
