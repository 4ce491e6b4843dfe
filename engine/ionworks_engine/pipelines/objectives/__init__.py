"""Objectives by name: measured numbers, and a model that computes the same ones.

    base            what fits know of objectives
    driven          a model under the measured current: current_driven
    eis             impedance spectra
    ageing          cycling and storage
    msmr, ocp, ...  open-circuit data, in closed form

Importing this package loads no PyBaMM; building an objective does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ionworks_engine.pipelines.errors import near, refuse
from ionworks_engine.pipelines.objectives.base import Objective

if TYPE_CHECKING:
    from ionworks_engine.pipelines.context import Context

DEFAULT = "CurrentDriven"
_HOMES: Mapping[str, str] = MappingProxyType(
    {
        "CurrentDriven": "current_driven",
        "Pulse": "current_driven",
        "EIS": "eis",
        "CycleAgeing": "cycle_ageing",
        "CalendarAgeing": "calendar_ageing",
        "MSMRHalfCell": "msmr",
        "MSMRFullCell": "msmr",
        "OCPHalfCell": "ocp",
        "ElectrodeBalancing": "balancing",
        "ElectrodeBalancingHalfCell": "balancing",
    }
)
TYPES = tuple(_HOMES)
REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "Resistance": "the resistance model it compares with is not published; "
        "use 'Pulse' or 'CurrentDriven' with a measured pulse",
        "Objective": "it is the deprecated base of all objectives and computes nothing",
        "DesignObjective": "design optimisation is no fit to data",
    }
)


def build(
    name: str, settings: Mapping[str, Any], context: Context, free: Mapping[str, float]
) -> Objective:
    """Build an objective.

    Parameters
    ----------
    name
        Its label.
    settings
        Its configuration: ``type``, ``data``, ``options``, and ``parameters`` that hold for this
        objective only. Without a type it is current-driven, which is noted.
    context
        What earlier elements gave.
    free
        Start values of all names that a fit may set.

    Raises
    ------
    PipelineError
        If the configuration, the data or the parameters do not do.
    """
    from ionworks_engine.pipelines.values import ParameterSet

    where = context.place(f"objectives.{name}")
    own = ParameterSet.read(settings.get("parameters") or {}, f"{where}.parameters")
    given = context.given.updated({each: own.get(each) for each in own})
    inner = replace(context, where=where, given=given)
    kind = settings.get("type")
    if kind is None:
        context.assume(f"{where} has no type: {DEFAULT}")
        kind = DEFAULT
    if kind in REFUSED:
        raise refuse(where, f"objective type {kind!r} cannot be run: {REFUSED[kind]}")
    if kind not in _HOMES:
        raise refuse(where, f"unknown objective type {kind!r}{near(str(kind), TYPES)}")
    module = import_module(f"{__name__}.{_HOMES[kind]}")
    made: Objective = module.OBJECTIVES[kind](settings, inner, free)
    return made
