from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..printing import in_a_line, in_a_table

if TYPE_CHECKING:
    from ..models.cell_component import CellComponent


T = TypeVar("T", bound="CellSpecification")


@_attrs_define
class CellSpecification:
    """A cell type, to which cells are made.

    Attributes:
        id (str): Identifies the specification.
        name (str): Its name, once in a project.
        project_id (None | str): The project it belongs to.
        organization_id (None | str): The organization it belongs to.
        form_factor (None | str): Its form, for example `21700` or `pouch`.
        manufacturer (None | str): Who makes it.
        ratings (Any): What it is rated for by name, free-form: `capacity`, `voltage_min`, `voltage_max`,
            `nominal_voltage`, `energy` and more.
        properties (Any): Further properties by name, free-form; a number with a unit is `{value, unit}`.
        source (Any): Where this is known from, free-form: creator, DOI, licence, dates.
        notes (None | str): Notes.
        anode_id (None | str): Identifies the anode.
        cathode_id (None | str): Identifies the cathode.
        electrolyte_id (None | str): Identifies the electrolyte.
        separator_id (None | str): Identifies the separator.
        case_id (None | str): Identifies the case.
        anode (CellComponent | None): One component; null where it is not told.
        cathode (CellComponent | None): One component; null where it is not told.
        electrolyte (CellComponent | None): One component; null where it is not told.
        separator (CellComponent | None): One component; null where it is not told.
        case (CellComponent | None): One component; null where it is not told.
        created_by_email (None | str): Who created it.
        created_at (None | str): When it was created.
        updated_at (None | str): When it last changed.
    """

    id: str
    name: str
    project_id: None | str
    organization_id: None | str
    form_factor: None | str
    manufacturer: None | str
    ratings: Any
    properties: Any
    source: Any
    notes: None | str
    anode_id: None | str
    cathode_id: None | str
    electrolyte_id: None | str
    separator_id: None | str
    case_id: None | str
    anode: CellComponent | None
    cathode: CellComponent | None
    electrolyte: CellComponent | None
    separator: CellComponent | None
    case: CellComponent | None
    created_by_email: None | str
    created_at: None | str
    updated_at: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        from ..models.cell_component import CellComponent  # noqa: PLC0415

        id = self.id

        name = self.name

        project_id: None | str
        project_id = self.project_id

        organization_id: None | str
        organization_id = self.organization_id

        form_factor: None | str
        form_factor = self.form_factor

        manufacturer: None | str
        manufacturer = self.manufacturer

        ratings = self.ratings

        properties = self.properties

        source = self.source

        notes: None | str
        notes = self.notes

        anode_id: None | str
        anode_id = self.anode_id

        cathode_id: None | str
        cathode_id = self.cathode_id

        electrolyte_id: None | str
        electrolyte_id = self.electrolyte_id

        separator_id: None | str
        separator_id = self.separator_id

        case_id: None | str
        case_id = self.case_id

        anode: dict[str, Any] | None
        if isinstance(self.anode, CellComponent):
            anode = self.anode.to_dict()
        else:
            anode = self.anode

        cathode: dict[str, Any] | None
        if isinstance(self.cathode, CellComponent):
            cathode = self.cathode.to_dict()
        else:
            cathode = self.cathode

        electrolyte: dict[str, Any] | None
        if isinstance(self.electrolyte, CellComponent):
            electrolyte = self.electrolyte.to_dict()
        else:
            electrolyte = self.electrolyte

        separator: dict[str, Any] | None
        if isinstance(self.separator, CellComponent):
            separator = self.separator.to_dict()
        else:
            separator = self.separator

        case: dict[str, Any] | None
        if isinstance(self.case, CellComponent):
            case = self.case.to_dict()
        else:
            case = self.case

        created_by_email: None | str
        created_by_email = self.created_by_email

        created_at: None | str
        created_at = self.created_at

        updated_at: None | str
        updated_at = self.updated_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "project_id": project_id,
                "organization_id": organization_id,
                "form_factor": form_factor,
                "manufacturer": manufacturer,
                "ratings": ratings,
                "properties": properties,
                "source": source,
                "notes": notes,
                "anode_id": anode_id,
                "cathode_id": cathode_id,
                "electrolyte_id": electrolyte_id,
                "separator_id": separator_id,
                "case_id": case_id,
                "anode": anode,
                "cathode": cathode,
                "electrolyte": electrolyte,
                "separator": separator,
                "case": case,
                "created_by_email": created_by_email,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.cell_component import CellComponent  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        def _parse_project_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        project_id = _parse_project_id(d.pop("project_id", None))

        def _parse_organization_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        organization_id = _parse_organization_id(d.pop("organization_id", None))

        def _parse_form_factor(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        form_factor = _parse_form_factor(d.pop("form_factor", None))

        def _parse_manufacturer(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        manufacturer = _parse_manufacturer(d.pop("manufacturer", None))

        ratings = d.pop("ratings", None)

        properties = d.pop("properties", None)

        source = d.pop("source", None)

        def _parse_notes(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        notes = _parse_notes(d.pop("notes", None))

        def _parse_anode_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        anode_id = _parse_anode_id(d.pop("anode_id", None))

        def _parse_cathode_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        cathode_id = _parse_cathode_id(d.pop("cathode_id", None))

        def _parse_electrolyte_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        electrolyte_id = _parse_electrolyte_id(d.pop("electrolyte_id", None))

        def _parse_separator_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        separator_id = _parse_separator_id(d.pop("separator_id", None))

        def _parse_case_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        case_id = _parse_case_id(d.pop("case_id", None))

        def _parse_anode(data: object) -> CellComponent | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                anode_type_0 = CellComponent.from_dict(data)

                return anode_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CellComponent | None, data)

        anode = _parse_anode(d.pop("anode", None))

        def _parse_cathode(data: object) -> CellComponent | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                cathode_type_0 = CellComponent.from_dict(data)

                return cathode_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CellComponent | None, data)

        cathode = _parse_cathode(d.pop("cathode", None))

        def _parse_electrolyte(data: object) -> CellComponent | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                electrolyte_type_0 = CellComponent.from_dict(data)

                return electrolyte_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CellComponent | None, data)

        electrolyte = _parse_electrolyte(d.pop("electrolyte", None))

        def _parse_separator(data: object) -> CellComponent | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                separator_type_0 = CellComponent.from_dict(data)

                return separator_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CellComponent | None, data)

        separator = _parse_separator(d.pop("separator", None))

        def _parse_case(data: object) -> CellComponent | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                case_type_0 = CellComponent.from_dict(data)

                return case_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CellComponent | None, data)

        case = _parse_case(d.pop("case", None))

        def _parse_created_by_email(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        created_by_email = _parse_created_by_email(d.pop("created_by_email", None))

        def _parse_created_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        created_at = _parse_created_at(d.pop("created_at", None))

        def _parse_updated_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        updated_at = _parse_updated_at(d.pop("updated_at", None))

        cell_specification = cls(
            id=id,
            name=name,
            project_id=project_id,
            organization_id=organization_id,
            form_factor=form_factor,
            manufacturer=manufacturer,
            ratings=ratings,
            properties=properties,
            source=source,
            notes=notes,
            anode_id=anode_id,
            cathode_id=cathode_id,
            electrolyte_id=electrolyte_id,
            separator_id=separator_id,
            case_id=case_id,
            anode=anode,
            cathode=cathode,
            electrolyte=electrolyte,
            separator=separator,
            case=case,
            created_by_email=created_by_email,
            created_at=created_at,
            updated_at=updated_at,
        )

        cell_specification.additional_properties = d
        return cell_specification

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
