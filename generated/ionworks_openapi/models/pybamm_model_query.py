from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

T = TypeVar("T", bound="PybammModelQuery")


@_attrs_define
class PybammModelQuery:
    """A model class and its options.

    Attributes:
        pybamm_model (str): The class, for example `SPMe`.
        module (str | Unset): The PyBaMM module, `lithium_ion` or `lead_acid`.
        options (Any | Unset): The model's options by name, free-form.
    """

    pybamm_model: str
    module: str | Unset = UNSET
    options: Any | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        pybamm_model = self.pybamm_model

        module = self.module

        options = self.options

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "pybamm_model": pybamm_model,
            }
        )
        if module is not UNSET:
            field_dict["module"] = module
        if options is not UNSET:
            field_dict["options"] = options

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        pybamm_model = d.pop("pybamm_model")

        module = d.pop("module", UNSET)

        options = d.pop("options", UNSET)

        pybamm_model_query = cls(
            pybamm_model=pybamm_model,
            module=module,
            options=options,
        )

        return pybamm_model_query
