"""Parameter values: read from the wire, asked for numbers and functions, written back."""

import json
import warnings

import numpy as np
import pytest
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.errors import MissingParametersError, PipelineError
from ionworks_engine.pipelines.names import indexed, spelt, unit_of
from ionworks_engine.pipelines.values import ParameterSet, write_values
from pipeline_configs import chen2020, example


def sent(values):
    """What arrives: through JSON without NaN."""
    return json.loads(json.dumps(values, allow_nan=False))


def refused(values):
    with pytest.raises(PipelineError) as caught:
        ParameterSet.read(sent(values), "elements.known.values")
    assert caught.value.code == "CONFIGURATION_ERROR"
    return caught.value.message


def voltage(values):
    model = pybamm.lithium_ion.SPMe()
    solution = pybamm.Simulation(model, parameter_values=values).solve(
        [0, 1800], t_interp=np.linspace(0, 1800, 7)
    )
    return solution["Voltage [V]"].entries


def test_a_whole_set_makes_the_simulation_that_pybamms_own_makes():
    values = ParameterSet.read(sent(chen2020()), "values")
    own = voltage(pybamm.ParameterValues("Chen2020"))
    np.testing.assert_allclose(voltage(values.pybamm()), own, rtol=0, atol=1e-6)


def test_a_written_set_is_one_that_pybamm_reads():
    written = sent(ParameterSet.read(sent(chen2020()), "values").written())
    read = pybamm.ParameterValues.from_json(written)
    own = voltage(pybamm.ParameterValues("Chen2020"))
    np.testing.assert_allclose(voltage(read), own, rtol=0, atol=1e-6)


def test_python_functions_are_written_as_trees_that_give_the_same_numbers():
    own = pybamm.ParameterValues("Chen2020")
    values = ParameterSet(dict(own.items()))
    again = ParameterSet.read(sent(values.written()), "values")
    sto = np.linspace(0.05, 0.95, 7)
    expected = own["Negative electrode OCP [V]"](pybamm.Vector(sto)).evaluate().ravel()
    for each in (values, again):
        got = each.evaluated("Negative electrode OCP [V]", sto)
        np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_every_encoding_of_the_schema_is_read():
    values = ParameterSet.read(example("04")["functions"]["values"], "values")
    assert values.numbers("scalar", "pybamm scalar", "Linked") == (1.0, 2.0, 2.0)
    assert values.get("string") == "some string"
    np.testing.assert_array_equal(values.get("array"), [1.0, 2.0, 3.0])
    x = np.array([0.1, 0.25, 0.9])
    wanted = 0.1 + 0.2 * np.exp(-30 * x)
    np.testing.assert_allclose(values.evaluated("Negative electrode OCP [V]", x), wanted)
    wanted = np.interp(x, [0, 0.25, 0.5, 0.75, 1], [4.3, 4.0, 3.8, 3.6, 3.2])
    np.testing.assert_allclose(values.evaluated("Positive electrode OCP [V]", x), wanted)


def test_a_bare_interpolant_is_written_as_a_function_of_its_leaf():
    values = ParameterSet.read(example("04")["functions"]["values"], "values")
    tree = values.written()["Positive electrode OCP [V]"]
    assert tree["$type"].endswith("ExpressionFunctionParameter")
    assert tree["func_args"] == ["sto"]
    assert "func_args" not in values.written()["Linked"]


def test_a_link_follows_what_later_elements_set():
    values = ParameterSet.read(example("04")["functions"]["values"], "values")
    assert values.updated({"scalar": 7.0}).number("Linked") == 14.0
    assert values.number("Linked") == 2.0


def test_a_link_may_lead_to_what_comes_later():
    links = {"Porosity": 1 - pybamm.Parameter("Active material volume fraction")}
    links["c"] = pybamm.Parameter("a") * 2
    values = ParameterSet.read(sent(ParameterSet(links).written()), "values")
    later = values.updated({"Active material volume fraction": 0.75, "a": 3.0})
    assert later.numbers("Porosity", "c") == (0.25, 6.0)
    with pytest.raises(MissingParametersError, match="Active material volume fraction"):
        values.number("Porosity")


def test_functions_see_the_other_parameters_of_the_set():
    def diffusivity(sto, temperature):
        return pybamm.Parameter("D [m2.s-1]") * sto * temperature

    values = ParameterSet({"D [m2.s-1]": 2.0, "D(sto)": diffusivity})
    got = values.evaluated("D(sto)", [0.5, 1.0], 300.0)
    np.testing.assert_allclose(got, [300.0, 600.0])
    lacking = ParameterSet({"D(sto)": diffusivity})
    with pytest.raises(MissingParametersError, match=r"'D \[m2.s-1\]'"):
        lacking.evaluated("D(sto)", 0.5, 300.0)


def test_numbers_are_constant_functions_of_any_shape():
    values = ParameterSet({"D": 3.0})
    assert values.evaluated("D", np.zeros((2, 3))).tolist() == [[3.0] * 3] * 2
    assert values.function("D")(pybamm.Scalar(1)).evaluate() == 3.0


