"""The NVIDIA cards of this machine, as `nvidia-smi` lists them. Knows nothing of engines or models."""

import csv
import os
import subprocess
from collections.abc import Sequence

from pydantic import BaseModel

MIB = 1 << 20
_FIELDS = ("index", "uuid", "name", "memory.total", "memory.free", "compute_cap")
_SECONDS = 20.0
"""What a sleeping driver may take to answer."""


class Card(BaseModel, frozen=True, extra="forbid"):
    """One card."""

    index: int
    uuid: str
    name: str
    memory: int
    """Bytes in all."""
    free: int
    """Bytes that no process holds now."""
    capability: tuple[int, int]
    """CUDA compute capability, such as (8, 9)."""


def read_cards() -> tuple[Card, ...]:
    """The cards that this process may use; none where there is no driver."""
    query = ("nvidia-smi", f"--query-gpu={','.join(_FIELDS)}", "--format=csv,noheader,nounits")
    try:
        done = subprocess.run(query, capture_output=True, text=True, check=False, timeout=_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    listed = parse_cards(done.stdout) if done.returncode == 0 else ()
    return visible(listed, os.environ.get("CUDA_VISIBLE_DEVICES"))


def parse_cards(listing: str) -> tuple[Card, ...]:
    """The cards of a listing, one a line, memory in MiB. A line that tells less than its memory and capability (a card
    that is lost, or one whose memory is not its own) is passed over: nothing can be planned on it."""
    cards: list[Card] = []
    for row in csv.reader(listing.splitlines(), skipinitialspace=True):
        try:
            index, uuid, name, memory, free, capability = (field.strip() for field in row)
            major, minor = capability.split(".")
            cards.append(
                Card(
                    index=int(index),
                    uuid=uuid,
                    name=name,
                    memory=int(memory) * MIB,
                    free=int(free) * MIB,
                    capability=(int(major), int(minor)),
                )
            )
        except ValueError:
            continue
    return tuple(cards)


def visible(cards: Sequence[Card], named: str | None) -> tuple[Card, ...]:
    """Those of the cards that CUDA_VISIBLE_DEVICES names, in its order; all of them where it is not set.

    As CUDA reads it: by index or by the beginning of a UUID, up to the first that does not exist.
    """
    if named is None:
        return tuple(cards)
    chosen: list[Card] = []
    for word in (part.strip() for part in named.split(",")):
        found = [card for card in cards if word and (str(card.index) == word or card.uuid.startswith(word))]
        if not found:
            break
        chosen.append(found[0])
    return tuple(chosen)
