"""Own models beside the system library."""

import pytest

from ionworks.errors import PermissionDeniedError

pytestmark = pytest.mark.vcr


@pytest.fixture
def project(client):
    return client.project.list()[0].id


def test_own_model_and_parameters(client, project, now):
    model = client.model.create(
        {"name": f"SPMe {now}", "config": {"type": "SPMe", "options": {}}, "project_id": project}
    )
    own = client.parameterized_model.create(
        None,
        {
            "name": f"Thin cathode {now}",
            "model_id": model.id,
            "parameters": "Chen2020",
            "project_id": project,
        },
    )
    values = client.parameterized_model.get_parameter_values(own.id)
    assert values["Nominal cell capacity [A.h]"] == 5.0
    assert "Voltage [V]" in client.parameterized_model.get_variable_names(own.id)
    client.parameterized_model.delete(None, own.id)
    client.model.delete(model.id)


def test_the_library_is_read_only(client, project):
    models = client.parameterized_model.list_by_project(project, summary=True)
    chen = next(model for model in models if model.name == "Chen2020 SPMe")
    with pytest.raises(PermissionDeniedError):
        client.parameterized_model.update(None, chen.id, {"name": "Mine"})
