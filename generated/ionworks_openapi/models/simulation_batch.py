from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..printing import in_a_line, in_a_table
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.design import Design
    from ..models.inline_parameterized_model import InlineParameterizedModel
    from ..models.quick_model_reference import QuickModelReference
    from ..models.simulation_condition import SimulationCondition


T = TypeVar("T", bound="SimulationBatch")


@_attrs_define
class SimulationBatch:
    """A parameterized model, a saved protocol and how they vary. `conditions` and `design_parameters_doe` exclude each
    other.

        Attributes:
            parameterized_model (InlineParameterizedModel | QuickModelReference | str): The id of a parameterized model, a
                model with values of its own, or a quick model.
            experiment_template_id (str): The saved protocol.
            experiment_parameter_sets (list[Any]): Exactly one object with the values that all simulations share; it may be
                empty.
            conditions (list[SimulationCondition] | None | Unset): One simulation each.
            design_parameters_doe (Design | None | Unset): One simulation for each point of the design.
            max_backward_jumps (int | None | Unset): How often the protocol may jump back before the run is stopped.
            study_id (None | str | Unset): The study that the simulations belong to.
            extra_variables (list[str] | None | Unset): Further variables for the time series, by name; see
                `list_variable_names`.
            project_id (None | str | Unset): The project they belong to; that of the study
    """

    parameterized_model: InlineParameterizedModel | QuickModelReference | str
    experiment_template_id: str
    experiment_parameter_sets: list[Any]
    conditions: list[SimulationCondition] | None | Unset = UNSET
    design_parameters_doe: Design | None | Unset = UNSET
    max_backward_jumps: int | None | Unset = UNSET
    study_id: None | str | Unset = UNSET
    extra_variables: list[str] | None | Unset = UNSET
    project_id: None | str | Unset = UNSET

    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

    def to_dict(self) -> dict[str, Any]:
        from ..models.design import Design  # noqa: PLC0415
        from ..models.inline_parameterized_model import InlineParameterizedModel  # noqa: PLC0415
        from ..models.quick_model_reference import QuickModelReference  # noqa: PLC0415

        parameterized_model: dict[str, Any] | str
        if isinstance(self.parameterized_model, QuickModelReference):
            parameterized_model = self.parameterized_model.to_dict()
        elif isinstance(self.parameterized_model, InlineParameterizedModel):
            parameterized_model = self.parameterized_model.to_dict()
        else:
            parameterized_model = self.parameterized_model

        experiment_template_id = self.experiment_template_id

        experiment_parameter_sets = self.experiment_parameter_sets

        conditions: list[dict[str, Any]] | None | Unset
        if isinstance(self.conditions, Unset):
            conditions = UNSET
        elif isinstance(self.conditions, list):
            conditions = []
            for conditions_type_0_item_data in self.conditions:
                conditions_type_0_item = conditions_type_0_item_data.to_dict()
                conditions.append(conditions_type_0_item)

        else:
            conditions = self.conditions

        design_parameters_doe: dict[str, Any] | None | Unset
        if isinstance(self.design_parameters_doe, Unset):
            design_parameters_doe = UNSET
        elif isinstance(self.design_parameters_doe, Design):
            design_parameters_doe = self.design_parameters_doe.to_dict()
        else:
            design_parameters_doe = self.design_parameters_doe

        max_backward_jumps: int | None | Unset
        if isinstance(self.max_backward_jumps, Unset):
            max_backward_jumps = UNSET
        else:
            max_backward_jumps = self.max_backward_jumps

        study_id: None | str | Unset
        if isinstance(self.study_id, Unset):
            study_id = UNSET
        else:
            study_id = self.study_id

        extra_variables: list[str] | None | Unset
        if isinstance(self.extra_variables, Unset):
            extra_variables = UNSET
        elif isinstance(self.extra_variables, list):
            extra_variables = self.extra_variables

        else:
            extra_variables = self.extra_variables

        project_id: None | str | Unset
        if isinstance(self.project_id, Unset):
            project_id = UNSET
        else:
            project_id = self.project_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "parameterized_model": parameterized_model,
                "experiment_template_id": experiment_template_id,
                "experiment_parameter_sets": experiment_parameter_sets,
            }
        )
        if conditions is not UNSET:
            field_dict["conditions"] = conditions
        if design_parameters_doe is not UNSET:
            field_dict["design_parameters_doe"] = design_parameters_doe
        if max_backward_jumps is not UNSET:
            field_dict["max_backward_jumps"] = max_backward_jumps
        if study_id is not UNSET:
            field_dict["study_id"] = study_id
        if extra_variables is not UNSET:
            field_dict["extra_variables"] = extra_variables
        if project_id is not UNSET:
            field_dict["project_id"] = project_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.design import Design  # noqa: PLC0415
        from ..models.inline_parameterized_model import InlineParameterizedModel  # noqa: PLC0415
        from ..models.quick_model_reference import QuickModelReference  # noqa: PLC0415
        from ..models.simulation_condition import SimulationCondition  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_parameterized_model(
            data: object,
        ) -> InlineParameterizedModel | QuickModelReference | str:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                parameterized_model_type_1 = QuickModelReference.from_dict(data)

                return parameterized_model_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                parameterized_model_type_2 = InlineParameterizedModel.from_dict(data)

                return parameterized_model_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(InlineParameterizedModel | QuickModelReference | str, data)

        parameterized_model = _parse_parameterized_model(d.pop("parameterized_model"))

        experiment_template_id = d.pop("experiment_template_id")

        experiment_parameter_sets = cast(list[Any], d.pop("experiment_parameter_sets"))

        def _parse_conditions(data: object) -> list[SimulationCondition] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                conditions_type_0 = []
                _conditions_type_0 = data
                for conditions_type_0_item_data in _conditions_type_0:
                    conditions_type_0_item = SimulationCondition.from_dict(
                        conditions_type_0_item_data
                    )

                    conditions_type_0.append(conditions_type_0_item)

                return conditions_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[SimulationCondition] | None | Unset, data)

        conditions = _parse_conditions(d.pop("conditions", UNSET))

        def _parse_design_parameters_doe(data: object) -> Design | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                design_parameters_doe_type_0 = Design.from_dict(data)

                return design_parameters_doe_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Design | None | Unset, data)

        design_parameters_doe = _parse_design_parameters_doe(
            d.pop("design_parameters_doe", UNSET)
        )

        def _parse_max_backward_jumps(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_backward_jumps = _parse_max_backward_jumps(
            d.pop("max_backward_jumps", UNSET)
        )

        def _parse_study_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        study_id = _parse_study_id(d.pop("study_id", UNSET))

        def _parse_extra_variables(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                extra_variables_type_0 = cast(list[str], data)

                return extra_variables_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        extra_variables = _parse_extra_variables(d.pop("extra_variables", UNSET))

        def _parse_project_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        project_id = _parse_project_id(d.pop("project_id", UNSET))

        simulation_batch = cls(
            parameterized_model=parameterized_model,
            experiment_template_id=experiment_template_id,
            experiment_parameter_sets=experiment_parameter_sets,
            conditions=conditions,
            design_parameters_doe=design_parameters_doe,
            max_backward_jumps=max_backward_jumps,
            study_id=study_id,
            extra_variables=extra_variables,
            project_id=project_id,
        )

        return simulation_batch
