"""What an element finds: parameters, data, models, and where it notes what it assumed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ionworks_engine.pipelines.aid import ALONE, Aid
from ionworks_engine.pipelines.data import Sources, Table, read_table
from ionworks_engine.pipelines.errors import near, refuse
from ionworks_engine.pipelines.values import ParameterSet


@dataclass(frozen=True)
class Context:
    """Everything an element may use.

    Parameters
    ----------
    given
        Parameters that the elements before it gave.
    sources
        Where data references lead.
    model_config
        The model that an earlier entry named, as it was written; ``None`` if none did.
    cells
        Descriptions of cells, as :func:`ionworks_engine.battery.cells.load` takes them, by the id
        of their parameterized model.
    fits
        The fits before it, in their order: natural values by parameter.
    aid
        Helpers and the way to tell progress.
    live
        Whether progress is to be told; ``None``: as the element sees fit.
    where
        Key path of the element, such as ``elements.fit``.

    Examples
    --------
    >>> context = Context(ParameterSet({"Electrode height [m]": 0.065}))
    >>> context.given.number("Electrode height [m]")
    0.065
    """

    given: ParameterSet = field(default_factory=ParameterSet)
    sources: Sources = field(default_factory=Sources)
    model_config: Any = None
    cells: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    fits: tuple[Mapping[str, float], ...] = ()
    aid: Aid = ALONE
    live: bool | None = None
    where: str = ""
    assumptions: list[str] = field(default_factory=list)

    def assume(self, text: str) -> None:
        """Note a default that was taken, as a sentence; once, however often it is taken."""
        if text not in self.assumptions:
            self.assumptions.append(text)

    def table(self, data: Any, where: str = "data") -> Table:
        """Read data in any of its forms; ``where`` is its key path in the element."""
        return read_table(data, self.sources, self.place(where))

    def place(self, where: str) -> str:
        """Return a key path in the element as one in the whole configuration."""
        return ".".join(part for part in (self.where, where) if part)

    def cell(self, parameterized_model_id: str) -> Mapping[str, Any]:
        """Return the description of a parameterized model's cell.

        Raises
        ------
        PipelineError
            If there is no such model.
        """
        if parameterized_model_id not in self.cells:
            guess = near(parameterized_model_id, self.cells).partition("; known")[0]
            raise refuse(
                self.where, f"there is no parameterized model {parameterized_model_id!r}{guess}"
            )
        return self.cells[parameterized_model_id]

    def cell_of(self, data: Any, where: str = "data") -> Mapping[str, Any] | None:
        """Return the description of the cell that data was measured on.

        ``None`` where the data is no stored measurement, or its cell has no parameterized model.
        """
        found = self.sources.measurement(data, self.place(where))
        cell: Mapping[str, Any] | None = None if found is None else found.get("cell")
        return cell

    def optimum(self, parameters: Collection[str]) -> dict[str, float] | None:
        """Return the values of the last fit of all these parameters; ``None`` if there was none."""
        for fit in reversed(self.fits):
            if parameters and set(parameters) <= set(fit):
                return {name: fit[name] for name in parameters}
        return None
