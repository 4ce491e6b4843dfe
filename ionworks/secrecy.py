"""Who may see a credential or a signed address, and what may be said of an address.

Credentials go to the API's own origin only, and not to what it stores there: an address of storage
is signed, and is a credential itself. So messages name storage by its host, and logs do without
the queries of signed addresses.
"""

from __future__ import annotations

import logging
import re
from urllib.parse import SplitResult, unquote, urlsplit

__all__ = [
    "Home",
    "hide_signatures",
    "host_of",
    "is_address",
    "without_signatures",
    "without_signed_addresses",
]

_STORAGE = "storage"
_STANDARD_PORTS = {"http": 80, "https": 443}
_LONGEST_LABEL = 63
_QUERY_KEY = r"(?:x-(?:amz|goog)-(?:signature|security-token|credential)|signature|sig|token)="
_SIGNED = re.compile(rf"""\?[^\s'"<>]*\b{_QUERY_KEY}[^\s'"<>]*""", re.IGNORECASE)
_LOGIN = re.compile(r"(?<=//)[^/?#\s]*@")
_ADDRESS = re.compile(r"""[^\s'"<>]*\?\.\.\.""")
_TALKATIVE = ("httpx", "httpcore.http11", "httpcore.http2")


class Home:
    """The origin of the API: what credentials are for.

    Examples
    --------
    >>> from ionworks.secrecy import Home
    >>> home = Home("https://api.example.test")
    >>> home.is_trusted("https://api.example.test:443/projects")
    True
    >>> home.call("GET", "https://store.example.test/a/b?signature=s")
    'GET from the storage at store.example.test'
    """

    def __init__(self, api_url: str) -> None:
        self._url = api_url.rstrip("/")
        self._origin = _origin(urlsplit(api_url))

    def address(self, path: str) -> str:
        """Return the whole address of a path of the API."""
        return self._url + path

    def is_trusted(self, url: str) -> bool:
        """Whether credentials may go to this address."""
        if not is_address(url):
            return False
        parts = urlsplit(url)
        return _origin(parts) == self._origin and not _is_stored(parts.path)

    def moved(self, asked: str, target: str) -> str | None:
        """Say where the API seems to be now, if an address of it leads to the same one elsewhere.

        It is ``None`` if that leads to something else, such as storage or a login.

        Examples
        --------
        >>> from ionworks.secrecy import Home
        >>> home = Home("http://api.example.test/v1")
        >>> home.moved(home.address("/a"), "https://api.example.test/v1/a")[:45]
        'the same place at https://api.example.test/v1'
        """
        if not (self.is_trusted(asked) and is_address(target)) or self.is_trusted(target):
            return None
        one, other = urlsplit(asked), urlsplit(target)
        if (one.path, one.query) != (other.path, other.query):
            return None
        address = f"{other.scheme}://{host_of(target)}{urlsplit(self._url).path}"
        return f"the same place at {address}: if that is where the API is now, make it the api_url"

    def call(self, method: str, url: str) -> str:
        """Name a request: storage by its host, everything else without its query."""
        if self.is_trusted(url):
            shown = urlsplit(url)._replace(netloc=host_of(url), query="", fragment="")
            return f"{method} {shown.geturl()}"
        way = "from" if method in ("GET", "HEAD") else "to"
        return f"{method} {way} the storage at {host_of(url)}"


def is_address(url: object) -> bool:
    """Whether this is an address that can be asked for something: of HTTP, with a host.

    Examples
    --------
    >>> from ionworks.secrecy import is_address
    >>> is_address("https://s.test:9000/a"), is_address("https://s.test:99999/a")
    (True, False)
    """
    if not isinstance(url, str):
        return False
    try:
        parts = urlsplit(url)
        labels = (parts.hostname or "").removesuffix(".").split(".")
        is_named = all(0 < len(label) <= _LONGEST_LABEL for label in labels)
        return parts.scheme in _STANDARD_PORTS and is_named and parts.port != 0
    except ValueError:  # of the port, or of brackets
        return False


def host_of(url: str) -> str:
    """Return the host of an address, with its port, and nothing else of it."""
    return urlsplit(url).netloc.rpartition("@")[2]


def without_signatures(text: str) -> str:
    """Return a text without the queries of the signed addresses in it, and without passwords.

    Examples
    --------
    >>> from ionworks.secrecy import without_signatures
    >>> without_signatures("GET https://s.test/a?expires=1&signature=abc was refused")
    'GET https://s.test/a?... was refused'
    """
    return _SIGNED.sub("?...", _LOGIN.sub("", text))


def without_signed_addresses(text: str) -> str:
    """Return a text without the signed addresses in it.

    Examples
    --------
    >>> from ionworks.secrecy import without_signed_addresses
    >>> without_signed_addresses("GET https://s.test/a?expires=1&signature=abc was refused")
    'GET ... was refused'
    """
    return _ADDRESS.sub("...", without_signatures(text))


def hide_signatures() -> None:
    """Keep signed addresses and passwords out of what the HTTP libraries log."""
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        if not any(isinstance(known, _Discretion) for known in logger.filters):
            logger.addFilter(_Discretion())


class _Discretion(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = without_signatures(record.getMessage()), ()
        return True


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _STANDARD_PORTS.get(parts.scheme)


def _is_stored(path: str) -> bool:
    """Whether a path leads to storage, however it is written: proxies tidy up before they ask."""
    while (plain := unquote(path)) != path:
        path = plain
    names: list[str] = []
    for name in re.split(r"[/\\]", path):
        if name == "..":
            names[-1:] = []
        elif name not in ("", "."):
            names.append(name)
    return names[:1] == [_STORAGE]
