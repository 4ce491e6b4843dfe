"""Parameters from a cell specification: what stands at a path, with its unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row

from ionworks_engine import components
from ionworks_engine.errors import Problem, invalid, meant
from ionworks_engine.pipelines.conversion import converted
from ionworks_engine.pipelines.errors import PipelineError
from ionworks_engine.pipelines.names import unit_of
from ionworks_engine.validation import key_path

_FIELDS = ("id", "name", "form_factor", "manufacturer", "ratings", "properties", "source", "notes")


class Specification:
    """A cell specification with its components, in which dotted paths lead to values.

    Parameters
    ----------
    document
        As the API shows it.

    Examples
    --------
    >>> thickness = {"value": 72.225, "unit": "um"}
    >>> cell = Specification({"anode": {"properties": {"thickness": thickness}}})
    >>> wanted = {"Negative electrode thickness [m]": "anode.properties.thickness"}
    >>> cell.mapped(wanted, "mapping")["Negative electrode thickness [m]"]
    {'path': 'anode.properties.thickness', 'value': 72.225, 'unit': 'um'}
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    @classmethod
    def read(cls, connection: Connection, row: Row[Any]) -> Specification:
        """Take a specification from the store."""
        slots = components.of_specifications(connection, [row.id]).get(row.id, {})
        own = {name: row._mapping[name] for name in _FIELDS}
        return cls(own | components.shown(slots, full=True))

    def mapped(self, mapping: Mapping[str, str], where: str) -> dict[str, dict[str, Any]]:
        """Return what parameters are mapped to, each with its path, value and unit.

        Parameters
        ----------
        mapping
            Dotted paths by parameter.
        where
            Key path of the mapping, for messages.

        Raises
        ------
        ApiError
            422 for every path that leads nowhere, and every value that is no number in the unit
            of its parameter, or has no unit where the parameter has one.
        """
        found: dict[str, dict[str, Any]] = {}
        problems = []
        for parameter, path in mapping.items():
            there = key_path([parameter], where)
            try:
                found[parameter] = self._quantity(parameter, path)
                converted(parameter, found[parameter], "")
            except (LookupError, PipelineError) as error:
                message = error.message if isinstance(error, PipelineError) else error.args[0]
                problems.append(Problem(there, message))
        if problems:
            raise invalid(problems)
        return found

    def _quantity(self, parameter: str, path: str) -> dict[str, Any]:
        value: Any = self._document
        passed: list[str] = []
        for key in path.split("."):
            if not isinstance(value, Mapping) or key not in value:
                place = ".".join(passed) or "the cell specification"
                known = list(value) if isinstance(value, Mapping) else []
                raise LookupError(f"{place} has no {key!r}{meant(key, known)}")
            value = value[key]
            passed.append(key)
        unit = None
        if isinstance(value, Mapping):
            value, unit = value.get("value"), value.get("unit")
        if unit is None and unit_of(parameter) and isinstance(value, int | float):
            raise LookupError(f"{path} is {value!r} without a unit: state it as value and unit")
        return {"path": path, "value": value, "unit": unit}
