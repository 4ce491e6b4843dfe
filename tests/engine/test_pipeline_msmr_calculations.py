"""Calculations from multi-species models, beside PyBaMM's functions and closed forms."""

import json
from pathlib import Path

import numpy as np
import pytest
from ionworks_engine.battery.quiet import casadi, pybamm
from ionworks_engine.pipelines.calculations import CALCULATIONS
from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.errors import MissingParametersError, PipelineError
from ionworks_engine.pipelines.values import ParameterSet, write_values

TEMPERATURE = 298.15
FARADAY, GAS = 96485.33212, 8.314462618
OPTIONS = {
    "number of MSMR reactions": ("6", "4"),
    "open-circuit potential": "MSMR",
    "particle": "MSMR",
    "intercalation kinetics": "MSMR",
}
OCP, LITHIATION = "Negative electrode OCP [V]", "Negative electrode lithiation"
LIMITS = [0.01, 1.2]
POTENTIAL = np.linspace(0.02, 1.1, 60)
_TABLES = {}


@pytest.fixture(scope="module")
def example():
    return pybamm.ParameterValues("MSMR_Example")


@pytest.fixture(scope="module")
def sites(example):
    wanted = ("standard potential", "occupancy fraction", "ideality factor")
    return {
        name: float(value)
        for name, value in example.items()
        if name.startswith("Negative electrode host") and any(each in name for each in wanted)
    } | {"Reference temperature [K]": TEMPERATURE}


def filling(example, potential, temperature=TEMPERATURE):
    """Stoichiometry as PyBaMM computes it."""
    side = pybamm.LithiumIonParameters(OPTIONS).n.prim
    symbol = side.x(pybamm.Vector(potential), pybamm.Scalar(temperature))
    with np.errstate(over="ignore"):
        return example.process_symbol(symbol).evaluate().ravel()


def calculated(kind, given, electrode="negative", *, context=None, **settings):
    """Run a calculation, and read what it gave back from the wire."""
    context = context or Context(ParameterSet(given), where="calculated")
    element = {"element_type": "calculation", "type": kind, "electrode": electrode, **settings}
    if kind == "MSMRFullCellCapacities":
        element.pop("electrode")
    found = CALCULATIONS[kind](element, context)
    return ParameterSet.read(json.loads(json.dumps(write_values(found))), "values")


def without(values, word):
    return {name: value for name, value in values.items() if word not in name}


def test_every_calculation_is_documented():
    page = (Path(__file__).parents[2] / "docs" / "msmr.md").read_text()
    for kind in (name for name in CALCULATIONS if "MSMR" in name):
        assert f"`{kind}`" in page


# -- potentials --------------------------------------------------------------------------


def test_the_function_is_pybamms_and_its_inverse(example, sites):
    found = calculated("MSMRFunction", sites)
    assert set(found) == {OCP, LITHIATION}
    expected = filling(example, POTENTIAL)
    np.testing.assert_allclose(found.evaluated(LITHIATION, POTENTIAL), expected, atol=1e-9)
    np.testing.assert_allclose(found.evaluated(OCP, expected), POTENTIAL, atol=2e-5)


def test_the_function_carries_a_model_of_pybamm(example, sites):
    """The tabulated potential stands in an ordinary particle model."""
    found = calculated("MSMRFunction", sites).pybamm(pybamm.ParameterValues("Chen2020"))
    ocp = pybamm.LithiumIonParameters().n.prim.U(pybamm.Vector([0.2, 0.6]), pybamm.Scalar(298.15))
    expected = [_potential(example, x) for x in (0.2, 0.6)]
    np.testing.assert_allclose(found.process_symbol(ocp).evaluate().ravel(), expected, atol=1e-5)


def _potential(example, stoichiometry, temperature=TEMPERATURE):
    """Look the potential up in a fine table of PyBaMM's function."""
    if temperature not in _TABLES:
        potential = np.linspace(0.0, 1.3, 260001)
        _TABLES[temperature] = filling(example, potential, temperature)[::-1], potential[::-1]
    return float(np.interp(stoichiometry, *_TABLES[temperature]))


