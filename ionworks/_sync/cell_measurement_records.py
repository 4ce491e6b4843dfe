# Generated from ionworks/_async/cell_measurement_records.py by `python -m codegen sync`; do not edit.
"""The records of measurements: find, read, change and delete them, and wait for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from ionworks_openapi.api.cell_measurements import (
    delete_cell_measurement,
    get_cell_measurement,
    list_cell_measurements,
    list_project_measurements,
    update_cell_measurement,
)
from ionworks_openapi.models import (
    CellMeasurementUpdate,
    MeasurementOrderField,
    MeasurementType,
)

from ionworks._sync.lists import sync_list
from ionworks.cache import DiskCache
from ionworks.calls import sync_call, sync_map
from ionworks.errors import MeasurementProcessingError
from ionworks.listing import Filters, list_query
from ionworks.measurements.checks import changed_record, checked_tags
from ionworks.paging import Page
from ionworks.requests import choice, given, path_id, request_body
from ionworks.results.measurements import CellMeasurement
from ionworks.retry import within
from ionworks.waiting import TRANSIENT, Watch, job_ids

if TYPE_CHECKING:
    from ionworks._sync.session import Session

__all__ = ["MeasurementRecords"]

Rows = dict[str, CellMeasurement]

_CELL_PAGE, _PROJECT_PAGE = 200, 1000
_WORTH_A_LIST = 4


class MeasurementRecords:
    """Find, read, change and delete the records of measurements."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(
        self,
        cell_instance_id: str,
        limit: int | None = None,
        offset: int | None = None,
        measurement_type: str | None = None,
        *,
        name: str | None = None,
        name_exact: str | None = None,
        created_by_email: str | None = None,
        started_after: str | date | None = None,
        started_before: str | date | None = None,
        created_after: str | date | None = None,
        created_before: str | date | None = None,
        updated_after: str | date | None = None,
        updated_before: str | date | None = None,
        tags_all: str | Iterable[str] | None = None,
        tags_any: str | Iterable[str] | None = None,
        order_by: str | None = None,
        order: str | None = None,
        filters: Filters | None = None,
    ) -> Page[CellMeasurement]:
        """List the measurements on a cell.

        Parameters
        ----------
        cell_instance_id
            The cell.
        limit, offset
            The part of the list to return. Without a limit, all of it, fetched as it is read.
        measurement_type
            ``time_series``, ``file`` or ``properties``.
        name, name_exact
            A part of the name, in any case; or the whole name.
        created_by_email
            A part of the address of who made it.
        started_after, started_before, created_after, created_before, updated_after, updated_before
            Times, as ISO text or as a date or time of Python.
        tags_all, tags_any
            Those with all, or with at least one, of these tags, in any case. A text is one tag.
        order_by, order
            ``name``, ``created_at``, ``updated_at`` or ``start_time``; ``asc`` or ``desc``.
        filters
            Values with operators, such as ``{"name": "in.(RPT 1,RPT 2)"}``.

        Examples
        --------
        >>> spec = client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> cell = client.cell_instance.create_or_get(spec.id, {"name": "Weighed twice"})
        >>> mass = {"mass": {"value": 68.4, "unit": "g"}}
        >>> for name in ("First", "Second"):
        ...     _ = client.cell_measurement.create_properties(cell.id, name, mass)
        >>> newest = client.cell_measurement.list(cell.id, limit=5, order_by="name")
        >>> sorted(measurement.name for measurement in newest)
        ['First', 'Second']
        """
        query = list_query(
            list_cell_measurements.sync_detailed,
            filters,
            MeasurementOrderField,
            name=name,
            name_exact=name_exact,
            created_by_email=created_by_email,
            started_after=started_after,
            started_before=started_before,
            created_after=created_after,
            created_before=created_before,
            updated_after=updated_after,
            updated_before=updated_before,
            order_by=order_by,
            order=order,
        )
        query |= _kept(measurement_type, tags_all, tags_any)
        wanted = path_id(cell_instance_id, "cell_instance_id")
        return sync_list(
            self._session,
            list_cell_measurements.sync_detailed,
            wanted,
            query=query,
            limit=limit,
            offset=offset,
            at_once=_CELL_PAGE,
            read=self._row,
        )

    def list_by_project(
        self,
        project_id: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
        measurement_type: str | None = None,
        *,
        q: str | None = None,
        tags_all: str | Iterable[str] | None = None,
        tags_any: str | Iterable[str] | None = None,
        order_by: str | None = None,
        order: str | None = None,
    ) -> Page[CellMeasurement]:
        """List the measurements of a project, on whichever cells.

        Parameters
        ----------
        project_id
            The project; without it, the one of the client.
        limit, offset
            The part of the list to return. Without a limit, all of it, fetched as it is read.
        measurement_type
            ``time_series``, ``file`` or ``properties``.
        q
            A text that is in the name, the notes, the protocol's name or a tag.
        tags_all, tags_any
            Those with all, or with at least one, of these tags, in any case. A text is one tag.
        order_by, order
            ``name``, ``created_at``, ``updated_at`` or ``start_time``; ``asc`` or ``desc``.
        """
        operation = list_project_measurements.sync_detailed
        query = list_query(operation, None, MeasurementOrderField, order_by=order_by, order=order)
        query |= _kept(measurement_type, tags_all, tags_any)
        query |= {"q": given(q), "project_id": self._session.project_id(project_id)}
        return sync_list(
            self._session,
            operation,
            query=query,
            limit=limit,
            offset=offset,
            at_once=_PROJECT_PAGE,
            read=self._row,
        )

    def get(self, measurement_id: str) -> CellMeasurement:
        """Return the record of a measurement.

        Raises
        ------
        NotFoundError
            If there is no such measurement.
        """
        wanted = path_id(measurement_id, "measurement_id")
        return self._row(
            sync_call(get_cell_measurement.sync_detailed, wanted, client=self._session.api)
        )

    def update(self, measurement_id: str, data: Mapping[str, Any]) -> CellMeasurement:
        """Change the record of a measurement; what was measured stays.

        Parameters
        ----------
        measurement_id
            The measurement.
        data
            Any of ``name``, ``notes``, ``protocol``, ``protocol_id``, ``test_setup``,
            ``start_time``, ``end_time``, ``properties``, ``file_metadata`` and ``tags``, which
            replace those there are. ``None`` empties a field.

        Raises
        ------
        ValueError
            If a field is unknown or not right; nothing was sent then.
        ConflictError
            If another measurement of the cell has the name.
        """
        body = request_body(CellMeasurementUpdate, changed_record(data, "data"), "data")
        wanted = path_id(measurement_id, "measurement_id")
        answer = sync_call(
            update_cell_measurement.sync_detailed, wanted, client=self._session.api, body=body
        )
        self._forget(wanted)
        return self._row(answer)

    def delete(self, measurement_id: str) -> None:
        """Delete a measurement, and what was measured."""
        wanted = path_id(measurement_id, "measurement_id")
        sync_call(delete_cell_measurement.sync_detailed, wanted, client=self._session.api)
        self._forget(wanted)

    def wait_for_processing(
        self,
        measurement_ids: Any,
        timeout: float | None = 600.0,
        poll_interval: float = 2,
        verbose: bool = False,
    ) -> dict[str, CellMeasurement]:
        """Wait until the server has processed measurements.

        Parameters
        ----------
        measurement_ids
            An id or a measurement, or any number of them.
        timeout
            How long to wait, in s; ``None`` for as long as it takes.
        poll_interval
            The longest pause between two looks, in s. The first looks come much sooner.
        verbose
            Show a bar on a terminal or in a notebook, a line a change elsewhere, in the words of
            ``processing_status``. Nothing is shown if nobody asks for it.

        Returns
        -------
        dict
            The record of each as it is then, by id.

        Raises
        ------
        MeasurementProcessingError
            If any failed, when the others have been processed: why each did, by id.
        TypeError
            If something among them has no id.
        WaitTimeoutError
            A ``TimeoutError`` carrying the last states. The processing goes on.

        Examples
        --------
        >>> spec = client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> cell = client.cell_instance.create_or_get(spec.id, {"name": "Waited for"})
        >>> series = {
        ...     "Time [s]": [0, 10, 20],
        ...     "Voltage [V]": [4.1, 4.0, 3.9],
        ...     "Current [A]": [1, 1, 1],
        ...     "Step count": [0, 0, 0],
        ... }
        >>> data = {"measurement": {"name": "RPT"}, "time_series": series}
        >>> new = client.cell_measurement.create(cell.id, data, wait_for_processing=False)
        >>> done = client.cell_measurement.wait_for_processing(new)
        >>> str(done[new.id].processing_status)
        'ready'
        """
        is_one = isinstance(measurement_ids, str | CellMeasurement | Mapping)
        many = measurement_ids if isinstance(measurement_ids, Iterable) else ()
        things = [measurement_ids] if is_one else list(many)
        ids, _ = job_ids(things or measurement_ids, "measurement_id")
        known = {thing.id: thing for thing in things if isinstance(thing, CellMeasurement)}
        rows = self._settled(ids, timeout, poll_interval, verbose, known)
        failures = {key: _reason(row) for key, row in rows.items() if _failed(row)}
        if failures:
            raise processing_error(failures, len(rows))
        return rows

    def _settled(
        self,
        ids: Iterable[str],
        timeout: float | None = 600.0,
        poll_interval: float = 2,
        verbose: bool = False,
        known: Rows | None = None,
    ) -> Rows:
        """Return the rows of measurements when none is being processed.

        Of the rows that are known before, only the cell is of interest.
        """
        rows: Rows = {}
        clock = self._session.clock
        watch = Watch(ids, timeout, poll_interval, verbose, what="measurement", clock=clock)
        with watch, within(watch.time_left):
            while watch.open:
                try:
                    rows |= self._look(watch.open, {**(known or {}), **rows})
                    watch.saw({key: _state(row) for key, row in rows.items()})
                except TRANSIENT as error:
                    watch.stumbled(error)
                self._session.sleep(watch.pause())
        return {key: rows[key] for key in watch.states}

    def _look(self, wanted: Iterable[str], known: Rows) -> Rows:
        """Return the rows of some measurements: those of one cell are listed in one call."""
        cells: dict[str, list[str]] = {}
        for key in wanted:
            cells.setdefault(known[key].cell_instance_id if key in known else "", []).append(key)
        found: Rows = {}
        for cell, keys in cells.items():
            if cell and len(keys) >= _WORTH_A_LIST:
                found |= self._newest(cell, len(keys))
        alone = [key for keys in cells.values() for key in keys if key not in found]
        rows = sync_map(self._polled, alone, self._session.at_once)
        return found | dict(zip(alone, rows, strict=True))

    def _newest(self, cell_instance_id: str, count: int) -> Rows:
        limit = min(2 * count, _CELL_PAGE)
        page = self.list(cell_instance_id, limit, order_by="created_at", order="desc")
        return {row.id: row for row in page.items}

    def _polled(self, measurement_id: str) -> CellMeasurement:
        answer = sync_call(
            get_cell_measurement.sync_detailed,
            path_id(measurement_id, "measurement_id"),
            client=self._session.api,
            include_steps=False,
            include_time_series=False,
        )
        return self._row(answer)

    def _row(self, answer: Any) -> CellMeasurement:
        return CellMeasurement.of(answer, self)

    def _forget(self, measurement_id: str) -> None:
        """Drop what the cache holds of a measurement that has changed."""
        config = self._session.config
        DiskCache().forget(config.api_url, config.organization_id, measurement_id)


def processing_error(failures: Mapping[str, str], of: int) -> MeasurementProcessingError:
    """Return the error that names why measurements failed."""
    reasons = [f"measurement {key}: {reason}" for key, reason in failures.items()]
    many = f"{len(failures)} of {of} measurements could not be processed:\n  "
    one = "could not be processed: "
    return MeasurementProcessingError(
        (one if of == 1 else many) + "\n  ".join(reasons), failures=failures
    )


def _kept(
    measurement_type: str | None,
    tags_all: str | Iterable[str] | None,
    tags_any: str | Iterable[str] | None,
) -> dict[str, Any]:
    """Return the filters that only measurements have."""
    return {
        "measurement_type": choice(MeasurementType, measurement_type, "measurement_type"),
        "tags_all": given(checked_tags(tags_all or (), "tags_all") or None),
        "tags_any": given(checked_tags(tags_any or (), "tags_any") or None),
    }


def _state(row: CellMeasurement) -> str:
    return str(row.processing_status or "ready")


def _failed(row: CellMeasurement) -> bool:
    return row.processing_status == "failed"


def _reason(row: CellMeasurement) -> str:
    return row.processing_error or "the server does not say why"
