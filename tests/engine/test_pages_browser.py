"""The pages in a browser: nothing is fetched from elsewhere, nothing runs, and all can be read."""

import shutil
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import polars as pl
import pytest
import uvicorn
from conftest import inline
from ionworks_engine import create_app
from ionworks_engine.loopback import ThisMachineOnly
from ionworks_engine.storage import tables
from playwright.sync_api import sync_playwright
from shown_store import HOSTILE, add_run, fill_busy, fill_failing, fill_nothing
from sqlalchemy import update

from tests.conftest import free_port

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
KEY = "the key: with a colon"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")


class Listening:
    """An engine on a loopback port, in a thread of this process."""

    def __init__(self, folder, **key):
        self._app = create_app(folder, executor=inline, with_pages=True, **key)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        guarded = self._app if key else ThisMachineOnly(self._app)
        config = uvicorn.Config(guarded, port=port, log_level="warning", access_log=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)

    def __enter__(self):
        self._thread.start()
        give_up = time.monotonic() + 60
        while not self._server.started:
            assert self._thread.is_alive(), "the server ended at start"
            assert time.monotonic() < give_up, "waited in vain"
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        self._server.should_exit = True
        self._thread.join(30)

    @property
    def store(self):
        return self._app.state.services.store


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Watched:
    """A tab that notes what goes wrong in it and what it asks for."""

    def __init__(self, browser, base, **options):
        self._context = browser.new_context(base_url=base, **options)
        self.tab = self._context.new_page()
        self.troubles, self.asked = [], []
        self.tab.on("console", lambda message: self.troubles.append(message.text))
        self.tab.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.tab.on("dialog", lambda dialog: self.troubles.append(dialog.message))
        self.tab.on("request", lambda request: self.asked.append(request.url))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._context.close()

    def open(self, path):
        answer = self.tab.goto(path)
        assert answer.status == 200
        return self.tab.locator("body").inner_text()

    def elsewhere(self, base):
        return [url for url in self.asked if not url.startswith((f"{base}/", "data:"))]

    def runs_over(self):
        """Return by how many pixels the page is wider than the window."""
        return self.tab.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )


STATES = {"empty": fill_nothing, "busy": fill_busy, "failing": fill_failing}
SAYS = {
    "empty": ["Nothing runs", "No simulation has completed yet.", "None yet."],
    "busy": ["Rate test C/2", "iteration 12, evaluations 1440, best cost 0.001235", "1 of 3"],
    "failing": ["SOLVER_ERROR", "no consistent start", HOSTILE, "no voltage or current over time"],
}


@pytest.mark.parametrize(
    ("window", "scheme"), [(PHONE, "dark"), (DESK, "light")], ids=["phone", "desk"]
)
@pytest.mark.parametrize("state", STATES)
def test_the_status_page_can_be_read(state, window, scheme, browser, tmp_path):
    with Listening(tmp_path / "store") as server:
        STATES[state](server.store)
        with Watched(browser, server.url, viewport=window, color_scheme=scheme) as watched:
            text = watched.open("/")
            for words in SAYS[state]:
                assert words in text
            assert watched.runs_over() <= 0
            assert watched.troubles == []
            assert watched.asked
            assert watched.elsewhere(server.url) == []
            picture = tmp_path / f"{state}.png"
            watched.tab.screenshot(path=picture, full_page=True)
            assert picture.stat().st_size > 5000


def test_the_plot_has_axes_with_units_and_a_line_that_is_seen(browser, tmp_path):
    with Listening(tmp_path) as server:
        fill_busy(server.store)
        with Watched(browser, server.url, viewport=DESK) as watched:
            watched.open("/")
            words = watched.tab.locator("svg text").all_text_contents()
            assert {"Voltage [V]", "Current [A]", "Time [min]"} <= set(words)
            lines = watched.tab.locator("svg polyline").all()
            assert len(lines) == 2
            for line in lines:
                assert line.bounding_box()["width"] > 300
                assert line.bounding_box()["height"] > 50
                assert line.evaluate("line => getComputedStyle(line).stroke") != "none"


FLAT = {"Time [s]": [0.0, 600.0], "Voltage [V]": [3.7508734, 3.7508733], "Current [A]": 5e-6}
CUT_OFF = """
plot => {
  const frame = plot.getBoundingClientRect();
  const outside = ({left, right}) => left < frame.left || right > frame.right;
  return [...plot.querySelectorAll("text")]
    .filter(text => outside(text.getBoundingClientRect())).map(text => text.textContent);
}
"""


@pytest.mark.parametrize("window", [PHONE, DESK], ids=["phone", "desk"])
def test_the_numbers_of_a_flat_voltage_are_whole(window, browser, tmp_path):
    with Listening(tmp_path) as server:
        add_run(server.store, "flat", "completed", pl.DataFrame(FLAT))
        with Watched(browser, server.url, viewport=window) as watched:
            watched.open("/")
            plot = watched.tab.locator("svg")
            words = plot.locator("text").all_text_contents()
            assert {"3.75087330", "Voltage [V]", "Current [10⁻⁶ A]"} <= set(words)
            assert plot.evaluate(CUT_OFF) == []


