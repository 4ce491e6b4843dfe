"""Pipelines and simple pipelines: what is sent, asked for and answered."""

import copy
from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pybamm
import pytest

from ionworks import errors
from tests.unit.stub import URL, client_of, raw, reply, stubbed

PIPELINE = {"id": "p", "name": "n", "status": "pending", "is_terminal": False, "is_failed": False}
ELEMENT = {"name": "fit", "element_type": "data_fit", "status": "completed", "job_id": "j"}
NAME = "Negative particle diffusivity [m2.s-1]"


def entry(**values):
    return {"element_type": "entry", "values": values}


GUIDE = {
    "name": "NMC622 Parameterization",
    "elements": {
        "entry": entry(model={"type": "SPM"}, data="db:your-measurement-id"),
        "data_fit": {
            "element_type": "data_fit",
            "objectives": {"voltage": {"data": "entry.data"}},
            "parameters": {
                "Negative electrode diffusivity [m2.s-1]": {
                    "bounds": [1e-16, 1e-12],
                    "initial_value": 3.3e-14,
                }
            },
        },
    },
}
SIMPLE_GUIDE = {
    "elements": {
        "initial_params": entry(**{NAME: 2e-14}),
        "fit": {
            "element_type": "data_fit",
            "objectives": {"voltage": {"data": "db:your-measurement-id"}},
            "parameters": {NAME: {"bounds": [1e-14, 1e-13], "initial_value": 2e-14}},
            "cost": {"type": "RMSE"},
            "optimizer": {"type": "DifferentialEvolution", "max_iterations": 10},
        },
    }
}


@pytest.fixture
def stub():
    with stubbed() as stub:
        yield stub.will(reply(PIPELINE, 201))


@pytest.fixture(params=["sync", "async"])
def client(request, stub):
    assert stub.requests == []
    with client_of(request.param, "k", URL, "project", max_retries=0) as client:
        yield client


@pytest.fixture(params=["pipeline", "simple_pipeline"])
def resource(request, client):
    return getattr(client, request.param)


@pytest.fixture
def elements_sent(resource, stub):
    """Submit elements to either resource and return what came of them."""

    def send(elements):
        resource.create({"elements": elements})
        body = stub.body()
        return body.get("config", body)["elements"]

    return send


