from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="ParsedProtocol")


@_attrs_define
class ParsedProtocol:
    """What the file of a cycler says.

    Attributes:
        parsed_protocol_ucp (str): The protocol in UCP (YAML).
        parsed_protocol_human (None | str): The protocol for people, one line a step.
        raw_protocol (None | str): The file as text.
        cycler_type (None | str): Whose format it is.
        nominal_capacity_ah (float | None): What the file calls 1 C [A.h], if it says so.
        required_drive_cycles (list[str] | None): Drive cycles that its steps follow; those that are not available have
            to be given.
        available_drive_cycles (list[str] | None): Drive cycles that it holds.
        required_subroutines (list[str] | None): Procedures that it calls.
        available_subroutines (list[str] | None): Procedures that it holds.
        error (None | str): What could not be read, if only a part could be.
        notes (list[str] | None): What the protocol says differently from the file, in sentences for people.
    """

    parsed_protocol_ucp: str
    parsed_protocol_human: None | str
    raw_protocol: None | str
    cycler_type: None | str
    nominal_capacity_ah: float | None
    required_drive_cycles: list[str] | None
    available_drive_cycles: list[str] | None
    required_subroutines: list[str] | None
    available_subroutines: list[str] | None
    error: None | str
    notes: list[str] | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        parsed_protocol_ucp = self.parsed_protocol_ucp

        parsed_protocol_human: None | str
        parsed_protocol_human = self.parsed_protocol_human

        raw_protocol: None | str
        raw_protocol = self.raw_protocol

        cycler_type: None | str
        cycler_type = self.cycler_type

        nominal_capacity_ah: float | None
        nominal_capacity_ah = self.nominal_capacity_ah

        required_drive_cycles: list[str] | None
        if isinstance(self.required_drive_cycles, list):
            required_drive_cycles = self.required_drive_cycles

        else:
            required_drive_cycles = self.required_drive_cycles

        available_drive_cycles: list[str] | None
        if isinstance(self.available_drive_cycles, list):
            available_drive_cycles = self.available_drive_cycles

        else:
            available_drive_cycles = self.available_drive_cycles

        required_subroutines: list[str] | None
        if isinstance(self.required_subroutines, list):
            required_subroutines = self.required_subroutines

        else:
            required_subroutines = self.required_subroutines

        available_subroutines: list[str] | None
        if isinstance(self.available_subroutines, list):
            available_subroutines = self.available_subroutines

        else:
            available_subroutines = self.available_subroutines

        error: None | str
        error = self.error

        notes: list[str] | None
        if isinstance(self.notes, list):
            notes = self.notes

        else:
            notes = self.notes

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "parsed_protocol_ucp": parsed_protocol_ucp,
                "parsed_protocol_human": parsed_protocol_human,
                "raw_protocol": raw_protocol,
                "cycler_type": cycler_type,
                "nominal_capacity_ah": nominal_capacity_ah,
                "required_drive_cycles": required_drive_cycles,
                "available_drive_cycles": available_drive_cycles,
                "required_subroutines": required_subroutines,
                "available_subroutines": available_subroutines,
                "error": error,
                "notes": notes,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        parsed_protocol_ucp = d.pop("parsed_protocol_ucp")

        def _parse_parsed_protocol_human(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        parsed_protocol_human = _parse_parsed_protocol_human(
            d.pop("parsed_protocol_human", None)
        )

        def _parse_raw_protocol(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        raw_protocol = _parse_raw_protocol(d.pop("raw_protocol", None))

        def _parse_cycler_type(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        cycler_type = _parse_cycler_type(d.pop("cycler_type", None))

        def _parse_nominal_capacity_ah(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        nominal_capacity_ah = _parse_nominal_capacity_ah(
            d.pop("nominal_capacity_ah", None)
        )

        def _parse_required_drive_cycles(data: object) -> list[str] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                required_drive_cycles_type_0 = cast(list[str], data)

                return required_drive_cycles_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None, data)

        required_drive_cycles = _parse_required_drive_cycles(
            d.pop("required_drive_cycles", None)
        )

        def _parse_available_drive_cycles(data: object) -> list[str] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                available_drive_cycles_type_0 = cast(list[str], data)

                return available_drive_cycles_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None, data)

        available_drive_cycles = _parse_available_drive_cycles(
            d.pop("available_drive_cycles", None)
        )

        def _parse_required_subroutines(data: object) -> list[str] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                required_subroutines_type_0 = cast(list[str], data)

                return required_subroutines_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None, data)

        required_subroutines = _parse_required_subroutines(
            d.pop("required_subroutines", None)
        )

        def _parse_available_subroutines(data: object) -> list[str] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                available_subroutines_type_0 = cast(list[str], data)

                return available_subroutines_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None, data)

        available_subroutines = _parse_available_subroutines(
            d.pop("available_subroutines", None)
        )

        def _parse_error(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        error = _parse_error(d.pop("error", None))

        def _parse_notes(data: object) -> list[str] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                notes_type_0 = cast(list[str], data)

                return notes_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None, data)

        notes = _parse_notes(d.pop("notes", None))

        parsed_protocol = cls(
            parsed_protocol_ucp=parsed_protocol_ucp,
            parsed_protocol_human=parsed_protocol_human,
            raw_protocol=raw_protocol,
            cycler_type=cycler_type,
            nominal_capacity_ah=nominal_capacity_ah,
            required_drive_cycles=required_drive_cycles,
            available_drive_cycles=available_drive_cycles,
            required_subroutines=required_subroutines,
            available_subroutines=available_subroutines,
            error=error,
            notes=notes,
        )

        parsed_protocol.additional_properties = d
        return parsed_protocol

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
