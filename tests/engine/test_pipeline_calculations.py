"""Calculations on numbers against closed forms, published values and PyBaMM by hand."""

import math

import numpy as np
import pytest
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.calculations import CALCULATIONS
from ionworks_engine.pipelines.calculations.catalogue import FIELDS, problems
from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.errors import MissingParametersError, PipelineError
from ionworks_engine.pipelines.values import ParameterSet
from scipy.optimize import brentq

F, R = 96485.33212, 8.314462618
CHEN = {
    name: value
    for name, value in pybamm.ParameterValues("Chen2020").items()
    if not isinstance(value, str)
}
SIDES = ("negative", "positive")


def calculated(kind, given=None, context=None, **settings):
    context = context or Context(ParameterSet(given or {}), where="elements.it")
    return dict(CALCULATIONS[kind]({"type": kind, **settings}, context))


def assumed(kind, given, **settings):
    context = Context(ParameterSet(given), where="elements.it")
    return calculated(kind, context=context, **settings), context.assumptions


def without(given, *names):
    return {name: value for name, value in given.items() if name not in names}


# -- settings ---------------------------------------------------------------------


def test_types_keys_and_options_are_those_of_the_schema():
    calculations = pytest.importorskip("ionworks_schema.calculations")
    schemas = {name: getattr(calculations, name) for name in FIELDS}
    base = {"source", "element_type"}
    for name, schema in schemas.items():
        own, fields = FIELDS[name], schema.model_fields
        allowed = {*own.required, *own.optional, *(("options",) if own.options else ())}
        assert allowed == set(fields) - base, name
        assert set(own.required) == {k for k, f in fields.items() if f.is_required()} - base
        if "options" in fields:
            bag = next(each for each in fields["options"].annotation.__args__ if each is not None)
            assert set(own.options) == {f.alias or k for k, f in bag.model_fields.items()}, name
    every = {
        name
        for name, schema in vars(calculations).items()
        if isinstance(schema, type) and issubclass(schema, calculations.Calculation)
    }
    assert set(FIELDS) == every - {"Calculation"}


@pytest.mark.parametrize(
    ("settings", "path", "words"),
    [
        ({"type": "ElectrodeCapacitie"}, "type", "did you mean 'ElectrodeCapacity'"),
        ({"type": ["CellMass"]}, "type", "unknown calculation"),
        ({"type": "ElectrodeCapacity"}, "electrode", "is required: one of 'positive'"),
        ({"type": "CellMass", "mass": 1}, "mass", "CellMass has no key 'mass'"),
        (
            {"type": "SurfaceAreaToVolumeRatio", "electrode": "anode"},
            "electrode",
            "must be one of 'positive', 'negative', 'lumped', 'both', not 'anode'",
        ),
        (
            {"type": "ElectrodeCapacity", "electrode": "negative", "use_stoich_window": "no"},
            "use_stoich_window",
            "must be one of True, False, not 'no'",
        ),
        (
            {"type": "ElectrodeSOH", "options": {"known": "x"}},
            "options.known",
            "did you mean 'known value'",
        ),
        (
            {"type": "CyclableLithium", "options": {"particle phases": ["2"]}},
            "options.particle phases",
            "must be two of '1' and '2'",
        ),
    ],
)
def test_wrong_settings_are_refused_where_they_are_wrong(settings, path, words):
    ((found, message),) = problems(settings)
    assert found == path
    assert words in message
    kind = settings["type"]
    if isinstance(kind, str) and kind in CALCULATIONS:
        with pytest.raises(PipelineError, match=rf"^elements\.it\.{path}: "):
            CALCULATIONS[kind](settings, Context(where="elements.it"))


@pytest.mark.parametrize(
    ("kind", "settings", "count"),
    [
        ("AreaToSquareWidthHeight", {}, 1),
        ("CellMass", {}, 15),
        ("CyclableLithium", {}, 4),
        ("CyclableLithium", {"options": {"particle phases": ["2", "1"]}}, 6),
        ("DensityFromVolumeAndMass", {}, 2),
        ("ElectrodeBalanceFromFirstCycleEfficiency", {}, 14),
        ("ElectrodeCapacity", {"electrode": "positive"}, 5),
        ("ElectrodeGeometryFromLoading", {"electrode": "positive"}, 5),
        ("ElectrodeGeometryFromLoading", {"electrode": "both"}, 10),
        ("ElectrodeSOH", {}, 7),
        ("ElectrodeSOHHalfCell", {"electrode": "negative"}, 3),
        ("ElectrodeVolumeFractionFromLoading", {"electrode": "negative", "method": "loading"}, 3),
        (
            "ElectrodeVolumeFractionFromLoading",
            {"electrode": "negative", "method": "coating mass"},
            4,
        ),
        ("ElectrodeVolumeFractionFromPorosity", {"electrode": "both"}, 4),
        ("HalfCellNominalCapacity", {"electrode": "lumped"}, 1),
        ("InitialConcentrationFromInitialStoichiometryHalfCell", {"electrode": "lumped"}, 2),
        ("InitialSOC", {"soc": 0.5}, 6),
        ("InitialSOCHalfCell", {"electrode": "positive", "soc": 1}, 3),
        ("InitialSOCfromMaximumStoichiometry", {}, 7),
        ("InitialSOCfromMaximumStoichiometry", {"options": {"include concentration": "false"}}, 5),
        ("InitialStoichiometryFromVoltageHalfCell", {"electrode": "positive"}, 2),
        ("JellyRollThermalDimensions", {}, 2),
        ("LumpedHeatCapacityAndDensity", {}, 2),
        ("OpenCircuitLimits", {}, 2),
        ("PorosityFromElectrodeVolumeFraction", {"electrode": "negative"}, 1),
        ("PouchCellThermalDimensions", {}, 3),
        ("SpecificHeatCapacity", {}, 2),
        ("StoichiometryAtMinimumSOC", {"electrode": "positive"}, 3),
        ("StoichiometryLimitsFromCapacity", {}, 5),
        ("SurfaceAreaToVolumeRatio", {"electrode": "positive"}, 2),
    ],
)
def test_all_that_lacks_is_named_at_once(kind, settings, count):
    with pytest.raises(MissingParametersError) as caught:
        calculated(kind, **settings)
    assert len(caught.value.names) == count, caught.value.names
    assert kind in str(caught.value)


