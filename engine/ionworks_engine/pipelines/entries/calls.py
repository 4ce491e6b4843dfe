"""What PyBaMM's models call a parameter's function with, and which of it a variable means.

No PyBaMM, for use at submission. A variable is known by its name: "temperature", "stoichiometry"
(or "SOC", "state of charge"), "electrolyte" or another "concentration". Any other name means what
the function depends on first of all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Any

from ionworks_engine.pipelines.names import spelt

TEMPERATURE, STOICHIOMETRY = "temperature", "stoichiometry"
_ELECTROLYTE = "electrolyte concentration"
_PARTICLE, _LITHIUM = "surface concentration", "lithium concentration"
_WORDS = (
    (TEMPERATURE, re.compile(r"temperature", re.I)),
    (STOICHIOMETRY, re.compile(r"stoichiometry|\bSOC\b|state of charge", re.I)),
    (_ELECTROLYTE, re.compile(r"electrolyte", re.I)),
    (_PARTICLE, re.compile(r"concentration", re.I)),
)
# What "concentration" alone may mean.
_ALIKE = {_PARTICLE: (_PARTICLE, _LITHIUM, _ELECTROLYTE)}


@dataclass(frozen=True)
class Call:
    """How a function is called.

    Parameters
    ----------
    arguments
        Names of its arguments, in their order.
    variables
        What it can depend on, each from the arguments by name; first what an unknown name means.
    """

    arguments: tuple[str, ...]
    variables: Mapping[str, Callable[[Mapping[str, Any]], Any]]

    def meant(self, name: str) -> str | None:
        """Return which of the variables a name means; ``None`` if the function has it not."""
        said = next((kind for kind, words in _WORDS if words.search(name)), None)
        if said is None:
            return next(iter(self.variables))
        return next((each for each in _ALIKE.get(said, (said,)) if each in self.variables), None)


def _argument(name: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda given: given[name]


_OF_TEMPERATURE = Call(("T",), {TEMPERATURE: _argument("T")})
_OF_STOICHIOMETRY = Call(("sto",), {STOICHIOMETRY: _argument("sto")})
_OF_STATE = Call(("sto", "T"), {STOICHIOMETRY: _argument("sto"), TEMPERATURE: _argument("T")})
_OF_ELECTROLYTE = Call(("c_e", "T"), {_ELECTROLYTE: _argument("c_e"), TEMPERATURE: _argument("T")})
_OF_REACTION = Call(
    ("c_e", "c_s_surf", "c_s_max", "T"),
    {
        STOICHIOMETRY: lambda given: given["c_s_surf"] / given["c_s_max"],
        _ELECTROLYTE: _argument("c_e"),
        _PARTICLE: _argument("c_s_surf"),
        TEMPERATURE: _argument("T"),
    },
)
_OF_METAL = Call(
    ("c_e", "c_Li", "T"),
    {
        _ELECTROLYTE: _argument("c_e"),
        _LITHIUM: _argument("c_Li"),
        TEMPERATURE: _argument("T"),
    },
)
_CALLS = tuple(
    (re.compile(pattern, re.I), call)
    for pattern, call in (
        (r"host site|thermal conductivity \[|specific heat capacity \[", _OF_TEMPERATURE),
        (r"(electrode|separator|current collector) density \[", _OF_TEMPERATURE),
        (r"double-layer capacity \[|electrode cracking rate$", _OF_TEMPERATURE),
        (r"LAM constant proportional term|^contact resistance \[", _OF_TEMPERATURE),
        (r"OCP \[V\]$|OCP entropic change \[|electrode volume change$", _OF_STOICHIOMETRY),
        (r"particle (lithiation |delithiation )?diffusivity \[", _OF_STATE),
        (r"hysteresis decay rate$|electrode partial molar volume \[", _OF_STATE),
        (r"electrode conductivity \[|Young's modulus \[", _OF_STATE),
        (r"^electrolyte (diffusivity|conductivity) \[", _OF_ELECTROLYTE),
        (r"^(cation transference number|thermodynamic factor)$", _OF_ELECTROLYTE),
        (r"^(\w+: )?exchange-current density for ", _OF_METAL),
        (r"electrode (lithiation |delithiation )?exchange-current density \[", _OF_REACTION),
    )
)


def call_of(name: str) -> Call | None:
    """Return how PyBaMM's models call a parameter; ``None`` for one that they do not know.

    Examples
    --------
    >>> call_of("Electrolyte conductivity [S.m-1]").arguments
    ('c_e', 'T')
    """
    known = spelt(name)
    return next((call for pattern, call in _CALLS if pattern.search(known)), None)


def problems(base: str, variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield which variables a function cannot be given of.

    Parameters
    ----------
    base
        The function's name.
    variables
        Names of the variables by their keys in the entry.
    """
    call = call_of(base)
    if call is None:
        return
    seen: dict[str, str] = {}
    for key, name in variables.items():
        meant = call.meant(name)
        if meant is None:
            depends = " and ".join(call.variables)
            yield key, f"{base!r} is a function of {depends}, not of {name!r}"
        elif meant in seen:
            yield key, f"{name!r} and {seen[meant]!r} both mean the {meant} of {base!r}"
        else:
            seen[meant] = name


def called_with(
    base: str, names: Iterable[str], function: Callable[..., Any]
) -> Callable[..., Any]:
    """Return a function of variables as PyBaMM's models call it.

    Parameters
    ----------
    base
        The function's name; one that the models do not know is called with the variables.
    names
        Of the variables, as :func:`problems` has found them right.
    function
        Of the variables' values.
    """
    call = call_of(base)
    if call is None:
        return function
    wanted = [call.variables[call.meant(name) or ""] for name in names]
    parameters = [Parameter(each, Parameter.POSITIONAL_OR_KEYWORD) for each in call.arguments]
    signature = Signature(parameters)

    def called(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs).arguments
        return function(*(take(given) for take in wanted))

    called.__signature__ = signature  # type: ignore[attr-defined]
    return called
