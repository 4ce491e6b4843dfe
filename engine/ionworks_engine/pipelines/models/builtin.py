"""From a model's configuration to a PyBaMM model."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from ionworks_engine.battery.cells import load_model
from ionworks_engine.battery.errors import BatteryError
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.errors import PipelineError, refuse, words_of
from ionworks_engine.pipelines.models.ecm import ECM, read_ecm_options
from ionworks_engine.pipelines.models.gitt import GITTModel, read_gitt_options
from ionworks_engine.pipelines.models.vetting import vet, vetted_model

SETTINGS = "simulation_settings"
_DISCRETISATION = ("geometry", "var_pts", "submesh_types", "spatial_methods")
_UNPUBLISHED = ("LumpedSPMR", "LumpedSPMeR", "SingleElectrodeLumpedSPMR")
_MULTI_SPECIES = ("MSMRHalfCellModel", "MSMRFullCellModel")
_OWN = {"GITTModel": (GITTModel, read_gitt_options), "ECM": (ECM, read_ecm_options)}


def load(config: Any, where: str) -> Any:
    """Build the PyBaMM model that a configuration names.

    Parameters
    ----------
    config
        The name of a class of ``pybamm.lithium_ion``; or a mapping with ``type`` and, for PyBaMM's
        own models, ``module`` and ``options``; ``{"type": "custom", "model": ...}`` as
        ``to_config`` of a PyBaMM model gives it; ``GITTModel`` and ``ECM`` with ``options``.
    where
        Key path for messages.

    Returns
    -------
    pybamm.BaseModel
        The symbolic model.

    Raises
    ------
    PipelineError
        For an unknown model or option, a serialised one that names anything but PyBaMM's classes,
        and models whose equations are not published.

    Examples
    --------
    >>> load("SPMe", "model").name
    'Single Particle Model with electrolyte'
    """
    if isinstance(config, str):
        config = {"type": config}
    if not isinstance(config, Mapping) or not isinstance(config.get("type"), str):
        raise refuse(where, "a model must be a name, or a mapping such as {'type': 'SPMe'}")
    kind = config["type"]
    if kind in _UNPUBLISHED:
        raise refuse(
            where,
            f"model {kind!r} cannot be run: its equations are not published; "
            "use 'SPM', 'SPMe', 'GITTModel' or 'ECM'",
        )
    if kind in _MULTI_SPECIES:
        raise refuse(
            where,
            f"{kind!r} gives open-circuit potentials only; it is for the objectives 'MSMRHalfCell' "
            "and 'MSMRFullCell'. For a cell under current use 'MSMR'",
        )
    if kind in _OWN:
        return _own(kind, config, where)
    return _custom(config, where) if kind == "custom" else _pybamms(config, where)


def _own(kind: str, config: Mapping[str, Any], where: str) -> Any:
    for key in config:
        if key not in ("type", "options", SETTINGS):
            raise refuse(where, f"unknown key {key!r}; {kind} has 'options' and {SETTINGS!r}")
    options = config.get("options") or {}
    if not isinstance(options, Mapping):
        raise refuse(f"{where}.options", "must be a mapping of option names to values")
    make, read = _OWN[kind]
    return make(read(options, f"{where}.options"))


def _pybamms(config: Mapping[str, Any], where: str) -> Any:
    try:
        return load_model({key: value for key, value in config.items() if key != SETTINGS})
    except BatteryError as error:
        raise refuse(where, error.message) from None


def _custom(config: Mapping[str, Any], where: str) -> Any:
    """Load a serialised model; its own discretisation wins over that of its class."""
    vetted = vetted_model(config, where)
    _check_base(vetted["model"]["base_class"], where)
    discretisation = {
        key: config[key] for key in _DISCRETISATION if isinstance(config.get(key), Mapping)
    }
    vet(discretisation, where)
    loader = pybamm.expression_tree.operations.serialise.Serialise
    try:
        model = loader.load_custom_model(vetted)
        loader._restore_discretisation(model, discretisation)
    except PipelineError:
        raise
    except Exception as error:
        raise refuse(where, f"the serialised model cannot be read: {words_of(error)}") from error
    return model


def _check_base(path: str, where: str) -> None:
    """Refuse what is no class of models: PyBaMM calls it, whatever it is."""
    module, _, name = path.rpartition(".")
    try:
        found = getattr(import_module(module), name, None)
    except ImportError:
        found = None
    if not isinstance(found, type) or not issubclass(found, pybamm.BaseModel):
        raise refuse(f"{where}.model", f"base_class {path!r} is no class of PyBaMM's models")
