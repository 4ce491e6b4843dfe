"""Named entries against closed forms, PyBaMM by hand and the schema package."""

import json

import numpy as np
import pytest
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.entries import enter
from ionworks_engine.pipelines.entries.calls import call_of
from ionworks_engine.pipelines.entries.catalogue import ENTRIES, SYSTEMS, problems
from ionworks_engine.pipelines.errors import MissingParametersError, PipelineError
from ionworks_engine.pipelines.values import ParameterSet
from scipy.interpolate import RegularGridInterpolator

R = 8.314462618
CHEN = {
    name: value
    for name, value in pybamm.ParameterValues("Chen2020").items()
    if not isinstance(value, str)
}


def entered(name, given=None, **arguments):
    return enter({"name": name, **arguments}, Context(ParameterSet(given or {}), where="entry"))


def over_the_wire(values):
    """Write values as JSON and read them back."""
    return ParameterSet.read(json.loads(json.dumps(ParameterSet(values).written())), "values")


def voltage(values, options=None, model=pybamm.lithium_ion.SPM, until=1200):
    simulation = pybamm.Simulation(model(options or {}), parameter_values=values)
    return simulation.solve([0, until], t_interp=np.linspace(0, until, 13))["Voltage [V]"].entries


# -- names and arguments ----------------------------------------------------------


def test_the_entries_and_their_arguments_are_those_of_the_schema():
    schemas = pytest.importorskip("ionworks_schema.direct_entries.function_schemas")
    for name, schema in schemas.FUNCTION_SCHEMAS.items():
        if name == "from_json":  # read by whoever builds the configuration
            assert name not in ENTRIES
            continue
        own = ENTRIES[name]
        fields = schema.model_fields
        assert {*own.required, *(key for key, _ in own.defaults)} == set(fields)
        assert set(own.required) == {key for key, field in fields.items() if field.is_required()}
        for key, default in own.defaults:
            assert default == (fields[key].default or type(default)()), (name, key)


@pytest.mark.parametrize(
    ("element", "path", "words"),
    [
        ({"name": "nyman_elektrolyte"}, "name", "did you mean 'nyman_electrolyte"),
        ({"name": "constant_electrolyte"}, "c_e", "is required"),
        ({"name": "constant_electrolyte", "c_e": "1000"}, "c_e", "must be a finite number"),
        ({"name": "constant_electrolyte", "c_e": -1}, "c_e", "must be above 0"),
        ({"name": "temperatures", "T": 25}, "T", "25 K is -248.15 degrees Celsius"),
        ({"name": "temperatures", "t": 300}, "t", "has no argument 't'"),
        (
            {"name": "average_ocp", "electrode": "both"},
            "electrode",
            "one of 'negative', 'positive'",
        ),
        (
            {"name": "landesfeind_electrolyte", "c_e": 1000, "system": "EC"},
            "system",
            "'EC:EMC (3:7)'",
        ),
        (
            {
                "name": "PiecewiseInterpolation1D",
                "base_parameter_name": "a [s]",
                "breakpoint_values": [1.0, 0.0],
                "breakpoint_parameter_name": "SOC",
            },
            "breakpoint_values",
            "each above the one before",
        ),
    ],
)
def test_a_wrong_entry_is_refused_where_it_is_wrong(element, path, words):
    ((found, message),) = problems(element)
    assert found == path
    assert words in message
    with pytest.raises(PipelineError, match=rf"^entry\.{path}: "):
        enter(element, Context(where="entry"))


# -- numbers ----------------------------------------------------------------------


