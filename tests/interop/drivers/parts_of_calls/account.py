"""Who am I, what is there, and projects."""


def run(call, project):
    """Ask, and make, change and remove a project."""
    call("health_check")
    call("whoami")
    call("capabilities")
    call("schema", "protocol")
    call("pybamm_models")
    checked = call("validate_pybamm_model_config", "SPM", {"thermal": "lumped"})
    call("validate_pybamm_model_config", "ECM", note="module", module="equivalent_circuit")
    name = f"Of {project}"
    made = call("project.create", {"name": name})
    call.know("made project", made.id)
    if call.has("project.create_or_get"):
        call("project.create_or_get", {"name": name})
    call("project.get", made.id)
    call("project.list", note="all")
    call("project.list", 5, 1, note="page", order_by="name", order="asc")
    found = call("project.list", note="exact", name_exact=name)
    call("project.list", note="contains", name="Of ", created_after="2020-01-01", limit=100)
    renamed = call("project.update", made.id, {"description": "changed"})
    call("project.delete", made.id)
    return {
        "found": [each.id for each in found] == [made.id],
        "description": renamed.description,
        "thermal": checked,
    }
