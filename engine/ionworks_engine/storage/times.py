"""Moments in time, as the one text form in which they sort: UTC, microseconds, ``+00:00``."""

from __future__ import annotations

import re
from datetime import UTC, datetime

# A plus sign sent unescaped in a query string arrives as a space.
_LOST_PLUS = re.compile(r"([T ]\d\d:\d\d\S*) (\d\d:?\d\d)$")


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """Return ``moment`` as text of a fixed width, so that text order is time order.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> stamp(datetime(2026, 5, 8, tzinfo=UTC))
    '2026-05-08T00:00:00.000000+00:00'
    """
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def parse(text: str) -> str:
    """Return any ISO 8601 date or date-time as a stamp; without a zone it is UTC.

    Raises
    ------
    ValueError
        If the text is no ISO 8601 date or date-time.

    Examples
    --------
    >>> parse("2026-05-08")
    '2026-05-08T00:00:00.000000+00:00'
    """
    try:
        moment = datetime.fromisoformat(_LOST_PLUS.sub(r"\1+\2", text.strip()))
        return stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no ISO 8601 date or date-time") from None
