"""JSON as databases keep it: short, and never what is no JSON."""

from __future__ import annotations

import json
from typing import Any


def dump(value: Any) -> str:
    """Return a JSON value as text.

    Examples
    --------
    >>> dump({"Größe": [1, None]})
    '{"Größe":[1,null]}'
    """
    return json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
