"""What storage says: a place for an upload, an answer in XML, a refusal.

Storage is named by its host. What a refusal holds besides a code and a message is not repeated:
it can be a signed address, or what was to be signed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from typing import Any

from ionworks.errors import ConnectionFailedError, IonworksError
from ionworks.secrecy import host_of, without_signed_addresses
from ionworks.storage.sigv4 import Credentials

__all__ = ["Bucket", "StorageRefusedError", "Target", "element", "elements"]

_NO_ACCESS = {
    "AccessDenied",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "ExpiredToken",
    "InvalidToken",
    "TokenRefreshRequired",
}
_TOO_SLOW = {504, 524}
_LONGEST_MESSAGE = 300


class StorageRefusedError(ConnectionFailedError):
    """The storage did not take or give what it was asked to.

    It has no ``status_code``: that would be the API's.

    Attributes
    ----------
    status
        The HTTP status.
    code
        The storage's own word for it, such as ``AccessDenied``.
    """

    status: int = 0
    code: str | None = None

    @classmethod
    def to(cls, doing: str, url: str, status: int, body: bytes) -> StorageRefusedError:
        """Return the error that says what the storage at an address did not do, and why."""
        code = element(body, "Code")
        said = " ".join(part for part in (str(status), code, _message(body)) if part)
        error = cls(f"the storage at {host_of(url)} did not {doing}: {said}")
        error.status, error.code = status, code
        return error

    @property
    def denies_access(self) -> bool:
        """Whether the temporary credentials were not accepted."""
        return self.code in _NO_ACCESS

    @property
    def was_too_slow(self) -> bool:
        """Whether something between here and the storage lost its patience."""
        return self.status in _TOO_SLOW


@dataclass(frozen=True)
class Bucket:
    """Storage that takes an object in parts, and the temporary credentials for it."""

    endpoint: str = field(repr=False)
    path: str = field(repr=False)
    credentials: Credentials = field(repr=False)
    expires_at: datetime | None = None

    @classmethod
    def of(cls, info: Any) -> Bucket:
        """Return what the API says about it, checked."""
        return cls(
            endpoint=info.endpoint.rstrip("/"),
            path=f"{info.bucket}/{info.object_path}",
            credentials=Credentials(
                info.access_key_id, info.secret_access_key, info.session_token, info.region
            ),
            expires_at=_time(info.expires_at),
        )


@dataclass(frozen=True)
class Target:
    """A place for one upload: where to send it whole, and where in parts."""

    filename: str | None
    url: str = field(repr=False)
    bucket: Bucket | None = field(repr=False)

    @classmethod
    def of(cls, info: Any) -> Target:
        """Return what the API says about it.

        Raises
        ------
        IonworksError
            If it names no address to send to.
        """
        if not info.signed_url:
            raise IonworksError("the server named no storage to upload to")
        bucket = Bucket.of(info.multipart) if info.multipart else None
        return cls(info.filename or None, info.signed_url, bucket)


def element(xml: bytes, name: str) -> str | None:
    """Return the text of the first element of a name, ``None`` if there is none.

    Examples
    --------
    >>> from ionworks.storage.answers import element
    >>> element(b"<Error><Code>NoSuchUpload</Code></Error>", "Code")
    'NoSuchUpload'
    """
    return next(iter(elements(xml, name)), None)


def elements(xml: bytes, name: str) -> list[str]:
    """Return what stands between the tags of each element of a name."""
    text = xml.decode("utf-8", "replace")
    return [unescape(found) for found in re.findall(rf"<{name}>(.*?)</{name}>", text, re.DOTALL)]


def _message(body: bytes) -> str | None:
    said = element(body, "Message")
    return without_signed_addresses(said)[:_LONGEST_MESSAGE] if said else None


def _time(text: Any) -> datetime | None:
    if isinstance(text, datetime):
        found = text
    else:
        try:
            found = datetime.fromisoformat(text)
        except (TypeError, ValueError):
            return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