def test_one_error_names_all_that_lack():
    with pytest.raises(MissingParametersError) as caught:
        ParameterSet({"a": 1.0}).numbers("a", "b [V]", "c [m]", what="InitialSOC")
    assert caught.value.names == ("b [V]", "c [m]")
    assert caught.value.message.startswith("InitialSOC lacks 2 parameters: 'b [V]', 'c [m]'")


@pytest.mark.parametrize(
    ("value", "said"), [("much", "the text 'much'"), (lambda sto: sto, "not a function")]
)
def test_what_is_no_number_is_said_to_be_none(value, said):
    with pytest.raises(PipelineError, match=said):
        ParameterSet({"a": value}).number("a")


@pytest.mark.parametrize(
    "old",
    ["Negative electrode diffusivity [m2.s-1]", "X_n_d_3", "U0_p_0", "j0_ref_n_l_2", "Q_p_1"],
)
def test_renamings_are_pybamms_own(old):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        renamed = set(pybamm.ParameterValues({old: 1.0}).keys()) - {old}
    assert renamed == {spelt(old)}


def test_a_renamed_parameter_is_found_by_both_names_and_keeps_the_users():
    old, new = "Negative electrode diffusivity [m2.s-1]", "Negative particle diffusivity [m2.s-1]"
    values = ParameterSet.read({old: 3e-14}, "values")
    assert old in values
    assert values.number(new) == 3e-14
    assert values.written() == {old: 3e-14}
    assert values.pybamm()[new] == 3e-14
    later = ParameterSet({new: 1e-14}).updated({old: 2e-14})
    assert later.written() == {old: 2e-14}
    assert "are the same parameter" in refused({old: 1.0, new: 2.0})


def test_lists_become_the_indexed_names_that_pybamm_makes_of_them():
    name = "Positive electrode host site standard potential [V]"
    values = ParameterSet.read({name: [4.1, 3.9], "plain": [1, 2]}, "values")
    own = pybamm.ParameterValues({name: [4.1, 3.9], "plain": [1, 2]})
    assert set(values.written()) == set(own.keys())
    assert values.number(indexed(name, 1)) == 3.9


def test_units_are_the_brackets_at_the_end():
    assert unit_of("Loading (dry) [mg.cm-2]") == "mg.cm-2"
    assert unit_of("[x] factor") == ""


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "not null"),
        ({"x": [1, 2]}, "not a mapping"),
        ([1, "a"], "not a list"),
        ({"$type": "subprocess.Popen", "args": ["true"]}, "subprocess.Popen"),
        ({"py/object": "os.system"}, "may only name types"),
        ({"class": "system", "module": "os"}, "may only name types"),
        ({"$type": "builtins.float", "value": "NaN"}, "holds a NaN"),
        ({"$type": "builtins.tuple", "items": [1, 2]}, "must be a value"),
        ({"$type": "numpy.ndarray", "data": ["a"], "dtype": "U999999999"}, "must be of numbers"),
        ({"$type": "numpy.ndarray", "data": [1, None], "dtype": "float64"}, "no gaps"),
        ({"$type": "pybamm.expression_tree.scalar.Nothing"}, "cannot be read"),
        ({"$type": "pybamm.expression_tree.scalar.Scalar", "name": "1"}, "cannot be read"),
    ],
)
def test_a_value_that_is_none_is_refused_with_its_place(value, said):
    message = refused({"a [m]": value})
    assert said in message
    assert "elements.known.values['a [m]']" in message


def test_a_foreign_class_is_never_imported(monkeypatch):
    import importlib

    seen = []
    real = importlib.import_module
    monkeypatch.setattr(importlib, "import_module", lambda n, *a: seen.append(n) or real(n, *a))
    deep = {"$type": "pybamm.expression_tree.scalar.Scalar", "value": {"$type": "antigravity.X"}}
    assert "antigravity" in refused({"a": deep})
    assert seen == []


@pytest.mark.parametrize("names", [{"a": 1}, "sto", [1], None])
def test_the_arguments_of_a_function_are_names(names):
    tree = write_values({"a": lambda sto: 2 * sto})
    assert ParameterSet.read(tree, "values").evaluated("a", 2.0) == 4.0
    tree["a"]["func_args"] = names
    with pytest.raises(PipelineError, match="'func_args' must be a list"):
        ParameterSet.read(tree, "values")


def test_a_number_too_large_to_be_one_is_refused():
    tree = write_values(
        {"a": pybamm.Interpolant(np.arange(2.0), np.arange(2.0), pybamm.Parameter("x"))}
    )
    tree["a"]["y"] = json.loads("[1e400, 2]")
    with pytest.raises(PipelineError, match="a number too large to be one"):
        ParameterSet.read(tree, "values")


def test_infinity_goes_through_json_and_back():
    written = write_values({"limit": float("inf")})
    assert json.dumps(written, allow_nan=False)
    assert ParameterSet.read(written, "values").number("limit") == float("inf")


def test_what_has_no_serialised_form_is_named():
    with pytest.raises(PipelineError, match="'odd' cannot be written"):
        write_values({"odd": object()})