@pytest.mark.parametrize(
    ("name", "words"), [("it", "OpenCircuitLimits lacks"), ("OpenCircuitLimits", "it lacks")]
)
def test_the_type_is_not_named_twice(name, words):
    with pytest.raises(MissingParametersError, match=rf"^{words} 2 parameters"):
        calculated("OpenCircuitLimits", context=Context(where=f"elements.{name}"))
    below = {"Lower voltage cut-off [V]": -1.0, "Upper voltage cut-off [V]": 4.0}
    context = Context(ParameterSet(below), where=f"elements.{name}")
    with pytest.raises(PipelineError) as caught:
        calculated("OpenCircuitLimits", context=context)
    assert caught.value.message.count("OpenCircuitLimits") == 1


# -- geometry ---------------------------------------------------------------------


def test_squares():
    square = calculated("AreaToSquareWidthHeight", {"Electrode area [m2]": 0.09})
    assert square == {
        "Electrode height [m]": pytest.approx(0.3),
        "Electrode width [m]": pytest.approx(0.3),
    }
    disc = calculated("DiameterToSquareWidthHeight", {"Electrode diameter [m]": 0.014})
    assert math.prod(disc.values()) == pytest.approx(math.pi * 0.007**2, rel=1e-12)
    with pytest.raises(PipelineError, match=r"above 0: 'Electrode area \[m2\]' is -1"):
        calculated("AreaToSquareWidthHeight", {"Electrode area [m2]": -1.0})


def test_surface_to_volume_is_pybamms():
    both = calculated("SurfaceAreaToVolumeRatio", CHEN, electrode="both")
    param = pybamm.LithiumIonParameters()
    values = pybamm.ParameterValues("Chen2020")
    for side, domain in (("Negative", param.n), ("Positive", param.p)):
        by_hand = values.evaluate(3 * domain.prim.epsilon_s_av / domain.prim.R_typ)
        name = f"{side} electrode surface area to volume ratio [m-1]"
        assert both[name] == pytest.approx(float(by_hand), rel=1e-12)


def test_a_pressed_coating():
    given = {
        "Positive electrode coating mass per area [kg.m-2]": 0.25,
        "Positive electrode press density [kg.m-3]": 3400.0,
        "Positive electrode active material mass fraction": 0.96,
        "Positive electrode crystal density [kg.m-3]": 4750.0,
        "Positive electrode active volume fraction of solid": 0.93,
    }
    found = calculated("ElectrodeGeometryFromLoading", given, electrode="positive")
    active = 0.96 * 3400 / 4750
    assert found == {
        "Positive electrode thickness [m]": pytest.approx(0.25 / 3400),
        "Positive electrode active material volume fraction": pytest.approx(active),
        "Positive electrode porosity": pytest.approx(1 - active / 0.93),
    }
    again = calculated(
        "ElectrodeVolumeFractionFromLoading",
        {**given, **found},
        electrode="positive",
        method="coating mass",
    )
    assert again["Positive electrode active material volume fraction"] == pytest.approx(active)
    denser = {**given, "Positive electrode press density [kg.m-3]": 4800.0}
    with pytest.raises(PipelineError, match=r"porosity' is -0\.0"):
        calculated("ElectrodeGeometryFromLoading", denser, electrode="positive")


def test_active_fraction_of_a_loading_gives_the_loading_back():
    capacity = calculated("ElectrodeCapacity", CHEN, electrode="negative")
    loading = capacity["Negative electrode capacity [A.h]"] / (0.065 * 1.58)
    given = {**CHEN, "Negative electrode loading [A.h.m-2]": loading}
    found = calculated(
        "ElectrodeVolumeFractionFromLoading", given, electrode="negative", method="loading"
    )
    assert found["Negative electrode active material volume fraction"] == pytest.approx(0.75)


def test_porosity_and_active_fraction_are_each_others_inverse():
    solid = {"Negative electrode active volume fraction of solid": 0.9}
    porous = calculated(
        "ElectrodeVolumeFractionFromPorosity",
        {"Negative electrode porosity": 0.3, **solid},
        electrode="negative",
    )
    assert porous == {"Negative electrode active material volume fraction": pytest.approx(0.63)}
    back, notes = assumed(
        "PorosityFromElectrodeVolumeFraction", {**porous, **solid}, electrode="negative"
    )
    assert back == {"Negative electrode porosity": pytest.approx(0.3)}
    assert not notes
    back, notes = assumed("PorosityFromElectrodeVolumeFraction", porous, electrode="negative")
    assert back == {"Negative electrode porosity": pytest.approx(0.37)}
    assert "was taken as 1" in notes[0]


# -- thermal ----------------------------------------------------------------------


def test_a_21700_cell_has_the_volume_and_surface_of_chen2020():
    given = {"Jelly roll height [m]": 0.07, "Jelly roll radius [m]": 0.0105}
    found = calculated("JellyRollThermalDimensions", given)
    assert found["Cell volume [m3]"] == pytest.approx(CHEN["Cell volume [m3]"], rel=5e-3)
    name = "Cell cooling surface area [m2]"
    assert found[name] == pytest.approx(CHEN[name], rel=5e-3)


