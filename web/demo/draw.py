"""Draws the picture of every product of the demo shop: `python -m web.demo.draw` from the checkout.

Reads `catalog.jsonl` for the product's title and colour, and writes `images/<id>.svg`. The same catalogue always gives
the same files. Knows nothing of the shop that shows them.
"""

from html import escape
from pathlib import Path

from retrieval.product import Product
from web.demo.pictures.audio import AUDIO
from web.demo.pictures.bags import BAGS
from web.demo.pictures.bedding import BEDDING
from web.demo.pictures.clothes import CLOTHES
from web.demo.pictures.cooking import COOKING
from web.demo.pictures.cycling import CYCLING
from web.demo.pictures.desk import DESK
from web.demo.pictures.games import GAMES
from web.demo.pictures.garden import GARDEN
from web.demo.pictures.kitchen import KITCHEN
from web.demo.pictures.lamps import LAMPS
from web.demo.pictures.pantry import PANTRY
from web.demo.pictures.pen import box, ink, oval
from web.demo.pictures.pets import PETS
from web.demo.pictures.shoes import SHOES
from web.demo.pictures.sleep import SLEEP
from web.demo.pictures.tents import TENTS
from web.demo.pictures.tools import TOOLS
from web.demo.pictures.toys import TOYS

HERE = Path(__file__).parent

COLOURS = {
    "black": "#33363d",
    "blush": "#e5b8ad",
    "brown": "#8a5f3d",
    "charcoal": "#545b66",
    "copper": "#b9693f",
    "coral": "#ee7b66",
    "cream": "#f1e6cc",
    "forest green": "#2f6b4a",
    "grey": "#9aa1aa",
    "ink blue": "#34557f",
    "moss": "#7d8f4c",
    "mustard": "#dca531",
    "natural": "#d6b98c",
    "navy": "#2f4470",
    "oak": "#c19660",
    "orange": "#ea7f2e",
    "plum": "#7b4569",
    "red": "#c9413c",
    "rust": "#b8532f",
    "sage": "#9bb09a",
    "sand": "#cfae7c",
    "silver": "#b9c0c8",
    "sky blue": "#6aa6d0",
    "teal": "#2a8c8a",
    "walnut": "#7a5236",
    "white": "#f6f5f1",
}

GROUNDS = {
    "Tents & Shelter": "#d3dfd3",
    "Backpacks & Bags": "#dfd8ca",
    "Coffee & Kitchen": "#e6d3c3",
    "Headphones & Audio": "#cfd8e6",
    "Running Shoes": "#d9d3e4",
    "Lamps & Lighting": "#5b5068",
    "Sleeping Bags & Mats": "#cfd9dc",
    "Jackets & Layers": "#dcdfd3",
    "Bikes & Cycling": "#d5e0e4",
    "Cooking & Baking": "#ead9bf",
    "Bedding & Textiles": "#e3d9e0",
    "Desk & Stationery": "#dbdce6",
    "Garden & Plants": "#d6e2cf",
    "Tools & Repair": "#e2dbd2",
    "Toys & Games": "#f0e0c2",
    "Dogs & Cats": "#e6ddd0",
    "Tea & Pantry": "#dfe3cf",
}
"""The tint behind the picture: pale enough for a light page, and a tile of its own on a dark one."""

KINDS = {
    "FS-10": "dome|solo|shelter|tunnel|short tunnel|popup|winter|tarp|hammock|bell",
    "FS-11": "trekking pack|hut pack|daypack|vest|rolltop|tote|duffel|travel pack|roller|pouch",
    "FS-12": "moka|dripper|press|travel mug|flask|mug|kettle|grinder|pan|pots",
    "FS-13": "headphones|headphones|wired headphones|earbuds|sport buds|open ear|monitors|boulder|bookshelf|radio",
    "FS-14": "trainer|max shoe|racer|trail shoe|trail boot|flat trail shoe|plain shoe|rain shoe|max trail shoe|spike",
    "FS-15": "desk lamp|architect|light bar|banker|clip light|globe|tripod|lantern|headlamp|string lights",
    "FS-16": "envelope|mummy|mummy|mummy|kids bag|quilt|liner|pillow|pillow|"
    "foam mat|air mat|fat mat|double mat|cot|blanket|quilt|pump|dry sack",
    "FS-17": "rain jacket|rain jacket|waxed jacket|wind jacket|puffer|puffer|parka|fleece|half zip|jumper|"
    "long sleeve|leggings|tee|trousers|overtrousers|shorts|beanie|gloves|gloves|socks",
    "FS-18": "city bike|folding bike|gravel bike|balance bike|helmet|helmet|bike light|bike bell|pannier|"
    "bar bag|basket|folding lock|multi tool|bike pump|track pump|patch kit|cycling gloves|cape",
    "FS-19": "skillet|saucepan|pot set|casserole|wok|baking tray|loaf tin|proving basket|kitchen scale|stand mixer|"
    "chef knife|bread knife|cutting board|pepper mill|jars|plates|lunch box|tea towels|probe thermometer|mortar",
    "FS-20": "duvet|sheets|pillowcases|duvet|duvet|bed pillow|throw|throw|cushion|"
    "pouf|towels|flat towel|mat|robe|rug|round rug|curtains|draught stopper",
    "FS-21": "fountain pen|ballpoint|ink bottle|pencil|notebooks|notebook|cards|planner|monitor stand|"
    "laptop stand|desk chair|standing desk|desk pad|tray tower|pen cup|pencil roll|scissors|fan",
    "FS-22": "garden fork|spade|trowel|secateurs|pruning saw|watering can|mister|hose|pots trio|"
    "planter|window box|hanging plant|seed tin|herb trough|cold frame|trug|apron|kneeler",
    "FS-23": "hammer|screwdrivers|pliers|spanner|pull saw|plane|chisels|drill|sander|"
    "glue gun|tape measure|level|marking gauge|toolbox|tool roll|wax tin|whetstone|mending kit",
    "FS-24": "rainbow|shape barn|pull duck|wagon|blocks|marble run|paint tin|lino kit|kite|"
    "boules|skipping rope|mud kitchen|board game|card game|puzzle|chess|dominoes|train",
    "FS-25": "pet bed|pet mattress|cat hammock|cat cave|harness|dog lead|collar|dog coat|pet bottle|"
    "pet bowl|slow feeder|fountain|treat tin|tug rope|ball|scratch post|cat wand|pet brush",
    "FS-26": "tea tin|tea tin|tea tin|tea tin|tea tin|teapot|gaiwan|infuser|coffee bag|"
    "coffee bag|sachets|crackers|honey|oil bottle|salt box|bean bag|chocolate|hamper",
}
"""What each product is drawn as, by the first digits of its id, in the order of the last two (from 01)."""


def kind(product_id: str) -> str:
    """What this product is drawn as. Raises KeyError or IndexError for a product that the list does not have."""
    return KINDS[product_id[:5]].split("|")[int(product_id[5:]) - 1]


def picture(product: Product) -> str:
    """The whole SVG of one product, in the first of its colours."""
    camp = TENTS | BAGS | KITCHEN | AUDIO | SHOES | LAMPS | SLEEP | CLOTHES | CYCLING
    house = COOKING | BEDDING | DESK | GARDEN | TOOLS | TOYS | GAMES | PETS | PANTRY
    thing = (camp | house)[kind(product.id)]
    ground = GROUNDS[product.categories[0]]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 320" role="img">'
        f"<title>{escape(product.title)}</title>"
        + box(0, 0, 320, 320, ground)
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
