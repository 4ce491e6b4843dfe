from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

if TYPE_CHECKING:
    from ..models.plot_trace import PlotTrace


T = TypeVar("T", bound="PlotData")


@_attrs_define
class PlotData:
    """Curves to be drawn.

    Attributes:
        type_ (None | str): What is drawn, for example `nyquist`, whose axes have one scale.
        traces (list[PlotTrace]): The curves.
        layout (Any): The axes, free-form: `xaxis` and `yaxis` with `title` (which names the unit) and perhaps `range`.
    """

    type_: None | str
    traces: list[PlotTrace]
    layout: Any
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        type_: None | str
        type_ = self.type_

        traces = []
        for traces_item_data in self.traces:
            traces_item = traces_item_data.to_dict()
            traces.append(traces_item)

        layout = self.layout

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "type": type_,
                "traces": traces,
                "layout": layout,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.plot_trace import PlotTrace  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_type_(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        type_ = _parse_type_(d.pop("type", None))

        traces = []
        _traces = d.pop("traces")
        for traces_item_data in _traces:
            traces_item = PlotTrace.from_dict(traces_item_data)

            traces.append(traces_item)

        layout = d.pop("layout", None)

        plot_data = cls(
            type_=type_,
            traces=traces,
            layout=layout,
        )

        plot_data.additional_properties = d
        return plot_data

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
