"""The generator's templates, with the few changes that this project needs.

One template is our own (``templates/``), beside a module that goes into the package as it is; the
others are the installed ones with single passages replaced. Each passage must occur exactly as
often as expected: a new version of the generator that words it differently is an error here, not a
silent loss of the change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

OWN = Path(__file__).parent / "templates"
PRINTING = OWN / "printing.py"


class TemplateError(RuntimeError):
    """An installed template does not hold the passage that is to be replaced."""


@dataclass(frozen=True)
class Substitution:
    """One passage of an installed template and what stands there instead."""

    template: str
    passage: str
    replacement: str


_UNSET_REPR = """    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    def __reduce__(self) -> str:
        return "UNSET"
"""

_SHOWN = """    def __repr__(self) -> str:
        return in_a_line(self)

    def _repr_html_(self) -> str:
        return in_a_table(self)

"""

_REQUIRED_SOURCE = """'d.pop("' + (property.name | in_double_quote_literal) + '")' %}"""
_NULLABLE_SOURCE = """\
'd.pop("' + (property.name | in_double_quote_literal) + '"' + (', None)' \
if model.additional_properties and (property.get_type_string(json=True) == PythonCode("Any") \
or PythonCode("None") in (property.get_type_strings_in_union(json=True) \
if property.inner_properties is defined else [])) else ')') %}"""

SUBSTITUTIONS: Sequence[Substitution] = (
    # Absent values print as UNSET, and stay the one UNSET when copied or pickled.
    Substitution(
        "types.py.jinja",
        "    def __bool__(self) -> Literal[False]:\n        return False\n",
        _UNSET_REPR,
    ),
    # What may be null is None when a response (an open model) leaves it out, not a KeyError.
    Substitution("model.py.jinja", _REQUIRED_SOURCE, _NULLABLE_SOURCE),
    # Models print in a line, and as a table in a notebook, without secrets.
    Substitution(
        "model.py.jinja",
        "from ..types import UNSET, Unset\n",
        "from ..printing import in_a_line, in_a_table\nfrom ..types import UNSET, Unset\n",
    ),
    Substitution(
        "model.py.jinja",
        "    def to_dict(self) -> dict[str, Any]:\n",
        _SHOWN + "    def to_dict(self) -> dict[str, Any]:\n",
    ),
    # Whatever can carry a credential stays out of the printed client.
    Substitution(
        "client.py.jinja",
        '"token": namespace(type="str", default="",',
        '"token": namespace(type="str", default="field(repr=False)",',
    ),
    *(
        Substitution("client.py.jinja", f'alias="{name}")', f'alias="{name}", repr=False)')
        for name in ("base_url", "cookies", "headers", "httpx_args")
    ),
    *(
        Substitution(
            "client.py.jinja",
            f"{name}: httpx.{kind} | None = field(default=None, init=False)",
            f"{name}: httpx.{kind} | None = field(default=None, init=False, repr=False)",
        )
        for name, kind in (("_client", "Client"), ("_async_client", "AsyncClient"))
    ),
    Substitution(
        "package_init.py.jinja",
        "{{ docstring(package_description | safe_for_docstring) }}",
        '"""The generated layer: made from openapi/ by `python -m codegen client`; do not edit."""',
    ),
)


def write_templates(folder: Path) -> None:
    """Write every changed template into a folder, for the generator to prefer.

    Raises
    ------
    TemplateError
        When the installed generator words a passage differently.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for own in sorted(OWN.glob("*.jinja")):
        (folder / own.name).write_text(own.read_text("utf-8"), "utf-8")
    for name in sorted({substitution.template for substitution in SUBSTITUTIONS}):
        (folder / name).write_text(substituted(name, installed(name)), "utf-8")


def installed(name: str) -> str:
    """Read a template of the installed generator."""
    return (files("openapi_python_client") / "templates" / name).read_text("utf-8")


def substituted(name: str, text: str) -> str:
    """Apply the substitutions for one template to its text."""
    for substitution in SUBSTITUTIONS:
        if substitution.template == name:
            text = _replace_once(text, substitution)
    return text


def _replace_once(text: str, substitution: Substitution) -> str:
    count = text.count(substitution.passage)
    if count != 1:
        raise TemplateError(
            f"{substitution.template} of the installed openapi-python-client holds this passage "
            f"{count} times instead of once:\n{substitution.passage}\n"
            "Look at the new template and adapt codegen/templates.py."
        )
    return text.replace(substitution.passage, substitution.replacement)
