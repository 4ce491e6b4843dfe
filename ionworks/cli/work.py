"""What a command works with: an output, and a client that is made when it is first used."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from shlex import quote
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ionworks.cli.failures import AccessError, MissingError
from ionworks.cli.naming import found, is_id
from ionworks.cli.output import Output
from ionworks.cli.settings import saved_settings
from ionworks.config import Config, Setting, gathered, is_loopback

if TYPE_CHECKING:
    from ionworks.client import Ionworks

__all__ = ["Work", "local_store"]

_MOST_NAMED = 10
_OF_A_STORE = ("ionworks.db", "store.id")
"""One of these is in the folder of every store, that of a server with PostgreSQL, too."""
_ANY_KEY = "none"
"""What is sent to a server of this machine where no key is known: it may want none."""


class Work:
    """What a command works with.

    Parameters
    ----------
    output
        Where its results go.
    url, project
        The options of these names.
    needs_project
        Whether what is asked for is asked of one project.
    needs_store
        Whether it is asked of what is stored: a local folder that was named and has none is
        refused, rather than made.
    """

    def __init__(
        self,
        output: Output,
        url: str | None = None,
        project: str | None = None,
        needs_project: bool = False,
        needs_store: bool = False,
    ) -> None:
        self.output = output
        self._needs_project, self._needs_store = needs_project, needs_store
        self._url, self._project = url, project

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if "client" in self.__dict__:
            self.client.close()

    @cached_property
    def settings(self) -> dict[str, Setting]:
        """The settings in force, and where each comes from."""
        given = {"api_url": self._url, "project_id": self._project}
        return gathered(given, saved_settings(self.output.warning))

    @property
    def address(self) -> str | None:
        """Where the API is: ``local:`` and a folder for the engine, ``None`` for the platform."""
        if "api_url" in self.settings:
            return self.settings["api_url"].value
        return None if self._has_credential else f"local:{local_store()}"

    @property
    def is_local(self) -> bool:
        """Whether the engine of this process answers."""
        return (self.address or "").partition(":")[0] == "local"

    def again(self, command: str) -> str | None:
        """Return a command with the options that lead to the same place; ``None`` if none does."""
        if self.address == "local":
            return None
        typed = {"--url": self._url, "--project": self._project}
        options = [f"{name} {quote(value)}" for name, value in typed.items() if value]
        return " ".join([command, *options])

    @cached_property
    def client(self) -> Ionworks:
        """The client, in the project that was named.

        Raises
        ------
        MissingError
            If a store is needed, and there is none in the folder that was named.
        """
        self._refuse_missing_store()
        if "api_url" not in self.settings and not self._has_credential:
            self.output.note(
                f"No account is set up: the local engine is used, its store is {local_store()}. "
                "See 'ionworks config --help'."
            )
        project = self._value("project_id")
        is_clear = self.is_local or not self._needs_project if project is None else is_id(project)
        if is_clear:
            return self._opened(project)
        with self._opened(None) as asking:
            projects = asking.project.list()
            chosen = _only(projects) if project is None else found(projects, project, "project")
            return self._opened(chosen.id)

    @property
    def _has_credential(self) -> bool:
        return "api_key" in self.settings or "token" in self.settings

    def _refuse_missing_store(self) -> None:
        if not (self._needs_store and self.is_local and "api_url" in self.settings):
            return
        path = self.settings["api_url"].value.partition(":")[2]
        folder = Path(path).expanduser()
        if path and not (folder.is_file() or any((folder / one).exists() for one in _OF_A_STORE)):
            raise MissingError(f"there is no store in {folder}: nothing was kept there yet")

    def _value(self, name: str) -> str | None:
        return self.settings[name].value if name in self.settings else None

    def _opened(self, project_id: str | None) -> Ionworks:
        from ionworks.client import Ionworks

        return Ionworks(
            self._value("api_key") or self._stand_in(),
            self.address,
            project_id,
            "polars",
            token=self._value("token"),
            organization_id=self._value("organization_id"),
        )

    def _stand_in(self) -> str | None:
        """Return what goes in place of a key, where none is needed."""
        if self._has_credential or self.is_local or self.address is None:
            return None
        Config.resolve(_ANY_KEY, self.address, environ={})  # a wrong address is told as one
        if is_loopback(self.address):
            return _ANY_KEY
        raise AccessError(
            f"no key for {self.address}: set IONWORKS_API_KEY, or save the address and its key "
            "with 'ionworks config set api_url' and 'ionworks config set api_key'"
        )


def _only(projects: Sequence[Any]) -> Any:
    """Return the project of who has but one.

    Raises
    ------
    ValueError
        If there is none, or a choice; with the names.
    """
    if len(projects) == 1:
        return projects[0]
    names = ", ".join(repr(project.name) for project in projects[:_MOST_NAMED])
    if not names:
        raise ValueError("there is no project yet: make one first")
    more = ", ..." if len(projects) > _MOST_NAMED else ""
    raise ValueError(
        f"which project? Give --project, one of {names}{more}; "
        "'ionworks config set project_id' saves the choice"
    )


def local_store() -> Path:
    """Return the folder of the local engine where nothing else is set up."""
    import platformdirs

    return platformdirs.user_data_path("ionworks") / "store"
