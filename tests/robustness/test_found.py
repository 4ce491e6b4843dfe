"""What drawn requests have brought to light, each once more by hand."""

import httpx
import pytest

from tests.robustness.in_process import URL, InProcess


@pytest.fixture
def ask(tmp_path):
    """Put requests to an engine; return status and JSON."""
    with InProcess(tmp_path) as engine:

        def ask(method, path, **sent):
            answer = engine.ask(httpx.Request(method, URL + path, **sent))
            return answer.status_code, answer.json() if answer.content else None

        yield ask


def test_a_whole_number_may_be_written_with_a_point(ask):
    body = {"simulation_ids": ["a", "b"], "offset": 1.0, "limit": 1.0}
    assert ask("POST", "/simulations/statuses", json=body) == (200, [])


def test_null_is_no_body(ask):
    status, told = ask("POST", "/jobs/some/cancel", content=b"null")
    assert status == 422
    assert "null is no body" in str(told)
    assert ask("POST", "/jobs/some/cancel")[0] == 404


def test_a_project_stays_while_another_needs_its_model(ask):
    [owner, other] = [ask("POST", "/projects", json={"name": name})[1]["id"] for name in "ab"]
    model = {"name": "M", "project_id": owner, "config": {"type": "SPM"}}
    model = ask("POST", "/models", json=model)[1]["id"]
    made = {"name": "P", "project_id": other, "model_id": model, "parameters": {"a": 1}}
    needing = ask("POST", "/parameterized_models", json=made)[1]["id"]
    status, told = ask("DELETE", f"/projects/{owner}")
    assert status == 409
    assert "'P' needs a model of this project" in told["message"]
    assert ask("GET", f"/parameterized_models/{needing}/parameter-values")[0] == 200
    assert ask("DELETE", f"/parameterized_models/{needing}")[0] == 204
    assert ask("DELETE", f"/projects/{owner}")[0] == 204
