"""A batch of simulations: everything checked, then everything written, in one transaction.

plan    the request -> runs, each with its content: nothing is written, all problems are told
submit  runs -> rows; a run that is there already is answered with instead
"""

from __future__ import annotations

import asyncio
import math
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert

from ionworks import doe, ucp
from ionworks_engine import cells, runs, studies, templates
from ionworks_engine.call import EMAIL, Call
from ionworks_engine.descriptions import pybamm_version
from ionworks_engine.errors import Problem, invalid, meant
from ionworks_engine.jobs.simulations import JOB_TYPE
from ionworks_engine.lengths import too_long
from ionworks_engine.records import find, find_project
from ionworks_engine.storage import content, queue, tables
from ionworks_engine.storage.tables import experiment_templates, jobs, simulations

MAX_BACKWARD_JUMPS = 1000
PRIORITY = 5
RESULTS = 3
"""Counts changes of what a run gives: it is part of what runs are found again by."""
SET_BY_PROTOCOL = {
    "Current function [A]": "the protocol's steps",
    "Ambient temperature [K]": "the protocol's temperature",
    "Initial temperature [K]": "the protocol's temperature",
}


@dataclass(frozen=True, slots=True)
class Point:
    """One run of a batch: its own values, and where in the request they stand."""

    inputs: dict[str, Any]
    design: dict[str, float]
    path: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A batch that may run."""

    project: str
    template: Row[Any]
    choice: cells.Choice
    points: Sequence[Point]
    extra_variables: Sequence[str]
    max_backward_jumps: int
    study: str | None


async def plan(call: Call) -> Plan:
    """Check a submission as a whole.

    Raises
    ------
    ApiError
        404 for what is not there; 422 with every other problem.
    """
    body = call.body
    with call.store.reading() as connection:
        name = body["experiment_template_id"]
        template = find(connection, experiment_templates, name, "saved protocol")
        project = _project(connection, body, template)
        find_project(connection, project)
        _find_study(connection, project, body.get("study_id"))
        choice = cells.chosen(connection, body["parameterized_model"])
    points = _points(body)
    inputs = await asyncio.to_thread(_bound, template.protocol_config, points)
    extra = list(dict.fromkeys(body.get("extra_variables") or ()))
    described = await call.descriptions.of_cell(choice.cell, choice.path)
    problems = [
        *_design_problems(body, points, described["parameters"]),
        *_variable_problems(extra, described["variables"]),
    ]
    if problems:
        raise invalid(problems)
    jumps = body.get("max_backward_jumps")
    return Plan(
        project=project,
        template=template,
        choice=choice,
        points=[Point(own, point.design) for own, point in zip(inputs, points, strict=True)],
        extra_variables=extra,
        max_backward_jumps=MAX_BACKWARD_JUMPS if jumps is None else jumps,
        study=body.get("study_id"),
    )


def submit(call: Call, connection: Connection, planned: Plan) -> list[dict[str, Any]]:
    """Write the runs of a plan that are new; return a submission for each point, in order.

    Raises
    ------
    ApiError
        404 if what the plan was made with has been deleted since.
    """
    find_project(connection, planned.project)
    find(connection, experiment_templates, planned.template.id, "saved protocol")
    _find_study(connection, planned.project, planned.study)
    batch = _Batch(call.store.now(), planned, *_kept(connection, planned))
    known = runs.existing(connection, planned.project, batch.contents)
    answers, new = [], []
    for point, name in zip(planned.points, batch.contents, strict=True):
        already = name in known
        if not already:
            known[name] = (str(uuid.uuid4()), str(uuid.uuid4()))
            new.append((point, name, *known[name]))
        answers.append(_submission(point, *known[name], already=already))
    if new:
        connection.execute(insert(jobs), [batch.job(*ids) for _, _, *ids in new])
        connection.execute(insert(simulations), [batch.simulation(*run) for run in new])
    if planned.study is not None:
        runs_asked = [answer["simulation_id"] for answer in answers]
        studies.assign(connection, studies.SIMULATIONS, planned.study, runs_asked, call.store.now())
    if planned.template.draft:
        templates.publish(connection, planned.template.id)
    return answers


class _Batch:
    """What the rows of a plan have in common."""

    def __init__(self, now: str, planned: Plan, cell: str, protocol: str) -> None:
        self._now = now
        self._plan = planned
        self._cell = cell
        self._protocol = protocol
        common = {
            "cell": cell,
            "protocol": protocol,
            "extra_variables": sorted(planned.extra_variables),
            "max_backward_jumps": planned.max_backward_jumps,
            "made_by": [RESULTS, pybamm_version()],
        }
        self.contents = [
            content.digest({**common, "inputs": point.inputs, "design": point.design})
            for point in planned.points
        ]

    def job(self, simulation_id: str, job_id: str) -> dict[str, Any]:
        return {
            "id": job_id,
            "job_type": JOB_TYPE,
            "subject_id": simulation_id,
            "affinity": self._cell,
            "status": queue.PENDING,
            "priority": PRIORITY,
            "attempts": 0,
            "created_at": self._now,
            "updated_at": self._now,
        }

    def simulation(
        self, point: Point, name: str, simulation_id: str, job_id: str
    ) -> dict[str, Any]:
        planned = self._plan
        return {
            "id": simulation_id,
            "job_id": job_id,
            "project_id": planned.project,
            "name": planned.template.name,
            "content": name,
            "cell": self._cell,
            "protocol": self._protocol,
            "parameterized_model_id": planned.choice.parameterized_model_id,
            "model_name": planned.choice.model_name,
            "experiment_template_id": planned.template.id,
            "experiment_parameters": point.inputs,
            "design_parameters": point.design,
            "extra_variables": planned.extra_variables,
            "max_backward_jumps": planned.max_backward_jumps,
            "created_by_email": EMAIL,
            "created_at": self._now,
            "updated_at": self._now,
        }


def _kept(connection: Connection, planned: Plan) -> tuple[str, str]:
    """Store what the runs share."""
    cell = content.keep_document(connection, planned.choice.cell)
    return cell, content.keep_document(connection, planned.template.protocol_config)


def _project(connection: Connection, body: Mapping[str, Any], template: Row[Any]) -> str:
    """Return the project of a submission: as told, or that of its study, or of its protocol."""
    told, study = body.get("project_id"), body.get("study_id")
    if told is None and study is not None:
        told = find(connection, tables.studies, study, "study").project_id
    return str(told or template.project_id)


def _find_study(connection: Connection, project: str, name: str | None) -> None:
    if name is not None:
        studies.find_study(connection, project, name)


def _submission(point: Point, simulation_id: str, job_id: str, *, already: bool) -> dict[str, Any]:
    return {
        "simulation_id": simulation_id,
        "job_id": job_id,
        "already_existed": already,
        "design_parameters": point.design,
        "experiment_parameters": point.inputs,
    }


def _points(body: Mapping[str, Any]) -> list[Point]:
    """Return the runs that a request asks for, a design counted before it is expanded."""
    shared = body["experiment_parameter_sets"][0]
    conditions, design = body.get("conditions"), body.get("design_parameters_doe")
    if conditions is not None and design is not None:
        message = "Give conditions or design_parameters_doe, not both."
        raise invalid([Problem("design_parameters_doe", message)])
    if conditions is not None:
        return _conditions(shared, conditions)
    if design is not None:
        return [Point(shared, point) for point in _expanded(design)]
    return [Point(shared, {})]


def _conditions(shared: dict[str, Any], conditions: Sequence[Mapping[str, Any]]) -> list[Point]:
    if len(conditions) > doe.MAX_POINTS:
        message = f"These are {len(conditions):,} conditions; the limit is {doe.MAX_POINTS:,}."
        raise invalid([Problem("conditions", message)])
    points, problems = [], []
    for index, condition in enumerate(conditions):
        path = f"conditions[{index}]"
        design = {}
        for name, value in condition.get("design_parameters", {}).items():
            there = f"{path}.design_parameters.{name}"
            try:
                design[name] = float(value)
            except ValueError:
                problems.append(Problem(there, f"{value!r} is not a number"))
            else:
                if not math.isfinite(design[name]):
                    problems.append(Problem(there, f"{value!r} is not a finite number"))
        points.append(Point({**shared, **condition.get("experiment_parameters", {})}, design, path))
    if problems:
        raise invalid(problems)
    return points


def _expanded(stated: Mapping[str, Any]) -> list[dict[str, float]]:
    design = {key: value for key, value in stated.items() if value is not None}
    design["rows"] = [
        {key: value for key, value in row.items() if value is not None} for row in stated["rows"]
    ]
    try:
        return doe.expand(design)
    except doe.DesignError as error:
        raise invalid(
            Problem(f"design_parameters_doe.{path}".rstrip("."), message)
            for path, message in error.problems
        ) from None


def _bound(protocol: Mapping[str, Any], points: Sequence[Point]) -> list[dict[str, Any]]:
    """Check that every point's values fit the protocol; return them as numbers."""
    loaded = ucp.load(protocol)
    judged: dict[str, list[ucp.Finding]] = {}
    problems = []
    for point in points:
        mark = repr(sorted(point.inputs.items()))
        if mark not in judged:
            judged[mark] = _misfits(loaded, point.inputs)
            problems += [templates.problem(finding, point.path) for finding in judged[mark]]
    if problems:
        findings = [templates.finding_document(f) for found in judged.values() for f in found]
        raise invalid(problems, findings=findings)
    return [{name: float(value) for name, value in p.inputs.items()} for p in points]


