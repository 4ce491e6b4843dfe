"""Whether the commas in a table are decimal commas, told from the numbers themselves.

``3,85`` has a decimal comma, ``1,234.5`` a comma between thousands, and ``3,850`` may be either.
What the numbers of a file do not settle together is refused, never guessed; what they do settle,
no option changes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["DECIMALS", "Decimals", "is_number", "with_points", "without_thousands"]

DECIMALS = (",", ".")

_EXPONENT = r"(?:[eE][+-]?\d+)?"
_NUMBER = re.compile(rf"[+-]?[.,]?\d[\d.,]*{_EXPONENT}")
_ONE_COMMA = re.compile(rf"[+-]?\d*,\d+{_EXPONENT}")
_ONE_POINT = re.compile(rf"[+-]?\d*\.\d+{_EXPONENT}")
_COMMA_OR_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_POINT_OR_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
_COMMAS_OF_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:(?:,\d{3})+\.\d*|(?:,\d{3}){2,})")
_POINTS_OF_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:(?:\.\d{3})+,\d+|(?:\.\d{3}){2,})")
_THOUSANDS = re.compile(rf"[+-]?[1-9]\d{{0,2}}(?:,\d{{3}})+(?:\.\d*)?{_EXPONENT}")
_BELOW_THOUSAND = re.compile(r"[+-]?\d{1,3}(?:\.\d*)?")
_CLOCK = re.compile(r".*\d:\d\d,\d+")


@dataclass(frozen=True)
class _Seen:
    line: int
    column: int
    number: str

    def __str__(self) -> str:
        return f"{self.number!r} in line {self.line:,}"


@dataclass
class Decimals:
    """What the numbers of a file say of its decimal separator, gathered row by row.

    Parameters
    ----------
    name
        The file, for messages.

    Examples
    --------
    >>> seen = Decimals("a.txt")
    >>> seen.look(3, ["1", "10,0", "3,850"])
    >>> seen.are_commas()
    True
    >>> seen = Decimals("a.txt")
    >>> seen.look(3, ["1,234.5", "3.850"])
    >>> seen.are_commas()
    False
    """

    name: str
    _comma: _Seen | None = None
    _point: _Seen | None = None
    _commas_of_thousands: _Seen | None = None
    _points_of_thousands: _Seen | None = None
    _comma_or_thousands: dict[int, _Seen] = field(default_factory=dict)
    _point_or_thousands: _Seen | None = None
    _below_thousand: set[int] = field(default_factory=set)

    def look(self, line: int, fields: Sequence[str]) -> None:
        """Take note of the numbers in a row."""
        for column, number in enumerate(fields):
            if "," in number:
                self._look_at_comma(_Seen(line, column, number))
            elif "." in number:
                self._look_at_point(_Seen(line, column, number))
            elif not number.isdigit():
                continue
            if column not in self._below_thousand and _BELOW_THOUSAND.fullmatch(number):
                self._below_thousand.add(column)

    def are_commas(self, told: str | None = None) -> bool:
        """Return whether the decimal separator is the comma.

        Parameters
        ----------
        told
            What the user says it is; it settles what the numbers leave open.

        Raises
        ------
        ValueError
            If the numbers contradict each other or the user, or can be read in two ways.
        """
        comma, point = self._evidence()
        if comma and point:
            raise self._refusal(f"{comma} has a decimal comma, but {point} a point")
        if told is not None and told not in self.allowed():
            raise self._refusal(
                f"options['decimal'] is {told!r}, but {comma or point} has a decimal "
                f"{'comma' if comma else 'point'}"
            )
        if told is not None:
            return told == ","
        if comma:
            if self._point_or_thousands and not self._points_of_thousands:
                raise self._refusal(
                    f"{comma} has a decimal comma, and what the point in "
                    f"{self._point_or_thousands} means cannot be told"
                )
            return True
        for column, seen in self._comma_or_thousands.items():
            settled = self._commas_of_thousands or (point and column in self._below_thousand)
            if not settled:
                raise self._refusal(
                    f"whether {seen} has a decimal comma or one between thousands cannot be told"
                )
        return False

    def allowed(self) -> tuple[str, ...]:
        """Return which decimal separators the numbers allow."""
        comma, point = self._evidence()
        return tuple(
            mark for mark, against in zip(DECIMALS, (point, comma), strict=True) if not against
        )

    def has_commas(self) -> bool:
        """Return whether a number has a comma that may stand between thousands."""
        return bool(self._commas_of_thousands or self._comma_or_thousands)

    def _evidence(self) -> tuple[_Seen | None, _Seen | None]:
        comma = self._comma or self._points_of_thousands
        return comma, self._point or self._commas_of_thousands

    def _look_at_comma(self, seen: _Seen) -> None:
        if self._comma and seen.number.count(",") == 1 and "." not in seen.number:
            return
        if _COMMA_OR_THOUSANDS.fullmatch(seen.number):
            self._comma_or_thousands.setdefault(seen.column, seen)
        elif _ONE_COMMA.fullmatch(seen.number):
            self._comma = self._comma or seen
        elif _COMMAS_OF_THOUSANDS.fullmatch(seen.number):
            self._commas_of_thousands = self._commas_of_thousands or seen
        elif _POINTS_OF_THOUSANDS.fullmatch(seen.number):
            self._points_of_thousands = self._points_of_thousands or seen

    def _look_at_point(self, seen: _Seen) -> None:
        if _POINT_OR_THOUSANDS.fullmatch(seen.number):
            self._point_or_thousands = self._point_or_thousands or seen
        elif _ONE_POINT.fullmatch(seen.number):
            self._point = self._point or seen
        elif _POINTS_OF_THOUSANDS.fullmatch(seen.number):
            self._points_of_thousands = self._points_of_thousands or seen

    def _refusal(self, reason: str) -> ValueError:
        options = " or ".join(f"options={{'decimal': {mark!r}}}" for mark in self.allowed())
        say = f"Say which it is with {options}, or export" if options else "Export"
        return ValueError(
            f"{self.name}: {reason}. {say} the file with points and without thousands"
        )


def is_number(text: str) -> bool:
    """Return whether a field is a number in any notation."""
    return _NUMBER.fullmatch(text) is not None


def with_points(text: str) -> str:
    """Return a field of a file with decimal commas as a file with points has it.

    Examples
    --------
    >>> with_points("3,85"), with_points("1.234,5"), with_points("-2,5E-003"), with_points("a,b")
    ('3.85', '1234.5', '-2.5E-003', 'a,b')
    """
    if "," not in text and "." not in text:
        return text
    if "." in text and (
        _POINTS_OF_THOUSANDS.fullmatch(text) or _POINT_OR_THOUSANDS.fullmatch(text)
    ):
        text = text.replace(".", "")
    if _ONE_COMMA.fullmatch(text) or _CLOCK.fullmatch(text):
        return text.replace(",", ".")
    return text


def without_thousands(text: str) -> str:
    """Return a field without commas between thousands.

    Examples
    --------
    >>> without_thousands("-1,500.0"), without_thousands("1,234,567"), without_thousands("1,5")
    ('-1500.0', '1234567', '1,5')
    """
    return text.replace(",", "") if _THOUSANDS.fullmatch(text) else text
