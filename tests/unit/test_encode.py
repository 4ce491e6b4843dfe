"""One encoder: what it writes down, PyBaMM and numpy read back as what it was."""

import json
import subprocess
import sys
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

import numpy as np
import pandas as pd
import polars as pl
import pybamm
import pytest

from ionworks.encode import (
    PayloadError,
    columns,
    is_frame,
    json_bytes,
    model_config,
    parameter_values,
    parameters,
    plain,
)


def sent(value):
    return json.loads(json_bytes(plain(value)))


def read_back(values):
    return pybamm.ParameterValues.from_json(json.loads(json_bytes(parameters(values))))


class SPM(pybamm.lithium_ion.DFN):
    """A user's own model with the name of one of PyBaMM's."""


class TestModels:
    @pytest.mark.parametrize(
        ("model", "module"),
        [
            (pybamm.lithium_ion.SPMe({"SEI": "constant"}), "lithium_ion"),
            (pybamm.equivalent_circuit.Thevenin(), "equivalent_circuit"),
            (pybamm.lead_acid.LOQS(), "lead_acid"),
        ],
    )
    def test_one_of_pybamms_own_is_named_with_its_options(self, model, module):
        config = sent(model)
        assert (config["type"], config["module"]) == (type(model).__name__, module)
        assert "model" not in config
        again = pybamm.BaseModel.from_config(config)
        assert type(again) is type(model)
        assert again.options == model.options

    def test_a_users_own_of_the_same_name_is_written_down_whole(self):
        model = SPM()
        model.variables["Twice the voltage [V]"] = 2 * model.variables["Voltage [V]"]
        config = sent(model)
        assert config["type"] == "custom"
        again = pybamm.BaseModel.from_config(config)
        assert "Twice the voltage [V]" in again.variables
        assert len(again.rhs) == len(model.rhs)

    def test_the_events_of_a_custom_model_still_stop_it(self):
        model, time = pybamm.BaseModel("decay"), 0
        x = pybamm.Variable("x")
        model.rhs, model.initial_conditions = {x: -x}, {x: pybamm.Scalar(1)}
        model.variables = {"x": x}
        model.events = [pybamm.Event("half", x - 0.5, pybamm.EventType.TERMINATION)]
        for config in (sent(model), json.loads(json_bytes(model_config(model)))):
            again = pybamm.BaseModel.from_config(config)
            assert again.events[0].event_type is pybamm.EventType.TERMINATION
            solution = pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-8).solve(
                pybamm.Discretisation().process_model(again), [time, 5]
            )
            assert solution.t[-1] == pytest.approx(np.log(2), rel=1e-4)

    @pytest.mark.parametrize(
        ("change", "part"),
        [
            (lambda m: m.variables.update({"Voltage [V]": pybamm.Scalar(1)}), "Voltage"),
            (lambda m: m.rhs.update({k: 2 * v for k, v in m.rhs.items()}), "rhs"),
            (lambda m: m.initial_conditions.popitem(), "initial_conditions"),
            (lambda m: m.boundary_conditions.popitem(), "boundary_conditions"),
            (lambda m: setattr(m.events[0], "_expression", pybamm.Scalar(1)), "events"),
        ],
    )
    def test_a_change_that_the_configuration_would_lose(self, change, part):
        model = pybamm.lithium_ion.SPM()
        change(model)
        for send in (sent, model_config):
            with pytest.raises(PayloadError, match=rf"SPM is not as PyBaMM makes it.*{part}"):
                send(model)

    def test_a_change_that_it_tells(self):
        model = pybamm.lithium_ion.SPM()
        model.variables["Mine"] = pybamm.Scalar(1)
        del model.variables["Battery voltage [V]"]
        model.events = model.events[:1]
        again = pybamm.BaseModel.from_config(sent(model))
        assert "Mine" in again.variables
        assert "Battery voltage [V]" not in again.variables
        assert len(again.events) == 1

    def test_one_that_pybamm_cannot_write_down(self):
        with pytest.raises(PayloadError, match=r"^m: PyBaMM cannot write this BasicDFN down: "):
            plain({"m": pybamm.lithium_ion.BasicDFN()})

    def test_other_objects_of_pybamm(self):
        assert sent(pybamm.IDAKLUSolver(rtol=1e-5))["rtol"] == 1e-5
        steps = sent(pybamm.Experiment(["Rest for 1 hour"]))
        assert pybamm.Experiment.from_config(steps).steps[0].duration == 3600