def _misfits(protocol: ucp.Tree, inputs: Mapping[str, Any]) -> list[ucp.Finding]:
    try:
        return too_long(ucp.bind(protocol, inputs))
    except ucp.ProtocolError as error:
        return [finding for finding in error.findings if finding.severity == "error"]


def _design_problems(
    body: Mapping[str, Any], points: Sequence[Point], parameters: Mapping[str, Any]
) -> Iterator[Problem]:
    """Tell which design parameters the cell does not have, or may not be varied."""
    for name, path in _design_names(body, points).items():
        if name in SET_BY_PROTOCOL:
            yield Problem(path, f"{name!r} is set by {SET_BY_PROTOCOL[name]}")
        elif name not in parameters:
            hint = meant(name, list(parameters))
            yield Problem(path, f"{name!r} is not a parameter of this model{hint}")
        elif isinstance(parameters[name], bool) or not isinstance(parameters[name], int | float):
            yield Problem(path, f"{name!r} is a function here, not a number that can be varied")


def _design_names(body: Mapping[str, Any], points: Sequence[Point]) -> dict[str, str]:
    """Return each design parameter with the first place that names it."""
    if (design := body.get("design_parameters_doe")) is not None:
        rows = design["rows"]
        return {
            row["name"]: f"design_parameters_doe.rows[{index}].name"
            for index, row in reversed(list(enumerate(rows)))
        }
    places: dict[str, str] = {}
    for point in points:
        for name in point.design:
            places.setdefault(name, f"{point.path}.design_parameters.{name}")
    return places


def _variable_problems(asked: Sequence[str], known: Sequence[str]) -> Iterator[Problem]:
    names = set(known)
    for index, name in enumerate(asked):
        if name not in names:
            message = f"{name!r} is not a variable of this model{meant(name, known)}"
            yield Problem(f"extra_variables[{index}]", message)
