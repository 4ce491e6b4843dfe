"""The pages without a browser: who may see them, what they hold, and that names stay text."""

import base64
import hashlib
import re
import urllib.request
from html.parser import HTMLParser

import numpy as np
import polars as pl
import pytest
from conftest import app_client
from ionworks_engine.bundle import load_bundle, operations
from ionworks_engine.pages import PATHS, plot
from ionworks_engine.pages.reference import reference_page
from ionworks_engine.pages.rendering import markdown
from ionworks_engine.pages.schemas import Word, facts_of, fields_of, kind_of
from ionworks_engine.storage import tables
from shown_store import HOSTILE, add_run, cycle, fill_busy, fill_failing
from sqlalchemy import update

KEY = "k:ey"
BUNDLE = load_bundle()


@pytest.fixture
def client(tmp_path):
    with app_client(tmp_path, with_pages=True) as client:
        yield client


@pytest.fixture
def store(client):
    return client.app.state.services.store


class Page(HTMLParser):
    """The elements of a page: tags with their attributes, and the text outside of styles."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.texts, self._tag = [], [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self._tag = tag
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, text):
        if self._tag != "style":
            self.texts.append(text)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def page(client, path="/"):
    answer = client.get(path)
    assert answer.status_code == 200
    return Page(answer.text)


# Who may see them


@pytest.mark.parametrize("path", sorted(PATHS))
def test_pages_are_html_that_may_fetch_and_run_nothing(client, path):
    answer = client.get(path)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert not re.search(r"script-src|unsafe|http|\*", policy)
    assert answer.headers["x-content-type-options"] == "nosniff"
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    found = Page(answer.text)
    assert not found.all("script")
    assert not [name for _, each in found.elements for name in each if name.startswith("on")]
    assert not [each for _, each in found.elements if "style" in each or "src" in each]
    here = ("#", "./", "docs", "data:", "https://ionworks.com")
    assert not [a for a in found.all("a") + found.all("link") if not a["href"].startswith(here)]


@pytest.mark.parametrize("path", sorted(PATHS))
def test_a_page_answers_get_and_head_alone(client, path):
    head, got = client.request("HEAD", path), client.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == got.headers["content-type"]
    assert int(head.headers["content-length"]) > 1000
    refused = client.post(path)
    assert refused.status_code == 405
    assert refused.headers["allow"] == "GET, HEAD"
    assert refused.json()["message"] == f"{path} takes GET, HEAD, not POST."


def test_the_api_is_what_it_was(client):
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/nowhere").status_code == 404
    assert PATHS.isdisjoint(BUNDLE["paths"])


def test_an_engine_that_serves_no_browser_has_no_pages(tmp_path):
    with app_client(tmp_path, api_key=KEY) as client:
        for path in PATHS:
            answer = client.get(path, headers={"X-API-Key": KEY})
            assert answer.status_code == 404
            assert "www-authenticate" not in client.get(path).headers


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


@pytest.fixture(scope="module")
def locked(tmp_path_factory):
    with app_client(tmp_path_factory.mktemp("store"), with_pages=True, api_key=KEY) as client:
        yield client


@pytest.mark.parametrize("path", sorted(PATHS))
def test_with_a_key_a_browser_is_asked_for_it(locked, path):
    for headers in (basic("anybody", KEY), basic("", KEY), {"X-API-Key": KEY}):
        assert locked.get(path, headers=headers).status_code == 200
    assert locked.get(path, headers={"Authorization": f"Bearer {KEY}"}).status_code == 200
    wrong = [
        {},
        basic(KEY, ""),
        basic("anybody", "key"),
        {"Authorization": "Basic"},
        {"Authorization": "Basic !"},
        {"Authorization": "Basic a"},
        {"Authorization": f"Basic {KEY}"},
    ]
    for headers in wrong:
        refused = locked.get(path, headers=headers)
        assert refused.status_code == 401, headers
        assert refused.headers["www-authenticate"].startswith("Basic realm=")
        assert "password" in refused.json()["message"]


def test_a_password_opens_no_operation(locked):
    refused = locked.post("/projects", json={"name": "x"}, headers=basic("anybody", KEY))
    assert refused.status_code == 401
    assert "www-authenticate" not in refused.headers
    assert locked.post("/projects", json={"name": "x"}, headers={"X-API-Key": KEY}).is_success


# How they are sent


def test_pages_are_zipped_for_those_who_take_it(client):
    plain = client.get("/docs", headers={"Accept-Encoding": "identity"})
    zipped = client.get("/docs", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert zipped.headers["content-encoding"] == "gzip"
    assert plain.text == zipped.text
    assert int(zipped.headers["content-length"]) < int(plain.headers["content-length"]) / 5


def test_the_reference_is_sent_once_and_the_status_always_anew(client, store):
    tag = client.get("/docs").headers["etag"]
    again = client.get("/docs", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/docs", headers={"If-None-Match": '"other"'}).status_code == 200
    before = client.get("/")
    assert before.headers["cache-control"] == "no-store"
    add_run(store, "just now", "failed", error="why", error_code="SOLVER_ERROR")
    assert "just now" in client.get("/").text


# What the status page tells


def test_jobs_are_counted_by_state_and_their_progress_is_told(client, store):
    fill_busy(store)
    found = page(client)
    assert "0 pending 4 processing 1 completed 0 failed 1 canceled" in found.text
    assert "Diffusivities of NMC / fit pipeline element" in found.text
    assert "iteration 12, evaluations 1440, best cost 0.001235" in found.text
    assert "1 of 3, at fit" in found.text
    assert found.all("progress") == [{"max": "3", "value": "1"}]
    refresh = next(each for each in found.all("meta") if each.get("http-equiv") == "refresh")
    assert refresh["content"] == "5"


def test_a_server_without_work_is_looked_at_less_often(client):
    found = page(client)
    assert {"http-equiv": "refresh", "content": "30"} in found.all("meta")
    assert "Nothing runs" in found.text
    assert not found.all("svg")


def test_failures_are_told_newest_first_and_cut_where_they_are_long(client, store):
    fill_failing(store)
    found = page(client)
    assert len(found.all("article")) == 5
    assert "CONFIGURATION_ERROR elements.fit:" in found.text
    assert "no consistent start at 4.2 V" in found.text
    assert len(found.text) < 6000


def test_names_are_text_whatever_they_hold(client, store):
    fill_failing(store)
    found = page(client)
    assert not found.all("script")
    assert HOSTILE in found.text
    assert "49" not in re.findall(r"\b49\b", found.text)


def test_the_run_that_completed_last_is_drawn(client, store):
    add_run(store, "the older one", "completed", cycle())
    add_run(store, "the newer one", "completed", cycle())
    add_run(store, "never done", "failed", error="why", error_code="SOLVER_ERROR")
    found = page(client)
    caption = found.text.partition("Latest completed run")[2]
    assert caption.strip().startswith("the newer one")
    assert len(found.all("polyline")) == 2
    assert {"Voltage [V]", "Current [A]", "Time [min]"} <= set(found.texts)


def test_a_run_whose_file_is_gone_costs_the_drawing_alone(client, store):
    add_run(store, "lost", "completed", cycle(11))
    with store.writing() as connection:
        connection.execute(update(tables.simulations).values(time_series_file="0" * 64))
    assert "The file of this run cannot be read." in page(client).text


# The drawing


DRIFT = {"Time [s]": [0.0, 600.0], "Voltage [V]": [3.7508734, 3.7508733]}


def points(panel):
    return np.array([[float(n) for n in pair.split(",")] for pair in panel.points.split(" ")])


def drawn(tmp_path, columns):
    path = tmp_path / "series"
    pl.DataFrame(columns).write_parquet(path)
    plot._drawn.cache_clear()
    return plot.draw(path)


def test_no_peak_is_lost_when_a_long_series_is_thinned(tmp_path):
    time = np.arange(500_000.0)
    voltage = np.full(time.size, 3.7)
    voltage[123_456] = 4.2
    voltage[400_001] = 2.5
    drawing = drawn(tmp_path, {"Time [s]": time, "Voltage [V]": voltage})
    (panel,) = drawing.panels
    found = points(panel)
    assert len(found) < 2000
    assert np.all(np.diff(found[:, 0]) >= 0)
    assert found[0, 0] == drawing.left
    assert found[-1, 0] == drawing.right
    heights = panel.bottom - found[:, 1]
    share = (heights - heights.min()) / (heights.max() - heights.min())
    assert share.max() == 1
    assert share.min() == 0
    level = (3.7 - 2.5) / (4.2 - 2.5)
    assert np.median(share) == pytest.approx(level, abs=0.01)
    peak = found[share.argmax(), 0]
    assert peak == pytest.approx(
        drawing.left + 123_456 / 499_999 * (drawing.right - drawing.left), abs=0.1
    )


def test_ticks_stand_where_their_labels_say(tmp_path):
    drawing = drawn(tmp_path, {"Time [s]": [0.0, 7200.0], "Voltage [V]": [3.0, 4.0]})
    assert drawing.time_label == "Time [min]"
    assert {"0", "20", "120"} & {tick.label for tick in drawing.time_ticks}
    for tick in drawing.time_ticks:
        across = drawing.left + float(tick.label) / 120 * (drawing.right - drawing.left)
        assert tick.at == pytest.approx(across, abs=0.01)
    (panel,) = drawing.panels
    (_, low), (_, high) = points(panel)
    for tick in panel.ticks:
        assert tick.at == pytest.approx(low + (float(tick.label) - 3) * (high - low), abs=0.1)


@pytest.mark.parametrize(
    ("seconds", "label"), [(10, "s"), (1000, "min"), (20_000, "h"), (1_000_000, "d")]
)
def test_times_are_shown_in_a_unit_that_fits(tmp_path, seconds, label):
    drawing = drawn(tmp_path, {"Time [s]": [0.0, seconds], "Current [A]": [1.0, 2.0]})
    assert drawing.time_label == f"Time [{label}]"
    assert 2 <= len(drawing.time_ticks) <= 6


@pytest.mark.parametrize("value", [0.0, 3.7, -1e-30, 5e-324, 1e12])
def test_a_constant_is_drawn_in_the_middle(tmp_path, value):
    drawing = drawn(tmp_path, {"Time [s]": [0.0, 1.0], "Current [A]": [value, value]})
    (panel,) = drawing.panels
    assert set(points(panel)[:, 1]) == {(panel.top + panel.bottom) / 2}


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"Frequency [Hz]": [1.0]}, "no voltage or current"),
        ({"Time [s]": [0.0]}, "no voltage or current"),
        ({"Time [s]": [float("nan")], "Voltage [V]": [3.0]}, "no points"),
        ({"Time [s]": [0.0, 1.0], "Voltage [V]": [-1.7e308, 1.7e308]}, "no points"),
        ({"Time [s]": ["soon"], "Voltage [V]": [3.0]}, "cannot be read"),
    ],
)
def test_what_cannot_be_drawn_is_said(tmp_path, columns, reason):
    assert reason in drawn(tmp_path, columns)


def test_what_could_not_be_read_is_drawn_once_it_can_be(tmp_path):
    path = tmp_path / "series"
    assert "cannot be read" in plot.draw(path)
    pl.DataFrame(DRIFT).write_parquet(path)
    drawing = plot.draw(path)
    path.unlink()
    assert plot.draw(path) is drawing


@pytest.mark.parametrize(
    ("current", "label", "marks"),
    [
        ([-1e-5, 1e-5], "Current [10⁻⁶ A]", ["-10", "-5", "0", "5", "10"]),
        ([-1e7, 1e7], "Current [10⁶ A]", ["-10", "-5", "0", "5", "10"]),
        ([-2e4, 2e4], "Current [A]", ["-20000", "-10000", "0", "10000", "20000"]),
        ([1e-14, 3e-14], "Current [A]", ["-0.5", "0.0", "0.5"]),
    ],
)
def test_the_power_of_ten_stands_beside_the_axis(tmp_path, current, label, marks):
    drawing = drawn(tmp_path, {"Time [s]": [0.0, 1.0], "Current [A]": current})
    (panel,) = drawing.panels
    assert (panel.label, [tick.label for tick in panel.ticks]) == (label, marks)


def test_a_single_point_is_drawn(tmp_path):
    drawing = drawn(tmp_path, {"Time [s]": [0.0], "Voltage [V]": [3.7]})
    assert len(points(drawing.panels[0])) == 1


# The reference


@pytest.fixture(scope="module")
def reference():
    return Page(reference_page(BUNDLE))


def test_every_operation_and_schema_has_its_place(reference):
    anchors = [each["id"] for _, each in reference.elements if "id" in each]
    assert len(anchors) == len(set(anchors))
    assert {operation.id for operation in operations(BUNDLE)} <= set(anchors)
    assert {f"schema-{name}" for name in BUNDLE["components"]["schemas"]} <= set(anchors)
    links = {each["href"] for each in reference.all("a") if each["href"].startswith("#")}
    assert {f"#{anchor}" for anchor in anchors} >= links
    assert len(links) > 150


def test_an_operation_shows_what_it_takes_and_answers():
    html = reference_page(BUNDLE)
    article = re.search(
        r'<article class="operation" id="list_simulations">.*?</article>', html, re.S
    )
    shown = Page(article.group()).text
    for words in (
        "List simulations",
        "GET /simulations",
        "summary in query boolean default false Leave out the metrics.",
        "limit in query integer at least 1, at most 1000, default 100",
        'state in query "queued" or "running"',
        "200 A page of simulations.",
        "SimulationPage",
        '"id": "01d8f3aa"',
        "401 Unauthorized",
        "422 UnprocessableContent",
    ):
        assert words in shown, words


def test_all_examples_and_descriptions_of_parameters_are_shown(reference):
    text = reference.text
    for item in BUNDLE["paths"].values():
        for method, operation in item.items():
            if method == "parameters":
                continue
            assert " ".join(operation["summary"].split()) in text
            for parameter in operation.get("parameters", []):
                if "name" in parameter:
                    assert f"{parameter['name']} in {parameter['in']}" in text


def test_what_a_description_says_stays_text():
    hostile = "<script>x</script> ![i](http://h/x.png) [go](javascript:x) `a<b` **bold**"
    html = str(markdown(hostile))
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert "<code>a&lt;b</code>" in html


def test_a_bundle_cannot_write_html_into_the_page():
    hostile = {
        "info": {"title": HOSTILE, "version": "1", "description": HOSTILE},
        "tags": [{"name": "t", "description": HOSTILE}],
        "paths": {
            "/x": {
                "get": {
                    "operationId": "get_x",
                    "tags": ["t"],
                    "summary": HOSTILE,
                    "responses": {"200": {"description": HOSTILE}},
                }
            }
        },
        "components": {"responses": {}, "schemas": {}},
    }
    found = Page(reference_page(hostile))
    assert not found.all("script")
    assert found.text.count("<script>alert('x')</script>") >= 5


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "string"),
        ({"enum": ["a", "b"]}, '"a" or "b"'),
        ({"const": 1}, "1"),
        ({"type": ["number", "null"]}, "number or null"),
        ({"type": "array", "items": {"type": ["number", "null"]}}, "array of (number or null)"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "object of number"),
        ({"type": "object", "additionalProperties": False, "properties": {}}, "object"),
        ({"anyOf": [{"type": "string"}, {"type": "string"}]}, "string"),
        ({"anyOf": [{"$ref": "#/components/schemas/Job"}, {"type": "null"}]}, "Job or null"),
        ({}, "anything"),
        (True, "anything"),
    ],
)
def test_types_are_told_in_words(schema, words):
    assert "".join(word.text for word in kind_of(schema)) == words


def test_references_lead_to_their_schema():
    assert kind_of({"$ref": "#/components/schemas/Job"}) == [Word("Job", "schema-Job")]


def test_limits_of_alternatives_and_items_are_told_once():
    positive = {"type": "number", "exclusiveMinimum": 0}
    assert facts_of({"anyOf": [positive, positive]}) == ["more than 0"]
    assert facts_of({"type": "array", "minItems": 2, "items": positive}) == [
        "at least 2 items",
        "more than 0",
    ]


def test_fields_of_inner_objects_follow_their_field():
    inner = {"type": "object", "required": ["b"], "properties": {"b": {"type": "string"}}}
    schema = {"properties": {"a": {"type": "array", "items": inner}, "c": {"type": "number"}}}
    found = [(field.name, field.depth, field.needed) for field in fields_of(schema)]
    assert found == [("a", 0, False), ("b", 1, True), ("c", 0, False)]


# The engine as a server of its own


@pytest.mark.parametrize("path", sorted(PATHS))
def test_serve_answers_browsers(engine_url, path):
    with urllib.request.urlopen(f"{engine_url}{path}", timeout=60) as answer:
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert b"Ionworks engine" in answer.read()
