"""Soundness of the description: the OpenAPI standard, and what this project asks for beyond it.

A rule is a function from the bundle to problems, and its name is what a problem is reported under.
The rules stand in three modules: `operations`, `schemas` and `examples`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator

from codegen.language import without
from codegen.lint import examples, operations, schemas
from codegen.lint.problem import Problem

Rule = Callable[[dict[str, Any]], Iterator[Problem]]

RULES: tuple[Rule, ...] = (*operations.RULES, *schemas.RULES, *examples.RULES)

__all__ = ["RULES", "Problem", "Rule", "lint"]


def lint(document: dict[str, Any]) -> list[Problem]:
    """Check a bundle.

    Parameters
    ----------
    document
        The bundle, as `codegen.bundle.bundle` makes it.

    Returns
    -------
    list of Problem
        Everything that is wrong; empty when the description is sound. A document that is no
        OpenAPI 3.1 is judged by the standard alone, since the rules could not read it.
    """
    against_standard = list(standard(document))
    if against_standard:
        return against_standard
    described = without(document)
    return [problem for rule in RULES for problem in rule(described)]


def standard(document: dict[str, Any]) -> Iterator[Problem]:
    """Yield what the OpenAPI 3.1 standard does not allow."""
    for error in OpenAPIV31SpecValidator(document).iter_errors():
        place = "/".join(str(part) for part in getattr(error, "absolute_path", ()))
        yield Problem("standard", place or "the document", str(getattr(error, "message", error)))
