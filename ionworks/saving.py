"""Files from a server onto a disk: in one folder, all or none, and over nothing of the user's.

A server's names are not trusted. Each must be the name of a file on every system, with no folder in
it; what is not is refused, not repaired, before anything is written.
"""

from __future__ import annotations

import os
import re
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from filecmp import cmp
from pathlib import Path

from ionworks.errors import IonworksError

__all__ = ["checked_stem", "place_for", "save_files", "settle"]

_LONGEST = 255
_FORBIDDEN = re.compile(r'[/\\:*?"<>|]')
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Kinds of signs that have no shape, of which some turn round what follows: ``gpj.exe``."""
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)


def save_files(
    directory: str | os.PathLike[str],
    files: Sequence[tuple[str, bytes]],
    *,
    overwrite: bool = False,
) -> list[Path]:
    """Write files into a folder, which is made if it is absent.

    Parameters
    ----------
    directory
        The folder.
    files
        Names and contents.
    overwrite
        Whether files with other content may be replaced; those with the same are left alone.

    Returns
    -------
    list of Path
        In the order of the files; relative if the folder is.

    Raises
    ------
    IonworksError
        If a name could lead out of the folder or cannot be one, or two would be the same file.
    FileExistsError
        If there are files with other content, naming them; then nothing is written.

    Examples
    --------
    >>> import tempfile
    >>> from ionworks.saving import save_files
    >>> folder = tempfile.mkdtemp()
    >>> [path.name for path in save_files(folder, [("protocol.000", b"...")])]
    ['protocol.000']
    """
    _check_names([name for name, _ in files])
    folder = Path(directory)
    paths = {folder / name: content for name, content in files}
    new = {path: content for path, content in paths.items() if not _holds(path, content)}
    taken = [str(path) for path in new if path.is_symlink() or path.exists()]
    if taken and not overwrite:
        raise FileExistsError(
            f"{', '.join(taken)}: there with other content, and nothing was written; "
            "save(..., overwrite=True) replaces it"
        )
    _refuse_folders(new)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder, new)
    return list(paths)


def place_for(directory: str | os.PathLike[str], name: str) -> Path:
    """Return where a file of a server's name is to be saved; the folder is made if it is absent.

    Raises
    ------
    IonworksError
        If the name could lead out of the folder or cannot be one.
    """
    _check_names([name])
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


def settle(aside: Path, path: Path, *, overwrite: bool) -> None:
    """Give a file that was written aside its place; a file of the same content is left alone.

    Raises
    ------
    FileExistsError
        If there is a file with other content, or a folder.
    """
    _refuse_folders([path])
    if path.is_file() and cmp(aside, path, shallow=False):
        return
    if not overwrite and (path.exists() or path.is_symlink()):
        raise FileExistsError(f"{path} is there with other content; overwrite=True replaces it")
    aside.replace(path)


def checked_stem(stem: str) -> str:
    """Return what files are to be called, without a suffix, if files can be saved as that.

    Raises
    ------
    ValueError
        If they cannot be, on one system or another.

    Examples
    --------
    >>> from ionworks.saving import checked_stem
    >>> checked_stem("rate test 2")
    'rate test 2'
    """
    problem = _problem(stem) if isinstance(stem, str) else "is no text"
    if problem:
        raise ValueError(f"filename_stem {stem!a} {problem}: no file can be saved as that")
    return stem


def _check_names(names: Iterable[str]) -> None:
    known: dict[str, str] = {}
    for name in names:
        if problem := _problem(name):
            raise IonworksError(f"the server names a file {name!a}, which {problem}: not saved")
        alike = unicodedata.normalize("NFC", name).casefold()
        if alike in known:
            raise IonworksError(
                f"the server names two files {known[alike]!a} and {name!a}, "
                "which are one on many systems: not saved"
            )
        known[alike] = name


def _problem(name: str) -> str | None:
    """Say why this is not the name of a file in a folder, on one system or another."""
    if not isinstance(name, str) or not name.strip():
        return "is empty"
    if hidden := next((sign for sign in name if unicodedata.category(sign) in _UNSEEN), None):
        return f"holds {hidden!a}, which is not seen"
    if found := _FORBIDDEN.search(name):
        return f"holds {found.group()!a}"
    if name in (".", "..") or name[-1] in ". " or name[0] == " ":
        return "begins with a blank, or ends with a dot or one"
    if _DEVICE.fullmatch(name.partition(".")[0].rstrip()):
        return "is a reserved name, of a device on Windows"
    if len(name.encode()) > _LONGEST:
        return f"has more than {_LONGEST} bytes"
    return None


def _holds(path: Path, content: bytes) -> bool:
    is_alike = path.is_file() and path.stat().st_size == len(content)
    return is_alike and path.read_bytes() == content


def _refuse_folders(paths: Iterable[Path]) -> None:
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            raise FileExistsError(f"{path} is a folder, and nothing was written")


def _write(folder: Path, files: dict[Path, bytes]) -> None:
    """Write all of them aside first: a full disk leaves none of them half there."""
    aside = {path: folder / f".{secrets.token_hex(8)}.part" for path in files}
    try:
        for path, content in files.items():
            with aside[path].open("xb") as file:
                file.write(content)
        for path, written in aside.items():
            written.replace(path)
    finally:
        for written in aside.values():
            with suppress(FileNotFoundError):
                written.unlink()
