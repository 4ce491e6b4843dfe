"""What a pipeline knows between two elements, as one JSON document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ionworks_engine.pipelines.errors import refuse
from ionworks_engine.pipelines.values import ParameterSet, write_values

_FITS = ("data_fit",)


@dataclass(frozen=True)
class State:
    """Parameters, data and models that the elements so far gave.

    Parameters
    ----------
    parameter_values
        All parameters so far, as they are written for the wire; later ones won.
    handles
        Data that entries hold, by ``"<element>.<key>"``.
    model
        The model that the last entry with one named.
    fits
        The natural values that each fit found, in order.
    """

    parameter_values: Mapping[str, Any] = field(default_factory=dict)
    handles: Mapping[str, Any] = field(default_factory=dict)
    model: Any = None
    fits: tuple[Mapping[str, float], ...] = ()

    @classmethod
    def read(cls, stored: str | Mapping[str, Any] | None) -> State:
        """Read the state that the element before left.

        Parameters
        ----------
        stored
            Path of the document, or what stands in it; ``None``: there was no element before.
        """
        if stored is None:
            return cls()
        there = json.loads(Path(stored).read_bytes()) if isinstance(stored, str) else stored
        return cls(
            there["parameter_values"], there["handles"], there["model"], tuple(there["fits"])
        )

    def plain(self) -> dict[str, Any]:
        """Return what stands in the document."""
        return {
            "parameter_values": self.parameter_values,
            "handles": self.handles,
            "model": self.model,
            "fits": self.fits,
        }

    def written(self) -> bytes:
        """Return the document."""
        return json.dumps(self.plain(), separators=(",", ":"), allow_nan=False).encode()

    def given(self) -> ParameterSet:
        """Return the parameters so far."""
        return ParameterSet.read(self.parameter_values, "state")

    def with_values(self, before: ParameterSet, values: Mapping[str, Any], kind: str) -> State:
        """Return the state after an element of a type gave native values."""
        after = before.updated(values)
        numbers = {name: value for name, value in values.items() if isinstance(value, float)}
        fits = (*self.fits, numbers) if kind in _FITS and numbers else self.fits
        return replace(self, parameter_values=after.written(), fits=fits)

    def with_handles(self, element: str, handles: Mapping[str, Any], model: Any) -> State:
        """Return the state after an entry named data and perhaps a model."""
        named = {f"{element}.{key}": value for key, value in handles.items()}
        kept = self.model if model is None else model
        return replace(self, handles={**self.handles, **named}, model=kept)


def kept(path: str, keep: Any, where: str) -> dict[str, Any]:
    """Return parameters that a finished pipeline produced, as they are written for the wire.

    Parameters
    ----------
    path
        Of the state that its last element left.
    keep
        Names to take; ``None`` for all.
    where
        Key path for messages.

    Raises
    ------
    PipelineError
        Naming all that the pipeline did not produce.
    """
    produced = State.read(path).parameter_values
    if keep is None:
        return dict(produced)
    there = ParameterSet.read(produced, where)
    missing = [name for name in keep if name not in there]
    if missing:
        raise refuse(
            f"{where}.keep",
            f"the pipeline did not produce {', '.join(map(repr, missing))}",
        )
    return write_values({name: there.get(name) for name in keep})
