"""A running system to be broken: workers, a beat and a broker of its own, and an exporter who lodges."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from config.celery import app
from config.embedded import Valkey
from declarations import actions, outbox, tasks
from declarations.clearance import issuing
from declarations.models import Organisation, OutboxTask, PassKey, Port, Role
from declarations.words import RoleName
from seeds.ports import load_lanes
from seeds.reference import load_reference_data
from tests.cast import USCC, declaration_body, vehicle_body
from tests.faults.invariants import undecided
from tests.stack import Stack

VISIBILITY_TIMEOUT_S = "8"
"""When the broker hands a dead worker's message out again; sooner than in production, so that it happens here."""


class World:
    """Everything runs against the database that Django is connected to; its address is given for the children."""

    def __init__(self, *, database_url: str, folder: Path) -> None:
        self.valkey = Valkey(folder / "valkey", log=folder / "valkey.log", keep=True)
        self.valkey.start()
        self.stack = Stack(
            {
                "DATABASE_URL": database_url,
                "REDIS_URL": self.valkey.url,
                "DJANGO_SETTINGS_MODULE": "tests.settings",
                "BROKER_VISIBILITY_TIMEOUT_S": VISIBILITY_TIMEOUT_S,
                "LOG_LEVEL": "ERROR",
            },
            folder=folder,
        )
        self.exporter, self.organisation = an_exporter()
        self._next = 1

    def stop(self) -> None:
        """End every child."""
        self.stack.stop()
        self.valkey.stop()
        shutil.rmtree(self.valkey.home, ignore_errors=True)

    def drafts(self, count: int) -> list[int]:
        """So many drafts with one faultless vehicle each."""
        now = timezone.now()
        ids = []
        for _ in range(count):
            vehicle = vehicle_body(self._next, plate=None, plate_expires_on=None)
            self._next += 1
            body = declaration_body(vehicle, now=now)
            ids.append(actions.create(organisation=self.organisation, body=body, by=self.exporter, now=now).pk)
        return ids

    def lodge(self, ids: Sequence[int]) -> float:
        """Lodge them one after the other; gives back the longest time that one took, in seconds."""
        longest = 0.0
        for declaration_id in ids:
            began = time.monotonic()
            actions.lodge(declaration_id=declaration_id, by=self.exporter, now=timezone.now())
            longest = max(longest, time.monotonic() - began)
        return longest

    def lodge_beside(self, ids: Sequence[int], *, threads: int = 2) -> "Lodging":
        """Lodge them in threads while something else happens."""
        return Lodging(self, ids, threads=threads)

    def relay(self) -> int:
        """What beat and worker do every second, done here: hand due work to the broker."""
        with app.connection_for_write(self.valkey.url) as broker:
            return outbox.relay(
                send=lambda task: tasks.work.apply_async(kwargs={"task_id": task.pk}, connection=broker),
                now=timezone.now(),
            )

    def supervise(self) -> bool:
        """Start the worker again if it gave up: it ends by itself when its pool is killed while it starts.

        Never true: a condition to be waited for goes on with what follows.
        """
        if self.stack.has_ended("worker"):
            self.stack.kill("worker")
            self.stack.worker()
        return False

    def kill_broker(self) -> None:
        """SIGKILL to the broker."""
        child = self.valkey.child
        assert child is not None
        os.kill(child.pid, signal.SIGKILL)
        child.wait()

    def start_broker(self, *, emptied: bool) -> None:
        """The broker again, at its old address, with what it had written down or with nothing."""
        if emptied:
            for path in self.valkey.home.iterdir():
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()
        self.valkey.start(port=self.valkey.port)

    def last_words(self) -> list[str]:
        """What each program said at the end."""
        logs = sorted(self.stack.folder.glob("*.log"))
        return [f"{log.name}: {line}" for log in logs for line in log.read_text(errors="replace").splitlines()[-3:]]

    def wait_until_decided(self, ids: Sequence[int], *, patience_s: float) -> float:
        """Until all are decided and nothing is owed, or patience ends; gives back the seconds it took."""
        return wait_for(lambda: self.supervise() or undecided(ids) == 0, patience_s=patience_s)


class Lodging:
    """Lodgements in the background; `acknowledged` lists those whose call came back."""

    def __init__(self, world: World, ids: Sequence[int], *, threads: int) -> None:
        self.acknowledged: list[int] = []
        self.failed: list[Exception] = []
        self._world = world
        self._threads = [threading.Thread(target=self._run, args=(ids[n::threads],)) for n in range(threads)]
        for thread in self._threads:
            thread.start()

    def wait(self) -> None:
        """Until the last came back.

        Raises: the first failure.
        """
        for thread in self._threads:
            thread.join()
        if self.failed:
            raise self.failed[0]

    def _run(self, ids: Sequence[int]) -> None:
        try:
            for declaration_id in ids:
                self._world.lodge([declaration_id])
                self.acknowledged.append(declaration_id)
        except Exception as error:
            self.failed.append(error)
        finally:
            connection.close()


def wait_for(is_so: Callable[[], bool], *, patience_s: float, step_s: float = 0.2) -> float:
    """Look again and again until it is so or patience ends; gives back the seconds it took."""
    began = time.monotonic()
    while not is_so() and time.monotonic() - began < patience_s:
        time.sleep(step_s)
    return time.monotonic() - began


def owe(kind: str) -> OutboxTask:
    """A piece of work of some kind, due now."""
    now = timezone.now()
    return OutboxTask.objects.create(kind=kind, subject=0, created_at=now, due_at=now)


def end_leases(rows: Sequence[OutboxTask]) -> None:
    """Make these due again at once, as if their lease had ended."""
    OutboxTask.objects.filter(pk__in=[row.pk for row in rows], done_at=None).update(due_at=timezone.now())


def an_exporter() -> tuple[User, Organisation]:
    """A verified exporter, code lists, lanes, a key that signs, and no random selection."""
    now = timezone.now()
    if not Port.objects.exists():
        load_reference_data()
    load_lanes(now=now)
    Port.objects.update(random_share=0)
    if not PassKey.objects.exists():
        issuing.rotate(now=now)
    user, _new = User.objects.get_or_create(username="alice")
    values: dict[str, Any] = {
        "name": "Tianshan Auto Export",
        "created_at": now,
        "verified_at": now,
        "verified_by": user,
    }
    organisation, _new = Organisation.objects.get_or_create(uscc=USCC[0], defaults=values)
    with suppress(AttributeError):
        del user._roles
    Role.objects.get_or_create(user=user, role=RoleName.EXPORTER, organisation=organisation, port=None)
    return user, organisation