@pytest.mark.parametrize("interpolator", ["linear", "pchip"])
def test_a_table_between_two_voltages(example, sites, interpolator):
    options = {"interpolator": interpolator}
    found = calculated("OCPMSMRInterpolant", sites, voltage_limits=LIMITS, options=options)
    expected = filling(example, POTENTIAL)
    np.testing.assert_allclose(found.evaluated(OCP, expected), POTENTIAL, atol=2e-5)
    np.testing.assert_allclose(found.evaluated(LITHIATION, POTENTIAL), expected, atol=1e-4)


@pytest.mark.parametrize(
    ("kind", "more", "of_potential"),
    [
        ("OCPMSMRInterpolant", {"voltage_limits": LIMITS}, True),
        ("EntropicChangeFromMSMRFunction", {"voltage_limits": LIMITS}, False),
        ("DiffusivityFromMSMRFunction", {"voltage_limits": LIMITS}, False),
    ],
)
def test_cubic_tables_run_in_solvers(sites, kind, more, of_potential):
    """CasADi refuses names that are no identifiers, but of cubic interpolants only."""
    found = calculated(kind, sites, options={"interpolator": "cubic"}, **more)
    values = found.updated({"Negative particle reference diffusivity [m2.s-1]": 1.0})
    for name in found:
        at = 0.3 if of_potential and name == LITHIATION else 0.4
        arguments = {"a": pybamm.InputParameter("a"), "b": pybamm.Scalar(TEMPERATURE)}
        if "diffusivity" not in name:
            del arguments["b"]
        symbol = values.pybamm().process_symbol(pybamm.FunctionParameter(name, arguments))
        point = casadi.MX.sym("a")
        function = casadi.Function("f", [point], [symbol.to_casadi(inputs={"a": point})])
        expected = values.evaluated(name, at, *([TEMPERATURE] * (len(arguments) - 1)))
        assert float(function(at)) == pytest.approx(float(expected), rel=1e-6)


def test_tables_say_where_they_end(sites):
    """Beyond its points a potential is extrapolated; its inverse stays within 0 to 1."""
    context = Context(ParameterSet(sites), where="calculated")
    found = calculated("OCPMSMRInterpolant", sites, voltage_limits=[0.09, 0.25], context=context)
    (note,) = [each for each in context.assumptions if OCP in each]
    ends = found.evaluated(LITHIATION, [0.25, 0.09])
    assert f"below the stoichiometry {ends[0]:.4g} and above {ends[1]:.4g}" in note
    np.testing.assert_array_equal(found.evaluated(LITHIATION, [3.0, -1.0]), ends)
    whole = Context(ParameterSet(sites), where="calculated")
    calculated("MSMRFunction", sites, context=whole)
    assert not whole.assumptions


def test_a_table_without_its_inverse(sites):
    options = {"create_lithiation_function": False}
    found = calculated("OCPMSMRInterpolant", sites, voltage_limits=LIMITS, options=options)
    assert set(found) == {OCP}


def test_names_follow_direction_and_phase(sites):
    moved = {
        f"Primary: {name.replace(' (', ' (lithiation) (')}": value
        for name, value in without(sites, "temperature").items()
    }
    settings = {"direction": "lithiation", "phase": "primary"}
    found = calculated("MSMRFunction", moved, **settings)
    assert set(found) == {
        "Primary: Negative electrode lithiation OCP [V]",
        "Primary: Negative electrode lithiation (lithiation)",
    }


def test_a_lumped_electrode_is_the_only_one(example, sites):
    own = {name.replace("Negative electrode", "Electrode"): value for name, value in sites.items()}
    found = calculated("MSMRFunction", own, electrode="lumped")
    expected = filling(example, POTENTIAL)
    np.testing.assert_allclose(found.evaluated("Electrode OCP [V]", expected), POTENTIAL, atol=2e-5)


