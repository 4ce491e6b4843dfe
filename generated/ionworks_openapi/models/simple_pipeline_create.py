from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.pipeline_options import PipelineOptions
    from ..models.simple_pipeline_config import SimplePipelineConfig


T = TypeVar("T", bound="SimplePipelineCreate")


@_attrs_define
class SimplePipelineCreate:
    """A simple pipeline to run.

    Attributes:
        project_id (str): The project it will belong to.
        config (SimplePipelineConfig): What a simple pipeline does.
        options (None | PipelineOptions | Unset): How it is to be run; not part of what it does.
        name (None | str | Unset): Its name; one is made up if there is none.
        description (None | str | Unset): What it is for.
    """

    project_id: str
    config: SimplePipelineConfig
    options: None | PipelineOptions | Unset = UNSET
    name: None | str | Unset = UNSET
    description: None | str | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        from ..models.pipeline_options import PipelineOptions  # noqa: PLC0415

        project_id = self.project_id

        config = self.config.to_dict()

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

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "project_id": project_id,
                "config": config,
            }
        )
        if options is not UNSET:
            field_dict["options"] = options
        if name is not UNSET:
            field_dict["name"] = name
        if description is not UNSET:
            field_dict["description"] = description

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.pipeline_options import PipelineOptions  # noqa: PLC0415
        from ..models.simple_pipeline_config import SimplePipelineConfig  # noqa: PLC0415

        d = dict(src_dict)
        project_id = d.pop("project_id")

        config = SimplePipelineConfig.from_dict(d.pop("config"))

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

        simple_pipeline_create = cls(
            project_id=project_id,
            config=config,
            options=options,
            name=name,
            description=description,
        )

        return simple_pipeline_create
