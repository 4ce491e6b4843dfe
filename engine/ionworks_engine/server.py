"""The engine as a server of its own: its options and its port."""

from __future__ import annotations

import argparse
import socket
import sys
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from ionworks_engine.app import create_app
from ionworks_engine.jobs.executors import PROCESSES, ExecutorError, named
from ionworks_engine.loopback import ThisMachineOnly, is_loopback
from ionworks_engine.receiving import MAX_UPLOAD
from ionworks_engine.storage import Store, StoreError

_KEEP_ALIVE = 75


def main(arguments: list[str] | None = None, program: str = "python -m ionworks_engine") -> int:
    """Run the command line; return the exit code.

    Parameters
    ----------
    arguments
        What follows the program's name; by default those of this process.
    program
        What the program is called in its help and its errors.
    """
    options = _parser(program).parse_args(arguments)
    try:
        _serve(options)
    except (StoreError, ExecutorError, _CannotServe) as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


class _CannotServe(Exception):  # noqa: N818
    pass


def _parser(program: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=program, description="The engine as a server of its own.")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="serve the API until stopped")
    serve.add_argument("--data", type=Path, required=True, help="folder of projects and results")
    serve.add_argument(
        "--database",
        metavar="URL",
        help="PostgreSQL for the state, such as postgresql://user@host/name; the password comes "
        "from PGPASSFILE or PGPASSWORD (default: SQLite in the folder of --data)",
    )
    serve.add_argument("--port", type=int, default=8787, help="TCP port (default: 8787)")
    serve.add_argument("--host", default="127.0.0.1", help="address (default: 127.0.0.1)")
    key = serve.add_mutually_exclusive_group()
    key.add_argument("--api-key", help="key that requests must carry (default: none)")
    key.add_argument(
        "--api-key-file",
        type=_first_line,
        dest="api_key",
        metavar="FILE",
        help="file that holds the key: what stands in a command, others on the machine can see",
    )
    serve.add_argument(
        "--max-upload",
        type=_gibibytes,
        default=MAX_UPLOAD,
        metavar="GIB",
        help=f"size that one uploaded file may have, in GiB (default: {MAX_UPLOAD >> 30})",
    )
    serve.add_argument(
        "--executor",
        default=PROCESSES,
        metavar="WHERE",
        help=f"where jobs run: {PROCESSES} of this machine, or a Dask cluster such as "
        f"dask://host:8786 (default: {PROCESSES})",
    )
    serve.add_argument("--workers", type=_positive, help="simulations at once (default: all CPUs)")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _first_line(path: str) -> str:
    try:
        key = Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it holds no text"
        raise argparse.ArgumentTypeError(f"{path} cannot be read: {reason}") from None
    if not key or len(key.splitlines()) > 1:
        raise argparse.ArgumentTypeError(f"{path} must hold the key, on one line")
    return key


def _gibibytes(text: str) -> int:
    size = float(text)
    if not 0 < size < 1e6:
        raise argparse.ArgumentTypeError("must be more than 0")
    return int(size * 2**30)


def _serve(options: argparse.Namespace) -> None:
    if not options.api_key and not is_loopback(options.host):
        raise _CannotServe(
            f"{options.host} can be reached by others: give --api-key-file, or serve on 127.0.0.1"
        )
    executor = named(options.executor, options.workers, options.data)
    Store(options.data, database=options.database).close()
    app: ASGIApp = create_app(
        options.data,
        database=options.database,
        api_key=options.api_key,
        executor=executor,
        max_upload=options.max_upload,
        with_pages=True,
    )
    if not options.api_key:
        app = ThisMachineOnly(app)
    listener = _listen(options.host, options.port)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_keep_alive=_KEEP_ALIVE
    )
    place = _place(options.host, options.port)
    print(f"Ionworks engine on http://{place}", file=sys.stderr)  # noqa: T201
    uvicorn.Server(config).run(sockets=[listener])


def _place(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends small answers at once (no Nagle) only on sockets that say they are TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or error
        raise _CannotServe(
            f"cannot listen on {_place(host, port)}: {reason}; choose another --port"
        ) from None
    return listener
