"""Units in either spelling, against pint's own arithmetic; what is no unit is told what is near."""

import math

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ionworks_engine import units

# What is written in battery data, and the same in SI by hand: factor and dimensions.
SAME = [
    ("A.h", "A*h", 3600, "coulomb"),
    ("Ah", "A h", 3600, "coulomb"),
    ("mAh", "mA.h", 3.6, "coulomb"),
    ("W.h", "Wh", 3600, "joule"),
    ("kWh", "kW*h", 3.6e6, "joule"),
    ("mg/cm**2", "mg.cm-2", 1e-2, "kilogram / meter ** 2"),
    ("mg/cm^2", "mg·cm⁻²", 1e-2, "kilogram / meter ** 2"),
    ("mAh/cm**2", "mA.h.cm-2", 3.6e4, "coulomb / meter ** 2"),
    ("mAh/g", "mA.h.g-1", 3600, "coulomb / kilogram"),
    ("Wh/kg", "W.h.kg-1", 3600, "joule / kilogram"),
    ("Wh/L", "W.h/l", 3.6e6, "joule / meter ** 3"),
    ("Ohm", "ohm", 1, "ohm"),
    ("mOhm", "mΩ", 1e-3, "ohm"),
    ("Ohm.cm2", "Ohm*cm**2", 1e-4, "ohm * meter ** 2"),
    ("Ohm.s-0.5", "Ohm/s**0.5", 1, "ohm / second ** 0.5"),
    ("um", "µm", 1e-6, "meter"),
    ("micron", "μm", 1e-6, "meter"),
    ("nm", "nanometer", 1e-9, "meter"),
    ("cm2", "cm²", 1e-4, "meter ** 2"),
    ("g.cm-3", "g/cm**3", 1e3, "kilogram / meter ** 3"),
    ("kg.m-3", "kg/m^3", 1, "kilogram / meter ** 3"),
    ("m2.s-1", "m**2/s", 1, "meter ** 2 / second"),
    ("cm**2/s", "cm2.s-1", 1e-4, "meter ** 2 / second"),
    ("mol.m-3", "mol/m**3", 1, "mole / meter ** 3"),
    ("mol/L", "mol.L-1", 1e3, "mole / meter ** 3"),
    ("A.m-2", "A/m**2", 1, "ampere / meter ** 2"),
    ("mA/cm**2", "mA.cm-2", 10, "ampere / meter ** 2"),
    ("S.m-1", "S/m", 1, "siemens / meter"),
    ("mS/cm", "mS.cm-1", 0.1, "siemens / meter"),
    ("J.mol-1.K-1", "J/(mol*K)", 1, "joule / mole / kelvin"),
    ("W.m-1.K-1", "W/(m K)", 1, "watt / meter / kelvin"),
    ("J.kg-1.K-1", "J/kg/K", 1, "joule / kilogram / kelvin"),
    ("K-1", "1/K", 1, "1 / kelvin"),
    ("h-1", "1/h", 1 / 3600, "1 / second"),
    ("A.m-2.(m3.mol-1)1.5", "A.m-2.(m3.mol-1)**1.5", 1, "ampere * meter ** 2.5 / mole ** 1.5"),
    ("V", "volt", 1, "volt"),
    ("mV", "millivolt", 1e-3, "volt"),
    ("uA", "µA", 1e-6, "ampere"),
    ("uL", "mm**3", 1e-9, "meter ** 3"),
    ("MPa", "N/mm**2", 1e6, "pascal"),
    ("bar", "daN/cm**2", 1e5, "pascal"),
    ("mHz", "ks-1", 1e-3, "1 / second"),
    ("g/(A*h)", "g.A-1.h-1", 1e-3 / 3600, "kilogram / coulomb"),
    ("min", "minute", 60, "second"),
    ("day", "d", 86400, "second"),
    ("eV", "electron_volt", 1.602176634e-19, "joule"),
    ("mg / cm ** 2", "(mg)/(cm**2)", 1e-2, "kilogram / meter ** 2"),
    ("%", "percent", 0.01, "dimensionless"),
    ("wt%", "vol.%", 0.01, "dimensionless"),
    ("mol%/h", "at% / hour", 0.01 / 3600, "1 / second"),
    ("ppb", "ppb", 1e-9, "dimensionless"),
    ("C-rate", "h-1", 1 / 3600, "1 / second"),
    ("A/C-rate", "A h", 3600, "coulomb"),
    ("°", "deg", math.pi / 180, "radian"),
    ("", "-", 1, "dimensionless"),
    ("1", "dimensionless", 1, "dimensionless"),
]


@pytest.fixture(scope="module")
def registry():
    registry = pint.UnitRegistry()
    registry.define("@alias ohm = Ohm")
    registry.define("ppb = 1e-9")
    return registry


@pytest.mark.parametrize(("one", "other", "factor", "si"), SAME)
def test_both_spellings_mean_the_same(registry, one, other, factor, si):
    for spelling in (one, other):
        assert units.why_not(spelling) is None
        quantity = registry.Quantity(1, units.to_pint(spelling))
        assert quantity.to(si).magnitude == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize("unit", ["degC", "°C", "celsius", "℃", "K", "delta_degC", "degF"])
def test_temperatures_are_units(unit):
    assert units.why_not(unit) is None


