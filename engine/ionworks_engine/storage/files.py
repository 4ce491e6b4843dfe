"""Content-addressed files: the name of a file is the sha256 of its bytes.

A file is written aside, made durable, then renamed: it is there whole or not at all, and writing
the same bytes twice is one file.

Several servers may share the folder. A file that was just stored is held by a second link to it,
aside, until a row names it: should another server, which cannot know of that, remove it as nobody's
in the meantime, ``keep_held`` puts it back from there.

What nobody names is moved aside first, and is gone only once the transaction has held in which that
was found out. A server that stood still in the middle may have been given up by then, and the file
be named: it is put back.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_NAME = re.compile(r"[0-9a-f]{64}")
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS})


class FileStore:
    """A folder of immutable files.

    Parameters
    ----------
    folder
        Where the files live; made if it is absent.
    owner
        Id of the server that this is for.
    living
        Tells the ids of others that use the folder, too: what they have aside stays.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = FileStore(Path(folder))
    ...     files.path(files.put(b"volts")).read_bytes()
    b'volts'
    """

    def __init__(
        self, folder: Path, owner: str = "", living: Callable[[], Collection[str]] = tuple
    ) -> None:
        self._folder = folder
        self._aside = folder / "aside"
        self._owner = owner or str(uuid.uuid4())
        self._living = living
        self._held: Counter[str] = Counter()
        self._links: dict[str, Path] = {}
        # Files are stored in threads: between looking whether a file is held, or there, and acting
        # on it, nobody else may do the opposite.
        self._changing = threading.Lock()
        self._aside.mkdir(parents=True, exist_ok=True)
        self.clear_aside()

    def path(self, name: str) -> Path:
        """Return where the file called ``name`` lies, whether or not it exists."""
        return self._folder / name[:2] / name[2:]

    def fresh(self) -> Path:
        """Return a path at which nothing lies yet, to write what ``adopt`` is to take in.

        What is left there goes once the server is gone.
        """
        return self._aside / f"{self._owner}.{uuid.uuid4().hex}"

    def clear_aside(self) -> None:
        """Remove what servers have left aside that are gone; put back what they were removing."""
        # In this order: whoever comes in between has nothing among these.
        left = list(self._aside.iterdir())
        living = {self._owner, *self._living()}
        for path in left:
            owner, _, rest = path.name.partition(".")
            if owner in living:
                continue
            if _NAME.fullmatch(name := rest.partition(".")[2]):
                self._put_back(path, name)
            else:
                path.unlink(missing_ok=True)

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
            if not self._hold(name, target):
                aside = written()
                target.parent.mkdir(exist_ok=True)
                self._hold(name, aside)
                aside.replace(target)
        except BaseException:
            self.release([name])
            raise
        return name

    def _hold(self, name: str, path: Path) -> bool:
        """Link a file that lies at ``path`` aside; false if there is none."""
        with self._changing:
            if name in self._links and path.exists():
                return True
        link = self.fresh()
        try:
            _link(path, link)
        except FileNotFoundError:
            return False
        with self._changing:
            kept = self._links.setdefault(name, link)
        if kept is not link:
            link.unlink()
        return True

    def keep_held(self) -> None:
        """Put back what is held and was removed by another server, which could not know of it.

        To be called when rows are about to be committed that may name it, and while nobody else
        can look for files that no row names.
        """
        with self._changing:
            for name, link in self._links.items():
                target = self.path(name)
                # Network drives answer from memory for seconds what lies in a folder, unless that
                # is opened.
                with suppress(FileNotFoundError), os.scandir(target.parent):
                    pass
                if not target.exists():
                    again = self.fresh()
                    _link(link, again)
                    self._put_back(again, name)

    def release(self, names: Iterable[str]) -> None:
        """Say that the rows naming these files are committed: they may be removed again."""
        with self._changing:
            self._held.subtract(names)
            self._held += Counter()
            for name in self._links.keys() - self._held.keys():
                self._links.pop(name).unlink(missing_ok=True)

    @contextmanager
    def discarding(self) -> Iterator[Callable[[Iterable[str]], None]]:
        """Give what removes files that no row names any more, but for those just being stored.

        To be put around the transaction in which rows are looked at: should that fail, nobody
        knows what others have named since, and the files are put back.
        """
        moved: list[tuple[Path, str]] = []

        def discard(names: Iterable[str]) -> None:
            for name in names:
                aside = self._aside / f"{self._owner}.{uuid.uuid4().hex}.{name}"
                with self._changing:
                    if not self._held[name]:
                        moved.append((aside, name))
                        with suppress(FileNotFoundError):
                            self.path(name).rename(aside)

        try:
            yield discard
        except BaseException:
            for aside, name in moved:
                self._put_back(aside, name)
            raise
        for aside, _ in moved:
            aside.unlink(missing_ok=True)

    def _put_back(self, aside: Path, name: str) -> None:
        target = self.path(name)
        target.parent.mkdir(exist_ok=True)
        with suppress(FileNotFoundError):
            aside.replace(target)
        # Of two links to one file, replacing one by the other leaves both.
        aside.unlink(missing_ok=True)

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


def _link(path: Path, link: Path) -> None:
    """Have one file stand at two places; where the disk knows no links, as a copy."""
    try:
        os.link(path, link)
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        shutil.copyfile(path, link)


def _make_durable(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
