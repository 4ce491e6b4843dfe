"""The functions that serve the operations: module by tag, function by operationId."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from ionworks_engine.bundle import Operation
from ionworks_engine.call import Call

Handler: TypeAlias = Callable[[Call], Any]


def handlers(described: Iterable[Operation]) -> dict[str, Handler]:
    """Return the function of each operation.

    Raises
    ------
    RuntimeError
        If an operation has no function, or a function no operation.
    """
    wanted = {(operation.tag, operation.id) for operation in described}
    found = {
        (tag, name): function
        for tag in {tag for tag, _ in wanted}
        for name, function in _functions(tag)
    }
    if wanted != found.keys():
        missing = sorted(".".join(pair) for pair in wanted - found.keys())
        surplus = sorted(".".join(pair) for pair in found.keys() - wanted)
        raise RuntimeError(
            f"The engine does not serve its API description: no function for {missing}, "
            f"no operation for {surplus}."
        )
    return {name: function for (_, name), function in found.items()}


def _functions(tag: str) -> list[tuple[str, Handler]]:
    """Return the public functions that a routes module defines itself."""
    module = importlib.import_module(f"ionworks_engine.routes.{tag}")
    return [
        (name, function)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    ]
