"""The only import of PyBaMM: with its telemetry off and its log silent.

PyBaMM decides about telemetry while it is being imported, so the switch must be set before.
"""

from __future__ import annotations

import os

os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"

import casadi
import pybamm

pybamm.set_logging_level("CRITICAL")

__all__ = ["casadi", "pybamm"]
