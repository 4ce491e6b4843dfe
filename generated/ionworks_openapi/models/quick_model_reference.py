from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table

if TYPE_CHECKING:
    from ..models.quick_model import QuickModel


T = TypeVar("T", bound="QuickModelReference")


@_attrs_define
class QuickModelReference:
    """A quick model instead of a parameterized one.

    Attributes:
        quick_model (QuickModel): An equivalent circuit with one RC pair, made from a capacity and a chemistry.
    """

    quick_model: QuickModel

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        quick_model = self.quick_model.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "quick_model": quick_model,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.quick_model import QuickModel  # noqa: PLC0415

        d = dict(src_dict)
        quick_model = QuickModel.from_dict(d.pop("quick_model"))

        quick_model_reference = cls(
            quick_model=quick_model,
        )

        return quick_model_reference
