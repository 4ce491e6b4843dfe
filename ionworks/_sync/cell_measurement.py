# Generated from ionworks/_async/cell_measurement.py by `python -m codegen sync`; do not edit.
"""``client.cell_measurement``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ionworks_openapi.api.cell_instances import get_cell_instance

from ionworks._sync.cell_measurement_creation import MeasurementCreation
from ionworks._sync.wholeness import sync_removed
from ionworks.calls import sync_aside, sync_call
from ionworks.errors import MeasurementProcessingError
from ionworks.measurements.checks import NewMeasurement
from ionworks.measurements.exports import read_export
from ionworks.requests import mapping, path_id
from ionworks.results.measurements import CellMeasurement

if TYPE_CHECKING:
    from ionworks_openapi.models import RawData

    from ionworks._sync.raw_data import RawDataClient

__all__ = ["CellMeasurementClient"]


class CellMeasurementClient(MeasurementCreation):
    """Measurements: what was done to a cell, and what was measured."""

    def create_from_file(
        self,
        cell_instance_id: str,
        path: str | os.PathLike[str],
        *,
        reader: str | None = None,
        name: str | None = None,
        measurement: Mapping[str, Any] | None = None,
        column_mappings: Mapping[str, str] | None = None,
        options: Mapping[str, Any] | None = None,
        validate_strict: bool = False,
        rated_capacity: float | None = None,
        voltage_window: tuple[float, float] | None = None,
        skip_checks: Iterable[str] | None = None,
    ) -> CellMeasurement:
        r"""Read the export of a cycler, upload it, and keep the file beside it.

        Known are Maccor, Neware, Arbin, BioLogic, Novonix, Repower, Basytec, Digatron, Gamry, BDF
        and plain CSV, as ``ionworksdata`` reads them. Columns get our names and units, positive
        current is discharge. What was decided while reading stands in the measurement's
        ``notes``; where the data cannot confirm the sign of the current, or rows were left out, a
        warning says so. Decimal commas, semicolons between columns and texts that are no UTF-8 are
        translated in a copy; numbers that can be read in two ways, voltages beyond 1000 V, currents
        beyond 100 kA and times that run back are refused. ``docs/measurements.md`` tells more.

        Parameters
        ----------
        cell_instance_id
            The cell that was measured.
        path
            The file.
        reader
            The format, such as ``maccor``; without it, it is found from the file.
        name
            Of the measurement; without it, that of the file without its suffix.
        measurement
            Further fields, as in the ``measurement`` of `create`. They win over what the file
            says of itself.
        column_mappings
            Columns of the file that are to be kept, and what to call them:
            ``{"U": "Voltage [V]"}``.
        options
            Of the reader, such as ``{"timezone": "Europe/Berlin"}`` for the times in the file,
            which are otherwise read as UTC. Of any text: ``decimal``, a comma or a point, and
            ``file_encoding``, where the file does not tell. Repower's must be told the voltages of
            the cell: ``{"cell_metadata": {"Lower voltage cut-off [V]": 2.5, "Upper voltage cut-off
            [V]": 4.2}}``.
        validate_strict, rated_capacity, voltage_window, skip_checks
            As for `create`.

        Returns
        -------
        CellMeasurement
            The record when it has been processed, with the file attached:
            ``client.cell_measurement.list_raw_data(measurement.id)``.

        Raises
        ------
        ModuleNotFoundError
            If ``ionworksdata`` is not installed.
        FileNotFoundError, IsADirectoryError
            If there is no such file, or it is a folder.
        ValueError
            If its format is unknown or not found, or it cannot be read, or only by a guess.
        MeasurementValidationError
            If what it holds breaks a rule; nothing was sent then.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> spec = client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> cell = client.cell_instance.create_or_get(spec.id, {"name": "Exported"})
        >>> export = Path(tempfile.mkdtemp(), "RPT.csv")
        >>> rows = [f"{10 * n},-1,{4.1 - n / 10}" for n in range(6)]
        >>> _ = export.write_text("\n".join(["Time [s],Current [A],Voltage [V]", *rows]))
        >>> measurement = client.cell_measurement.create_from_file(cell.id, export)
        >>> print(measurement.notes)
        Read from RPT.csv as csv (no cycler's format was found in it) with ionworksdata ...
        Positive current is discharge, as ionworksdata determined.
        >>> [raw.filename for raw in client.cell_measurement.list_raw_data(measurement.id)]
        ['RPT.csv']
        """
        cell = path_id(cell_instance_id, "cell_instance_id")
        instance = sync_call(get_cell_instance.sync_detailed, cell, client=self._session.api)
        told = mapping({} if measurement is None else measurement, "measurement")
        record = {"name": Path(path).stem if name is None else name, **told}
        reading = partial(
            read_export,
            path,
            record,
            reader=reader,
            column_mappings=column_mappings,
            options=options,
        )
        export = sync_aside(reading)
        check = partial(
            NewMeasurement.of,
            export.detail,
            validate_strict,
            rated_capacity,
            voltage_window,
            skip_checks,
        )
        new = sync_aside(check)
        made = self._create(cell, new, wait=False)
        try:
            raw = self._keep_raw(made, path, instance.project_id, export.reader)
        except BaseException as error:
            self._removed(made.id, error)
            raise
        try:
            return self._processed(made)
        except MeasurementProcessingError as error:
            self._removed_raw(raw.id, error)
            raise

    def _keep_raw(
        self,
        made: CellMeasurement,
        path: str | os.PathLike[str],
        project_id: str | None,
        source: str,
    ) -> RawData:
        """Upload the file that a measurement was read from, and attach it."""
        project = self._session.project_id(project_id)
        raw = self._raw_data.upload(project, Path(path).expanduser(), source=source)
        try:
            self.attach_raw_data(made.id, raw.id)
        except BaseException as error:
            self._removed_raw(raw.id, error)
            raise
        return raw

    def _removed_raw(self, raw_data_id: str, error: BaseException) -> None:
        """Remove a file that belongs to no measurement; say so if that fails, too."""
        remove = partial(self._raw_data.delete, raw_data_id)
        sync_removed(remove, f"the raw data {raw_data_id}", error)

    @property
    def _raw_data(self) -> RawDataClient:
        from ionworks._sync.raw_data import RawDataClient

        return RawDataClient(self._session)
