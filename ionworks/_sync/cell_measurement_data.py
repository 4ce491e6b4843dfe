# Generated from ionworks/_async/cell_measurement_data.py by `python -m codegen sync`; do not edit.
"""What was measured: time series, steps, cycles and files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ionworks_openapi.api.cell_measurements import (
    list_measurement_files,
)

from ionworks._sync.cell_measurement_links import MeasurementLinks
from ionworks._sync.details import Wanted, sync_detail
from ionworks._sync.measurement_parts import (
    Part,
    Source,
    sync_files,
    sync_series,
    sync_tables,
)
from ionworks.calls import sync_call
from ionworks.errors import NotFoundError
from ionworks.requests import path_id, several
from ionworks.results.measurements import CellMeasurement, CellMeasurementDetail, StepsAndCycles

if TYPE_CHECKING:
    from ionworks.frames import DataFrame

__all__ = ["MeasurementData"]

Names = list[str]

_POINTS_DRAWN = 20_000


class MeasurementData(MeasurementLinks):
    """Read what was measured."""

    def detail(
        self,
        measurement_id: str,
        use_cache: bool = True,
        include_steps: bool = True,
        include_cycles: bool = True,
        include_time_series: bool = True,
    ) -> CellMeasurementDetail:
        """Return a measurement with what was measured.

        Parameters
        ----------
        measurement_id
            The measurement.
        use_cache
            Whether the disk cache may answer, and keeps what is read.
        include_steps, include_cycles, include_time_series
            Which parts to read; what is left out is ``None``.

        Returns
        -------
        CellMeasurementDetail
            With ``steps``, ``cycles`` and ``time_series`` in this client's frames, and ``files``
            of a measurement made of files.

        Raises
        ------
        NotFoundError
            If there is no such measurement.
        ConflictError
            If it is still being processed.

        Examples
        --------
        >>> spec = client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> cell = client.cell_instance.create_or_get(spec.id, {"name": "Discharged"})
        >>> series = {
        ...     "Time [s]": [0, 10, 20],
        ...     "Voltage [V]": [4.1, 4.0, 3.9],
        ...     "Current [A]": [1, 1, 1],
        ...     "Step count": [0, 0, 0],
        ... }
        >>> data = {"measurement": {"name": "RPT"}, "time_series": series}
        >>> measurement = client.cell_measurement.create_or_get(cell.id, data)
        >>> detail = client.cell_measurement.detail(measurement.id, include_cycles=False)
        >>> detail.time_series["Voltage [V]"].max(), detail.steps["Step type"][0], detail.cycles
        (4.1, 'Constant current discharge', None)
        """
        row = self.get(measurement_id)
        wanted = Wanted.of(include_steps, include_cycles, include_time_series, use_cache)
        return sync_detail(self._session, row, wanted)

    def time_series(
        self,
        measurement_id: str,
        use_cache: bool = True,
        row_range: tuple[int | None, int | None] | None = None,
        *,
        columns: Sequence[str] | None = None,
        time_range: tuple[float | None, float | None] | None = None,
        max_points: int | None = None,
    ) -> DataFrame:
        """Return the time series of a measurement, or the part of it that is asked for.

        Of a part, no more is downloaded than is needed for it.

        Parameters
        ----------
        measurement_id
            The measurement.
        use_cache
            Whether the disk cache may answer; it keeps whole time series.
        row_range
            The first row, and the one after the last, from 0; ``None`` for an open end.
        columns
            Their names.
        time_range
            The first and the last time, in s; both are included, ``None`` for an open end.
        max_points
            The most rows to return. More are thinned so that what a plot shows stays: extremes,
            the first and the last.

        Raises
        ------
        ValueError
            If a column is unknown, with near names, or a range is none.
        ConflictError
            If the measurement is still being processed.

        Examples
        --------
        >>> spec = client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> cell = client.cell_instance.create_or_get(spec.id, {"name": "Discharged"})
        >>> series = {
        ...     "Time [s]": [0, 10, 20],
        ...     "Voltage [V]": [4.1, 4.0, 3.9],
        ...     "Current [A]": [1, 1, 1],
        ...     "Step count": [0, 0, 0],
        ... }
        >>> data = {"measurement": {"name": "RPT"}, "time_series": series}
        >>> measurement = client.cell_measurement.create_or_get(cell.id, data)
        >>> part = client.cell_measurement.time_series(
        ...     measurement.id, columns=["Time [s]", "Voltage [V]"], time_range=(0, 10)
        ... )
        >>> part.rows()
        [(0.0, 4.1), (10.0, 4.0)]
        """
        part = Part(columns, row_range, time_range, max_points)
        source = self._source(measurement_id, use_cache)
        return self._session.frame(sync_series(self._session, source, part))

    def steps(self, measurement_id: str, use_cache: bool = True) -> DataFrame:
        """Return the steps of a measurement, one a row.

        Raises
        ------
        ConflictError
            If it is still being processed.
        """
        return self._table("steps", measurement_id, use_cache)

    def cycles(self, measurement_id: str, use_cache: bool = True) -> DataFrame:
        """Return the cycles of a measurement, one a row.

        Raises
        ------
        ConflictError
            If it is still being processed.
        """
        return self._table("cycles", measurement_id, use_cache)

    def steps_and_cycles(self, measurement_id: str, use_cache: bool = True) -> StepsAndCycles:
        """Return the steps and the cycles of a measurement, in one request.

        Raises
        ------
        ConflictError
            If it is still being processed.
        """
        source = self._source(measurement_id, use_cache)
        tables = sync_tables(self._session, source, ("steps", "cycles"))
        frames = {name: self._session.frame(table) for name, table in tables.items()}
        return StepsAndCycles(**frames)

    def list_files(self, measurement_id: str) -> Names:
        """Return the names of the files of a measurement."""
        answer = sync_call(
            list_measurement_files.sync_detailed,
            path_id(measurement_id, "measurement_id"),
            client=self._session.api,
        )
        return answer.filenames

    def get_file(self, measurement_id: str, filename: str) -> bytes:
        """Return the content of a file of a measurement.

        Raises
        ------
        NotFoundError
            If it has no such file.
        """
        found = self.download_files(measurement_id, use_cache=False, filenames=[filename])
        return found[filename]

    def download_files(
        self,
        measurement_id: str,
        use_cache: bool = True,
        filenames: str | Iterable[str] | None = None,
    ) -> dict[str, bytes]:
        """Return the files of a measurement: their contents by name.

        Parameters
        ----------
        measurement_id
            The measurement.
        use_cache
            Whether the disk cache may answer, and keeps what is read.
        filenames
            Those to return; a text is one name. Without it, all.
        """
        names = None if filenames is None else several(filenames, "filenames")
        source = self._source(measurement_id, use_cache)
        return sync_files(self._session, source, names)

    def draw(self, measurement: CellMeasurement, axes: Any = None) -> Any:
        """Fetch what a measurement shows and draw it, for `CellMeasurement.plot`."""
        source = self._source(measurement.id, use_cache=True)
        part = Part(max_points=_POINTS_DRAWN)
        series = sync_series(self._session, source, part)
        parts: dict[str, Any] = {"time_series": series}
        with suppress(NotFoundError):
            parts |= sync_tables(self._session, source, ("cycles",))
        detail = CellMeasurementDetail.holding(measurement, parts)
        return detail.plot(axes)

    def _table(self, name: str, measurement_id: str, use_cache: bool) -> DataFrame:
        source = self._source(measurement_id, use_cache)
        tables = sync_tables(self._session, source, (name,))
        return self._session.frame(tables[name])

    def _source(self, measurement_id: str, use_cache: bool) -> Source:
        """Return where to read a measurement; for the cache, in the version that it has now."""
        if use_cache and not self._session.config.is_local:
            return Source.of(self.get(measurement_id))
        return Source(path_id(measurement_id, "measurement_id"))
