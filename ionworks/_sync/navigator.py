# Generated from ionworks/_async/navigator.py by `python -m codegen sync`; do not edit.
"""A way through the cell data by name, which remembers what it has seen."""

from __future__ import annotations

from difflib import get_close_matches
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ionworks.requests import path_id, same_name

if TYPE_CHECKING:
    from ionworks_openapi.models import CellInstance, CellSpecification

    from ionworks._sync.client import Ionworks
    from ionworks.results.measurements import CellMeasurement

__all__ = ["Navigator"]

_by_name = attrgetter("name")


class Navigator:
    """Walk from specifications to cells, to measurements, to their tables.

    Everything is asked for once and kept in memory until `clear` or `invalidate`. What is returned
    may be changed: what is kept stays as it was.

    Parameters
    ----------
    client
        The client to ask with; without it, one made from the environment.
    page_size
        How many entries of a list to ask for at a time. All pages are read.
    project_id
        The project; without it, the client's.

    Examples
    --------
    >>> from ionworks import Navigator
    >>> spec = client.cell_spec.create_or_get({"name": "NMC622-GR"})
    >>> _ = client.cell_instance.create_or_get(spec.id, {"name": "Cell 1"})
    >>> navigator = Navigator(client)
    >>> "NMC622-GR" in navigator.specs()
    True
    >>> "Cell 1" in [cell.name for cell in navigator.instances("NMC622-GR")]
    True
    """

    def __init__(
        self,
        client: Ionworks | None = None,
        page_size: int = 200,
        *,
        project_id: str | None = None,
    ) -> None:
        if client is None:
            from ionworks._sync.client import Ionworks

            client = Ionworks()
        if page_size < 1:
            raise ValueError(f"page_size must be 1 or more, not {page_size}")
        self.client = client
        self.page_size = page_size
        self.project_id = project_id
        self._specs: dict[str, CellSpecification] | None = None
        self._instances: dict[str, list[CellInstance]] = {}
        self._measurements: dict[str, list[CellMeasurement]] = {}
        self._steps: dict[str, Any] = {}
        self._series: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.client!r})"

    def specs(self) -> dict[str, CellSpecification]:
        """Return the specifications of the project, by name.

        Raises
        ------
        ValueError
            If there is no project.

        Examples
        --------
        >>> _ = client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> "NMC622-GR" in Navigator(client).specs()
        True
        """
        if self._specs is None:
            project = self.client._session.project_id(self.project_id)
            found = self._everything(self.client.cell_spec.list, project_id=project)
            self._specs = {spec.name: spec for spec in found}
        return dict(self._specs)

    def spec(self, name: str) -> CellSpecification:
        """Return the specification of this name.

        Raises
        ------
        KeyError
            If there is none: the message has the names that there are.

        Examples
        --------
        >>> _ = client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> (Navigator(client).spec("NMC622-GR")).name
        'NMC622-GR'
        """
        specs = self.specs()
        found = [spec for known, spec in specs.items() if same_name(known, str(name))]
        if not found:
            near = get_close_matches(str(name), list(specs), n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            known = ", ".join(map(repr, sorted(specs))) or "none"
            raise KeyError(f"no cell specification {name!r}: {hint}There are: {known}")
        return found[0]

    def instances(self, spec_name: str) -> list[CellInstance]:
        """Return the cells of the specification of this name, sorted by name.

        Examples
        --------
        >>> spec = client.cell_spec.create_or_get({"name": "LCO"})
        >>> for name in ("b", "a"):
        ...     _ = client.cell_instance.create_or_get(spec.id, {"name": name})
        >>> [cell.name for cell in Navigator(client).instances("LCO")]
        ['a', 'b']
        """
        spec = self.spec(spec_name)
        if spec.id not in self._instances:
            found = self._everything(self.client.cell_instance.list, spec.id)
            self._instances[spec.id] = sorted(found, key=_by_name)
        return list(self._instances[spec.id])

    def measurements(self, instance_id: str) -> list[CellMeasurement]:
        """Return the measurements of the cell of this id, sorted by name.

        Examples
        --------
        >>> spec = client.cell_spec.create_or_get({"name": "LCO"})
        >>> cell = client.cell_instance.create_or_get(spec.id, {"name": "measured"})
        >>> Navigator(client).measurements(cell.id)
        []
        """
        wanted = path_id(instance_id, "instance_id")
        if wanted not in self._measurements:
            found = self._everything(self.client.cell_measurement.list, wanted)
            self._measurements[wanted] = sorted(found, key=_by_name)
        return list(self._measurements[wanted])

    def steps(self, measurement_id: str) -> Any:
        """Return the steps of a measurement, as a frame of the client's backend.

        Examples
        --------
        >>> spec = client.cell_spec.create_or_get({"name": "LCO"})
        >>> cell = client.cell_instance.create_or_get(spec.id, {"name": "discharged"})
        >>> series = {
        ...     "Time [s]": [0.0, 60.0, 120.0, 180.0],
        ...     "Current [A]": [1.0, 1.0, 1.0, 1.0],
        ...     "Voltage [V]": [3.9, 3.8, 3.7, 3.6],
        ...     "Step count": [0, 0, 0, 0],
        ... }
        >>> made = client.cell_measurement.create(
        ...     cell.id, {"measurement": {"name": "RPT"}, "time_series": series}
        ... )
        >>> len(Navigator(client).steps(made.id))
        1
        >>> client.cell_measurement.delete(made.id)
        """
        wanted = path_id(measurement_id, "measurement_id")
        if wanted not in self._steps:
            self._steps[wanted] = self.client.cell_measurement.steps(wanted)
        return _copy(self._steps[wanted])

    def time_series(self, measurement_id: str) -> Any:
        """Return the time series of a measurement, as a frame of the client's backend.

        Examples
        --------
        >>> spec = client.cell_spec.create_or_get({"name": "LCO"})
        >>> cell = client.cell_instance.create_or_get(spec.id, {"name": "discharged"})
        >>> series = {
        ...     "Time [s]": [0.0, 60.0, 120.0, 180.0],
        ...     "Current [A]": [1.0, 1.0, 1.0, 1.0],
        ...     "Voltage [V]": [3.9, 3.8, 3.7, 3.6],
        ...     "Step count": [0, 0, 0, 0],
        ... }
        >>> made = client.cell_measurement.create(
        ...     cell.id, {"measurement": {"name": "RPT"}, "time_series": series}
        ... )
        >>> list((Navigator(client).time_series(made.id))["Voltage [V]"])
        [3.9, 3.8, 3.7, 3.6]
        >>> client.cell_measurement.delete(made.id)
        """
        wanted = path_id(measurement_id, "measurement_id")
        if wanted not in self._series:
            self._series[wanted] = self.client.cell_measurement.time_series(wanted)
        return _copy(self._series[wanted])

    def clear(self) -> None:
        """Forget everything that is kept in memory; what is kept on disk stays.

        Examples
        --------
        >>> navigator = Navigator(client)
        >>> before = navigator.specs()
        >>> navigator.clear()
        >>> list(navigator.specs()) == list(before)
        True
        """
        self._specs = None
        for kept in (self._instances, self._measurements, self._steps, self._series):
            kept.clear()

    def invalidate(
        self,
        *,
        spec_name: str | None = None,
        instance_id: str | None = None,
        measurement_id: str | None = None,
    ) -> None:
        """Forget a specification, a cell or a measurement, and what is below it.

        Without arguments, forget everything.

        Examples
        --------
        >>> navigator = Navigator(client)
        >>> spec = client.cell_spec.create_or_get({"name": "LCO late"})
        >>> navigator.instances("LCO late")
        []
        >>> _ = client.cell_instance.create_or_get(spec.id, {"name": "late"})
        >>> navigator.invalidate(spec_name="LCO late")
        >>> [cell.name for cell in navigator.instances("LCO late")]
        ['late']
        """
        if spec_name is instance_id is measurement_id is None:
            self.clear()
        if spec_name is not None:
            self._forget_spec(spec_name)
        if instance_id is not None:
            self._forget_instance(path_id(instance_id, "instance_id"))
        if measurement_id is not None:
            self._forget_measurement(path_id(measurement_id, "measurement_id"))

    def _forget_spec(self, name: str) -> None:
        known, self._specs = self._specs or {}, None
        for spec in known.values():
            if same_name(spec.name, str(name)):
                for cell in self._instances.pop(spec.id, []):
                    self._forget_instance(cell.id)

    def _forget_instance(self, instance_id: str) -> None:
        for measurement in self._measurements.pop(instance_id, []):
            self._forget_measurement(measurement.id)

    def _forget_measurement(self, measurement_id: str) -> None:
        self._steps.pop(measurement_id, None)
        self._series.pop(measurement_id, None)

    def _everything(self, listed: Any, *path: str, **query: Any) -> list[Any]:
        found: list[Any] = []
        while True:
            page = listed(*path, limit=self.page_size, offset=len(found), **query)
            found += page.items
            if len(found) >= page.total or not page:
                return found


def _copy(frame: Any) -> Any:
    return frame.clone() if hasattr(frame, "clone") else frame.copy()
