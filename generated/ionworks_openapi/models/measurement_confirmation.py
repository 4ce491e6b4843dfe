from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.uploaded_type import UploadedType
from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.measurement_metadata import MeasurementMetadata


T = TypeVar("T", bound="MeasurementConfirmation")


@_attrs_define
class MeasurementConfirmation:
    """What was uploaded.

    Attributes:
        cell_instance_id (str): The cell that was tested: the one of `initiate-upload`, as a rule; if it is another one,
            it is the one that counts.
        measurement (MeasurementMetadata): What is told about a measurement.
        measurement_type (UploadedType | Unset): The kinds of measurements that are uploaded.
        filenames (list[str] | Unset): The names of the files, as in `initiate-upload`.
    """

    cell_instance_id: str
    measurement: MeasurementMetadata
    measurement_type: UploadedType | Unset = UNSET
    filenames: list[str] | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        cell_instance_id = self.cell_instance_id

        measurement = self.measurement.to_dict()

        measurement_type: str | Unset = UNSET
        if not isinstance(self.measurement_type, Unset):
            measurement_type = self.measurement_type.value

        filenames: list[str] | Unset = UNSET
        if not isinstance(self.filenames, Unset):
            filenames = self.filenames

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "cell_instance_id": cell_instance_id,
                "measurement": measurement,
            }
        )
        if measurement_type is not UNSET:
            field_dict["measurement_type"] = measurement_type
        if filenames is not UNSET:
            field_dict["filenames"] = filenames

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.measurement_metadata import MeasurementMetadata  # noqa: PLC0415

        d = dict(src_dict)
        cell_instance_id = d.pop("cell_instance_id")

        measurement = MeasurementMetadata.from_dict(d.pop("measurement"))

        _measurement_type = d.pop("measurement_type", UNSET)
        measurement_type: UploadedType | Unset
        if isinstance(_measurement_type, Unset):
            measurement_type = UNSET
        else:
            measurement_type = UploadedType(_measurement_type)

        filenames = cast(list[str], d.pop("filenames", UNSET))

        measurement_confirmation = cls(
            cell_instance_id=cell_instance_id,
            measurement=measurement,
            measurement_type=measurement_type,
            filenames=filenames,
        )

        return measurement_confirmation
