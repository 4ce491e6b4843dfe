"""Content-addressed files: the name of a file is the sha256 of its bytes.

A file is written aside, made durable, then renamed: it is there whole or not at all, and writing
the same bytes twice is one file.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_NAME = re.compile(r"[0-9a-f]{64}")


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
        # Files are stored in threads: between looking whether a file is held, or there, and acting
        # on it, nobody else may do the opposite.
        self._changing = threading.Lock()
        shutil.rmtree(self._aside, ignore_errors=True)
        self._aside.mkdir(parents=True)

    def path(self, name: str) -> Path:
        """Return where the file called ``name`` lies, whether or not it exists."""
        return self._folder / name[:2] / name[2:]

    def fresh(self) -> Path:
        """Return a path at which nothing lies yet, to write what ``adopt`` is to take in.

        What is left there goes with the next start.
        """
        return self._aside / uuid.uuid4().hex

    def put(self, content: bytes) -> str:
        """Store bytes durably and return their name; they are held until ``release``."""
        name = hashlib.sha256(content).hexdigest()

        def write() -> Path:
            path = self.fresh()
            with path.open("xb") as file:
                file.write(content)
                _make_durable(file)
            return path

        return self._take_in(name, write)

    def adopt(self, path: Path) -> str:
        """Take in a file written at a ``fresh`` path, and return its name; it is held, too."""
        with path.open("rb+") as file:
            name = hashlib.file_digest(file, "sha256").hexdigest()
            _make_durable(file)
        try:
            return self._take_in(name, lambda: path)
        finally:
            path.unlink(missing_ok=True)

    @contextmanager
    def receive(self) -> Iterator[Incoming]:
        """Open a file that grows piece by piece; without ``keep`` nothing of it stays."""
        path = self.fresh()
        with path.open("xb") as file:
            try:
                yield Incoming(path, file)
            finally:
                file.close()
                path.unlink(missing_ok=True)

    def keep(self, incoming: Incoming) -> str:
        """Take in a file that has come whole, and return its name; it is held, too."""
        return self._take_in(incoming.digest(), incoming.settled)

    def _take_in(self, name: str, written: Callable[[], Path]) -> str:
        """Give a file its name, unless it is stored already; hold it."""
        with self._changing:
            self._held[name] += 1
        try:
            target = self.path(name)
            if not target.exists():
                aside = written()
                target.parent.mkdir(exist_ok=True)
                aside.replace(target)
        except BaseException:
            self.release([name])
            raise
        return name

    def release(self, names: Iterable[str]) -> None:
        """Say that the rows naming these files are committed: ``discard`` may judge them again."""
        with self._changing:
            self._held.subtract(names)
            self._held += Counter()

    def discard(self, names: Iterable[str]) -> None:
        """Remove files that no row names any more, but for those just being stored."""
        for name in names:
            with self._changing:
                if not self._held[name]:
                    self.path(name).unlink(missing_ok=True)

    def names(self) -> set[str]:
        """Return the name of every file that is stored."""
        return {
            name
            for folder in self._folder.iterdir()
            if folder.is_dir() and folder != self._aside
            for file in os.scandir(folder)
            if _NAME.fullmatch(name := folder.name + file.name)
        }


class Incoming:
    """A file on its way in: its bytes are counted and named as they come.

    Attributes
    ----------
    size
        How many bytes have come.
    """

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path = path
        self._digest = hashlib.sha256()
        self.file = file
        self.size = 0

    def write(self, piece: bytes) -> None:
        """Add bytes at the end."""
        self.file.write(piece)
        self._digest.update(piece)
        self.size += len(piece)

    def digest(self) -> str:
        """Return the sha256 of what has come."""
        return self._digest.hexdigest()

    def settled(self) -> Path:
        """Return where it lies, closed and durable."""
        _make_durable(self.file)
        self.file.close()
        return self._path


def _make_durable(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