def test_a_pouch():
    sides = {"Pouch height [m]": 0.2, "Pouch width [m]": 0.1, "Pouch thickness [m]": 0.01}
    found = calculated("PouchCellThermalDimensions", sides)
    assert found["Cell volume [m3]"] == pytest.approx(2e-4)
    assert found["Cell cooling surface area [m2]"] == pytest.approx(0.046)


def test_mass_density_and_heat():
    given = {**CHEN, "Electrolyte density [kg.m-3]": 1200.0}
    found, notes = assumed("CellMass", given)
    collectors = 1.2e-5 * 8960 + 1.6e-5 * 2700
    electrodes = 8.52e-5 * (0.75 * 1657 + 0.25 * 1200) + 7.56e-5 * (0.665 * 3262 + 0.335 * 1200)
    separator = 1.2e-5 * (0.53 * 397 + 0.47 * 1200)
    mass = 0.065 * 1.58 * (collectors + electrodes + separator)
    assert found == {"Cell mass [kg]": pytest.approx(mass, rel=1e-12)}
    assert len(notes) == 1
    doubled = {**given, "Number of electrodes connected in parallel to make a cell": 2.0}
    assert calculated("CellMass", doubled)["Cell mass [kg]"] == pytest.approx(2 * mass)
    dry, notes = assumed("CellMass", CHEN)
    assert dry["Cell mass [kg]"] < mass
    assert "Electrolyte density" in " ".join(notes)

    cell = {**found, "Cell volume [m3]": 2.42e-5, "Cell heat capacity [J.K-1]": 60.0}
    cell |= calculated("DensityFromVolumeAndMass", cell)
    cell |= calculated("SpecificHeatCapacity", cell)
    assert cell["Cell density [kg.m-3]"] == pytest.approx(mass / 2.42e-5)
    assert cell["Cell specific heat capacity [J.kg-1.K-1]"] == pytest.approx(60 / mass)
    lumped = calculated("LumpedHeatCapacityAndDensity", cell)
    assert len(lumped) == 10
    values = pybamm.ParameterValues("Chen2020")
    values.update(lumped)
    by_pybamm = values.evaluate(pybamm.LithiumIonParameters().therm.rho_c_p_eff(298.15))
    assert float(by_pybamm) == pytest.approx(60 / 2.42e-5, rel=1e-9)


def test_mass_of_a_composite_electrode_is_that_of_its_phases():
    phases = {
        "Primary: Negative electrode active material volume fraction": 0.7,
        "Secondary: Negative electrode active material volume fraction": 0.05,
        "Primary: Negative electrode density [kg.m-3]": 2260.0,
        "Secondary: Negative electrode density [kg.m-3]": 2330.0,
    }
    options = {"particle phases": ("2", "1")}
    composite = calculated("CellMass", {**CHEN, **phases}, model_options=options)
    mean = (0.7 * 2260 + 0.05 * 2330) / 0.75
    single = calculated("CellMass", {**CHEN, "Negative electrode density [kg.m-3]": mean})
    assert composite["Cell mass [kg]"] == pytest.approx(single["Cell mass [kg]"], rel=1e-12)


def test_a_half_cells_lithium_has_no_pores():
    given = {
        **CHEN,
        "Electrolyte density [kg.m-3]": 1200.0,
        "Negative electrode density [kg.m-3]": 534.0,
    }
    options = {"working electrode": "positive", "thermal": "lumped"}
    found = calculated(
        "CellMass", without(given, "Negative electrode porosity"), model_options=options
    )
    whole = calculated("CellMass", {**given, "Negative electrode porosity": 0.0})
    assert found["Cell mass [kg]"] == pytest.approx(whole["Cell mass [kg]"], rel=1e-12)


@pytest.mark.parametrize(
    ("options", "path", "words"),
    [
        ({"particel phases": "2"}, r"\.particel phases", "did you mean 'particle phases'"),
        ({"working electrode": "negative"}, r"\.working electrode", "'both' or 'positive'"),
        ("2", "", "must be a mapping"),
    ],
)
def test_model_options_that_say_nothing_are_refused(options, path, words):
    with pytest.raises(PipelineError, match=rf"it\.model_options{path}: .*{words}"):
        calculated("CellMass", CHEN, model_options=options)


@pytest.mark.parametrize("phases", ["3", ["2"], {"negative": "2"}, [["2"], "1"]])
def test_phases_that_pybamm_does_not_have_are_refused(phases):
    with pytest.raises(PipelineError, match=r"model_options\.particle phases: must be '1', '2'"):
        calculated("CellMass", CHEN, model_options={"particle phases": phases})


# -- capacity ---------------------------------------------------------------------


@pytest.mark.parametrize(("side", "published"), [("negative", 5.8276), ("positive", 8.7323)])
def test_capacities_of_chen2020(side, published):
    found = calculated("ElectrodeCapacity", CHEN, electrode=side)
    (capacity,) = found.values()
    assert capacity == pytest.approx(published, abs=1e-4)
    domain = getattr(pybamm.LithiumIonParameters(), side[0])
    by_pybamm = pybamm.ParameterValues("Chen2020").evaluate(domain.prim.Q_init)
    assert capacity == pytest.approx(float(by_pybamm), rel=1e-9)


_OF_MATERIAL = (
    "Positive electrode thickness [m]",
    "Positive electrode active material volume fraction",
    "Maximum concentration in positive electrode [mol.m-3]",
)
_OF_AREA = ("Electrode height [m]", "Electrode width [m]")


@pytest.mark.parametrize(
    ("missing", "source"),
    [
        *((name, "capacity [A.h]") for name in (*_OF_MATERIAL, *_OF_AREA)),
        *((name, "loading [A.h.m-2]") for name in _OF_MATERIAL),
    ],
)
def test_whatever_one_quantity_is_missing_is_solved_for(missing, source):
    capacity = calculated("ElectrodeCapacity", CHEN, electrode="positive")
    (amount,) = capacity.values()
    given = without(CHEN, missing)
    given[f"Positive electrode {source}"] = amount / (0.1027 if "loading" in source else 1)
    found = calculated("ElectrodeCapacity", given, electrode="positive")
    assert found[missing] == pytest.approx(CHEN[missing], rel=1e-9)
    assert found["Positive electrode capacity [A.h]"] == pytest.approx(amount, rel=1e-9)