class TestCreate:
    def test_a_mapping_is_sent_as_it_is(self, client, stub):
        before = copy.deepcopy(GUIDE)
        made = client.pipeline.create(GUIDE)
        assert (made.id, made.status) == ("p", "pending")
        assert stub.paths == ["POST /pipelines"]
        assert stub.body() == {**GUIDE, "project_id": "project"} == {**before, **stub.body()}
        made = client.simple_pipeline.create(SIMPLE_GUIDE, name="fit", description="May 14")
        assert stub.paths[1:] == ["POST /simple_pipelines"]
        assert stub.body() == {
            "config": SIMPLE_GUIDE,
            "project_id": "project",
            "name": "fit",
            "description": "May 14",
        }

    def test_elements_keep_their_order(self, elements_sent):
        assert list(elements_sent({name: entry(a=1) for name in "zam"})) == ["z", "a", "m"]

    @pytest.mark.parametrize("given", [True, False])
    def test_arguments_win_over_the_config(self, resource, stub, given):
        inside = {
            "project_id": "inside",
            "name": "inside",
            "description": "inside",
            "options": {"live_progress_updates": True},
        }
        beside = {
            "project_id": "beside",
            "name": "beside",
            "description": "beside",
            "options": {"live_progress_updates": False},
        }
        config = {**inside, "elements": {}, "output_file": "out.json"}
        resource.create(config, **(beside if given else {}))
        body = stub.body()
        assert {key: body[key] for key in inside} == (beside if given else inside)
        assert config["options"] == inside["options"]
        stored = body.get("config", {"elements": {}, "output_file": "out.json"})
        assert stored == {"elements": {}, "output_file": "out.json"}

    def test_without_a_project(self, stub):
        with client_of("sync", "k", URL) as client:
            for resource in (client.pipeline, client.simple_pipeline):
                with pytest.raises(ValueError, match="no project: pass project_id="):
                    resource.create(GUIDE)
        assert stub.requests == []

    @pytest.mark.parametrize(
        ("config", "kind", "message"),
        [
            ("Pipeline", TypeError, "config must be a mapping with elements"),
            ([GUIDE], TypeError, "config must be a mapping"),
            ({"name": "n"}, ValueError, 'needs the key "elements"'),
            ({"elements": [entry(a=1)]}, ValueError, "elements must be a mapping of names"),
            ({"elements": {3: entry(a=1)}}, TypeError, "the name of an element must be a text"),
            ({"elements": {}, "elemnts": {}}, ValueError, r"elemnts \(did you mean elements\?"),
            (
                {"elements": {}, "options": {"live_progress": True}},
                ValueError,
                r"options.live_progress \(did you mean live_progress_updates",
            ),
            ({"elements": {}, "project_id": ""}, ValueError, "project_id must name something"),
            (
                {"elements": {"fit": {"options": {"seed": float("nan")}}}},
                ValueError,
                r"^elements\.fit\.options\.seed is nan",
            ),
            (
                {"elements": {"e": entry(x=object())}},
                ValueError,
                r"^elements\.e\.values\.x is a object",
            ),
            (
                {"elements": {"fit": {"objectives": {"v": {"data": "file:none.csv"}}}}},
                FileNotFoundError,
                r"^elements\.fit\.objectives\.v\.data: there is no file none.csv",
            ),
        ],
    )
    def test_what_is_refused_before_anything_is_sent(self, resource, stub, config, kind, message):
        with pytest.raises(kind, match=message):
            resource.create(config)
        assert stub.requests == []

    def test_what_the_server_says_of_it_is_passed_on(self, resource, stub):
        stub.will(reply({"error_code": "FORBIDDEN", "message": "quota exhausted"}, 403))
        with pytest.raises(errors.PermissionDeniedError, match="quota exhausted"):
            resource.create(GUIDE)

    def test_values_of_pybamm_and_numpy(self, elements_sent):
        sent = elements_sent(
            {
                "set": {"element_type": "entry", "values": pybamm.ParameterValues("Chen2020")},
                "own": entry(
                    model=pybamm.lithium_ion.SPM(),
                    a=np.float32(2),
                    b=np.array([1.0]),
                    f=lambda x: 2 * x,
                    x=[1, 2],
                ),
                "fit": {
                    "element_type": "data_fit",
                    "objectives": {"v": {"data": "db:1", "parameters": {"t": np.arange(2)}}},
                    "parameters": {
                        "a": {"bounds": (-np.inf, np.float64(1)), "initial_value": np.int64(0)},
                        "b": {"bounds": np.array([0, np.inf])},
                        "c": 2 * pybamm.Parameter("a"),
                    },
                },
                "array": {
                    "element_type": "array_data_fit",
                    "objectives": {soc: {"data": "db:1"} for soc in (0.1, np.float64(0.25))},
                },
                "one": {"element_type": "array_data_fit", "objectives": {"data": "db:1"}},
            }
        )
        assert "citations" not in sent["set"]["values"]
        assert len(sent["set"]["values"]) == len(pybamm.ParameterValues("Chen2020")) - 1
        own, fit = sent["own"]["values"], sent["fit"]
        assert (own["a"], own["x"], own["model"]["type"]) == (2.0, [1, 2], "SPM")
        assert own["b"]["$type"] == "numpy.ndarray"
        assert own["f"]["name"] == "f"
        assert fit["objectives"]["v"]["parameters"]["t"]["data"] == [0, 1]
        assert fit["parameters"]["a"] == {"bounds": [None, 1.0], "initial_value": 0}
        assert fit["parameters"]["b"] == {"bounds": [0.0, None]}
        assert fit["parameters"]["c"]["$type"].startswith("pybamm.")
        assert list(sent["array"]["objectives"]) == ["0.1", "0.25"]
        assert sent["one"]["objectives"] == {"data": "db:1"}

    def test_a_frame_of_too_many_rows(self, resource, stub):
        frame = pl.DataFrame({"Time [s]": np.arange(1001.0)})
        objective = {"data": frame}
        config = {"elements": {"fit": {"objectives": {"v": objective}}}}
        with pytest.raises(errors.MeasurementValidationError, match=r"v\.data: .*1001 rows"):
            resource.create(config)
        assert stub.requests == []