def test_site_capacities_are_divided_by_their_sum(example, sites):
    capacities = {
        name.replace("occupancy fraction", "occupancy capacity") + " [A.h]": 2.5 * value
        for name, value in sites.items()
        if "fraction" in name
    }
    found = calculated("MSMRFunction", {**without(sites, "fraction"), **capacities})
    expected = filling(example, POTENTIAL) / 0.99999
    np.testing.assert_allclose(found.evaluated(LITHIATION, POTENTIAL), expected, atol=1e-9)


def test_lists_are_read_as_the_library_gives_them(example, sites):
    material = {"Reference temperature [K]": TEMPERATURE}
    for what in ("standard potential [V]", "occupancy fraction", "ideality factor"):
        stem, _, unit = what.partition(" [")
        names = [
            f"Negative electrode host site {stem} ({k})" + (f" [{unit}" if unit else "")
            for k in range(6)
        ]
        material[f"Negative electrode host site {what}"] = [sites[name] for name in names]
    found = calculated("MSMRFunction", material)
    expected = filling(example, POTENTIAL)
    np.testing.assert_allclose(found.evaluated(LITHIATION, POTENTIAL), expected, atol=1e-9)


def test_directions_are_averaged_kind_by_kind(sites):
    given = {}
    for name, value in without(sites, "temperature").items():
        for way, factor in (("lithiation", 0.9), ("delithiation", 1.2)):
            given[name.replace(" (", f" ({way}) (")] = factor * value
    found = calculated("AverageMSMRParameters", given)
    assert set(found) == set(without(sites, "temperature"))
    for name in found:
        assert found.number(name) == pytest.approx(1.05 * sites[name])


def test_what_is_missing_to_average_is_named():
    with pytest.raises(MissingParametersError) as caught:
        calculated("AverageMSMRParameters", {})
    assert "Negative electrode host site ideality factor (delithiation) (0)" in caught.value.message


# -- what follows from the potential -----------------------------------------------------


def test_the_entropic_change_is_that_of_the_potential_with_temperature(example, sites):
    name = "Negative electrode OCP entropic change [V.K-1]"
    options = {"scale factor": 2.0}
    plain = calculated("EntropicChangeFromMSMRFunction", sites, voltage_limits=LIMITS)
    twice = calculated(
        "EntropicChangeFromMSMRFunction", sites, voltage_limits=LIMITS, options=options
    )
    for stoichiometry in (0.1, 0.35, 0.7, 0.9):
        warm, cold = (_potential(example, stoichiometry, TEMPERATURE + dt) for dt in (0.5, -0.5))
        found = plain.evaluated(name, stoichiometry)
        assert found == pytest.approx(warm - cold, rel=5e-3, abs=2e-9)
        assert twice.evaluated(name, stoichiometry) == pytest.approx(2 * found)


def test_the_diffusivity_is_the_slope_of_the_potential(example, sites):
    name = "Negative particle diffusivity [m2.s-1]"
    given = {**sites, "Negative particle reference diffusivity [m2.s-1]": 1e-14}
    energy = {"Negative particle diffusivity activation energy [J.mol-1]": 3e4}
    plain, activated = (
        ParameterSet({**given, **energy}).updated({name: found.get(name)})
        for found in (
            calculated(kind, given, voltage_limits=LIMITS)
            for kind in ("DiffusivityFromMSMRFunction", "ArrheniusDiffusivityFromMSMRFunction")
        )
    )
    for at in (0.1, 0.35, 0.6):
        slope = (_potential(example, at + 1e-5) - _potential(example, at - 1e-5)) / 2e-5
        reference = -FARADAY / (GAS * TEMPERATURE) * 1e-14 * at * (1 - at) * slope
        assert plain.evaluated(name, at, TEMPERATURE) == pytest.approx(reference, rel=5e-3)
        assert activated.evaluated(name, at, TEMPERATURE) == pytest.approx(reference, rel=5e-3)
        warm = reference * np.exp(3e4 / GAS * (1 / TEMPERATURE - 1 / 320))
        assert activated.evaluated(name, at, 320.0) == pytest.approx(warm, rel=5e-3)
        colder = plain.evaluated(name, at, 280.0) / plain.evaluated(name, at, TEMPERATURE)
        assert colder == pytest.approx(TEMPERATURE / 280)


