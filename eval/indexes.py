"""An index to measure: the one given, or one made for this run. Knows nothing of what is measured."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from retrieval.build import Progress, build_in_child
from retrieval.feeds.reader import read_feed
from retrieval.generations import current
from retrieval.product import Product


@dataclass(frozen=True, slots=True)
class Built:
    """Where an index is, and how fast it was built: products a second from feed to finish, if it was built now."""

    directory: Path
    embedder: str
    rate: float | None = None


@contextmanager
def built(
    catalog: Path, *, index: Path | None, embedder: str, say: Callable[[str], None], limit: int | None = None
) -> Generator[Built]:
    """An index of the catalogue's first `limit` products, or the one given. Raises RetrievalError."""
    if index is not None:
        yield Built(index, current(index)[1].embedder)
        return

    def show(progress: Progress) -> None:
        say(f"{progress.stage} {progress.done:,}")

    with TemporaryDirectory() as folder:
        feed = catalog if limit is None else _first(catalog, limit, Path(folder) / "catalog.jsonl")
        report = build_in_child(feed, Path(folder) / "index", embedder=embedder, on_progress=show)
        yield Built(Path(folder) / "index", embedder, report.products / report.seconds)


def _first(catalog: Path, limit: int, to: Path) -> Path:
    products = (each for each in read_feed(catalog) if isinstance(each, Product))
    with to.open("w", encoding="utf-8") as handle:
        for product in islice(products, limit):
            handle.write(product.model_dump_json(exclude_defaults=True) + "\n")
    return to
