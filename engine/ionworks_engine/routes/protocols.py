"""Helpers for the protocol language.

A large protocol is read for half a second: in a thread, so that other requests go on meanwhile.
"""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import update

from ionworks import ucp
from ionworks_engine import conversions, templates
from ionworks_engine.call import Call
from ionworks_engine.records import chosen_project
from ionworks_engine.storage import content
from ionworks_engine.storage.tables import experiment_templates


async def parse_protocol_to_template(call: Call) -> dict[str, Any]:
    """Save a protocol from its text, as a draft until a simulation uses it."""
    stated = call.body["protocol_experiment"]
    text = stated["protocol"]
    body = await asyncio.to_thread(templates.body_of, text)
    with call.store.writing() as connection:
        project = chosen_project(connection, call.body.get("project_id"))
        templates.purge_drafts(call.store, connection)
        there = templates.same(connection, project, content.digest(body))
        if there is not None:
            if there.draft:
                mine = update(experiment_templates).where(experiment_templates.c.id == there.id)
                connection.execute(mine.values(name=stated["name"], updated_at=call.store.now()))
            return {"template_id": there.id}
        values = {
            "project_id": project,
            "name": stated["name"],
            "protocol_config": body,
            "parameters_schema": {},
            "source_protocol": text,
        }
        return {"template_id": templates.save(call.store, connection, values, draft=True)}


async def validate_protocol(call: Call) -> dict[str, Any]:
    """Check a protocol; inputs may be open."""
    findings = await asyncio.to_thread(ucp.check, call.body["protocol"])
    errors = [str(finding) for finding in findings if finding.severity == "error"]
    return {
        "valid": not errors,
        "error": "\n".join(errors) or None,
        "findings": [templates.finding_document(finding) for finding in findings],
    }


async def list_protocol_inputs(call: Call) -> list[str]:
    """List the inputs of a protocol, which is not checked."""
    try:
        return list(await asyncio.to_thread(ucp.inputs, call.body["protocol"]))
    except ucp.ProtocolError as error:
        raise templates.refused(error) from None


async def convert_protocol(call: Call) -> dict[str, Any]:
    """Write a protocol as the files of a cycler."""
    return await asyncio.to_thread(conversions.converted, call.body)


async def parse_protocol_file(call: Call) -> dict[str, Any]:
    """Read the file of a cycler as a protocol."""
    return await asyncio.to_thread(conversions.parsed, call.body["file"])
