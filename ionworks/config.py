"""Where a client talks to, as whom and how: arguments, then environment, then defaults.

This is the only module that reads the environment.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from numbers import Real
from pathlib import Path
from types import MappingProxyType
from urllib.parse import SplitResult, urlsplit

__all__ = [
    "BACKENDS",
    "DEFAULT_URL",
    "SETTINGS",
    "Config",
    "Proxies",
    "Setting",
    "default_backend",
    "gathered",
    "is_loopback",
]

DEFAULT_URL = "https://api.ionworks.com"
BACKENDS = ("polars", "pandas")
LOCAL = "local"
SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "api_url": "IONWORKS_API_URL",
        "api_key": "IONWORKS_API_KEY",
        "token": "IONWORKS_API_TOKEN",
        "project_id": "IONWORKS_PROJECT_ID",
        "organization_id": "IONWORKS_ORGANIZATION_ID",
    }
)
"""What the command line can be told, and the variable that tells the same."""

_CREDENTIALS = ("api_key", "token")
_OF_AN_ACCOUNT = (*_CREDENTIALS, "project_id", "organization_id")


@dataclass(frozen=True)
class Config:
    """The settings of one client, complete and checked.

    Parameters
    ----------
    api_url
        Where the API is served, without a trailing slash; ``local`` or ``local:<path>`` for
        the engine of this process.
    token, api_key
        The credential; at most one is set.
    project_id, organization_id
        What calls that name none refer to.
    dataframe_backend
        ``polars`` or ``pandas``; ``None`` follows the default of the process.
    timeout
        How long to wait for an answer, in s; ``None`` for a limit that fits the kind of call.
    max_retries
        How often a call that may be repeated is repeated.

    Examples
    --------
    >>> from ionworks.config import Config
    >>> Config.resolve(api_key="iw_secret", environ={}).api_url
    'https://api.ionworks.com'
    """

    api_url: str = DEFAULT_URL
    token: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)
    project_id: str | None = None
    organization_id: str | None = None
    dataframe_backend: str | None = None
    timeout: float | None = None
    max_retries: int = 5

    @classmethod
    def resolve(
        cls,
        api_key: str | None = None,
        api_url: str | None = None,
        project_id: str | None = None,
        dataframe_backend: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        token: str | None = None,
        organization_id: str | None = None,
        *,
        environ: Mapping[str, str] = os.environ,
    ) -> Config:
        """Fill what is not given from the environment, and check it all.

        Raises
        ------
        ValueError
            If there is no credential, or if a setting cannot be what it is.
        TypeError
            If a setting is not of its kind.
        """
        _require_texts(
            api_key=api_key, api_url=api_url, token=token, organization_id=organization_id
        )
        url = _checked_url(api_url or environ.get("IONWORKS_API_URL") or DEFAULT_URL)
        token, api_key = _credential(token, api_key, environ)
        if not (token or api_key or _is_local(url)):
            raise ValueError(_NO_CREDENTIAL)
        return cls(
            api_url=url,
            token=token,
            api_key=api_key,
            project_id=project_id or _project_for(api_url, environ),
            organization_id=_organization(organization_id, environ),
            dataframe_backend=dataframe_backend and checked_backend(dataframe_backend),
            timeout=_checked_timeout(timeout),
            max_retries=_checked_retries(max_retries),
        )

    @property
    def is_local(self) -> bool:
        """Whether the engine of this process answers."""
        return _is_local(self.api_url)

    @property
    def local_path(self) -> Path | None:
        """Where the local engine keeps its data; ``None`` for a store that goes with the client."""
        path = self.api_url.partition(":")[2] if self.is_local else ""
        return Path(path).expanduser() if path else None

    @property
    def credential_headers(self) -> dict[str, str]:
        """What tells the server who is asking."""
        headers: dict[str, str] = {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        elif self.api_key:
            headers["X-API-Key"] = self.api_key
        if self.organization_id:
            headers["X-Organization-Id"] = self.organization_id
        return headers


_NO_CREDENTIAL = (
    "no credential: pass api_key= or token=, or set IONWORKS_API_KEY or IONWORKS_API_TOKEN. "
    "Ionworks.local() needs none: it runs the engine in this process."
)


def checked_backend(name: str, source: str = "dataframe_backend") -> str:
    """Return the backend's name in lower case; ``ValueError`` if there is no such backend."""
    lowered = str(name).strip().lower()
    if lowered not in BACKENDS:
        raise ValueError(f"{source} must be one of {', '.join(BACKENDS)}, not {name!r}")
    return lowered


def default_backend(environ: Mapping[str, str] = os.environ) -> str:
    """Return the backend that the environment asks for, else polars."""
    name = environ.get("IONWORKS_DATAFRAME_BACKEND")
    return checked_backend(name, "IONWORKS_DATAFRAME_BACKEND") if name else BACKENDS[0]


@dataclass(frozen=True)
class Setting:
    """A setting of the command line, and where it comes from: an option, a variable, a file."""

    value: str = field(repr=False)
    source: str


