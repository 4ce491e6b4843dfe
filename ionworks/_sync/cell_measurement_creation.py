# Generated from ionworks/_async/cell_measurement_creation.py by `python -m codegen sync`; do not edit.
"""Making measurements: uploaded, checked before, and whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from ionworks_openapi.api.cell_measurements import create_cell_measurement
from ionworks_openapi.models import CellMeasurementCreate

from ionworks._sync.cell_measurement_data import MeasurementData
from ionworks._sync.cell_measurement_records import processing_error
from ionworks._sync.creation import sync_create_or_get
from ionworks._sync.measurement_parts import Part, Source, sync_series
from ionworks._sync.measurement_upload import sync_send, sync_send_extension
from ionworks._sync.wholeness import sync_removed
from ionworks.calls import sync_aside, sync_call
from ionworks.creation import warn_of_differences
from ionworks.errors import IonworksError
from ionworks.measurements.checks import NewMeasurement, checked_record, extension
from ionworks.measurements.contents import attached, table
from ionworks.requests import path_id, request_body, same_name
from ionworks.results.measurements import CellMeasurement

if TYPE_CHECKING:
    import polars as pl

__all__ = ["MeasurementCreation"]


class MeasurementCreation(MeasurementData):
    """Make measurements, and extend them."""

    def create(
        self,
        cell_instance_id: str,
        measurement_detail: Mapping[str, Any],
        validate_strict: bool = False,
        rated_capacity: float | None = None,
        voltage_window: tuple[float, float] | None = None,
        skip_checks: Iterable[str] | None = None,
        wait_for_processing: bool = True,
    ) -> CellMeasurement:
        """Upload a time series.

        It is checked before anything is sent: its record as well as its data.

        Parameters
        ----------
        cell_instance_id
            The cell that was measured.
        measurement_detail
            - ``measurement``: ``name``, and if wanted ``notes``, ``protocol``, ``protocol_id``,
              ``test_setup``, ``start_time``, ``end_time`` (without it the test is running),
              ``tags``, ``properties``, ``file_metadata``; ``data_type`` (``ocp`` or ``eis``) tells
              what the data are, if they are not what a cycler records
            - ``time_series``: a frame of polars or pandas, or a mapping of columns, with
              ``Time [s]``, ``Voltage [V]``, ``Current [A]`` (positive on discharge) and
              ``Step count``
            - ``steps``: if wanted, a frame too. Without it, the server derives them
        validate_strict
            Check also what may be unusual rather than wrong.
        rated_capacity
            Of the cell, in A.h, for the strict checks that compare with it.
        voltage_window
            The lowest and the highest voltage of the cell, in V, likewise.
        skip_checks
            Names of strict checks to leave out.
        wait_for_processing
            Whether to wait until the server has processed it, for up to 600 s.

        Returns
        -------
        CellMeasurement
            The record as it is then.

        Raises
        ------
        ValueError
            If the record is not right; nothing was sent then.
        MeasurementValidationError
            If the data break a rule; nothing was sent then.
        ConflictError
            If the cell has a measurement of this name.
        MeasurementProcessingError
            If the server could not process it; nothing of it is left there.

        Examples
        --------
        >>> spec = client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> cell = client.cell_instance.create_or_get(spec.id, {"name": "Measured"})
        >>> series = {
        ...     "Time [s]": [0, 10, 20],
        ...     "Voltage [V]": [4.1, 4.0, 3.9],
        ...     "Current [A]": [1, 1, 1],
        ...     "Step count": [0, 0, 0],
        ... }
        >>> measurement = client.cell_measurement.create(
        ...     cell.id,
        ...     {"measurement": {"name": "RPT 1", "tags": ["RPT"]}, "time_series": series},
        ... )
        >>> str(measurement.processing_status), measurement.tags
        ('ready', ['RPT'])
        """
        cell = path_id(cell_instance_id, "cell_instance_id")
        check = partial(
            NewMeasurement.of,
            measurement_detail,
            validate_strict,
            rated_capacity,
            voltage_window,
            skip_checks,
        )
        return self._create(cell, sync_aside(check), wait_for_processing)

    def create_or_get(
        self,
        cell_instance_id: str,
        measurement_detail: Mapping[str, Any],
        validate_strict: bool = False,
        rated_capacity: float | None = None,
        voltage_window: tuple[float, float] | None = None,
        skip_checks: Iterable[str] | None = None,
        wait_for_processing: bool = True,
    ) -> CellMeasurement:
        """Upload a time series, or return the measurement of this name as it is.

        Parameters
        ----------
        cell_instance_id, measurement_detail, validate_strict, rated_capacity, voltage_window, \
