from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="PlotTrace")


@_attrs_define
class PlotTrace:
    """A curve.

    Attributes:
        name (str): What it is; its first word is Data, Model, Fit or Error.
        x (list[float | None]): Where its points are, in the unit of the axis.
        y (list[float | None]): Their values, in the unit of the axis.
        color (None | str): A colour to draw it in.
    """

    name: str
    x: list[float | None]
    y: list[float | None]
    color: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        x = []
        for x_item_data in self.x:
            x_item: float | None
            x_item = x_item_data
            x.append(x_item)

        y = []
        for y_item_data in self.y:
            y_item: float | None
            y_item = y_item_data
            y.append(y_item)

        color: None | str
        color = self.color

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "x": x,
                "y": y,
                "color": color,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        x = []
        _x = d.pop("x")
        for x_item_data in _x:

            def _parse_x_item(data: object) -> float | None:
                if data is None:
                    return data
                return cast(float | None, data)

            x_item = _parse_x_item(x_item_data)

            x.append(x_item)

        y = []
        _y = d.pop("y")
        for y_item_data in _y:

            def _parse_y_item(data: object) -> float | None:
                if data is None:
                    return data
                return cast(float | None, data)

            y_item = _parse_y_item(y_item_data)

            y.append(y_item)

        def _parse_color(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        color = _parse_color(d.pop("color", None))

        plot_trace = cls(
            name=name,
            x=x,
            y=y,
            color=color,
        )

        plot_trace.additional_properties = d
        return plot_trace

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