class TestTypedPipelines:
    @pytest.fixture
    def iws(self):
        return pytest.importorskip("ionworks_schema")

    def test_the_typed_form_is_sent_as_it_writes_itself(self, iws, resource, stub):
        known = iws.direct_entries.DirectEntry(parameters={"T [K]": 298.15}, source="datasheet")
        capacity = iws.calculations.ElectrodeCapacity(electrode="positive")
        pipeline = iws.Pipeline({"known": known, "Q": capacity}, name="Capacity pipeline")
        resource.create(pipeline)
        body = stub.body()
        assert body["name"] == "Capacity pipeline"
        assert body.get("config", body)["elements"] == pipeline.to_config()["elements"]
        resource.create(pipeline, name="Another")
        assert stub.body()["name"] == "Another"

    def test_typed_elements_in_a_mapping(self, iws, elements_sent):
        bounds = iws.Parameter("a", bounds=(0, float("inf")), initial_value=1)
        sent = elements_sent(
            {
                "known": iws.direct_entries.DirectEntry(parameters={"a": 1.0}),
                "fit": {
                    "element_type": "data_fit",
                    "objectives": {
                        "v": iws.objectives.CurrentDriven("db:1", options={"model": "SPM"})
                    },
                    "parameters": {"a": bounds},
                    "cost": iws.costs.RMSE(),
                },
            }
        )
        assert sent["known"] == {"element_type": "entry", "values": {"a": 1.0}}
        assert sent["fit"]["objectives"]["v"]["type"] == "CurrentDriven"
        assert sent["fit"]["parameters"]["a"] == {"bounds": [0, None], "initial_value": 1}
        assert sent["fit"]["cost"]["type"] == "RMSE"

    def test_nan_in_a_typed_table_is_named(self, iws, resource, stub):
        frame = pl.DataFrame({"Time [s]": [0.0, 1.0], "Voltage [V]": [4.2, float("nan")]})
        objective = iws.objectives.CurrentDriven(frame, options={"model": "SPM"})
        fit = iws.DataFit(objectives={"v": objective}, parameters={"a": iws.Parameter("a")})
        with pytest.raises(ValueError, match=r"objectives\.v\.data.*Voltage \[V\]\[1\] is nan"):
            resource.create(iws.Pipeline({"fit": fit}))
        assert stub.requests == []