def test_an_area_that_is_not_height_times_width_is_refused():
    with pytest.raises(PipelineError, match=r"'Electrode area \[m2\]' is not .* times"):
        calculated("ElectrodeCapacity", {**CHEN, "Electrode area [m2]": 0.2}, electrode="negative")


def test_a_loading_says_nothing_of_the_area():
    given = without(CHEN, *_OF_AREA) | {"Positive electrode loading [A.h.m-2]": 85.0}
    with pytest.raises(MissingParametersError) as caught:
        calculated("ElectrodeCapacity", given, electrode="positive")
    assert caught.value.names == _OF_AREA


def test_without_sides_the_area_is_solved_for_and_counts_the_electrodes_in_parallel():
    given = without(CHEN, "Electrode height [m]", "Electrode width [m]")
    given |= {
        "Number of electrodes connected in parallel to make a cell": 4.0,
        "Negative electrode capacity [A.h]": 4 * 5.827615,
    }
    found = calculated("ElectrodeCapacity", given, electrode="negative")
    assert found["Electrode area [m2]"] == pytest.approx(0.065 * 1.58, rel=1e-6)
    again = without(given, "Negative electrode capacity [A.h]") | {"Electrode area [m2]": 0.1027}
    back = calculated("ElectrodeCapacity", again, electrode="negative")
    assert back["Negative electrode capacity [A.h]"] == pytest.approx(4 * 5.827615, rel=1e-6)


def test_crystal_density_lithium_and_molar_mass_stand_for_the_capacity():
    crystal = {
        "Positive electrode crystal density [kg.m-3]": 4750.0,
        "Positive electrode moles of lithium per mole of active material": 1.0,
        "Positive electrode active material molar mass [kg.mol-1]": 0.09728,
    }
    name = "Maximum concentration in positive electrode [mol.m-3]"
    found = calculated("ElectrodeCapacity", without(CHEN, name) | crystal, electrode="positive")
    assert found[name] == pytest.approx(4750 / 0.09728, rel=1e-9)
    per_gram = found["Positive electrode capacity [A.h]"] / (4750 * 0.665 * 7.56e-5 * 0.1027)
    assert per_gram == pytest.approx(F / 3.6 / 97.28, rel=1e-9)  # mA.h/g, as textbooks say


def test_a_window_takes_its_share_and_can_be_solved_for():
    window = {
        "Negative electrode stoichiometry at 0% SOC": 0.03,
        "Negative electrode stoichiometry at 100% SOC": 0.9,
        "Positive electrode stoichiometry at 0% SOC": 0.85,
        "Positive electrode stoichiometry at 100% SOC": 0.27,
    }
    for side, share in (("negative", 0.87), ("positive", 0.58)):
        whole = calculated("ElectrodeCapacity", CHEN, electrode=side)
        part = calculated(
            "ElectrodeCapacity", {**CHEN, **window}, electrode=side, use_stoich_window=True
        )
        (name,) = whole
        assert part[name] == pytest.approx(share * whole[name])
        for limit in [each for each in window if each.lower().startswith(side)]:
            given = {**CHEN, **without(window, limit), **part}
            found = calculated("ElectrodeCapacity", given, electrode=side, use_stoich_window=True)
            assert found[limit] == pytest.approx(window[limit], rel=1e-9)


def test_too_much_must_agree_or_be_told_apart():
    given = {**CHEN, "Positive electrode capacity [A.h]": 8.0}
    with pytest.raises(PipelineError, match=r"8\.73232 A\.h .* is not 8 A\.h .* 'method'"):
        calculated("ElectrodeCapacity", given, electrode="positive")
    name = "Positive electrode thickness [m]"
    found = calculated("ElectrodeCapacity", given, electrode="positive", method="thickness")
    assert found[name] == pytest.approx(CHEN[name] * 8 / 8.7323185, rel=1e-6)
    found = calculated("ElectrodeCapacity", given, electrode="positive", method="capacity")
    assert found == {"Positive electrode capacity [A.h]": pytest.approx(8.7323185, rel=1e-6)}
    with pytest.raises(PipelineError, match="leave one of them out"):
        calculated("ElectrodeCapacity", given, electrode="positive", method="area")
    with pytest.raises(PipelineError, match="method: must be one of 'auto'"):
        calculated("ElectrodeCapacity", given, electrode="positive", method="porosity")


def test_two_missing_quantities_are_named_and_one_that_cannot_be_is_refused():
    given = without(CHEN, "Positive electrode thickness [m]", "Electrode width [m]")
    with pytest.raises(MissingParametersError) as caught:
        calculated(
            "ElectrodeCapacity",
            {**given, "Positive electrode capacity [A.h]": 8.0},
            electrode="positive",
        )
    assert caught.value.names == ("Positive electrode thickness [m]", "Electrode width [m]")
    name = "Positive electrode active material volume fraction"
    big = {**without(CHEN, name), "Positive electrode capacity [A.h]": 20.0}
    with pytest.raises(PipelineError, match="between 0 and 1"):
        calculated("ElectrodeCapacity", big, electrode="positive")


def test_half_cell_nominal_capacity():
    given = {"Positive electrode capacity [A.h]": 0.004}
    found = calculated("HalfCellNominalCapacity", given, electrode="positive")
    assert found == {"Nominal cell capacity [A.h]": 0.004, "Current function [A]": 0.004}


# -- windows ----------------------------------------------------------------------


