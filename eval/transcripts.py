"""A conversation as Markdown that can be read end to end: shopper, assistant, cards, chips, question. Knows nothing of
how it was judged.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.talk import Heard


def write_transcript(folder: Path, name: str, model: str, turns: Sequence[Heard]) -> None:
    """One file, named after the conversation."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text(transcript(name, model, turns), "utf-8")


def transcript(name: str, model: str, turns: Sequence[Heard]) -> str:
    """The whole conversation."""
    said = ("\n".join(_turn(turn)) for turn in turns)
    return f"# {name}\n\nModel: {model}\n\n" + "\n".join(said)


def _turn(turn: Heard) -> Iterator[str]:
    yield f"**Shopper:** {turn.message}\n"
    if turn.shown:
        for card in turn.shown.cards:
            product = card.product
            price = product.price.text if product.price else "no price"
            stock = " (sold out)" if product.availability == "out_of_stock" else ""
            reason = f": {card.reason.text}" if card.reason else ""
            yield f"{card.handle}. {product.title}, {price}{stock}{reason}"
        yield ""
    if turn.comparison:
        yield from _comparison(turn)
    chips = [f"`{chip.field}: {chip.value}`" for each in turn.standing for chip in each.chips]
    if chips:
        yield f"Chips: {' '.join(chips)}\n"
    for notice in turn.notices:
        yield f"> {notice.text}\n"
    yield f"**Assistant:** {turn.text or turn.failed}\n"
    if turn.answers:
        yield f"Answers to tap: {', '.join(answer.label for answer in turn.answers)}\n"


def _comparison(turn: Heard) -> Iterator[str]:
    if turn.comparison is None:
        return
    titles = {card.handle: card.product.title for card in turn.screen}
    columns = [titles.get(handle, str(handle)) for handle in turn.comparison.columns]
    yield f"| | {' | '.join(columns)} |"
    yield "|---" * (len(columns) + 1) + "|"
    for row in turn.comparison.rows:
        yield f"| {row.name} | {' | '.join(value or '-' for value in row.values)} |"
    yield ""
