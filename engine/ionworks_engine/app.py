"""The ASGI application: the bundle's operations, bound to functions, and nothing else.

request -> Shell      correlation id, credentials, every error in the envelope
-> Operations  one path: method, parameters and body against the bundle
-> a function of ``routes/<tag>.py``, named by its operationId
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ionworks_engine import library, pages
from ionworks_engine.bundle import Operation, load_bundle, operations
from ionworks_engine.call import Call, JsonText, ParquetFile, PlainText, Redirect, Services
from ionworks_engine.descriptions import Descriptions
from ionworks_engine.errors import ApiError, Problem, invalid, meant
from ionworks_engine.forms import FORM, read_file
from ionworks_engine.idempotency import Repeats, fingerprint, read_key
from ionworks_engine.intake import read_body, read_json
from ionworks_engine.jobs import measurements, pipelines, simulations
from ionworks_engine.jobs.executor import Executor
from ionworks_engine.jobs.executors import PROCESSES, named
from ionworks_engine.jobs.kinds import Kind
from ionworks_engine.jobs.measurements import MeasurementJobs
from ionworks_engine.jobs.pipelines import ElementJobs, SimpleJobs
from ionworks_engine.jobs.simulations import SimulationJobs
from ionworks_engine.jobs.system import Jobs
from ionworks_engine.links import OBJECTS, STORAGE, Links
from ionworks_engine.names import tidied
from ionworks_engine.objects import Objects
from ionworks_engine.receiving import MAX_UPLOAD
from ionworks_engine.routes import Handler, handlers
from ionworks_engine.s3 import access
from ionworks_engine.s3.endpoint import S3Objects
from ionworks_engine.shell import Shell
from ionworks_engine.storage import Store
from ionworks_engine.validation import Schemas, read_query

PARQUET = "application/vnd.apache.parquet"
_STREAMED = 1 << 20
_SWEEP_EVERY = 3600.0
_log = logging.getLogger(__name__)
_REPEATED = ("POST", "PATCH")
_HOST = re.compile(r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d+)?", re.ASCII)
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def create_app(
    data_dir: Path,
    *,
    database: str | None = None,
    api_key: str | None = None,
    workers: int | None = None,
    executor: Callable[[], Executor] | None = None,
    max_upload: int = MAX_UPLOAD,
    check_answers: bool = False,
    with_pages: bool = False,
) -> Starlette:
    """Make the engine's ASGI application.

    Its lifespan opens the store and starts the job system; both end with it.

    Parameters
    ----------
    data_dir
        Where projects, models and results live; made if it is absent.
    database
        URL of the PostgreSQL database that keeps the state, so that ``data_dir`` keeps files only;
        by default SQLite in ``data_dir`` does.
    api_key
        The key that requests must carry; without one any credential or none will do.
    workers
        How many simulations run at once; by default one for each processor.
    executor
        Makes what runs the jobs, instead of worker processes.
    max_upload
        How many bytes an uploaded file may have.
    check_answers
        Check every JSON answer against the bundle, too.
    with_pages
        Answer browsers, too: the state of the server at ``/``, the reference of the API at
        ``/docs``.

    Returns
    -------
    starlette.applications.Starlette

    Raises
    ------
    RuntimeError
        If the bundle's operations and the functions that serve them are not the same.

    Examples
    --------
    >>> import tempfile
    >>> app = create_app(Path(tempfile.mkdtemp()))
    >>> "/simulations/{simulation_id}" in {route.path for route in app.routes}
    True
    """
    bundle = load_bundle()
    schemas = Schemas(bundle)
    described = list(operations(bundle))
    bound = handlers(described)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        store = Store(Path(data_dir), database=database)
        store.sweep()
        library.install(store)
        runner = (executor or named(PROCESSES, workers))()
        jobs = Jobs(store, runner, _kinds(store))
        app.state.repeats = Repeats(store)
        app.state.services = Services(store, jobs, Descriptions(store, jobs), Links(store))
        jobs.start()
        sweeping = asyncio.create_task(_sweep(store))
        try:
            yield
        finally:
            sweeping.cancel()
            await jobs.close()
            store.close()

    app = Starlette(
        routes=[
            *(pages.routes(bundle) if with_pages else ()),
            *_routes(described, bound, schemas, check_answers),
            Route(f"{OBJECTS}/{{key}}", Objects(max_upload)),
            Route(f"{access.PATH}/{{bucket}}/{{key}}", S3Objects(max_upload)),
        ],
        middleware=[
            Middleware(
                Shell,
                api_key=api_key,
                public=("/healthz",),
                signed=STORAGE,
                for_people=pages.PATHS if with_pages else (),
            )
        ],
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    app.router.default = _no_such_path
    return app


def _kinds(store: Store) -> dict[str, Kind]:
    return {
        simulations.JOB_TYPE: SimulationJobs(store),
        measurements.JOB_TYPE: MeasurementJobs(store),
        pipelines.ELEMENT: ElementJobs(store),
        pipelines.SIMPLE: SimpleJobs(store),
    }


async def _sweep(store: Store) -> None:
    """Remove once an hour what expires while the engine runs; its start does so at once."""
    while True:
        await asyncio.sleep(_SWEEP_EVERY)
        try:
            store.sweep()
        except Exception:
            _log.exception("What has expired could not be removed; trying again later.")


def _routes(
    described: Iterable[Operation],
    bound: Mapping[str, Handler],
    schemas: Schemas,
    check_answers: bool,
) -> list[Route]:
    by_path: dict[str, dict[str, _Operation]] = defaultdict(dict)
    for operation in described:
        serving = _Operation(operation, bound[operation.id], schemas, check_answers)
        by_path[operation.path][operation.method] = serving
    # Paths without parameters first: /simulations/statuses is not a simulation.
    ordered = sorted(by_path, key=lambda path: path.count("{"))
    return [Route(path, _Operations(path, by_path[path])) for path in ordered]


async def _no_such_path(scope: Scope, receive: Receive, send: Send) -> None:
    del receive, send
    path, known = scope["path"], [route.path for route in scope["app"].routes]
    raise ApiError(404, "NOT_FOUND", f"There is no path {path!r}{meant(path, known)}")


class _Operations:
    """What stands at one path: an operation for each method."""

    def __init__(self, path: str, by_method: Mapping[str, _Operation]) -> None:
        self._path = path
        self._by_method = by_method

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        operation = self._by_method.get(scope["method"])
        if operation is None:
            allowed = ", ".join(self._by_method)
            message = f"{self._path} takes {allowed}, not {scope['method']}."
            raise ApiError(405, "METHOD_NOT_ALLOWED", message, {"allow": allowed})
        await operation(scope, receive, send)


class _Operation:
    """One operation: checks the request, calls its function, answers."""

    def __init__(
        self, operation: Operation, handler: Handler, schemas: Schemas, check_answers: bool
    ) -> None:
        self._operation = operation
        self._handler = handler
        self._parameters = schemas.of_parameters(operation.parameters)
        self._defaults = {
            p.name: p.default
            for p in operation.parameters
            if p.place == "query" and p.default is not None
        }
        self._body = schemas.at(operation.body) if operation.body else None
        pointer = operation.answers.get(operation.success) if check_answers else None
        self._answer = schemas.at(pointer) if pointer else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        services: Services = scope["app"].state.services
        query = self._query(scope)
        headers = dict(scope["headers"])
        sent = await read_body(headers, receive) if self._body else b""
        call = Call(
            services.store,
            services.jobs,
            services.descriptions,
            services.links,
            path=scope["path_params"],
            query=query,
            body=self._read(headers, sent),
            origin=_origin(scope),
        )
        key = read_key(headers) if self._operation.method in _REPEATED else None
        if key is None:
            answer = await self._serve(call)
        else:
            stated = fingerprint(scope["method"], scope["path"], scope["query_string"], sent)
            answer = await scope["app"].state.repeats.once(
                key, stated, self._operation.success, partial(self._serve, call)
            )
        await self._respond(answer)(scope, receive, send)

    async def _serve(self, call: Call) -> Any:
        if self._operation.method == "DELETE":
            answer = call.store.making_room(partial(self._handler, call))
        else:
            answer = self._handler(call)
        return await answer if inspect.isawaitable(answer) else answer

    def _query(self, scope: Scope) -> dict[str, Any]:
        text = scope["query_string"]
        pairs = parse_qsl(text.decode("latin-1"), keep_blank_values=True) if text else ()
        query, problems = read_query(self._operation, pairs)
        problems += self._parameters.problems({**scope["path_params"], **query}, "query")
        if problems:
            raise invalid(problems)
        if "\0" in scope["path"]:
            # Some databases would not even look for it.
            raise ApiError(404, "NOT_FOUND", "Nothing has an id with U+0000, which is no text.")
        return {**self._defaults, **query}

    def _read(self, headers: dict[bytes, bytes], sent: bytes) -> dict[str, Any]:
        if self._operation.media == FORM:
            return {"file": read_file(headers, sent)}
        body = read_json(headers, sent)
        if body is None:
            if self._operation.body_required:
                raise invalid([Problem("", "A JSON body is required.")])
            return {}
        problems = self._body.problems(body) if self._body else []
        if problems:
            raise invalid(problems)
        found: dict[str, Any] = tidied(body)
        return found

    def _respond(self, answer: Any) -> Response:
        if isinstance(answer, ParquetFile):
            return _file(answer.path)
        if isinstance(answer, Redirect):
            return Response(status_code=307, headers={"location": answer.location})
        if isinstance(answer, PlainText):
            return Response(answer.text, media_type="text/plain")
        if self._operation.success == 204:
            return Response(status_code=204)
        written = isinstance(answer, JsonText)
        if self._answer is not None:
            value = json.loads(answer.text) if written else answer
            if problems := self._answer.problems(value):
                raise RuntimeError(f"{self._operation.id} answers wrongly: {invalid(problems)}")
        text = answer.text if written else _encode(answer).encode()
        return json_response(text, self._operation.success)


def _origin(scope: Scope) -> str:
    """Return where the client found the engine; a host that is none is taken for this machine."""
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    return f"{scope.get('scheme', 'http')}://{host if _HOST.fullmatch(host) else 'localhost'}"


def json_response(text: bytes, status: int) -> Response:
    """Return a JSON answer; its media type has no parameters, which clients insist on."""
    return Response(text, status, media_type="application/json")


def _file(path: Path) -> Response:
    """Return a stored file: a small one at once, a large one streamed."""
    if path.stat().st_size <= _STREAMED:
        return Response(path.read_bytes(), media_type=PARQUET)
    return FileResponse(path, media_type=PARQUET)