def window_of(found):
    return [
        found[f"{side} electrode stoichiometry at {soc}% SOC"]
        for side, soc in (
            ("Negative", 0),
            ("Negative", 100),
            ("Positive", 100),
            ("Positive", 0),
        )
    ]


def test_the_window_of_chen2020_is_pybamms():
    found, notes = assumed("ElectrodeSOH", CHEN)
    by_pybamm = pybamm.lithium_ion.get_min_max_stoichiometries(pybamm.ParameterValues("Chen2020"))
    np.testing.assert_allclose(window_of(found), by_pybamm, rtol=1e-9)
    assert "initial state" in notes[0]
    given = without(CHEN, *(n for n in CHEN if n.startswith("Initial concentration in")))
    again = {**given, "Cyclable lithium capacity [A.h]": found["Cyclable lithium capacity [A.h]"]}
    np.testing.assert_allclose(window_of(calculated("ElectrodeSOH", again)), by_pybamm, rtol=1e-9)


def test_a_window_needs_no_temperature_and_no_entropic_change():
    thermal = [name for name in CHEN if "temperature" in name or "entropic" in name]
    assert len(thermal) >= 4
    found = calculated("ElectrodeSOH", without(CHEN, *thermal))
    hot = {
        **CHEN,
        "Ambient temperature [K]": 330.0,
        "Negative electrode OCP entropic change [V.K-1]": 1e-3,
    }
    assert found == pytest.approx(calculated("ElectrodeSOH", hot))


@pytest.mark.parametrize(
    ("known", "amount"),
    [
        ("cyclable lithium capacity", {"Cyclable lithium capacity [A.h]": 7.6}),
        ("cell capacity", {"Nominal cell capacity [A.h]": 5.0}),
    ],
)
def test_a_window_needs_no_geometry(known, amount):
    names = ("OCP [V]", "Open-circuit voltage")
    given = {name: CHEN[name] for name in CHEN if any(each in name for each in names)}
    assert len(given) == 4
    capacities = {
        "Negative electrode capacity [A.h]": 5.8,
        "Positive electrode capacity [A.h]": 8.7,
    }
    options, known_ones = {"known value": known}, capacities | amount
    found, notes = assumed("ElectrodeSOH", given | known_ones, options=options)
    assert found == pytest.approx(calculated("ElectrodeSOH", CHEN | known_ones, options=options))
    assert notes == []


def test_what_an_ocp_itself_lacks_is_named_as_missing():
    given = {**CHEN, "Negative electrode OCP [V]": lambda sto: pybamm.Parameter("mean [V]") - sto}
    with pytest.raises(MissingParametersError) as caught:
        calculated("ElectrodeSOH", given)
    assert caught.value.names == ("mean [V]",)


def table(name, ends):
    """Return an OCP of Chen2020 as an interpolant between two stoichiometries."""
    x = np.linspace(*ends, 50)
    y = ParameterSet(CHEN).evaluated(name, x)
    return {name: lambda sto: pybamm.Interpolant(x, y, sto)}


def test_a_window_in_the_extrapolated_part_of_an_ocp_is_told():
    name = "Positive electrode OCP [V]"
    limits = {
        "Open-circuit voltage at 0% SOC [V]": 3.5,
        "Open-circuit voltage at 100% SOC [V]": 4.5,
    }
    for ends, told in (((0.1, 0.9), True), ((0.0, 1.0), False)):
        given = CHEN | table(name, ends) | limits
        found, notes = assumed("ElectrodeSOHHalfCell", given, electrode="positive")
        outside = [value for value in found.values() if not ends[0] <= value <= ends[1]]
        extrapolated = [each for each in notes if "extrapolated: its points go from 0.1" in each]
        assert (len(outside) == len(extrapolated) > 0) == told
    _, notes = assumed("ElectrodeSOH", CHEN | table(name, (0.4, 1.0)))
    assert any(
        "'Positive electrode stoichiometry at 100% SOC', 0.2" in note and "from 0.4 to 1." in note
        for note in notes
    )
    given = CHEN | table(name, (0.4, 1.0)) | {"Initial voltage [V]": 4.2}
    _, notes = assumed("InitialStoichiometryFromVoltageHalfCell", given, electrode="positive")
    assert "extrapolated" in notes[0]


def test_a_known_cell_capacity():
    options = {"known value": "cell capacity"}
    found = calculated(
        "ElectrodeSOH", {**CHEN, "Nominal cell capacity [A.h]": 4.9}, options=options
    )
    x_0, x_100, y_100, y_0 = window_of(found)
    assert found["Usable capacity [A.h]"] == pytest.approx(4.9)
    assert x_100 - x_0 == pytest.approx(4.9 / 5.827615, rel=1e-6)
    assert y_0 - y_100 == pytest.approx(4.9 / 8.7323185, rel=1e-6)
    cell = ParameterSet(CHEN)

    def voltage(x, y):
        positive = cell.evaluated("Positive electrode OCP [V]", y)
        return float(positive - cell.evaluated("Negative electrode OCP [V]", x))

    assert voltage(x_0, y_0) == pytest.approx(2.5, abs=1e-4)
    assert voltage(x_100, y_100) == pytest.approx(4.2, abs=1e-4)


@pytest.mark.parametrize("limit", [4.8, 9.0])
def test_a_window_that_cannot_be_is_refused(limit):
    given = {**CHEN, "Open-circuit voltage at 100% SOC [V]": limit}
    with pytest.raises(PipelineError, match=r"have no window with a cyclable lithium capacity"):
        calculated("ElectrodeSOH", given)


