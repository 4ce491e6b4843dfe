from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

if TYPE_CHECKING:
    from ..models.organization import Organization


T = TypeVar("T", bound="CurrentUser")


@_attrs_define
class CurrentUser:
    """A user and the organizations they belong to.

    Attributes:
        id (str): Identifies the user.
        email (str): The user's e-mail address.
        authorized_organization (None | Organization): The organization that requests with this credential act for.
        organizations (list[Organization] | None): Every organization the user is a member of.
    """

    id: str
    email: str
    authorized_organization: None | Organization
    organizations: list[Organization] | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        from ..models.organization import Organization  # noqa: PLC0415

        id = self.id

        email = self.email

        authorized_organization: dict[str, Any] | None
        if isinstance(self.authorized_organization, Organization):
            authorized_organization = self.authorized_organization.to_dict()
        else:
            authorized_organization = self.authorized_organization

        organizations: list[dict[str, Any]] | None
        if isinstance(self.organizations, list):
            organizations = []
            for organizations_type_0_item_data in self.organizations:
                organizations_type_0_item = organizations_type_0_item_data.to_dict()
                organizations.append(organizations_type_0_item)

        else:
            organizations = self.organizations

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "email": email,
                "authorized_organization": authorized_organization,
                "organizations": organizations,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.organization import Organization  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        email = d.pop("email")

        def _parse_authorized_organization(data: object) -> None | Organization:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                authorized_organization_type_0 = Organization.from_dict(data)

                return authorized_organization_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Organization, data)

        authorized_organization = _parse_authorized_organization(
            d.pop("authorized_organization", None)
        )

        def _parse_organizations(data: object) -> list[Organization] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                organizations_type_0 = []
                _organizations_type_0 = data
                for organizations_type_0_item_data in _organizations_type_0:
                    organizations_type_0_item = Organization.from_dict(
                        organizations_type_0_item_data
                    )

                    organizations_type_0.append(organizations_type_0_item)

                return organizations_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[Organization] | None, data)

        organizations = _parse_organizations(d.pop("organizations", None))

        current_user = cls(
            id=id,
            email=email,
            authorized_organization=authorized_organization,
            organizations=organizations,
        )

        current_user.additional_properties = d
        return current_user

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
