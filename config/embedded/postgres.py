"""One PostgreSQL server of our own."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.children import spawn, stop
from config.embedded import place

_ROLE = "silkgate"


class Postgres:
    """A cluster in a folder, reached through a private socket, with one role that owns one database.

    settings: further server settings, `{"fsync": "off"}`.
    """

    def __init__(self, folder: Path, *, log: Path, settings: dict[str, str] | None = None) -> None:
        self.account = place.account()
        self.home = place.home(folder, self.account)
        self.binaries = place.postgres_binaries(self.account)
        self.data = self.home / "data"
        self.log = log
        self.settings = settings or {}
        self.socket = Path()
        self.child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of the application's database, for DATABASE_URL and for any libpq program."""
        return self._url(_ROLE, _ROLE)

    @property
    def superuser_url(self) -> str:
        """The address for what only a superuser may do: crash tests, backups."""
        return self._url("postgres", "postgres")

    def start(self, *, check: Callable[[], None] = lambda: None, patience_s: float = 30.0) -> subprocess.Popen[bytes]:
        """Create the cluster if there is none, start it and wait until it answers; `check` is called while waiting.

        Raises: EmbeddedError with the server's last words; whatever `check` raises.
        """
        if not self.data.exists():
            self._create(check)
        self._clear_leftovers()
        self.socket = place.socket_folder(self.home, self.account)
        settings = {
            "unix_socket_directories": str(self.socket),
            "unix_socket_permissions": "0700",
            "listen_addresses": "",
            "max_connections": "150",
            **self.settings,
        }
        argv: list[str | Path] = [self.binaries / "postgres", "-D", self.data]
        for name, value in settings.items():
            argv += ["-c", f"{name}={value}"]
        deadline = time.monotonic() + patience_s
        with self.log.open("ab") as log:
            self.child = spawn(argv, account=self.account, cwd=self.data, stdout=log, death_signal=signal.SIGINT)
            while not self._answers():
                check()
                if self.child.poll() is not None and time.monotonic() < deadline:
                    time.sleep(0.5)  # orphans of a killed server hold its shared memory for a moment
                    self.child = spawn(
                        argv, account=self.account, cwd=self.data, stdout=log, death_signal=signal.SIGINT
                    )
                elif time.monotonic() > deadline:
                    self.stop()
                    raise place.EmbeddedError(f"PostgreSQL did not start; its last words: {_last_line(self.log)}")
                time.sleep(0.03)
        self._create_role()
        return self.child

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything is on disk."""
        if self.child is not None:
            stop(self.child, signal.SIGINT, signal.SIGQUIT, patience_s=20)
            self.child = None
        if self.socket.parent != self.home and self.socket.name:
            shutil.rmtree(self.socket, ignore_errors=True)

    def remove(self) -> None:
        """Forget the cluster and its passwords."""
        if self.data.exists():
            self._clear_leftovers()
        shutil.rmtree(self.home, ignore_errors=True)

    def _url(self, user: str, database: str) -> str:
        return f"postgresql://{user}:{self._password(user)}@/{database}?host={quote(str(self.socket), safe='')}"

    def _password(self, user: str) -> str:
        return (self.home / f"{user}.password").read_text()

    def _create(self, check: Callable[[], None]) -> None:
        for user in ("postgres", _ROLE):
            path = self.home / f"{user}.password"
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(24))
            if self.account:
                os.chown(path, self.account.uid, self.account.gid)
        half = self.home / "data.new"  # a cluster that was cut off half-way never gets the real name
        shutil.rmtree(half, ignore_errors=True)
        argv: list[str | Path] = [self.binaries / "initdb", "-D", half, "-U", "postgres", "--auth=scram-sha-256"]
        argv += [f"--pwfile={self.home / 'postgres.password'}", "-E", "UTF8", "--no-locale"]
        # The builtin provider sorts alike on every machine, whatever its C library.
        argv += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync"]
        with self.log.open("ab") as log:
            made = spawn(argv, account=self.account, cwd=self.home, stdout=log, death_signal=signal.SIGKILL)
            try:
                while made.poll() is None:
                    check()
                    time.sleep(0.02)
            finally:
                stop(made, signal.SIGTERM)
        if made.returncode != 0:
            raise place.EmbeddedError(f"initdb failed: {_last_line(self.log)}")
        half.rename(self.data)

    def _clear_leftovers(self) -> None:
        """Deal with a server that was not stopped: end it if it lives, drop its pid file if the number is another's.

        PostgreSQL itself clears the file of a dead server, after it has made sure that no orphan still writes.
        """
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        pid = int(pid_file.read_text().split("\n")[0] or 0)
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return
        if os.fsencode(self.data) not in command:
            pid_file.unlink()
            return
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + 20
        while pid_file.exists() and time.monotonic() < deadline:
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.superuser_url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _create_role(self) -> None:
        with psycopg.connect(self.superuser_url, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [_ROLE]).fetchone():
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(
                        sql.Identifier(_ROLE), sql.Literal(self._password(_ROLE))
                    )
                )
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_ROLE]).fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {} STRATEGY wal_log").format(
                        sql.Identifier(_ROLE), sql.Identifier(_ROLE)
                    )
                )


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines() or ["(nothing)"]
    return lines[-1]