def test_the_diffusivity_of_data_is_that_of_their_slope():
    """Of a parabola second-order differences are exact; a rising stretch has the least slope."""
    name = "Positive particle diffusivity [m2.s-1]"
    stoichiometry = np.linspace(0.0, 1.0, 101)
    voltage = 4.3 - 0.5 * stoichiometry - 0.3 * stoichiometry**2
    voltage[60:63] = voltage[60]
    data = {"Stoichiometry": stoichiometry.tolist(), "Voltage [V]": voltage.tolist()}
    reference = {"Positive particle reference diffusivity [m2.s-1]": 1e-14}
    options = {"x tolerance": 0.05, "minimum dUdx": 0.2}
    settings = {"data": {"data": data}, "options": options, "electrode": "positive"}
    found = calculated("DiffusivityFromMSMRData", {}, **settings)
    whole = found.updated(reference)

    def expected(at, slope):
        return FARADAY / (GAS * 300.0) * 1e-14 * at * (1 - at) * slope

    assert whole.evaluated(name, 0.3, 300.0) == pytest.approx(expected(0.3, 0.68), rel=1e-9)
    assert whole.evaluated(name, 0.61, 300.0) == pytest.approx(expected(0.61, 0.2), rel=1e-9)


def test_the_diffusivity_keeps_its_outermost_values(example, sites):
    """A table of part of the stoichiometries, extrapolated, would get below 0 at the others."""
    name = "Negative particle diffusivity [m2.s-1]"
    reference = {"Negative particle reference diffusivity [m2.s-1]": 1e-14}
    low, high = np.sort(filling(example, np.array([0.09, 0.25])))
    for kind in ("DiffusivityFromMSMRFunction", "ArrheniusDiffusivityFromMSMRFunction"):
        context = Context(ParameterSet(sites), where="calculated")
        found = calculated(kind, sites, voltage_limits=[0.09, 0.25], context=context)
        energy = {"Negative particle diffusivity activation energy [J.mol-1]": 0.0}
        values = ParameterSet({**sites, **reference, **energy}).updated({name: found.get(name)})
        at = np.array([0.9, 0.99, 1.0, 0.01])
        ends = values.evaluated(name, [high, low], [TEMPERATURE] * 2)
        assert ends.min() > 0
        np.testing.assert_allclose(
            values.evaluated(name, at, [TEMPERATURE] * 4), ends[[0, 0, 0, 1]], rtol=1e-9
        )
        assert any(f"above {high:.4g}" in each for each in context.assumptions)


def _points(stoichiometry, voltage):
    return {"data": {"Stoichiometry": list(stoichiometry), "Voltage [V]": list(voltage)}}


STOICHIOMETRIES = np.linspace(0.05, 0.95, 19)


@pytest.mark.parametrize(
    ("stoichiometry", "voltage", "words"),
    [
        (STOICHIOMETRIES, 3.0 + STOICHIOMETRIES, "falls as voltage rises"),
        (1.3 * STOICHIOMETRIES, 4.0 - STOICHIOMETRIES, "must be from 0 to 1"),
    ],
)
def test_data_that_are_no_lithiation_have_no_diffusivity(stoichiometry, voltage, words):
    data = _points(stoichiometry, voltage)
    with pytest.raises(PipelineError, match=words):
        calculated("DiffusivityFromMSMRData", {}, data=data)


