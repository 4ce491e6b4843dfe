"""``ionworks models``: what simulations can run on."""

from __future__ import annotations

from typing import Annotated

import typer

from ionworks.cli.command import command, group
from ionworks.cli.completion import known_models, model_names
from ionworks.cli.naming import found
from ionworks.cli.work import Work

__all__ = ["app"]

app = group("models", "Look at the parameterized models that simulations run on.")
_Model = Annotated[
    str, typer.Argument(help="The model, by name or id.", autocompletion=model_names)
]


@command(app, "list", needs_project=True)
def list_models(
    work: Work,
    match: Annotated[str | None, typer.Option(help="Only names that hold this text.")] = None,
) -> None:
    """List the models of the project and those that come with the system."""
    models = known_models(work)
    if match:
        models = [model for model in models if match.casefold() in model.name.casefold()]
    columns = {"Name": "name", "Model": "model_name", "Id": "id"}
    work.output.table(models, columns, "no models")


@command(app, "show", needs_project=True)
def show(work: Work, model: _Model) -> None:
    """Show a model with its parameters, each in the unit in its name."""
    chosen = found(known_models(work), model, "model")
    values = work.client.parameterized_model.get_parameter_values(chosen.id)
    if work.output.as_json:
        work.output.json({**chosen.to_dict(), "parameters": values})
        return
    numbers = {name: value for name, value in values.items() if isinstance(value, int | float)}
    work.output.record(
        {"Name": chosen.name, "Id": chosen.id, "Model": chosen.model_name, **numbers}
    )
    if len(numbers) < len(values):
        work.output.note(f"{len(values) - len(numbers)} parameters are functions: see --json")


@command(app, "variables", needs_project=True)
def variables(work: Work, model: _Model) -> None:
    """List the variables that `simulate --variables` may add to the time series."""
    chosen = found(known_models(work), model, "model")
    names = work.client.parameterized_model.get_variable_names(chosen.id)
    work.output.text("\n".join(names), names)
