"""From a status and a body to an exception that says what, where and what next."""

import json
import pickle
from datetime import UTC, datetime

import pytest

from ionworks import errors
from ionworks.records import Record
from ionworks.refusals import Refusal
from ionworks.retry import seconds_to_wait


def refused(status, body, **headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Refusal(status, "GET https://x.test/a", named, content).error()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.ValidationError),
        (401, errors.AuthenticationError),
        (403, errors.PermissionDeniedError),
        (404, errors.NotFoundError),
        (409, errors.ConflictError),
        (413, errors.ValidationError),
        (418, errors.IonworksError),
        (422, errors.ValidationError),
        (429, errors.RateLimitError),
        (500, errors.ServerError),
        (599, errors.ServerError),
    ],
)
def test_the_status_chooses_the_class(status, kind):
    error = refused(status, {"error_code": "X", "message": "no"})
    assert type(error) is kind
    assert (error.status_code, error.error_code, error.message) == (status, "X", "no")


def test_the_standard_form():
    body = {"error_code": "NOT_FOUND", "message": "no such run", "detail": {"id": "1"}}
    error = refused(404, body, x_correlation_id="r-1")
    assert (error.data, error.detail, error.request_id) == (body, {"id": "1"}, "r-1")
    assert str(error) == "no such run [HTTP 404 NOT_FOUND, request id r-1]"
    assert repr(error) == "NotFoundError('no such run [HTTP 404 NOT_FOUND, request id r-1]')"


@pytest.mark.parametrize(
    ("body", "message", "code"),
    [
        ({"detail": "gone"}, "gone", None),
        ({"detail": {"error_code": "C", "message": "older"}}, "older", "C"),
        ({"message": "bare"}, "bare", None),
        ({"error_code": "ONLY"}, "GET https://x.test/a was answered 404 Not Found", "ONLY"),
        ({}, "GET https://x.test/a was answered 404 Not Found", None),
        ("text", "text", None),
        (None, "GET https://x.test/a was answered 404 Not Found", None),
        (b"", "GET https://x.test/a was answered 404 Not Found", None),
        (b"\xff\xfe", "GET https://x.test/a was answered 404 Not Found", None),
    ],
)
def test_every_form_of_a_body(body, message, code):
    error = refused(404, body)
    assert (error.message, error.error_code) == (message, code)


def test_a_page_of_a_proxy():
    error = refused(502, b"<html>Bad", content_type="text/html; charset=utf-8")
    assert error.message == "GET https://x.test/a was answered 502 Bad Gateway as text/html"
    assert error.data is None


def test_every_problem_is_shown_with_its_place():
    problems = [
        {"path": "steps[0].Discharge.mode", "message": "unknown", "line": 3, "column": 7},
        {"path": "name", "message": "missing"},
        {"message": "too long"},
        {"path": "", "message": "This is not JSON", "line": 1, "column": 9},
    ]
    error = refused(
        422,
        {"error_code": "VALIDATION_ERROR", "message": "not valid", "detail": {"errors": problems}},
    )
    assert error.message.splitlines() == [
        "not valid",
        "  steps[0].Discharge.mode (line 3, column 7): unknown",
        "  name: missing",
        "  too long",
        "  (line 1, column 9): This is not JSON",
    ]
    assert error.problems == problems


def test_a_message_begins_with_its_first_word():
    problem = {"path": "", "message": "This is not JSON", "line": 1, "column": 9}
    message = "(line 1, column 9): This is not JSON"
    body = {"message": f" {message}", "detail": {"errors": [problem]}}
    assert refused(422, body).message == message


def test_what_the_message_says_is_not_said_again():
    problem = {"path": "name", "message": "missing", "line": 1}
    body = {"message": "name (line 1): missing", "detail": {"errors": [problem]}}
    assert refused(422, body).message == "name (line 1): missing"


def test_a_problem_that_the_message_tells_is_not_told_twice_for_a_blank_at_its_end():
    problem = {"path": "data", "message": "is no data; known: "}
    body = {"message": "data: is no data; known: ", "detail": {"errors": [problem]}}
    assert refused(422, body).message == "data: is no data; known:"


