"""Tags of measurements: trimmed, each once whatever its case, in the spelling of the project."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from ionworks_engine.errors import ApiError, not_found
from ionworks_engine.storage.tables import cell_measurements, measurement_tags

MOST, LONGEST = 50, 50


def cleaned(given: Iterable[str]) -> dict[str, str]:
    """Return tags in their one form, by what tells them apart.

    Raises
    ------
    ApiError
        400 naming the tag that is empty, too long, or holds signs that cannot be seen.

    Examples
    --------
    >>> cleaned([" RPT ", "rpt", "formation"])
    {'rpt': 'RPT', 'formation': 'formation'}
    """
    tags: dict[str, str] = {}
    for text in given:
        tag = unicodedata.normalize("NFC", text).strip()
        if not tag:
            raise _refused("A tag cannot be empty.")
        if len(tag) > LONGEST:
            raise _refused(
                f"The tag {tag[:LONGEST]!r}... has {len(tag)} characters; at most {LONGEST}"
            )
        if any(unicodedata.category(sign) == "Cc" for sign in tag):
            raise _refused(f"The tag {tag!r} holds a control character.")
        tags.setdefault(key(tag), tag)
    return tags


def key(tag: str) -> str:
    """Return what is the same for all spellings of a tag."""
    return unicodedata.normalize("NFC", tag).strip().lower()


def of(connection: Connection, names: Sequence[str]) -> dict[str, list[str]]:
    """Return the tags of measurements, sorted, by the measurement's id."""
    found: dict[str, list[str]] = defaultdict(list)
    mine = measurement_tags.c.measurement_id.in_(names)
    query = select(measurement_tags).where(mine).order_by(measurement_tags.c.tag_key)
    for row in connection.execute(query) if names else ():
        found[row.measurement_id].append(row.tag)
    return found


def replace(connection: Connection, name: str, project: str, given: Iterable[str]) -> None:
    """Make ``given`` all the tags of a measurement.

    Raises
    ------
    ApiError
        400 for a tag that cannot be one, or for too many.
    """
    tags = cleaned(given)
    _refuse_too_many(len(tags), "")
    connection.execute(delete(measurement_tags).where(measurement_tags.c.measurement_id == name))
    _insert(connection, project, [name], tags)


def change(
    connection: Connection,
    names: Sequence[str],
    add: Iterable[str],
    remove: Iterable[str],
    now: str,
) -> int:
    """Add tags to measurements and remove tags from them: from all, or on an error from none.

    Returns
    -------
    int
        How many measurements have other tags now.

    Raises
    ------
    ApiError
        404 naming a measurement that is not there; 400 for a tag that cannot be one, that is to be
        both added and removed, or for too many.
    """
    added, removed = cleaned(add), {key(tag) for tag in remove}
    if both := added.keys() & removed:
        raise _refused(f"{added[min(both)]!r} is to be both added and removed.")
    rows = _measurements(connection, names)
    before = {name: {key(tag) for tag in tags} for name, tags in of(connection, names).items()}
    changed: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        old = before.get(row.id, set())
        new = (old | added.keys()) - removed
        _refuse_too_many(len(new), f"Measurement {row.id!r}: ")
        if new != old:
            changed[row.project_id].append(row.id)
    for project, mine in changed.items():
        _apply(connection, project, mine, added, removed, before)
        touched = update(cell_measurements).where(cell_measurements.c.id.in_(mine))
        connection.execute(touched.values(updated_at=now))
    return sum(map(len, changed.values()))


def usage(project: str, text: str | None) -> Any:
    """Return the tags of a project that contain ``text``, in any case, the most used first."""
    uses = func.count().label("usage_count")
    query = select(func.min(measurement_tags.c.tag).label("tag"), uses)
    query = query.where(measurement_tags.c.project_id == project)
    if text:
        query = query.where(measurement_tags.c.tag_key.contains(key(text), autoescape=True))
    return query.group_by(measurement_tags.c.tag_key).order_by(
        uses.desc(), measurement_tags.c.tag_key
    )


def _measurements(connection: Connection, names: Sequence[str]) -> Sequence[Any]:
    columns = (cell_measurements.c.id, cell_measurements.c.project_id)
    wanted = list(dict.fromkeys(names))
    found = connection.execute(select(*columns).where(cell_measurements.c.id.in_(wanted))).all()
    missing = set(wanted) - {row.id for row in found}
    if missing:
        raise not_found("measurement", next(name for name in wanted if name in missing))
    return found


def _apply(
    connection: Connection,
    project: str,
    names: Sequence[str],
    added: dict[str, str],
    removed: set[str],
    before: dict[str, set[str]],
) -> None:
    table = measurement_tags
    mine = table.c.measurement_id.in_(names)
    connection.execute(delete(table).where(mine, table.c.tag_key.in_(removed)))
    for tag_key, tag in added.items():
        new = [name for name in names if tag_key not in before.get(name, ())]
        _insert(connection, project, new, {tag_key: tag})


def _insert(
    connection: Connection, project: str, names: Sequence[str], tags: dict[str, str]
) -> None:
    table = measurement_tags
    known = select(table.c.tag_key, func.min(table.c.tag)).where(
        table.c.project_id == project, table.c.tag_key.in_(tags)
    )
    spelling = tags | {
        row[0]: row[1] for row in connection.execute(known.group_by(table.c.tag_key))
    }
    rows = [
        {"measurement_id": name, "tag_key": tag_key, "project_id": project, "tag": tag}
        for name in names
        for tag_key, tag in spelling.items()
    ]
    if rows:
        connection.execute(insert(table), rows)


def _refuse_too_many(count: int, who: str) -> None:
    if count > MOST:
        raise _refused(f"{who}{count} tags are too many; a measurement has at most {MOST}.")


def _refused(message: str) -> ApiError:
    return ApiError(400, "BAD_REQUEST", message)
