"""What comes back, as typed objects."""

from ionworks.results.cells import CellInstanceDetail
from ionworks.results.measurements import CellMeasurement, CellMeasurementDetail, StepsAndCycles
from ionworks.results.protocols import ConvertResult, ParsedProtocol
from ionworks.results.simulation import SimulationResponse, SimulationResult
from ionworks.results.sweep import SimulationResults

__all__ = [
    "CellInstanceDetail",
    "CellMeasurement",
    "CellMeasurementDetail",
    "ConvertResult",
    "ParsedProtocol",
    "SimulationResponse",
    "SimulationResult",
    "SimulationResults",
    "StepsAndCycles",
]