class TestList:
    def test_filters_are_passed_on_as_given(self, client, stub):
        stub.will(reply({"pipelines": [PIPELINE], "count": 1, "total": 7}))
        page = client.pipeline.list(
            status="in.(pending,running)",
            name="ilike.%diffevo%",
            description="50%",
            id="in.(a,b)",
            created_by_email="ada@example.com",
            created_at="gte.2026-05-08",
            updated_at=date(2026, 5, 8),
            created_at_gt="2026-05-08",
            created_at_lt=datetime(2026, 5, 15, tzinfo=UTC),
            updated_at_gt="2026-05-09",
            updated_at_lt="2026-05-16",
            order_by="created_by_email",
            order="asc",
            limit=1,
            offset=2,
        )
        assert ([one.id for one in page.items], page.count, page.total) == (["p"], 1, 7)
        assert dict(stub.requests[-1].url.params) == {
            "project_id": "project",
            "status": "in.(pending,running)",
            "name": "ilike.%diffevo%",
            "description": "50%",
            "id": "in.(a,b)",
            "created_by_email": "ada@example.com",
            "created_at": "gte.2026-05-08",
            "updated_at": "2026-05-08",
            "created_at_gt": "2026-05-08",
            "created_at_lt": "2026-05-15T00:00:00+00:00",
            "updated_at_gt": "2026-05-09",
            "updated_at_lt": "2026-05-16",
            "order_by": "created_by_email",
            "order": "asc",
            "limit": "1",
            "skip": "2",
        }

    def test_simple_pipelines_have_an_offset(self, client, stub):
        stub.will(reply({"items": [PIPELINE], "count": 1, "total": 4}))
        page = client.simple_pipeline.list("other", limit=25, offset=3, name="exact")
        assert (page["items"][0].id, page["count"], page["total"]) == ("p", 1, 4)
        assert dict(stub.requests[-1].url.params) == {
            "project_id": "other",
            "name": "exact",
            "limit": "25",
            "offset": "3",
            "order_by": "created_at",
            "order": "desc",
        }

    @pytest.mark.parametrize(
        ("told", "asked"),
        [
            ({}, ("created_at", "desc")),
            ({"order": "asc"}, ("created_at", "asc")),
            ({"order_by": "name"}, ("name", "desc")),
            ({"order_by": "name", "order": "asc"}, ("name", "asc")),
        ],
    )
    def test_simple_pipelines_come_in_an_order(self, client, stub, told, asked):
        stub.will(reply({"items": [], "count": 0, "total": 0}))
        assert list(client.simple_pipeline.list(limit=1, **told)) == []
        params = stub.requests[-1].url.params
        assert (params["order_by"], params["order"]) == asked

    @pytest.mark.parametrize("skip", ["skip", "offset"])
    def test_without_a_limit_all_are_there(self, stub, skip):
        def answer(request):
            start = int(request.url.params[skip])
            rows = [{**PIPELINE, "id": str(at)} for at in range(start, min(start + 100, 150))]
            page = {"pipelines": rows, "items": rows, "count": len(rows), "total": 150}
            return reply(page)(request)

        stub.will(answer)
        with client_of("sync", "k", URL, "project") as client:
            listed = client.pipeline if skip == "skip" else client.simple_pipeline
            page = listed.list()
            assert (len(page), page[-1].id) == (150, "149")
        assert [request.url.params["limit"] for request in stub.requests] == ["100", "50"]

    @pytest.mark.parametrize(
        ("filters", "kind", "message"),
        [
            ({"order_by": "mood"}, ValueError, "order_by must be one of created_at"),
            ({"order": "up"}, ValueError, "order must be one of"),
            ({"status": 5}, TypeError, "status must be a text, not 5"),
            ({"created_at_gt": 2026}, TypeError, "created_at_gt must be a text"),
        ],
    )
    def test_what_cannot_be_asked(self, resource, stub, filters, kind, message):
        with pytest.raises(kind, match=message):
            resource.list(**filters)
        assert stub.requests == []


class TestOne:
    def test_get_update_cancel_delete(self, client, stub):
        for name, path in (("pipeline", "/pipelines"), ("simple_pipeline", "/simple_pipelines")):
            resource = getattr(client, name)
            stub.requests.clear()
            stub.will(reply(PIPELINE))
            assert resource.get("p").id == resource.get(resource.get("p")).id == "p"
            assert resource.update("p", name="x").name == "n"
            assert stub.body() == {"name": "x"}
            resource.update("p", description="y")
            assert stub.body() == {"description": "y"}
            assert resource.cancel("p").id == "p"
            stub.will(raw(b"", 204))
            assert resource.delete("p") is None
            assert stub.paths[-4:] == [
                f"PATCH {path}/p",
                f"PATCH {path}/p",
                f"POST {path}/p/cancel",
                f"DELETE {path}/p",
            ]

    def test_an_update_of_nothing(self, resource, stub):
        with pytest.raises(ValueError, match="nothing to change: give name or description"):
            resource.update("p")
        with pytest.raises(TypeError, match="name must be a text, not 5"):
            resource.update("p", name=5)
        with pytest.raises(ValueError, match="must name something"):
            resource.delete("")
        assert stub.requests == []

    def test_what_is_not_there(self, resource, stub):
        stub.will(reply({"error_code": "NOT_FOUND", "message": "no pipeline x"}, 404))
        with pytest.raises(errors.NotFoundError, match="no pipeline x"):
            resource.get("x")