def test_first_cycle_efficiency():
    given = {**CHEN, "First-cycle efficiency": 0.88, "Nominal cell capacity [A.h]": 5.0}
    found = calculated("ElectrodeBalanceFromFirstCycleEfficiency", given)
    lithium = 8.7323185 - 0.12 * 5 / 0.88
    assert found["Cyclable lithium capacity [A.h]"] == pytest.approx(lithium, rel=1e-6)
    solver = pybamm.lithium_ion.ElectrodeSOHSolver(pybamm.ParameterValues("Chen2020"))
    inputs = {"Q_n": 5.8276150685, "Q_p": 8.7323185203, "Q_Li": lithium}
    by_pybamm = solver.solve(inputs)
    wanted = [by_pybamm[name] for name in ("x_0", "x_100", "y_100", "y_0")]
    np.testing.assert_allclose(window_of(found), wanted, rtol=1e-6)
    name = "Initial concentration in negative electrode [mol.m-3]"
    assert found[name] == pytest.approx(wanted[1] * 33133, rel=1e-6)
    with pytest.raises(PipelineError, match="First-cycle efficiency' is 88"):
        calculated(
            "ElectrodeBalanceFromFirstCycleEfficiency", {**given, "First-cycle efficiency": 88.0}
        )


def test_a_half_cells_window_is_pybamms_and_speaks_of_the_full_cell():
    xu = pybamm.ParameterValues("Xu2019")
    given = {name: value for name, value in xu.items() if not isinstance(value, str)}
    found, notes = assumed("ElectrodeSOHHalfCell", given, electrode="positive")
    simulation = pybamm.Simulation(pybamm.lithium_ion.ElectrodeSOHHalfCell(), parameter_values=xu)
    by_pybamm = simulation.solve([0], inputs={"Q_w": 1.0})
    for soc, name in ((0, "x_0"), (100, "x_100")):
        wanted = by_pybamm[name].data[0]
        own = found[f"Positive electrode stoichiometry at {soc}% SOC"]
        assert own == pytest.approx(wanted, abs=1e-6)
    assert not notes
    graphite = {**CHEN, "Lower voltage cut-off [V]": 0.01, "Upper voltage cut-off [V]": 1.5}
    limits = ("Open-circuit voltage at 0% SOC [V]", "Open-circuit voltage at 100% SOC [V]")
    found, notes = assumed("ElectrodeSOHHalfCell", without(graphite, *limits), electrode="negative")
    lithiated = found["Negative electrode stoichiometry at 100% SOC"]
    assert lithiated > 0.95 > 0.05 > found["Negative electrode stoichiometry at 0% SOC"]
    assert "never is 0.01 V" in notes[0]


def test_a_lumped_electrode_counts_as_a_negative_one_and_says_so():
    given = {
        "Electrode OCP [V]": CHEN["Positive electrode OCP [V]"],
        "Open-circuit voltage at 0% SOC [V]": 3.6,
        "Open-circuit voltage at 100% SOC [V]": 4.2,
        "Electrode capacity [A.h]": 8.0,
        "Usable capacity [A.h]": 2.0,
    }
    window, notes = assumed("ElectrodeSOHHalfCell", given, electrode="lumped")
    assert window["Electrode stoichiometry at 100% SOC"] > 0.8
    _, others = assumed("StoichiometryAtMinimumSOC", given | window, electrode="lumped")
    assert ["counted as a negative electrode's" in note for note in notes + others] == [True] * 2
    side = {name.replace("Electrode", "Positive electrode"): value for name, value in given.items()}
    assert assumed("ElectrodeSOHHalfCell", side, electrode="positive")[1] == []


def test_lithium_is_the_same_anywhere_on_the_window():
    window = calculated("ElectrodeSOH", CHEN)
    capacities = {
        **calculated("ElectrodeCapacity", CHEN, electrode="negative"),
        **calculated("ElectrodeCapacity", CHEN, electrode="positive"),
    }
    full = without({**capacities, **window}, "Cyclable lithium capacity [A.h]")
    at_full = calculated("CyclableLithium", full)
    half = calculated("InitialSOC", {**CHEN, **window}, soc=0.5)
    wanted = pytest.approx(window["Cyclable lithium capacity [A.h]"], rel=1e-6)
    assert at_full == {"Cyclable lithium capacity [A.h]": wanted}
    assert calculated("CyclableLithium", {**full, **half}) == at_full | {
        "Cyclable lithium capacity [A.h]": wanted
    }


def test_lithium_after_formation_is_what_the_loss_leaves():
    given = {"Positive electrode capacity [A.h]": 8.0, "Formation lithium loss": 0.1}
    found, notes = assumed("CyclableLithium", given, method="formation loss")
    assert found == {"Cyclable lithium capacity [A.h]": pytest.approx(7.2)}
    assert "fraction that formation takes" in notes[0]


# -- from capacities ----------------------------------------------------------------

BALANCE = {
    "Negative electrode capacity [A.h]": 3.0,
    "Negative electrode lower excess capacity [A.h]": 0.15,
    "Positive electrode capacity [A.h]": 3.2,
    "Positive electrode lower excess capacity [A.h]": 0.8,
}


def test_limits_from_usable_or_upper_excess_capacity():
    found = calculated(
        "StoichiometryLimitsFromCapacity", {**BALANCE, "Usable capacity [A.h]": 2.25}
    )
    np.testing.assert_allclose(window_of(found), [0.05, 0.8, 0.25, 3.05 / 3.2], rtol=1e-12)
    upper = {name: value for name, value in found.items() if "upper excess" in name}
    assert upper["Negative electrode upper excess capacity [A.h]"] == pytest.approx(0.6)
    again = calculated("StoichiometryLimitsFromCapacity", {**BALANCE, **upper})
    np.testing.assert_allclose(window_of(again), window_of(found), rtol=1e-12)
    lower = [name for name in BALANCE if "lower" in name]
    options = {"usable capacity": 2.25}
    third = calculated(
        "StoichiometryLimitsFromCapacity", {**without(BALANCE, *lower), **upper}, options=options
    )
    np.testing.assert_allclose(window_of(third), window_of(found), rtol=1e-12)


