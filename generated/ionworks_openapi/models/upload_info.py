from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

if TYPE_CHECKING:
    from ..models.multipart_upload_info import MultipartUploadInfo


T = TypeVar("T", bound="UploadInfo")


@_attrs_define
class UploadInfo:
    """Where to upload one file. Everything here is short-lived and secret.

    Attributes:
        filename (None | str): The name of the file.
        signed_url (str): Takes the file by `PUT`, without credentials.
        token (str): The signature of that address, on its own.
        path (str): Where the file will be in storage.
        multipart (MultipartUploadInfo | None): The same place for an S3 client, to upload large files in parts.
    """

    filename: None | str
    signed_url: str
    token: str
    path: str
    multipart: MultipartUploadInfo | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        from ..models.multipart_upload_info import MultipartUploadInfo  # noqa: PLC0415

        filename: None | str
        filename = self.filename

        signed_url = self.signed_url

        token = self.token

        path = self.path

        multipart: dict[str, Any] | None
        if isinstance(self.multipart, MultipartUploadInfo):
            multipart = self.multipart.to_dict()
        else:
            multipart = self.multipart

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "filename": filename,
                "signed_url": signed_url,
                "token": token,
                "path": path,
                "multipart": multipart,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.multipart_upload_info import MultipartUploadInfo  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_filename(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        filename = _parse_filename(d.pop("filename", None))

        signed_url = d.pop("signed_url")

        token = d.pop("token")

        path = d.pop("path")

        def _parse_multipart(data: object) -> MultipartUploadInfo | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                multipart_type_0 = MultipartUploadInfo.from_dict(data)

                return multipart_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(MultipartUploadInfo | None, data)

        multipart = _parse_multipart(d.pop("multipart", None))

        upload_info = cls(
            filename=filename,
            signed_url=signed_url,
            token=token,
            path=path,
            multipart=multipart,
        )

        upload_info.additional_properties = d
        return upload_info

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
