from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

T = TypeVar("T", bound="SimplePipelineConfig")


@_attrs_define
class SimplePipelineConfig:
    """What a simple pipeline does.

    Attributes:
        elements (Any): Its elements by name, in the order in which they run, free-form, as those of a pipeline; at most
            one of them is a `data_fit`, an `array_data_fit` or a `validation`.
        name (None | str | Unset): Ignored here; the name stands beside the configuration.
        description (None | str | Unset): Ignored here; the description stands beside the configuration.
        output_file (None | str | Unset): Kept for the schema's sake; the service writes no such file.
    """

    elements: Any
    name: None | str | Unset = UNSET
    description: None | str | Unset = UNSET
    output_file: None | str | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        elements = self.elements

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        output_file: None | str | Unset
        if isinstance(self.output_file, Unset):
            output_file = UNSET
        else:
            output_file = self.output_file

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "elements": elements,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name
        if description is not UNSET:
            field_dict["description"] = description
        if output_file is not UNSET:
            field_dict["output_file"] = output_file

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        elements = d.pop("elements")

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        def _parse_output_file(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        output_file = _parse_output_file(d.pop("output_file", UNSET))

        simple_pipeline_config = cls(
            elements=elements,
            name=name,
            description=description,
            output_file=output_file,
        )

        return simple_pipeline_config
