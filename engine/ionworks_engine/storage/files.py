"""Content-addressed files: the name of a file is the sha256 of its bytes.

A file is written aside, made durable, then renamed: it is there whole or not at all, and writing
the same bytes twice is one file.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections import Counter
from collections.abc import Iterable
from pathlib import Path


class FileStore:
    """A folder of immutable files.

    Parameters
    ----------
    folder
        Where the files live; made if it is absent.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = FileStore(Path(folder))
    ...     files.path(files.put(b"volts")).read_bytes()
    b'volts'
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._aside = folder / "aside"
        self._held: Counter[str] = Counter()
        shutil.rmtree(self._aside, ignore_errors=True)
        self._aside.mkdir(parents=True)

    def path(self, name: str) -> Path:
        """Return where the file called ``name`` lies, whether or not it exists."""
        return self._folder / name[:2] / name[2:]

    def put(self, content: bytes) -> str:
        """Store bytes durably and return their name; they are held until ``release``."""
        name = hashlib.sha256(content).hexdigest()
        self._held[name] += 1
        try:
            target = self.path(name)
            if not target.exists():
                self._write(content, target)
        except BaseException:
            self.release([name])
            raise
        return name

    def _write(self, content: bytes, target: Path) -> None:
        aside = self._aside / uuid.uuid4().hex
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        target.parent.mkdir(exist_ok=True)
        aside.replace(target)

    def release(self, names: Iterable[str]) -> None:
        """Say that the rows naming these files are committed: ``discard`` may judge them again."""
        self._held.subtract(names)
        self._held += Counter()

    def discard(self, names: Iterable[str]) -> None:
        """Remove files that no row names any more, but for those just being stored."""
        for name in names:
            if not self._held[name]:
                self.path(name).unlink(missing_ok=True)
