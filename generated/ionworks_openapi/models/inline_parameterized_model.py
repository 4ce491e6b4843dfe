from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="InlineParameterizedModel")


@_attrs_define
class InlineParameterizedModel:
    """A model with values, without saving the two as a parameterized model.

    Attributes:
        model_id (str): The model.
        parameters (Any): Values by PyBaMM's parameter names, free-form, each in the unit that its name gives.
    """

    model_id: str
    parameters: Any

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        model_id = self.model_id

        parameters = self.parameters

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "model_id": model_id,
                "parameters": parameters,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        model_id = d.pop("model_id")

        parameters = d.pop("parameters")

        inline_parameterized_model = cls(
            model_id=model_id,
            parameters=parameters,
        )

        return inline_parameterized_model
