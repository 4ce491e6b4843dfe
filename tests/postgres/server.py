"""A PostgreSQL server of its own on loopback, in a temporary folder, for as long as it is needed.

PostgreSQL refuses to run as root: then it runs as the user ``postgres``, or ``nobody``.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

PACKAGE = "postgresql"
_USER, _DATABASE = "ionworks", "ionworks"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "300",
    "max_locks_per_transaction": "256",
}
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests: what is stored need not survive a power cut."""


class NoServer(Exception):  # noqa: N818
    """There is no PostgreSQL here; the message says what was tried."""


def programs():
    """Return the folder of the newest server's programs, or none."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")
    newest = max(versions, key=lambda path: int(path.parts[-3]), default=None)
    return newest.parent if newest else None


def installed():
    """Return the folder of the programs, installing Debian's package where that is possible."""
    if programs() is None:
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            raise NoServer(f"PostgreSQL is not installed: apt-get install {PACKAGE}")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update", "-q"], ["install", "-qy", "--no-install-recommends", PACKAGE]):
            subprocess.run(["apt-get", *words], env=environment, check=True)
    found = programs()
    if found is None:
        raise NoServer(f"PostgreSQL cannot be found, although {PACKAGE} is installed")
    return found


class Server:
    """One server that can be stopped and started again."""

    def __init__(self, folder, settings):
        self._bin = installed()
        self._data = Path(folder) / "data"
        self._log = Path(folder) / "log"
        self.port = _free_port()
        self.url = f"postgresql://{_USER}@127.0.0.1:{self.port}/{_DATABASE}"
        # In the locale of C, small letters are those from a to z: the engine must know the others.
        self._run(
            "initdb", "-D", self._data, "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C"
        )
        lines = {**_SETTINGS, **settings, "port": str(self.port), "unix_socket_directories": ""}
        with (self._data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in lines.items())

    def create(self):
        """Start for the first time."""
        self.start()
        self._run("createdb", "-h", "127.0.0.1", "-p", self.port, "-U", _USER, _DATABASE)

    def start(self):
        self._run("pg_ctl", "-D", self._data, "-l", self._log, "-w", "-t", "60", "start")

    def stop(self, mode="fast"):
        if (self._data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self._data, "-w", "-t", "60", "-m", mode, "stop")

    def _run(self, program, *words):
        command = [str(self._bin / program), *map(str, words)]
        if os.geteuid() == 0:
            command = ["runuser", "-u", _unprivileged(), "--", *command]
        # Not through pipes: the server that is started keeps them open.
        with tempfile.TemporaryFile() as said:
            ended = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False, cwd="/"
            )
            said.seek(0)
            if ended.returncode:
                raise NoServer(f"{program} failed: {said.read().decode(errors='replace')}")


@contextmanager
def running(settings=QUICK):
    """Run a server; yield it."""
    folder = Path(tempfile.mkdtemp(prefix="ionworks-postgres-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, _unprivileged())
        server = Server(folder, settings)
        try:
            server.create()
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged():
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise NoServer("PostgreSQL refuses to run as root, and there is no user postgres or nobody")


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
