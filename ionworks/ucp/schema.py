"""The JSON Schema of a protocol, made from the tables that the parser reads.

The words of `ionworks.ucp.formats.FORMATS` say what text may be an expression, a condition or a
direction.
What the parser alone can see: the range of a number written as text or worked out, steps none of
whose ends can be met, gotos that lead nowhere or around for ever, variables that nothing sets,
drive cycles whose times go back or whose columns differ in length, limits and spellings of the
start that contradict each other, and the limits of size.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from ionworks.ucp import control, rules, steps
from ionworks.ucp.ends import END_KEYS, OPERATORS, WRAPPED_KEYS
from ionworks.ucp.grammar import QUANTITIES, RESERVED_NAMES
from ionworks.ucp.parse import RESERVED
from ionworks.ucp.profiles import COLUMNS, MIN_POINTS, TIME_KEY
from ionworks.ucp.quantities import OTHER_UNITS
from ionworks.ucp.rules import Rule
from ionworks.ucp.safety import BOUNDS
from ionworks.ucp.start import STATE_TYPES
from ionworks.ucp.steps import KINDS, modes_of
from ionworks.ucp.tokens import NAME_PATTERN
from ionworks.ucp.tree import Kind, Quantity

Schema: TypeAlias = dict[str, Any]

_BLANK = r"[ \t]*"
_BLANKS = r"[ \t\r\n]*"
_NOT_BLANK = r"[^ \t\r\n]"
_ENDING = [{"required": ["duration"]}, {"required": ["ends"]}]
_SPECIAL = {
    steps.read_drive_cycle: "drive_cycle",
    steps.read_waveform: "waveform",
    steps.read_impedance: "impedance",
}
_SINGLE: Schema = {"type": "object", "minProperties": 1, "maxProperties": 1}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _number(rule: Rule) -> Schema:
    """Describe a literal number."""
    number: Schema = {"type": "integer" if rule.whole else "number"}
    if rule.low is not None:
        number["exclusiveMinimum" if rule.open_low else "minimum"] = rule.low
    highest = rule.likely if rule.high is None else rule.high
    if highest is not None:
        number["maximum"] = highest
        if rule.low is None:
            number["minimum"] = -highest
    if rule.nonzero:
        number["not"] = {"const": 0}
    return number


def _expression(rule: Rule, text: str = "expression") -> Schema:
    """Describe a number, or an expression as text."""
    description = f"{rule.name}: {rule.span}."
    return {"description": description, "anyOf": [_number(rule), _ref(text)]}


def _closed(properties: Schema, **rest: object) -> Schema:
    """Describe a mapping without other keys."""
    return {"type": "object", "properties": properties, "additionalProperties": False} | rest


def _text(word: str, description: str) -> Schema:
    return {"type": "string", "format": f"ucp-{word}", "description": description}


def _variable(quantity: Quantity) -> str:
    """Pattern of a quantity with or without its unit."""
    unit = rules.UNITS[quantity]
    units = "|".join((unit, *OTHER_UNITS.get(quantity, ()))).replace(".", r"\.")
    name = rf"{quantity}(?:{_BLANK}\[(?:{units})\])?" if unit else quantity
    return rf"^{_BLANKS}{name}{_BLANKS}$"


def _end(kind: Kind | None) -> Schema:
    """Describe an end of a step of one kind."""
    goto = {"goto": _ref("name")}
    wrapped = _closed({"expression": _ref("condition")} | goto, required=["expression"])
    jump = _SINGLE | {
        "propertyNames": {
            "format": "ucp-condition",
            "not": {"enum": sorted({*END_KEYS, *WRAPPED_KEYS})},
        },
        "additionalProperties": _closed(goto, required=["goto"]),
    }
    model = _end_mapping(
        {"type": "string", "format": "ucp-model-variable"}, rules.MODEL_LIMIT, None
    )
    mappings = [
        _end_mapping(
            {"type": "string", "pattern": _variable(quantity)},
            rules.END_VALUE[quantity],
            rules.default_operator(quantity, kind),
        )
        for quantity in QUANTITIES
    ]
    return {"anyOf": [_ref("condition"), wrapped, jump, *mappings, model]}


def _end_mapping(variable: Schema, rule: Rule, sense: str | None) -> Schema:
    operator: Schema = {"enum": list(OPERATORS)}
    if sense is not None:
        operator["default"] = sense
    properties: Schema = {
        "variable": variable,
        "operator": operator,
        "value": _expression(rule),
        "goto": _ref("name"),
    }
    required = ["variable", "value"] if sense else ["variable", "operator", "value"]
    return _closed(properties, required=required)


def _common(kind: Kind | None, *, ending: bool = True) -> Schema:
    """Describe the keys of every step that takes time."""
    common: Schema = {
        "name": _ref("name"),
        "temperature": _expression(rules.TEMPERATURE),
        "resolution": _resolution("expression"),
        "set_variable": _ref("assignments"),
        "note": {"type": "string"},
    }
    if not ending:
        return common
    ends = {"type": "array", "minItems": 1, "items": _ref(f"endOf{kind or 'Other'}")}
    return common | {"duration": _expression(rules.DURATION), "ends": ends}


def _step(kind: Kind | None, head: Schema) -> Schema:
    """Describe a step: what stands under its kind, or with ``direction`` the flat form."""
    properties = head | _common(kind)
    named = list(head)
    if kind == "Rest":
        return _closed(properties, required=named, anyOf=_ENDING)
    forms = []
    for mode in modes_of(kind):
        drive: Schema = {"mode": {"const": mode}, "value": _expression(rules.STEP_VALUE[mode])}
        if mode != "Voltage":
            drive["hold_voltage"] = _expression(rules.HOLD_VOLTAGE)
        required = [*named, "mode", "value"]
        forms.append(_closed(properties | drive, required=required, anyOf=_ENDING))
    return {"anyOf": forms}


def _flat() -> list[Schema]:
    """Describe the flat form, with a kind or with a direction that is worked out."""
    text = {"type": "string", "format": "ucp-direction", "not": {"enum": list(KINDS)}}
    worked_out: Schema = {"anyOf": [_number(rules.DIRECTION), text]}
    kinds = [_step(kind, {"direction": {"const": kind}}) for kind in KINDS]
    return [*kinds, _step(None, {"direction": worked_out})]


def _drive_cycle() -> Schema:
    own: Schema = {
        "profile": _ref("name"),
        "scale": _expression(rules.DRIVE_SCALE),
        "repeat": _expression(rules.DRIVE_REPEAT),
    }
    return _closed(own | _common(None), required=["profile"])


def _waveform() -> Schema:
    own: Schema = {
        "shape": {"enum": list(steps.SHAPES)},
        "mode": {"enum": list(steps.PROFILE_MODES)},
        "amplitude": _expression(rules.WAVE_AMPLITUDE["Current"]),
        "frequency": _expression(rules.FREQUENCY),
        "period": _expression(rules.PERIOD),
        "offset": _expression(rules.WAVE_OFFSET["Current"]),
    }
    for key in ("amplitude", "offset"):
        own[key]["description"] = f"The {key} of a waveform in the unit of its mode."
    one = [{"required": ["frequency"]}, {"required": ["period"]}]
    rest: Schema = {"required": ["shape", "mode", "amplitude"], "anyOf": _ENDING, "oneOf": one}
    volts = {"amplitude": rules.WAVE_AMPLITUDE["Voltage"], "offset": rules.WAVE_OFFSET["Voltage"]}
    return _closed(own | _common(None), **rest) | _in_volts(volts)


def _impedance() -> Schema:
    own: Schema = {
        "start_frequency": _expression(rules.FREQUENCY),
        "end_frequency": _expression(rules.FREQUENCY),
        "points_per_decade": _expression(rules.POINTS),
        "mode": {"enum": list(steps.EIS_MODES)},
        "amplitude": _expression(rules.EIS_AMPLITUDE["Current"]),
    }
    own["amplitude"]["description"] = "The amplitude of an EIS in the unit of its mode."
    required = ["start_frequency", "end_frequency"]
    volts = {"amplitude": rules.EIS_AMPLITUDE["Voltage"]}
    return _closed(own | _common(None, ending=False), required=required) | _in_volts(volts)


def _in_volts(volts: dict[str, Rule]) -> Schema:
    """Describe what more holds for a signal of voltage."""
    return {
        "if": {"properties": {"mode": {"const": "Voltage"}}, "required": ["mode"]},
        "then": {"properties": {key: _expression(rule) for key, rule in volts.items()}},
    }


def _control() -> Schema:
    jump = _closed({"goto": _ref("name")}, required=["goto"])
    wrapped = _closed(
        {"expression": _expression(rules.CONDITION), "goto": _ref("name")},
        required=["expression", "goto"],
    )
    names = {"format": "ucp-expression", "not": {"enum": sorted({*END_KEYS, *WRAPPED_KEYS})}}
    branch = {"anyOf": [wrapped, _SINGLE | {"propertyNames": names, "additionalProperties": jump}]}
    own: Schema = {
        "set_variable": _ref("assignments"),
        "advance_cycle": {"type": "boolean"},
        "ends": {"type": "array", "minItems": 1, "items": branch},
        "name": _ref("name"),
        "note": {"type": "string"},
    }
    some: list[Schema] = [{"required": [key]} for key in ("set_variable", "ends")]
    counts: Schema = {"properties": {"advance_cycle": {"const": True}}}
    return _closed(own, anyOf=[*some, counts | {"required": ["advance_cycle"]}])


def _ambient() -> Schema:
    own: Schema = {"value": _expression(rules.TEMPERATURE), "name": _ref("name")}
    return _closed(own | {"note": {"type": "string"}}, required=["value"])


def _items() -> Schema:
    """Describe an item of ``steps``: a block, a step by its key, or the flat form."""
    names = {"pattern": _NOT_BLANK, "not": {"enum": list(RESERVED)}}
    block = _SINGLE | {"propertyNames": names, "additionalProperties": _ref("block")}
    keys: Schema = {kind: _ref(kind) for kind in KINDS}
    keys |= {
        key: _ref(reader.__name__.removeprefix("read_")) for key, reader in steps.SPECIAL.items()
    }
    keys |= {key: _ref("ambient") for key in control.AMBIENT_NAMES} | {"Control": _ref("control")}
    worked_out = _SINGLE | {
        "propertyNames": {"format": "ucp-direction-key"},
        "additionalProperties": _ref("directed"),
    }
    return {"anyOf": [_closed(keys) | _SINGLE, worked_out, block, *_flat()]}


def _resolution(text: str) -> Schema:
    parts = {key: _expression(rule, text) for key, rule in rules.RESOLUTION.items()}
    return {"anyOf": [parts["time"], _closed(parts)]}


def _global() -> Schema:
    def state(rule: Rule) -> Schema:
        return {"properties": {"initial_state_value": _expression(rule, "constant")}}

    choice: Schema = {
        "dependentRequired": {
            "initial_state_type": ["initial_state_value"],
            "initial_state_value": ["initial_state_type"],
        },
        "if": {
            "properties": {"initial_state_type": {"const": "voltage"}},
            "required": ["initial_state_type"],
        },
        "then": state(rules.INITIAL_VOLTAGE),
        "else": state(rules.INITIAL_PERCENT),
    }
    properties: Schema = {
        "initial_state_type": {"enum": list(STATE_TYPES)},
        "initial_state_value": True,
        "initial_soc": _expression(rules.INITIAL_SOC, "constant"),
        "initial_temperature": _expression(rules.TEMPERATURE, "constant"),
        "temperature": _expression(rules.TEMPERATURE, "constant"),
        "resolution": _resolution("constant"),
    }
    return _closed(properties) | choice


def _safety() -> Schema:
    properties: Schema = {"goto": _ref("name")}
    for key, bound in BOUNDS.items():
        value = _expression(rules.SAFETY[bound], "constant")
        mapping = _closed({"value": value, "goto": _ref("name")}, required=["value"])
        properties[key] = {"anyOf": [value, mapping]}
    return _closed(properties)


def _profile() -> Schema:
    column: Schema = {"type": "array", "minItems": MIN_POINTS}
    times = column | {"items": {"type": "number"}, "prefixItems": [{"const": 0}]}
    forms = []
    for name, mode in COLUMNS.items():
        values = column | {"items": _number(rules.PROFILE_VALUE[mode])}
        forms.append(_closed({TIME_KEY: times, name: values}, required=[TIME_KEY, name]))
    return {"description": "Positive values are discharge.", "anyOf": forms}


def _assignments() -> Schema:
    name = {
        "type": "string",
        "pattern": rf"^{NAME_PATTERN}$",
        "not": {"enum": sorted(RESERVED_NAMES)},
    }
    own: Schema = {"name": name, "eval": _expression(rules.ASSIGNED)}
    return {"type": "array", "minItems": 1, "items": _closed(own, required=list(own))}


def _block() -> Schema:
    properties: Schema = {"repeat": _expression(rules.REPEAT), "steps": _ref("steps")}
    return {
        "description": "A named group of steps: a list, or a mapping with `repeat`.",
        "anyOf": [_ref("steps"), _closed(properties, required=["steps"])],
    }


def _definitions() -> Schema:
    definitions: Schema = {
        "expression": _text("expression", "A number as text, or an expression."),
        "constant": _text("constant", "A number as text, or an expression of numbers and inputs."),
        "condition": _text("condition", "A quantity, an operator and a limit: Voltage < 2.5."),
        "name": {"type": "string", "pattern": _NOT_BLANK},
        "assignments": _assignments(),
        "global": _global(),
        "safety": _safety(),
        "profile": _profile(),
        "steps": {"type": "array", "minItems": 1, "items": _ref("item")},
        "item": _items(),
        "block": _block(),
        "directed": _step(None, {}),
        "drive_cycle": _drive_cycle(),
        "waveform": _waveform(),
        "impedance": _impedance(),
        "control": _control(),
        "ambient": _ambient(),
        "endOfOther": _end(None),
    }
    for kind in KINDS:
        definitions[kind] = _step(kind, {})
        definitions[f"endOf{kind}"] = _end(kind)
    return definitions


def _top() -> Schema:
    profiles = {
        "type": "object",
        "propertyNames": {"pattern": _NOT_BLANK},
        "additionalProperties": _ref("profile"),
    }
    properties: Schema = {
        "global": _ref("global"),
        "safety_limits": _ref("safety"),
        "drive_cycles": profiles,
        "steps": _ref("steps"),
    }
    return _closed(properties, required=["steps"])


SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Universal Cycler Protocol",
    "description": __doc__.split("\n\n")[1].replace("\n", " ").strip(),
    **_top(),
    "$defs": _definitions(),
    "examples": [
        {"steps": [{"Discharge": {"mode": "C-rate", "value": 1, "ends": ["Voltage < 2.5"]}}]},
    ],
}
"""JSON Schema (draft 2020-12) of the documents that `load` accepts."""
