"""Rows of one group -> one product with variants, wherever they stand in the feed.

The product's id is the group's, and the rows' ids are its variants', even where a group has one row today: an id that
depends on how many sizes are in stock would not last. Knows nothing of files or of the format that groups.
"""

import itertools
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing

from retrieval.feeds.rows import Fields, Offer, Row, RowProblem, offer_of
from retrieval.query import FeedError

GROUP = "item_group_id"
"""The field of a row that names its group; None or absent where it is a product of its own."""
CHOICES = "choices"
"""The field of a row that holds what it may differ in from others of its group: name to text."""


def merged(rows: Iterator[Row | RowProblem]) -> Iterator[Row | RowProblem]:
    """Products: rows without a group as they come, then the groups in the order in which they began.

    Grouped rows wait in a temporary SQLite database, which keeps what its cache cannot hold on disk: they need not be
    neighbours, and memory does not grow with them. A row whose id an earlier one has is a problem.
    """
    seen: set[str] = set()
    with closing(sqlite3.connect("")) as waiting:
        try:
            waiting.execute("CREATE TABLE rows (name TEXT, line INTEGER, fields TEXT)")
            for row in rows:
                if isinstance(row, RowProblem):
                    yield row
                elif row.fields["id"] in seen:
                    reason, fix = f"id {row.fields['id']!r} was used by an earlier row", "give every row its own id"
                    yield RowProblem(line=row.line, field="id", reason=reason, fix=fix)
                else:
                    seen.add(row.fields["id"])
                    group = row.fields.pop(GROUP, None)
                    if group is None:
                        row.fields.pop(CHOICES, None)
                        yield row
                    else:
                        waiting.execute("INSERT INTO rows VALUES (?, ?, ?)", (group, row.line, json.dumps(row.fields)))
            in_order = waiting.execute(
                "SELECT name, line, fields FROM rows ORDER BY min(rowid) OVER (PARTITION BY name), rowid"
            )
            for group, found in itertools.groupby(in_order, key=lambda held: held[0]):
                yield _product(group, [Row(line, json.loads(fields)) for _, line, fields in found])
        except sqlite3.Error as error:
            fix = "Free some temporary disk space."
            raise FeedError(f"Groups of rows cannot be kept: {error}.", fix=fix) from error


def _product(group: str, rows: list[Row]) -> Row:
    found = [row.fields for row in rows]
    fields: Fields = {}
    for each in reversed(found):
        fields |= {name: value for name, value in each.items() if value is not None and value != []}
    for name in ("price", "list_price", "availability", CHOICES):
        fields.pop(name, None)
    attributes: dict[str, dict[str, None]] = {}
    for each in found:
        for name, values in each["attributes"].items():
            attributes.setdefault(name, {}).update(dict.fromkeys(values))
    names = dict.fromkeys(name for each in found for name in each[CHOICES])
    differing = [name for name in names if len({each[CHOICES].get(name) for each in found}) > 1]
    offers = [Offer(each["price"], each.get("list_price"), each["availability"]) for each in found]
    variants = [
        {
            "id": each["id"],
            "options": {name: each[CHOICES][name] for name in differing if name in each[CHOICES]},
            "price": offer.price,
            "availability": offer.availability,
        }
        for each, offer in zip(found, offers, strict=True)
    ]
    fields |= {"id": group, "title": _title([each["title"] for each in found]), "variants": variants}
    fields["attributes"] = {name: list(values) for name, values in attributes.items()}
    return Row(rows[0].line, fields | offer_of(offers))


def _title(titles: list[str]) -> str:
    """The words that the variants' titles begin with in common, where they are half of a title; else the first title.

    "Longwalk Tee - red, M" and "Longwalk Tee - red, L" are the "Longwalk Tee red".
    """
    words = [[word for word in title.split() if any(map(str.isalnum, word))] for title in titles]
    shared = [same[0] for same in itertools.takewhile(lambda same: len(set(same)) == 1, zip(*words, strict=False))]
    return " ".join(shared).rstrip(",;:-(") if 2 * len(shared) >= len(words[0]) > 0 else titles[0]
