"""One run of the command line: streams set up, the command found, errors put into words."""

from __future__ import annotations

import io
import os
import sys
import warnings
from contextlib import suppress
from typing import TextIO

from ionworks.cli.app import application
from ionworks.cli.failures import ExitCode, StoppedError, exit_code, has_been_told, told
from ionworks.cli.output import Output
from ionworks.cli.wording import in_options

__all__ = ["run"]


def run(arguments: list[str]) -> int:
    """Run a command; return its exit code, whatever happens."""
    for stream in (sys.stdout, sys.stderr):
        _write_what_can_be_written(stream)
    output = Output(as_json="--json" in arguments)
    try:
        with warnings.catch_warnings():
            _tell_warnings(output)
            code = _code_of(arguments)
        sys.stdout.flush()
        return code
    except StoppedError as stopped:
        error = stopped.cause
    except (Exception, KeyboardInterrupt) as raised:
        error = raised
    if isinstance(error, BrokenPipeError):
        return _without_reader()
    with suppress(BrokenPipeError):
        if has_been_told(error):
            return ExitCode.USAGE
        output.error(told(error))
    return exit_code(error)


def _code_of(arguments: list[str]) -> int:
    try:
        answer = application()(arguments, prog_name="ionworks", standalone_mode=False)
    except SystemExit as leaving:  # of the engine's own parser, and after a completion
        answer = leaving.code
    return answer if isinstance(answer, int) else ExitCode.DONE


def _write_what_can_be_written(stream: TextIO | None) -> None:
    """Let a terminal that knows few signs show the others by their numbers, not end the run."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


def _tell_warnings(output: Output) -> None:
    def show(message: Warning | str, *_: object, **__: object) -> None:
        output.warning(in_options(str(message)))

    warnings.simplefilter("always", UserWarning)
    warnings.showwarning = show


def _without_reader() -> int:
    """End as if all had been read: who reads the head of a list wants no more of it."""
    # What is left in the buffer would be written, and fail, when the interpreter ends.
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitCode.DONE
