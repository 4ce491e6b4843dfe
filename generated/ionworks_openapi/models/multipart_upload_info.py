from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="MultipartUploadInfo")


@_attrs_define
class MultipartUploadInfo:
    """A place in an S3-compatible storage and temporary credentials for it alone.

    Attributes:
        endpoint (str): The address of the storage; buckets are paths below it.
        region (str): The region to sign for.
        bucket (str): The bucket.
        object_path (str): The key in the bucket.
        access_key_id (str): The temporary key's name.
        secret_access_key (str): The temporary key.
        session_token (str): The temporary token.
        expires_at (None | str): Until when they hold.
    """

    endpoint: str
    region: str
    bucket: str
    object_path: str
    access_key_id: str
    secret_access_key: str
    session_token: str
    expires_at: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        endpoint = self.endpoint

        region = self.region

        bucket = self.bucket

        object_path = self.object_path

        access_key_id = self.access_key_id

        secret_access_key = self.secret_access_key

        session_token = self.session_token

        expires_at: None | str
        expires_at = self.expires_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "endpoint": endpoint,
                "region": region,
                "bucket": bucket,
                "object_path": object_path,
                "access_key_id": access_key_id,
                "secret_access_key": secret_access_key,
                "session_token": session_token,
                "expires_at": expires_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        endpoint = d.pop("endpoint")

        region = d.pop("region")

        bucket = d.pop("bucket")

        object_path = d.pop("object_path")

        access_key_id = d.pop("access_key_id")

        secret_access_key = d.pop("secret_access_key")

        session_token = d.pop("session_token")

        def _parse_expires_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        expires_at = _parse_expires_at(d.pop("expires_at", None))

        multipart_upload_info = cls(
            endpoint=endpoint,
            region=region,
            bucket=bucket,
            object_path=object_path,
            access_key_id=access_key_id,
            secret_access_key=secret_access_key,
            session_token=session_token,
            expires_at=expires_at,
        )

        multipart_upload_info.additional_properties = d
        return multipart_upload_info

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
