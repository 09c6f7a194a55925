"""Draws the picture of every product of the demo shop: `python -m web.demo.draw` from the checkout.

Reads `catalog.jsonl` for the product's title and colour, and writes `images/<id>.svg`. The same catalogue always gives
the same files. Knows nothing of the shop that shows them.
"""

from html import escape
from pathlib import Path

from retrieval.product import Product
from web.demo.pictures.audio import AUDIO
from web.demo.pictures.bags import BAGS
from web.demo.pictures.kitchen import KITCHEN
from web.demo.pictures.lamps import LAMPS
from web.demo.pictures.pen import box, ink, oval
from web.demo.pictures.shoes import SHOES
from web.demo.pictures.tents import TENTS

HERE = Path(__file__).parent

COLOURS = {
    "black": "#33363d",
    "brown": "#8a5f3d",
    "charcoal": "#545b66",
    "copper": "#b9693f",
    "coral": "#ee7b66",
    "cream": "#f1e6cc",
    "forest green": "#2f6b4a",
    "grey": "#9aa1aa",
    "moss": "#7d8f4c",
    "mustard": "#dca531",
    "navy": "#2f4470",
    "orange": "#ea7f2e",
    "plum": "#7b4569",
    "red": "#c9413c",
    "rust": "#b8532f",
    "sand": "#cfae7c",
    "silver": "#b9c0c8",
    "sky blue": "#6aa6d0",
    "teal": "#2a8c8a",
    "white": "#f6f5f1",
}

GROUNDS = {
    "Tents & Shelter": "#d3dfd3",
    "Backpacks & Bags": "#dfd8ca",
    "Coffee & Kitchen": "#e6d3c3",
    "Headphones & Audio": "#cfd8e6",
    "Running Shoes": "#d9d3e4",
    "Lamps & Lighting": "#5b5068",
}
"""The tint behind the picture: pale enough for a light page, and a tile of its own on a dark one."""

KINDS = {
    "FS-10": "dome|solo|shelter|tunnel|short tunnel|popup|winter|tarp|hammock|bell",
    "FS-11": "trekking pack|hut pack|daypack|vest|rolltop|tote|duffel|travel pack|roller|pouch",
    "FS-12": "moka|dripper|press|travel mug|flask|mug|kettle|grinder|pan|pots",
    "FS-13": "headphones|headphones|wired headphones|earbuds|sport buds|open ear|monitors|boulder|bookshelf|radio",
    "FS-14": "trainer|max shoe|racer|trail shoe|trail boot|flat trail shoe|plain shoe|rain shoe|max trail shoe|spike",
    "FS-15": "desk lamp|architect|light bar|banker|clip light|globe|tripod|lantern|headlamp|string lights",
}
"""What each product is drawn as, by the first digits of its id, in the order of the last two (01 to 10)."""


def kind(product_id: str) -> str:
    """What this product is drawn as. Raises KeyError or IndexError for a product that the list does not have."""
    return KINDS[product_id[:5]].split("|")[int(product_id[5:]) - 1]


def picture(product: Product) -> str:
    """The whole SVG of one product, in the first of its colours."""
    thing = (TENTS | BAGS | KITCHEN | AUDIO | SHOES | LAMPS)[kind(product.id)]
    ground = GROUNDS[product.categories[0]]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 320" role="img">'
        f"<title>{escape(product.title)}</title>"
        + box(0, 0, 320, 320, ground, 28)
        + oval(160, 256, 128, 15, ink(ground).dark + "66")
        + thing(ink(COLOURS[product.attributes["colour"][0]]))
        + "</svg>\n"
    )


def main() -> None:
    """Write the picture of every product of the catalogue."""
    (HERE / "images").mkdir(exist_ok=True)
    for row in (HERE / "catalog.jsonl").read_text(encoding="utf-8").splitlines():
        product = Product.model_validate_json(row)
        (HERE / "images" / f"{product.id}.svg").write_text(picture(product), encoding="utf-8")


if __name__ == "__main__":
    main()
