"""``client.study``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from ionworks_openapi.api.simulations import list_simulations
from ionworks_openapi.api.studies import (
    assign_measurement_to_study,
    assign_simulation_to_study,
    create_study,
    delete_study,
    get_study,
    list_studies,
    list_study_measurements,
    remove_measurement_from_study,
    remove_simulation_from_study,
    update_study,
)
from ionworks_openapi.models import Study, StudyCreate, StudyUpdate

from ionworks._async.cell_measurement import AsyncCellMeasurementClient
from ionworks._async.creation import async_create_or_get
from ionworks._async.lists import async_list
from ionworks.calls import async_call
from ionworks.listing import Filters, list_query
from ionworks.paging import AsyncPage, Chunk
from ionworks.records import Record
from ionworks.requests import mapping, path_id, request_body, same_name
from ionworks.results.measurements import CellMeasurement

if TYPE_CHECKING:
    from ionworks._async.session import AsyncSession

__all__ = ["AsyncStudyClient"]


class AsyncStudyClient:
    """Studies: the simulations and measurements of a project that are looked at together.

    Every method takes ``project_id``; without it, the client's project is meant.
    """

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, study_id: str, project_id: str | None = None) -> Study:
        """Return a study.

        Raises
        ------
        NotFoundError
            If the project has no such study.

        Examples
        --------
        >>> study = await client.study.create_or_get({"name": "Rate sweep"})
        >>> (await client.study.get(study.id)).name
        'Rate sweep'
        """
        return await async_call(
            get_study.asyncio_detailed,
            await self._project(project_id),
            path_id(study_id, "study_id"),
            client=self._session.api,
        )

    async def list(
        self,
        project_id: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
        *,
        name: str | None = None,
        name_exact: str | None = None,
        order_by: str | None = None,
        order: str | None = None,
        filters: Filters | None = None,
    ) -> AsyncPage[Study]:
        """List the studies of a project.

        Parameters
        ----------
        project_id
            The project; without it, the client's.
        limit, offset
            The part of the list to return. Without a limit, all of it, fetched as it is read.
        name, name_exact
            A part of the name, in any case; or the whole name. Plain text: ``%`` is a percent sign.
        order_by, order
            ``name``, ``created_at`` or ``updated_at``; ``asc`` or ``desc``.
        filters
            Further filters, with the operators of the API: ``{"name": "in.(A,B)"}``. See
            `ionworks.listing`.

        Examples
        --------
        >>> _ = await client.study.create_or_get({"name": "Rate sweep"})
        >>> studies = await client.study.list(name="sweep")
        >>> [study.name for study in await studies.all()]
        ['Rate sweep']
        """
        operation = list_studies.asyncio_detailed
        query = list_query(
            operation, filters, name=name, name_exact=name_exact, order_by=order_by, order=order
        )
        return await async_list(
            self._session,
            operation,
            await self._project(project_id),
            query=query,
            limit=limit,
            offset=offset,
        )

    async def create(self, data: Mapping[str, Any], project_id: str | None = None) -> Study:
        """Make a study.

        Parameters
        ----------
        data
            ``name``, and if wanted ``description``.
        project_id
            The project; without it, the client's.

        Raises
        ------
        ConflictError
            If the project has a study of this name: ``existing_id`` is its id.

        Examples
        --------
        >>> study = await client.study.create({
        ...     "name": "1C discharge",
        ...     "description": "Comparing discharge curves across temperatures",
        ... })
        >>> study.description
        'Comparing discharge curves across temperatures'
        >>> await client.study.delete(study.id)
        """
        body = request_body(StudyCreate, data, "data")
        project = await self._project(project_id)
        return await async_call(
            create_study.asyncio_detailed, project, client=self._session.api, body=body
        )

    async def create_or_get(self, data: Mapping[str, Any], project_id: str | None = None) -> Study:
        """Make a study, or return the one of this name, as it is.

        A warning says where it is not as in ``data``.

        Examples
        --------
        >>> one = await client.study.create_or_get({"name": "Rate sweep"})
        >>> other = await client.study.create_or_get({"name": "Rate sweep"})
        >>> one.id == other.id
        True
        """
        name, project = mapping(data, "data").get("name"), await self._project(project_id)
        found: Study = await async_create_or_get(
            partial(self.create, data, project),
            partial(self.get, project_id=project),
            partial(self.list, project, name_exact=name),
            f"a study {name!r}",
            lambda item: same_name(item.name, str(name)),
            data,
        )
        return found

    async def update(
        self,
        study_id: str,
        data: Mapping[str, Any] | None = None,
        project_id: str | None = None,
    ) -> Study:
        """Change the ``name`` or the ``description`` of a study; without data, nothing of it.

        Examples
        --------
        >>> study = await client.study.create_or_get({"name": "Rate sweep"})
        >>> (await client.study.update(study.id, {"description": "C/10 to 4C"})).description
        'C/10 to 4C'
        """
        body = request_body(StudyUpdate, {} if data is None else data, "data")
        return await async_call(
            update_study.asyncio_detailed,
            await self._project(project_id),
            path_id(study_id, "study_id"),
            client=self._session.api,
            body=body,
        )

    async def delete(self, study_id: str, project_id: str | None = None) -> None:
        """Delete a study. Its simulations and measurements stay.

        Examples
        --------
        >>> study = await client.study.create_or_get({"name": "Made in error"})
        >>> await client.study.delete(study.id)
        """
        await async_call(
            delete_study.asyncio_detailed,
            await self._project(project_id),
            path_id(study_id, "study_id"),
            client=self._session.api,
        )

    async def assign_simulation(
        self, study_id: str, simulation_id: Any, project_id: str | None = None
    ) -> Record:
        """Add a simulation to a study; one that is in it already stays in it once.

        Parameters
        ----------
        study_id
            The study.
        simulation_id
            The id of a simulation, or what its submission returned.
        project_id
            The project; without it, the client's.

        Returns
        -------
        Record
            The link: ``study_id``, ``simulation_id`` and more.

        Examples
        --------
        >>> response = await client.simulation.protocol({
        ...     "parameterized_model": "system-chen2020-spm",
        ...     "protocol_experiment": {"protocol": "Discharge at 1C until 2.5 V", "name": "1C"},
        ... })
        >>> study = await client.study.create_or_get({"name": "Rate sweep"})
        >>> link = await client.study.assign_simulation(study.id, response)
        >>> link.simulation_id == response.simulation_id
        True
        """
        return await self._assign(
            assign_simulation_to_study.asyncio_detailed,
            study_id,
            _simulation_id(simulation_id),
            project_id,
        )

    async def remove_simulation(
        self, study_id: str, simulation_id: Any, project_id: str | None = None
    ) -> None:
        """Take a simulation out of a study. The simulation itself stays.

        Examples
        --------
        >>> response = await client.simulation.protocol({
        ...     "parameterized_model": "system-chen2020-spm",
        ...     "protocol_experiment": {"protocol": "Discharge at 1C until 2.5 V", "name": "1C"},
        ... })
        >>> study = await client.study.create_or_get({"name": "Emptied study"})
        >>> _ = await client.study.assign_simulation(study.id, response)
        >>> await client.study.remove_simulation(study.id, response)
        >>> await client.study.list_simulations(study.id)
        <0 of 0: []>
        """
        await async_call(
            remove_simulation_from_study.asyncio_detailed,
            await self._project(project_id),
            path_id(study_id, "study_id"),
            _simulation_id(simulation_id),
            client=self._session.api,
        )

    async def list_simulations(
        self,
        study_id: str,
        project_id: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> AsyncPage[Record]:
        """List the simulations of a study, the newest first.

        Parameters
        ----------
        study_id
            The study.
        project_id
            The project; without it, the client's.
        limit, offset
            The part of the list to return. Without a limit, all of it, fetched as it is read.

        Returns
        -------
        page of Record
            The records of the simulations; the page also answers ``["items"]`` and ``["total"]``.

        Raises
        ------
        NotFoundError
            If the project has no such study.

        Examples
        --------
        >>> study = await client.study.create_or_get({"name": "Empty study"})
        >>> await client.study.list_simulations(study.id)
        <0 of 0: []>
        """
        study = await self.get(study_id, project_id)

        async def fetch(limit: int, offset: int) -> Chunk:
            page = await async_call(
                list_simulations.asyncio_detailed,
                client=self._session.api,
                study_id=study.id,
                limit=limit,
                offset=offset,
            )
            return Chunk([Record(item.to_dict()) for item in page.simulations], page.total)

        return await AsyncPage[Record].open(fetch, limit, offset)

    async def assign_measurement(
        self, study_id: str, measurement_id: str, project_id: str | None = None
    ) -> Record:
        """Add a measurement to a study; one that is in it already stays in it once.

        Returns
        -------
        Record
            The link: ``study_id``, ``measurement_id`` and more.

        Examples
        --------
        >>> spec = await client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> cell = await client.cell_instance.create_or_get(spec.id, {"name": "Cell 1"})
        >>> mass = {"mass": {"value": 46.2, "unit": "g"}}
        >>> made = await client.cell_measurement.create_properties(cell.id, "Studied", mass)
        >>> study = await client.study.create_or_get({"name": "Masses"})
        >>> link = await client.study.assign_measurement(study.id, made.id)
        >>> link.measurement_id == made.id
        True
        >>> await client.cell_measurement.delete(made.id)
        """
        return await self._assign(
            assign_measurement_to_study.asyncio_detailed,
            study_id,
            path_id(measurement_id, "measurement_id"),
            project_id,
        )

    async def remove_measurement(
        self, study_id: str, measurement_id: str, project_id: str | None = None
    ) -> None:
        """Take a measurement out of a study. The measurement itself stays.

        Examples
        --------
        >>> spec = await client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> cell = await client.cell_instance.create_or_get(spec.id, {"name": "Cell 1"})
        >>> mass = {"mass": {"value": 46.2, "unit": "g"}}
        >>> made = await client.cell_measurement.create_properties(cell.id, "Removed", mass)
        >>> study = await client.study.create_or_get({"name": "Masses"})
        >>> _ = await client.study.assign_measurement(study.id, made.id)
        >>> await client.study.remove_measurement(study.id, made.id)
        >>> await client.cell_measurement.delete(made.id)
        """
        await async_call(
            remove_measurement_from_study.asyncio_detailed,
            await self._project(project_id),
            path_id(study_id, "study_id"),
            path_id(measurement_id, "measurement_id"),
            client=self._session.api,
        )

    async def list_measurements(
        self,
        study_id: str,
        project_id: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> AsyncPage[CellMeasurement]:
        """List the measurements of a study.

        Parameters
        ----------
        study_id
            The study.
        project_id
            The project; without it, the client's.
        limit, offset
            The part of the list to return. Without a limit, all of it, fetched as it is read.

        Returns
        -------
        page of CellMeasurement
            The records of the measurements; the page also answers ``["items"]`` and ``["total"]``.

        Examples
        --------
        >>> study = await client.study.create_or_get({"name": "Empty study"})
        >>> measurements = await client.study.list_measurements(study.id)
        >>> measurements["items"], measurements["total"]
        ([], 0)
        """
        reader = AsyncCellMeasurementClient(self._session)
        return await async_list(
            self._session,
            list_study_measurements.asyncio_detailed,
            await self._project(project_id),
            path_id(study_id, "study_id"),
            query={},
            limit=limit,
            offset=offset,
            read=lambda item: CellMeasurement.of(item, reader),
        )

    async def _assign(
        self, operation: Any, study_id: str, other_id: str, project_id: str | None
    ) -> Record:
        link = await async_call(
            operation,
            await self._project(project_id),
            path_id(study_id, "study_id"),
            other_id,
            client=self._session.api,
            body={},
        )
        return Record(link.to_dict())

    async def _project(self, project_id: str | None) -> str:
        return path_id(await self._session.project_id(project_id), "project_id")


def _simulation_id(value: Any) -> str:
    return path_id(getattr(value, "simulation_id", value), "simulation_id")
