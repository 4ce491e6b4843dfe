"""What is known about a cell: its variables and parameters, asked of a worker once."""

from __future__ import annotations

from collections import OrderedDict
from importlib.metadata import version
from typing import Any

from sqlalchemy import insert, select

from ionworks_engine.errors import ApiError, Problem, invalid
from ionworks_engine.jobs.executor import Reply
from ionworks_engine.jobs.system import Jobs
from ionworks_engine.storage import Store, content
from ionworks_engine.storage.tables import descriptions

_AT_HAND = 16


def pybamm_version() -> str:
    """Return the installed version of PyBaMM, without importing it."""
    return version("pybamm")


class Descriptions:
    """Ask workers about cells and models; answers are kept by content and PyBaMM version.

    Parameters
    ----------
    store
        Where answers are kept.
    jobs
        What runs the questions.
    """

    def __init__(self, store: Store, jobs: Jobs) -> None:
        self._store = store
        self._jobs = jobs
        self._recent: OrderedDict[str, dict[str, Any]] = OrderedDict()

    async def of_cell(self, cell: dict[str, Any], path: str) -> dict[str, Any]:
        """Return ``variables``, ``parameters`` and ``nominal_capacity`` of a cell.

        Raises
        ------
        ApiError
            422 naming ``path`` if the cell cannot be built.
        """
        return await self._ask("describe", {"cell": cell}, path, content.digest(cell))

    async def of_model(self, config: dict[str, Any]) -> dict[str, Any]:
        """Return whether a model can be built: ``valid``, ``error`` and ``error_type``."""
        return await self._ask("validate_model", {"model": config}, "", content.digest(config))

    async def of_models(self) -> dict[str, Any]:
        """Return which ``models`` there are, their ``options``, and PyBaMM's ``version``."""
        return await self._ask("models", {}, "", affinity="")

    async def _ask(
        self, task: str, request: dict[str, Any], path: str, affinity: str
    ) -> dict[str, Any]:
        name = f"{task}/{pybamm_version()}/{content.digest(request)}"
        known = self._recent.get(name) or self._kept(name)
        if known is None:
            reply = await self._jobs.ask(task, request, affinity=affinity)
            known = _answer(reply, path)
            self._keep(name, known)
        self._recent[name] = known
        self._recent.move_to_end(name)
        if len(self._recent) > _AT_HAND:
            self._recent.popitem(last=False)
        return known

    def _kept(self, name: str) -> dict[str, Any] | None:
        query = select(descriptions.c.body).where(descriptions.c.name == name)
        with self._store.reading() as connection:
            body: dict[str, Any] | None = connection.execute(query).scalar()
        return body

    def _keep(self, name: str, body: dict[str, Any]) -> None:
        known = select(descriptions.c.name).where(descriptions.c.name == name)
        with self._store.writing() as connection:
            if connection.execute(known).first() is None:
                connection.execute(insert(descriptions).values(name=name, body=body))


def _answer(reply: Reply, path: str) -> dict[str, Any]:
    if reply.error is None:
        return reply.content
    if reply.error["code"] == "CONFIGURATION_ERROR":
        raise invalid([Problem(path, reply.error["message"])])
    raise ApiError(500, reply.error["code"], reply.error["message"])
