"""Messages between the engine and a worker: a JSON head, then raw blobs.

One message is ``length of head (4 bytes, big endian) | head | blob | blob ...``; the head's
``blobs`` lists the lengths of what follows. Both sides are the same program version, so there is
no version in it.
"""

from __future__ import annotations

import asyncio
import io
import json
import struct
from collections.abc import Sequence
from typing import Any, BinaryIO

Head = dict[str, Any]
Message = tuple[Head, list[bytes]]
_LENGTH = struct.Struct(">I")


def encode(head: Head, blobs: Sequence[bytes] = ()) -> bytes:
    r"""Return a message as bytes.

    Raises
    ------
    ValueError
        If the head holds a NaN or an infinity.

    Examples
    --------
    >>> encode({}, [b"ab"])
    b'\x00\x00\x00\r{"blobs":[2]}ab'
    """
    head = {**head, "blobs": [len(blob) for blob in blobs]}
    text = json.dumps(head, separators=(",", ":"), allow_nan=False).encode()
    return b"".join([_LENGTH.pack(len(text)), text, *blobs])


def read(stream: BinaryIO) -> Message | None:
    """Read one message, waiting for it; ``None`` at the end of the stream."""
    prefix = stream.read(_LENGTH.size)
    if len(prefix) < _LENGTH.size:
        return None
    head = json.loads(stream.read(_LENGTH.unpack(prefix)[0]))
    return head, [stream.read(size) for size in head.pop("blobs")]


def decode(message: bytes) -> Message:
    """Return a whole message read back from its bytes."""
    decoded = read(io.BytesIO(message))
    if decoded is None:
        raise EOFError("the message is empty")
    return decoded


async def receive(stream: asyncio.StreamReader) -> Message:
    """Read one message from an asyncio stream.

    Raises
    ------
    asyncio.IncompleteReadError
        At the end of the stream.
    """
    size = _LENGTH.unpack(await stream.readexactly(_LENGTH.size))[0]
    head = json.loads(await stream.readexactly(size))
    return head, [await stream.readexactly(length) for length in head.pop("blobs")]