class TestParameters:
    def test_numbers_functions_tables_and_symbols(self):
        xs, ys = np.linspace(0, 1, 5), np.array([4.2, 4.0, 3.8, 3.6, 3.0])
        a = pybamm.Parameter("a")
        again = read_back(
            {
                "a": np.float32(2.0),
                "n": np.int64(3),
                "flag": np.bool_(True),
                "scalar": pybamm.Scalar(1.5),
                "array": ys,
                "ocp": lambda sto: 4.2 - pybamm.tanh(sto),
                "table": lambda sto: pybamm.Interpolant(xs, ys, sto),
                "linked": 2 * a,
            }
        )
        assert (again["a"], again["n"], again["scalar"]) == (2.0, 3, 1.5)
        np.testing.assert_array_equal(again["array"], ys)
        x = {"sto": pybamm.Scalar(0.375)}
        ocp, tabled = pybamm.FunctionParameter("ocp", x), pybamm.FunctionParameter("table", x)
        assert again.evaluate(ocp) == pytest.approx(4.2 - np.tanh(0.375), rel=1e-12)
        assert again.evaluate(tabled) == pytest.approx(np.interp(0.375, xs, ys), rel=1e-12)
        assert again.evaluate(pybamm.Parameter("linked")) == 4.0

    def test_a_whole_published_set(self):
        published = pybamm.ParameterValues("Chen2020")
        again = read_back(published)
        ocp = pybamm.FunctionParameter("Positive electrode OCP [V]", {"sto": pybamm.Scalar(0.5)})
        assert again.evaluate(ocp) == pytest.approx(published.evaluate(ocp), rel=1e-14)
        numbers = {k: v for k, v in published.items() if isinstance(v, float)}
        assert {name: again[name] for name in numbers} == numbers
        assert parameters({**published}) == parameters(published)

    def test_what_is_json_already_stays(self):
        values = parameters({"f": lambda x: 2 * x, "b": np.array([1, 2])})
        assert values["b"] == {"$type": "numpy.ndarray", "data": [1, 2], "dtype": "int64"}
        assert parameters(values) == values

    def test_a_list_beside_a_function_and_numpy_in_a_set_that_pybamm_cannot_write(self):
        assert parameter_values(pybamm.ParameterValues({"a": np.int64(3)}))["a"] == 3
        assert parameter_values({"a": [1, 2]}) == {"a": [1, 2]}
        assert parameter_values({"a": np.array([1.0])})["a"]["$type"] == "numpy.ndarray"

    def test_a_function_that_is_no_expression(self):
        def steps(x):
            return 1 if x > 0 else 2

        def broken(_x):
            raise KeyError("mine")

        for function, reason in ((steps, "heaviside"), (broken, "mine")):
            with pytest.raises(
                PayloadError, match=rf"(?s)^ocp: PyBaMM cannot write this function down: .*{reason}"
            ):
                parameters({"ocp": function})


class TestNan:
    @pytest.mark.parametrize(
        ("payload", "place"),
        [
            ({"a": [1.0, float("nan")]}, r"a\[1\]"),
            ({"a": {"b": np.array([[1.0, np.nan]])}}, r"a\.b\[0\]\[1\]"),
            ({"a": np.float32("nan")}, "a"),
            ({"a": pybamm.Scalar(np.nan)}, "a"),
            ({"a": {"$type": "builtins.float", "value": "NaN"}}, "a"),
            ({"a": pl.DataFrame({"V": [1.0, np.nan]})}, r"a\.V\[1\]"),
            ({"a": pd.DataFrame({"V": [1.0, np.nan]})}, r"a\.V\[1\]"),
            ({"a": pl.Series([np.nan])}, r"a\[0\]"),
            ({"a": {"f": pybamm.Parameter("p") * np.nan}}, r"a\.f\.children"),
        ],
    )
    def test_it_is_named_by_its_path(self, payload, place):
        with pytest.raises(PayloadError, match=rf"^{place}.* is nan: only finite"):
            plain(payload)

    @pytest.mark.parametrize("value", [np.nan, np.inf])
    def test_the_way_out_for_gaps_of_pandas_works(self, value):
        frame = pd.DataFrame({"V [V]": [1.0, value]})
        with pytest.raises(
            PayloadError, match=r"^a\.V \[V\]\[1\] is .*not measured is None"
        ) as caught:
            plain({"a": frame})
        assert "frame.astype(object).where(frame.notna(), None)" in str(caught.value)
        frame = frame.replace(np.inf, np.nan)
        gapped = frame.astype(object).where(frame.notna(), None)
        assert plain({"a": gapped}) == {"a": {"V [V]": [1.0, None]}}

    def test_a_single_number_is_no_gap(self):
        with pytest.raises(
            PayloadError, match=r"^Height \[m\] is nan: only finite numbers .* sent$"
        ):
            plain({"Height [m]": np.nan})

    def test_in_a_table_within_a_function(self):
        xs, ys = np.array([0.0, 1.0, 2.0]), np.array([1.0, np.nan, 2.0])
        with pytest.raises(PayloadError, match=r"^u\.children\[0\]\.y\[1\] is nan"):
            parameters({"u": lambda x: pybamm.Interpolant(xs, ys, x)})

    def test_infinity_is_none_either_but_as_pybamm_writes_it(self):
        with pytest.raises(PayloadError, match=r"^a is inf"):
            plain({"a": float("inf")})
        tagged = {"$type": "builtins.float", "value": "Infinity"}
        assert plain({"a": tagged}) == {"a": tagged}

    def test_times_that_are_none(self):
        with pytest.raises(PayloadError, match=r"^t is NaT"):
            plain({"t": pd.NaT})


