# Generated from ionworks/_async/wholeness.py by `python -m codegen sync`; do not edit.
"""Whole or not at all: what a call made on the server goes when the call is stopped on its way.

An upload is confirmed by a call whose answer may never be read: the task was cancelled, Ctrl-C was
pressed, the connection broke. What it made has an id that was reserved before, and is removed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ionworks.calls import sync_to_end
from ionworks.errors import ConnectionFailedError, IonworksError, NotFoundError

__all__ = ["sync_confirmed", "sync_removed"]

_PAUSES = (0.0, 0.1, 0.3, 0.6)
"""In s, before each try to remove what the server may still be making."""


def sync_confirmed(confirm: Callable[[], Any], remove: Callable[[], Any], what: str) -> Any:
    """Confirm an upload; if its answer cannot be had, remove what it may have made.

    Parameters
    ----------
    confirm
        The call that makes it.
    remove
        The call that removes it.
    what
        What it is, for a note on the error if it cannot be removed.
    """
    try:
        return sync_to_end(confirm)
    except BaseException as error:
        if isinstance(error, Exception) and not isinstance(error, ConnectionFailedError):
            raise  # the server made nothing

        def in_time() -> None:
            for pause in _PAUSES:
                time.sleep(pause)
                try:
                    remove()
                    return
                except NotFoundError:
                    continue

        sync_removed(in_time, what, error)
        raise


def sync_removed(remove: Callable[[], Any], what: str, error: BaseException) -> None:
    """Remove something because of an error, however often one is stopped; note it if that fails."""
    try:
        sync_to_end(remove)
    except IonworksError as trouble:
        error.add_note(f"{what} could not be removed: {trouble}")
