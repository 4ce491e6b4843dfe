"""Who asks, what the server is, what it can do."""

import pytest

pytestmark = pytest.mark.vcr


def test_whoami(client):
    me = client.whoami()
    assert me["id"] == me.id
    assert me.authorized_organization["id"]


def test_health(client):
    assert client.health_check()["status"]


def test_capabilities(client):
    assert set(client.capabilities()) >= {"domain_context", "schemas", "authentication"}


def test_schema(client):
    schema = client.schema("protocol")
    assert schema["type"] == "object"
    assert "steps" in schema["properties"]
    with pytest.raises(ValueError, match="protocol"):
        client.schema("protocols")


def test_pybamm_models(client):
    assert "SPMe" in client.pybamm_models()["pybamm_models"]["lithium_ion"]
    assert client.validate_pybamm_model_config("SPMe")["valid"] is True
    refused = client.validate_pybamm_model_config("SPMe", {"thermal": "tepid"})
    assert refused["valid"] is False
    assert "thermal" in refused["error"]