def test_plain_entries():
    assert entered("temperatures", T=310) == {
        "Reference temperature [K]": 310.0,
        "Ambient temperature [K]": 310.0,
        "Initial temperature [K]": 310.0,
    }
    assert entered("temperatures")["Reference temperature [K]"] == 298.15
    assert entered("standard_defaults") == {
        "Number of cells connected in series to make a battery": 1.0,
        "Number of electrodes connected in parallel to make a cell": 1.0,
    }
    assert entered("constant_electrolyte", c_e=1200) == {
        "Initial concentration in electrolyte [mol.m-3]": 1200.0
    }
    bruggeman = entered("bruggeman", electrode=1.0)
    assert bruggeman["Positive electrode Bruggeman coefficient (electrode)"] == 1.0
    assert bruggeman["Separator Bruggeman coefficient (electrolyte)"] == 1.5
    assert set(bruggeman) <= set(CHEN)
    assert set(entered("zero_entropic_change")) <= set(CHEN)


def test_an_electrolyte_in_moles_per_litre_is_told():
    for c_e, told in ((1.0, True), (1000.0, False)):
        context = Context()
        enter({"name": "nyman_electrolyte", "c_e": c_e}, context)
        assert any("1 mol/m3; electrolytes hold" in each for each in context.assumptions) == told


def test_in_a_cell_of_one_square_centimetre_amperes_are_amperes_per_square_centimetre():
    cell = entered("one_cm2_cell")
    assert np.prod(list(cell.values())) == pytest.approx(1e-4, rel=1e-12)


def test_zero_activation_energy_takes_the_temperature_out_of_every_arrhenius_entry():
    values = {
        **entered("arrhenius_particle_diffusivity", electrode="negative", phase="secondary"),
        "Secondary: Negative particle reference diffusivity [m2.s-1]": 1e-14,
        "Secondary: Negative particle diffusivity activation energy [J.mol-1]": 4e4,
        "Reference temperature [K]": 298.15,
    }
    name = "Secondary: Negative particle diffusivity [m2.s-1]"
    assert ParameterSet(values).evaluated(name, 0.5, 320.0) > 1.5e-14
    values |= entered("zero_activation_energy", values)
    assert ParameterSet(values).evaluated(name, 0.5, 320.0) == pytest.approx(
        1e-14, rel=1e-12, abs=0
    )


@pytest.mark.parametrize("read", [over_the_wire, ParameterSet])
def test_zero_activation_energy_sets_the_energies_that_functions_still_lack(read):
    entries = {
        **entered(
            "arrhenius_butler_volmer_exchange_current_density",
            electrode="negative",
            phase="primary",
        ),
        **entered("arrhenius_particle_diffusivity", electrode="negative", direction="lithiation"),
        "a table": np.arange(3.0),
        "a number": 1.0,
    }
    found = entered("zero_activation_energy", {name: read(entries).get(name) for name in entries})
    assert found["Primary: Negative electrode reaction activation energy [J.mol-1]"] == 0.0
    assert found["Negative particle lithiation diffusivity activation energy [J.mol-1]"] == 0.0
    assert all(name.endswith("activation energy [J.mol-1]") for name in found)
    lumped = {"Particle diffusivity activation energy [J.mol-1]": 3e4}
    assert entered("zero_activation_energy", lumped).keys() > lumped.keys()


# -- functions --------------------------------------------------------------------


@pytest.mark.parametrize("direction", ["", "lithiation"])
def test_exchange_current_density(direction):
    sided = f"{direction} " if direction else ""
    prefix = f"Primary: Negative electrode {sided}"
    values = over_the_wire(
        {
            **entered(
                "arrhenius_butler_volmer_exchange_current_density",
                electrode="negative",
                direction=direction,
                phase="primary",
            ),
            f"{prefix}reference exchange-current density [A.m-2]": 3.0,
            f"{prefix}reaction activation energy [J.mol-1]": 35000.0,
            "Initial concentration in electrolyte [mol.m-3]": 1000.0,
            "Reference temperature [K]": 298.15,
        }
    )
    found = values.evaluated(
        f"{prefix}exchange-current density [A.m-2]", 800.0, 10000.0, 30000.0, 310.0
    )
    root = np.sqrt(0.8 / 3 * (1 - 1 / 3))
    assert found == pytest.approx(3 * root * np.exp(35000 / R * (1 / 298.15 - 1 / 310)), rel=1e-9)


