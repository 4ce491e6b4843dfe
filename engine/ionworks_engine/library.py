"""The system library in the store: published cells as rows that belong to no project.

Being rows, they are listed, filtered and paged like everyone's own. They are written again only
when the library has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from ionworks_engine.battery.library import LIBRARY, Entry
from ionworks_engine.descriptions import pybamm_version
from ionworks_engine.storage import Store, content
from ionworks_engine.storage.tables import facts, models, parameterized_models

_FACT = "library"


def install(store: Store) -> None:
    """Bring the store's system rows up to what this engine's library has."""
    wanted_models, wanted_cells = _models(LIBRARY), [_cell(entry) for entry in LIBRARY]
    mark = content.digest([wanted_models, wanted_cells])
    known = select(facts.c.value).where(facts.c.name == _FACT)
    with store.writing() as connection:
        if (before := connection.scalar(known)) == mark:
            return
        now = store.now()
        times = {"created_at": now, "updated_at": now}
        for table, rows in ((models, wanted_models), (parameterized_models, wanted_cells)):
            connection.execute(delete(table).where(table.c.project_id.is_(None)))
            # Lists show the newest first: inserted backwards, they keep the library's order.
            connection.execute(insert(table), [{**row, **times} for row in reversed(rows)])
        _note(connection, mark, is_new=before is None)


def _note(connection: Connection, mark: str, *, is_new: bool) -> None:
    if is_new:
        connection.execute(insert(facts).values(name=_FACT, value=mark))
    else:
        connection.execute(update(facts).where(facts.c.name == _FACT).values(value=mark))


def _models(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return a row for each distinct model of the library."""
    rows = {_model_id(entry.model): _model(entry.model) for entry in entries}
    return list(rows.values())


def _model(config: Mapping[str, Any]) -> dict[str, Any]:
    options = ", ".join(f"{name}: {value}" for name, value in config["options"].items())
    return {
        "id": _model_id(config),
        "name": f"{config['type']} ({options})" if options else config["type"],
        "config": _plain(config),
        "pybamm_version": pybamm_version(),
        "chemistry": config["module"],
        "is_custom_model": False,
    }


def _cell(entry: Entry) -> dict[str, Any]:
    return {
        "id": f"system-{entry.id}",
        "model_id": _model_id(entry.model),
        "name": entry.name,
        "description": f"{entry.description}. {entry.citation}",
        "parameters": entry.cell["parameters"],
    }


def _model_id(config: Mapping[str, Any]) -> str:
    words = [config["type"], *(str(value) for pair in config["options"].items() for value in pair)]
    return "system-" + "-".join(words).lower().replace(" ", "-")


def _plain(config: Mapping[str, Any]) -> dict[str, Any]:
    return {**config, "options": dict(config["options"])}
