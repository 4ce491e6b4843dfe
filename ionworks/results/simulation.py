"""What comes back from a simulation: at submission, and when it has run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ionworks.records import Record
from ionworks.showing import table_of_fields, titled

if TYPE_CHECKING:
    from ionworks.frames import DataFrame

__all__ = ["SimulationResponse", "SimulationResult"]


@dataclass(frozen=True)
class SimulationResponse:
    """A simulation that was submitted.

    Attributes
    ----------
    simulation_id, job_id
        Of the simulation, and of the job that runs it.
    protocol_id
        Of the saved protocol that it follows.
    already_existed
        Whether an identical run was there before, finished or running.
    design_parameters
        The design point it belongs to: values by name, in the unit in the name.
    experiment_parameters
        The values of the protocol's inputs.
    """

    simulation_id: str
    job_id: str
    protocol_id: str | None = None
    already_existed: bool = False
    design_parameters: Record = field(default_factory=Record)
    experiment_parameters: Record = field(default_factory=Record)

    def _repr_html_(self) -> str:
        return table_of_fields(vars(self), type(self).__name__)


@dataclass(eq=False)
class SimulationResult:
    """What a simulation computed.

    Attributes
    ----------
    time_series
        One row a time point: ``Time [s]``, ``Voltage [V]``, ``Current [A]`` (positive on
        discharge), ``Step count`` and more.
    steps
        One row a step of the protocol; ``Step count`` joins it to the time series.
    metrics
        Numbers of the run as a whole and of its cycles.
    """

    time_series: DataFrame
    steps: DataFrame
    metrics: dict[str, Any]

    def plot(
        self,
        axes: Any = None,
        variables: Sequence[str] | str | None = None,
        x: str = "Time [s]",
    ) -> list[Any]:
        """Draw columns of the time series; over time, the steps are shaded and numbered.

        Parameters
        ----------
        axes
            Axes of matplotlib to draw on, one a variable. Without them, a new figure is made.
        variables
            The columns to draw. Without them voltage, current and temperature, where there is
            something of each.
        x
            The column they are drawn over, such as ``"Capacity [A.h]"``. Times are shown in s,
            min, h or d.

        Returns
        -------
        list of matplotlib.axes.Axes
            With names and units on them.

        Raises
        ------
        ModuleNotFoundError
            If matplotlib is not installed.
        ValueError
            If there is no such column, nothing to draw, or another number of axes.

        Examples
        --------
        >>> import polars as pl
        >>> from ionworks.results import SimulationResult
        >>> series = pl.DataFrame({"Time [s]": [0, 60], "Voltage [V]": [4.1, 4.0]})
        >>> (voltage,) = SimulationResult(series, pl.DataFrame(), {}).plot()
        >>> voltage.get_xlabel(), voltage.get_ylabel()
        ('Time [s]', 'Voltage [V]')
        """
        from ionworks.results.pictures.simulations import draw_simulation

        return draw_simulation(self.time_series, self.steps, axes, variables, x)

    def plot_impedance(self, axes: Any = None) -> list[Any]:
        """Draw the impedance spectra: Nyquist, and magnitude and phase over frequency.

        Parameters
        ----------
        axes
            Three axes of matplotlib to draw on. Without them, a new figure is made.

        Returns
        -------
        list of matplotlib.axes.Axes
            One line a spectrum, named by its step.

        Raises
        ------
        ModuleNotFoundError
            If matplotlib is not installed.
        ValueError
            If the protocol measured no impedance.
        """
        from ionworks.results.pictures.impedance import draw_impedance, spectra_of

        return draw_impedance(spectra_of(self.time_series), axes)

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
            If the metrics tell nothing of cycles.
        """
        import polars as pl

        from ionworks.results.pictures.cycles import draw_cycles

        cycles = pl.DataFrame(list(self.metrics.get("Cycles") or []), infer_schema_length=None)
        return draw_cycles([("", cycles)], axes, every_name=False)

    def __repr__(self) -> str:
        return (
            f"SimulationResult(time_series={_shape(self.time_series)}, "
            f"steps={_shape(self.steps)}, metrics=<{len(self.metrics)} entries>)"
        )

    def _repr_html_(self) -> str:
        tables: dict[str, Any] = {"Metrics": Record(self.metrics), "Steps": self.steps}
        tables["Time series"] = self.time_series
        return "".join(titled(name, table._repr_html_()) for name, table in tables.items())


def _shape(frame: DataFrame) -> str:
    rows, columns = frame.shape
    return f"<{rows:,} rows, {columns} columns>"
