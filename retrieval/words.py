"""Words as data: unit spellings, synonyms and umbrella terms, one file a language, which a merchant may edit.

A file holds `function` (words that carry a sentence and name nothing), `units` (a unit and its spellings), `joiners`
(what stands between two measures), `synonyms` (groups of words or phrases of one meaning) and `umbrellas` (a wide word
and narrower ones). All languages are read together, since a shop's texts mix them. Knows nothing of products, queries
or engines.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel, ValidationError

from retrieval.query import WordsError

_SHIPPED = Path(__file__).parent / "words"


class _File(BaseModel, extra="forbid"):
    function: tuple[str, ...] = ()
    units: dict[str, tuple[str, ...]] = {}
    joiners: tuple[str, ...] = ()
    synonyms: tuple[tuple[str, ...], ...] = ()
    umbrellas: dict[str, tuple[str, ...]] = {}


class Words:
    """The word lists of every language together."""

    def __init__(self, files: tuple[_File, ...]) -> None:
        self.function = frozenset(word for file in files for word in file.function)
        self.units: Mapping[str, str] = MappingProxyType(
            {spelling: unit for file in files for unit, spellings in file.units.items() for spelling in spellings}
        )
        """Every spelling of a unit, folded, and the unit."""
        self.joiners = frozenset(joiner for file in files for joiner in file.joiners)
        self.synonyms = tuple(group for file in files for group in file.synonyms)
        self.umbrellas: Mapping[str, tuple[str, ...]] = MappingProxyType(
            {wide: narrow for file in files for wide, narrow in file.umbrellas.items()}
        )
        self.longest_unit = max((len(spelling) for spelling in self.units), default=0)


@cache
def read_words(folder: Path | None = None) -> Words:
    """The lists of this folder, `LANGUAGE.json` each; those that come with Floorwalker by default. Raises WordsError.

    Units are part of how products are indexed, so an index is built again after `units` were edited; the other lists
    are read when a search worker starts.
    """
    place = folder or _SHIPPED
    paths = sorted(place.glob("*.json"))
    if not paths:
        raise WordsError(f"There are no word lists in {place}.", fix="Give a folder with files such as en.json.")
    return Words(tuple(_read(path) for path in paths))


def words_of(directory: Path) -> Words:
    """The lists in `DIR/words`, where a merchant has put his own there; else the shipped ones. Raises WordsError."""
    own = directory / "words"
    return read_words(own if own.is_dir() else None)


def _read(path: Path) -> _File:
    try:
        return _File.model_validate_json(path.read_bytes())
    except OSError as error:
        raise WordsError(f"{path} cannot be read: {error}.", fix="Give a folder whose files can be read.") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise WordsError(f"{path}: {field}: {first['msg']}.", fix="Write it as the shipped en.json does.") from error
