"""What comes back from a run, as typed objects."""

from ionworks.results.simulation import SimulationResponse, SimulationResult

__all__ = ["SimulationResponse", "SimulationResult"]
