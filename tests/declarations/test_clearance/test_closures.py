"""Closures of a port: entered by a supervisor, learnt by every vehicle still to come, ended by the clock."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from declarations.clearance import closures, sweeps
from declarations.models import Closure, Declaration, OutboxTask, Role
from tests.cast import NOON, let_workers_run
from tests.refusals import refusal

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def closed(*, port="CNHRS", starts_at=NOON, ends_at=None):
    """A closure that nobody announced yet."""
    return Closure(port_id=port, starts_at=starts_at, ends_at=ends_at, public_reason="storm")


def codes(vehicle):
    """Why it is not ready, as its row says."""
    vehicle.refresh_from_db()
    return [each["code"] for each in vehicle.not_ready_because]


def test_every_vehicle_on_the_way_learns_of_it_and_of_its_end(declaration, sam):
    here, elsewhere = declaration(vehicles=2), declaration(port="CNYRK")
    draft, revision = declaration(status="DRAFT"), here.revision
    closure = closures.announce(closed(), by=sam, now=NOON)
    owed = OutboxTask.objects.filter(done_at=None).values_list("kind", "subject")
    assert list(owed) == [("refresh", here.pk), ("tell", here.pk)]
    let_workers_run()
    assert [codes(vehicle) for vehicle in here.vehicles.all()] == [["PORT_CLOSED"]] * 2
    assert codes(elsewhere.vehicles.get()) == []
    assert "PORT_CLOSED" not in codes(draft.vehicles.get())
    assert Declaration.objects.get(pk=here.pk).revision == revision + 1
    closure.ends_at = NOON + HOUR
    closures.announce(closure, by=sam, now=NOON)
    let_workers_run()
    assert codes(here.vehicles.first()) == ["PORT_CLOSED_UNTIL"]
    assert sweeps.sweep(now=NOON + HOUR)["readiness"] == 1
    assert [(codes(vehicle), vehicle.ready) for vehicle in here.vehicles.all()] == [([], True)] * 2


def test_a_closure_to_come_begins_by_the_clock(declaration, sam):
    vehicle = declaration().vehicles.get()
    closures.announce(closed(starts_at=NOON + HOUR), by=sam, now=NOON)
    let_workers_run()
    assert (codes(vehicle), vehicle.ready_until) == ([], NOON + HOUR)
    sweeps.sweep(now=NOON + HOUR)
    assert codes(vehicle) == ["PORT_CLOSED"]


def test_it_is_the_supervisors_of_that_port(declaration, carl, sam):
    declaration()
    Role.objects.filter(user=sam).update(port="CNYRK")
    for person in (carl, sam):
        with refusal("NOT_PERMITTED"):
            closures.announce(closed(), by=person, now=NOON)


def test_the_back_office_announces(declaration, sam, client):
    vehicle = declaration().vehicles.get()
    sam.is_staff = True
    sam.save()
    sam.user_permissions.set(Permission.objects.filter(codename__endswith="_closure"))
    client.force_login(sam)
    typed = {"port": "CNHRS", "starts_at_0": "2026-11-22", "starts_at_1": "11:00", "public_reason": "storm"}
    typed |= {"ends_at_0": "", "ends_at_1": ""}
    assert client.post(reverse("admin:declarations_closure_add"), typed).status_code == 302
    let_workers_run(NOON + timedelta(days=36500))
    assert "PORT_CLOSED" in codes(vehicle)
    closure = Closure.objects.get()
    change = reverse("admin:declarations_closure_change", args=[closure.pk])
    assert (
        client.post(change, {**typed, "port": "CNYRK", "ends_at_0": "2026-11-22", "ends_at_1": "12:00"}).status_code
        == 302
    )
    closure.refresh_from_db()
    assert (closure.port_id, closure.ends_at) == ("CNHRS", NOON)
    assert OutboxTask.objects.filter(kind="refresh", done_at=None).exists()
