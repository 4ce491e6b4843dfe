"""What the ``format`` words of the schema mean: text that only the parser of expressions can judge.

A validator that knows no formats accepts more than `load` does; one that is given these agrees.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from ionworks.ucp.ends import read_comparison
from ionworks.ucp.expressions import Scope, Written, read_text
from ionworks.ucp.findings import Report
from ionworks.ucp.nodes import Scalar
from ionworks.ucp.parse import DIRECTION_KEY, read_direction
from ionworks.ucp.quantities import read_quantity
from ionworks.ucp.rules import ASSIGNED
from ionworks.ucp.tree import ModelVariable

_KEY = re.compile(DIRECTION_KEY, re.DOTALL)


def is_expression(text: str) -> bool:
    """Whether a text is an expression, whatever its value.

    Examples
    --------
    >>> is_expression("0.5 * max(SOC, VAR_LOW)"), is_expression("import os")
    (True, False)
    """
    return _is_readable(text, "step")


def is_constant(text: str) -> bool:
    """Whether a text is an expression of numbers and inputs alone."""
    return _is_readable(text, "constant")


def is_direction(text: str) -> bool:
    """Whether a text may stand under ``direction``: a kind of step, or an expression."""
    return read_direction(Scalar(text), "", Report()) != (None, None)


def is_direction_key(text: str) -> bool:
    """Whether a text is ``direction[...]`` around an expression."""
    inside = _KEY.fullmatch(text)
    return inside is not None and _is_readable(inside.group(1), "direction")


def is_condition(text: str) -> bool:
    """Whether a text is the condition of an end, such as ``Voltage < 2.5``."""
    return read_comparison(Written(text).part(0), "", Report()) is not None


def is_model_variable(text: str) -> bool:
    """Whether a text names a variable of the model that is none of the quantities."""
    return isinstance(read_quantity(Written(text).part(0), "", Report()), ModelVariable)


def _is_readable(text: str, scope: Scope) -> bool:
    return read_text(Written(text).part(0), ASSIGNED, "", Report(), scope) is not None


FORMATS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "ucp-expression": is_expression,
        "ucp-constant": is_constant,
        "ucp-direction": is_direction,
        "ucp-direction-key": is_direction_key,
        "ucp-condition": is_condition,
        "ucp-model-variable": is_model_variable,
    }
)
"""The format words of the schema, to be registered with a validator of JSON Schema."""
