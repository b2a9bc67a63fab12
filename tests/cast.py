"""The cast and the objects of the tests. Every object has an honest past: it walked there through the real actions."""

import uuid
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.cache import cache

from checkpoint import scanning
from checkpoint.models import Lane
from checkpoint.models.device import DeviceKind
from checkpoint.models.gate import gate_of_device
from declarations import actions, outbox, vin
from declarations.clearance import decisions, holds, issuing
from declarations.lifecycle import DeclarationStatus
from declarations.models import Declaration, Organisation, OutboxTask, PassKey, Role, Vehicle
from declarations.rates import Buckets
from declarations.tasks import WORK
from declarations.views.linked import frame
from declarations.words import RoleName
from seeds.ports import load_lanes
from seeds.reference import load_reference_data

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
"""Twelve o'clock in Shanghai; the moment at which tests begin unless they say otherwise."""

USCC = ("91110000600037341L", "91152201078382010M", "911522010783917502")

VEHICLE: dict[str, Any] = {
    "make": "Tesla",
    "model": "Model 3",
    "model_year": 2026,
    "category": "M1",
    "condition": "NEW",
    "powertrain": "PETROL",
    "displacement_cc": 1498,
    "seats": 5,
    "gross_mass_kg": 1900,
    "curb_mass_kg": 1450,
    "hs_code": "8703223090",
    "value": "89800.00",
    "colour": "white",
    "papers": [],
}

HEADER: dict[str, Any] = {
    "functional_reference": "PO-118",
    "port": "CNHRS",
    "direction": "EXPORT",
    "mode": "SELF_DRIVE",
    "destination_country": "KZ",
    "consignee": {"name": "Astana Motors", "country": "KZ", "address": "Almaty, Raiymbek 1"},
    "contract_number": "SG-2026-118",
    "incoterm": "DAP",
    "incoterm_place": "Almaty",
    "currency": "CNY",
}


def vin_number(n: int) -> str:
    """The n-th of a row of valid Chinese VINs."""
    plain = f"LRW3E7EK0TC{n:06d}"
    return plain[:8] + vin.check_digit(plain) + plain[9:]


def vehicle_body(n: int, **changes: Any) -> dict[str, Any]:
    """A vehicle with nothing wrong, its driver and temporary plate included."""
    body = {
        **deepcopy(VEHICLE),
        "vin": vin_number(n),
        "plate": f"新A{n:05d}临",
        "plate_expires_on": "2026-12-20",
        "driver": {
            "name": f"Li Wei {n}",
            "passport_number": f"E{10_000_000 + n}",
            "nationality": "CN",
            "phone": "+86 139 0000 0000",
            "card": f"CARD-{n}",
        },
    }
    return {**body, **changes}


def declaration_body(*vehicles: Mapping[str, Any], now: datetime = NOON, **changes: Any) -> dict[str, Any]:
    """A declaration with nothing wrong, arriving tomorrow."""
    return {
        **deepcopy(HEADER),
        "planned_arrival_at": (now + timedelta(days=1)).isoformat(),
        "vehicles": list(vehicles),
        **changes,
    }


def never() -> float:
    """A draw that selects nothing at random."""
    return 0.999999


def let_workers_run(now: datetime = NOON) -> int:
    """Do all work that is owed until none is left; gives back how many tasks were done."""
    done = 0
    while OutboxTask.objects.filter(done_at=None, failed_at=None, due_at__lte=now).exists():
        due: list[OutboxTask] = []
        outbox.relay(send=due.append, now=now)
        for task in due:
            done += outbox.run(task_id=task.pk, work=lambda row: WORK[row.kind](row.subject, never, now), now=now)
    return done


def lay_the_ground() -> None:
    """Code lists, lanes and a signing key."""
    load_reference_data()
    load_lanes(now=NOON)
    issuing.rotate(now=NOON)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Each worker's database starts with the ground laid, so that a test costs only what it is about."""
    with django_db_blocker.unblock():
        lay_the_ground()


@pytest.fixture
def reference(db: None) -> None:
    """The ground, laid again where a test that commits has emptied the tables before."""
    if not PassKey.objects.exists():
        cache.delete("reference")
        lay_the_ground()


def _person(name: str, role: str, organisation: Organisation | None = None, port: str | None = None) -> User:
    user, _new = User.objects.get_or_create(username=name, defaults={"email": f"{name}@example.org"})
    Role.objects.get_or_create(user=user, role=role, organisation=organisation, port_id=port)
    user.__dict__.pop("_roles", None)
    return user


def _organisation(name: str, uscc: str, verified_by: User) -> Organisation:
    organisation, _new = Organisation.objects.get_or_create(
        uscc=uscc, defaults={"name": name, "created_at": NOON, "verified_at": NOON, "verified_by": verified_by}
    )
    return organisation


@pytest.fixture
def carl(reference: None) -> User:
    """Documents officer at every port."""
    return _person("carl", RoleName.DOCUMENTS)


@pytest.fixture
def olga(reference: None) -> User:
    """Checkpoint officer at every port."""
    return _person("olga", RoleName.CHECKPOINT)


@pytest.fixture
def ivan(reference: None) -> User:
    """Inspection officer at every port."""
    return _person("ivan", RoleName.INSPECTION)


@pytest.fixture
def sam(reference: None) -> User:
    """Supervisor at every port."""
    return _person("sam", RoleName.SUPERVISOR)


@pytest.fixture
def oscar(reference: None) -> User:
    """Control room operator at every port."""
    return _person("oscar", RoleName.CONTROL_ROOM)


