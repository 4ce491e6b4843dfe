# Generated from ionworks/_async/study.py by `python -m codegen sync`; do not edit.
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

from ionworks._sync.cell_measurement import CellMeasurementClient
from ionworks._sync.creation import sync_create_or_get
from ionworks._sync.lists import sync_list
from ionworks.calls import sync_call
from ionworks.listing import Filters, list_query
from ionworks.paging import Chunk, Page
from ionworks.records import Record
from ionworks.requests import mapping, path_id, request_body, same_name
from ionworks.results.measurements import CellMeasurement

if TYPE_CHECKING:
    from ionworks._sync.session import Session

__all__ = ["StudyClient"]


class StudyClient:
    """Studies: the simulations and measurements of a project that are looked at together.

    Every method takes ``project_id``; without it, the client's project is meant.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, study_id: str, project_id: str | None = None) -> Study:
        """Return a study.

        Raises
        ------
        NotFoundError
            If the project has no such study.

        Examples
        --------
        >>> study = client.study.create_or_get({"name": "Rate sweep"})
        >>> (client.study.get(study.id)).name
        'Rate sweep'
        """
        return sync_call(
            get_study.sync_detailed,
            self._project(project_id),
            path_id(study_id, "study_id"),
            client=self._session.api,
        )

    def list(
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
    ) -> Page[Study]:
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
        >>> _ = client.study.create_or_get({"name": "Rate sweep"})
        >>> studies = client.study.list(name="sweep")
        >>> [study.name for study in studies.all()]
        ['Rate sweep']
        """
        operation = list_studies.sync_detailed
        query = list_query(
            operation, filters, name=name, name_exact=name_exact, order_by=order_by, order=order
        )
        return sync_list(
            self._session,
            operation,
            self._project(project_id),
            query=query,
            limit=limit,
            offset=offset,
        )

    def create(self, data: Mapping[str, Any], project_id: str | None = None) -> Study:
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
        >>> study = client.study.create({
        ...     "name": "1C discharge",
        ...     "description": "Comparing discharge curves across temperatures",
        ... })
        >>> study.description
        'Comparing discharge curves across temperatures'
        >>> client.study.delete(study.id)
        """
        body = request_body(StudyCreate, data, "data")
        project = self._project(project_id)
        return sync_call(create_study.sync_detailed, project, client=self._session.api, body=body)

    def create_or_get(self, data: Mapping[str, Any], project_id: str | None = None) -> Study:
        """Make a study, or return the one of this name, as it is.

        A warning says where it is not as in ``data``.

        Examples
        --------
        >>> one = client.study.create_or_get({"name": "Rate sweep"})
        >>> other = client.study.create_or_get({"name": "Rate sweep"})
        >>> one.id == other.id
        True
        """
        name, project = mapping(data, "data").get("name"), self._project(project_id)
        found: Study = sync_create_or_get(
            partial(self.create, data, project),
            partial(self.get, project_id=project),
            partial(self.list, project, name_exact=name),
            f"a study {name!r}",
            lambda item: same_name(item.name, str(name)),
            data,
        )
        return found

    def update(
        self,
        study_id: str,
        data: Mapping[str, Any] | None = None,
        project_id: str | None = None,
    ) -> Study:
        """Change the ``name`` or the ``description`` of a study; without data, nothing of it.

        Examples
        --------
        >>> study = client.study.create_or_get({"name": "Rate sweep"})
        >>> (client.study.update(study.id, {"description": "C/10 to 4C"})).description
        'C/10 to 4C'
        """
        body = request_body(StudyUpdate, {} if data is None else data, "data")
        return sync_call(
            update_study.sync_detailed,
            self._project(project_id),
            path_id(study_id, "study_id"),
            client=self._session.api,
            body=body,
        )

    def delete(self, study_id: str, project_id: str | None = None) -> None:
        """Delete a study. Its simulations and measurements stay.

        Examples
        --------
        >>> study = client.study.create_or_get({"name": "Made in error"})
        >>> client.study.delete(study.id)
        """
        sync_call(
            delete_study.sync_detailed,
            self._project(project_id),
            path_id(study_id, "study_id"),
            client=self._session.api,
        )

    def assign_simulation(
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
        >>> response = client.simulation.protocol({
        ...     "parameterized_model": "system-chen2020-spm",
        ...     "protocol_experiment": {"protocol": "Discharge at 1C until 2.5 V", "name": "1C"},
        ... })
        >>> study = client.study.create_or_get({"name": "Rate sweep"})
        >>> link = client.study.assign_simulation(study.id, response)
        >>> link.simulation_id == response.simulation_id
        True
        """
        return self._assign(
            assign_simulation_to_study.sync_detailed,
            study_id,
            _simulation_id(simulation_id),
            project_id,
        )

    def remove_simulation(
        self, study_id: str, simulation_id: Any, project_id: str | None = None
    ) -> None:
        """Take a simulation out of a study. The simulation itself stays.

        Examples
        --------
        >>> response = client.simulation.protocol({
        ...     "parameterized_model": "system-chen2020-spm",
        ...     "protocol_experiment": {"protocol": "Discharge at 1C until 2.5 V", "name": "1C"},
        ... })
        >>> study = client.study.create_or_get({"name": "Emptied study"})
        >>> _ = client.study.assign_simulation(study.id, response)
        >>> client.study.remove_simulation(study.id, response)
        >>> client.study.list_simulations(study.id)
        <0 of 0: []>
        """
        sync_call(
            remove_simulation_from_study.sync_detailed,
            self._project(project_id),
            path_id(study_id, "study_id"),
            _simulation_id(simulation_id),
            client=self._session.api,
        )

    def list_simulations(
        self,
        study_id: str,
        project_id: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Page[Record]:
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
        >>> study = client.study.create_or_get({"name": "Empty study"})
        >>> client.study.list_simulations(study.id)
        <0 of 0: []>
        """
        study = self.get(study_id, project_id)

        def fetch(limit: int, offset: int) -> Chunk:
            page = sync_call(
                list_simulations.sync_detailed,
                client=self._session.api,
                study_id=study.id,
                limit=limit,
                offset=offset,
            )
            return Chunk([Record(item.to_dict()) for item in page.simulations], page.total)

        return Page[Record].open(fetch, limit, offset)

    def assign_measurement(
        self, study_id: str, measurement_id: str, project_id: str | None = None
    ) -> Record:
        """Add a measurement to a study; one that is in it already stays in it once.

        Returns
        -------
        Record
            The link: ``study_id``, ``measurement_id`` and more.

        Examples
        --------
        >>> spec = client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> cell = client.cell_instance.create_or_get(spec.id, {"name": "Cell 1"})
        >>> mass = {"mass": {"value": 46.2, "unit": "g"}}
        >>> made = client.cell_measurement.create_properties(cell.id, "Studied", mass)
        >>> study = client.study.create_or_get({"name": "Masses"})
        >>> link = client.study.assign_measurement(study.id, made.id)
        >>> link.measurement_id == made.id
        True
        >>> client.cell_measurement.delete(made.id)
        """
        return self._assign(
            assign_measurement_to_study.sync_detailed,
            study_id,
            path_id(measurement_id, "measurement_id"),
            project_id,
        )

    def remove_measurement(
        self, study_id: str, measurement_id: str, project_id: str | None = None
    ) -> None:
        """Take a measurement out of a study. The measurement itself stays.

        Examples
        --------
        >>> spec = client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> cell = client.cell_instance.create_or_get(spec.id, {"name": "Cell 1"})
        >>> mass = {"mass": {"value": 46.2, "unit": "g"}}
        >>> made = client.cell_measurement.create_properties(cell.id, "Removed", mass)
        >>> study = client.study.create_or_get({"name": "Masses"})
        >>> _ = client.study.assign_measurement(study.id, made.id)
        >>> client.study.remove_measurement(study.id, made.id)
        >>> client.cell_measurement.delete(made.id)
        """
        sync_call(
            remove_measurement_from_study.sync_detailed,
            self._project(project_id),
            path_id(study_id, "study_id"),
            path_id(measurement_id, "measurement_id"),
            client=self._session.api,
        )

    def list_measurements(
        self,
        study_id: str,
        project_id: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Page[CellMeasurement]:
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
        >>> study = client.study.create_or_get({"name": "Empty study"})
        >>> measurements = client.study.list_measurements(study.id)
        >>> measurements["items"], measurements["total"]
        ([], 0)
        """
        reader = CellMeasurementClient(self._session)
        return sync_list(
            self._session,
            list_study_measurements.sync_detailed,
            self._project(project_id),
            path_id(study_id, "study_id"),
            query={},
            limit=limit,
            offset=offset,
            read=lambda item: CellMeasurement.of(item, reader),
        )

    def _assign(
        self, operation: Any, study_id: str, other_id: str, project_id: str | None
    ) -> Record:
        link = sync_call(
            operation,
            self._project(project_id),
            path_id(study_id, "study_id"),
            other_id,
            client=self._session.api,
            body={},
        )
        return Record(link.to_dict())

    def _project(self, project_id: str | None) -> str:
        return path_id(self._session.project_id(project_id), "project_id")


def _simulation_id(value: Any) -> str:
    return path_id(getattr(value, "simulation_id", value), "simulation_id")
