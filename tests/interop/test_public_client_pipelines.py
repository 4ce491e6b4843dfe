"""Pipelines: the public client with ionworks-schema, unmodified, builds, runs and reads them."""

import pytest

from tests.interop.conftest import OWN

NAME = "Negative particle diffusivity [m2.s-1]"
TRUTH = 4.4e-14


but_old = pytest.mark.parametrize("version", ["0.38.0", OWN], indirect=True)


@pytest.fixture(scope="module", params=["0.38.0", "0.20.0", OWN])
def version(request):
    return request.param


@pytest.fixture(scope="module")
def seen(drive, make, version):
    return drive(version, "pipelines", make("projects", name=f"Pipelines of {version}"))


def test_elements_run_in_the_order_of_their_keys(seen):
    raw = seen["raw"]
    assert (raw["created"], raw["status"]) == ("pending", "completed")
    assert raw["order"] == ["z known", "a capacity", "m fit", "b validation"]
    assert raw["capacity"] == pytest.approx(5.8276, abs=1e-4)


def test_the_fit_finds_what_the_data_was_made_with(seen):
    assert seen["raw"]["fitted"] == pytest.approx(TRUTH, rel=1e-3, abs=0)
    assert seen["raw"]["rmse"] < 1e-4


@but_old
def test_results_are_read_with_the_schemas_classes(seen):
    assert seen["typed"]["classes"] == {
        "z known": "PassthroughResult",
        "a capacity": "PassthroughResult",
        "m fit": "OptimizationResult",
        "b validation": "ValidationResult",
    }
    typed = seen["typed"]
    assert typed["fitted"] == seen["raw"]["fitted"]
    assert typed["series"] == ["Time [s]", "Voltage [V] (data)", "Voltage [V] (model)"]
    assert typed["rows"] == 100
    assert set(typed["overlay"]) == {"1C", "stored"}
    assert min(typed["overlay"].values()) >= 1
    assert typed["trace"] == ["best_cost", "cost"]
    assert not typed["posterior"]


@but_old
def test_parts_are_fetched_and_the_list_is_filtered(seen):
    rest = seen["rest"]
    assert set(rest["channels"]) == {"1C", "stored"}
    assert list(rest["part"]) == ["Voltage [V] (model)"]
    assert len(rest["part"]["Voltage [V] (model)"]) <= 10
    assert {"intermediate_results", "validation_plot_config"} <= set(rest["metadata"])
    assert rest["listed"]
    assert (rest["running"], rest["page"]) == (0, 1)
    assert (rest["renamed"], rest["canceled"]) == ("d", "completed")


def test_what_is_lacking_is_named_when_waiting(seen):
    assert "Positive electrode thickness [m]" in seen["lacks"]["message"]
    assert "Q_pos" in seen["lacks"]["message"]


def test_another_pipelines_values_are_kept(seen):
    assert seen["kept"] == pytest.approx(TRUTH, rel=1e-3, abs=0)


@but_old
def test_the_model_of_the_measured_cell_stands_in(seen):
    assert seen["tied"]
    assert seen["of_its_cell"] < 1e-4


def test_simple_pipelines(seen):
    simple = seen["simple"]
    assert (simple["created"], simple["status"]) == ("pending", "completed")
    assert simple["fitted"] == pytest.approx(TRUTH, rel=0.01, abs=0)
    assert simple["listed"] == [simple["id"]]
    assert (simple["page"], simple["renamed"], simple["canceled"]) == (1, "Renamed", "completed")


def test_what_is_wrong_is_refused_by_its_place(seen):
    assert "linear_confidence_interval" in seen["unknown"]["message"]
    assert "bounds" in seen["turned"]["message"]
    assert set(seen["gone"]) == {404}
