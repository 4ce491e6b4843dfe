"""What a request may say of a measurement, checked and brought into one form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from ionworks_engine import units
from ionworks_engine.errors import ApiError, Problem, invalid
from ionworks_engine.records import find
from ionworks_engine.storage import times
from ionworks_engine.storage.tables import experiment_templates

_MOMENTS = ("start_time", "end_time")
_AS_GIVEN = (
    "name",
    "notes",
    "protocol_id",
    "protocol",
    "test_setup",
    "properties",
    "file_metadata",
)
_LONGEST_FILENAME = 255


def columns(
    connection: Connection,
    project: str,
    told: Mapping[str, Any],
    path: str = "",
    before: Row[Any] | None = None,
) -> dict[str, Any]:
    """Return the columns of what is told about a measurement; ``tags`` are none of them.

    Parameters
    ----------
    connection, project
        Where to look what is referred to, and of which project it must be.
    told
        Part of a request, already valid against its schema.
    path
        Key path of that part, for errors.
    before
        The measurement as it is, when it is changed.

    Raises
    ------
    ApiError
        422 for a time or a unit that is none; 400 for an end before the start, a channel, or a
        protocol of another project; 404 for a protocol that is not there.
    """
    _refuse_channel(told)
    found = {name: told[name] for name in _AS_GIVEN if name in told}
    found |= _moments(told, path)
    _refuse_problems(told, path)
    merged: dict[str, Any] = {**(before._asdict() if before else {}), **found}
    _refuse_end_before_start(merged)
    if "protocol" in told or "protocol_id" in told:
        found["protocol_name"] = _protocol_name(connection, project, merged)
    return found


def _refuse_channel(told: Mapping[str, Any]) -> None:
    if told.get("channel_id") is not None:
        message = (
            "channel_id: this engine keeps no channels of cyclers; leave it out, or say it in "
            "test_setup, such as test_setup.channel_number"
        )
        raise ApiError(400, "BAD_REQUEST", message)


def _moments(told: Mapping[str, Any], path: str) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    problems = []
    for name in _MOMENTS:
        if name in told:
            try:
                found[name] = None if told[name] is None else times.parse(told[name])
            except ValueError as error:
                problems.append(Problem(path + name, str(error)))
    if problems:
        raise invalid(problems)
    return found


def _refuse_problems(told: Mapping[str, Any], path: str) -> None:
    if problems := list(units.problems(told.get("properties"), f"{path}properties")):
        raise invalid(problems)


def _refuse_end_before_start(merged: Mapping[str, Any]) -> None:
    start, end = merged.get("start_time"), merged.get("end_time")
    if start and end and end < start:
        raise ApiError(400, "BAD_REQUEST", f"end_time {end} is before start_time {start}.")


def _protocol_name(connection: Connection, project: str, merged: Mapping[str, Any]) -> str | None:
    saved = merged.get("protocol_id")
    name = (merged.get("protocol") or {}).get("name")
    if saved is not None:
        row = find(connection, experiment_templates, saved, "protocol")
        if row.project_id != project:
            message = f"protocol_id: the protocol {saved!r} belongs to another project"
            raise ApiError(400, "BAD_REQUEST", message)
        name = name or row.name
    return name if isinstance(name, str) else None


def filenames(body: Mapping[str, Any]) -> Sequence[str]:
    """Return the names of the files of a request about a measurement of files.

    Raises
    ------
    ApiError
        422 naming those that are missing, given twice, or no plain names of files.
    """
    given: Sequence[str] = body.get("filenames") or []
    problems, seen = [], set()
    if not given:
        problems.append(Problem("filenames", "name the files of a measurement of type 'file'"))
    for index, name in enumerate(given):
        why = _why_no_filename(name)
        if why is None and name.lower() in seen:
            why = f"{name!r} is given twice; names must differ, also without regard to case"
        if why is not None:
            problems.append(Problem(f"filenames[{index}]", why))
        seen.add(name.lower())
    if problems:
        raise invalid(problems)
    return given


def _why_no_filename(name: str) -> str | None:
    if not name.isprintable() or not name.strip():
        return f"{name!r} holds signs that cannot be seen"
    if name in {".", ".."} or "/" in name or "\\" in name:
        return f"{name!r} is no plain name of a file: leave out folders"
    if len(name.encode()) > _LONGEST_FILENAME:
        return f"{name[:40]!r}... is too long; at most {_LONGEST_FILENAME} bytes"
    return None