def test_limits_that_do_not_fit_are_refused():
    with pytest.raises(PipelineError, match=r"do not hold a lower excess of 0\.15"):
        calculated("StoichiometryLimitsFromCapacity", {**BALANCE, "Usable capacity [A.h]": 2.9})
    upper = {"Negative electrode upper excess capacity [A.h]": 0.3, "Usable capacity [A.h]": 2.25}
    with pytest.raises(PipelineError, match=r"leave 0\.6 A\.h; leave one of them out"):
        calculated("StoichiometryLimitsFromCapacity", {**BALANCE, **upper})


def composite(usable=2.0, own=None, left_out=(), **options):
    given = without(BALANCE, "Negative electrode capacity [A.h]", *left_out) | (own or {})
    given |= {
        "Primary: Negative electrode capacity [A.h]": 2.5,
        "Secondary: Negative electrode capacity [A.h]": 0.7,
        "Primary: Negative electrode OCP [V]": lambda sto: 0.6 - 0.5 * sto,
        "Secondary: Negative electrode lithiation OCP [V]": lambda sto: 0.7 - 0.6 * sto,
        "Secondary: Negative electrode OCP [V]": lambda sto: 0.8 - 0.7 * sto,
    }
    options |= {"particle phases": ["2", "1"], "usable capacity": usable}
    return calculated("StoichiometryLimitsFromCapacity", given, options=options)


@pytest.mark.parametrize(("direction", "top", "slope"), [(None, 0.8, 0.7), ("charge", 0.7, 0.6)])
def test_the_phases_of_a_composite_electrode_share_one_potential(direction, top, slope):
    found = composite(direction=direction)

    def content(voltage):
        primary, secondary = (0.6 - voltage) / 0.5, (top - voltage) / slope
        return np.clip([primary, secondary], 0, 1)

    for soc, held in ((0, 0.15), (100, 2.15)):
        voltage = brentq(lambda v, held=held: content(v) @ [2.5, 0.7] - held, 0.0, 2.0)
        own = [
            found[f"{phase}: Negative electrode stoichiometry at {soc}% SOC"]
            for phase in ("Primary", "Secondary")
        ]
        np.testing.assert_allclose(own, content(voltage), atol=1e-6)
    assert found["Positive electrode stoichiometry at 100% SOC"] == pytest.approx(0.25)


def test_a_composite_electrodes_lower_excess_may_be_its_phases():
    whole = composite()
    parts = composite(
        own={
            "Primary: Negative electrode lower excess capacity [A.h]": 0.1,
            "Secondary: Negative electrode lower excess capacity [A.h]": 0.05,
        },
        left_out=("Negative electrode lower excess capacity [A.h]",),
    )
    assert parts == pytest.approx(whole)


def test_a_composite_electrode_that_cannot_hold_it_is_refused():
    with pytest.raises(PipelineError, match=r"more than the negative electrode's 3\.2 A\.h"):
        composite(usable=3.1)
    with pytest.raises(PipelineError, match=r"never holds 0\.15 A\.h"):
        composite(**{"negative voltage limits": [0.0, 0.3]})


def test_options_without_a_composite_electrode_are_checked_and_told():
    given = {**BALANCE, "Usable capacity [A.h]": 2.25}
    kind = "StoichiometryLimitsFromCapacity"
    options = {"direction": "charge", "positive voltage limits": [2.5, 4.5]}
    _, notes = assumed(kind, given, options=options)
    assert [note.split("'")[1] for note in notes] == ["positive voltage limits", "direction"]
    for limits, words in (([5, 1], "the lower first"), (4.0, "two potentials"), ([1], "two pot")):
        with pytest.raises(PipelineError, match=rf"options\.negative voltage limits: .*{words}"):
            calculated(kind, given, options={"negative voltage limits": limits})


@pytest.mark.parametrize(("side", "sign"), [("negative", -1), ("positive", 1)])
def test_stoichiometry_at_minimum_soc(side, sign):
    domain = side.capitalize()
    given = {
        f"{domain} electrode stoichiometry at 100% SOC": 0.5,
        f"{domain} electrode capacity [A.h]": 5.0,
        "Nominal cell capacity [A.h]": 1.0,
    }
    found, notes = assumed("StoichiometryAtMinimumSOC", given, electrode=side)
    assert found == {f"{domain} electrode stoichiometry at 0% SOC": pytest.approx(0.5 + sign * 0.2)}
    assert "'Usable capacity [A.h]' was taken as" in notes[0]
    given["Usable capacity [A.h]"] = 2.0
    found, notes = assumed("StoichiometryAtMinimumSOC", given, electrode=side)
    assert list(found.values()) == [pytest.approx(0.5 + sign * 0.4)]
    assert not notes


# -- initial states -----------------------------------------------------------------


@pytest.mark.parametrize("soc", [0.3, "30%", " 30 % "])
def test_initial_state_is_pybamms(soc):
    window = calculated("ElectrodeSOH", CHEN)
    found = calculated("InitialSOC", {**CHEN, **window}, soc=soc)
    by_pybamm = pybamm.ParameterValues("Chen2020").set_initial_state(0.3, inplace=False)
    for side in SIDES:
        name = f"Initial concentration in {side} electrode [mol.m-3]"
        assert found[name] == pytest.approx(by_pybamm[name], rel=1e-6)
    given = {**CHEN, **window, "Initial SOC [%]": 30.0}
    assert calculated("InitialSOCfromMaximumStoichiometry", given) == pytest.approx(found)
    one = calculated("InitialSOCHalfCell", given, electrode="positive", soc=soc)
    assert one == {name: found[name] for name in found if "positive" in name}
    stoichiometry = {k: v for k, v in one.items() if "stoichiometry" in k}
    kind = "InitialConcentrationFromInitialStoichiometryHalfCell"
    again = calculated(kind, {**CHEN, **stoichiometry}, electrode="positive")
    assert again == pytest.approx({k: v for k, v in one.items() if "concentration" in k})


