"""Which columns of frames and metrics a table on a screen has room for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

__all__ = ["MEASUREMENTS", "METRIC_COLUMNS", "STEPS", "minute", "rows_of", "scalars"]

STEPS = (
    "Step count",
    "Cycle count",
    "Step type",
    "Duration [s]",
    "Start voltage [V]",
    "End voltage [V]",
    "Discharge capacity [A.h]",
    "Charge capacity [A.h]",
    "Ended by",
)
_METRICS = (
    "Discharge capacity [A.h]",
    "Charge capacity [A.h]",
    "Discharge energy [W.h]",
    "Duration [s]",
)


def rows_of(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Return a frame row by row."""
    return frame.to_dicts()


def scalars(metrics: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the metrics that are one value.

    Examples
    --------
    >>> from ionworks.cli.tables import scalars
    >>> scalars({"Duration [s]": 60.0, "Cycles": [{"Cycle count": 0}]})
    {'Duration [s]': 60.0}
    """
    found = (metrics or {}).items()
    return {name: value for name, value in found if not isinstance(value, list | Mapping)}


def minute(key: str) -> Any:
    """Return what reads a time from a record, to the minute in UTC.

    Examples
    --------
    >>> from ionworks.cli.tables import minute
    >>> minute("start_time")({"start_time": "2026-11-22T01:30:00+02:00"})
    '2026-11-21 23:30'
    """

    def read(item: Any) -> str | None:
        text = item.get(key) if isinstance(item, Mapping) else getattr(item, key, None)
        return _in_utc(text) if text else None

    return read


def _in_utc(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    in_utc = moment.astimezone(UTC) if moment.tzinfo else moment
    return in_utc.strftime("%Y-%m-%d %H:%M")


def _metric(name: str) -> Any:
    return lambda record: (record.metrics or {}).get(name)


METRIC_COLUMNS = {name: _metric(name) for name in _METRICS}
MEASUREMENTS = {
    "Measurement": "name",
    "Type": "measurement_type",
    "Status": "processing_status",
    "Tags": "tags",
    "Started [UTC]": minute("start_time"),
    "Id": "id",
}
