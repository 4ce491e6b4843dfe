"""Requests drawn from the description; twenty thousand of them, it is `spec_cases`."""

import pytest

from codegen.reach import operations
from tests.engine.described import BUNDLE
from tests.robustness.in_process import InProcess
from tests.robustness.spec_cases import Cases, ask_everything

SEED = 7


def test_no_answer_is_outside_the_description(tmp_path):
    cases = ask_everything(tmp_path, SEED, 700)
    assert not cases.failures, f"seed {SEED}:\n" + "\n".join(cases.failures.values())
    asked = {operation for operation, _ in cases.statuses}
    assert asked == {operation["operationId"] for _, _, operation in operations(BUNDLE)}
    # Hostile requests alone would be refused at the door.
    done = sum(often for (_, status), often in cases.statuses.items() if status < 400)
    assert done > 0.15 * len(cases)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (500, b'{"error_code": "E", "message": "m"}', "Server error"),
        (418, b'{"error_code": "E", "message": "m"}', "Undocumented status code"),
        (200, b'{"items": [5]}', "Response violates schema"),
    ],
)
def test_an_answer_outside_the_description_is_found(tmp_path, monkeypatch, status, body, kind):
    with InProcess(tmp_path) as engine:
        cases = Cases(engine, SEED)
        real = engine.answer

        def spoilt(question):
            answer = real(question)
            return type(answer)(status, [(b"content-type", b"application/json")], body)

        monkeypatch.setattr(engine, "answer", spoilt)
        operation = cases._schema.find_operation_by_id("list_projects")
        cases.put(operation.Case())
    assert ("GET /projects", kind) in cases.failures