BROKEN_WORDS = """
table => [...table.querySelectorAll("td:not(:first-child) bdi, td .state")].flatMap(cell => {
  const text = cell.firstChild, range = document.createRange();
  return [...text.data.matchAll(/\\S+/g)].filter(({index, 0: word}) => {
    range.setStart(text, index);
    range.setEnd(text, index + word.length);
    return range.getClientRects().length > 1;
  }).map(([word]) => word);
})
"""


@pytest.mark.parametrize("width", [700, 1000, 1100, 1280])
def test_a_long_name_leaves_the_words_beside_it_whole(width, browser, tmp_path):
    with Listening(tmp_path) as server:
        fill_busy(server.store)
        add_run(server.store, "N" * 200, "completed")
        with server.store.writing() as connection:
            connection.execute(update(tables.simulations).values(model_name="Chen2020 SPM"))
        with Watched(browser, server.url, viewport={**DESK, "width": width}) as watched:
            assert "Chen2020 SPM" in watched.open("/")
            table = watched.tab.get_by_role("table").filter(has_text="Model")
            assert table.evaluate(BROKEN_WORDS) == []
            assert watched.runs_over() <= 0


def test_the_status_page_looks_again_by_itself(browser, tmp_path):
    with Listening(tmp_path) as server:
        fill_busy(server.store)
        with Watched(browser, server.url) as watched:
            watched.open("/")
            with watched.tab.expect_navigation(timeout=30_000):
                pass
            assert watched.asked.count(f"{server.url}/") == 2


def test_the_reference_leads_to_operations_and_schemas(browser, tmp_path):
    with (
        Listening(tmp_path / "store") as server,
        Watched(browser, server.url, viewport=DESK) as watched,
    ):
        watched.open("/")
        watched.tab.get_by_role("link", name="API reference").click()
        operation = watched.tab.locator("#create_simulation_batch")
        shown = operation.inner_text()
        assert "POST /simulations/with-template/batch" in shown
        operation.get_by_role("link", name="SimulationBatch").click()
        schema = watched.tab.locator("#schema-SimulationBatch")
        assert schema.evaluate("shape => shape.matches(':target')")
        assert "experiment_parameter_sets" in schema.inner_text()
        operation.get_by_text("Example: design").click()
        assert '"Positive electrode thickness [m]"' in operation.inner_text()
        picture = tmp_path / "reference.png"
        watched.tab.goto("/docs#create_simulation_batch")
        watched.tab.screenshot(path=picture)
        assert picture.stat().st_size > 5000
        assert watched.troubles == []
        assert watched.elsewhere(server.url) == []


def test_the_reference_fits_on_a_phone(browser, tmp_path):
    with Listening(tmp_path) as server, Watched(browser, server.url, viewport=PHONE) as watched:
        watched.open("/docs")
        assert watched.runs_over() <= 0
        assert watched.troubles == []


def test_a_browser_signs_in_with_the_key_as_its_password(browser, tmp_path):
    credentials = {"username": "anybody", "password": KEY}
    with Listening(tmp_path, api_key=KEY) as server:
        with Watched(browser, server.url, http_credentials=credentials) as watched:
            assert "Status" in watched.open("/")
        with Watched(browser, server.url) as watched:
            assert watched.tab.request.get("/").status == 401


BLINDLY = """
async url => {
  const body = new Blob(['{"name": "made by another site"}']);
  return (await fetch(url + "/projects", {method: "POST", mode: "no-cors", body})).type;
}
"""


class Elsewhere(BaseHTTPRequestHandler):
    """A page of another site: a link, and a form of the kind that is sent without asking."""

    def do_GET(self):
        engine = self.path[1:]
        page = f"""<!doctype html><a href="{engine}/">the engine</a>
            <form method="post" enctype="text/plain" action="{engine}/projects">
            <input name='{{"name": "made by another site", "x' value='": 1}}'><button>send</button>
            </form>"""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, *_):
        pass


@contextmanager
def another_site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(30)
        server.server_close()


def test_the_page_of_another_site_can_link_to_the_engine_and_change_nothing(browser, tmp_path):
    with (
        another_site() as site,
        Listening(tmp_path) as server,
        Watched(browser, site) as watched,
    ):
        watched.open(f"/{server.url}")
        assert watched.tab.evaluate(BLINDLY, server.url) == "opaque"
        with watched.tab.expect_response(f"{server.url}/projects") as sent:
            watched.tab.get_by_role("button").click()
        assert sent.value.status == 403
        watched.open(f"/{server.url}")
        watched.tab.get_by_role("link").click()
        assert watched.tab.get_by_role("heading", name="Status").is_visible()
        assert watched.tab.request.get(f"{server.url}/projects").json()["total"] == 1