@pytest.mark.parametrize(
    ("entry", "stem", "unit"),
    [
        ("arrhenius_electrolyte_diffusivity", "diffusivity", "m2.s-1"),
        ("arrhenius_electrolyte_conductivity", "conductivity", "S.m-1"),
    ],
)
def test_electrolyte_of_temperature(entry, stem, unit):
    values = over_the_wire(
        {
            **entered(entry),
            f"Electrolyte reference {stem} [{unit}]": 2.0,
            f"Electrolyte {stem} activation energy [J.mol-1]": 17000.0,
            "Reference temperature [K]": 300.0,
        }
    )
    found = values.evaluated(f"Electrolyte {stem} [{unit}]", [500.0, 1500.0], 280.0)
    wanted = 2 * np.exp(17000 / R * (1 / 300 - 1 / 280))
    np.testing.assert_allclose(found, [wanted, wanted], rtol=1e-9)


def test_the_arrhenius_entries_run_in_a_model_as_their_functions_written_by_hand_do():
    by_hand = pybamm.ParameterValues("Chen2020")
    by_hand["Ambient temperature [K]"] = by_hand["Initial temperature [K]"] = 313.15

    def factor(energy, temperature):
        return np.exp(energy / R * (1 / 298.15 - 1 / temperature))

    by_hand["Negative particle diffusivity [m2.s-1]"] = 3.3e-14 * factor(3e4, 313.15)

    def exchange_current(c_e, c, c_max, _temperature):
        root = (c_e / 1000 * c / c_max * (1 - c / c_max)) ** 0.5
        return 0.68 * root * factor(35000, 313.15)

    by_hand["Negative electrode exchange-current density [A.m-2]"] = exchange_current
    values = {
        **CHEN,
        **entered("arrhenius_particle_diffusivity", electrode="negative"),
        **entered("arrhenius_butler_volmer_exchange_current_density", electrode="negative"),
        "Negative particle reference diffusivity [m2.s-1]": 3.3e-14,
        "Negative particle diffusivity activation energy [J.mol-1]": 3e4,
        "Negative electrode reference exchange-current density [A.m-2]": 0.68,
        "Negative electrode reaction activation energy [J.mol-1]": 35000.0,
        "Ambient temperature [K]": 313.15,
        "Initial temperature [K]": 313.15,
    }
    entries = over_the_wire(values).pybamm()
    np.testing.assert_allclose(voltage(entries), voltage(by_hand), atol=2e-5)
    assert np.abs(voltage(by_hand) - voltage(pybamm.ParameterValues("Chen2020"))).max() > 1e-3


def test_average_ocp_is_the_mean_and_follows_its_two_functions():
    given = {
        "Negative electrode lithiation OCP [V]": lambda sto: 0.3 - 0.2 * sto,
        "Negative electrode delithiation OCP [V]": lambda sto: 0.5 - 0.3 * sto,
    }
    values = over_the_wire({**given, **entered("average_ocp", given, electrode="negative")})
    found = values.evaluated("Negative electrode OCP [V]", [0.0, 1.0])
    np.testing.assert_allclose(found, [0.4, 0.15], rtol=1e-12)


def test_average_ocp_names_both_functions_that_it_lacks():
    with pytest.raises(MissingParametersError) as caught:
        entered("average_ocp", electrode="positive", phase="secondary")
    assert caught.value.names == (
        "Secondary: Positive electrode lithiation OCP [V]",
        "Secondary: Positive electrode delithiation OCP [V]",
    )


# -- electrolytes -----------------------------------------------------------------

ELECTROLYTE = (
    "Electrolyte conductivity [S.m-1]",
    "Electrolyte diffusivity [m2.s-1]",
    "Thermodynamic factor",
    "Cation transference number",
)


