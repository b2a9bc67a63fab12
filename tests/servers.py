"""The servers of one test run: up in about a second, thrown away at the end; a killed run's leftovers are swept."""

import fcntl
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import environ

from config.embedded import Postgres, Valkey

_PREFIX = "silkgate-test-"
_QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "250",
}


class Servers:
    """PostgreSQL and Valkey in a temporary folder, without durability, unless the environment names its own."""

    def __init__(self, *, durable: bool = False) -> None:
        self.durable = durable
        self.postgres: Postgres | None = None
        self.valkey: Valkey | None = None
        self.environment: dict[str, str] = {}
        self.folder: Path | None = None
        self._lock = -1

    def start(self) -> None:
        """Start what DATABASE_URL and REDIS_URL do not already name."""
        _sweep()
        self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self.folder.chmod(0o711)
        self._lock = os.open(self.folder, os.O_RDONLY)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        if os.environ.get("DATABASE_URL", "").endswith("/not-started"):
            settings = {} if self.durable else _QUICK
            self.postgres = Postgres(self.folder / "pg", log=self.folder / "postgres.log", settings=settings)
            self.postgres.start()
            self.environment["DATABASE_URL"] = self.postgres.url
        if os.environ.get("REDIS_URL", "").startswith("redis://127.0.0.1:1/"):
            self.valkey = Valkey(self.folder / "valkey", log=self.folder / "valkey.log", keep=self.durable)
            self.valkey.start()
            self.environment["REDIS_URL"] = self.valkey.url

    def tell(self, settings: Any) -> None:
        """Put the addresses into settings that were read before the servers stood."""
        if "DATABASE_URL" in self.environment:
            found = environ.Env.db_url_config(self.environment["DATABASE_URL"])
            options = settings.DATABASES["default"]["OPTIONS"] | found.pop("OPTIONS", {})
            settings.DATABASES["default"].update(found, OPTIONS=options)
        settings.CELERY_BROKER_URL = self.environment.get("REDIS_URL", settings.CELERY_BROKER_URL)

    def stop(self) -> None:
        """Stop both and remove every trace."""
        for server in (self.valkey, self.postgres):
            if server is not None:
                server.stop()
                shutil.rmtree(server.home, ignore_errors=True)
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
            os.close(self._lock)
            self.folder = None


def _sweep() -> None:
    """Remove folders that no living run holds the lock of."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime < 60:
                continue  # it may not have taken its lock yet
            lock = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)
