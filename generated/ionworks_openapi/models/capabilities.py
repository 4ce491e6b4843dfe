from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="Capabilities")


@_attrs_define
class Capabilities:
    """An overview of the service; its four parts are free-form.

    Attributes:
        domain_context (Any): Words and conventions: units, signs, how things hang together.
        schemas (Any): The JSON Schemas on offer and where to get them.
        openapi_spec (Any): Where the description of this API is.
        authentication (Any): How to authenticate.
    """

    domain_context: Any
    schemas: Any
    openapi_spec: Any
    authentication: Any
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        domain_context = self.domain_context

        schemas = self.schemas

        openapi_spec = self.openapi_spec

        authentication = self.authentication

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "domain_context": domain_context,
                "schemas": schemas,
                "openapi_spec": openapi_spec,
                "authentication": authentication,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        domain_context = d.pop("domain_context", None)

        schemas = d.pop("schemas", None)

        openapi_spec = d.pop("openapi_spec", None)

        authentication = d.pop("authentication", None)

        capabilities = cls(
            domain_context=domain_context,
            schemas=schemas,
            openapi_spec=openapi_spec,
            authentication=authentication,
        )

        capabilities.additional_properties = d
        return capabilities

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
