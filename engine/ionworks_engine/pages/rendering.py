"""The templates of the pages: what is written into them is escaped, whatever it is."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_environment = Environment(
    loader=PackageLoader("ionworks_engine.pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_style = _environment.get_template("style.css").render()
STYLE_HASH = "sha256-" + base64.b64encode(hashlib.sha256(_style.encode()).digest()).decode()
"""By which the policy of a page knows its one style sheet; any other style is void."""
_environment.globals["style"] = Markup(_style)  # noqa: S704 - ours, as it stands in the package


def render(template: str, facts: Mapping[str, Any]) -> str:
    """Return a template with facts written into it."""
    return _environment.get_template(template).render(facts)


def duration(span: timedelta) -> str:
    """Return a time span in its largest two units.

    Examples
    --------
    >>> duration(timedelta(seconds=42))
    '42 s'
    >>> duration(timedelta(hours=26))
    '1 d 2 h'
    """
    seconds = max(0, int(span.total_seconds()))
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min {seconds % _MINUTE} s"
    if seconds < _DAY:
        return f"{seconds // _HOUR} h {seconds % _HOUR // _MINUTE} min"
    return f"{seconds // _DAY} d {seconds % _DAY // _HOUR} h"


def moment(stamp: str) -> str:
    """Return a moment as people read it.

    Examples
    --------
    >>> moment("2026-05-08T10:11:12.000000+00:00")
    '2026-05-08 10:11:12 UTC'
    """
    return f"{datetime.fromisoformat(stamp):%Y-%m-%d %H:%M:%S} UTC"


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).disable("image")


def markdown(text: str) -> Markup:
    """Return a text of the description as HTML; HTML in it is text."""
    return Markup(_markdown().render(text))  # noqa: S704 - the renderer escapes


def inline_markdown(text: str) -> Markup:
    """Return a text of the description as HTML without paragraphs around it."""
    return Markup(_markdown().renderInline(text))  # noqa: S704 - the renderer escapes


_environment.filters.update(
    duration=duration, moment=moment, markdown=markdown, inline=inline_markdown
)