@pytest.mark.parametrize("side", SIDES)
def test_a_window_that_is_turned_round_is_told(side):
    window = calculated("ElectrodeSOH", CHEN)
    _, notes = assumed("InitialSOC", CHEN | window, soc=0.5)
    assert notes == []
    names = [f"{side.capitalize()} electrode stoichiometry at {soc}% SOC" for soc in (0, 100)]
    turned = dict(zip(names, [window[name] for name in reversed(names)], strict=True))
    _, notes = assumed("InitialSOC", CHEN | window | turned, soc=0.5)
    assert len(notes) == 1
    assert names[0] in notes[0]
    assert "used as they stand" in notes[0]


def test_words_for_the_ends_and_refusals():
    window = {
        "Primary: Negative electrode stoichiometry at 0% SOC": 0.1,
        "Primary: Negative electrode stoichiometry at 100% SOC": 0.9,
        "Primary: Maximum concentration in negative electrode [mol.m-3]": 10.0,
    }
    settings = {"electrode": "negative", "options": {"phase": "primary"}}
    name = "Primary: Initial stoichiometry in negative electrode"
    for word, wanted in (("minimum", 0.1), ("0%", 0.1), ("maximum", 0.9), ("100%", 0.9)):
        assert calculated("InitialSOCHalfCell", window, soc=word, **settings)[name] == wanted
    for soc, words in ((80, "must be 0 to 1"), ("full", "such as '50%'"), (True, "finite number")):
        with pytest.raises(PipelineError, match=rf"elements\.it\.soc: .*{words}"):
            calculated("InitialSOCHalfCell", window, soc=soc, **settings)


def test_open_circuit_limits():
    found = calculated("OpenCircuitLimits", CHEN)
    assert found == {
        "Open-circuit voltage at 0% SOC [V]": 2.5,
        "Open-circuit voltage at 100% SOC [V]": 4.2,
    }
    turned = {"Lower voltage cut-off [V]": 4.2, "Upper voltage cut-off [V]": 2.5}
    with pytest.raises(PipelineError, match="must be below"):
        calculated("OpenCircuitLimits", turned)


def test_stoichiometry_of_a_voltage():
    given = {**CHEN, "Initial voltage [V]": 3.9}
    kind = "InitialStoichiometryFromVoltageHalfCell"
    (found,) = calculated(kind, given, electrode="positive").values()
    back = ParameterSet(CHEN).evaluated("Positive electrode OCP [V]", found)
    assert float(back) == pytest.approx(3.9, abs=1e-6)
    own = {**given, "Initial voltage in positive electrode [V]": 4.1}
    (higher,) = calculated(kind, own, electrode="positive").values()
    assert higher < found
    with pytest.raises(PipelineError, match=r"5 V is outside: it goes from 3\.48"):
        calculated(kind, {**CHEN, "Initial voltage [V]": 5.0}, electrode="positive")
    wavy = {
        "Positive electrode lithiation OCP [V]": lambda sto: 4 - sto + 0.5 * np.sin(20 * sto),
        "Initial voltage [V]": 3.5,
    }
    options = {"direction": "lithiation"}
    with pytest.raises(PipelineError, match=r"is 3\.5 V at stoichiometries .* and"):
        calculated(kind, wavy, electrode="positive", options=options)


# -- knots ------------------------------------------------------------------------


def test_slopes_to_knots():
    given = {
        "Particle diffusion time at SOC 0 [s]": 1000.0,
        "Particle diffusion time slope from SOC 0 to 0.5 [s]": -1200.0,
        "Particle diffusion time slope from SOC 0.5 to 1 [s]": 600.0,
    }
    found = calculated(
        "SlopesToKnots",
        given,
        base_parameter_name="Particle diffusion time [s]",
        breakpoint_values=[0, 0.5, 1],
        breakpoint_parameter_name="SOC",
    )
    assert found == {
        "Particle diffusion time at SOC 0 [s]": 1000.0,
        "Particle diffusion time at SOC 0.5 [s]": 400.0,
        "Particle diffusion time at SOC 1 [s]": 700.0,
    }
    with pytest.raises(PipelineError, match="breakpoint_values: must be at least two increasing"):
        calculated(
            "SlopesToKnots",
            base_parameter_name="a",
            breakpoint_values=[0, 0],
            breakpoint_parameter_name="SOC",
        )


def test_slopes_to_knots_in_two_variables():
    slope = "Diffusivity Temperature [K]-slope from Temperature [K] 273.15 to 323.15"
    given = {
        "Diffusivity at SOC 0 and Temperature [K] 273.15 [m2.s-1]": 1.0,
        "Diffusivity SOC-slope from SOC 0 to 1 at Temperature [K] 273.15 [m2.s-1]": 2.0,
        f"{slope} at SOC 0 [m2.s-1]": 0.1,
        f"{slope} at SOC 1 [m2.s-1]": -0.02,
    }
    found = calculated(
        "SlopesToKnots2D",
        given,
        base_parameter_name="Diffusivity [m2.s-1]",
        breakpoint1_values=[0, 1],
        breakpoint1_parameter_name="SOC",
        breakpoint2_values=[273.15, 323.15],
        breakpoint2_parameter_name="Temperature [K]",
    )
    assert found == {
        "Diffusivity at SOC 0 and Temperature [K] 273.15 [m2.s-1]": 1.0,
        "Diffusivity at SOC 1 and Temperature [K] 273.15 [m2.s-1]": 3.0,
        "Diffusivity at SOC 0 and Temperature [K] 323.15 [m2.s-1]": pytest.approx(6.0),
        "Diffusivity at SOC 1 and Temperature [K] 323.15 [m2.s-1]": pytest.approx(2.0),
    }