def test_nyman():
    values = over_the_wire(entered("nyman_electrolyte", c_e=1100))
    assert values.number("Initial concentration in electrolyte [mol.m-3]") == 1100
    conductivity, diffusivity = (values.evaluated(name, 1000.0, 298.15) for name in ELECTROLYTE[:2])
    assert conductivity == pytest.approx(0.1297 - 2.51 + 3.329, rel=1e-9)
    assert diffusivity == pytest.approx(8.794e-11 - 3.972e-10 + 4.862e-10, rel=1e-9, abs=0)
    assert values.numbers("Cation transference number", "Thermodynamic factor") == (0.2594, 1.0)


@pytest.mark.parametrize("name", ELECTROLYTE)
def test_landesfeind_in_ec_emc_is_what_pybamm_has(name):
    values = over_the_wire(entered("landesfeind_electrolyte", c_e=1000, system="EC:EMC (3:7)"))
    by_hand = ParameterSet({name: pybamm.ParameterValues("ORegan2022")[name]})
    c, temperature = np.meshgrid([100.0, 1000.0, 2500.0], [273.15, 298.15, 323.15])
    np.testing.assert_allclose(
        values.evaluated(name, c, temperature), by_hand.evaluated(name, c, temperature), rtol=1e-9
    )


def test_an_electrolyte_and_free_reference_values_run_in_a_model():
    reference = "Negative particle reference diffusivity [m2.s-1]"
    values = {
        **CHEN,
        **entered("landesfeind_electrolyte", c_e=1000, system="EC:EMC (3:7)"),
        **entered("arrhenius_particle_diffusivity", electrode="negative"),
        **entered("zero_activation_energy"),
    }
    by_hand = pybamm.ParameterValues("Chen2020")
    oregan = pybamm.ParameterValues("ORegan2022")
    by_hand.update({name: oregan[name] for name in ELECTROLYTE})
    by_hand["Negative particle diffusivity [m2.s-1]"] = 2e-14
    fitted = over_the_wire(values).pybamm()
    fitted.update({reference: "[input]"})
    simulation = pybamm.Simulation(pybamm.lithium_ion.SPMe(), parameter_values=fitted)
    found = simulation.solve(
        [0, 1200], t_interp=np.linspace(0, 1200, 13), inputs={reference: 2e-14}
    )
    wanted = voltage(by_hand, model=pybamm.lithium_ion.SPMe)
    np.testing.assert_allclose(found["Voltage [V]"].entries, wanted, atol=2e-5)


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_landesfeind_system_is_physical_where_it_was_measured(system):
    values = over_the_wire(entered("landesfeind_electrolyte", c_e=1000, system=system))
    c = np.linspace(200, 2500, 24)[:, None]
    temperature = np.linspace(273.15, 323.15, 6)
    conductivity, diffusivity, factor, transference = (
        values.evaluated(name, c, temperature) for name in ELECTROLYTE
    )
    assert np.all(np.diff(conductivity, axis=1) > 0)
    assert np.all(np.diff(diffusivity, axis=1) > 0)
    assert np.all(np.diff(diffusivity, axis=0) < 0)
    assert np.all((conductivity > 0.02) & (conductivity < 2.5))
    assert np.all((diffusivity > 1e-11) & (diffusivity < 1e-9))
    assert np.all(factor > 0)
    assert np.all(np.abs(transference) < 1)
    best = c[np.argmax(conductivity[:, 3]), 0]
    assert 800 <= best <= 1800  # the maximum of conductivity lies near 1 mol/l, as measured


def test_landesfeind_conductivities_rank_as_measured_at_1_molar_and_25_degrees():
    found = [
        float(
            ParameterSet(entered("landesfeind_electrolyte", c_e=1000, system=system)).evaluated(
                "Electrolyte conductivity [S.m-1]", 1000.0, 298.15
            )
        )
        for system in ("EC:DMC (1:1)", "EC:EMC (3:7)", "EMC:FEC (19:1)")
    ]
    assert found == sorted(found, reverse=True)
    np.testing.assert_allclose(found, [1.2, 0.95, 0.5], rtol=0.15)


