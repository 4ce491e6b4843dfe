"""An engine in this process, on a loop of its own: asked by either colour, and by schemathesis."""

import asyncio
import io
import threading
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx
import requests
import urllib3
from ionworks_engine import create_app
from ionworks_engine.jobs.executor import InlineExecutor
from ionworks_engine.measurements.ingest import ingest

from ionworks.asgi import Answer, Application, Question
from tests.engine import fake_pipelines, fake_tasks

URL = "http://engine.test"
TASKS = {**fake_tasks.TASKS, **fake_pipelines.TASKS, "ingest": ingest}
"""No physics: what is tested is what stands around it."""


def inline():
    """Return what runs faked tasks in the engine's own process."""
    return InlineExecutor(TASKS)


class InProcess:
    """An engine on a loop in a thread of its own, for a ``with``.

    Parameters
    ----------
    folder
        Where it keeps its data.
    options
        Those of `create_app`.
    """

    def __init__(self, folder: Path, executor=inline, **options):
        self.app = create_app(folder, executor=executor, **options)
        self._application = Application(self.app)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        self._run(self._application.start())
        return self

    def __exit__(self, *_):
        self._run(self._application.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def store(self):
        """The store that it holds open."""
        return self.app.state.services.store

    def ask(self, request: httpx.Request) -> httpx.Response:
        """Put a request whose body has been read; return the whole answer."""
        return _response(request, self.answer(_question(request)))

    async def ask_async(self, request: httpx.Request) -> httpx.Response:
        """Put a request from another loop."""
        exchange = self._application.exchange(_question(request))
        coming = asyncio.run_coroutine_threadsafe(exchange, self._loop)
        return _response(request, await asyncio.wrap_future(coming))

    def answer(self, question: Question) -> Answer:
        """Put a question and wait for the answer."""
        return self._run(self._application.exchange(question))

    def _run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(120)


def _question(request):
    return Question(
        method=request.method,
        path=request.url.path,
        raw_path=request.url.raw_path.partition(b"?")[0],
        query=request.url.query,
        headers=[(name.lower(), value) for name, value in request.headers.raw],
        body=request.content,
    )


def _response(request, answer):
    return httpx.Response(
        answer.status, headers=answer.headers, content=answer.body, request=request
    )


class Adapter(requests.adapters.HTTPAdapter):
    """The way of `requests` to an engine in this process: schemathesis speaks through it."""

    def __init__(self, engine: InProcess):
        super().__init__()
        self._engine = engine

    def send(self, request, **_):
        """Put a request to the engine."""
        body = request.body.encode() if isinstance(request.body, str) else request.body
        target = urlsplit(request.url)
        headers = {"host": target.netloc, **request.headers}
        answer = self._engine.answer(
            Question(
                method=request.method,
                path=unquote(target.path),
                raw_path=target.path.encode(),
                query=target.query.encode(),
                headers=[(_bytes(name).lower(), _bytes(value)) for name, value in headers.items()],
                body=body or b"",
            )
        )
        given = [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers
        ]
        raw = urllib3.HTTPResponse(
            io.BytesIO(answer.body),
            urllib3.HTTPHeaderDict(given),
            answer.status,
            preload_content=False,
        )
        return self.build_response(request, raw)


def _bytes(text):
    return text.encode("latin-1") if isinstance(text, str) else text
