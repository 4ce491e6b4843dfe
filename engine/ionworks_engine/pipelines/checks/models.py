"""What is wrong with the configuration of a model, as far as PyBaMM is not needed to tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ionworks_engine.pipelines.checks.data import unknown_keys
from ionworks_engine.pipelines.errors import PipelineError
from ionworks_engine.pipelines.models import catalogue
from ionworks_engine.pipelines.models.vetting import vet_sent

UNPUBLISHED = ("LumpedSPMR", "LumpedSPMeR", "SingleElectrodeLumpedSPMR")
_BUILT_IN = ("type", "module", "options", "custom_variables", "removed_variables", "events")
_HALF_CELL_OPTIONS = (
    "species format",
    "direction",
    "particle phases",
    "capacity_function",
    "differential_capacity_function",
)
# Keys of the model, and of its options where those are closed.
_OWN: Mapping[str, tuple[tuple[str, ...], tuple[str, ...] | None]] = {
    "ECM": (
        (),
        (
            "thermal",
            "rc pairs",
            "capacity",
            "resistance scale",
            "butler-volmer",
            "parameter_dependencies",
        ),
    ),
    "GITTModel": ((), None),
    "MSMRHalfCellModel": (("electrode",), _HALF_CELL_OPTIONS),
    "MSMRFullCellModel": (
        ("negative_electrode_model", "positive_electrode_model"),
        _HALF_CELL_OPTIONS,
    ),
}


def of_model(config: Any, where: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a model: a name, or a mapping with ``type``."""
    if isinstance(config, str):
        config = {"type": config}
    if not isinstance(config, Mapping) or not isinstance(config.get("type"), str):
        yield where, "must be the name of a model or a mapping with 'type', such as {'type': 'SPM'}"
        return
    kind = config["type"]
    if kind in UNPUBLISHED:
        yield (
            where,
            (
                f"the equations of {kind!r} are not published, so it cannot be solved; use one of "
                "PyBaMM's models, such as 'SPM' or 'SPMe'"
            ),
        )
    elif kind == "custom":
        try:
            vet_sent(config, where)
        except PipelineError as error:
            yield error.where, error.what
    elif kind in _OWN:
        keys, options = _OWN[kind]
        yield from unknown_keys(config, ("type", "options", "simulation_settings", *keys), where)
        if options is not None and isinstance(config.get("options"), Mapping):
            yield from unknown_keys(config["options"], options, f"{where}.options")
    else:
        yield from unknown_keys(config, (*_BUILT_IN, "simulation_settings"), where)
        settings = (config.get(key) for key in ("module", "options"))
        for path, message in catalogue.problems(kind, *settings):
            yield f"{where}.{path}" if path else where, message
