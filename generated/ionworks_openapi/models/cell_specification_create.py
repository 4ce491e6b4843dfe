from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.cell_component_input import CellComponentInput


T = TypeVar("T", bound="CellSpecificationCreate")


@_attrs_define
class CellSpecificationCreate:
    """A new cell specification.

    Attributes:
        name (str): Its name, once in a project.
        project_id (str): The project it will belong to.
        form_factor (None | str | Unset): Its form, for example `21700` or `pouch`.
        manufacturer (None | str | Unset): Who makes it.
        ratings (Any | Unset): What it is rated for by name, free-form: `capacity`, `voltage_min`, `voltage_max`,
            `nominal_voltage`, `energy`, `energy_density_gravimetric`, `energy_density_volumetric`, `max_discharge_rate`,
            `max_charge_rate` and more; a number with a unit is `{value, unit}`.
        properties (Any | Unset): Further properties by name, free-form; a number with a unit is `{value, unit}`.
        source (Any | Unset): Where this is known from, free-form: creator, DOI, licence, dates.
        notes (None | str | Unset): Notes.
        anode (CellComponentInput | None | Unset): One component; null for none.
        cathode (CellComponentInput | None | Unset): One component; null for none.
        electrolyte (CellComponentInput | None | Unset): One component; null for none.
        separator (CellComponentInput | None | Unset): One component; null for none.
        case (CellComponentInput | None | Unset): One component; null for none.
    """

    name: str
    project_id: str
    form_factor: None | str | Unset = UNSET
    manufacturer: None | str | Unset = UNSET
    ratings: Any | Unset = UNSET
    properties: Any | Unset = UNSET
    source: Any | Unset = UNSET
    notes: None | str | Unset = UNSET
    anode: CellComponentInput | None | Unset = UNSET
    cathode: CellComponentInput | None | Unset = UNSET
    electrolyte: CellComponentInput | None | Unset = UNSET
    separator: CellComponentInput | None | Unset = UNSET
    case: CellComponentInput | None | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        from ..models.cell_component_input import CellComponentInput  # noqa: PLC0415

        name = self.name

        project_id = self.project_id

        form_factor: None | str | Unset
        if isinstance(self.form_factor, Unset):
            form_factor = UNSET
        else:
            form_factor = self.form_factor

        manufacturer: None | str | Unset
        if isinstance(self.manufacturer, Unset):
            manufacturer = UNSET
        else:
            manufacturer = self.manufacturer

        ratings = self.ratings

        properties = self.properties

        source = self.source

        notes: None | str | Unset
        if isinstance(self.notes, Unset):
            notes = UNSET
        else:
            notes = self.notes

        anode: dict[str, Any] | None | Unset
        if isinstance(self.anode, Unset):
            anode = UNSET
        elif isinstance(self.anode, CellComponentInput):
            anode = self.anode.to_dict()
        else:
            anode = self.anode

        cathode: dict[str, Any] | None | Unset
        if isinstance(self.cathode, Unset):
            cathode = UNSET
        elif isinstance(self.cathode, CellComponentInput):
            cathode = self.cathode.to_dict()
        else:
            cathode = self.cathode

        electrolyte: dict[str, Any] | None | Unset
        if isinstance(self.electrolyte, Unset):
            electrolyte = UNSET
        elif isinstance(self.electrolyte, CellComponentInput):
            electrolyte = self.electrolyte.to_dict()
        else:
            electrolyte = self.electrolyte

        separator: dict[str, Any] | None | Unset
        if isinstance(self.separator, Unset):
            separator = UNSET
        elif isinstance(self.separator, CellComponentInput):
            separator = self.separator.to_dict()
        else:
            separator = self.separator

        case: dict[str, Any] | None | Unset
        if isinstance(self.case, Unset):
            case = UNSET
        elif isinstance(self.case, CellComponentInput):
            case = self.case.to_dict()
        else:
            case = self.case

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "project_id": project_id,
            }
        )
        if form_factor is not UNSET:
            field_dict["form_factor"] = form_factor
        if manufacturer is not UNSET:
            field_dict["manufacturer"] = manufacturer
        if ratings is not UNSET:
            field_dict["ratings"] = ratings
        if properties is not UNSET:
            field_dict["properties"] = properties
        if source is not UNSET:
            field_dict["source"] = source
        if notes is not UNSET:
            field_dict["notes"] = notes
        if anode is not UNSET:
            field_dict["anode"] = anode
        if cathode is not UNSET:
            field_dict["cathode"] = cathode
        if electrolyte is not UNSET:
            field_dict["electrolyte"] = electrolyte
        if separator is not UNSET:
            field_dict["separator"] = separator
        if case is not UNSET:
            field_dict["case"] = case

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.cell_component_input import CellComponentInput  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        project_id = d.pop("project_id")

        def _parse_form_factor(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        form_factor = _parse_form_factor(d.pop("form_factor", UNSET))

        def _parse_manufacturer(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        manufacturer = _parse_manufacturer(d.pop("manufacturer", UNSET))

        ratings = d.pop("ratings", UNSET)

        properties = d.pop("properties", UNSET)

        source = d.pop("source", UNSET)

        def _parse_notes(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        notes = _parse_notes(d.pop("notes", UNSET))

        def _parse_anode(data: object) -> CellComponentInput | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                anode_type_0 = CellComponentInput.from_dict(data)

                return anode_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CellComponentInput | None | Unset, data)

        anode = _parse_anode(d.pop("anode", UNSET))

        def _parse_cathode(data: object) -> CellComponentInput | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                cathode_type_0 = CellComponentInput.from_dict(data)

                return cathode_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CellComponentInput | None | Unset, data)

        cathode = _parse_cathode(d.pop("cathode", UNSET))

        def _parse_electrolyte(data: object) -> CellComponentInput | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                electrolyte_type_0 = CellComponentInput.from_dict(data)

                return electrolyte_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CellComponentInput | None | Unset, data)

        electrolyte = _parse_electrolyte(d.pop("electrolyte", UNSET))

        def _parse_separator(data: object) -> CellComponentInput | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                separator_type_0 = CellComponentInput.from_dict(data)

                return separator_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CellComponentInput | None | Unset, data)

        separator = _parse_separator(d.pop("separator", UNSET))

        def _parse_case(data: object) -> CellComponentInput | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                case_type_0 = CellComponentInput.from_dict(data)

                return case_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CellComponentInput | None | Unset, data)

        case = _parse_case(d.pop("case", UNSET))

        cell_specification_create = cls(
            name=name,
            project_id=project_id,
            form_factor=form_factor,
            manufacturer=manufacturer,
            ratings=ratings,
            properties=properties,
            source=source,
            notes=notes,
            anode=anode,
            cathode=cathode,
            electrolyte=electrolyte,
            separator=separator,
            case=case,
        )

        return cell_specification_create
