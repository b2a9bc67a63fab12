"""The programs of a running system, each a process of its own: web, worker, beat; killed and stopped by their ids."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from config.parent import Parent

ROOT = Path(__file__).resolve().parent.parent
CELERY: tuple[str, ...] = (sys.executable, "-m", "celery", "--app")


class Stack:
    """Starts what is asked for, with one environment; everything ends in `stop`, and with us if we are killed.

    Programs start from the main thread only (see config.children.spawn).
    """

    def __init__(self, environment: Mapping[str, str], *, folder: Path) -> None:
        self.folder = folder
        self.parent = Parent(env={**os.environ, "PYTHONUNBUFFERED": "1", **environment}, logs=folder, cwd=ROOT)

    def web(self, *, name: str = "web", app: str = "config.wsgi", workers: int = 3) -> str:
        """gunicorn as in the demo, on a free loopback port; gives back the address."""
        port = free_port()
        argv = [sys.executable, "-m", "gunicorn", app, "--bind", f"127.0.0.1:{port}", "--workers", str(workers)]
        self.parent.start(name, [*argv, "--graceful-timeout", "5", "--no-control-socket"])
        self.parent.wait_until(
            lambda: _listens(port), patience_s=30, sentence=f"{name} does not listen: see {self.folder}/{name}.log"
        )
        return f"http://127.0.0.1:{port}"

    def worker(self, *, name: str = "worker", app: str = "config", concurrency: int = 2) -> None:
        """A Celery worker as in the demo."""
        options = ["--concurrency", str(concurrency), "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
        self.parent.start(name, [*CELERY, app, "worker", *options])

    def beat(self, *, name: str = "beat") -> None:
        """The clock that calls the relay every second."""
        schedule = str(self.folder / f"{name}.schedule")
        self.parent.start(name, [*CELERY, "config", "beat", "--schedule", schedule, "--pidfile", ""])

    def has_ended(self, name: str) -> bool:
        """Whether a program that should run has gone by itself."""
        child = self.parent.children.get(name)
        return child is not None and child.poll() is not None

    def kill(self, name: str) -> None:
        """SIGKILL to a program and all its children, as if the machine had gone."""
        child = self.parent.children.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def kill_one_child(self, name: str) -> None:
        """SIGKILL to one process of a worker's pool, as the kernel does when memory runs out."""
        children = children_of(self.parent.children[name])
        if children:
            os.kill(children[-1], signal.SIGKILL)

    def stop(self) -> None:
        """End everything, in order."""
        self.parent.stop_all()


def children_of(program: "subprocess.Popen[bytes]") -> Sequence[int]:
    """The ids of a program's children (Linux)."""
    try:
        return list(map(int, Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split()))
    except OSError:
        return []


def database_url(server_url: str, name: str) -> str:
    """The same server's address, another database."""
    return urlsplit(server_url)._replace(path=f"/{name}").geturl()


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
