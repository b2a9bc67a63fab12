"""Servers, preparation, web, worker and beat under one parent; a page of advice; a clean end."""

import fcntl
import json
import os
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from config.demo.advice import advice
from config.demo.environment import environment, write_environment
from config.embedded import EmbeddedError, Postgres, Valkey
from config.parent import ChildFailedError, Parent, StopAskedError

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR = Path(os.environ.get("DEMO_FOLDER") or BASE_DIR / "var").resolve()
HOST = "127.0.0.1"


class CannotStartError(Exception):
    """One sentence that says what to do."""


def main() -> int:
    """Run until asked to stop. 0 after a wish, 1 after a failure."""
    logs = _private(VAR) / "log"
    parent = Parent(env=os.environ, logs=logs, cwd=BASE_DIR)
    parent.listen()
    with ExitStack() as stack:
        try:
            port = _port()
            stack.enter_context(_alone())
            _say("starting; Ctrl-C stops everything")
            if os.environ.get("RESET") == "1":
                _reset()
            parent.env = environment(os.environ, folder=VAR, host=HOST, port=port)
            _say("PostgreSQL and Valkey …")
            _servers(parent, stack, logs)
            write_environment(VAR / "demo.env", parent.env, os.environ)
            _say("tables, texts, code lists and the demo's world; the first time this takes half a minute …")
            _prepare(parent, port)
            _say("web, worker and beat …")
            stack.callback(parent.stop_all)
            _start(parent, port)
            print(advice(_demo_json(), base_url=_base_url(port), logs=logs), flush=True)
            parent.wait_for_ever(say=_say)
        except StopAskedError:
            _say("stopping")
        except (CannotStartError, ChildFailedError, EmbeddedError, PermissionError) as error:
            print(f"make demo: {error}", file=sys.stderr, flush=True)
            return 1
    _say("stopped; the data are kept, RESET=1 make demo begins anew")
    return 0


def _private(folder: Path) -> Path:
    """The folder and its logs, for us alone, whatever earlier starts left; all that is made from here on is as well.

    Others may pass through the folder but not look into it: as root, the database runs under another account.
    """
    os.umask(0o077)
    logs = folder / "log"
    logs.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    logs.chmod(0o700)
    for path in logs.iterdir():
        path.chmod(0o600)
    return folder


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CannotStartError(f"PORT={text} is not a port: choose a number from 1024 to 65535")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(text)))
        except PermissionError as error:
            raise CannotStartError(f"port {text} is for root only: choose another one, PORT=8001 make demo") from error
        except OSError as error:
            raise CannotStartError(
                f"port {text} is taken: choose another one, PORT={_other(text)} make demo"
            ) from error
    return int(text)


def _other(text: str) -> int:
    return int(text) + 1 if int(text) < 65535 else 8000


@contextmanager
def _alone() -> Iterator[None]:
    """One demo per checkout: two would share their data."""
    with (VAR / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotStartError("a demo of this checkout already runs: stop it first") from error
        yield


def _reset() -> None:
    """Forget everything that earlier starts left.

    Raises: CannotStartError for data that are not ours to remove.
    """
    if os.environ.get("DATABASE_URL"):
        raise CannotStartError("RESET=1 empties only the embedded database: empty the one of DATABASE_URL yourself")
    Postgres(VAR / "postgres", log=VAR / "log" / "postgres.log").remove()
    Valkey(VAR / "valkey", log=VAR / "log" / "valkey.log").remove()
    for path in (VAR / "demo.json", VAR / "demo.env", VAR / "secrets.json", *VAR.glob("beat*")):
        path.unlink(missing_ok=True)


def _servers(parent: Parent, stack: ExitStack, logs: Path) -> None:
    """PostgreSQL and Valkey of our own, each unless the environment names another one."""
    if not parent.env.get("DATABASE_URL"):
        postgres = Postgres(VAR / "postgres", log=logs / "postgres.log")
        stack.callback(postgres.stop)
        parent.watched["postgres"] = postgres.start(check=parent.check)
        parent.env["DATABASE_URL"] = postgres.url
    if not parent.env.get("REDIS_URL"):
        valkey = Valkey(VAR / "valkey", log=logs / "valkey.log")
        stack.callback(valkey.stop)

        def start(port: int = 0) -> None:
            parent.watched["valkey"] = valkey.start(port=port, check=parent.check)

        start()
        parent.again["valkey"] = lambda: start(valkey.port)  # where everybody looks for it
        parent.env["REDIS_URL"] = valkey.url


def _prepare(parent: Parent, port: int) -> None:
    """Migrations, messages, static files, reference and demo data, in one go."""
    parent.run("prepare", [sys.executable, "manage.py", "prepare", "--demo", VAR / "demo.json"])
    written = VAR / "demo.json"
    if written.exists():  # the port may be another one than last time
        content = json.loads(written.read_text()) | {"base_url": _base_url(port)}
        written.chmod(0o600)
        written.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def _start(parent: Parent, port: int) -> None:
    """Web, worker and beat; returns when the site is ready.

    Raises: StopAskedError, ChildFailedError.
    """
    web: list[str | Path] = [
        sys.executable,
        "-m",
        "gunicorn",
        "config.wsgi",
        "--bind",
        f"{HOST}:{port}",
        "--workers",
        "3",
    ]
    web += ["--graceful-timeout", "5", "--no-control-socket"]
    parent.start("web", web)
    celery: list[str | Path] = [sys.executable, "-m", "celery", "--app", "config"]
    parent.start(
        "worker",
        [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle"],
    )
    parent.start("beat", [*celery, "beat", "--loglevel", "INFO", "--schedule", VAR / "beat", "--pidfile", ""])
    parent.wait_until(
        lambda: _answers(f"{_base_url(port)}/readyz"),
        patience_s=60,
        sentence=f"the site did not become ready within a minute: see {VAR / 'log' / 'web.log'}",
    )


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _base_url(port: int) -> str:
    return f"http://{HOST}:{port}"


def _demo_json() -> dict[str, Any]:
    written = VAR / "demo.json"
    return dict(json.loads(written.read_text())) if written.exists() else {}


def _say(sentence: str) -> None:
    print(f"make demo: {sentence}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