# -- sets of defaults -------------------------------------------------------------


def test_spm_fillers_are_enough_and_do_not_change_the_voltage():
    fillers = entered("spm_defaults")
    bare = {name: value for name, value in CHEN.items() if name not in fillers}
    kept = {str(each) for each in pybamm.lithium_ion.SPM().parameters}
    assert len(fillers) == 11
    assert set(fillers) <= kept
    filled = over_the_wire({**bare, **fillers}).pybamm()
    chen = voltage(pybamm.ParameterValues("Chen2020"))
    np.testing.assert_allclose(voltage(filled), chen, atol=5e-6)


def test_spm_fillers_leave_what_is_given():
    assert "Separator porosity" not in entered("spm_defaults", {"Separator porosity": 0.47})


def test_plating_defaults_leave_the_sei_that_is_given():
    name = "Initial SEI thickness [m]"
    assert entered("li_plating_defaults")[name] == 5e-9
    assert name not in entered("li_plating_defaults", {name: 1e-9})


def test_a_lithium_metal_anode_adds_no_overpotential():
    half = {"working electrode": "positive"}
    values = pybamm.ParameterValues("Xu2019")
    names = list(entered("lithium_metal_anode"))
    bare = {k: v for k, v in values.items() if k not in names and not isinstance(v, str)}
    anode = over_the_wire({**bare, **entered("lithium_metal_anode")}).pybamm()
    ideal = over_the_wire({**bare, **entered("lithium_metal_anode")}).pybamm()
    ideal["Exchange-current density for lithium metal electrode [A.m-2]"] = 1e12
    ideal["Negative electrode conductivity [S.m-1]"] = 1e14
    found = voltage(anode, half, pybamm.lithium_ion.SPMe)
    np.testing.assert_allclose(found, voltage(ideal, half, pybamm.lithium_ion.SPMe), atol=5e-6)
    assert np.abs(found - voltage(values, half, pybamm.lithium_ion.SPMe)).max() > 1e-3


def test_the_degradation_defaults_are_what_the_published_set_needs_beyond_a_fresh_cell():
    options = {
        "SEI": "solvent-diffusion limited",
        "SEI porosity change": "true",
        "lithium plating": "partially reversible",
        "particle mechanics": ("swelling and cracking", "swelling only"),
        "SEI on cracks": "true",
        "loss of active material": "stress-driven",
    }
    okane = pybamm.ParameterValues("OKane2022")
    added = {
        **entered("sei_defaults"),
        **entered("li_plating_defaults"),
        **entered("mechanical_degradation_defaults", electrode="negative"),
        **entered("mechanical_degradation_defaults", electrode="positive"),
    }
    bare = {k: v for k, v in okane.items() if k not in added and not isinstance(v, str)}
    values = over_the_wire({**bare, **added}).pybamm()
    np.testing.assert_allclose(
        voltage(values, options, until=600), voltage(okane, options, until=600), atol=1e-6
    )


# -- piecewise --------------------------------------------------------------------


def test_a_piecewise_function_is_linear_between_its_knots():
    entry = entered(
        "PiecewiseInterpolation1D",
        base_parameter_name="Particle diffusion time [s]",
        breakpoint_values=[0.0, 0.5, 1.0],
        breakpoint_parameter_name="SOC",
    )
    knots = [1000.0, 400.0, 700.0]
    values = over_the_wire(
        entry
        | {
            f"Particle diffusion time at SOC {x} [s]": y
            for x, y in zip(("0", "0.5", "1"), knots, strict=True)
        }
    )
    soc = np.array([0.0, 0.25, 0.49, 0.5, 0.51, 0.9, 1.0])
    found = values.evaluated("Particle diffusion time [s]", soc)
    np.testing.assert_allclose(found, np.interp(soc, [0, 0.5, 1], knots), rtol=1e-9)
    beyond = values.evaluated("Particle diffusion time [s]", [-0.1, 1.1])
    np.testing.assert_allclose(beyond, [1120.0, 760.0], rtol=1e-9)


