from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

if TYPE_CHECKING:
    from ..models.simulation import Simulation


T = TypeVar("T", bound="SimulationPage")


@_attrs_define
class SimulationPage:
    """A page of simulations.

    Attributes:
        simulations (list[Simulation]): The simulations of this page.
        total (int): How many there are in all.
        model_scalar_parameters (Any): Parameters of the models in this page, free-form, each in the unit that its name
            gives.
    """

    simulations: list[Simulation]
    total: int
    model_scalar_parameters: Any
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        simulations = []
        for simulations_item_data in self.simulations:
            simulations_item = simulations_item_data.to_dict()
            simulations.append(simulations_item)

        total = self.total

        model_scalar_parameters = self.model_scalar_parameters

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "simulations": simulations,
                "total": total,
                "model_scalar_parameters": model_scalar_parameters,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.simulation import Simulation  # noqa: PLC0415

        d = dict(src_dict)
        simulations = []
        _simulations = d.pop("simulations")
        for simulations_item_data in _simulations:
            simulations_item = Simulation.from_dict(simulations_item_data)

            simulations.append(simulations_item)

        total = d.pop("total")

        model_scalar_parameters = d.pop("model_scalar_parameters", None)

        simulation_page = cls(
            simulations=simulations,
            total=total,
            model_scalar_parameters=model_scalar_parameters,
        )

        simulation_page.additional_properties = d
        return simulation_page

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
