from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.measurement_kind import MeasurementKind
from ..models.processing_status import ProcessingStatus
from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="ConfirmedMeasurement")


@_attrs_define
class ConfirmedMeasurement:
    """A measurement whose upload was confirmed.

    Attributes:
        id (str): Identifies the measurement.
        name (str): Its name, once in a cell instance.
        cell_instance_id (str): The cell that was tested.
        specification_id (None | str): The specification of that cell.
        project_id (None | str): The project it belongs to.
        organization_id (None | str): The organization it belongs to.
        measurement_type (MeasurementKind | None | str): Whether it holds a time series, files or values.
        notes (None | str): Notes.
        protocol (Any): What was done to the cell, free-form: `name`, `ambient_temperature_degc`, `definition` and more.
        protocol_id (None | str): The saved protocol that was run.
        channel_id (None | str): The cycler's channel it ran on.
        test_setup (Any): What it was done with, free-form: `cycler`, `operator`, `lab`, `channel_number` and more.
        start_time (None | str): When the test started.
        end_time (None | str): When it ended; null while it is running or unknown.
        estimated_end_time (None | str): When a running test will likely end.
        estimated_end_time_note (None | str): What that estimate rests on.
        estimated_end_time_calculated_at (None | str): When that was estimated.
        tags (list[str] | None): Its tags, sorted, each once whatever its case.
        processing_status (None | ProcessingStatus | str): Where processing stands; files and values are always `ready`.
        processing_error (None | str): Why processing failed; on a `ready` measurement, why the last extension was
            refused.
        properties (Any): Its values by name, free-form; a number with a unit is `{value, unit}`.
        file_metadata (Any): What is told about its files, free-form.
        created_by_email (None | str): Who created it.
        created_at (None | str): When it was created.
        updated_at (None | str): When it or its data last changed.
        steps_created (int): How many steps were stored at once; 0 where they are derived later.
    """

    id: str
    name: str
    cell_instance_id: str
    specification_id: None | str
    project_id: None | str
    organization_id: None | str
    measurement_type: MeasurementKind | None | str
    notes: None | str
    protocol: Any
    protocol_id: None | str
    channel_id: None | str
    test_setup: Any
    start_time: None | str
    end_time: None | str
    estimated_end_time: None | str
    estimated_end_time_note: None | str
    estimated_end_time_calculated_at: None | str
    tags: list[str] | None
    processing_status: None | ProcessingStatus | str
    processing_error: None | str
    properties: Any
    file_metadata: Any
    created_by_email: None | str
    created_at: None | str
    updated_at: None | str
    steps_created: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        cell_instance_id = self.cell_instance_id

        specification_id: None | str
        specification_id = self.specification_id

        project_id: None | str
        project_id = self.project_id

        organization_id: None | str
        organization_id = self.organization_id

        measurement_type: None | str
        if isinstance(self.measurement_type, MeasurementKind):
            measurement_type = self.measurement_type.value
        else:
            measurement_type = self.measurement_type

        notes: None | str
        notes = self.notes

        protocol = self.protocol

        protocol_id: None | str
        protocol_id = self.protocol_id

        channel_id: None | str
        channel_id = self.channel_id

        test_setup = self.test_setup

        start_time: None | str
        start_time = self.start_time

        end_time: None | str
        end_time = self.end_time

        estimated_end_time: None | str
        estimated_end_time = self.estimated_end_time

        estimated_end_time_note: None | str
        estimated_end_time_note = self.estimated_end_time_note

        estimated_end_time_calculated_at: None | str
        estimated_end_time_calculated_at = self.estimated_end_time_calculated_at

        tags: list[str] | None
        if isinstance(self.tags, list):
            tags = self.tags

        else:
            tags = self.tags

        processing_status: None | str
        if isinstance(self.processing_status, ProcessingStatus):
            processing_status = self.processing_status.value
        else:
            processing_status = self.processing_status

        processing_error: None | str
        processing_error = self.processing_error

        properties = self.properties

        file_metadata = self.file_metadata

        created_by_email: None | str
        created_by_email = self.created_by_email

        created_at: None | str
        created_at = self.created_at

        updated_at: None | str
        updated_at = self.updated_at

        steps_created = self.steps_created

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "cell_instance_id": cell_instance_id,
                "specification_id": specification_id,
                "project_id": project_id,
                "organization_id": organization_id,
                "measurement_type": measurement_type,
                "notes": notes,
                "protocol": protocol,
                "protocol_id": protocol_id,
                "channel_id": channel_id,
                "test_setup": test_setup,
                "start_time": start_time,
                "end_time": end_time,
                "estimated_end_time": estimated_end_time,
                "estimated_end_time_note": estimated_end_time_note,
                "estimated_end_time_calculated_at": estimated_end_time_calculated_at,
                "tags": tags,
                "processing_status": processing_status,
                "processing_error": processing_error,
                "properties": properties,
                "file_metadata": file_metadata,
                "created_by_email": created_by_email,
                "created_at": created_at,
                "updated_at": updated_at,
                "steps_created": steps_created,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        cell_instance_id = d.pop("cell_instance_id")

        def _parse_specification_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        specification_id = _parse_specification_id(d.pop("specification_id", None))

        def _parse_project_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        project_id = _parse_project_id(d.pop("project_id", None))

        def _parse_organization_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        organization_id = _parse_organization_id(d.pop("organization_id", None))

        def _parse_measurement_type(data: object) -> MeasurementKind | None | str:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                measurement_type_type_0 = MeasurementKind(data)

                return measurement_type_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(MeasurementKind | None | str, data)

        measurement_type = _parse_measurement_type(d.pop("measurement_type", None))

        def _parse_notes(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        notes = _parse_notes(d.pop("notes", None))

        protocol = d.pop("protocol", None)

        def _parse_protocol_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        protocol_id = _parse_protocol_id(d.pop("protocol_id", None))

        def _parse_channel_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        channel_id = _parse_channel_id(d.pop("channel_id", None))

        test_setup = d.pop("test_setup", None)

        def _parse_start_time(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        start_time = _parse_start_time(d.pop("start_time", None))

        def _parse_end_time(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        end_time = _parse_end_time(d.pop("end_time", None))

        def _parse_estimated_end_time(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        estimated_end_time = _parse_estimated_end_time(
            d.pop("estimated_end_time", None)
        )

        def _parse_estimated_end_time_note(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        estimated_end_time_note = _parse_estimated_end_time_note(
            d.pop("estimated_end_time_note", None)
        )

        def _parse_estimated_end_time_calculated_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        estimated_end_time_calculated_at = _parse_estimated_end_time_calculated_at(
            d.pop("estimated_end_time_calculated_at", None)
        )

        def _parse_tags(data: object) -> list[str] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                tags_type_0 = cast(list[str], data)

                return tags_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None, data)

        tags = _parse_tags(d.pop("tags", None))

        def _parse_processing_status(data: object) -> None | ProcessingStatus | str:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                processing_status_type_0 = ProcessingStatus(data)

                return processing_status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ProcessingStatus | str, data)

        processing_status = _parse_processing_status(d.pop("processing_status", None))

        def _parse_processing_error(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        processing_error = _parse_processing_error(d.pop("processing_error", None))

        properties = d.pop("properties", None)

        file_metadata = d.pop("file_metadata", None)

        def _parse_created_by_email(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        created_by_email = _parse_created_by_email(d.pop("created_by_email", None))

        def _parse_created_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        created_at = _parse_created_at(d.pop("created_at", None))

        def _parse_updated_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        updated_at = _parse_updated_at(d.pop("updated_at", None))

        steps_created = d.pop("steps_created")

        confirmed_measurement = cls(
            id=id,
            name=name,
            cell_instance_id=cell_instance_id,
            specification_id=specification_id,
            project_id=project_id,
            organization_id=organization_id,
            measurement_type=measurement_type,
            notes=notes,
            protocol=protocol,
            protocol_id=protocol_id,
            channel_id=channel_id,
            test_setup=test_setup,
            start_time=start_time,
            end_time=end_time,
            estimated_end_time=estimated_end_time,
            estimated_end_time_note=estimated_end_time_note,
            estimated_end_time_calculated_at=estimated_end_time_calculated_at,
            tags=tags,
            processing_status=processing_status,
            processing_error=processing_error,
            properties=properties,
            file_metadata=file_metadata,
            created_by_email=created_by_email,
            created_at=created_at,
            updated_at=updated_at,
            steps_created=steps_created,
        )

        confirmed_measurement.additional_properties = d
        return confirmed_measurement

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
