"""`make demo` on a folder of its own: comes up, stops in order, keeps its data, says why it cannot."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.demo.advice import advice
from config.demo.environment import environment, kept_secrets, write_environment
from config.embedded import Postgres, Valkey, place
from tests.source import ROOT


class Demo:
    """One folder, and the demos that are started on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[subprocess.Popen[str]] = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def start(self, **extra: str) -> subprocess.Popen[str]:
        dropped = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_KEYS", "DIGEST_KEY", "MAKELEVEL")
        env = {name: value for name, value in os.environ.items() if name not in dropped}
        self.started.append(
            started := self._start(env | {"DEMO_FOLDER": str(self.folder), "PORT": str(self.port)} | extra)
        )
        return started

    def _start(self, env: dict[str, str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "config.demo"],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait_until_ready(self, demo: subprocess.Popen[str], patience_s: float = 90) -> None:
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            assert demo.poll() is None, demo.communicate()[0]
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise AssertionError("the demo did not become ready")

    def left(self) -> list[str]:
        """Programs that carry this folder in their environment and have not ended."""
        mark = f"DEMO_FOLDER={self.folder}".encode()
        found = []
        for program in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (program / "environ").read_bytes().split(b"\0"):
                    found.append((program / "cmdline").read_text().replace("\0", " "))
            except OSError:
                continue
        return found


@pytest.fixture
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo's folder; what its embedded servers left elsewhere is removed."""
    demo = Demo(tmp_path_factory.mktemp("demo"))
    yield demo
    for started in demo.started:
        if started.returncode is None:
            started.terminate()
            started.communicate()
    assert not demo.left()
    Postgres(demo.folder / "postgres", log=demo.folder / "log" / "postgres.log").remove()
    Valkey(demo.folder / "valkey", log=demo.folder / "log" / "valkey.log").remove()


def test_it_comes_up_stops_in_order_and_keeps_its_data(demo: Demo) -> None:
    first = demo.start()
    demo.wait_until_ready(first)
    secrets = (demo.folder / "secrets.json").read_text()
    version = place.home(demo.folder / "postgres", place.account()) / "data" / "PG_VERSION"
    cluster = version.stat().st_ino
    refused = demo.start()
    assert "is taken: choose another one, PORT=" in refused.communicate()[0]
    assert refused.returncode == 1
    first.send_signal(signal.SIGINT)
    said = first.communicate(timeout=40)[0]
    assert first.returncode == 0, said
    assert f"http://127.0.0.1:{demo.port}/" in said
    assert "the data are kept" in said
    assert not demo.left()
    assert stat.S_IMODE(demo.folder.stat().st_mode) == 0o711
    private = [path for path in demo.folder.rglob("*") if demo.folder / "static" not in path.parents]
    assert [path for path in private if path.lstat().st_mode & 0o077] == []

    again = demo.start()
    demo.wait_until_ready(again)
    assert (demo.folder / "secrets.json").read_text() == secrets
    assert version.stat().st_ino == cluster
    again.kill()
    again.communicate()
    deadline = time.monotonic() + 20
    while demo.left() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not demo.left(), "children outlived a parent that was killed"


@pytest.mark.parametrize("after_s", [0.3, 1.0, 2.0, 4.0])
def test_a_signal_during_the_start_leaves_nobody_behind(demo: Demo, after_s: float) -> None:
    started = demo.start()
    time.sleep(after_s)
    started.send_signal(signal.SIGTERM)
    started.communicate(timeout=40)
    assert not demo.left()


def test_a_child_that_dies_brings_the_rest_down_with_a_sentence(demo: Demo) -> None:
    started = demo.start(SECRET_KEY="too short")
    said = started.communicate(timeout=60)[0]
    assert started.returncode == 1
    assert said.splitlines()[-1].startswith(
        "make demo: prepare failed (code 1): manage.py: SECRET_KEY is shorter than 50 characters"
    )


@pytest.mark.parametrize(("port", "sentence"), [("none", "is not a port"), ("0", "is not a port"), ("70000", "is not")])
def test_an_unusable_port_is_one_sentence(demo: Demo, port: str, sentence: str) -> None:
    started = demo.start(PORT=port)
    said = started.communicate(timeout=20)[0]
    assert started.returncode == 1
    assert sentence in said
    assert len(said.splitlines()) == 1


def test_reset_does_not_touch_somebody_else_s_database(demo: Demo) -> None:
    started = demo.start(RESET="1", DATABASE_URL="postgres://elsewhere/db")
    said = started.communicate(timeout=20)[0]
    assert started.returncode == 1
    assert "empty the one of DATABASE_URL yourself" in said


def test_secrets_are_random_private_and_kept(tmp_path: Path) -> None:
    first = kept_secrets(tmp_path / "secrets.json")
    assert kept_secrets(tmp_path / "secrets.json") == first
    assert kept_secrets(tmp_path / "other.json") != first
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_a_given_address_wins_and_an_empty_one_is_none(tmp_path: Path) -> None:
    ours = environment({"DATABASE_URL": "postgres://a/b", "REDIS_URL": ""}, folder=tmp_path, host="127.0.0.1", port=1)
    assert ours["DATABASE_URL"] == "postgres://a/b"
    assert "REDIS_URL" not in ours


def test_another_terminal_gets_what_make_demo_added(tmp_path: Path) -> None:
    write_environment(tmp_path / "demo.env", {"A": "it's", "PATH": "/bin"}, {"PATH": "/bin"})
    done = subprocess.run(["sh", "-c", '. ./demo.env; printf %s "$A"'], cwd=tmp_path, capture_output=True, check=True)
    assert done.stdout == b"it's"
    assert "PATH" not in (tmp_path / "demo.env").read_text()
    assert stat.S_IMODE((tmp_path / "demo.env").stat().st_mode) == 0o600


def test_the_advice_names_every_account_and_how_to_stop() -> None:
    demo = {
        "accounts": {
            "alice": {"username": "alice", "password": "p-1", "role": "exporter", "organisation": "SAIC"},
            "olga": {"username": "olga", "password": "p-2", "role": "checkpoint", "port": "CNHRS"},
        }
    }
    said = advice(json.loads(json.dumps(demo)), base_url="http://127.0.0.1:8000", logs=Path("log"))
    for word in ("alice", "p-1", "SAIC", "olga", "p-2", "CNHRS", "/api/v1/docs", "RESET=1", "Ctrl-C"):
        assert word in said


def test_the_advice_names_what_is_ready_to_be_tried() -> None:
    first = {
        "draft": {"reference": "SG-1"},
        "draft_with_bad_vehicle": {"reference": "SG-2"},
        "ready_to_scan": {
            "passes": [
                {"manual_code": "AAAA-BBBB-CCCC", "plate": "新F0001临"},
                {"manual_code": "DDDD-EEEE-FFFF", "plate": "新F0002临"},
            ]
        },
    }
    demo = {"accounts": {"alice": {"username": "alice", "password": "p"}}, "try_first": first}
    said = advice(demo, base_url="http://127.0.0.1:8000", logs=Path("log"))
    for word in ("SG-1", "SG-2", "AAAA-BBBB-CCCC", "新F0001临", "    7. ", "DDDD-EEEE-FFFF", "新F0002临"):
        assert word in said
