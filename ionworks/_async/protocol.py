"""``client.protocol``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ionworks_openapi.api.protocols import list_protocol_inputs, validate_protocol
from ionworks_openapi.models import ProtocolText

from ionworks.calls import async_call
from ionworks.records import Record

if TYPE_CHECKING:
    from ionworks._async.session import AsyncSession

__all__ = ["AsyncProtocolClient"]


class AsyncProtocolClient:
    """Check protocols."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def validate(self, protocol: str) -> Record:
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
        answer = await async_call(
            validate_protocol.asyncio_detailed, client=self._session.api, body=_text(protocol)
        )
        return Record(answer.to_dict())

    async def find_input_references(self, protocol: str) -> list[str]:
        """Return the names in ``input["..."]``, each once, in the order of the document.

        The protocol is not checked.

        Parameters
        ----------
        protocol
            The text of the protocol.
        """
        return await async_call(
            list_protocol_inputs.asyncio_detailed, client=self._session.api, body=_text(protocol)
        )


def _text(protocol: str) -> ProtocolText:
    if not isinstance(protocol, str):
        raise TypeError(f"protocol must be the text of a protocol, not {protocol!r}")
    return ProtocolText(protocol=protocol)
