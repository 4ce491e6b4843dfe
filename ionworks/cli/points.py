"""The numbers of a run as they are typed: ``NAME=VALUE`` and ``NAME=FROM:TO:COUNT``."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

__all__ = ["Design"]

_SET = "--set"
_SWEEP = "--sweep"
_MOST_VALUES = 100_000

Point = dict[str, float]


@dataclass(frozen=True)
class Design:
    """What is the same in all runs, and what varies from one to the next.

    Attributes
    ----------
    fixed
        Values by name, in the unit in the name.
    varied
        For each name that is swept its values; all combinations are run.
    """

    fixed: Point = field(default_factory=dict)
    varied: Mapping[str, list[float]] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Iterable[str], sweeps: Iterable[str]) -> Design:
        """Read what was typed.

        Raises
        ------
        ValueError
            If one is no assignment, a value is no number, or a name comes twice.

        Examples
        --------
        >>> from ionworks.cli.points import Design
        >>> design = Design.of(["Initial SOC=0.9"], ["C-rate=0.5:1.5:3"])
        >>> design.points
        [{'C-rate': 0.5}, {'C-rate': 1.0}, {'C-rate': 1.5}]
        """
        fixed: Point = {}
        varied: dict[str, list[float]] = {}
        for text in settings:
            name, value = _assignment(text, _SET, "NAME=VALUE")
            _refuse_repeated(name, fixed, varied)
            fixed[name] = _number(value, _SET, text)
        for text in sweeps:
            name, value = _assignment(text, _SWEEP, "NAME=FROM:TO:COUNT or NAME=A,B,C")
            _refuse_repeated(name, fixed, varied)
            varied[name] = _values(value, text)
        return cls(fixed, varied)

    @property
    def names(self) -> list[str]:
        """All names, the fixed ones first."""
        return [*self.fixed, *self.varied]

    @property
    def points(self) -> list[Point]:
        """What varies, at each point: all combinations, the last name the fastest."""
        from ionworks import doe

        if not self.varied:
            return [{}]
        rows = [
            {"type": "discrete", "name": name, "values": values}
            for name, values in self.varied.items()
        ]
        return doe.expand({"sampling": "grid", "rows": rows})


def _assignment(text: str, option: str, form: str) -> tuple[str, str]:
    # From the right: names may hold the sign, values do not.
    name, sign, value = text.rpartition("=")
    if not sign or not name.strip() or not value.strip():
        raise ValueError(f"{option} {text!r}: write {form}")
    return name.strip(), value.strip()


def _values(value: str, text: str) -> list[float]:
    if ":" not in value:
        return [_number(part, _SWEEP, text) for part in value.split(",")]
    ends = value.split(":")
    if len(ends) != 3:
        raise ValueError(f"{_SWEEP} {text!r}: a range is FROM:TO:COUNT, such as 0.5:2:4")
    _number(ends[0], _SWEEP, text)
    _number(ends[1], _SWEEP, text)
    count = _count(ends[2], text)
    # In fractions: the values between are those that one would write, 0.3 and not 0.30000000000004.
    first, last = Fraction(ends[0].strip()), Fraction(ends[1].strip())
    return [float(first + (last - first) * place / (count - 1)) for place in range(count)]


def _count(given: str, text: str) -> int:
    try:
        count = int(given)
    except ValueError:
        count = 0
    if not 2 <= count <= _MOST_VALUES:
        raise ValueError(
            f"{_SWEEP} {text!r}: the count of values, both ends included, must be a whole number "
            f"from 2 to {_MOST_VALUES:,}, not {given.strip()!r}"
        )
    return count


def _number(given: str, option: str, text: str) -> float:
    try:
        number = float(given)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or "_" in given:
        raise ValueError(f"{option} {text!r}: {given.strip()!r} is no finite number")
    return number


def _refuse_repeated(name: str, *known: Mapping[str, object]) -> None:
    if any(name in names for names in known):
        raise ValueError(f"{name!r} is given twice: once is enough")
