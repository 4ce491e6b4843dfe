"""The battery core in one process, against the same points written by hand in PyBaMM."""

from collections.abc import Mapping

from ionworks_engine import battery

from benchmarks.protocols import CCCV, DISCHARGE
from benchmarks.references import CCCV as CCCV_BY_HAND
from benchmarks.references import DISCHARGE as DISCHARGE_BY_HAND
from benchmarks.references import simulate as by_hand
from benchmarks.timing import best, report, seconds

POINTS = 20
FRACTION = "Negative electrode active material volume fraction"
THICKNESS = "Positive electrode thickness [m]"


def run(protocol: str, design: Mapping[str, float], model: str = "SPMe") -> None:
    cell = {"model": {"type": model}, "parameters": {"set": "Chen2020"}}
    done = battery.simulate({"cell": cell, "protocol": protocol, "design": design})
    assert done.error is None, done.error


def sweep(name: str, low: float, high: float) -> list[dict[str, float]]:
    return [{name: low + (high - low) * place / (POINTS - 1)} for place in range(POINTS)]


def compare(what: str, protocol: str, instructions: tuple[str, ...], target: str) -> None:
    for name, low, high in ((FRACTION, 0.7, 0.8), (THICKNESS, 60e-6, 80e-6)):
        points = sweep(name, low, high)
        run(protocol, points[0])
        ours = seconds(lambda points=points: [run(protocol, point) for point in points]) / POINTS
        few = points[:: POINTS // 4]
        theirs = seconds(lambda few=few: [by_hand(instructions, point) for point in few]) / len(few)
        report(f"{what} over {name}, a point", ours, "rebuilt by hand", theirs, target)


def main() -> None:
    for model in ("SPM", "SPMe", "DFN"):
        first = seconds(lambda model=model: run(DISCHARGE, {}, model))
        warm = best(lambda model=model: run(DISCHARGE, {}, model))
        report(f"{model} 1C discharge, warm", warm, "the same with compiling", first, "< 0.1")
    cell = {"model": {"type": "SPMe"}, "parameters": {"set": "Chen2020"}}
    report("describe", seconds(lambda: battery.describe(cell)), "a budget of 0.2 s", 0.2, "< 1")
    compare("1C discharge", DISCHARGE, (DISCHARGE_BY_HAND,), "<= 1/10 on one of two workers")
    compare("CC-CV cycle", CCCV, CCCV_BY_HAND, "<= 1/20 on one of two workers")


if __name__ == "__main__":
    main()
