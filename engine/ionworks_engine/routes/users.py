"""Who is asking: a local engine has one user and one organization."""

from __future__ import annotations

from typing import Any

from ionworks_engine.call import EMAIL, ORGANIZATION, Call


def get_current_user(call: Call) -> dict[str, Any]:
    """Return the local user."""
    del call
    organization = {"id": ORGANIZATION, "name": "Local"}
    return {
        "id": ORGANIZATION,
        "email": EMAIL,
        "authorized_organization": organization,
        "organizations": [organization],
    }
