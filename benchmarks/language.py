"""The protocol language: reading it, and running long protocols, against what it costs anyway."""

import numpy as np
import pybamm
import yaml
from ionworks_engine import battery
from ionworks_engine.vendors.convert import parse
from ionworks_engine.vendors.errors import Unreadable

from benchmarks.timing import best, report, seconds
from ionworks import ucp

STEPS = 1_000
POINTS = 1_800
STEP = """  - Charge:
      mode: C-rate
      value: 0.5
      ends:
        - Voltage > 4.2
        - Temperature > 45
"""
CYCLES = """
global: {initial_soc: 1, temperature: 25}
steps:
  - Cycle:
      repeat: 100
      steps:
        - Discharge: {mode: C-rate, value: 1, ends: [Voltage < 2.5]}
        - Charge: {mode: C-rate, value: 1, ends: [Voltage > 4.2]}
        - Charge: {mode: Voltage, value: 4.2, ends: [C-rate < 0.05]}
"""

HOSTILE_TEXTS = {
    "50 MB": "steps: [" + "{Rest: {duration: 1}}, " * 2_200_000,
    "1,000 levels": "steps: " + "[" * 1_000,
    "10,000 operators": "steps: [{Rest: {duration: '" + "1+" * 10_000 + "1'}}]",
    "aliases of aliases": "a: &a [1]\n" + "".join(f"b{n}: &b [*a, *a]\n" for n in range(9_000)),
}
HOSTILE_FILES = {
    "50 MB of no text": bytes(50_000_000),
    "wide XML": b"<root><config type='Step File'>" + b"<a/>" * 400_000,
    "deep XML": b"<a>" * 100_000,
    "noise": bytes(range(256)) * 4_000,
}


def refusing() -> None:
    """Time how long the worst of inputs holds the reader up."""
    for name, text in HOSTILE_TEXTS.items():
        assert ucp.check(text)
        ours = seconds(lambda text=text: ucp.check(text))
        report(f"refuse a protocol, {name}", ours, "a budget of 1 s", 1.0, "< 1")
    for name, data in HOSTILE_FILES.items():
        ours = seconds(lambda data=data: refuse(data))
        report(f"refuse a cycler's file, {name}", ours, "a budget of 1 s", 1.0, "< 1")


def refuse(data: bytes) -> None:
    try:
        parse(data)
    except Unreadable:
        return
    raise AssertionError("it was read")


def reading() -> None:
    text = "steps:\n" + STEP * STEPS
    report(
        f"read and check {STEPS:,} steps",
        best(lambda: ucp.check(text)),
        "a budget of 50 ms",
        0.05,
        "< 1",
    )
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    theirs = best(lambda: yaml.load(text, loader))  # the safe loader, in C where there is one
    report(
        f"read and check {STEPS:,} steps",
        best(lambda: ucp.check(text)),
        "yaml.load alone",
        theirs,
        "< 3",
    )


def cycling() -> None:
    request = {
        "cell": {"model": {"type": "SPM"}, "parameters": {"set": "Chen2020"}},
        "protocol": CYCLES,
    }
    battery.simulate(request)
    solving = []

    def run() -> None:
        solving.append(battery.simulate(request).metrics["Solver time [s]"])

    ours = best(run, 3)
    report("100 CC-CV cycles, SPM, warm", ours, "its own solver", min(solving), "< 1.5")


def drive_cycle() -> tuple[np.ndarray, np.ndarray]:
    """A current of a car in a town, 1 Hz: sums of sines, cut to what a 5 A.h cell bears [s, A]."""
    times = np.arange(POINTS, dtype=float)
    waves = sum(np.sin(2 * np.pi * times / period + period) for period in (7, 13, 31, 67, 113, 241))
    return times, np.clip(1.0 + 1.2 * waves, -4.0, 8.0).round(3)


def driving() -> None:
    times, current = drive_cycle()
    protocol = {
        "global": {"initial_soc": 0.8, "temperature": 25, "resolution": 1},
        "drive_cycles": {
            "Town": {"Time [s]": times.tolist(), "Current [A]": current.tolist()},
        },
        "steps": [{"DriveCycle": {"profile": "Town"}}],
    }
    cell = {"model": {"type": "SPMe"}, "parameters": {"set": "Chen2020"}}
    array = np.column_stack([times, current])

    def by_hand() -> None:
        step = pybamm.step.current(array)
        simulation = pybamm.Simulation(
            pybamm.lithium_ion.SPMe(),
            parameter_values=pybamm.ParameterValues("Chen2020"),
            experiment=pybamm.Experiment([step]),
        )
        solution = simulation.solve(initial_soc=0.8)
        _ = solution["Voltage [V]"].entries

    def run() -> None:
        done = battery.simulate({"cell": cell, "protocol": protocol})
        assert done.error is None, done.error

    seconds(run), seconds(by_hand)
    pairs = [(seconds(run), seconds(by_hand)) for _ in range(3)]
    ours, theirs = (min(times) for times in zip(*pairs, strict=True))
    what = f"drive cycle of {POINTS:,} points at 1 Hz, SPMe"
    report(what, ours, "pybamm.Experiment", theirs, "<= 1.3")


def main() -> None:
    reading()
    refusing()
    cycling()
    driving()


if __name__ == "__main__":
    main()