skip_checks, wait_for_processing
            As for `create`. What exists is waited for, too. If it exists, its data are not sent.

        Warns
        -----
        UserWarning
            If what exists has another record, or more or fewer rows.
        """
        cell = path_id(cell_instance_id, "cell_instance_id")
        check = partial(
            NewMeasurement.of,
            measurement_detail,
            validate_strict,
            rated_capacity,
            voltage_window,
            skip_checks,
        )
        new = sync_aside(check)
        name = new.record["name"]

        def named() -> Any:
            return self.list(cell, name_exact=name)

        def existing(measurement_id: str) -> CellMeasurement:
            return self._found(self.get(measurement_id), new, wait_for_processing)

        for found in named():
            if found.processing_status != "failed":
                return self._found(found, new, wait_for_processing)
        made: CellMeasurement = sync_create_or_get(
            partial(self._create, cell, new, wait_for_processing),
            existing,
            named,
            f"the measurement {name!r}",
            lambda item: same_name(item.name, str(name)),
        )
        return made

    def create_properties(
        self,
        cell_instance_id: str,
        name: str,
        properties: Mapping[str, Any],
        *,
        notes: str | None = None,
        protocol: Mapping[str, Any] | None = None,
        start_time: Any = None,
        end_time: Any = None,
        test_setup: Mapping[str, Any] | None = None,
        tags: str | Iterable[str] | None = None,
    ) -> CellMeasurement:
        """Store values that were measured once, such as a mass or a thickness.

        Parameters
        ----------
        cell_instance_id
            The cell.
        name
            Of the measurement.
        properties
            What was measured, by name; numbers as ``{"value": 68.4, "unit": "g"}``.
        notes, protocol, start_time, end_time, test_setup, tags
            As in the ``measurement`` of `create`.

        Examples
        --------
        >>> spec = client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> cell = client.cell_instance.create_or_get(spec.id, {"name": "Weighed on arrival"})
        >>> weighed = client.cell_measurement.create_properties(
        ...     cell.id, "Weighing", {"mass": {"value": 68.4, "unit": "g"}}
        ... )
        >>> weighed.properties["mass"]["value"]
        68.4
        """
        given = {
            "name": name,
            "properties": properties,
            "notes": notes,
            "protocol": protocol,
            "start_time": start_time,
            "end_time": end_time,
            "test_setup": test_setup,
            "tags": tags,
        }
        record = checked_record(given, "the measurement") | {"measurement_type": "properties"}
        body = request_body(CellMeasurementCreate, record, "the measurement")
        cell = path_id(cell_instance_id, "cell_instance_id")
        return self._row(
            sync_call(
                create_cell_measurement.sync_detailed, cell, client=self._session.api, body=body
            )
        )

    def create_file(
        self,
        cell_instance_id: str,
        name: str,
        filepaths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
        *,
        validate_images: bool = False,
        notes: str | None = None,
        protocol: Mapping[str, Any] | None = None,
        start_time: Any = None,
        end_time: Any = None,
        test_setup: Mapping[str, Any] | None = None,
        tags: str | Iterable[str] | None = None,
    ) -> CellMeasurement:
        """Upload files, such as pictures of a cell that was opened.

        Parameters
        ----------
        cell_instance_id
            The cell.
        name
            Of the measurement.
        filepaths
            The files; their names without folders must differ.
        validate_images
            Whether each must be an image of the kind that its name says.
        notes, protocol, start_time, end_time, test_setup, tags
            As in the ``measurement`` of `create`.

        Raises
        ------
        FileNotFoundError
            If a file is not there; nothing was sent then.
        ValueError
            If there is no file, two have one name, or one is not the image it should be.
        """
        given = {
            "name": name,
            "notes": notes,
            "protocol": protocol,
            "start_time": start_time,
            "end_time": end_time,
            "test_setup": test_setup,
            "tags": tags,
        }
        record = checked_record(given, "the measurement")
        files = attached(filepaths, validate_images)
        cell = path_id(cell_instance_id, "cell_instance_id")
        answer = sync_send(self._session, cell, record, "file", files)
        return self._processed(self._row(answer))

    def extend(
        self, measurement_id: str, time_series: Any, wait_for_processing: bool = True
    ) -> CellMeasurement:
        """Add rows to the time series of a test that is running.

        Parameters
        ----------
        measurement_id
            The measurement, which has no ``end_time``.
        time_series
            The later rows, in the columns that it has.
        wait_for_processing
            Whether to wait until the server has processed them, for up to 600 s.

        Returns
        -------
        CellMeasurement
            The record as it is then.

        Raises
        ------
        MeasurementValidationError
            If the rows break a rule; nothing was sent then.
        ConflictError
            If the test has ended, or is being processed or extended.
        MeasurementProcessingError
            If the server refuses the rows; the measurement is as it was.

        Examples
        --------
        >>> spec = client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> cell = client.cell_instance.create_or_get(spec.id, {"name": "Running"})
        >>> series = {
        ...     "Time [s]": [0, 10, 20],
        ...     "Voltage [V]": [4.1, 4.0, 3.9],
        ...     "Current [A]": [1, 1, 1],
        ...     "Step count": [0, 0, 0],
        ... }
        >>> data = {"measurement": {"name": "Aging"}, "time_series": series}
        >>> running = client.cell_measurement.create(cell.id, data)
        >>> later = {**series, "Time [s]": [30, 40, 50], "Voltage [V]": [3.8, 3.7, 3.6]}
        >>> running = client.cell_measurement.extend(running.id, later)
        >>> len(client.cell_measurement.time_series(running.id))
        6
        """
        wanted = path_id(measurement_id, "measurement_id")
        rows = sync_aside(partial(extension, time_series))
        content = table("time_series_extend.parquet", rows)
        answer = sync_send_extension(self._session, wanted, content)
        self._forget(wanted)
        if not wait_for_processing:
            return self._row(answer)
        extended = (self._settled([wanted]))[wanted]
        self._forget(wanted)
        if extended.processing_error:
            raise processing_error({wanted: extended.processing_error}, 1)
        return _after(answer, extended)

    def _create(self, cell: str, new: NewMeasurement, wait: bool) -> CellMeasurement:
        contents = [table("time_series.parquet", new.time_series)]
        if new.steps is not None:
            contents.append(table("steps.parquet", new.steps))
        answer = sync_send(self._session, cell, new.record, "time_series", contents)
        row = self._row(answer)
        return self._processed(row) if wait else row

    def _processed(self, row: CellMeasurement) -> CellMeasurement:
        """Return a new measurement when it is processed; one that failed is removed."""
        if row.processing_status in (None, "ready"):
            return row
        settled = (self._settled([row.id]))[row.id]
        if settled.processing_status != "failed":
            return _after(row, settled)
        failure = processing_error({row.id: settled.processing_error or "for no known reason"}, 1)
        self._removed(row.id, failure)
        raise failure

    def _found(self, row: CellMeasurement, new: NewMeasurement, wait: bool) -> CellMeasurement:
        """Return a measurement that exists; warn where it is not the one that was to be made."""
        found = self._ready(row, wait)
        rows = self._other_rows(found, new.time_series)
        warn_of_differences(f"the measurement {found.name!r}", new.record, found, rows)
        return found

    def _other_rows(self, row: CellMeasurement, given: pl.DataFrame) -> Sequence[str]:
        """Say whether a measurement has more or fewer rows than given; it reads two at most."""
        if row.processing_status not in (None, "ready"):
            return []
        count = given.height
        last = Part(columns=given.columns[:1], row_range=(count - 1, count + 1))
        with suppress(IonworksError, ValueError):
            read = sync_series(self._session, Source.of(row), last)
            if read.height != 1:
                than = "more" if read.height else "fewer"
                return [f"time_series has {than} than the {count} rows given"]
        return []

    def _ready(self, row: CellMeasurement, wait: bool) -> CellMeasurement:
        """Return a measurement that exists, when it is processed."""
        if not wait or row.processing_status in (None, "ready"):
            return row
        return (self.wait_for_processing(row.id))[row.id]

    def _removed(self, measurement_id: str, error: BaseException) -> None:
        """Remove a measurement that did not get complete; say so if that fails, too."""
        remove = partial(self.delete, measurement_id)
        sync_removed(remove, f"the measurement {measurement_id}", error)


def _after(answer: Any, settled: CellMeasurement) -> CellMeasurement:
    """Return a settled row, with what only the answer to the upload said."""
    said = {key: value for key, value in answer.to_dict().items() if key not in settled}
    settled.additional_properties.update(said)
    return settled
