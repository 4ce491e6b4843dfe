from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

T = TypeVar("T", bound="ProtocolTemplateCreate")


@_attrs_define
class ProtocolTemplateCreate:
    """A protocol to save.

    Attributes:
        name (str): Its name.
        protocol_config (Any): The document in UCP, free-form here and checked as UCP; see `UniversalCyclerProtocol`.
        project_id (str): The project it belongs to.
        parameters_schema (Any | Unset): What its inputs stand for, free-form.
        force_create (bool | Unset): Refuse instead of answering with an equal protocol that is there.
        description (None | str | Unset): What it is for.
        source_protocol (None | str | Unset): The text it was made from.
    """

    name: str
    protocol_config: Any
    project_id: str
    parameters_schema: Any | Unset = UNSET
    force_create: bool | Unset = UNSET
    description: None | str | Unset = UNSET
    source_protocol: None | str | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        protocol_config = self.protocol_config

        project_id = self.project_id

        parameters_schema = self.parameters_schema

        force_create = self.force_create

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        source_protocol: None | str | Unset
        if isinstance(self.source_protocol, Unset):
            source_protocol = UNSET
        else:
            source_protocol = self.source_protocol

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "protocol_config": protocol_config,
                "project_id": project_id,
            }
        )
        if parameters_schema is not UNSET:
            field_dict["parameters_schema"] = parameters_schema
        if force_create is not UNSET:
            field_dict["force_create"] = force_create
        if description is not UNSET:
            field_dict["description"] = description
        if source_protocol is not UNSET:
            field_dict["source_protocol"] = source_protocol

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        protocol_config = d.pop("protocol_config")

        project_id = d.pop("project_id")

        parameters_schema = d.pop("parameters_schema", UNSET)

        force_create = d.pop("force_create", UNSET)

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        def _parse_source_protocol(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        source_protocol = _parse_source_protocol(d.pop("source_protocol", UNSET))

        protocol_template_create = cls(
            name=name,
            protocol_config=protocol_config,
            project_id=project_id,
            parameters_schema=parameters_schema,
            force_create=force_create,
            description=description,
            source_protocol=source_protocol,
        )

        return protocol_template_create