def test_gaps_and_flat_stretches_of_data_are_told():
    voltage = 4.0 - STOICHIOMETRIES
    voltage[3], voltage[10:13] = np.nan, voltage[10]
    context = Context(ParameterSet({}), where="calculated")
    found = calculated(
        "DiffusivityFromMSMRData",
        {},
        data=_points(STOICHIOMETRIES, voltage),
        options={"minimum dUdx": 0.1},
        context=context,
    )
    told = " ".join(context.assumptions)
    assert "1 of 19 rows" in told
    assert "At 1 of 18 points" in told
    values = found.updated({"Negative particle reference diffusivity [m2.s-1]": 1e-14})
    near_gap = values.evaluated("Negative particle diffusivity [m2.s-1]", 0.2, 300.0)
    assert near_gap == pytest.approx(FARADAY / (GAS * 300.0) * 1e-14 * 0.2 * 0.8, rel=1e-6)


def test_a_cubic_diffusivity_that_changes_its_sign_is_refused():
    slopes = np.where(STOICHIOMETRIES < 0.5, 5.0, 1e-3)
    voltage = 4.0 - np.cumsum(slopes) * 0.05
    data = _points(STOICHIOMETRIES, voltage)
    with pytest.raises(PipelineError, match="choose 'pchip'"):
        calculated("DiffusivityFromMSMRData", {}, data=data, options={"interpolator": "cubic"})
    calculated("DiffusivityFromMSMRData", {}, data=data, options={"interpolator": "pchip"})


def test_stoichiometries_at_voltages(example, sites):
    given = {
        **sites,
        "Lower voltage cut-off [V]": 0.01,
        "Upper voltage cut-off [V]": 1.2,
        "Initial voltage in negative electrode [V]": 0.2,
    }
    window = calculated("MSMRElectrodeSOHHalfCell", given)
    full, empty, initial = filling(example, np.array([0.01, 1.2, 0.2]))
    assert window.numbers(
        "Negative electrode stoichiometry at 0% SOC", "Negative electrode stoichiometry at 100% SOC"
    ) == pytest.approx((empty, full), abs=1e-9)
    start = "InitialStoichiometryFromVoltageMSMRHalfCell"
    alone = without(given, "Initial") | {"Initial voltage [V]": 0.2}
    for values in (given, alone, given | {"Initial voltage [V]": 1.0}):
        found = calculated(start, values)
        assert found.number("Initial stoichiometry in negative electrode") == pytest.approx(
            initial, abs=1e-9
        )


def test_the_window_of_a_lumped_electrode_says_how_it_counts(example, sites):
    own = {name.replace("Negative electrode", "Electrode"): value for name, value in sites.items()}
    given = {**own, "Lower voltage cut-off [V]": 0.01, "Upper voltage cut-off [V]": 1.2}
    context = Context(ParameterSet(given), where="calculated")
    found = calculated("MSMRElectrodeSOHHalfCell", given, electrode="lumped", context=context)
    (full,) = filling(example, np.array([0.01]))
    assert found.number("Electrode stoichiometry at 100% SOC") == pytest.approx(full, abs=1e-9)
    assert any("negative electrode's" in each for each in context.assumptions)


@pytest.mark.parametrize(
    ("kind", "voltage"),
    [
        ("MSMRElectrodeSOHHalfCell", "Open-circuit voltage at 0% SOC [V]"),
        (
            "InitialStoichiometryFromVoltageMSMRHalfCell",
            "Initial voltage in negative electrode [V]",
        ),
    ],
)
def test_voltages_and_sites_that_are_missing_are_named_at_once(kind, voltage):
    with pytest.raises(MissingParametersError) as caught:
        calculated(kind, {})
    assert voltage in caught.value.names
    assert "Negative electrode host site standard potential (0) [V]" in caught.value.names


