"""What comes back of a cell: what it is, with everything that was measured on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ionworks.results.measurements import CellMeasurementDetail
from ionworks.showing import table_of_items, titled

__all__ = ["CellInstanceDetail"]


@dataclass(frozen=True, eq=False)
class CellInstanceDetail:
    """A cell with its measurements.

    Attributes
    ----------
    instance
        The record of the cell.
    specification_id
        The id of its specification: ``client.cell_spec.get(detail.specification_id)``.
    measurements
        Every measurement on it, each with its ``steps``, ``cycles``, ``time_series`` and
        ``files``.
    """

    instance: Any
    specification_id: str
    measurements: list[CellMeasurementDetail] = field(default_factory=list)

    def plot(self, axes: Any = None) -> Any:
        """Draw what was measured: voltage and current over time, and capacity per cycle.

        Parameters
        ----------
        axes
            Axes of matplotlib to draw on, one a picture. Without them, a new figure is made.

        Returns
        -------
        list of matplotlib.axes.Axes
            With names and units on them; one line a measurement.

        Raises
        ------
        ModuleNotFoundError
            If matplotlib is not installed.
        ValueError
            If there is nothing to draw.
        """
        from ionworks.results.pictures.measurements import draw_measurements

        return draw_measurements(self.measurements, axes)

    def plot_cycles(self, axes: Any = None) -> list[Any]:
        """Draw the capacity of each cycle of each measurement, and below it the efficiencies.

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
            If no cycles are here.
        """
        from ionworks.results.pictures.cycles import draw_cycles

        known = [(one.name, one.cycles) for one in self.measurements if one.cycles is not None]
        return draw_cycles(known, axes)

    def __repr__(self) -> str:
        return (
            f"CellInstanceDetail(instance={self.instance.name!r} ({self.instance.id}), "
            f"measurements=<{len(self.measurements)}>)"
        )

    def _repr_html_(self) -> str:
        count = len(self.measurements)
        title = f"{self.instance.name}: {count} measurement{'' if count == 1 else 's'}"
        return titled(title, table_of_items(self.measurements, count))