class TestElements:
    def test_their_rows(self, client, stub):
        stub.will(reply([ELEMENT]))
        element = client.pipeline.elements("p")[0]
        assert (element.name, element.status, element.job_id) == ("fit", "completed", "j")
        assert stub.paths == ["GET /pipelines/p/elements"]

    @pytest.mark.parametrize("known", [False, True])
    def test_what_their_jobs_tell(self, client, stub, known):
        rows = [] if known else [reply([ELEMENT])]
        elements = {"elements": [ELEMENT]} if known else {}
        pipeline = client.pipeline
        stub.will(*rows, reply({"failures": 0}))
        assert pipeline.get_element_metadata("p", "fit", **elements)["failures"] == 0
        stub.will(*rows, reply({"v": {"optimal": ["Time [s]"]}}))
        assert pipeline.get_element_series_channels("p", "fit", **elements).v.optimal == [
            "Time [s]"
        ]
        stub.will(*rows, reply({"Time [s]": [0.0]}))
        series = pipeline.get_element_series("p", "fit", "v", **elements, max_points=10)
        assert series == {"Time [s]": [0.0]}
        assert dict(stub.requests[-1].url.params) == {
            "objective": "v",
            "source": "optimal",
            "max_points": "10",
        }
        paths = [path for path in stub.paths if "elements" not in path]
        assert paths == [
            "GET /jobs/j/metadata",
            "GET /jobs/j/series/channels",
            "GET /jobs/j/series",
        ]

    def test_one_that_is_not_there_or_not_yet(self, client, stub):
        stub.will(reply([ELEMENT, {**ELEMENT, "name": "check", "job_id": None}]))
        with pytest.raises(ValueError, match="no element 'fi': did you mean 'fit'"):
            client.pipeline.get_element_metadata("p", "fi")
        with pytest.raises(ValueError, match="'check' has not run yet"):
            client.pipeline.get_element_series("p", "check", "v")


class TestJobs:
    def test_a_window_of_some_channels(self, client, stub):
        stub.will(reply({"Time [s]": [0.0], "Voltage [V] (model)": [4.2]}))
        client.job.get_series(
            "j",
            "1C",
            source="baseline",
            columns=["Time [s]", "Voltage [V] (model)"],
            x_column="Time [s]",
            x_min=0,
            x_max=60.5,
        )
        assert dict(stub.requests[-1].url.params) == {
            "objective": "1C",
            "source": "baseline",
            "columns": "Time [s],Voltage [V] (model)",
            "x_column": "Time [s]",
            "x_min": "0",
            "x_max": "60.5",
        }

    def test_the_trace_and_the_samples_of_a_fit(self, client, stub):
        trace = [{"best_cost": 0.2, "cost": 0.2, "inputs_unscaled": {NAME: 3e-14}}]
        samples = {"samples": {NAME: [1.0, 2.0]}, "sample_costs": [0.1, 0.2]}
        stub.will(reply({"intermediate_results": trace, **samples, "failures": 0}))
        assert client.job.get_parameter_trace("j") == trace
        expected = {**samples, "sample_param_names": None, "sample_burnin": None}
        assert client.job.get_posterior_samples("j") == expected
        stub.will(reply({"failures": 0}))
        assert client.job.get_parameter_trace("j") == []
        assert client.job.get_posterior_samples("j") == {}
        stub.will(reply({"error_code": "NOT_FOUND", "message": "nothing yet"}, 404))
        assert client.job.get_posterior_samples("j") == {}
        with pytest.raises(errors.NotFoundError):
            client.job.get_parameter_trace("j")

    def test_a_plot(self, client, stub):
        plot = {"type": "timeseries", "traces": [{"name": "Data", "x": [0], "y": [1]}]}
        stub.will(reply({**plot, "layout": {"xaxis": {"title": {"text": "Time [s]"}}}}))
        answer = client.job.get_plot_data("j", "1C", plot_index=1, x_max=5.0)
        assert answer.traces[0].name == "Data"
        assert answer["layout"]["xaxis"]["title"]["text"] == "Time [s]"
        assert stub.paths == ["GET /pipelines/datafits/j/plot_data"]
        assert dict(stub.requests[-1].url.params) == {
            "objective_name": "1C",
            "plot_index": "1",
            "max_points": "2000",
            "x_max": "5.0",
        }

    @pytest.mark.parametrize(
        ("asked", "kind", "message"),
        [
            ({"source": "best"}, ValueError, "source must be one of baseline, optimal"),
            ({"columns": ["a,b"]}, ValueError, "'a,b' cannot be asked for"),
            ({"columns": []}, ValueError, "columns names none"),
            ({"columns": 5}, TypeError, "columns must be a text or a list"),
        ],
    )
    def test_what_cannot_be_asked(self, client, stub, asked, kind, message):
        with pytest.raises(kind, match=message):
            client.job.get_series("j", "v", **asked)
        assert stub.requests == []