def gathered(
    given: Mapping[str, str | None],
    saved: Mapping[str, str],
    *,
    environ: Mapping[str, str] = os.environ,
) -> dict[str, Setting]:
    """Return what a command line works with: its options, then the environment, then its file.

    What is saved is for the saved address: key and project do not go to one from elsewhere. Nor
    does a project of the environment go to a local store that an option names.

    Parameters
    ----------
    given
        The options, by the names in `SETTINGS`.
    saved
        What the file of the command line says, by the same names.

    Examples
    --------
    >>> from ionworks.config import gathered
    >>> saved = {"api_url": "https://lab.test", "api_key": "iw_secret"}
    >>> found = gathered({"api_url": "https://other.test"}, saved, environ={})
    >>> found
    {'api_url': Setting(source='option')}
    """
    found = {name: Setting(value, "file") for name, value in saved.items()}
    home = found.get("api_url")
    told = {name: environ.get(variable) for name, variable in SETTINGS.items()}
    if any(told[name] for name in _CREDENTIALS):
        found = {name: one for name, one in found.items() if name not in _CREDENTIALS}
    found |= {name: Setting(value, SETTINGS[name]) for name, value in told.items() if value}
    found |= {name: Setting(value, "option") for name, value in given.items() if value}
    foreign = set()
    if _address(found.get("api_url")) != _address(home):
        foreign.add("file")
    if _is_local(given.get("api_url") or ""):
        foreign |= set(SETTINGS.values())
    return {
        name: one
        for name, one in found.items()
        if name not in _OF_AN_ACCOUNT or one.source not in foreign
    }


def _address(url: Setting | None) -> str:
    return (url.value if url else DEFAULT_URL).rstrip("/")


def is_loopback(url: str) -> bool:
    """Whether an address of the API is one of this machine.

    Examples
    --------
    >>> from ionworks.config import is_loopback
    >>> is_loopback("http://127.0.0.1:8787"), is_loopback("https://localhost.example.test")
    (True, False)
    """
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True)
class Proxies:
    """The proxies of the environment by scheme, and under ``no`` what goes without."""

    settings: Mapping[str, str] = field(repr=False)

    @classmethod
    def of_environment(cls) -> Proxies:
        """Read them as the rest of the system does."""
        from urllib.request import getproxies

        return cls(getproxies())

    def proxy_for(self, scheme: str, host: str) -> str | None:
        """Return the address of the proxy to this host, ``None`` for the direct way."""
        from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

        proxy = self.settings.get(scheme) or self.settings.get("all")
        if not proxy or proxy_bypass_environment(host, self.settings):
            return None
        return proxy if "://" in proxy else f"http://{proxy}"


def _require_texts(**settings: object) -> None:
    for name, value in settings.items():
        if not isinstance(value, str | None):
            # What stands in place of a key may be a secret: its type says enough.
            raise TypeError(f"{name} must be a text, not of type {type(value).__name__}")


def _credential(
    token: str | None, api_key: str | None, environ: Mapping[str, str]
) -> tuple[str | None, str | None]:
    """Arguments beat the environment as a group; within one source a token beats a key."""
    if not (token or api_key):
        token, api_key = environ.get("IONWORKS_API_TOKEN"), environ.get("IONWORKS_API_KEY")
    if token:
        return _header_text(token, "token"), None
    return None, _header_text(api_key, "API key") if api_key else None


def _organization(organization_id: str | None, environ: Mapping[str, str]) -> str | None:
    found = organization_id or environ.get("IONWORKS_ORGANIZATION_ID")
    return _header_text(found, "organization id") if found else None


def _header_text(secret: str, name: str) -> str:
    stripped = secret.strip()
    if not stripped or not stripped.isascii() or not stripped.isprintable():
        raise ValueError(f"the {name} is empty or holds characters that no {name} has")
    return stripped


def _project_for(api_url: str | None, environ: Mapping[str, str]) -> str | None:
    """Return the project of the environment: one of an account, and of no other store."""
    return None if api_url and _is_local(api_url) else _environment_project(environ)


def _environment_project(environ: Mapping[str, str]) -> str | None:
    if "IONWORKS_PROJECT_ID" in environ:
        return environ["IONWORKS_PROJECT_ID"] or None
    legacy = environ.get("PROJECT_ID")
    if legacy:
        warnings.warn(
            "PROJECT_ID is deprecated: set IONWORKS_PROJECT_ID instead",
            DeprecationWarning,
            stacklevel=5,
        )
    return legacy or None


def _is_local(url: str) -> bool:
    return url == LOCAL or url.startswith(LOCAL + ":")


def _checked_url(url: str) -> str:
    if _is_local(url):
        return url
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not _names_a_host(parts):
        raise ValueError(
            f"the API URL must be http://host[:port] or https://host[:port], or local[:path], "
            f"not {url!r}"
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("the API URL must hold no user, password, query or fragment")
    return url.rstrip("/")


def _names_a_host(parts: SplitResult) -> bool:
    try:
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return (
        port_is_right and bool(parts.hostname) and not re.search(r"\s", parts.netloc + parts.path)
    )


def _checked_timeout(timeout: float | None) -> float | None:
    if timeout is None:
        return None
    if isinstance(timeout, bool) or not isinstance(timeout, Real):
        raise ValueError(f"timeout must be a positive number of seconds, not {timeout!r}")
    if not 0 < timeout <= sys.float_info.max:
        raise ValueError("timeout must be a positive number of seconds, and a finite one")
    return float(timeout)


def _checked_retries(max_retries: int | None) -> int:
    if max_retries is None:
        return Config.max_retries
    if isinstance(max_retries, bool) or not isinstance(max_retries, int) or max_retries < 0:
        raise ValueError(f"max_retries must be 0 or a positive whole number, not {max_retries!r}")
    return max_retries
