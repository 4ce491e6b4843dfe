"""Saved protocols."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import Row, delete

from ionworks_engine import templates
from ionworks_engine.call import ORGANIZATION, Call, PlainText
from ionworks_engine.errors import ApiError, conflict
from ionworks_engine.records import MOMENTS, change, find, find_project, of_project, page
from ionworks_engine.storage import content
from ionworks_engine.storage.tables import experiment_templates

_WHAT = "saved protocol"
_LIGHT = (
    "id",
    "name",
    "description",
    "project_id",
    "created_by_email",
    "created_at",
    "updated_at",
)
_HEAVY = ("protocol_config", "parameters_schema", "source_protocol")
_NEVER_SET = ("time_series_spec", "metrics_spec", "plot_options")
"""Heavy fields that only the platform has values for."""


def list_experiment_templates(call: Call) -> dict[str, Any]:
    """Return a page of saved protocols, with the heavy fields that ``include`` asks for."""
    asked = {name.strip() for name in call.query.get("include", "").split(",")}
    table = experiment_templates
    query = of_project(table, call).where(table.c.draft.is_(False))
    with call.store.reading() as connection:
        rows, total = page(connection, call, table, query, ["name", "created_by_email", *MOMENTS])
    fields = [*_LIGHT, *(name for name in (*_HEAVY, *_NEVER_SET) if name in asked)]
    items = [_shown(row, fields) for row in rows]
    return {"items": items, "count": len(items), "total": total}


async def create_experiment_template(call: Call) -> dict[str, Any]:
    """Save a protocol, or answer with the equal one that the project has."""
    body = dict(call.body)
    force = body.pop("force_create", False)
    body["protocol_config"] = await asyncio.to_thread(
        templates.body_of, body["protocol_config"], body.get("source_protocol")
    )
    with call.store.writing() as connection:
        find_project(connection, body["project_id"])
        name = content.digest(body["protocol_config"])
        there = templates.same(connection, body["project_id"], name)
        if there is None:
            saved = templates.save(call.store, connection, body, draft=False)
        elif there.draft:
            saved = there.id
            templates.publish(connection, saved, {**body, "updated_at": call.store.now()})
        elif force:
            raise conflict(f"The same protocol is saved already, as {there.name!r}.", there.id)
        else:
            saved = there.id
        return _shown(find(connection, experiment_templates, saved, _WHAT))


def get_experiment_template(call: Call) -> dict[str, Any]:
    """Return a saved protocol with its document."""
    return _shown(_found(call))


def update_experiment_template(call: Call) -> dict[str, Any]:
    """Rename or describe a saved protocol; its document never changes."""
    name = call.path["protocol_id"]
    with call.store.writing() as connection:
        find(connection, experiment_templates, name, _WHAT)
        change(call, connection, experiment_templates, name, call.body)
        return _shown(find(connection, experiment_templates, name, _WHAT))


def delete_experiment_template(call: Call) -> None:
    """Delete a saved protocol; its simulations stay."""
    name = call.path["protocol_id"]
    with call.store.writing() as connection:
        find(connection, experiment_templates, name, _WHAT)
        connection.execute(delete(experiment_templates).where(experiment_templates.c.id == name))


async def get_protocol_human_readable(call: Call) -> PlainText:
    """Return a saved protocol for people, one line a step."""
    document = _found(call).protocol_config
    return PlainText(await asyncio.to_thread(templates.explained, document))


def get_protocol_source(call: Call) -> PlainText:
    """Return the text that a saved protocol was made from."""
    found = _found(call)
    if found.source_protocol is None:
        message = f"No text is recorded for the {_WHAT} {found.id!r}: it was saved as a document."
        raise ApiError(404, "NOT_FOUND", message)
    return PlainText(found.source_protocol)


def _found(call: Call) -> Row[Any]:
    with call.store.reading() as connection:
        return find(connection, experiment_templates, call.path["protocol_id"], _WHAT)


def _shown(row: Row[Any], fields: Any = (*_LIGHT, *_HEAVY, *_NEVER_SET)) -> dict[str, Any]:
    shown = dict.fromkeys(fields) | {"organization_id": ORGANIZATION}
    return shown | {name: value for name, value in row._mapping.items() if name in shown}
