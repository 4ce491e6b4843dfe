"""The table of what each format can say: a column a target, a row a construct.

A cell is ``yes``, ``no``, ``no: what to do instead``, a sentence on how the file says it
differently, or a sentence that begins with ``Only``: it is said alike, within those bounds, and
the writer refuses the rest. `capabilities` reads the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ionworks.ucp.tree import Quantity
from ionworks_engine.vendors.program import (
    Assign,
    Chamber,
    Count,
    Drive,
    Jump,
    Line,
    Repeat,
    Spectrum,
    Wave,
)

YES, NO, ONLY = "yes", "no", "Only"

_QUANTITIES: tuple[Quantity, ...] = (
    "Voltage",
    "Current",
    "C-rate",
    "Time",
    "Capacity",
    "Energy",
    "Power",
    "Temperature",
    "SOC",
    "dV/dt",
)
MODES: Mapping[str | None, str] = MappingProxyType(
    {
        "Current": "constant current",
        "C-rate": "C-rate",
        "Voltage": "constant voltage",
        "Power": "constant power",
        "Resistance": "constant resistance",
        None: "rest",
    }
)
KINDS: Mapping[type[Line], str] = MappingProxyType(
    {
        Drive: "drive cycle",
        Wave: "waveform",
        Spectrum: "impedance spectrum",
        Repeat: "loop",
        Count: "cycle counter",
        Assign: "variable",
        Jump: "jump",
        Chamber: "chamber temperature",
    }
)
_GUARDED = ("Voltage", "Temperature", "Charge current", "Discharge current")

CONSTRUCTS: tuple[str, ...] = (
    *(MODES[mode] for mode in (None, "Current", "C-rate", "Voltage", "Power", "Resistance")),
    "CC-CV in one step",
    *(KINDS[kind] for kind in (Drive, Wave, Spectrum)),
    "temperature of a step",
    "chamber temperature",
    *(f"end on {quantity}" for quantity in _QUANTITIES),
    "goto",
    "loop",
    "jump",
    "branch",
    "variable",
    "expression",
    "cycle counter",
    *(f"safety limit on {quantity}" for quantity in _GUARDED),
    "goto of a safety limit",
    "resolution",
    "resolution of a step",
)
"""The rows of the table."""


def _column(cells: Mapping[str, str]) -> Mapping[str, str]:
    unknown = set(cells) - set(CONSTRUCTS)
    assert not unknown, unknown
    return MappingProxyType({construct: cells.get(construct, NO) for construct in CONSTRUCTS})


_BASIC = dict.fromkeys(
    ("rest", "constant current", "constant voltage", "end on Voltage", "end on Current"), YES
) | dict.fromkeys(("end on Time", "loop", "resolution", "resolution of a step"), YES)

_FIRST_LIMIT = (
    "A safety limit with a goto is the first limit of each step, but of the step that it goes to if"
    " that leads away from it; a step that begins beyond it jumps at once, where a simulation waits"
    " until the value is back."
)
_ARBIN = _BASIC | {
    "constant power": "no: no public schedule shows the word for it",
    "constant resistance": "no: no public schedule shows the word for it",
    "CC-CV in one step": YES,
    "drive cycle": "A drive cycle is a simulation file of seconds and amperes, or a current ramp.",
    "waveform": "no: give its points as a drive cycle",
    "end on Capacity": "A capacity counts from a step before, which sets all totals to 0.",
    "end on Energy": "no: no public schedule shows the word for it",
    "end on Power": "no: no public schedule shows the word for it",
    "goto": YES,
    "jump": YES,
    "branch": "Conditions are comparisons of counters and Cycle with numbers.",
    "variable": "Variables are the counters TC_Counter1 to 4: set to 0, or raised by 1.",
    "expression": "An end may hang on a condition of counters; a current may be that of the last"
    " step. All other values are numbers.",
    "cycle counter": YES,
    "safety limit on Voltage": "A tripped safety limit stops the test as unsafe.",
    "safety limit on Charge current": "A tripped safety limit stops the test as unsafe.",
    "safety limit on Discharge current": "A tripped safety limit stops the test as unsafe.",
    "goto of a safety limit": _FIRST_LIMIT,
}

_FIRST_STEP = "Only to the first step of a loop, where it comes from outside the loop."
_ONLY_CONSTANTS = "Variables that never change are written as their numbers; there are no others."
_BOTH_FOR_WAVES = "Only alike for charge and discharge where there are drive cycles."
_ONE_LIMIT = "The limit on the current is one for charge and discharge."

TABLE: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "maccor": _column(
            _BASIC
            | {
                "C-rate": "1 C is the capacity that the test is started with on the cycler.",
                "constant power": "no: no public procedure has the word for it; a drive cycle of"
                " Power can say it",
                "constant resistance": "no: no public procedure has the word for it",
                "CC-CV in one step": YES,
                "drive cycle": "A drive cycle is a FastWave: rows of constant current or power,"
                " each ended by its time or by a voltage.",
                "waveform": "no: give its points as a drive cycle",
                "impedance spectrum": "An impedance spectrum is an FRA step; it modulates the"
                " voltage.",
                "temperature of a step": "no: set it at the chamber",
                "chamber temperature": "no: no public procedure has such a step",
                "end on C-rate": YES,
                "end on Capacity": "Amp Hours count as the cycler is set up to: look whether it"
                " counts anew in each step.",
                "end on Temperature": "Temperatures are those of thermocouple 1.",
                "loop": "Only in loops up to three deep.",
                "goto": _FIRST_STEP,
                "jump": "A jump that is always taken may be a rest of 10 ms.",
                "branch": "no: no public procedure has a jump on a condition of variables",
                "variable": "Variables are the registers VAR1 to VAR8, set to numbers at the end"
                " of a step.",
                "expression": "A charging current may be a variable; all other values are numbers.",
                "cycle counter": YES,
                "safety limit on Voltage": YES,
                "safety limit on Temperature": "Temperatures are those of thermocouple 1.",
                "safety limit on Charge current": _BOTH_FOR_WAVES,
                "safety limit on Discharge current": _BOTH_FOR_WAVES,
                "goto of a safety limit": "A step that a safety limit goes to is left at once, to"
                " itself, as long as the limit is breached; its times count from when it is not.",
            }
        ),
        "arbin": _column(
            _ARBIN
            | {
                "CC-CV in one step": "An end on the current of CC-CV is looked at when the voltage"
                " is held for 1 s, as in saved schedules.",
                "C-rate": "1 C is the capacity that the test is started with on the cycler; in"
                " CC-CV it is written as a current of the nominal capacity.",
                "end on C-rate": "C-rates of ends are written as currents in A of the nominal"
                " capacity.",
                "temperature of a step": "no: set it at the chamber",
                "chamber temperature": "no: set it at the chamber",
                "end on Temperature": "no: it belongs to an auxiliary channel",
                "safety limit on Temperature": "no: it belongs to an auxiliary channel; set it"
                " at the cycler",
            }
        ),
        "arbin_sdx": _column(
            _ARBIN
            | {
                "C-rate": YES,
                "end on C-rate": YES,
                "temperature of a step": "The chamber has settings of a common controller: check"
                " its stages.",
                "chamber temperature": "The chamber is set for the whole test, before its first"
                " step.",
                "end on Temperature": "Temperatures are those of the first auxiliary sensor,"
                " AV_T[1].",
                "safety limit on Temperature": "Temperatures are those of the first auxiliary"
                " sensor, AV_T[1].",
            }
        ),
        "neware": _column(
            _BASIC
            | {
                "rest": "Only with a duration.",
                "C-rate": "C-rates are written as currents in mA of the nominal capacity.",
                "constant voltage": "The current of the step before bounds that of a constant"
                " voltage, whichever way leads there.",
                "constant power": YES,
                "CC-CV in one step": YES,
                "drive cycle": "no: no public file shows how a step names its profile",
                "end on Voltage": "Only beside another end, unless it is the voltage that a"
                " constant current or power leads to.",
                "end on Current": "Only below a limit, at a constant voltage or in CC-CV; as a jump"
                " beside another end in charges and rests, too.",
                "end on C-rate": "C-rates are written as currents in mA of the nominal capacity.",
                "end on Capacity": "Only above a limit, once a step and without a goto.",
                "goto": "A goto is a condition with a jump to a step; only jumps to the next step"
                " are seen in public files: look at each in the step editor before it runs.",
                "cycle counter": "no: the cycler counts a cycle at each turn of a loop",
                "safety limit on Voltage": YES,
                "safety limit on Temperature": "no: it belongs to an auxiliary channel; set it"
                " at the cycler",
                "safety limit on Charge current": YES,
                "safety limit on Discharge current": YES,
                "goto of a safety limit": "no: a tripped limit ends the test",
            }
        ),
        "novonix": _column(
            _BASIC
            | {
                "rest": "Only with a duration.",
                "constant current": "Only with an end on the voltage that it leads to.",
                "CC-CV in one step": "Only as a charge.",
                "C-rate": "C-rates are written as currents in A of the nominal capacity.",
                "constant voltage": "A constant-voltage charge after a constant-current charge that"
                " ends on its voltage is written as one CC-CV step with it; there is no other.",
                "end on Voltage": "Only in rests and constant currents; with a goto to the end in"
                " CC-CV, too.",
                "end on Current": "Only below a limit, in CC-CV and without a goto.",
                "end on C-rate": "C-rates are written as currents in A of the nominal capacity.",
                "end on Capacity": "Only above a limit, without a goto, and not where a voltage is"
                " held for a time.",
                "loop": "Only without a loop in it.",
                "goto": "A goto to the end on the voltage is an operating limit of its step, which"
                " stops the channel; steps run in order otherwise.",
                "cycle counter": YES,
                "safety limit on Voltage": YES,
                "safety limit on Temperature": YES,
                "safety limit on Charge current": _ONE_LIMIT,
                "safety limit on Discharge current": _ONE_LIMIT,
                "goto of a safety limit": "no: a tripped limit ends the test",
            }
        ),
        "biologic_mps": _column(
            _BASIC
            | {
                "constant power": "no: no public settings show its sign for a discharge",
                "constant resistance": "no: no public settings show one",
                "constant voltage": "Only in the direction of a constant current right before it;"
                " after other steps only as a charge.",
                "C-rate": "C-rates are written as currents of the nominal capacity, without one as"
                " C / N.",
                "CC-CV in one step": "CC-CV in one step is a sequence of newer versions of the"
                " software, and charges only; otherwise write two steps.",
                "drive cycle": "no: no public settings show one",
                "waveform": "no: no public settings show one",
                "impedance spectrum": "Each point of an impedance spectrum is measured once,"
                " without a drift correction.",
                "temperature of a step": "no: set it at the chamber",
                "chamber temperature": "no: set it at the chamber",
                "end on C-rate": "C-rates of ends are written as currents of the nominal capacity.",
                "end on Capacity": "A capacity that ends a constant current is written as the time"
                " that it takes.",
                "end on Energy": "no: what it counts from is not public",
                "goto": _FIRST_STEP,
                "jump": "A jump that is always taken is the goto of the step before.",
                "branch": "no: there are no variables to ask",
                "variable": _ONLY_CONSTANTS,
                "expression": _ONLY_CONSTANTS,
                "cycle counter": "Cycles are counted by the software, at each change from charge"
                " to discharge.",
                "safety limit on Voltage": YES,
                "safety limit on Temperature": "no: set it at the cycler",
                "safety limit on Charge current": _ONE_LIMIT,
                "safety limit on Discharge current": _ONE_LIMIT,
                "goto of a safety limit": _FIRST_LIMIT,
            }
        ),
    }
)
"""Target -> construct -> ``yes``, ``no``, ``no: instead``, or how it differs."""
