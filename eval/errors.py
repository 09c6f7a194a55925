"""Errors of the package, all typed, all with a `fix` in words:

* EvalError
  + DatasetError      queries or judgments that cannot be read, or do not fit the catalogue
  + PeerMissing       a library that search is compared with is not installed
"""


class EvalError(Exception):
    """Base of all errors of this package. `fix` says what the reader can do about it."""

    def __init__(self, message: str, *, fix: str = "") -> None:
        super().__init__(f"{message} {fix}".strip())
        self.message = message
        self.fix = fix


class DatasetError(EvalError):
    """Queries or judgments cannot be read, or do not fit the catalogue."""


class PeerMissing(EvalError):
    """A library that search is compared with is not installed."""
