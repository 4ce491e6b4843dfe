from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.pipeline_options import PipelineOptions


T = TypeVar("T", bound="PipelineCreate")


@_attrs_define
class PipelineCreate:
    """A pipeline to run.

    Attributes:
        project_id (str): The project it will belong to.
        elements (Any): Its elements by name, in the order in which they run, free-form. Each has an `element_type`:
            `entry` (values that are known), `calculation` (derive some from others), `data_fit`, `array_data_fit`,
            `validation`, `linear_confidence_interval` or `sobol_sensitivity`; labels of earlier versions (`Direct Entry`,
            `Data Fit`, `datafit`, ...) are understood. The rest of an element is what its type takes, as the public package
            `ionworks-schema` writes it. One of an unknown type is accepted, and fails when its turn comes.
        options (None | PipelineOptions | Unset): How it is to be run; not part of what it does.
        name (None | str | Unset): Its name; one is made up if there is none.
        description (None | str | Unset): What it is for.
        output_file (None | str | Unset): Kept for the schema's sake; the service writes no such file.
    """

    project_id: str
    elements: Any
    options: None | PipelineOptions | Unset = UNSET
    name: None | str | Unset = UNSET
    description: None | str | Unset = UNSET
    output_file: None | str | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        from ..models.pipeline_options import PipelineOptions  # noqa: PLC0415

        project_id = self.project_id

        elements = self.elements

        options: dict[str, Any] | None | Unset
        if isinstance(self.options, Unset):
            options = UNSET
        elif isinstance(self.options, PipelineOptions):
            options = self.options.to_dict()
        else:
            options = self.options

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
                "project_id": project_id,
                "elements": elements,
            }
        )
        if options is not UNSET:
            field_dict["options"] = options
        if name is not UNSET:
            field_dict["name"] = name
        if description is not UNSET:
            field_dict["description"] = description
        if output_file is not UNSET:
            field_dict["output_file"] = output_file

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.pipeline_options import PipelineOptions  # noqa: PLC0415

        d = dict(src_dict)
        project_id = d.pop("project_id")

        elements = d.pop("elements")

        def _parse_options(data: object) -> None | PipelineOptions | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                options_type_0 = PipelineOptions.from_dict(data)

                return options_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | PipelineOptions | Unset, data)

        options = _parse_options(d.pop("options", UNSET))

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

        pipeline_create = cls(
            project_id=project_id,
            elements=elements,
            options=options,
            name=name,
            description=description,
            output_file=output_file,
        )

        return pipeline_create
