from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="ProtocolText")


@_attrs_define
class ProtocolText:
    """A protocol.

    Attributes:
        protocol (str): The text in UCP (YAML), or PyBaMM experiment strings; up to 1 MiB.
    """

    protocol: str

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        protocol = self.protocol

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "protocol": protocol,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        protocol = d.pop("protocol")

        protocol_text = cls(
            protocol=protocol,
        )

        return protocol_text
