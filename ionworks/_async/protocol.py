"""``client.protocol``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import IO, TYPE_CHECKING, Any

from ionworks_openapi.api.experiment_templates import (
    create_experiment_template,
    delete_experiment_template,
    get_experiment_template,
    get_protocol_human_readable,
    get_protocol_source,
    list_experiment_templates,
    update_experiment_template,
)
from ionworks_openapi.api.protocols import (
    convert_protocol,
    list_protocol_inputs,
    parse_protocol_file,
    validate_protocol,
)
from ionworks_openapi.models import (
    CyclerFormat,
    OrderDirection,
    OrderField,
    ProtocolConversion,
    ProtocolFile,
    ProtocolTemplate,
    ProtocolTemplateCreate,
    ProtocolTemplateUpdate,
    ProtocolText,
)

from ionworks import ucp
from ionworks.calls import async_aside, async_call, async_text
from ionworks.leniency import understood
from ionworks.paging import AsyncPage, Chunk
from ionworks.protocols import (
    DriveCycles,
    ProtocolSource,
    convertible,
    drive_cycle_columns,
    protocol_text,
    refuse_unfollowed,
    validation,
)
from ionworks.records import Record
from ionworks.requests import choice, given, matching, moment, path_id, request_body
from ionworks.results import ConvertResult, ParsedProtocol
from ionworks.saving import checked_stem
from ionworks.uploads import upload

if TYPE_CHECKING:
    from ionworks._async.session import AsyncSession

__all__ = ["AsyncProtocolClient"]

Names = list[str]


class AsyncProtocolClient:
    """Check protocols, write them for cyclers and read those of cyclers, and keep them."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def validate(self, protocol: ProtocolSource) -> Record:
        """Ask whether a protocol can be run. Inputs may be open.

        Parameters
        ----------
        protocol
            The protocol: its text, a mapping, the path of a file, or a `ucp.Protocol`. What is no
            text is sent as YAML, so that lines count in what is then its text.

        Returns
        -------
        Record
            ``valid``; ``error``, a text, or ``None``; and ``findings``, each with its place and
            its ``severity``: with warnings alone, a protocol is valid. What has more than 1 MiB is
            refused in the same form, without being sent.

        Examples
        --------
        >>> result = await client.protocol.validate("steps: [{Rest: {duration: 60}}]")
        >>> result["valid"]
        True
        """
        try:
            body = _text(protocol)
        except ucp.ProtocolError as error:
            return validation(error.findings)
        answer = await async_call(
            validate_protocol.asyncio_detailed, client=self._session.api, body=body
        )
        return Record(answer.to_dict())

    async def find_input_references(self, protocol: ProtocolSource) -> Names:
        """Return the names in ``input["..."]``, each once, in the order of the document.

        The protocol is not checked.

        Parameters
        ----------
        protocol
            As for `validate`.

        Examples
        --------
        >>> await client.protocol.find_input_references('value: input["C-rate"]')
        ['C-rate']
        """
        return await async_call(
            list_protocol_inputs.asyncio_detailed, client=self._session.api, body=_text(protocol)
        )

    async def convert(
        self,
        protocol: ProtocolSource,
        target: str,
        drive_cycles: DriveCycles | None = None,
        filename_stem: str = "protocol",
        nominal_capacity_ah: float | None = None,
        verify: bool = False,
    ) -> ConvertResult:
        """Write a protocol as the files of a cycler.

        No device has verified the files: read the result's ``notes``, and try a test on a dummy
        cell first.

        Parameters
        ----------
        protocol
            The protocol: its text, a mapping, the path of a file, or a `ucp.Protocol`.
        target
            ``maccor``, ``arbin``, ``arbin_sdx``, ``neware``, ``novonix``, ``biologic_mps`` or
            ``biologic_bttest``.
        drive_cycles
            By name, those that the protocol names and does not hold: frames or mappings with the
            column ``Time [s]`` and one of ``Current [A]``, ``Power [W]``, ``C-rate`` and
            ``Voltage [V]``, or lists of (s, A). Positive values discharge the cell.
        filename_stem
            What to call the files, without the suffix: letters, digits, blanks, dots, ``_`` and
            ``-``, up to 100.
        nominal_capacity_ah
            What 1 C refers to, in A.h. Formats without C-rates, as ``neware``, need it.
        verify
            Have the files read back, and refused if they mean anything else than the protocol.

        Raises
        ------
        ValueError
            If no file can have the name, or no step follows a drive cycle; nothing was sent then.
        ValidationError
            If the protocol is wrong, or the target cannot express it; then the message names the
            step, its place and the construct.

        Examples
        --------
        >>> made = await client.protocol.convert("steps: [{Rest: {duration: 60}}]", "neware")
        >>> made.primary_filename, made.notes[-1]
        ('protocol.xml', 'No device has verified this file.')
        """
        document = convertible(protocol)
        values = {
            "protocol": document,
            "target": choice(CyclerFormat, str(target), "target"),
            "filename_stem": checked_stem(filename_stem),
            "verify": True if verify else None,
            "nominal_capacity_ah": nominal_capacity_ah,
            "drive_cycles": drive_cycle_columns(drive_cycles) if drive_cycles else None,
        }
        if drive_cycles:
            await async_aside(partial(refuse_unfollowed, document, drive_cycles))
        present = {key: value for key, value in values.items() if value is not None}
        answer = await async_call(
            convert_protocol.asyncio_detailed,
            client=self._session.api,
            body=request_body(ProtocolConversion, present, "the conversion"),
        )
        return ConvertResult.of_answer(answer)

    async def parse_file(self, file: str | os.PathLike[str] | bytes | IO[bytes]) -> ParsedProtocol:
        """Read the file of a cycler as a protocol; nothing is saved.

        Parameters
        ----------
        file
            Its path, its bytes, or a file that was opened to read bytes.

        Raises
        ------
        ValidationError
            If it is no file of a known format, is damaged, or is too large.

        Examples
        --------
        >>> parsed = await client.protocol.parse_file(b"Rest for 10 minutes")
        >>> parsed.cycler_type
        'PyBaMM'
        """
        body = ProtocolFile(file=upload(file))
        answer = await async_call(
            parse_protocol_file.asyncio_detailed, client=self._session.api, body=body
        )
        return ParsedProtocol.of_answer(answer)

    async def human_readable(self, protocol_id: str) -> str:
        """Return a saved protocol for people, one line a step.

        Raises
        ------
        NotFoundError
            If there is no such protocol.
        """
        wanted = path_id(protocol_id, "protocol_id")
        return await async_text(
            get_protocol_human_readable.asyncio_detailed, wanted, client=self._session.api
        )

    async def source_protocol(self, protocol_id: str) -> str:
        """Return the text that a saved protocol was made from.

        Raises
        ------
        NotFoundError
            If there is no such protocol, or it was saved as a mapping, without a text.
        """
        wanted = path_id(protocol_id, "protocol_id")
        return await async_text(
            get_protocol_source.asyncio_detailed, wanted, client=self._session.api
        )

    async def get(self, protocol_id: str) -> ProtocolTemplate:
        """Return a saved protocol with its document, ``protocol_config``.

        Raises
        ------
        NotFoundError
            If there is no such protocol.
        """
        wanted = path_id(protocol_id, "protocol_id")
        return await async_call(
            get_experiment_template.asyncio_detailed, wanted, client=self._session.api
        )

    async def list(
        self,
        project_id: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
        *,
        include: str | Sequence[str] | None = None,
        name: str | None = None,
        name_exact: str | None = None,
        created_by_email: str | None = None,
        created_after: str | date | None = None,
        created_before: str | date | None = None,
        updated_after: str | date | None = None,
        updated_before: str | date | None = None,
        order_by: str | None = None,
        order: str | None = None,
    ) -> AsyncPage[ProtocolTemplate]:
        """List the saved protocols of a project.

        Parameters
        ----------
        project_id
            The project; without it, the client's.
        limit, offset
            The part of the list to return. Without a limit, all of it, fetched as it is read.
        include
            What is otherwise left out, such as ``protocol_config`` and ``source_protocol``.
        name, name_exact
            A part of the name, in any case; or the whole name.
        created_by_email
            A part of the address of who made it.
        created_after, created_before, updated_after, updated_before
            Times, as ISO text or as a date or time of Python.
        order_by, order
            ``name``, ``created_at`` or ``updated_at``; ``asc`` or ``desc``.
        """
        project = await self._session.project_id(project_id)
        wanted = include if include is None or isinstance(include, str) else ",".join(include)
        order_field = choice(OrderField, order_by, "order_by")
        direction = choice(OrderDirection, order, "order")

        async def fetch(limit: int, offset: int) -> Chunk:
            page = await async_call(
                list_experiment_templates.asyncio_detailed,
                client=self._session.api,
                project_id=project,
                include=given(wanted),
                limit=limit,
                offset=offset,
                name=matching(name, name_exact),
                created_by_email=matching(created_by_email),
                created_at_gt=moment(created_after),
                created_at_lt=moment(created_before),
                updated_at_gt=moment(updated_after),
                updated_at_lt=moment(updated_before),
                order_by=order_field,
                order=direction,
            )
            return Chunk(page.items, page.total)

        return await AsyncPage[ProtocolTemplate].open(fetch, limit, offset)

    async def find_by_name(
        self, name: str, project_id: str | None = None
    ) -> ProtocolTemplate | None:
        """Return the saved protocol of this name, without its document; ``None`` if there is none.

        Raises
        ------
        ValueError
            If several have this name.
        """
        found = await self.list(project_id, 2, name_exact=name)
        if found.total > 1:
            raise ValueError(f"{found.total} protocols are called {name!r}: choose one by its id")
        return found[0] if found else None

    async def create(
        self,
        name: str,
        protocol: ProtocolSource,
        project_id: str | None = None,
        *,
        description: str | None = None,
        parameters_schema: Mapping[str, Any] | None = None,
        source_protocol: str | None = None,
        force_create: bool = False,
    ) -> ProtocolTemplate:
        """Save a protocol, or return the one with the same document.

        Parameters
        ----------
        name
            What to call it.
        protocol
            The protocol: its text, a mapping, the path of a file, or a `ucp.Protocol`.
        project_id
            The project; without it, the client's.
        description
            A note.
        parameters_schema
            A JSON Schema of its inputs.
        source_protocol
            What it was made from; without it, the text.
        force_create
            Refuse, rather than return, one that exists.

        Raises
        ------
        ProtocolError
            A ``ValueError``, if the protocol is wrong, with lines if it came as text; nothing was
            sent then.
        ValidationError
            If the server finds it wrong.
        ConflictError
            If it exists and ``force_create`` is set.

        Examples
        --------
        >>> saved = await client.protocol.create("Pause", "steps: [{Rest: {duration: 60}}]")
        >>> saved.protocol_config
        {'steps': [{'Rest': {'duration': 60}}]}
        """
        document = convertible(protocol)
        await async_aside(partial(understood, document))
        text = document if isinstance(document, str) else None
        values = {
            "name": name,
            "protocol_config": ucp.body(document),
            "parameters_schema": dict(parameters_schema or {}),
            "project_id": await self._session.project_id(project_id),
            "force_create": force_create,
            "description": description,
            "source_protocol": source_protocol or text,
        }
        present = {key: value for key, value in values.items() if value is not None}
        return await async_call(
            create_experiment_template.asyncio_detailed,
            client=self._session.api,
            body=request_body(ProtocolTemplateCreate, present, "the protocol"),
        )

    async def create_or_get(
        self,
        name: str,
        protocol: ProtocolSource,
        project_id: str | None = None,
        *,
        description: str | None = None,
        parameters_schema: Mapping[str, Any] | None = None,
        source_protocol: str | None = None,
    ) -> ProtocolTemplate:
        """Save a protocol, or return the one with the same document; see `create`."""
        return await self.create(
            name,
            protocol,
            project_id,
            description=description,
            parameters_schema=parameters_schema,
            source_protocol=source_protocol,
        )

    async def update(
        self, protocol_id: str, *, name: str | None = None, description: str | None = None
    ) -> ProtocolTemplate:
        """Change the name or the description of a saved protocol; its document stays.

        Raises
        ------
        ValueError
            If nothing is to be changed.
        """
        if name is None and description is None:
            raise ValueError("give a name or a description: nothing else of it can change")
        body = ProtocolTemplateUpdate(name=given(name), description=given(description))
        wanted = path_id(protocol_id, "protocol_id")
        return await async_call(
            update_experiment_template.asyncio_detailed,
            wanted,
            client=self._session.api,
            body=body,
        )

    async def delete(self, protocol_id: str) -> None:
        """Delete a saved protocol."""
        wanted = path_id(protocol_id, "protocol_id")
        await async_call(
            delete_experiment_template.asyncio_detailed, wanted, client=self._session.api
        )


def _text(protocol: ProtocolSource) -> ProtocolText:
    return ProtocolText(protocol=protocol_text(protocol))