def test_the_initial_voltage_is_where_lithiation_is_that_of_the_concentration(example, sites):
    lithiation = calculated("MSMRFunction", sites)
    given = {
        LITHIATION: lithiation.get(LITHIATION),
        "Maximum concentration in negative electrode [mol.m-3]": 30000.0,
        "Initial concentration in negative electrode [mol.m-3]": 12000.0,
    }
    found = calculated("InitialVoltageFromConcentration", given)
    expected = _potential(example, 0.4)
    assert found.number("Initial voltage in negative electrode [V]") == pytest.approx(
        expected, abs=1e-9
    )
    given["Initial concentration in negative electrode [mol.m-3]"] = 36000.0
    with pytest.raises(PipelineError, match=r"is nowhere 1\.2"):
        calculated("InitialVoltageFromConcentration", given)


def test_the_only_direction_there_is_gives_the_initial_voltage(example, sites):
    """A lithiation of one direction has its word in its name, the calculation has none."""
    moved = {name.replace(" (", " (delithiation) ("): value for name, value in sites.items()}
    directed = calculated("MSMRFunction", moved, direction="delithiation")
    given = {name: directed.get(name) for name in directed} | {
        "Maximum concentration in negative electrode [mol.m-3]": 30000.0,
        "Initial concentration in negative electrode [mol.m-3]": 12000.0,
    }
    context = Context(ParameterSet(given), where="calculated")
    found = calculated("InitialVoltageFromConcentration", given, context=context)
    expected = _potential(example, 0.4)
    name = "Initial voltage in negative electrode [V]"
    assert found.number(name) == pytest.approx(expected, abs=1e-9)
    assert any("(delithiation)' is used" in each for each in context.assumptions)
    both = given | {f"{LITHIATION} (lithiation)": given[f"{LITHIATION} (delithiation)"]}
    with pytest.raises(MissingParametersError, match=f"'{LITHIATION}'"):
        calculated("InitialVoltageFromConcentration", both)


@pytest.mark.parametrize(
    ("total", "lower", "words"), [(4.0, 0.1, r"upper excess.* is -1\.1"), (9.0, -0.2, "lower")]
)
def test_capacities_that_no_electrode_has_are_refused(total, lower, words):
    given = {
        "Negative electrode capacity [A.h]": total,
        "Negative electrode lower excess capacity [A.h]": lower,
        "Positive electrode capacity [A.h]": 6.0,
        "Positive electrode lower excess capacity [A.h]": 0.2,
    }
    data = {"data": {"Capacity [A.h]": [0.0, 2.0, 5.0], "Voltage [V]": [4.2, 3.7, 3.0]}}
    with pytest.raises(PipelineError, match=words):
        calculated("MSMRFullCellCapacities", given, data=data)


def test_capacities_of_a_full_cell_add_up():
    lower = {
        "Negative electrode lower excess capacity [A.h]": 0.1,
        "Positive electrode lower excess capacity [A.h]": 0.4,
    }
    data = {"Capacity [A.h]": [1.0, 2.0, 3.5], "Voltage [V]": [4.2, 3.7, 3.0]}
    totals = {
        "Negative electrode capacity [A.h]": 3.0,
        "Positive electrode capacity [A.h]": 3.2,
    }
    found = calculated("MSMRFullCellCapacities", {**lower, **totals}, data={"data": data})
    uppers = {
        "Negative electrode upper excess capacity [A.h]": 0.4,
        "Positive electrode upper excess capacity [A.h]": 0.3,
    }
    assert {name: found.number(name) for name in found} == pytest.approx(
        {**uppers, "Usable capacity [A.h]": 2.5}
    )
    other = calculated(
        "MSMRFullCellCapacities",
        {**lower, **uppers},
        data={"data": data},
        method="upper excess capacity",
    )
    assert {name: other.number(name) for name in totals} == pytest.approx(totals)
    with pytest.raises(PipelineError, match="'total capacity' or"):
        calculated("MSMRFullCellCapacities", lower, data={"data": data}, method="total")


# -- data within, model outside ----------------------------------------------------------