class TestTables:
    def test_frames_and_series(self):
        frame = pl.DataFrame({"n": [1, None], "x": [0.5, 1.5]})
        listed = {"n": [1, None], "x": [0.5, 1.5]}
        assert columns(frame) == listed == plain(frame)
        assert plain({"frame": frame.to_pandas().convert_dtypes()})["frame"] == listed
        assert plain([pl.Series([1, 2]), pd.Series([0.5])]) == [[1, 2], [0.5]]
        assert [is_frame(one) for one in (frame, frame.to_pandas(), frame["x"], {}, None)] == [
            True,
            True,
            False,
            False,
            False,
        ]

    def test_a_column_twice(self):
        frame = pd.DataFrame([[1, 2]], columns=["V", "V"])
        with pytest.raises(PayloadError, match="data has the column 'V' more than once"):
            columns(frame, "data")


class TestKeysAndWords:
    def test_numbers_are_keys_as_json_has_them(self):
        values = {0.1: 1, np.float64(0.25): 2, 3: 3, np.int64(4): 4}
        assert plain(values) == {"0.1": 1, "0.25": 2, "3": 3, "4": 4}
        assert json.loads(json_bytes(values)) == plain(values)

    @pytest.mark.parametrize(
        ("payload", "message"),
        [
            ({"a": {None: 1}}, "the key None in a must be a text or a number"),
            ({1: "a", "1": "b"}, "both as a number and as a text"),
            ({"m": pybamm.lithium_ion.SPM}, r"m is the class SPM: give an instance"),
            ({"c": [1 + 2j]}, r"c\[0\] is a complex"),
            ({"p": pl.LazyFrame({"a": [1]})}, "p is a polars.*LazyFrame"),
        ],
    )
    def test_what_cannot_be_sent(self, payload, message):
        with pytest.raises(PayloadError, match=message):
            plain(payload)

    def test_words_and_objects_with_a_configuration(self):
        class Word(Enum):
            ONE = "one"

        class Cost:
            def to_config(self):
                return {"type": "RMSE", "scale": np.float64(2)}

        encoded = plain({"word": Word.ONE, "cost": Cost(), "when": date(2026, 5, 8)})
        assert encoded == {
            "word": "one",
            "cost": {"type": "RMSE", "scale": 2.0},
            "when": "2026-05-08",
        }


def test_pybamm_is_loaded_only_for_what_is_of_pybamm():
    code = (
        "import sys, numpy; from ionworks.encode import json_bytes, parameters, plain;"
        "json_bytes({'a': numpy.ones(2)}); parameters({'b': numpy.ones(2), 'c': {'$type': 'x'}});"
        "from ionworks.pipelines import PipelineRequest; PipelineRequest.of({'elements': {}});"
        "print('pybamm' in sys.modules, 'ionworks_schema' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


class TestFramesOfPolars:
    def test_durations_are_seconds_where_seconds_are_wanted(self):
        times = [timedelta(0), timedelta(seconds=1, milliseconds=500), None]
        for frame in (pl.DataFrame({"Time [s]": times}), {"Time [s]": pl.Series(times)}):
            assert sent(frame) == {"Time [s]": [0.0, 1.5, None]}

    def test_of_pandas_too(self):
        frame = pd.DataFrame({"Time [s]": pd.to_timedelta([0, 1500], unit="ms")})
        assert sent(frame) == {"Time [s]": [0.0, 1.5]}

    def test_in_another_unit_they_have_no_form(self):
        with pytest.raises(PayloadError, match=r"^Time \[h\]\[0\] is a datetime\.timedelta"):
            plain(pl.DataFrame({"Time [h]": [timedelta(seconds=1)]}))

    def test_decimals_are_numbers(self):
        frame = pl.DataFrame({"Voltage [V]": [Decimal("4.05"), None]})
        assert sent(frame) == {"Voltage [V]": [4.05, None]}
