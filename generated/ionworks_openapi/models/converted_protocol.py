from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

if TYPE_CHECKING:
    from ..models.converted_file import ConvertedFile


T = TypeVar("T", bound="ConvertedProtocol")


@_attrs_define
class ConvertedProtocol:
    """The files that make up one test.

    Attributes:
        target (str): The format, as it was asked for.
        primary (ConvertedFile): A file.
        assets (list[ConvertedFile] | None): Files that belong beside it, such as waveforms.
        notes (list[str] | None): What the files say differently from the protocol, in sentences for people.
    """

    target: str
    primary: ConvertedFile
    assets: list[ConvertedFile] | None
    notes: list[str] | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        target = self.target

        primary = self.primary.to_dict()

        assets: list[dict[str, Any]] | None
        if isinstance(self.assets, list):
            assets = []
            for assets_type_0_item_data in self.assets:
                assets_type_0_item = assets_type_0_item_data.to_dict()
                assets.append(assets_type_0_item)

        else:
            assets = self.assets

        notes: list[str] | None
        if isinstance(self.notes, list):
            notes = self.notes

        else:
            notes = self.notes

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "target": target,
                "primary": primary,
                "assets": assets,
                "notes": notes,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.converted_file import ConvertedFile  # noqa: PLC0415

        d = dict(src_dict)
        target = d.pop("target")

        primary = ConvertedFile.from_dict(d.pop("primary"))

        def _parse_assets(data: object) -> list[ConvertedFile] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                assets_type_0 = []
                _assets_type_0 = data
                for assets_type_0_item_data in _assets_type_0:
                    assets_type_0_item = ConvertedFile.from_dict(
                        assets_type_0_item_data
                    )

                    assets_type_0.append(assets_type_0_item)

                return assets_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[ConvertedFile] | None, data)

        assets = _parse_assets(d.pop("assets", None))

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

        converted_protocol = cls(
            target=target,
            primary=primary,
            assets=assets,
            notes=notes,
        )

        converted_protocol.additional_properties = d
        return converted_protocol

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
