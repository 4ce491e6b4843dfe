from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.cycler_format import CyclerFormat
from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

T = TypeVar("T", bound="ProtocolConversion")


@_attrs_define
class ProtocolConversion:
    """A protocol and what to write it for.

    Attributes:
        protocol (Any | str): The protocol in UCP, as text (YAML) or as an object.
        target (CyclerFormat): A format: `maccor` (.000, with .MWF and .FRA files), `arbin` (.sdu, MITS Pro up to 7),
            `arbin_sdx` (.sdx, MITS Pro 8), `neware` (.xml), `novonix` (text), `biologic_mps` (Modulo Bat settings of BT-Lab
            and EC-Lab) or `biologic_bttest`.
        drive_cycles (Any | None | Unset): Drive cycles by name, for those that the protocol names and does not hold:
            they are added, or take the place of its own.
        filename_stem (str | Unset): What to call the files, without the suffix.
        nominal_capacity_ah (float | None | Unset): The capacity that 1 C refers to [A.h]; needed by formats that know
            no C-rate when the protocol has one.
        verify (bool | Unset): Read the files back, and refuse if they mean anything else than the protocol.
    """

    protocol: Any | str
    target: CyclerFormat
    drive_cycles: Any | None | Unset = UNSET
    filename_stem: str | Unset = UNSET
    nominal_capacity_ah: float | None | Unset = UNSET
    verify: bool | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        protocol: Any | str
        protocol = self.protocol

        target = self.target.value

        drive_cycles: Any | None | Unset
        if isinstance(self.drive_cycles, Unset):
            drive_cycles = UNSET
        else:
            drive_cycles = self.drive_cycles

        filename_stem = self.filename_stem

        nominal_capacity_ah: float | None | Unset
        if isinstance(self.nominal_capacity_ah, Unset):
            nominal_capacity_ah = UNSET
        else:
            nominal_capacity_ah = self.nominal_capacity_ah

        verify = self.verify

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "protocol": protocol,
                "target": target,
            }
        )
        if drive_cycles is not UNSET:
            field_dict["drive_cycles"] = drive_cycles
        if filename_stem is not UNSET:
            field_dict["filename_stem"] = filename_stem
        if nominal_capacity_ah is not UNSET:
            field_dict["nominal_capacity_ah"] = nominal_capacity_ah
        if verify is not UNSET:
            field_dict["verify"] = verify

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_protocol(data: object) -> Any | str:
            return cast(Any | str, data)

        protocol = _parse_protocol(d.pop("protocol"))

        target = CyclerFormat(d.pop("target"))

        def _parse_drive_cycles(data: object) -> Any | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(Any | None | Unset, data)

        drive_cycles = _parse_drive_cycles(d.pop("drive_cycles", UNSET))

        filename_stem = d.pop("filename_stem", UNSET)

        def _parse_nominal_capacity_ah(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        nominal_capacity_ah = _parse_nominal_capacity_ah(
            d.pop("nominal_capacity_ah", UNSET)
        )

        verify = d.pop("verify", UNSET)

        protocol_conversion = cls(
            protocol=protocol,
            target=target,
            drive_cycles=drive_cycles,
            filename_stem=filename_stem,
            nominal_capacity_ah=nominal_capacity_ah,
            verify=verify,
        )

        return protocol_conversion
