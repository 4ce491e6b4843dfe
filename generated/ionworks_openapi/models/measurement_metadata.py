from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

T = TypeVar("T", bound="MeasurementMetadata")


@_attrs_define
class MeasurementMetadata:
    """What is told about a measurement.

    Attributes:
        name (str): Its name, once in a cell instance.
        notes (None | str | Unset): Notes.
        protocol (Any | Unset): What was done to the cell, free-form: `name`, `ambient_temperature_degc`, `definition`
            and more.
        protocol_id (None | str | Unset): The saved protocol that was run; of the same project.
        channel_id (None | str | Unset): The cycler's channel it runs on; null takes it off.
        start_time (None | str | Unset): When the test started, an ISO 8601 time; in UTC unless it says otherwise.
        end_time (None | str | Unset): When it ended, likewise; not before the start; null while it is running.
        test_setup (Any | Unset): What it is done with, free-form: `cycler`, `operator`, `lab`, `channel_number` and
            more.
        tags (list[str] | None | Unset): All its tags, at most 50 of at most 50 characters.
        file_metadata (Any | Unset): What is told about its files, free-form.
        properties (Any | Unset): Its values by name, free-form; a number with a unit is `{value, unit}`.
    """

    name: str
    notes: None | str | Unset = UNSET
    protocol: Any | Unset = UNSET
    protocol_id: None | str | Unset = UNSET
    channel_id: None | str | Unset = UNSET
    start_time: None | str | Unset = UNSET
    end_time: None | str | Unset = UNSET
    test_setup: Any | Unset = UNSET
    tags: list[str] | None | Unset = UNSET
    file_metadata: Any | Unset = UNSET
    properties: Any | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        notes: None | str | Unset
        if isinstance(self.notes, Unset):
            notes = UNSET
        else:
            notes = self.notes

        protocol = self.protocol

        protocol_id: None | str | Unset
        if isinstance(self.protocol_id, Unset):
            protocol_id = UNSET
        else:
            protocol_id = self.protocol_id

        channel_id: None | str | Unset
        if isinstance(self.channel_id, Unset):
            channel_id = UNSET
        else:
            channel_id = self.channel_id

        start_time: None | str | Unset
        if isinstance(self.start_time, Unset):
            start_time = UNSET
        else:
            start_time = self.start_time

        end_time: None | str | Unset
        if isinstance(self.end_time, Unset):
            end_time = UNSET
        else:
            end_time = self.end_time

        test_setup = self.test_setup

        tags: list[str] | None | Unset
        if isinstance(self.tags, Unset):
            tags = UNSET
        elif isinstance(self.tags, list):
            tags = self.tags

        else:
            tags = self.tags

        file_metadata = self.file_metadata

        properties = self.properties

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
            }
        )
        if notes is not UNSET:
            field_dict["notes"] = notes
        if protocol is not UNSET:
            field_dict["protocol"] = protocol
        if protocol_id is not UNSET:
            field_dict["protocol_id"] = protocol_id
        if channel_id is not UNSET:
            field_dict["channel_id"] = channel_id
        if start_time is not UNSET:
            field_dict["start_time"] = start_time
        if end_time is not UNSET:
            field_dict["end_time"] = end_time
        if test_setup is not UNSET:
            field_dict["test_setup"] = test_setup
        if tags is not UNSET:
            field_dict["tags"] = tags
        if file_metadata is not UNSET:
            field_dict["file_metadata"] = file_metadata
        if properties is not UNSET:
            field_dict["properties"] = properties

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        def _parse_notes(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        notes = _parse_notes(d.pop("notes", UNSET))

        protocol = d.pop("protocol", UNSET)

        def _parse_protocol_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        protocol_id = _parse_protocol_id(d.pop("protocol_id", UNSET))

        def _parse_channel_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        channel_id = _parse_channel_id(d.pop("channel_id", UNSET))

        def _parse_start_time(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        start_time = _parse_start_time(d.pop("start_time", UNSET))

        def _parse_end_time(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        end_time = _parse_end_time(d.pop("end_time", UNSET))

        test_setup = d.pop("test_setup", UNSET)

        def _parse_tags(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                tags_type_0 = cast(list[str], data)

                return tags_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        tags = _parse_tags(d.pop("tags", UNSET))

        file_metadata = d.pop("file_metadata", UNSET)

        properties = d.pop("properties", UNSET)

        measurement_metadata = cls(
            name=name,
            notes=notes,
            protocol=protocol,
            protocol_id=protocol_id,
            channel_id=channel_id,
            start_time=start_time,
            end_time=end_time,
            test_setup=test_setup,
            tags=tags,
            file_metadata=file_metadata,
            properties=properties,
        )

        return measurement_metadata
