"""Pages for people, beside the API: ``/`` tells where the server stands, ``/docs`` what it offers.

They are no part of the API: the bundle does not name them, and no client asks for them. Nothing on
them is fetched from elsewhere, nothing on them runs, and whatever users named is shown as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.routing import Route

from ionworks_engine.pages.reference import reference_page
from ionworks_engine.pages.serving import Page
from ionworks_engine.pages.status import status_page

__all__ = ["PATHS", "routes"]

PATHS = frozenset({"/", "/docs"})


def routes(bundle: Mapping[str, Any]) -> list[Route]:
    """Return the routes of the pages.

    Parameters
    ----------
    bundle
        The API description that the reference is made from, when it is first asked for.
    """
    return [
        Route("/", Page("/", status_page, kept=False)),
        Route("/docs", Page("/docs", lambda _: reference_page(bundle), kept=True)),
    ]
