"""How a conversion is refused: what a target cannot say, and what cannot be read.

ValueError
  Inexpressible    a protocol, towards a format that has no way to say it
  Unreadable       bytes, as a protocol file
"""

from __future__ import annotations

from ionworks.ucp.tree import Position

ANY = "a cycler file"
"""The target of what no format can say."""


class Inexpressible(ValueError):  # noqa: N818 - what the protocol is, read aloud
    """A protocol says what the target has no words for.

    Parameters
    ----------
    construct
        What was asked for, such as ``a goto``.
    target
        The format, such as ``novonix``.
    line
        The step: its name or ``step 3``; ``None`` if the whole test is meant.
    position
        Its place in the document, if there is one.
    instead
        What the target has, or what to do, as a sentence without its full stop.

    Examples
    --------
    >>> print(Inexpressible("constant power", "novonix", line="step 3"))
    step 3: novonix cannot express constant power
    """

    def __init__(
        self,
        construct: str,
        target: str,
        *,
        line: str | None = None,
        position: Position | None = None,
        instead: str | None = None,
    ) -> None:
        places = [text for text in (line, position and str(position)) if text]
        where = f"{', '.join(places)}: " if places else ""
        ending = f"; {instead}" if instead else ""
        super().__init__(f"{where}{target} cannot express {construct}{ending}")
        self.construct = construct
        self.target = target
        self.line = line
        self.position = position
        self.instead = instead


class Unreadable(ValueError):  # noqa: N818 - what the bytes are
    """Bytes that are no protocol file we know, or one that is cut or damaged.

    Parameters
    ----------
    message
        What was wrong, and what would be right.
    line
        In the text of the file, counted from 1.
    key
        The element, key or column where it was found.

    Examples
    --------
    >>> print(Unreadable("the value is missing", line=12, key="StepValue"))
    line 12, StepValue: the value is missing
    """

    def __init__(self, message: str, *, line: int | None = None, key: str | None = None) -> None:
        places = [text for text in (line and f"line {line}", key) if text]
        super().__init__(f"{', '.join(places)}: {message}" if places else message)
        self.line = line
        self.key = key
