"""Protocols: checked, kept, converted and read."""

import tempfile
from pathlib import Path

UCP = """
global: {initial_soc: 1, temperature: 25}
steps:
  - Discharge: {mode: C-rate, value: 1, ends: ["Voltage < 2.7"]}
  - Rest: {duration: 600}
"""


def run(call, project):
    """Check and convert; keep, read, change and remove."""
    call("protocol.validate", UCP)
    call("protocol.find_input_references", "steps: [{Rest: {duration: 'input[\"t\"]'}}]")
    result = call("protocol.convert", UCP, "maccor")
    call("protocol.convert", UCP, "arbin", note="named", filename_stem="cell")
    cycle = {"Time [s]": [0, 1, 2], "Current [A]": [0.5, 1.5, 0]}
    driven = {"steps": [{"DriveCycle": {"profile": "Commute", "ends": ["Voltage < 2.7"]}}]}
    call("protocol.convert", driven, "maccor", {"Commute": cycle}, note="drive cycles")
    if call.has("protocol.create"):
        kept(call, project, result)


def kept(call, project, result):
    """What old clients have no methods for."""
    call(
        "protocol.convert",
        UCP,
        "neware",
        note="verified",
        nominal_capacity_ah=5.0,
        verify=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        result.save(folder)
        call("protocol.parse_file", str(Path(folder) / result.primary_filename))
    made = call("protocol.create", "Discharge", UCP, project, description="d")
    call.know("protocol", made.id)
    other = call(
        "protocol.create",
        "Pause",
        {"steps": [{"Rest": {"duration": 60}}]},
        note="a mapping",
        force_create=True,
    )
    call.know("other protocol", other.id)
    call("protocol.create_or_get", "Discharge", UCP, project)
    call("protocol.get", made.id)
    call("protocol.find_by_name", "Discharge", project)
    call("protocol.list", note="default")
    call("protocol.list", project, 2, 0, note="page", order_by="name", order="asc")
    heavy = ["protocol_config", "source_protocol"]
    call("protocol.list", project, note="heavy", include=heavy, name="disch")
    call("protocol.human_readable", made.id)
    call("protocol.source_protocol", made.id)
    call("protocol.update", made.id, name="Renamed", description="changed")
    call("protocol.delete", other.id, note="another")
    call("protocol.delete", made.id)