@pytest.mark.parametrize(
    ("unit", "why"),
    [
        ("mdegC", "'mdegC' is unknown; did you mean 'degC'"),
        ("mg/cmm**2", "'cmm' is unknown; did you mean 'mg/cm**2'"),
        ("mv", "did you mean 'mV'"),
        ("ah", "did you mean 'Ah'"),
        ("ma", "did you mean 'mA'"),
        ("A.hh", "did you mean 'A.h'"),
        ("mh", "'mAh'"),
        ("mAhr", "did you mean 'mAh'"),
        ("A-h", "cannot be read at '-h'; did you mean 'Ah'"),
        ("mg/", "a name is missing at the end"),
        ("mg//cm2", "a name is missing before '/'"),
        (".m", "a name is missing before '.'"),
        ("mg/cm**", "an exponent is missing"),
        ("(mg", "')' is missing"),
        ("mg)", "')' is out of place"),
        ("mg/cm**(2", "')' is missing"),
        ("()", "a name is missing"),
        ("5 mg", "the factor 5 belongs to the value"),
        ("mg 5", "the factor 5 belongs to the value"),
        ("1e5", "'e' is out of place"),
        ("%%d", "'%' is out of place"),
        ("m**9**9**9", "'**' is out of place"),
        ("m99999999999", "exponent"),
        ("m0", "exponent"),
        ("V vs Li/Li+", "cannot be read at '+'"),
        ("C-rates", "cannot be read at '-rates'"),
        ("mC-rate", "cannot be read at '-rate'"),
        ("wt %", "'wt' is unknown; did you mean 'wt%'"),
        ("grm", "'grm' is unknown; did you mean 'g'?"),
        ("Volt", "'Volt' is unknown; did you mean 'V'?"),
        ("AMPERES", "did you mean 'A'?"),
        ("N/A", "'N/A' is no unit; '-' stands for none"),
        ("n/a", "'-' stands for none"),
        ("foo", "'foo' is unknown; write it such as 'mg/cm**2' or 'mg.cm-2'"),
        ("__import__('os')", "cannot be read"),
        ("lambda: 0", "cannot be read"),
        ("A;h", "cannot be read at ';h'"),
        ("\x00", "cannot be read"),
        ("m" * 101, "at most 100 characters"),
    ],
)
def test_what_is_no_unit_is_refused_with_what_is_near(unit, why):
    message = units.why_not(unit)
    assert message is not None
    assert why in message
    assert len(message) < 400
    with pytest.raises(units.UnitError):
        units.to_pint(unit)


@given(st.text(alphabet="mAhVgC/*.^-+()123 eµ°%", max_size=30) | st.text(max_size=30))
def test_no_text_breaks_the_reading(text):
    message = units.why_not(text)
    assert message is None or message


def test_quantities_are_found_wherever_they_stand():
    good = {"value": 1, "unit": "A.h"}
    document = {
        "capacity": good,
        "curves": [{"rate": {"value": 2, "unit": "C/"}}, [{"value": [1, 2], "unit": "vv"}]],
        "note": {"value": 3, "unit": "vv", "of": "no quantity: it has another key"},
        "empty": {"value": 4, "unit": None},
    }
    found = {problem.path: problem.message for problem in units.problems(document, "ratings")}
    assert list(found) == [
        "ratings.curves[0].rate.unit",
        "ratings.curves[1][0].unit",
        "ratings.empty.unit",
    ]
    assert "a unit is a text" in found["ratings.empty.unit"]
    assert list(units.problems(None, "ratings")) == []


def test_a_document_nested_too_deeply_is_refused():
    document = {"value": 1, "unit": "V"}
    for _ in range(units.DEEPEST - 1):
        document = {"in": document}
    assert list(units.problems(document, "properties")) == []
    for _ in range(5000):
        document = [document]
    [problem] = units.problems(document, "properties")
    assert problem.path == "properties"


def test_no_more_is_told_than_can_be_read():
    document = [{"value": 1, "unit": "no"}] * 1000
    assert len(list(units.problems(document, "properties"))) == 100


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("5", "a number, not '5'"),
        (True, "a number, not True"),
        ({"value": 5}, "a number, not an object"),
        ([1, [2, "x"]], "a number, not 'x'"),
    ],
)
def test_the_value_of_a_quantity_is_a_number(value, told):
    [problem] = units.problems({"mass": {"value": value, "unit": "g"}}, "properties")
    assert problem.path == "properties.mass.value"
    assert told in problem.message
    for good in (None, 5, 0.5, [], [1, None], [[1, 2], [3.5]]):
        assert list(units.problems({"value": good, "unit": "g"}, "properties")) == []


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        *(({"value": 3, "unit": u}, 3.0) for u in ("A.h", "A h", "Ah", "A·h", "ampere_hour")),
        *(({"value": 3, "unit": u}, 3e-3) for u in ("mA.h", "mA h", "mAh", "milliampere_hour")),
        *(({"value": 3, "unit": u}, 3e-6) for u in ("uAh", "uA.h", "µA h")),
        ({"value": 7200, "unit": "C"}, 2.0),
        (3, 3.0),
        ({"value": 3, "unit": "W.h"}, None),
        ({"value": 3, "unit": "no"}, None),
        ({"value": "3", "unit": "A.h"}, None),
        ({"value": 3, "unit": None}, None),
        (True, None),
        (None, None),
    ],
)
def test_an_amount_is_told_in_the_unit_that_is_wanted(quantity, expected):
    assert units.amount(quantity, "A.h") == (expected and pytest.approx(expected, rel=1e-12))