def test_smoothing_rounds_a_corner_within_its_width_only():
    entry = entered(
        "PiecewiseInterpolation1D",
        base_parameter_name="f",
        breakpoint_values=[0.0, 1.0, 2.0],
        breakpoint_parameter_name="x",
        smoothing=0.1,
    )
    values = ParameterSet(entry | {"f at x 0": 0.0, "f at x 1": 0.0, "f at x 2": 1.0})
    x = np.array([0.5, 0.95, 1.0, 1.05, 1.5])
    step = (1 + np.tanh((x - 1) / 0.1)) / 2
    np.testing.assert_allclose(values.evaluated("f", x), (x - 1) * step, atol=1e-12)


def test_two_variables_and_slopes():
    entry = entered(
        "PiecewiseInterpolation2D",
        base_parameter_name="Diffusivity [m2.s-1]",
        breakpoint1_values=[0.0, 0.5, 1.0],
        breakpoint1_parameter_name="SOC",
        breakpoint2_values=[273.15, 298.15],
        breakpoint2_parameter_name="Temperature [K]",
        formulation="slopes",
    )
    low, high = "at Temperature [K] 273.15", "from Temperature [K] 273.15 to 298.15"
    slopes = {
        "Diffusivity at SOC 0 and Temperature [K] 273.15 [m2.s-1]": 1.0,
        f"Diffusivity SOC-slope from SOC 0 to 0.5 {low} [m2.s-1]": 2.0,
        f"Diffusivity SOC-slope from SOC 0.5 to 1 {low} [m2.s-1]": -4.0,
        f"Diffusivity Temperature [K]-slope {high} at SOC 0 [m2.s-1]": 0.04,
        f"Diffusivity Temperature [K]-slope {high} at SOC 0.5 [m2.s-1]": 0.08,
        f"Diffusivity Temperature [K]-slope {high} at SOC 1 [m2.s-1]": 0.12,
    }
    grid = np.array([[1.0, 2.0], [2.0, 4.0], [0.0, 3.0]])
    by_scipy = RegularGridInterpolator(([0, 0.5, 1], [273.15, 298.15]), grid)
    soc, temperature = np.meshgrid([0.1, 0.45, 0.8], [275.0, 297.0])
    found = over_the_wire(entry | slopes).evaluated("Diffusivity [m2.s-1]", soc, temperature)
    np.testing.assert_allclose(found, by_scipy((soc, temperature)), rtol=1e-9)


def test_of_two_variables_the_temperature_is_found_by_its_name():
    name = "Negative particle diffusivity [m2.s-1]"
    entry = entered(
        "PiecewiseInterpolation2D",
        base_parameter_name=name,
        breakpoint1_values=[273.15, 323.15],
        breakpoint1_parameter_name="Temperature [K]",
        breakpoint2_values=[0.0, 1.0],
        breakpoint2_parameter_name="Stoichiometry",
    )
    stem = "Negative particle diffusivity at Temperature [K]"
    knots = {
        f"{stem} {temperature} and Stoichiometry {sto} [m2.s-1]": value
        for temperature, sto, value in (
            ("273.15", 0, 1.0),
            ("323.15", 0, 3.0),
            ("273.15", 1, 2.0),
            ("323.15", 1, 6.0),
        )
    }
    found = ParameterSet(entry | knots).evaluated(name, 0.25, 298.15)
    assert found == pytest.approx(2 * 0.75 + 4 * 0.25)