@pytest.mark.parametrize("wrap", [lambda p: p, lambda p: {"detail": p}])
def test_the_older_list_of_problems(wrap):
    problem = {"loc": ["body", "rows", 0], "msg": "field required", "type": "missing"}
    error = refused(422, wrap([problem]))
    assert "body.rows.0: field required" in error.message
    assert error.problems == [problem]


def test_many_problems_are_counted():
    error = refused(422, {"detail": [{"msg": str(i)} for i in range(50)]})
    assert error.message.endswith("\n  and 30 more")


@pytest.mark.parametrize("detail", [None, "x", 7, [], {}, {"errors": None}, {"errors": "x"}, [1]])
def test_odd_details_do_no_harm(detail):
    error = refused(422, {"error_code": "E", "message": "m", "detail": detail})
    assert error.message.startswith("m")
    assert error.problems == []


@pytest.mark.parametrize(
    "body",
    [
        {"error_code": "CONFLICT", "message": "m", "detail": {"existing_id": "7"}},
        {"detail": {"existing_id": "7"}},
    ],
)
def test_a_conflict_knows_what_exists(body):
    assert refused(409, body).existing_id == "7"
    assert refused(409, {"message": "m"}).existing_id is None


def test_a_limit_of_rate_says_how_long():
    error = refused(429, {"message": "slow down"}, retry_after="120")
    assert error.retry_after == 120
    assert "slow down; the server asks to wait 120 s" in str(error)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("1.5", 1.5),
        ("-3", 0),
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0),
    ],
)
def test_retry_after(header, seconds):
    assert seconds_to_wait(header, datetime(2026, 11, 21, 12, tzinfo=UTC)) == seconds


def test_the_family():
    kinds = [getattr(errors, name) for name in errors.__all__]
    others = {errors.WaitTimeoutError}
    assert all(issubclass(kind, errors.IonworksError) for kind in set(kinds) - others)
    assert issubclass(errors.WaitTimeoutError, TimeoutError)
    assert not issubclass(errors.WaitTimeoutError, errors.IonworksError)
    assert all(kind.__name__ in errors.__doc__ for kind in kinds)


def test_errors_survive_a_change_of_process():
    error = errors.NotFoundError("m", 404, "C", {"a": 1}, "r")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.args, again.data) == (type(error), error.args, {"a": 1})
    late = pickle.loads(pickle.dumps(errors.WaitTimeoutError("m", {"a": "processing"})))
    assert (str(late), late.states) == ("m", {"a": "processing"})
    failed = errors.JobFailedError("m", outcomes={"a": Record({"status": "failed"})})
    again = pickle.loads(pickle.dumps(failed))
    assert (again.states, again.outcomes["a"].status) == ({"a": "failed"}, "failed")


class TestRecord:
    record = Record({"status": "ok", "metrics": {"x": [{"y": 1}]}, "items": 3})

    def test_it_is_a_mapping_that_answers_by_attribute(self):
        assert isinstance(self.record, dict)
        assert self.record.metrics.x[0].y == self.record["metrics"]["x"][0]["y"] == 1
        assert self.record["items"] == 3
        assert dict(self.record) == {"status": "ok", "metrics": {"x": [{"y": 1}]}, "items": 3}
        assert json.loads(json.dumps(self.record)) == self.record

    def test_what_is_not_there(self):
        assert self.record.get("nothing") is None
        assert not hasattr(self.record, "nothing")
        with pytest.raises(AttributeError, match=r"'nothing'.*status, metrics"):
            _ = self.record.nothing

    def test_it_reads_short(self):
        big = Record(
            {"rows": list(range(100)), "text": "x" * 500, "many": {str(i): i for i in range(99)}}
        )
        assert len(repr(big)) < 160
        assert "<100 items>" in repr(big)
        assert "&lt;b&gt;" in Record({"a": "<b>"})._repr_html_()

    def test_it_is_copied_whole(self):
        again = pickle.loads(pickle.dumps(self.record))
        assert again == self.record
        assert again.metrics.x[0].y == 1
        assert "status" in dir(again)
