"""How a RetrievalError crosses a process border: as data, and raised again as what it was.

Knows nothing of processes or frames.
"""

from pydantic import BaseModel

from retrieval import query
from retrieval.query import RetrievalError


class Fault(BaseModel, frozen=True, extra="forbid"):
    """A RetrievalError as data."""

    kind: str
    """The name of its class, in query.py."""
    message: str
    fix: str = ""

    @classmethod
    def of(cls, error: Exception) -> "Fault":
        """Any other exception becomes a plain RetrievalError that names it."""
        if isinstance(error, RetrievalError):
            return cls(kind=type(error).__name__, message=error.message, fix=error.fix)
        return cls(kind="RetrievalError", message=f"{type(error).__name__}: {error}")

    @property
    def error(self) -> RetrievalError:
        """The error that it was, ready to be raised."""
        kind = getattr(query, self.kind, RetrievalError)
        if not (isinstance(kind, type) and issubclass(kind, RetrievalError)):
            kind = RetrievalError
        return kind(self.message, fix=self.fix)
