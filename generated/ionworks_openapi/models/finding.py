from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.finding_severity import FindingSeverity
from ..printing import in_a_line, in_a_table

T = TypeVar("T", bound="Finding")


@_attrs_define
class Finding:
    """Something in a protocol that is wrong or doubtful.

    Attributes:
        code (str): A word for programs.
        message (str): What is wrong.
        severity (FindingSeverity | None | str): How bad it is.
        path (None | str): Where in the document, for example `steps[0].value`.
        line (int | None): The line in the text, from 1.
        column (int | None): The column in the line, from 1.
        suggestion (None | str): What would be right.
    """

    code: str
    message: str
    severity: FindingSeverity | None | str
    path: None | str
    line: int | None
    column: int | None
    suggestion: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        message = self.message

        severity: None | str
        if isinstance(self.severity, FindingSeverity):
            severity = self.severity.value
        else:
            severity = self.severity

        path: None | str
        path = self.path

        line: int | None
        line = self.line

        column: int | None
        column = self.column

        suggestion: None | str
        suggestion = self.suggestion

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "code": code,
                "message": message,
                "severity": severity,
                "path": path,
                "line": line,
                "column": column,
                "suggestion": suggestion,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        code = d.pop("code")

        message = d.pop("message")

        def _parse_severity(data: object) -> FindingSeverity | None | str:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                severity_type_0 = FindingSeverity(data)

                return severity_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(FindingSeverity | None | str, data)

        severity = _parse_severity(d.pop("severity", None))

        def _parse_path(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        path = _parse_path(d.pop("path", None))

        def _parse_line(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        line = _parse_line(d.pop("line", None))

        def _parse_column(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        column = _parse_column(d.pop("column", None))

        def _parse_suggestion(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        suggestion = _parse_suggestion(d.pop("suggestion", None))

        finding = cls(
            code=code,
            message=message,
            severity=severity,
            path=path,
            line=line,
            column=column,
            suggestion=suggestion,
        )

        finding.additional_properties = d
        return finding

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
