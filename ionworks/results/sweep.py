"""What the simulations of a batch computed, together with the design point of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from ionworks.frames import to_user
from ionworks.showing import titled

if TYPE_CHECKING:
    from ionworks.frames import DataFrame
    from ionworks.results.simulation import SimulationResult

__all__ = ["SimulationResults"]


@dataclass(frozen=True, eq=False)
class SimulationResults(Sequence["SimulationResult"]):
    """The results of several simulations, as a sequence in the order they were asked for.

    Attributes
    ----------
    results
        What each computed.
    points
        What each was run with: values of design parameters and of the protocol's inputs by name.
    simulation_ids
        The id of each.

    Examples
    --------
    >>> results = client.simulation.get_results(runs)        # doctest: +SKIP
    >>> results.plot("Voltage [V]", x="Capacity [A.h]")      # doctest: +SKIP
    >>> results.summary()["Discharge energy [W.h]"].max()    # doctest: +SKIP
    """

    results: Sequence[SimulationResult]
    points: Sequence[Mapping[str, Any]]
    simulation_ids: Sequence[str]

    def __post_init__(self) -> None:
        if not len(self.results) == len(self.points) == len(self.simulation_ids):
            raise ValueError("each result has one point and one id")

    def __len__(self) -> int:
        return len(self.results)

    @overload
    def __getitem__(self, index: int) -> SimulationResult: ...
    @overload
    def __getitem__(self, index: slice) -> SimulationResults: ...
    def __getitem__(self, index: int | slice) -> SimulationResult | SimulationResults:
        if isinstance(index, slice):
            parts = (self.results[index], self.points[index], self.simulation_ids[index])
            return SimulationResults(*parts)
        return self.results[index]

    def summary(self) -> DataFrame:
        """Return a table: one row a simulation, with its point and its metrics.

        Returns
        -------
        polars.DataFrame or pandas.DataFrame
            As the results are: the values of the point, then every metric that is one value. A
            metric that is called as a value of the point is marked ``(metric)``.
        """
        import polars as pl

        pairs = zip(self.points, self.results, strict=True)
        rows = [{**point, **_metrics(result, point)} for point, result in pairs]
        table = pl.DataFrame(rows, infer_schema_length=None)
        kinds = {type(result.time_series).__module__.partition(".")[0] for result in self.results}
        return to_user(table, "pandas" if kinds == {"pandas"} else "polars")

    def plot(
        self,
        axes: Any = None,
        variables: Sequence[str] | str | None = None,
        x: str = "Time [s]",
        by: str | None = None,
    ) -> list[Any]:
        """Draw the runs over each other, told apart by their design points.

        Up to ten have a legend; more are coloured from dark to light.

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
        by
            The design parameter whose values colour the lines.

        Returns
        -------
        list of matplotlib.axes.Axes
            With names and units on them.

        Raises
        ------
        ModuleNotFoundError
            If matplotlib is not installed.
        ValueError
            If there is no such column or parameter, nothing to draw, or another number of axes.

        Examples
        --------
        >>> import polars as pl
        >>> from ionworks.results import SimulationResult, SimulationResults
        >>> series = pl.DataFrame({"Time [s]": [0, 60], "Voltage [V]": [4.1, 4.0]})
        >>> run = SimulationResult(series, pl.DataFrame(), {})
        >>> points = [{"C-rate": 0.5}, {"C-rate": 1.0}]
        >>> (voltage,) = SimulationResults([run, run], points, ["a", "b"]).plot()
        >>> [text.get_text() for text in voltage.get_legend().get_texts()]
        ['0.5', '1']
        """
        from ionworks.results.pictures.simulations import draw_sweep

        series = [result.time_series for result in self.results]
        return draw_sweep(series, self.points, axes, variables, x, by)

    def __repr__(self) -> str:
        names = list(dict.fromkeys(name for point in self.points for name in point))
        return f"SimulationResults(<{len(self)} results>, points in {names})"

    def _repr_html_(self) -> str:
        return titled(f"{len(self)} simulations", str(self.summary()._repr_html_()))


def _metrics(result: SimulationResult, point: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"{name} (metric)" if name in point else name: value
        for name, value in result.metrics.items()
        if not isinstance(value, Mapping | list)
    }
