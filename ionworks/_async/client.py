"""The client: settings, and the resources hung on them."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ionworks._async.session import AsyncSession
from ionworks.calls import async_call, async_mapping
from ionworks.config import Config
from ionworks.records import Record

if TYPE_CHECKING:
    from ionworks._async.cell_batch import AsyncCellBatchClient
    from ionworks._async.cell_instance import AsyncCellInstanceClient
    from ionworks._async.cell_measurement import AsyncCellMeasurementClient
    from ionworks._async.cell_spec import AsyncCellSpecClient
    from ionworks._async.job import AsyncJobClient
    from ionworks._async.model import AsyncModelClient
    from ionworks._async.parameterized_model import AsyncParameterizedModelClient
    from ionworks._async.pipeline import AsyncPipelineClient
    from ionworks._async.project import AsyncProjectClient
    from ionworks._async.protocol import AsyncProtocolClient
    from ionworks._async.raw_data import AsyncRawDataClient
    from ionworks._async.search import AsyncSearchClient
    from ionworks._async.simple_pipeline import AsyncSimplePipelineClient
    from ionworks._async.simulation import AsyncSimulationClient
    from ionworks._async.study import AsyncStudyClient
    from ionworks.results.measurements import CellMeasurement

__all__ = ["AsyncIonworks"]

_SCHEMAS = ("data", "protocol")


class AsyncIonworks:
    """A client of the Ionworks API.

    What is not given is taken from the environment. An argument beats the environment, a token
    beats a key.

    Parameters
    ----------
    api_key
        ``IONWORKS_API_KEY``: a key, sent as ``X-API-Key``.
    api_url
        ``IONWORKS_API_URL``: where the API is served. ``local`` or ``local:<path>`` runs the
        engine in this process.
    project_id
        ``IONWORKS_PROJECT_ID``: the project of calls that name none.
    dataframe_backend
        What frames are: ``polars`` or ``pandas``. Without it, the default of the process.
    timeout
        How long to wait for an answer, in s. Without it, 10 s for reading, 60 s for submitting,
        and 300 s between two pieces of a download.
    max_retries
        How often a call that may be repeated is repeated; 5 without it.
    token
        ``IONWORKS_API_TOKEN``: a token, sent as ``Authorization: Bearer``.
    organization_id
        ``IONWORKS_ORGANIZATION_ID``: the organization to act in, for tokens that span several.

    Raises
    ------
    ValueError
        If there is no credential, or a setting is not right.

    Examples
    --------
    >>> from ionworks import AsyncIonworks
    >>> client = AsyncIonworks("iw_example", "http://127.0.0.1:8787")
    >>> client
    AsyncIonworks(api_url='http://127.0.0.1:8787')
    """

    def __init__(
        self,
        api_key: str | None = None,
        api_url: str | None = None,
        project_id: str | None = None,
        dataframe_backend: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        token: str | None = None,
        organization_id: str | None = None,
    ) -> None:
        if dataframe_backend is not None:
            from ionworks.frames import installed_backend

            dataframe_backend = installed_backend(dataframe_backend)
        config = Config.resolve(
            api_key,
            api_url,
            project_id,
            dataframe_backend,
            timeout,
            max_retries,
            token,
            organization_id,
        )
        self._session = AsyncSession(config, _local_engine(config))

    @classmethod
    def local(
        cls,
        path: str | Path | None = None,
        *,
        project_id: str | None = None,
        dataframe_backend: str | None = None,
        timeout: float | None = None,
    ) -> Self:
        """Return a client of an engine in this process: no account, no network.

        Parameters
        ----------
        path
            The folder that keeps what is stored. Without it, a temporary one that goes when the
            client is closed.
        project_id
            The project of calls that name none. Without it, the oldest one of the store.
        dataframe_backend, timeout
            As for the client.

        Raises
        ------
        ModuleNotFoundError
            If the engine is not installed.

        Examples
        --------
        >>> from ionworks import AsyncIonworks
        >>> client = AsyncIonworks.local()
        >>> client
        AsyncIonworks(api_url='local')
        """
        url = "local" if path is None else f"local:{Path(path).expanduser().absolute()}"
        return cls(None, url, project_id, dataframe_backend, timeout)

    @property
    def api_url(self) -> str:
        """Where the API is served."""
        return self._session.config.api_url

    @property
    def project_id(self) -> str | None:
        """The project of calls that name none, if one was given."""
        return self._session.config.project_id

    @property
    def organization_id(self) -> str | None:
        """The organization to act in, if one was given."""
        return self._session.config.organization_id

    @cached_property
    def simulation(self) -> AsyncSimulationClient:
        """Run protocols on models and read what they give."""
        from ionworks._async.simulation import AsyncSimulationClient

        return AsyncSimulationClient(self._session)

    @cached_property
    def protocol(self) -> AsyncProtocolClient:
        """Check protocols, and keep them."""
        from ionworks._async.protocol import AsyncProtocolClient

        return AsyncProtocolClient(self._session)

    @cached_property
    def project(self) -> AsyncProjectClient:
        """The projects that everything else belongs to."""
        from ionworks._async.project import AsyncProjectClient

        return AsyncProjectClient(self._session)

    @cached_property
    def model(self) -> AsyncModelClient:
        """Models, without parameters."""
        from ionworks._async.model import AsyncModelClient

        return AsyncModelClient(self._session)

    @cached_property
    def parameterized_model(self) -> AsyncParameterizedModelClient:
        """Models with parameters: what simulations run on."""
        from ionworks._async.parameterized_model import AsyncParameterizedModelClient

        return AsyncParameterizedModelClient(self._session)

    @cached_property
    def job(self) -> AsyncJobClient:
        """The jobs that do the work."""
        from ionworks._async.job import AsyncJobClient

        return AsyncJobClient(self._session)

    @cached_property
    def cell_spec(self) -> AsyncCellSpecClient:
        """The types of cell."""
        from ionworks._async.cell_spec import AsyncCellSpecClient

        return AsyncCellSpecClient(self._session)

    @cached_property
    def cell_batch(self) -> AsyncCellBatchClient:
        """The cells of one type that were made together."""
        from ionworks._async.cell_batch import AsyncCellBatchClient

        return AsyncCellBatchClient(self._session)

    @cached_property
    def cell_instance(self) -> AsyncCellInstanceClient:
        """The single cells."""
        from ionworks._async.cell_instance import AsyncCellInstanceClient

        return AsyncCellInstanceClient(self._session)

    @cached_property
    def cell_measurement(self) -> AsyncCellMeasurementClient:
        """What was measured on cells."""
        from ionworks._async.cell_measurement import AsyncCellMeasurementClient

        return AsyncCellMeasurementClient(self._session)

    @property
    def measurement(self) -> AsyncCellMeasurementClient:
        """The same as `cell_measurement`."""
        return self.cell_measurement

    @cached_property
    def raw_data(self) -> AsyncRawDataClient:
        """Files as cyclers wrote them."""
        from ionworks._async.raw_data import AsyncRawDataClient

        return AsyncRawDataClient(self._session)

    @cached_property
    def pipeline(self) -> AsyncPipelineClient:
        """From what is known and what was measured to a parameterised cell model."""
        from ionworks._async.pipeline import AsyncPipelineClient

        return AsyncPipelineClient(self._session)

    @cached_property
    def simple_pipeline(self) -> AsyncSimplePipelineClient:
        """Pipelines with one fit or one validation at most, run as one job."""
        from ionworks._async.simple_pipeline import AsyncSimplePipelineClient

        return AsyncSimplePipelineClient(self._session)

    @cached_property
    def study(self) -> AsyncStudyClient:
        """What is looked at together: simulations and measurements."""
        from ionworks._async.study import AsyncStudyClient

        return AsyncStudyClient(self._session)

    @cached_property
    def search(self) -> AsyncSearchClient:
        """Find things of every kind by their names."""
        from ionworks._async.search import AsyncSearchClient

        return AsyncSearchClient(self._session)

    async def resolve_measurement(
        self,
        cell_specification: str,
        cell_instance: str,
        measurement: str,
        *,
        project_id: str | None = None,
    ) -> CellMeasurement:
        """Find a measurement by the names that people use.

        Parameters
        ----------
        cell_specification, cell_instance, measurement
            The whole name of the type of cell, of the cell, and of what was measured on it.
        project_id
            The project; without it, the client's.

        Raises
        ------
        NotFoundError
            If one of them is not there: the message says which.
        ConflictError
            If one of the names belongs to several.
        TypeError
            If one of them is no text.
        ValueError
            If there is no project.

        Examples
        --------
        >>> spec = await client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> cell = await client.cell_instance.create_or_get(spec.id, {"name": "Cell 1"})
        >>> mass = {"mass": {"value": 46.2, "unit": "g"}}
        >>> made = await client.cell_measurement.create_properties(cell.id, "Mass", mass)
        >>> found = await client.resolve_measurement("NMC622-GR", "Cell 1", "Mass")
        >>> found.id == made.id
        True
        >>> await client.cell_measurement.delete(made.id)
        """
        from ionworks._async.naming import async_resolve_measurement

        names = (cell_specification, cell_instance, measurement)
        project = await self._session.project_id(project_id)
        found: CellMeasurement = await async_resolve_measurement(self, *names, project)
        return found

    async def health_check(self) -> Record:
        """Return what the server says about its health: ``{"status": ...}``."""
        from ionworks_openapi.api.health import get_health

        return await self._record(get_health.asyncio_detailed)

    async def whoami(self) -> Record:
        """Return who the credential belongs to: id, email and organizations.

        Raises
        ------
        AuthenticationError
            If the credential is not accepted.
        """
        from ionworks_openapi.api.users import get_current_user

        return await self._record(get_current_user.asyncio_detailed)

    async def capabilities(self) -> Record:
        """Return what the server can do, and where it is described."""
        from ionworks_openapi.api.discovery import get_capabilities

        return await self._record(get_capabilities.asyncio_detailed)

    async def schema(self, name: str) -> Record:
        """Return a JSON Schema.

        Parameters
        ----------
        name
            ``protocol`` for the protocol language, ``data`` for the hierarchy of cell data.

        Raises
        ------
        ValueError
            If there is no such schema.
        """
        from ionworks_openapi.api.discovery import get_schema

        if name not in _SCHEMAS:
            raise ValueError(f"name must be one of {', '.join(_SCHEMAS)}, not {name!r}")
        return await async_mapping(get_schema.asyncio_detailed, name, client=self._session.api)

    async def pybamm_models(self) -> Record:
        """Return the PyBaMM models and options that the server knows."""
        from ionworks_openapi.api.discovery import list_pybamm_models

        return await self._record(list_pybamm_models.asyncio_detailed)

    async def validate_pybamm_model_config(
        self,
        pybamm_model: str,
        options: dict[str, Any] | None = None,
        module: str = "lithium_ion",
    ) -> Record:
        """Ask whether a PyBaMM model can be built with these options; nothing is stored.

        Parameters
        ----------
        pybamm_model
            The name of its class, such as ``SPMe``.
        options
            Of PyBaMM, by name.
        module
            The module of PyBaMM that has the class: ``lithium_ion`` or ``lead_acid``.

        Returns
        -------
        Record
            ``valid``, and if it is not, ``error`` and ``error_type``.
        """
        from ionworks_openapi.api.discovery import validate_pybamm_model
        from ionworks_openapi.models import PybammModelQuery

        from ionworks.requests import request_body

        query = {"pybamm_model": pybamm_model, "module": module, "options": options or {}}
        answer = await async_call(
            validate_pybamm_model.asyncio_detailed,
            client=self._session.api,
            body=request_body(PybammModelQuery, query, "the query"),
        )
        return Record(answer.to_dict())

    async def aclose(self) -> None:
        """Close the connections, and the local engine if this client was its last."""
        await self._session.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        project = f", project_id={self.project_id!r}" if self.project_id else ""
        return f"{type(self).__name__}(api_url={self.api_url!r}{project})"

    async def _record(self, operation: Any) -> Record:
        answer = await async_call(operation, client=self._session.api)
        return Record(answer.to_dict())


def _local_engine(config: Config) -> Any:
    if not config.is_local:
        return None
    from ionworks.local import attach

    return attach(config.local_path)
