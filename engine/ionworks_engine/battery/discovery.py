"""What PyBaMM offers here: its models and their options, and whether a model config is good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ionworks_engine.battery.cells import MODULES, load_model, model_classes
from ionworks_engine.battery.errors import BatteryError
from ionworks_engine.battery.quiet import pybamm


def pybamm_models() -> dict[str, Any]:
    """List the models that a cell may name.

    Returns
    -------
    dict
        ``models``: class names by module. ``options``: the choices of every option of a
        lithium-ion model, its default first. ``version``: PyBaMM's.

    Examples
    --------
    >>> "SPMe" in pybamm_models()["models"]["lithium_ion"]
    True
    """
    possible = pybamm.BatteryModelOptions({}).possible_options
    return {
        "models": {module: list(model_classes(module)) for module in MODULES},
        "options": {
            name: [_plain(choice) for choice in choices] for name, choices in possible.items()
        },
        "version": str(pybamm.__version__),
    }


def validate_model(config: Mapping[str, Any]) -> dict[str, Any]:
    """Check a model configuration by building it.

    Parameters
    ----------
    config
        ``{"type", "module", "options"}``.

    Returns
    -------
    dict
        ``{"valid": bool, "error": text or None, "error_type": code or None}``.

    Examples
    --------
    >>> validate_model({"type": "SPN"})["error"]
    "unknown model 'SPN' in 'lithium_ion'; did you mean 'SPM' or 'SPMe'?"
    """
    try:
        load_model(config)
    except BatteryError as error:
        return {"valid": False, "error": error.message, "error_type": error.code}
    return {"valid": True, "error": None, "error_type": None}


def _plain(choice: Any) -> Any:
    return choice if isinstance(choice, (str, int, float, bool, type(None))) else str(choice)
