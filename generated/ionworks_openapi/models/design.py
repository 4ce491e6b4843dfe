from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.design_sampling import DesignSampling
from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.design_row import DesignRow


T = TypeVar("T", bound="Design")


@_attrs_define
class Design:
    """A design of experiments over parameters of the model. A grid has every combination of its rows' values. Other
    samplings draw `count` points, or as many as all rows say alike; they are the same whenever the same design is asked
    for.

        Attributes:
            sampling (DesignSampling): The samplings.
            rows (list[DesignRow]): What varies, one row a parameter.
            count (int | None | Unset): The number of points that are drawn; not for a grid.
    """

    sampling: DesignSampling
    rows: list[DesignRow]
    count: int | None | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        sampling = self.sampling.value

        rows = []
        for rows_item_data in self.rows:
            rows_item = rows_item_data.to_dict()
            rows.append(rows_item)

        count: int | None | Unset
        if isinstance(self.count, Unset):
            count = UNSET
        else:
            count = self.count

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "sampling": sampling,
                "rows": rows,
            }
        )
        if count is not UNSET:
            field_dict["count"] = count

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.design_row import DesignRow  # noqa: PLC0415

        d = dict(src_dict)
        sampling = DesignSampling(d.pop("sampling"))

        rows = []
        _rows = d.pop("rows")
        for rows_item_data in _rows:
            rows_item = DesignRow.from_dict(rows_item_data)

            rows.append(rows_item)

        def _parse_count(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        count = _parse_count(d.pop("count", UNSET))

        design = cls(
            sampling=sampling,
            rows=rows,
            count=count,
        )

        return design
