"""What a computation took for granted, told to the user once."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping

__all__ = ["AssumptionTeller", "AssumptionWarning"]


class AssumptionWarning(UserWarning):
    """Something was left out of a pipeline, and something stated was taken instead.

    Say what is missing, or silence the category once it is what is meant.

    Examples
    --------
    >>> import warnings
    >>> from ionworks.assumptions import AssumptionWarning
    >>> warnings.simplefilter("ignore", AssumptionWarning)
    """


class AssumptionTeller:
    """Warns of assumptions, of those of one pipeline once.

    Examples
    --------
    >>> import warnings
    >>> from ionworks.assumptions import AssumptionTeller
    >>> teller = AssumptionTeller()
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     for _ in range(2):
    ...         teller.tell("5f0d77aa", {"fit": ["No type: CurrentDriven.", "No cost: SSE."]})
    >>> [str(warning.message) for warning in caught]
    ['fit: No type: CurrentDriven. No cost: SSE.']
    """

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()

    def tell(self, pipeline_id: str, assumptions: Mapping[str, Iterable[str] | None]) -> None:
        """Warn of elements that have not been told of, at the place that called the caller.

        Parameters
        ----------
        pipeline_id
            Of the pipeline that the elements belong to.
        assumptions
            The sentences of each element, by its name; an empty name is not told.
        """
        for element, sentences in assumptions.items():
            told = " ".join(sentences or ())
            if told and (pipeline_id, element) not in self._told:
                self._told.add((pipeline_id, element))
                message = f"{element}: {told}" if element else told
                warnings.warn(message, AssumptionWarning, stacklevel=3)
