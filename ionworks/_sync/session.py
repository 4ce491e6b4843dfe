# Generated from ionworks/_async/session.py by `python -m codegen sync`; do not edit.
"""What the resources of one client share."""

from __future__ import annotations

import os
import threading
import time
import weakref
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ionworks.calls import sync_aside, sync_call

if TYPE_CHECKING:
    from ionworks_openapi.client import Client
    from ionworks_openapi.models import InitiateUploadResponse

    from ionworks._sync.storage import Storage
    from ionworks.cache import CacheKey
    from ionworks.config import Config
    from ionworks.local import LocalEngine
    from ionworks.transport import Http

__all__ = ["Session"]

_AT_ONCE = 8


class Session:
    """The connection of one client, opened when it is first used.

    Attributes
    ----------
    config
        The client's settings.
    clock, sleep
        What time it is, in s, and how to let it pass.
    begun
        The places of extensions that were begun and not confirmed, by measurement.
    """

    def __init__(self, config: Config, engine: LocalEngine | None = None) -> None:
        self.config = config
        self.clock = time.monotonic
        self.sleep = time.sleep
        self.begun: dict[str, InitiateUploadResponse] = {}
        self._engine = engine
        self._release = weakref.finalize(self, engine.release) if engine else None
        self._lock = threading.Lock()
        self._http: Http | None = None
        self._api: Client | None = None
        self._process = os.getpid()
        self._closed = False

    @property
    def at_once(self) -> int:
        """How many calls to make at once: the local engine is faster than a change of thread."""
        return 1 if self.config.is_local else _AT_ONCE

    @property
    def api(self) -> Client:
        """What the generated calls are made with."""
        with self._lock:
            if self._closed:
                raise RuntimeError("this client is closed: make a new one")
            if self._api is None or self._process != os.getpid():
                self._api = self._opened()
            return self._api

    @property
    def http(self) -> Http:
        """What storage is reached with."""
        http: Http = self.api.get_httpx_client()  # type: ignore[assignment]
        return http

    @cached_property
    def storage(self) -> Storage:
        """Files and tables, to and from where the API keeps them."""
        from ionworks._sync.storage import Storage

        return Storage(self)

    def cache_key(self, owner_id: str, part: str, version: str) -> CacheKey | None:
        """Return under what a download is kept on disk; the local engine's are there already."""
        from ionworks.cache import CacheKey

        if self.config.is_local:
            return None
        organization = self.config.organization_id or ""
        return CacheKey(self.config.api_url, organization, owner_id, part, version)

    def forget(self, owner_id: str) -> None:
        """Remove from the disk what was downloaded of something that changes or goes."""
        from ionworks.cache import DiskCache

        DiskCache().forget(self.config.api_url, self.config.organization_id, owner_id)

    def project_id(self, explicit: str | None = None) -> str:
        """Return the project that a call refers to.

        Raises
        ------
        ValueError
            If none is given and none is configured.
        """
        found = explicit or self.config.project_id
        if not found and self.config.is_local:
            # Asked for each time: the project of the last call may be deleted by now.
            found = self._first_project()
        if not found:
            raise ValueError(
                "no project: pass project_id=, give the client one with Ionworks(project_id=...), "
                "or set IONWORKS_PROJECT_ID. client.project.list() shows what there is"
            )
        return found

    def frame(self, frame: Any) -> Any:
        """Return a frame in this client's backend."""
        from ionworks.frames import to_user

        return to_user(frame, self.config.dataframe_backend)

    def close(self) -> None:
        """Close the connection; what is asked afterwards is refused."""
        with self._lock:
            self._closed, http, self._http = True, self._http, None
        if http is not None:
            http.close()
        if self._release is not None:
            sync_aside(self._release)

    def _opened(self) -> Client:
        from ionworks_openapi.client import Client

        from ionworks.transport import sync_http

        # Two processes cannot share a connection: after a fork, the child opens its own.
        self._process = os.getpid()
        self._http = sync_http(self.config, self._engine)
        return Client(base_url=self.config.api_url).set_httpx_client(self._http)

    def _first_project(self) -> str | None:
        from ionworks_openapi.api.projects import list_projects
        from ionworks_openapi.models import OrderDirection, OrderField

        page = sync_call(
            list_projects.sync_detailed,
            client=self.api,
            limit=1,
            order_by=OrderField.CREATED_AT,
            order=OrderDirection.ASC,
        )
        return page.items[0].id if page.items else None
