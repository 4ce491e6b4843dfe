# Generated from ionworks/_async/cell_measurement_links.py by `python -m codegen sync`; do not edit.
"""What measurements are linked to: tags, raw data, and who watches them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ionworks_openapi.api.cell_measurements import (
    attach_raw_data,
    change_measurement_tags,
    detach_raw_data,
    list_measurement_raw_data,
    list_measurement_tags,
    unwatch_measurement,
    watch_measurement,
)
from ionworks_openapi.models import (
    RawData,
    RawDataAttachment,
    TagChange,
    TagUsage,
)

from ionworks._sync.cell_measurement_records import MeasurementRecords
from ionworks._sync.lists import sync_list
from ionworks.calls import sync_call
from ionworks.measurements.checks import checked_tags
from ionworks.paging import Page
from ionworks.requests import given, path_id
from ionworks.waiting import job_ids

__all__ = ["MeasurementLinks"]

_MOST_AT_ONCE = 1000


class MeasurementLinks(MeasurementRecords):
    """Tag measurements, attach raw data to them, and watch them."""

    def list_tags(
        self,
        project_id: str | None = None,
        q: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Page[TagUsage]:
        """List the tags of a project's measurements, the most used first.

        Parameters
        ----------
        project_id
            The project; without it, the one of the client.
        q
            Only tags with this text in them, in any case.
        limit, offset
            The part of the list to return. Without a limit, all of it, fetched as it is read.

        Examples
        --------
        >>> spec = client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> cell = client.cell_instance.create_or_get(spec.id, {"name": "Tagged"})
        >>> mass = {"mass": {"value": 68.4, "unit": "g"}}
        >>> _ = client.cell_measurement.create_properties(cell.id, "Mass", mass, tags="rare")
        >>> page = client.cell_measurement.list_tags(q="rar", limit=1)
        >>> page[0].tag, page[0].usage_count
        ('rare', 1)
        """
        return sync_list(
            self._session,
            list_measurement_tags.sync_detailed,
            query={"project_id": self._session.project_id(project_id), "q": given(q)},
            limit=limit,
            offset=offset,
            at_once=_MOST_AT_ONCE,
        )

    def add_tags(self, measurement_ids: Any, tags: str | Iterable[str]) -> int:
        """Add tags to measurements and return how many changed.

        Parameters
        ----------
        measurement_ids
            An id or a measurement, or any number of them: all are changed, or none of a thousand.
        tags
            The tags; a text is one tag. A tag that the project has in another case takes the
            spelling it has there.

        Raises
        ------
        ValueError
            If a tag is empty or longer than 50 characters.
        NotFoundError
            If there is no such measurement.
        """
        return self._change_tags(measurement_ids, add=checked_tags(tags))

    def remove_tags(self, measurement_ids: Any, tags: str | Iterable[str]) -> int:
        """Remove tags, in any case, from measurements and return how many changed.

        Parameters
        ----------
        measurement_ids
            An id or a measurement, or any number of them: all are changed, or none of a thousand.
        tags
            The tags; a text is one tag.
        """
        return self._change_tags(measurement_ids, remove=checked_tags(tags))

    def attach_raw_data(self, cell_measurement_id: str, raw_data_ids: str | Sequence[str]) -> None:
        """Attach raw data files to the measurement that was made of them.

        Parameters
        ----------
        cell_measurement_id
            The measurement.
        raw_data_ids
            Ids or raw data; what is attached already stays so.
        """
        wanted = path_id(cell_measurement_id, "cell_measurement_id")
        ids, _ = job_ids(raw_data_ids, "raw_data_id")
        for start in range(0, len(ids), _MOST_AT_ONCE):
            sync_call(
                attach_raw_data.sync_detailed,
                wanted,
                client=self._session.api,
                body=RawDataAttachment(raw_data_ids=ids[start : start + _MOST_AT_ONCE]),
            )

    def detach_raw_data(self, cell_measurement_id: str, raw_data_id: str) -> None:
        """Detach a raw data file from a measurement; both stay."""
        sync_call(
            detach_raw_data.sync_detailed,
            path_id(cell_measurement_id, "cell_measurement_id"),
            path_id(raw_data_id, "raw_data_id"),
            client=self._session.api,
        )

    def list_raw_data(
        self, cell_measurement_id: str, limit: int | None = None, offset: int | None = None
    ) -> Page[RawData]:
        """List the raw data files attached to a measurement.

        Parameters
        ----------
        cell_measurement_id
            The measurement.
        limit, offset
            The part of the list to return. Without a limit, all of it, fetched as it is read.
        """
        return sync_list(
            self._session,
            list_measurement_raw_data.sync_detailed,
            path_id(cell_measurement_id, "cell_measurement_id"),
            query={},
            limit=limit,
            offset=offset,
        )

    def watch(self, measurement_id: str) -> None:
        """Watch a measurement, so that it shows among what you watch while it runs."""
        sync_call(
            watch_measurement.sync_detailed,
            path_id(measurement_id, "measurement_id"),
            client=self._session.api,
            body={},
        )

    def unwatch(self, measurement_id: str) -> None:
        """Watch a measurement no longer."""
        sync_call(
            unwatch_measurement.sync_detailed,
            path_id(measurement_id, "measurement_id"),
            client=self._session.api,
        )

    def _change_tags(
        self, measurement_ids: Any, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> int:
        ids, _ = job_ids(measurement_ids, "measurement_id")
        changed = 0
        for start in range(0, len(ids), _MOST_AT_ONCE):
            chunk = ids[start : start + _MOST_AT_ONCE]
            body = TagChange(measurement_ids=chunk, add=list(add), remove=list(remove))
            answer = sync_call(
                change_measurement_tags.sync_detailed, client=self._session.api, body=body
            )
            changed += answer.updated_count
        return changed