@pytest.fixture
def extrapolated(example, sites):
    """Data of 20 to 70 % lithiation, 5 mV above the model at their end and 10 mV at their start."""
    stoichiometry = np.linspace(0.2, 0.7, 200)
    voltage = np.array([_potential(example, x) for x in stoichiometry])
    voltage += np.linspace(0.01, 0.005, 200)
    given = {
        **sites,
        "Negative electrode capacity [A.h]": 2.0,
        "Negative electrode lower excess capacity [A.h]": 0.1,
    }
    capacity = 2.0 * 0.99999 * stoichiometry - 0.1
    data = {"Capacity [A.h]": capacity.tolist(), "Voltage [V]": voltage.tolist()}
    found = calculated(
        "OCPDataInterpolantMSMRExtrapolation", given, data={"data": data}, voltage_limits=LIMITS
    )
    return given, data, stoichiometry, voltage, found


def test_data_stand_within_and_the_model_goes_on_outside(example, extrapolated):
    _, _, stoichiometry, voltage, found = extrapolated
    inside = slice(10, -10)
    np.testing.assert_allclose(
        found.evaluated(OCP, stoichiometry[inside]), voltage[inside], atol=2e-5
    )
    for at, offset in ((0.1, 0.01), (0.15, 0.01), (0.8, 0.005), (0.95, 0.005)):
        expected = _potential(example, at) + offset
        assert found.evaluated(OCP, at) == pytest.approx(expected, abs=2e-5)
    fine = np.linspace(0.15, 0.75, 2001)
    assert np.abs(np.diff(found.evaluated(OCP, fine))).max() < 2e-3


def test_data_that_leave_the_electrode_are_refused(extrapolated):
    given, data, *_ = extrapolated
    small = {**given, "Negative electrode capacity [A.h]": 1.0}
    with pytest.raises(PipelineError, match="leave 0 to 1"):
        calculated(
            "OCPDataInterpolantMSMRExtrapolation",
            small,
            data={"data": data},
            voltage_limits=LIMITS,
        )


# -- refusals ----------------------------------------------------------------------------


def test_fractions_that_do_not_add_up_are_refused(sites):
    wrong = {**sites, "Negative electrode host site occupancy fraction (0)": 0.3}
    with pytest.raises(PipelineError, match=r"add up to 0\.8666"):
        calculated("MSMRFunction", wrong)
    flat = {**sites, "Negative electrode host site ideality factor (0)": 0.0}
    with pytest.raises(PipelineError, match="above 0"):
        calculated("MSMRFunction", flat)


@pytest.mark.parametrize("limits", [[1.2, 0.01], [0.1], [0.1, "b"], 3.0])
def test_voltage_limits_are_two_voltages(sites, limits):
    with pytest.raises(PipelineError, match="voltage_limits"):
        calculated("OCPMSMRInterpolant", sites, voltage_limits=limits)


@pytest.mark.parametrize(
    ("kind", "option", "value"),
    [
        ("OCPMSMRInterpolant", "tolerance", "a"),
        ("OCPMSMRInterpolant", "tolerance", -1),
        ("OCPMSMRInterpolant", "create_lithiation_function", "no"),
        ("EntropicChangeFromMSMRFunction", "tolerance", -1),
        ("DiffusivityFromMSMRFunction", "x tolerance", "a"),
        ("DiffusivityFromMSMRFunction", "x tolerance", -1),
        ("ArrheniusDiffusivityFromMSMRFunction", "minimum dUdx", "b"),
        ("ArrheniusDiffusivityFromMSMRFunction", "minimum dUdx", -1),
    ],
)
def test_options_that_cannot_be_are_refused_where_they_stand(sites, kind, option, value):
    with pytest.raises(PipelineError, match=f"calculated.options.{option}: must"):
        calculated(kind, sites, voltage_limits=LIMITS, options={option: value})


def test_a_temperature_that_is_not_given_is_assumed(sites):
    context = Context(ParameterSet(without(sites, "temperature")))
    CALCULATIONS["MSMRFunction"]({"type": "MSMRFunction", "electrode": "negative"}, context)
    assert any("298.15 K" in each for each in context.assumptions)
