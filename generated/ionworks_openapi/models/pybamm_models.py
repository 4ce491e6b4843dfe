from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="PybammModels")


@_attrs_define
class PybammModels:
    """The models that can be configured by name.

    Attributes:
        pybamm_models (Any): Names of model classes by PyBaMM module.
        ionworks_models (Any): Models that the service has beyond PyBaMM's, by name.
        options (Any): Allowed values by the name of the option.
        pybamm_version (None | str): The version of PyBaMM in use.
    """

    pybamm_models: Any
    ionworks_models: Any
    options: Any
    pybamm_version: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        pybamm_models = self.pybamm_models

        ionworks_models = self.ionworks_models

        options = self.options

        pybamm_version: None | str
        pybamm_version = self.pybamm_version

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "pybamm_models": pybamm_models,
                "ionworks_models": ionworks_models,
                "options": options,
                "pybamm_version": pybamm_version,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        pybamm_models = d.pop("pybamm_models", None)

        ionworks_models = d.pop("ionworks_models", None)

        options = d.pop("options", None)

        def _parse_pybamm_version(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        pybamm_version = _parse_pybamm_version(d.pop("pybamm_version", None))

        pybamm_models = cls(
            pybamm_models=pybamm_models,
            ionworks_models=ionworks_models,
            options=options,
            pybamm_version=pybamm_version,
        )

        pybamm_models.additional_properties = d
        return pybamm_models

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
