"""One Valkey server of our own: the doorbell of the workers."""

import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import redis

from config.children import spawn, stop
from config.embedded import place


class Valkey:
    """A server on a free loopback port, with a password that is new at every start.

    keep: whether it writes its data down (append-only file, every second).
    """

    def __init__(self, folder: Path, *, log: Path, keep: bool = True) -> None:
        self.account = place.account()
        self.home = place.home(folder, self.account)
        self.binary = place.valkey_binary(self.account)
        self.log = log
        self.keep = keep
        self.password = secrets.token_urlsafe(24)
        self.port = 0
        self.child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address for REDIS_URL."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(
        self, *, port: int = 0, check: Callable[[], None] = lambda: None, patience_s: float = 20.0
    ) -> subprocess.Popen[bytes]:
        """Start and wait until it answers; port 0 takes a free one. `check` is called while waiting.

        Raises: EmbeddedError when it does not answer in time; whatever `check` raises.
        """
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            self.port = port or _free_port()
            self.child = self._spawn()
            while self.child.poll() is None and time.monotonic() < deadline:
                check()
                if self._answers():
                    return self.child
                time.sleep(0.02)
        self.stop()
        raise place.EmbeddedError(f"Valkey did not start on port {self.port}: see {self.log}")

    def stop(self) -> None:
        """Save what is to be kept, and end."""
        if self.child is not None:
            stop(self.child, signal.SIGTERM)
            self.child = None

    def remove(self) -> None:
        """Forget the data."""
        shutil.rmtree(self.home, ignore_errors=True)

    def _spawn(self) -> subprocess.Popen[bytes]:
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{self.home}"',
            "maxmemory-policy noeviction",  # an evicted queue is lost work
            'save ""',
            f"appendonly {'yes' if self.keep else 'no'}",
            "appendfsync everysec",
            "daemonize no",
        ]
        with self.log.open("ab") as log:
            # By standard input, so that the password stands in no file and in no list of processes.
            child = spawn([self.binary, "-"], account=self.account, cwd=self.home, stdin=subprocess.PIPE, stdout=log)
        if child.stdin is not None:
            child.stdin.write("\n".join(lines).encode())
            child.stdin.close()
        return child

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:  # not there yet, or still loading its file
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
