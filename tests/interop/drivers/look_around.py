"""What the public client reads of the account, the projects and the models."""

import sys
from pathlib import Path

from ionworks import Ionworks

sys.path.insert(0, str(Path(__file__).parent))
from watching import report, watched

client = watched(Ionworks("any-key", sys.argv[1]))
me = client.whoami()
project = client.project.list()[0]
models = client.parameterized_model.list_by_project(project.id)
values = client.parameterized_model.get_parameter_values(models[0].id)
checked = client.protocol.validate("steps:\n  - Rest: {duration: 60}\n")
refused = client.protocol.validate("steps:\n  - Rest: {}\n")
report(
    {
        "organization": me["authorized_organization"],
        "project": {"id": project.id, "name": project.name},
        "models": {model.name: model.id for model in models},
        "total": models.total,
        "parameters": len(values),
        "capabilities": sorted(client.capabilities()),
        "schema": client.schema("protocol")["$schema"],
        "pybamm": client.pybamm_models()["pybamm_version"],
        "valid": checked["valid"],
        "refused": refused,
        "inputs": client.protocol.find_input_references('a: input["x"]\nb: input["y"]'),
        "health": client.health_check(),
    }
)
