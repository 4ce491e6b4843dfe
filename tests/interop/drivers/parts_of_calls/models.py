"""Models, and models with parameters."""

import pybamm


def run(call, project, model):
    """Make, read, change and remove models."""
    made = call("model.create", {"name": "SPM", "config": {"type": "SPM"}, "project_id": project})
    call.know("model", made.id)
    call("model.get", made.id)
    call("model.list", note="all")
    call("model.list", 3, 0, note="page", name="SPM", order_by="created_at", order="desc")
    call("model.list", note="exact", name_exact="SPM")
    call("model.update", made.id, {"name": "SPM 2", "description": "d"})
    if call.has("model.get_simulation_settings"):
        call("model.get_simulation_settings", made.id)
    spec = call.know("a spec", call("cell_spec.create", {"name": "for models"}).id)
    values = call("parameterized_model.get_parameter_values", model)
    written = {"name": "tied", "model_id": made.id, "parameters": values}
    tied = call("parameterized_model.create", spec, written)
    call.know("tied", tied.id)
    call("parameterized_model.create_or_get", spec, written)
    call("parameterized_model.get", tied.id)
    call("parameterized_model.update", spec, tied.id, {"description": "changed"})
    call("parameterized_model.list_by_cell_specification", spec, 10, 0)
    call("parameterized_model.list_by_project", note="default")
    call("parameterized_model.list_by_project", project, 2, 1, note="page")
    call("parameterized_model.list_by_project", project, note="of a cell", cell_spec_id=spec)
    names = call("parameterized_model.get_variable_names", model)
    if call.has("parameterized_model.delete"):
        call("parameterized_model.list_by_project", note="summary", summary=True)
        call("parameterized_model.delete", spec, tied.id)
        values = pybamm.ParameterValues("Chen2020")
        written = {"name": "alone", "model_id": made.id, "parameters": values}
        alone = call("parameterized_model.create", None, written, note="without a cell")
        call.know("alone", alone.id)
        changed = {"description": "changed"}
        call("parameterized_model.update", None, alone.id, changed, note="without a cell")
        call("parameterized_model.delete", None, alone.id, note="without a cell")
    else:
        call("delete", f"/parameterized_models/{tied.id}")
    call("cell_spec.delete", spec)
    call("model.delete", made.id)
    return "Voltage [V]" in names