@pytest.mark.parametrize("axis", ["Stoichiometry", "Temperature [K]"])
def test_what_models_call_with_two_arguments_takes_two(axis):
    points = [0.0, 1.0] if axis == "Stoichiometry" else [273.15, 323.15]
    entry = entered(
        "PiecewiseInterpolation1D",
        base_parameter_name="Negative particle diffusivity [m2.s-1]",
        breakpoint_values=points,
        breakpoint_parameter_name=axis,
    )
    stem = f"Negative particle diffusivity at {axis}"
    knots = {
        f"{stem} {point:g} [m2.s-1]": value
        for point, value in zip(points, (2e-14, 4e-14), strict=True)
    }
    values = over_the_wire({**CHEN, **entry, **knots})
    found = values.evaluated("Negative particle diffusivity [m2.s-1]", 0.25, 298.15)
    assert found == pytest.approx(2.5e-14 if axis == "Stoichiometry" else 3e-14, rel=1e-6, abs=0)
    assert np.isfinite(voltage(values.pybamm(), until=300)).all()


CALLED = (
    (pybamm.lithium_ion.DFN, {"thermal": "x-full", "surface form": "differential"}),
    (pybamm.lithium_ion.DFN, {"working electrode": "positive", "contact resistance": "true"}),
    (
        pybamm.lithium_ion.SPM,
        {
            "lithium plating": "partially reversible",
            "particle mechanics": "swelling and cracking",
            "loss of active material": "stress-driven",
            "open-circuit potential": "one-state hysteresis",
        },
    ),
    (pybamm.lithium_ion.SPM, {"particle phases": ("2", "1")}),
    (pybamm.lithium_ion.MSMR, {"number of MSMR reactions": ("2", "2")}),
)
IN_SPACE_AND_TIME = ("distance", "Time [s]", "SEI thickness", "Distance")


@pytest.mark.filterwarnings("ignore:The definition of the hysteresis decay rate")
def test_functions_are_called_as_pybamms_models_call_them():
    functions = {
        (symbol.name, len(symbol.input_names))
        for model, options in CALLED
        for symbol in model(options)._find_symbols(pybamm.FunctionParameter)
        if not any(word in name for name in symbol.input_names for word in IN_SPACE_AND_TIME)
    }
    assert len(functions) > 60
    found = {(name, len(call.arguments) if (call := call_of(name)) else 0) for name, _ in functions}
    lithium_metal = {("Negative electrode conductivity [S.m-1]", 1)}  # has no stoichiometry
    assert functions - found == lithium_metal


J0 = "Negative electrode exchange-current density"


def piecewise(base, unit, axis, points, knots):
    entry = entered(
        "PiecewiseInterpolation1D",
        base_parameter_name=f"{base} [{unit}]",
        breakpoint_values=points,
        breakpoint_parameter_name=axis,
    )
    pairs = zip(points, knots, strict=True)
    return entry | {f"{base} at {axis} {x:.12g} [{unit}]": y for x, y in pairs}


@pytest.mark.parametrize(
    ("axis", "points", "wanted"),
    [
        ("SOC", [0.0, 0.5, 1.0], 1.5),
        ("Temperature [K]", [273.15, 298.15, 323.15], 2.0),
        ("Electrolyte concentration [mol.m-3]", [0.0, 1000.0, 2000.0], 2.0),
        ("Surface concentration [mol.m-3]", [0.0, 20000.0, 40000.0], 1.375),
    ],
)
def test_a_piecewise_exchange_current_density_depends_on_what_its_variable_says(
    axis, points, wanted
):
    values = over_the_wire(CHEN | piecewise(J0, "A.m-2", axis, points, [1.0, 2.0, 3.0])).pybamm()
    values["Maximum concentration in negative electrode [mol.m-3]"] = 30000.0
    values["Initial concentration in negative electrode [mol.m-3]"] = 7500.0
    values["Current function [A]"] = 0.0
    solution = pybamm.Simulation(pybamm.lithium_ion.SPM(), parameter_values=values).solve([0, 1])
    name = "X-averaged negative electrode exchange current density [A.m-2]"
    assert solution[name].entries[0] == pytest.approx(wanted, rel=1e-6)


