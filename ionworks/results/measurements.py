"""What comes back of measurements: their records, and what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from ionworks_openapi.models import CellMeasurement as _Model

from ionworks.showing import table_of_fields

if TYPE_CHECKING:
    from ionworks.frames import DataFrame

__all__ = ["CellMeasurement", "CellMeasurementDetail", "StepsAndCycles"]

_SHOWN = ("id", "name", "measurement_type", "processing_status", "start_time", "tags")


class CellMeasurement(_Model):
    """The record of a measurement: what was done to which cell, when, and how.

    Its fields are attributes, those that only the server knows included. ``id``, ``name``,
    ``cell_instance_id``, ``measurement_type`` (``time_series``, ``file`` or ``properties``),
    ``processing_status`` (``pending``, ``running``, ``ready`` or ``failed``), ``processing_error``,
    ``start_time`` and ``end_time`` (ISO, UTC), ``tags``, ``notes``, ``protocol``, ``test_setup``,
    ``properties``, ``created_at``, ``updated_at`` and more.

    Examples
    --------
    >>> from ionworks.results import CellMeasurement
    >>> fields = {"id": "m-1", "name": "RPT", "cell_instance_id": "c-1", "shelf": 3}
    >>> measurement = CellMeasurement.from_dict(fields)
    >>> measurement
    CellMeasurement(id='m-1', name='RPT')
    >>> measurement.shelf, measurement["shelf"]
    (3, 3)
    """

    _reader: Any = None

    @classmethod
    def of(cls, answer: Any, reader: Any = None) -> Self:
        """Return what the server answered, able to ask for its data through ``reader``."""
        record = cls.from_dict(answer.to_dict())
        record._reader = reader
        return record

    def plot(self, axes: Any = None) -> Any:
        """Fetch what was measured and draw it: voltage, current and capacity per cycle.

        Parameters
        ----------
        axes
            Axes of matplotlib to draw on, one a picture. Without them, a new figure is made.

        Returns
        -------
        list of matplotlib.axes.Axes
            With names and units on them. Of an asynchronous client it must be awaited.

        Raises
        ------
        ModuleNotFoundError
            If matplotlib is not installed.
        ValueError
            If this is no time series, or was not read through a client.
        """
        if self.measurement_type not in (None, "time_series"):
            raise ValueError(f"{self.name!r} is no time series: there is nothing to draw")
        if self._reader is None:
            raise ValueError(
                f"the measurement {self.name!r} was not read through a client, which would fetch "
                "its data: client.cell_measurement.get(...).plot()"
            )
        return self._reader.draw(self, axes)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "additional_properties":
            raise AttributeError(name)
        try:
            return self.additional_properties[name]
        except KeyError:
            known = ", ".join(self.to_dict())
            raise AttributeError(f"a measurement has no {name!r}, only: {known}") from None

    def __getitem__(self, key: str) -> Any:
        return self.to_dict()[key]

    def __contains__(self, key: str) -> bool:
        return key in self.to_dict()

    def __repr__(self) -> str:
        values = self.to_dict()
        shown = {name: values.get(name) for name in _SHOWN}
        return f"{type(self).__name__}({', '.join(self._described(shown))})"

    def _described(self, shown: dict[str, Any]) -> list[str]:
        return [f"{name}={value!r}" for name, value in shown.items() if value]

    def _repr_html_(self) -> str:
        known = {name: value for name, value in self.to_dict().items() if value}
        return table_of_fields({**known, **self._parts()}, type(self).__name__)

    def _parts(self) -> dict[str, Any]:
        """Return what else there is to be told of."""
        return {}

    def __reduce__(self) -> tuple[Any, ...]:
        kept = {name: value for name, value in vars(self).items() if name != "_reader"}
        return _rebuilt, (type(self), self.to_dict(), kept)


class CellMeasurementDetail(CellMeasurement):
    """A measurement with what was measured.

    The attributes of its record, and these; what was not asked for, or does not exist, is
    ``None``.

    Attributes
    ----------
    time_series
        One row a time point: ``Time [s]``, ``Voltage [V]``, ``Current [A]`` (positive on
        discharge), ``Step count`` and more.
    steps
        One row a step; ``Step count`` joins it to the time series.
    cycles
        One row a cycle.
    files
        Of a measurement made of files: their contents by name.
    """

    steps: DataFrame | None = None
    cycles: DataFrame | None = None
    time_series: DataFrame | None = None
    files: dict[str, bytes] | None = None

    @classmethod
    def holding(cls, record: CellMeasurement, parts: Mapping[str, Any]) -> Self:
        """Return the record with parts of what was measured, by name."""
        detail = cls.of(record, record._reader)
        for name, part in parts.items():
            setattr(detail, name, part)
        return detail

    @property
    def instance_id(self) -> str:
        """The id of the cell that was measured."""
        return self.cell_instance_id

    def plot(self, axes: Any = None) -> Any:
        """Draw what was measured: voltage and current over time, and capacity per cycle.

        What an impedance or open-circuit measurement shows is drawn as such.

        Parameters
        ----------
        axes
            Axes of matplotlib to draw on, one a picture. Without them, a new figure is made.

        Returns
        -------
        list of matplotlib.axes.Axes
            With names and units on them.

        Raises
        ------
        ModuleNotFoundError
            If matplotlib is not installed.
        ValueError
            If neither the time series nor the cycles are here.
        """
        from ionworks.results.pictures.measurements import draw_measurements

        return draw_measurements([self], axes)

    def plot_cycles(self, axes: Any = None) -> list[Any]:
        """Draw the capacity of each cycle, and below it the efficiencies.

        Parameters
        ----------
        axes
            Two axes of matplotlib to draw on. Without them, a new figure is made.

        Returns
        -------
        list of matplotlib.axes.Axes
            With names and units on them.

        Raises
        ------
        ModuleNotFoundError
            If matplotlib is not installed.
        ValueError
            If the cycles are not here.
        """
        from ionworks.results.pictures.cycles import draw_cycles

        return draw_cycles([] if self.cycles is None else [(self.name, self.cycles)], axes)

    def plot_impedance(self, axes: Any = None) -> list[Any]:
        """Draw an impedance measurement: Nyquist, and magnitude and phase over frequency.

        Parameters
        ----------
        axes
            Three axes of matplotlib to draw on. Without them, a new figure is made.

        Returns
        -------
        list of matplotlib.axes.Axes
            One line a spectrum.

        Raises
        ------
        ModuleNotFoundError
            If matplotlib is not installed.
        ValueError
            If no impedance was measured, or the time series is not here.
        """
        from ionworks.results.pictures.impedance import draw_impedance, spectra_of

        series = self.time_series
        return draw_impedance([] if series is None else spectra_of(series, self.name), axes)

    def _parts(self) -> dict[str, Any]:
        names = ("time_series", "steps", "cycles", "files")
        parts = {name: getattr(self, name) for name in names}
        return {name: part for name, part in parts.items() if part is not None}

    def _described(self, shown: dict[str, Any]) -> list[str]:
        parts = {name: getattr(self, name) for name in ("time_series", "steps", "cycles")}
        here = {name: part.shape for name, part in parts.items() if part is not None}
        tables = [f"{name}=<{rows:,} rows, {wide} columns>" for name, (rows, wide) in here.items()]
        files = [f"files={list(self.files)}"] if self.files is not None else []
        return [*super()._described(shown), *tables, *files]


@dataclass(frozen=True, eq=False)
class StepsAndCycles:
    """The steps and the cycles of a measurement, one row each.

    Attributes
    ----------
    steps, cycles
        The tables.
    """

    steps: DataFrame
    cycles: DataFrame

    def __repr__(self) -> str:
        return f"StepsAndCycles(steps=<{len(self.steps)} rows>, cycles=<{len(self.cycles)} rows>)"

    def _repr_html_(self) -> str:
        tables: dict[str, Any] = {"Steps": self.steps, "Cycles": self.cycles}
        return "".join(f"<p>{name}</p>{table._repr_html_()}" for name, table in tables.items())


def _rebuilt(
    kind: type[CellMeasurement], record: dict[str, Any], kept: dict[str, Any]
) -> CellMeasurement:
    fresh = kind.from_dict(record)
    vars(fresh).update(kept)
    return fresh
