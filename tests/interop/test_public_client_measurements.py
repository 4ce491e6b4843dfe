"""Measurements and raw data: the public client, unmodified, reads back what it wrote.

The series has a closed form: 1 A out for an hour, ten minutes of rest, 1 A in for an hour.
Ours runs the same script: it refuses some of what is wrong before it sends it, and nothing else
differs.
"""

import pytest

from tests.interop.conftest import OWN

NEW, OLD = "0.38.0", "0.20.0"
but_old = pytest.mark.parametrize("version", [NEW, OWN], indirect=True)
KINDS = ["Constant current discharge", "Rest", "Constant current charge"]
NAMES = ["EIS", "Formation", "Large", "No voltage", "OCV", "Running", "Teardown", "With steps"]


@pytest.fixture(scope="module", params=[NEW, OLD, OWN])
def version(request):
    return request.param


@pytest.fixture(scope="module")
def seen(drive, make, version):
    project = make("projects", name=f"Measurements of {version}")
    spec = make("cell_specifications", name="21700", project_id=project)
    return drive(version, "measurements", project, spec)


def test_what_is_told_is_kept_and_times_are_in_utc(seen):
    made = seen["made"]
    assert (made["status"], made["steps_created"], made["notes"]) == ("ready", 0, "noisy")
    assert made["start"].startswith("2024-05-01T08:00:00")
    assert made["end"].startswith("2024-05-01T10:10:00")
    assert made["protocol"] == {"name": "C/1 cycle", "definition": {"rate": 1}}
    assert made["setup"] == {"cycler": "Maccor", "channel_number": 3}


def test_every_number_comes_back(seen):
    assert seen["equal"]
    for frame in (seen["back"], seen["detail"]["series"], seen["pandas"]["back"]):
        assert frame["columns"] == seen["sent"]["columns"]
        assert frame["rows"] == 303
        assert frame["time"] == pytest.approx(101 * (1800 + 3900 + 6000))
        assert frame["voltage"] == pytest.approx(101 * (3.55 + 3.0 + 3.65))


@but_old
def test_rows_are_read_where_they_are(seen):
    assert seen["window"]
    assert seen["large"]["window"]


def test_steps_are_derived(seen):
    steps = seen["steps"]
    assert steps["types"] == KINDS
    assert steps["durations"] == pytest.approx([3600.0, 600.0, 3600.0])
    assert steps["starts"] == pytest.approx([0.0, 3600.0, 4200.0])
    assert steps["discharge"] == pytest.approx([1.0, 0.0, 0.0])
    assert steps["charge"] == pytest.approx([0.0, 0.0, 1.0])
    assert steps["mean_current"] == pytest.approx([1.0, 0.0, -1.0])


def test_cycles_are_derived(seen):
    assert seen["cycles"]["count"] == 1
    for quantity in ("discharge", "charge", "efficiency"):
        assert seen["cycles"][quantity] == pytest.approx([1.0])
    assert seen["both"] == {"steps": True, "cycles": True}


def test_detail_holds_everything(seen):
    detail = seen["detail"]
    assert (detail["steps"], detail["cycles"]) == (KINDS, 1)
    assert (detail["instance"], detail["specification"]) == (True, True)


def test_pandas_and_own_steps_are_taken(seen):
    pandas = seen["pandas"]
    assert (pandas["status"], pandas["error"]) == ("ready", None)
    assert pandas["steps"] == KINDS
    assert pandas["kind"] == "DataFrame"


def test_open_circuit_curves_and_spectra_are_kept(seen):
    assert seen["ocp"]["status"] == "ready"
    assert seen["ocp"]["back"]["SOC"] == [1.0, 0.5, 0.0]
    assert (seen["eis"]["status"], seen["eis"]["error"]) == ("ready", None)
    assert seen["eis"]["back"] == [-0.001, -0.004, -0.005, -0.002]
    assert seen["eis"]["types"] == ["EIS"]


def test_what_there_is_is_found_instead_of_made_twice(seen):
    assert seen["again"]
    assert seen["refused"]["name"]["status"] == 409


@pytest.mark.parametrize(
    ("what", "kind"),
    [("sign", "MeasurementValidationError"), ("frame", "TypeError")],
)
def test_what_the_client_itself_refuses(seen, what, kind):
    refused = seen["refused"][what]
    assert (refused["kind"], refused["status"]) == (kind, None)