@pytest.fixture
def tianshan(sam: User) -> Organisation:
    """Alice's and bob's verified enterprise."""
    return _organisation("Tianshan Auto Export", USCC[0], sam)


@pytest.fixture
def alice(tianshan: Organisation) -> User:
    """Exports."""
    return _person("alice", RoleName.EXPORTER, tianshan)


@pytest.fixture
def bob(tianshan: Organisation) -> User:
    """Alice's colleague."""
    return _person("bob", RoleName.EXPORTER, tianshan)


@pytest.fixture
def mallory(sam: User) -> User:
    """Another exporter."""
    return _person("mallory", RoleName.EXPORTER, _organisation("Mallory Motors", USCC[1], sam))


@pytest.fixture
def who_may(
    alice: User, bob: User, mallory: User, carl: User, olga: User, ivan: User, sam: User, oscar: User
) -> Callable[..., set[str]]:
    """Ask a question of permissions for the whole cast, a supervisor who was put out, and nobody: who may, by name."""
    gone = User.objects.create(username="gone", is_active=False)
    Role.objects.create(user=gone, role=RoleName.SUPERVISOR)
    roleless = User.objects.create(username="roleless")
    people = (alice, bob, mallory, carl, olga, ivan, sam, oscar, gone, roleless, AnonymousUser())

    def ask(can: Callable[..., bool], *about: Any) -> set[str]:
        return {user.get_username() for user in people if can(user, *about)}

    return ask


MakeDeclaration = Callable[..., Declaration]


@pytest.fixture
def declaration(alice: User, carl: User, sam: User) -> MakeDeclaration:
    """Make a declaration in a status: `declaration(status=RELEASED, vehicles=3)`; it walks there from its draft."""
    numbers = iter(range(1, 1_000_000))

    def make(
        *,
        status: str = DeclarationStatus.RELEASED,
        vehicles: int = 1,
        by: User | None = None,
        bodies: list[dict[str, Any]] | None = None,
        now: datetime = NOON,
        **changes: Any,
    ) -> Declaration:
        who = by or alice
        rows = bodies or [vehicle_body(next(numbers)) for _ in range(vehicles)]
        role = Role.objects.filter(user=who, organisation__isnull=False).select_related("organisation").first()
        assert role is not None and role.organisation is not None, "only exporters declare"
        body = declaration_body(*rows, now=now, **changes)
        row = actions.create(organisation=role.organisation, body=body, by=who, now=now)
        _walk(row, status, who=who, carl=carl, sam=sam, now=now)
        return Declaration.objects.get(pk=row.pk)

    return make


def _walk(row: Declaration, status: str, *, who: User, carl: User, sam: User, now: datetime) -> None:
    if status == DeclarationStatus.DRAFT:
        return
    if status == DeclarationStatus.CANCELLED:
        actions.cancel(declaration_id=row.pk, reason="not needed", by=who, now=now)
        return
    actions.lodge(declaration_id=row.pk, by=who, now=now)
    if status == DeclarationStatus.LODGED:
        return
    held = status in (DeclarationStatus.UNDER_CONTROL, DeclarationStatus.DOCUMENTS_REQUIRED, DeclarationStatus.REFUSED)
    if held:
        hold = holds.place(declaration_id=row.pk, reason_code="OTHER", text="look", by=carl, now=now)
    let_workers_run(now)
    if held:
        holds.lift(public_id=hold.public_id, by=sam, reason="looked", now=now)
    if status == DeclarationStatus.DOCUMENTS_REQUIRED:
        decisions.decide(
            declaration_id=row.pk,
            result="REQUEST_DOCUMENTS",
            reason="please show it",
            documents=[{"code": "commercial_contract", "vin": None, "why": "please show it"}],
            by=carl,
            now=now,
        )
    elif status == DeclarationStatus.REFUSED:
        decisions.decide(declaration_id=row.pk, result="REFUSE", reason="not allowed", by=carl, now=now)


class Scanner:
    """A lane's equipment: `scanner("CNHRS-R1").scan(vehicle)` shows its pass and its plate."""

    def __init__(self, lane: str) -> None:
        self.lane = Lane.objects.get(code=lane)
        self.device = self.lane.devices.get(kind=DeviceKind.LANE)

    def scan(self, vehicle: Vehicle | None = None, *, now: datetime = NOON, **body: Any) -> dict[str, Any]:
        """Ask once; what is not given is taken from the vehicle: its newest pass and its plate."""
        if vehicle is not None:
            vehicle = Vehicle.objects.get(pk=vehicle.pk)
            newest = vehicle.newest_pass
            body.setdefault("code", newest.code if newest else None)
            body.setdefault("plate", {"text": vehicle.plate, "confidence": 0.97} if vehicle.plate else None)
        scan_id = body.pop("scan_id", None) or uuid.uuid4()
        gate = gate_of_device(self.device.pk, now=now)
        assert gate is not None, "the device was revoked"
        return scanning.scan(gate=gate, scan_id=scan_id, body=body, now=now).payload


@pytest.fixture
def scanner(reference: None) -> Callable[[str], Scanner]:
    """Lanes by their code."""
    return Scanner


@pytest.fixture
def no_brake(monkeypatch: pytest.MonkeyPatch) -> None:
    """Links are asked for by nobody before this test: its buckets are full, and of this process alone."""
    own = Buckets()
    monkeypatch.setattr(own, "_script", _without_redis)
    monkeypatch.setattr(frame, "buckets", own)


def _without_redis() -> None:
    raise OSError("no Redis in this test")
