"""Locks between processes, on a file or a directory. A lock ends with the process that holds it, however it ends.

Knows nothing of indexes.
"""

import fcntl
import os
from pathlib import Path


class Lock:
    """A lock that is held from the moment it is made."""

    def __init__(self, path: Path, *, shared: bool = False, wait: bool = False) -> None:
        """Locks what is at `path`; a file is made where there is nothing. `shared`: others may hold it so too.

        Raises BlockingIOError where another holds it (without `wait`), and OSError.
        """
        flags = os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT
        self._descriptor = os.open(path, flags, 0o644)
        try:
            fcntl.flock(self._descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Let go. Safe to repeat."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