@pytest.mark.parametrize(
    ("what", "status", "ours", "named"),
    [
        ("field", 422, None, "colour"),
        ("backwards", 400, None, "end_time"),
        ("channel", 400, 400, "channel_id"),
        ("absent", 404, 404, "no-such-measurement"),
    ],
)
def test_what_is_refused(seen, version, what, status, ours, named):
    refused = seen["refused"][what]
    assert refused["status"] == (ours if version == OWN else status)
    assert named in refused["message"]


def test_what_a_client_lets_through_the_engine_still_checks(seen, version):
    failed = seen["failed"]
    assert "Voltage [V]" in failed["reason"]
    raised = {NEW: "MeasurementProcessingError", OLD: None, OWN: "MeasurementValidationError"}
    assert failed["raised"] == raised[version]
    assert failed["status"] == ([] if version == OWN else ["failed"])
    assert seen["mended"] == "ready"


@but_old
def test_a_running_test_grows_and_never_by_half(seen, version):
    extended = seen["extended"]
    assert (extended["status"], extended["equal"], extended["steps"]) == ("ready", True, 6)
    assert extended["overlap"]["kind"] == "MeasurementProcessingError"
    assert extended["still"] == 606
    assert extended["ended"].startswith("2024-05-04")
    assert extended["after_the_end"]["status"] == 409
    kind = "MeasurementValidationError" if version == OWN else "IonworksError"
    assert (extended["empty"]["kind"], extended["empty"]["status"]) == (kind, None)


def test_a_large_series_goes_in_parts(seen, version):
    large = seen["large"]
    assert (large["status"], large["error"], large["equal"]) == ("ready", None, True)
    assert large["steps"] == pytest.approx([1.0, 0.0, 0.0])
    parts = large["parts"]
    if version != NEW:  # boto3 tells of its parts; ours needs no boto3
        assert parts == {}
        return
    assert parts["UploadPart"] >= 2
    assert (parts["CreateMultipartUpload"], parts["CompleteMultipartUpload"]) == (1, 1)


def test_files_are_kept(seen, version):
    files = seen["files"]
    assert files["status"] == "ready"
    assert files["names"] == ["anode 1.png", "notes.txt"]
    assert files["plain"] == "Zürich"
    assert files["no_such"]["status"] == 404
    kind = "ValueError" if version == OWN else "IonworksError"
    assert files["not_a_picture"]["kind"] == kind
    assert files["absent"]["kind"] == "FileNotFoundError"


def test_raw_data_are_kept_unchanged(seen, version):
    raw = seen["raw"]
    assert (raw["name"], raw["size"], raw["type"]) == ("formation.csv", 12, "text/csv")
    assert raw["metadata"] == {"channel": 3}
    assert (raw["same"], raw["plain"]) == (True, "t,V\r\n0,4.2\r\n")
    assert raw["listed"] == raw["attached"] == ["Huge", "formation.csv"]
    assert raw["after"] == ["formation.csv"]
    assert raw["measurements"]
    assert (raw["renamed"], raw["source"], raw["gone"]) == ("Export", None, 404)
    assert raw["parts"].get("UploadPart", 0) == (3 if version == NEW else 0)


def test_measurements_are_found_by_every_filter(seen, version):
    lists = seen["lists"]
    assert lists["all"] == [name for name in NAMES if version != OLD or name != "Running"]
    assert lists["files"] == ["Teardown"]
    assert lists["contains"] == lists["started"] == ["Formation"]
    assert lists["by_start"] == ["Running", "Formation"][version == OLD :]
    assert lists["page"] == ["Formation"]
    assert seen["watch_absent"] == 404


@but_old
def test_tags(seen, version):
    tags = seen["tags"]
    assert (tags["added"], tags["spelling"], tags["again"], tags["removed"]) == (2, 1, 0, 1)
    assert tags["all"] == tags["one_text"] == tags["project"] == ["Formation", "Large"]
    assert tags["any"] == ["Formation", "Large", "Teardown"]
    assert tags["usage"] == [["Formation", 3], ["fast", 2]]
    assert tags["found"] == tags["left"] == tags["text"] == ["Formation"]
    limits = None if version == OWN else 400
    assert (tags["unknown"], tags["too_long"], tags["too_many"]) == (404, limits, limits)


def test_a_cells_detail_is_composed(seen, version):
    composed = seen["composed"]
    assert composed["specification"]
    assert composed["names"] == [name for name in NAMES if version != OLD or name != "Running"]
    assert (composed["steps"], composed["cycles"], composed["series"]) == (3, 1, True)
    assert composed["files"] == ["anode 1.png", "notes.txt"]


def test_deleting_one_leaves_what_has_the_same_data(seen):
    assert seen["deleted"] == 404
    assert seen["others_stay"]["rows"] == 303
    assert seen["cell_gone"] == [404, "Export"]
