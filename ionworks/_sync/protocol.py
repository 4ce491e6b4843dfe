# Generated from ionworks/_async/protocol.py by `python -m codegen sync`; do not edit.
"""``client.protocol``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ionworks_openapi.api.protocols import list_protocol_inputs, validate_protocol
from ionworks_openapi.models import ProtocolText

from ionworks.calls import sync_call
from ionworks.records import Record

if TYPE_CHECKING:
    from ionworks._sync.session import Session

__all__ = ["ProtocolClient"]


class ProtocolClient:
    """Check protocols."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def validate(self, protocol: str) -> Record:
        """Ask whether a protocol can be run. Inputs may be open.

        Parameters
        ----------
        protocol
            The text of the protocol.

        Returns
        -------
        Record
            ``valid``; ``error``, a text, or ``None``; and ``findings``, each with its place.
        """
        answer = sync_call(
            validate_protocol.sync_detailed, client=self._session.api, body=_text(protocol)
        )
        return Record(answer.to_dict())

    def find_input_references(self, protocol: str) -> list[str]:
        """Return the names in ``input["..."]``, each once, in the order of the document.

        The protocol is not checked.

        Parameters
        ----------
        protocol
            The text of the protocol.
        """
        return sync_call(
            list_protocol_inputs.sync_detailed, client=self._session.api, body=_text(protocol)
        )


def _text(protocol: str) -> ProtocolText:
    if not isinstance(protocol, str):
        raise TypeError(f"protocol must be the text of a protocol, not {protocol!r}")
    return ProtocolText(protocol=protocol)
