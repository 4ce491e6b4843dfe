"""What comes back from a simulation: at submission, and when it has run."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from ionworks.records import Record

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

    def __repr__(self) -> str:
        return (
            f"SimulationResult(time_series={_shape(self.time_series)}, "
            f"steps={_shape(self.steps)}, metrics={self.metrics!r})"
        )

    def _repr_html_(self) -> str:
        tables = {"Time series": self.time_series, "Steps": self.steps, "Metrics": self.metrics}
        return "".join(f"<h4>{name}</h4>{_html(table)}" for name, table in tables.items())


def _shape(frame: DataFrame) -> str:
    rows, columns = frame.shape
    return f"<{rows} rows, {columns} columns>"


def _html(table: Any) -> str:
    render = getattr(table, "_repr_html_", None)
    return str(render()) if render else f"<pre>{escape(repr(table))}</pre>"
