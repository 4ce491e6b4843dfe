"""What a pipeline found, and what belongs to it that is fetched on first use."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

from ionworks_openapi.api.jobs import get_job_metadata, get_job_series, list_job_series_channels
from ionworks_openapi.api.pipelines import get_plot_data, list_pipeline_elements
from ionworks_openapi.models import SeriesSource

from ionworks.calls import async_call, async_map, async_mapping
from ionworks.errors import NotFoundError
from ionworks.records import Record
from ionworks.requests import close_to, given, path_id
from ionworks.results.elements import native_values, shown_cost, typed
from ionworks.results.pictures.elements import draw_found, drawable, draws_a_comparison
from ionworks.results.pictures.fits import comparisons, draw_comparisons
from ionworks.results.pictures.posteriors import draw_posterior
from ionworks.results.pictures.traces import draw_trace

if TYPE_CHECKING:
    from ionworks._async.session import AsyncSession

__all__ = ["AsyncPipelineResult"]

_LAZY = ("overlay", "trace", "posterior", "series")
_UNTHINNED = 80_000
"""The most points of a line that the server hands out."""

_SAMPLES = ("samples", "sample_costs", "sample_param_names", "sample_burnin")


class AsyncPipelineResult:
    """What a pipeline found.

    Attributes
    ----------
    pipeline_id
        Of the pipeline.
    result
        All of it: ``parameter_values``, as they came over the wire.
    element_results
        What each finished element found, by its name: ``type``, ``parameter_values``,
        ``assumptions`` and more, as it came over the wire. Keys are attributes, too.

    Examples
    --------
    >>> result = client.pipeline.result(pipeline.id)         # doctest: +SKIP
    >>> result.element_results["fit"].parameter_values       # doctest: +SKIP
    {'Negative particle diffusivity [m2.s-1]': 3.31e-14}
    >>> pybamm.ParameterValues(result.parameter_values)      # doctest: +SKIP
    """

    def __init__(
        self,
        session: AsyncSession,
        pipeline_id: str,
        result: Mapping[str, Any],
        element_results: Mapping[str, Mapping[str, Any]],
        job_ids: Mapping[str, str] | None = None,
    ) -> None:
        self.pipeline_id = pipeline_id
        self.result = Record(result)
        self.element_results: dict[str, Record] = {
            name: Record(found) for name, found in element_results.items()
        }
        self._session = session
        self._jobs = dict(job_ids or {})
        self._metadata: dict[str, dict[str, Any]] = {}
        self._typed: dict[str, Any] = {}

    @property
    def parameter_values(self) -> dict[str, Any]:
        """All parameters after the last finished element, for ``pybamm.ParameterValues``.

        Raises
        ------
        ModuleNotFoundError
            If there are functions among them and PyBaMM is not installed.
        """
        return native_values(self.result.get("parameter_values") or {})

    @property
    def assumptions(self) -> dict[str, Sequence[str]]:
        """What elements left out, and what was taken instead, by element."""
        found = {name: each.get("assumptions") for name, each in self.element_results.items()}
        return {name: sentences for name, sentences in found.items() if sentences}

    @property
    def results(self) -> dict[str, Any]:
        """What each element found, as `element` returns it."""
        return {name: self.element(name) for name in self.element_results}

    def element(self, name: str) -> Any:
        """Return what an element found as the schema's own result class.

        Its ``overlay``, ``trace``, ``posterior`` and ``series`` are fetched when they are first
        read; with an asynchronous client, await the methods of the same names here instead.

        Parameters
        ----------
        name
            Of the element.

        Returns
        -------
        ionworks_schema.results.BaseResults
            Or one of its classes, by what the element is.

        Raises
        ------
        ValueError
            If there is no such element, or it has not finished.
        ModuleNotFoundError
            If ``ionworks_schema`` is not installed.
        """
        if name not in self._typed:
            found = self._found(name)
            self._typed[name] = typed(name, found, self._fetchers(name))
        return self._typed[name]

    async def series(self, name: str) -> dict[str, dict[str, dict[str, list[Any]]]]:
        """Return data and model of an element at full resolution.

        Parameters
        ----------
        name
            Of the element.

        Returns
        -------
        dict
            By objective, then by source (``optimal``, ``baseline``), the values of each channel.
        """
        job_id = await self._job(name)
        channels = await async_mapping(
            list_job_series_channels.asyncio_detailed, job_id, client=self._session.api
        )
        wanted = [(objective, source) for objective in channels for source in channels[objective]]

        async def fetch(which: tuple[str, str]) -> dict[str, list[Any]]:
            objective, source = which
            return await async_mapping(
                get_job_series.asyncio_detailed,
                job_id,
                client=self._session.api,
                objective=objective,
                source=SeriesSource(source),
            )

        fetched = await async_map(fetch, wanted, self._session.at_once)
        series: dict[str, dict[str, dict[str, list[Any]]]] = {}
        for (objective, source), values in zip(wanted, fetched, strict=True):
            series.setdefault(objective, {})[source] = values
        return series

    async def plot(self, name: str | None = None, axes: Any = None) -> list[Any]:
        """Draw what an element found.

        Of a fit or a validation data and model, with what is left between them below; of
        confidence intervals and sensitivities these.

        Parameters
        ----------
        name
            Of the element. Without it the fit, if there is one only.
        axes
            Axes of matplotlib to draw on. Without them, a new figure is made.

        Returns
        -------
        list of matplotlib.axes.Axes
            With names and units on them.

        Raises
        ------
        ModuleNotFoundError
            If matplotlib is not installed.
        ValueError
            If there is nothing to draw, more than one element to choose from, or another number
            of axes.
        """
        chosen = drawable(self.element_results, name)
        found = self._found(chosen)
        if not draws_a_comparison(found):
            return draw_found(found, axes)
        overlay = await self._overlay(chosen, _UNTHINNED)
        compared = comparisons(overlay)
        if any(each.is_nyquist for each in compared):
            compared = comparisons(overlay, await self.series(chosen))
        return draw_comparisons(compared, axes)

    async def plot_trace(self, name: str | None = None, axes: Any = None) -> list[Any]:
        """Draw how a fit came along: the best cost, and the parameters that gave it.

        Parameters
        ----------
        name
            Of the element. Without it the fit, if there is one only.
        axes
            Axes of matplotlib to draw on: one for the cost, and one a parameter.

        Returns
        -------
        list of matplotlib.axes.Axes
            With names and units on them.
        """
        return draw_trace(await self.trace(drawable(self.element_results, name)), axes)

    async def plot_posterior(self, name: str | None = None, axes: Any = None) -> list[Any]:
        """Draw what a sampler drew: the distribution of each parameter, and of each pair.

        Parameters
        ----------
        name
            Of the element. Without it the fit, if there is one only.
        axes
            Axes of matplotlib to draw on, n (n + 1) / 2 for n parameters.

        Returns
        -------
        list of matplotlib.axes.Axes
            Row by row: the pairs of a parameter with those before it, then the parameter itself.
        """
        return draw_posterior(await self.posterior(drawable(self.element_results, name)), axes)

    async def overlay(self, name: str) -> dict[str, dict[str, Any]]:
        """Return the plots of an element: by objective its ``type`` and ``plots``.

        Parameters
        ----------
        name
            Of the element.
        """
        return await self._overlay(name)

    async def _overlay(self, name: str, max_points: int | None = None) -> dict[str, dict[str, Any]]:
        manifest = (await self.metadata(name)).get("validation_plot_config") or {}
        objectives = manifest.get("objectives") or {}
        job_id = await self._job(name)
        wanted = [
            (objective, number)
            for objective, about in objectives.items()
            for number in range(about.get("plot_count") or 0)
        ]

        async def fetch(which: tuple[str, int]) -> dict[str, Any]:
            objective, number = which
            answer = await async_call(
                get_plot_data.asyncio_detailed,
                job_id,
                client=self._session.api,
                objective_name=objective,
                plot_index=number,
                max_points=given(max_points),
            )
            return answer.to_dict()

        plots = await async_map(fetch, wanted, self._session.at_once)
        overlay: dict[str, dict[str, Any]] = {
            objective: {"type": about.get("type"), "plots": []}
            for objective, about in objectives.items()
        }
        for (objective, _), plot in zip(wanted, plots, strict=True):
            overlay[objective]["plots"].append(plot)
        return overlay

    async def trace(self, name: str) -> list[dict[str, Any]]:
        """Return how a fit improved: ``best_cost``, ``cost`` and ``inputs_unscaled`` each time.

        Parameters
        ----------
        name
            Of the element.
        """
        return list((await self.metadata(name)).get("intermediate_results") or [])

    async def posterior(self, name: str) -> dict[str, Any] | None:
        """Return what a sampler drew, or ``None`` if the element is no sampler.

        Parameters
        ----------
        name
            Of the element.
        """
        metadata = await self.metadata(name)
        if not metadata.get("samples"):
            return None
        return {key: metadata.get(key) for key in _SAMPLES}

    async def metadata(self, name: str) -> dict[str, Any]:
        """Return what the job of an element tells about its work; fetched once.

        Parameters
        ----------
        name
            Of the element.
        """
        if name not in self._metadata:
            job_id = await self._job(name)
            try:
                told = await async_mapping(
                    get_job_metadata.asyncio_detailed, job_id, client=self._session.api
                )
            except NotFoundError:
                return {}
            self._metadata[name] = dict(told)
        return self._metadata[name]

    def _fetchers(self, name: str) -> dict[str, Any]:
        must_be_awaited = inspect.iscoroutinefunction(self.series)
        return {
            field: partial(_say_how, field, name)
            if must_be_awaited
            else partial(getattr(self, field), name)
            for field in _LAZY
        }

    def _found(self, name: str) -> Record:
        if name not in self.element_results:
            near = close_to(name, self.element_results)
            known = (
                f"did you mean {near!r}?"
                if near
                else f"those are {', '.join(self.element_results) or 'none'}"
            )
            raise ValueError(f"no element {name!r} is among those that have finished: {known}")
        return self.element_results[name]

    async def _job(self, name: str) -> str:
        """Return the job of an element; which job is whose is asked once."""
        self._found(name)
        if name not in self._jobs:
            rows = await async_call(
                list_pipeline_elements.asyncio_detailed,
                path_id(self.pipeline_id, "pipeline_id"),
                client=self._session.api,
            )
            self._jobs = {row.name: row.job_id for row in rows if row.job_id}
        return self._jobs[name]

    def __repr__(self) -> str:
        found = ", ".join(
            f"{name}: {each.get('type', '?')}" for name, each in self.element_results.items()
        )
        return f"{type(self).__name__.removeprefix('Async')}({found})"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{escape(name)}</th><td>{escape(str(each.get('type', '')))}</td>"
            f"<td>{len(each.get('parameter_values') or {})}</td><td>{shown_cost(each)}</td></tr>"
            for name, each in self.element_results.items()
        )
        head = "<tr><th>Element</th><th>Result</th><th>Parameters</th><th>Cost</th></tr>"
        return f"<table>{head}{rows}</table>"


def _say_how(field: str, name: str) -> Any:
    call = f"result.{field}({name!r})"
    raise RuntimeError("an asynchronous client fetches nothing by itself; wait for " + call)
