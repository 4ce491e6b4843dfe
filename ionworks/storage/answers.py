"""What storage says: a place for an upload, an answer in XML, a refusal.

Storage is named by its host. What a refusal holds besides a code and a message is not repeated:
it can be a signed address, or what was to be signed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from typing import Any

from ionworks.errors import ConnectionFailedError, IonworksError
from ionworks.secrecy import host_of, is_address, without_signed_addresses
from ionworks.storage.sigv4 import Credentials

__all__ = ["Bucket", "StorageRefusedError", "Target", "checked_address", "element", "elements"]

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
        code, reason = _reason(body)
        said = " ".join(part for part in (str(status), code, reason) if part)
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
        token = _text(info, "session_token") if info.session_token else None
        key = _text(info, "access_key_id"), _text(info, "secret_access_key")
        return cls(
            endpoint=checked_address(info.endpoint).rstrip("/"),
            path=f"{_text(info, 'bucket')}/{_text(info, 'object_path')}",
            credentials=Credentials(*key, token, _text(info, "region")),
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
            If it names no address to send to, or one that cannot be.
        """
        if not info.signed_url:
            raise IonworksError("the server named no storage to upload to")
        bucket = Bucket.of(info.multipart) if info.multipart else None
        filename = info.filename if isinstance(info.filename, str) else None
        return cls(filename or None, checked_address(info.signed_url), bucket)


def checked_address(url: Any) -> str:
    """Return where the server says that something is stored.

    Raises
    ------
    ConnectionFailedError
        If nothing can be there.
    """
    if not is_address(url):
        raise ConnectionFailedError("the server named a storage with no right address")
    return str(url)


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


def _reason(body: bytes) -> tuple[str | None, str | None]:
    """Return the code and the message of a refusal: of S3 in XML, of the API's kind in JSON."""
    code, said = element(body, "Code"), element(body, "Message")
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, dict):
        code, said = told.get("error_code"), told.get("message") or told.get("detail")
    shown = without_signed_addresses(said)[:_LONGEST_MESSAGE] if isinstance(said, str) else None
    return code if isinstance(code, str) else None, shown


def _text(info: Any, name: str) -> str:
    value = getattr(info, name)
    if not isinstance(value, str) or not value or not value.isprintable():
        raise IonworksError(f"the server named a storage with no right {name}")
    return value


def _time(text: Any) -> datetime | None:
    if isinstance(text, datetime):
        found = text
    else:
        try:
            found = datetime.fromisoformat(text)
        except (TypeError, ValueError):
            return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
