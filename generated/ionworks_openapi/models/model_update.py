from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

T = TypeVar("T", bound="ModelUpdate")


@_attrs_define
class ModelUpdate:
    """What changes in a model; what is left out stays.

    Attributes:
        name (str | Unset): Its new name.
        description (None | str | Unset): What it is for; null clears it.
        pybamm_version (None | str | Unset): The version of PyBaMM it was made with.
        simulation_settings (Any | Unset): Mesh, methods and solver, free-form; null clears them.
    """

    name: str | Unset = UNSET
    description: None | str | Unset = UNSET
    pybamm_version: None | str | Unset = UNSET
    simulation_settings: Any | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        pybamm_version: None | str | Unset
        if isinstance(self.pybamm_version, Unset):
            pybamm_version = UNSET
        else:
            pybamm_version = self.pybamm_version

        simulation_settings = self.simulation_settings

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if description is not UNSET:
            field_dict["description"] = description
        if pybamm_version is not UNSET:
            field_dict["pybamm_version"] = pybamm_version
        if simulation_settings is not UNSET:
            field_dict["simulation_settings"] = simulation_settings

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name", UNSET)

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        def _parse_pybamm_version(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        pybamm_version = _parse_pybamm_version(d.pop("pybamm_version", UNSET))

        simulation_settings = d.pop("simulation_settings", UNSET)

        model_update = cls(
            name=name,
            description=description,
            pybamm_version=pybamm_version,
            simulation_settings=simulation_settings,
        )

        return model_update
