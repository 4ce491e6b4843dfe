"""The generated layer: made from openapi/ by `python -m codegen client`; do not edit."""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)
