"""Protocols as the files of cyclers, and back, as the API shows them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from ionworks import ucp
from ionworks_engine import templates
from ionworks_engine.errors import ApiError, Problem, invalid, meant
from ionworks_engine.forms import SentFile
from ionworks_engine.vendors import convert
from ionworks_engine.vendors.errors import Inexpressible, Unreadable
from ionworks_engine.vendors.files import File
from ionworks_engine.vendors.flatten import followed


def converted(body: Mapping[str, Any]) -> dict[str, Any]:
    """Write a protocol as files.

    Raises
    ------
    ApiError
        422 for a protocol that is wrong, a drive cycle that no step of it follows, or what the
        target cannot express: then each problem has its ``construct``, and its ``step`` if it is
        one.
    """
    options = {key: value for key, value in body.items() if key not in ("protocol", "target")}
    try:
        if body.get("drive_cycles"):
            _refuse_unfollowed(ucp.load(body["protocol"]), body["drive_cycles"])
        made = convert.convert(body["protocol"], body["target"], **options)
    except ucp.ProtocolError as error:
        raise templates.refused(error) from None
    except Inexpressible as error:
        raise _inexpressible(error) from None
    return {
        "target": made.target,
        "primary": _file(made.files.primary),
        "assets": [_file(asset) for asset in made.files.assets],
        "notes": list(made.notes),
    }


def parsed(file: SentFile) -> dict[str, Any]:
    """Read a file as a protocol.

    Raises
    ------
    ApiError
        422 for a file that is none, or is damaged.
    """
    try:
        found = convert.parse(file.content, file.name)
    except Unreadable as error:
        raise _unreadable(error) from None
    return {
        "parsed_protocol_ucp": found.ucp,
        "parsed_protocol_human": found.human,
        "raw_protocol": found.raw,
        "cycler_type": found.cycler_type,
        "nominal_capacity_ah": found.nominal_capacity_ah,
        "required_drive_cycles": list(found.required_drive_cycles),
        "available_drive_cycles": list(found.available_drive_cycles),
        "required_subroutines": list(found.required_subroutines),
        "available_subroutines": list(found.available_subroutines),
        "error": found.error,
        "notes": list(found.notes),
    }


def _refuse_unfollowed(protocol: ucp.Tree, drive_cycles: Iterable[str]) -> None:
    known = list(dict.fromkeys(followed(protocol.steps)))
    problems = [
        Problem(f"drive_cycles.{name}", f"no step follows this drive cycle{meant(name, known)}")
        for name in drive_cycles
        if name not in known
    ]
    if problems:
        raise invalid(problems)


def _file(file: File) -> dict[str, Any]:
    return {
        "filename": file.name,
        "media_type": file.media_type,
        "content_base64": b64encode(file.content).decode(),
    }


def _inexpressible(error: Inexpressible) -> ApiError:
    step = f"{error.line}: " if error.line else ""
    instead = f"; {error.instead}" if error.instead else ""
    message = f"{step}{error.target} cannot express {error.construct}{instead}"
    place = error.position or ucp.Position("protocol")
    facts = {"construct": error.construct, "target": error.target}
    if error.line:
        facts["step"] = error.line
    return invalid([Problem(place.path, message, place.line, place.column, facts)])


def _unreadable(error: Unreadable) -> ApiError:
    places = [text for text in (error.line and f"line {error.line}", error.key) if text]
    said = str(error).removeprefix(f"{', '.join(places)}: ")
    message = f"{error.key}: {said}" if error.key else said
    return invalid([Problem("file", message, error.line)])
