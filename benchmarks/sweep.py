"""Simulations from submission to frames against a loop of hand-written PyBaMM."""

import resource
from typing import Any

from benchmarks import protocols, references
from benchmarks.battery import FRACTION, THICKNESS
from benchmarks.timing import best, report, seconds
from ionworks import Ionworks

MODEL = "Chen2020 SPMe"
SPAN = {FRACTION: (0.70, 0.80), THICKNESS: (70e-6, 80e-6)}


def design(name: str, count: int) -> dict[str, Any]:
    low, high = SPAN[name]
    row = {"type": "range", "name": name, "min": low, "max": high, "count": count}
    return {"sampling": "grid", "rows": [row]}


def run(client: Ionworks, protocol: str, doe: dict[str, Any] | None = None) -> None:
    """Submit, wait, and fetch the frames of every point, one at a time."""
    model = next(m for m in client.parameterized_model.list_by_project() if m.name == MODEL)
    config: dict[str, Any] = {
        "parameterized_model": model.id,
        "protocol_experiment": {"protocol": protocol, "name": "benchmark"},
    }
    if doe:
        config["design_parameters_doe"] = doe
    runs = client.simulation.protocol_batch(config)
    ids = [run.simulation_id for run in runs]
    client.simulation.wait_for_completion(ids, timeout=3600, verbose=False)
    for simulation_id in ids:
        client.simulation.get_result(simulation_id)


def warm(client: Ionworks, protocol: str, name: str) -> None:
    """Let both workers start and compile the model, with points outside of the measured span."""
    low = SPAN[name][0]
    for round_ in range(3):
        values = [low * (0.99 - 0.001 * (8 * round_ + n)) for n in range(8)]
        row = {"type": "discrete", "name": name, "values": values}
        run(client, protocol, {"sampling": "grid", "rows": [row]})


def single() -> None:
    """Print one discharge, each repeat with a C-rate of its own so that none is a stored run."""

    def discharge(client: Ionworks, c_rate: float) -> float:
        text = protocols.DISCHARGE.replace("value: 1,", f"value: {c_rate},")
        return seconds(lambda: run(client, text))

    theirs = best(references.discharge_without_experiment, 5)
    with Ionworks.local() as client:
        discharge(client, 0.9)
        discharge(client, 0.95)
        spent = min(discharge(client, 1 + 1e-6 * n) for n in range(5))
    report("1C discharge, SPMe", spent, "PyBaMM by hand with its build", theirs, "<= 0.5")


def by_hand(instructions: tuple[str, ...], name: str) -> float:
    """Time per point of a loop that builds and solves anew [s]."""
    low, high = SPAN[name]
    points = [low + (high - low) * n / 4 for n in range(5)]
    spent = [seconds(lambda v=v: references.simulate(instructions, {name: v})) for v in points]
    return sum(spent) / len(spent)


def ours(protocol: str, name: str, count: int) -> float:
    """Time per point from submission to frames, engine and models warm [s]."""
    with Ionworks.local() as client:
        warm(client, protocol, name)
        return seconds(lambda: run(client, protocol, design(name, count))) / count


def sweep(count: int) -> None:
    for title, instructions, protocol, target in (
        ("CC-CV", references.CCCV, protocols.CCCV, "<= 1/40 = 0.025"),
        ("1C", (references.DISCHARGE,), protocols.DISCHARGE, "<= 1/20 = 0.05"),
    ):
        for name in SPAN:
            before = by_hand(instructions, name)
            spent = ours(protocol, name, count)
            theirs = (before + by_hand(instructions, name)) / 2
            report(f"{title}, a point of {count}, {name}", spent, "PyBaMM by hand", theirs, target)


def growth() -> None:
    """Print the time per point and the memory of 2,000 points against those of 200."""
    with Ionworks.local() as client:
        warm(client, protocols.DISCHARGE, FRACTION)
        few = seconds(lambda: run(client, protocols.DISCHARGE, design(FRACTION, 200))) / 200
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        many = seconds(lambda: run(client, protocols.DISCHARGE, design(FRACTION, 2000))) / 2000
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report("a point of 2,000", many, "a point of 200", few, "<= 1")
    print(f"peak memory after 200 points {before:.0f} MiB, after 2,000 more {after:.0f} MiB")


def main() -> None:
    single()
    sweep(200)
    growth()


if __name__ == "__main__":
    main()
