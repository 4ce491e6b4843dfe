from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="ProtocolTemplate")


@_attrs_define
class ProtocolTemplate:
    """A saved protocol.

    Attributes:
        id (str): Identifies the saved protocol.
        name (str): Its name; names are not unique.
        organization_id (str): The organization it belongs to.
        project_id (None | str): The project it belongs to.
        description (None | str): What it is for.
        protocol_config (Any): The document in UCP, see `UniversalCyclerProtocol`; absent in lists.
        parameters_schema (Any): What its inputs stand for, free-form; absent in lists.
        time_series_spec (Any): Which time series to store, free-form; absent in lists, null if all.
        metrics_spec (Any): Which metrics to compute, free-form; absent in lists, null if all.
        plot_options (Any): How to plot what it gives, free-form; absent in lists, null if nothing is said.
        source_protocol (None | str): The text it was made from; absent in lists.
        created_by_email (None | str): Who saved it.
        created_at (None | str): When it was saved.
        updated_at (None | str): When it last changed.
    """

    id: str
    name: str
    organization_id: str
    project_id: None | str
    description: None | str
    protocol_config: Any
    parameters_schema: Any
    time_series_spec: Any
    metrics_spec: Any
    plot_options: Any
    source_protocol: None | str
    created_by_email: None | str
    created_at: None | str
    updated_at: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        organization_id = self.organization_id

        project_id: None | str
        project_id = self.project_id

        description: None | str
        description = self.description

        protocol_config = self.protocol_config

        parameters_schema = self.parameters_schema

        time_series_spec = self.time_series_spec

        metrics_spec = self.metrics_spec

        plot_options = self.plot_options

        source_protocol: None | str
        source_protocol = self.source_protocol

        created_by_email: None | str
        created_by_email = self.created_by_email

        created_at: None | str
        created_at = self.created_at

        updated_at: None | str
        updated_at = self.updated_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "organization_id": organization_id,
                "project_id": project_id,
                "description": description,
                "protocol_config": protocol_config,
                "parameters_schema": parameters_schema,
                "time_series_spec": time_series_spec,
                "metrics_spec": metrics_spec,
                "plot_options": plot_options,
                "source_protocol": source_protocol,
                "created_by_email": created_by_email,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        organization_id = d.pop("organization_id")

        def _parse_project_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        project_id = _parse_project_id(d.pop("project_id", None))

        def _parse_description(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        description = _parse_description(d.pop("description", None))

        protocol_config = d.pop("protocol_config", None)

        parameters_schema = d.pop("parameters_schema", None)

        time_series_spec = d.pop("time_series_spec", None)

        metrics_spec = d.pop("metrics_spec", None)

        plot_options = d.pop("plot_options", None)

        def _parse_source_protocol(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        source_protocol = _parse_source_protocol(d.pop("source_protocol", None))

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

        protocol_template = cls(
            id=id,
            name=name,
            organization_id=organization_id,
            project_id=project_id,
            description=description,
            protocol_config=protocol_config,
            parameters_schema=parameters_schema,
            time_series_spec=time_series_spec,
            metrics_spec=metrics_spec,
            plot_options=plot_options,
            source_protocol=source_protocol,
            created_by_email=created_by_email,
            created_at=created_at,
            updated_at=updated_at,
        )

        protocol_template.additional_properties = d
        return protocol_template

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
