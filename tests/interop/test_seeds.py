"""The guides' own calls: with the public clients, unmodified, and with ours.

What the guides show and a client itself refuses is in ``REFUSED``: the guides are older than it.
"""

import pytest
from conftest import NEW, OLD, OWN
from judged import REFUSED_OF_GUIDES as REFUSED

TRUTH = 5.3e-14
DIFFUSIVITY = "Negative particle diffusivity [m2.s-1]"


@pytest.fixture(scope="module")
def guides(drive, make, models, first_project):
    def arguments(version):
        # Old clients do not say into which project a simulation goes: it is the first one.
        named = f"Guides of {version}"
        project = first_project if version == OLD else make("projects", name=named)
        return project, models["Chen2020 SPMe"]

    return drive.at_once((NEW, OLD, OWN), "seeds", arguments)


@pytest.fixture(params=[NEW, OLD, OWN])
def version(request):
    return request.param


@pytest.fixture
def seen(guides, version):
    return guides(version)


def test_what_a_client_itself_refuses_is_listed(seen, version):
    tried = {
        "a cell's batch by its name": seen["cells"]["batch"],
        "another batch by its name": seen["cells"]["rebatched"],
        "simulation.list() of everything": seen["simulations"]["all"],
        "an objective without its type, of an entry's data": seen["pipelines"]["untyped"],
        "a PyBaMM model in an entry": seen["pipelines"]["direct"],
    }
    refused = {name: answer for name, answer in tried.items() if answer}
    assert set(refused) == set(REFUSED[version])
    for name, answer in refused.items():
        kind, named = REFUSED[version][name]
        assert (answer["kind"], answer["status"]) == (kind, None)
        assert named in answer["message"]


def test_cells(seen):
    cells = seen["cells"]
    assert cells["same"]
    assert cells["measured"]
    assert cells["light"]
    assert (cells["names"], cells["counts"], cells["rows"]) == (["NCM622-GR-001"], [1], 3)
    assert (cells["spec"], cells["notes"], cells["gone"]) == ("NCM622/Gr", "batch 2", 404)


def test_protocols(seen):
    protocols = seen["protocols"]
    assert protocols["valid"] is True
    assert protocols["inputs"] == ["Initial SOC", "C-rate"]
    assert protocols["text"] == "<?xml"
    assert protocols["bytes"]
    assert protocols["paths"] == ["protocol.000"]


CONVERSIONS = {
    "neware": "nominal_capacity_ah",
    "novonix": "end differently",
    "biologic_bttest": "biologic_mps",
}


def test_targets_that_cannot_say_it_name_what_they_lack(seen):
    refused = seen["protocols"]["refused"]
    assert set(refused) == set(CONVERSIONS)
    for target, named in CONVERSIONS.items():
        assert refused[target]["status"] == 422
        assert named in refused[target]["message"]


def test_simulations(seen):
    run = seen["simulations"]
    assert run["job"]
    assert run["got"]
    assert run["columns"]
    assert run["metrics"]
    assert run["last"] == pytest.approx(2.5, abs=1e-3)
    assert run["hours"] == pytest.approx(1.0, rel=0.01)
    assert run["slower"] == pytest.approx(2.0, rel=0.02)
    assert run["steps"] == ["Constant current discharge"]


def test_designs_of_every_kind(seen):
    run = seen["simulations"]
    assert run["batch"] == 3
    assert len(run["designs"]) == 6
    assert set(run["designs"].values()) == {3}


def test_one_simulation_takes_no_design_of_many(seen):
    run = seen["simulations"]
    for call, named in (("both", "design_parameters_doe"), ("many", "3 simulations")):
        assert (run[call]["kind"], run[call]["status"]) == ("ValueError", None)
        assert named in run[call]["message"]


def test_studies(seen):
    study = seen["studies"]
    assert study["lists"]
    assert study["renamed"]
    assert (study["measurements"], study["gone"]) == (["May 14"], 404)


def test_pipelines(seen):
    pipelines = seen["pipelines"]
    assert pipelines["created"] == ["pending", "pending"]
    assert "Positive electrode thickness [m]" in pipelines["lacks"]
    assert pipelines["partial"] == {"Ambient temperature [K]": 298.15}
    assert pipelines["status"] == "completed"
    assert pipelines["listed"]
    assert pipelines["page"] >= 2
    assert pipelines["fitted"] == pytest.approx(TRUTH, rel=1e-3, abs=0)


def test_data_from_files_and_folders(seen, version):
    files = seen["files"]
    assert files["fitted"] == {
        "file": pytest.approx(TRUTH, rel=1e-3, abs=0),
        "folder": pytest.approx(TRUTH, rel=1e-3, abs=0),
    }
    if version == OWN:
        assert "1001 rows" in files["inline"]["message"]
    else:
        assert files["inline"] is None  # theirs leave the limit of the guides to the platform


def test_simple_pipelines(seen):
    simple = seen["simple"]
    assert simple["created"] == "pending"
    assert simple["fitted"] == {DIFFUSIVITY: pytest.approx(TRUTH, rel=0.05, abs=0)}
    assert simple["page"][2]
    assert simple["page"][0] == simple["page"][1]
    assert simple["matches"]
    assert (simple["active"], simple["recent"]) == (0, 0)
    assert simple["late"] in {"TimeoutError", "WaitTimeoutError"}
    assert (simple["current"], simple["legacy"]) == ("canceled", "completed")
    assert (simple["renamed"], simple["gone"]) == (["Renamed", "notes"], 404)
