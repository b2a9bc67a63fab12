"""The running system that journeys over HTTP walk through: web, worker and beat on a copy of the test database."""

import os
import shutil
import time
import uuid
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone

from checkpoint.models import Device
from checkpoint.models.device import DeviceKind
from config.embedded import Valkey
from declarations.models import ApiKey, PassKey, Port
from seeds.accounts import make_people
from tests.at_once import connected_to, copied_database
from tests.cast import declaration_body, lay_the_ground, vehicle_body
from tests.servers import Servers
from tests.stack import Stack, database_url

PATIENCE_S = 10.0


class Running:
    """The system from outside: an address and everybody's keys."""

    def __init__(self, base_url: str, keys: Mapping[str, str]) -> None:
        self.base_url = base_url
        self.clients = {
            name: httpx.Client(
                base_url=f"{base_url}/api/v1/",
                headers={"Authorization": f"Bearer {key}", "Accept-Language": "en"},
                timeout=30,  # a program that has just started reads its modules at the first question
            )
            for name, key in keys.items()
        }
        self._numbers = count(1)

    def call(self, who: str, method: str, path: str, body: Any = None, *, expect: int = 200) -> Any:
        """Ask as somebody (a person's name or a lane's code); the answer's JSON."""
        answer = self.clients[who].request(method, path, json=body)
        assert answer.status_code == expect, f"{who} {method} {path}: {answer.status_code} {answer.text[:600]}"
        return answer.json()

    def get(self, who: str, path: str, *, expect: int = 200) -> Any:
        """GET as somebody."""
        return self.call(who, "GET", path, expect=expect)

    def post(self, who: str, path: str, body: Any = None, *, expect: int = 200) -> Any:
        """POST as somebody."""
        return self.call(who, "POST", path, body, expect=expect)

    def wait_for_status(self, reference: str, status: str) -> float:
        """Look until the declaration has that status; gives back the seconds it took."""
        began = time.monotonic()
        while (seen := self.get("alice", f"declarations/{reference}")["status"]) != status:
            assert time.monotonic() - began < PATIENCE_S, f"{reference} is {seen}, not {status}"
            time.sleep(0.02)
        return time.monotonic() - began

    def car(self, *, port: str = "CNHRS", **changes: Any) -> "Car":
        """A car of alice's whose declaration a worker has released."""
        now = timezone.now()
        soon = (now + timedelta(days=20)).date().isoformat()
        vehicle = vehicle_body(next(self._numbers), **{"plate_expires_on": soon, **changes})
        country = "KG" if port == "CNYRK" else "KZ"
        body = declaration_body(vehicle, now=now, port=port, destination_country=country)
        made = self.post("alice", "declarations", body, expect=201)
        assert not [problem for problem in made["problems"] if problem["level"] == "ERROR"], made["problems"]
        lodged = self.post("alice", f"declarations/{made['reference']}/lodge", expect=202)
        assert lodged == {"reference": made["reference"], "status": "LODGED", "left_out": None}
        car = Car(self, made["reference"], vehicle)
        car.decided_after_s = self.wait_for_status(car.reference, "RELEASED")
        return car


class Car:
    """One vehicle on its way, as its driver and its exporter know it."""

    def __init__(self, running: Running, reference: str, body: Mapping[str, Any]) -> None:
        self.running, self.reference = running, reference
        self.vin, self.plate, self.card = body["vin"], body["plate"], body["driver"]["card"]
        self.decided_after_s = 0.0
        self.address = f"declarations/{reference}/vehicles/{self.vin}"

    @property
    def status(self) -> str:
        """Where the vehicle stands, read anew."""
        return str(self.running.get("alice", f"declarations/{self.reference}")["vehicles"][0]["status"])

    def get_pass(self) -> Any:
        """The pass that its exporter hands to the driver."""
        return self.running.get("alice", f"{self.address}/pass")

    def scan(self, lane: str, **body: Any) -> Any:
        """Show the newest pass and the plate at a lane; what is given is shown instead."""
        shown: dict[str, Any] = {
            "scan_id": str(uuid.uuid4()),
            "plate": {"text": self.plate, "confidence": 0.97},
            **body,
        }
        shown.setdefault("code", self.get_pass()["code"] if "code" not in body else None)
        return self.running.post(lane, "scans", shown)

    def enter(self) -> None:
        """Drive into the yard."""
        assert self.scan("CNHRS-E1")["verdict"] == "ADMIT"


@pytest.fixture(scope="session")
def running(
    servers: Servers, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """gunicorn, worker, beat and a broker, started once; whoever uses it asks over HTTP only.

    Tests that use it are marked `django_db`: without such a test in the run there is no database to copy.
    """
    folder: Path = tmp_path_factory.mktemp("running")
    server_url = servers.environment.get("DATABASE_URL") or os.environ["DATABASE_URL"]
    with django_db_blocker.unblock(), copied_database("running") as name:
        with connected_to(name):
            keys = _populate()
        valkey = Valkey(folder / "valkey", log=folder / "valkey.log")
        valkey.start()
        urls = {"DATABASE_URL": database_url(server_url, name), "REDIS_URL": valkey.url}
        stack = Stack({**urls, "DJANGO_SETTINGS_MODULE": "tests.settings"}, folder=folder)
        try:
            stack.worker()
            stack.beat()
            base_url = stack.web()
            found = Running(base_url, keys)
            yield found
            for client in found.clients.values():
                client.close()
        finally:
            stack.stop()
            valkey.stop()
            shutil.rmtree(valkey.home, ignore_errors=True)


def _populate() -> dict[str, str]:
    """People, code lists, lanes; a key for each person by name and for each lane's equipment by the lane's code."""
    now = timezone.now()
    if not PassKey.objects.exists():
        lay_the_ground()
    Port.objects.update(random_share=0)
    keys = {}
    for name, person in make_people(now=now).items():
        _row, keys[name] = ApiKey.issue(label=name, now=now, user=person)
    for device in Device.objects.filter(kind=DeviceKind.LANE).select_related("lane"):
        device.api_key, keys[device.lane.code] = ApiKey.issue(label=device.name, now=now)
        device.save(update_fields=["api_key"])
    return keys