def test_of_two_variables_an_exchange_current_density_finds_both():
    entry = entered(
        "PiecewiseInterpolation2D",
        base_parameter_name=f"{J0} [A.m-2]",
        breakpoint1_values=[0.0, 1.0],
        breakpoint1_parameter_name="SOC",
        breakpoint2_values=[273.15, 323.15],
        breakpoint2_parameter_name="Temperature [K]",
    )
    knots = {
        f"{J0} at SOC {x} and Temperature [K] {t:g} [A.m-2]": 1 + x + 0.01 * t
        for x in (0, 1)
        for t in (273.15, 323.15)
    }
    values = over_the_wire(entry | knots)
    found = values.evaluated(f"{J0} [A.m-2]", 1000.0, 7500.0, 30000.0, 298.15)
    assert found == pytest.approx(1.25 + 2.9815, rel=1e-9)


def test_a_piecewise_thermal_conductivity_runs_where_temperature_is_all_it_is_called_with():
    base, points = "Separator thermal conductivity", [273.15, 298.15, 323.15]
    curve = piecewise(base, "W.m-1.K-1", "Temperature [K]", points, [0.2, 0.3, 0.4])
    marquis = dict(pybamm.ParameterValues("Marquis2019"))
    values = over_the_wire(marquis | curve).pybamm()
    assert np.isfinite(voltage(values, {"thermal": "x-full"}, until=60)).all()
    found = over_the_wire(curve).evaluated(f"{base} [W.m-1.K-1]", 310.65)
    assert found == pytest.approx(0.35, rel=1e-6)


@pytest.mark.parametrize(
    ("base", "axes", "path", "words"),
    [
        ("Separator thermal conductivity [W.m-1.K-1]", ["SOC"], "", "of temperature, not of 'SOC'"),
        (
            "Negative electrode OCP [V]",
            ["Temperature [K]"],
            "",
            r"of stoichiometry, not of 'Temperature \[K\]'",
        ),
        ("Electrolyte diffusivity [m2.s-1]", ["SOC"], "", "of electrolyte concentration and temp"),
        (
            "Positive electrode diffusivity [m2.s-1]",
            ["Stoichiometry", "SOC"],
            "2",
            "both mean the stoichiometry",
        ),
    ],
)
def test_a_variable_that_a_function_is_not_called_with_is_refused(base, axes, path, words):
    numbers = [""] if len(axes) == 1 else ["1", "2"]
    arguments = {"base_parameter_name": base}
    for number, axis in zip(numbers, axes, strict=True):
        arguments[f"breakpoint{number}_values"] = [0.0, 1.0]
        arguments[f"breakpoint{number}_parameter_name"] = axis
    with pytest.raises(PipelineError, match=rf"^entry\.breakpoint{path}_parameter_name: .*{words}"):
        entered(f"PiecewiseInterpolation{len(axes)}D", **arguments)


@pytest.mark.parametrize(
    ("base", "axis", "points", "told"),
    [
        ("Positive particle diffusivity [m2.s-1]", "Stoichiometry", [0.0, 1.0], []),
        (
            "Positive particle diffusivity [m2.s-1]",
            "SOC",
            [0.3, 0.7],
            ["particles' stoichiometry", "stoichiometry 0.3 and above 0.7"],
        ),
        ("Positive particle diffusivity [m2.s-1]", "Temperature [K]", [280.0, 300.0], []),
        ("Particle diffusion time [s]", "SOC", [0.3, 0.7], []),
    ],
)
def test_what_a_piecewise_function_takes_its_variable_for_is_told(base, axis, points, told):
    context = Context()
    entry = {
        "name": "PiecewiseInterpolation1D",
        "base_parameter_name": base,
        "breakpoint_values": points,
        "breakpoint_parameter_name": axis,
    }
    enter(entry, context)
    assert len(context.assumptions) == len(told)
    for words, text in zip(told, context.assumptions, strict=True):
        assert words in text
