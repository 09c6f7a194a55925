"""Memory: the behaviour model of a running shop, kept in a file.

What was learnt since it was last saved is learnt again from the journal, so that it need not be saved often. Knows
nothing of the journal.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from retrieval.behaviour.model import Behaviour
from retrieval.behaviour.touches import FinishedSession, Mark
from retrieval.query import SnapshotFault, SnapshotMissing

_SAVED_EVERY_SECONDS = 600.0


class Memory:
    """Not for two threads at once."""

    def __init__(self, file: Path | None) -> None:
        """The model saved in `file`, or an empty one where there is none or it cannot be used; without a file nothing
        is kept."""
        self._file = file
        self._saved = time.monotonic()
        self.behaviour = _loaded(file) if file else Behaviour()
        self._kept = self.behaviour.mark

    def learn(self, sessions: Sequence[FinishedSession], after: Mark, mark: Mark) -> Mark:
        """As Retriever.learn."""
        if self.behaviour.mark == after:
            for session in sessions:
                self.behaviour.learn(session)
            self.behaviour.mark = mark
            if time.monotonic() - self._saved > _SAVED_EVERY_SECONDS:
                self.save()
        return self.behaviour.mark

    def save(self) -> None:
        """Keep what was learnt. A disk that refuses is told and tried again later."""
        self._saved = time.monotonic()
        if self._file is None or self._kept == self.behaviour.mark:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self.behaviour.save(self._file)
            self._kept = self.behaviour.mark
        except (SnapshotFault, OSError) as error:
            print(f"retrieval: what shoppers did is not saved: {error}", file=sys.stderr)


def _loaded(file: Path) -> Behaviour:
    try:
        return Behaviour.load(file)
    except SnapshotMissing:
        return Behaviour()
    except SnapshotFault as error:
        print(f"retrieval: what shoppers did is learnt anew: {error}", file=sys.stderr)
        return Behaviour()
