"""A measurement before it is sent: what the user gave, checked as far as a client can.

What is wrong with its record or its data is found here, before the first byte of an upload that
may take an hour.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import MINYEAR, UTC, date, datetime
from typing import TYPE_CHECKING, Any

from ionworks.encode import plain
from ionworks.errors import MeasurementValidationError
from ionworks.requests import close_to, several, shown, text

if TYPE_CHECKING:
    import polars as pl

    from ionworks.validators import ValidationIssue

__all__ = [
    "NewMeasurement",
    "changed_record",
    "checked_record",
    "checked_tags",
    "extension",
    "raise_for_issues",
]

FIELDS = (
    "name",
    "notes",
    "protocol",
    "protocol_id",
    "channel_id",
    "start_time",
    "end_time",
    "test_setup",
    "tags",
    "file_metadata",
    "properties",
)
DATA_TYPES = ("ocp", "eis")

_PARTS = ("measurement", "time_series", "steps")
_FREE_FORM = ("protocol", "test_setup", "file_metadata", "properties")
_TIMES = ("start_time", "end_time")
_LONGEST_NAME = 255
_LONGEST_TAG, _MOST_TAGS = 50, 50


@dataclass(frozen=True)
class NewMeasurement:
    """A time series to be uploaded, with its record: checked.

    Attributes
    ----------
    record
        The fields of the measurement, as they are sent.
    time_series, steps
        What was measured; the steps only if they were given.
    """

    record: dict[str, Any]
    time_series: pl.DataFrame
    steps: pl.DataFrame | None = None

    @classmethod
    def of(
        cls,
        measurement_detail: Mapping[str, Any],
        validate_strict: bool = False,
        rated_capacity: float | None = None,
        voltage_window: tuple[float, float] | None = None,
        skip_checks: Iterable[str] | None = None,
    ) -> NewMeasurement:
        """Check what the user gave: ``measurement``, ``time_series`` and perhaps ``steps``.

        Raises
        ------
        ValueError
            If the record is not right, or a check to skip is not known.
        TypeError
            If something is no frame.
        MeasurementValidationError
            If the data break a rule. Findings that are no errors become warnings.
        """
        from ionworks.validators import as_frame, check_measurement_data

        given = _parts_of(measurement_detail)
        record = checked_record(given["measurement"], "measurement_detail['measurement']")
        series = as_frame(given["time_series"], "time_series")
        steps = given.get("steps")
        steps = None if steps is None else as_frame(steps, "steps")
        issues = check_measurement_data(
            series,
            strict=validate_strict,
            data_type=_data_type(given["measurement"]),
            steps_df=steps,
            rated_capacity=rated_capacity,
            voltage_window=voltage_window,
            skip_checks=None if skip_checks is None else several(skip_checks, "skip_checks"),
            **{key: _moment(record[key], key) for key in _TIMES if key in record},
        )
        raise_for_issues(issues)
        return cls(record, _null_for_nan(series), None if steps is None else _null_for_nan(steps))


def extension(time_series: Any) -> pl.DataFrame:
    """Return rows to be added to a measurement, checked as far as they can be alone.

    Raises
    ------
    TypeError
        If it is no frame.
    MeasurementValidationError
        If there are no rows, ``Time [s]`` or ``Step count`` is missing, or the time runs
        backwards.
    """
    from ionworks.validators import as_frame, check_extension

    series = as_frame(time_series, "time_series")
    raise_for_issues(check_extension(series))
    return _null_for_nan(series)


def raise_for_issues(issues: Iterable[ValidationIssue]) -> None:
    """Raise one error for all the issues that are errors; warn of the others.

    Raises
    ------
    MeasurementValidationError
        If one of them is an error.
    """
    found = list(issues)
    errors = [issue for issue in found if issue.severity == "error"]
    if errors:
        lines = "".join(f"\n  - {issue.message}" for issue in errors)
        raise MeasurementValidationError(f"the measured data cannot be sent:{lines}", errors)
    for issue in found:
        warnings.warn(issue.message, UserWarning, stacklevel=2)


def _null_for_nan(frame: pl.DataFrame) -> pl.DataFrame:
    """Write NaN as null, without a copy of the columns that have none."""
    holding = [one.name for one in frame if one.dtype.is_float() and one.is_nan().any()]
    return frame.with_columns(frame[name].fill_nan(None) for name in holding)


def checked_record(values: Any, where: str) -> dict[str, Any]:
    """Return the fields of a new measurement as they are sent, without those that were ``None``.

    Parameters
    ----------
    values
        The fields as the user gave them. Times may be texts or times of Python, a single tag may
        stand alone. ``data_type`` tells how to check the data, and ``cycler``, as readers of
        cycler files write it, goes into ``test_setup``.
    where
        What it is called in messages.

    Raises
    ------
    ValueError
        If a field is unknown, missing or not right.
    TypeError
        If it is of the wrong type.
    """
    given = dict(_required_mapping(values, where))
    given.pop("data_type", None)
    cycler = given.pop("cycler", None)
    fields = {
        key: value for key, value in changed_record(given, where).items() if value is not None
    }
    if cycler is not None:
        fields["test_setup"] = {"cycler": plain(cycler), **fields.get("test_setup", {})}
    if "name" not in fields:
        raise ValueError(f"{where} needs the key 'name'")
    if "channel_id" in fields and "start_time" not in fields:
        raise ValueError(f"{where} has a channel_id, which needs a start_time beside it")
    return fields


def changed_record(values: Any, where: str) -> dict[str, Any]:
    """Return fields of a measurement as they are sent to change it; ``None`` empties a field.

    Raises
    ------
    ValueError
        If a field is unknown or not right.
    TypeError
        If it is of the wrong type.
    """
    fields = dict(_required_mapping(values, where))
    _refuse_unknown(fields, FIELDS, where)
    given = {key: value for key, value in fields.items() if value is not None}
    if "name" in given:
        fields["name"] = _name(given["name"], where)
    if "tags" in given:
        fields["tags"] = checked_tags(given["tags"], f"{where}['tags']")
    for key in _FREE_FORM:
        if key in given:
            fields[key] = plain(_required_mapping(given[key], f"{where}[{key!r}]"), key)
    return fields | _times(given, where)


def checked_tags(tags: Any, where: str = "tags") -> list[str]:
    """Return tags as they are stored: a single text is one tag, blanks around it go.

    Raises
    ------
    ValueError
        If one is empty or too long, or there are too many: 50 characters, 50 tags.
    TypeError
        If one is no text.

    Examples
    --------
    >>> from ionworks.measurements.checks import checked_tags
    >>> checked_tags("aging"), checked_tags([" RPT ", "rpt", "aging"])
    (['aging'], ['RPT', 'aging'])
    """
    found: dict[str, str] = {}
    for tag in several(tags, where):
        name = text(tag, f"a tag in {where}").strip()
        if not 0 < len(name) <= _LONGEST_TAG:
            raise ValueError(f"a tag in {where} has 1 to {_LONGEST_TAG} characters, not {tag!r}")
        found.setdefault(name.casefold(), name)
    if len(found) > _MOST_TAGS:
        raise ValueError(f"{where} has {len(found)} tags, a measurement has at most {_MOST_TAGS}")
    return list(found.values())


def _parts_of(detail: Any) -> Mapping[str, Any]:
    where = "measurement_detail"
    if not isinstance(detail, Mapping):
        raise TypeError(
            f"{where} must be a mapping with measurement and time_series, not {shown(detail)}"
        )
    missing = [part for part in _PARTS[:2] if detail.get(part) is None]
    _refuse_unknown(detail, _PARTS, where)
    if missing:
        raise ValueError(f"{where} needs the key {missing[0]!r}")
    return dict(detail)


def _data_type(record: Mapping[str, Any]) -> str | None:
    found = record.get("data_type")
    if found is not None and found not in DATA_TYPES:
        raise ValueError(
            f"data_type must be one of {', '.join(DATA_TYPES)}, or absent for what a cycler "
            f"records, not {shown(found)}"
        )
    return found


def _refuse_unknown(values: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in values:
        if key not in known:
            near = close_to(key, known)
            hint = f" (did you mean {near}?)" if near else f": it has {', '.join(known)}"
            raise ValueError(f"{where} has no key {key!r}{hint}")


def _name(value: Any, where: str) -> str:
    name = text(value, f"{where}['name']")
    if not name.strip() or len(name) > _LONGEST_NAME:
        raise ValueError(f"{where}['name'] has 1 to {_LONGEST_NAME} characters, not {name[:20]!r}")
    return name


def _required_mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{where} must be a mapping, not {shown(value)}")
    return value


def _times(fields: Mapping[str, Any], where: str) -> dict[str, str]:
    """Return the times that are given as ISO texts."""
    given = {key: fields[key] for key in _TIMES if key in fields}
    moments = {key: _moment(value, f"{where}[{key!r}]") for key, value in given.items()}
    start, end = moments.get("start_time"), moments.get("end_time")
    if start is not None and end is not None and end < start:
        raise ValueError(
            f"{where} ends before it starts: end_time {given['end_time']}, "
            f"start_time {given['start_time']}"
        )
    return {
        key: value if isinstance(value, str) else value.isoformat() for key, value in given.items()
    }


def _moment(value: Any, where: str) -> datetime:
    """Return a time in UTC; without a zone it is meant as UTC."""
    if not isinstance(value, str | date):
        raise TypeError(
            f"{where} must be a time, as ISO 8601 text or as a datetime, not {shown(value)}"
        )
    try:
        moment = value if isinstance(value, date) else datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(
            f'{where} must be a time in ISO 8601 such as "2026-05-08T12:30:00Z", not {shown(value)}'
        ) from None
    if value != value:  # pandas has a time that is none, and calls it a datetime
        raise ValueError(f"{where} must be a time, not {value!r}")
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    try:
        moved = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        moved = None
    if moved is None or moved.year < MINYEAR:  # times of pandas go further back
        raise ValueError(f"{where} must lie in the years 1 to 9999 of UTC, not {shown(value)}")
    return moved
