"""What comes back, as typed objects."""

from ionworks.results.protocols import ConvertResult, ParsedProtocol
from ionworks.results.simulation import SimulationResponse, SimulationResult

__all__ = ["ConvertResult", "ParsedProtocol", "SimulationResponse", "SimulationResult"]
