"""The JSON Schema of a protocol, made from the tables that the parser reads.

What the parser alone can see: the range of a number written as text, two spellings of the start
that contradict each other, and the limits of size.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from ionworks.ucp import rules
from ionworks.ucp.ends import OPERATORS
from ionworks.ucp.grammar import INPUT_PATTERN, QUANTITIES
from ionworks.ucp.nodes import NUMBER_PATTERN
from ionworks.ucp.parse import RESERVED
from ionworks.ucp.rules import Rule
from ionworks.ucp.start import STATE_TYPES
from ionworks.ucp.steps import KINDS, MODES
from ionworks.ucp.tree import Kind, Quantity

Schema: TypeAlias = dict[str, Any]

_BLANK = r"[ \t]*"
_VALUE = rf"(?:{NUMBER_PATTERN}|{INPUT_PATTERN})"


def _expression(rule: Rule) -> Schema:
    """Describe a number, a number as text, or an input."""
    number: Schema = {"type": "integer" if rule.whole else "number"}
    number["exclusiveMinimum" if rule.open_low else "minimum"] = rule.low
    if rule.high is not None:
        number["maximum"] = rule.high
    description = f"{rule.name}: {rule.span}."
    return {"description": description, "anyOf": [number, {"$ref": "#/$defs/text"}]}


def _closed(properties: Schema, **rest: object) -> Schema:
    """Describe a mapping without other keys."""
    return {"type": "object", "properties": properties, "additionalProperties": False} | rest


def _variable(quantity: Quantity) -> str:
    """Pattern of a quantity with or without its unit."""
    unit = rules.UNITS[quantity].replace(".", r"\.")
    return rf"{quantity}(?:{_BLANK}\[{unit}\])?" if unit else quantity


def _end(kind: Kind) -> Schema:
    """Describe an end of a step of one kind."""
    names = "|".join(_variable(quantity) for quantity in QUANTITIES)
    signs = "|".join(OPERATORS)
    comparison = rf"^{_BLANK}(?:{names}){_BLANK}(?:{signs}){_BLANK}{_VALUE}{_BLANK}$"
    text: Schema = {"type": "string", "pattern": comparison, "examples": ["Voltage < 2.5"]}
    wrapped = _closed({"expression": text}, required=["expression"])
    mappings = [_end_mapping(quantity, kind) for quantity in QUANTITIES]
    return {"anyOf": [text, wrapped, *mappings]}


def _end_mapping(quantity: Quantity, kind: Kind) -> Schema:
    sense = rules.default_operator(quantity, kind)
    operator: Schema = {"enum": list(OPERATORS)}
    if sense is not None:
        operator["default"] = sense
    properties: Schema = {
        "variable": {"type": "string", "pattern": rf"^{_BLANK}{_variable(quantity)}{_BLANK}$"},
        "operator": operator,
        "value": _expression(rules.END_VALUE[quantity]),
    }
    required = ["variable", "value"] if sense else ["variable", "operator", "value"]
    return _closed(properties, required=required)


def _step(kind: Kind, *, flat: bool) -> Schema:
    """Describe a step: what stands under its kind, or the flat form."""
    ending: Schema = {
        "duration": _expression(rules.DURATION),
        "ends": {"type": "array", "minItems": 1, "items": {"$ref": f"#/$defs/endOf{kind}"}},
    }
    head: Schema = {"direction": {"const": kind}} if flat else {}
    named = ["direction"] if flat else []
    over = [{"required": ["duration"]}, {"required": ["ends"]}]
    if kind == "Rest":
        return _closed(head | ending, required=named, anyOf=over)
    forms = []
    for mode in MODES:
        drive: Schema = {"mode": {"const": mode}, "value": _expression(rules.STEP_VALUE[mode])}
        required = [*named, "mode", "value"]
        forms.append(_closed(head | drive | ending, required=required, anyOf=over))
    return {"anyOf": forms}


def _named_item() -> Schema:
    """Describe an item whose only key is a kind or the name of a block."""
    block: Schema = {"$ref": "#/$defs/block"}
    properties = {kind: {"anyOf": [{"$ref": f"#/$defs/{kind}"}, block]} for kind in KINDS}
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "properties": properties,
        "additionalProperties": block,
        "propertyNames": {"pattern": "[^ \\t\\r\\n]", "not": {"enum": list(RESERVED)}},
    }


def _global() -> Schema:
    resolution = {key: _expression(rule) for key, rule in rules.RESOLUTION.items()}
    state: Schema = {
        "dependentRequired": {
            "initial_state_type": ["initial_state_value"],
            "initial_state_value": ["initial_state_type"],
        },
        "if": {
            "properties": {"initial_state_type": {"const": "voltage"}},
            "required": ["initial_state_type"],
        },
        "then": {"properties": {"initial_state_value": _expression(rules.INITIAL_VOLTAGE)}},
        "else": {"properties": {"initial_state_value": _expression(rules.INITIAL_PERCENT)}},
    }
    properties: Schema = {
        "initial_state_type": {"enum": list(STATE_TYPES)},
        "initial_state_value": True,
        "initial_soc": _expression(rules.INITIAL_SOC),
        "initial_temperature": _expression(rules.TEMPERATURE),
        "temperature": _expression(rules.TEMPERATURE),
        "resolution": {"anyOf": [resolution["time"], _closed(resolution)]},
    }
    return _closed(properties) | state


def _definitions() -> Schema:
    steps: Schema = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/item"}}
    definitions: Schema = {
        "text": {
            "description": 'A number as text, or input["name"].',
            "type": "string",
            "pattern": rf"^{_BLANK}{_VALUE}{_BLANK}$",
        },
        "global": _global(),
        "steps": steps,
        "item": {"anyOf": [_named_item(), *(_step(kind, flat=True) for kind in KINDS)]},
        "block": {
            "description": "A named group of steps: a list, or a mapping with `repeat`.",
            "anyOf": [
                {"$ref": "#/$defs/steps"},
                _closed(
                    {"repeat": _expression(rules.REPEAT), "steps": {"$ref": "#/$defs/steps"}},
                    required=["steps"],
                ),
            ],
        },
    }
    for kind in KINDS:
        definitions[kind] = _step(kind, flat=False)
        definitions[f"endOf{kind}"] = _end(kind)
    return definitions


SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Universal Cycler Protocol",
    "description": __doc__.split("\n\n")[1].replace("\n", " ").strip(),
    **_closed(
        {"global": {"$ref": "#/$defs/global"}, "steps": {"$ref": "#/$defs/steps"}},
        required=["steps"],
    ),
    "$defs": _definitions(),
    "examples": [
        {"steps": [{"Discharge": {"mode": "C-rate", "value": 1, "ends": ["Voltage < 2.5"]}}]},
    ],
}
"""JSON Schema (draft 2020-12) of the documents that `load` accepts."""
