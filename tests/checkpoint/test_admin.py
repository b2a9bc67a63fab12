"""The back-office of the gates: devices are closed by a button, passages are read and nothing else."""

import pytest
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from checkpoint.models import Case, Checkpoint, Device, Lane, LaneOperator, Passage, ScanKey
from declarations.models import ApiKey, Closure, Port, RiskRule, Role
from tests.cast import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    def sit_down(user):
        User.objects.filter(pk=user.pk).update(is_staff=True)
        user.user_permissions.set(Permission.objects.filter(content_type__app_label="checkpoint"))
        client = Client(headers={"accept-language": "en"})
        client.force_login(User.objects.get(pk=user.pk))
        return client

    return sit_down


def test_a_device_is_revoked_with_a_reason_by_who_may(office, sam, olga):
    device = Device.objects.filter(lane__code="CNHRS-R1").first()
    path = reverse("admin:checkpoint_device_changelist")
    sent = {"action": "revoke", "_selected_action": device.pk, "index": 0}
    page = reverse("admin:checkpoint_device_change", args=[device.pk])
    assert 'value="revoke"' in office(sam).get(page).content.decode()
    assert "Reason" in office(sam).post(path, sent).content.decode()
    refused = office(olga).post(path, {**sent, "confirmed": "yes", "reason": "x"}, follow=True)
    assert "Ask a colleague" in refused.content.decode()
    assert Device.objects.get(pk=device.pk).is_usable()
    office(sam).post(path, {**sent, "confirmed": "yes", "reason": "stolen"})
    assert not Device.objects.get(pk=device.pk).is_usable()


def test_passages_of_other_ports_are_not_listed_and_none_is_written(office, olga, declaration, scanner):
    car = declaration().vehicles.get()
    scanner("CNHRS-E1").scan(car)
    scanner("CNHRS-R1").scan(car, plate={"text": "新A99999临", "confidence": 0.99})
    client = office(olga)
    for model in (Passage, Case, ScanKey):
        name = f"admin:checkpoint_{model._meta.model_name}"
        row = model.objects.first()
        assert str(row.pk) in client.get(reverse(f"{name}_changelist")).content.decode()
        text = client.get(reverse(f"{name}_change", args=[row.pk])).content.decode()
        assert car.newest_pass.code not in text
        assert 'name="_save"' not in text
        assert client.get(reverse(f"{name}_add")).status_code == 403
        assert client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
        assert client.post(reverse(f"{name}_change", args=[row.pk]), {"reason": "x"}).status_code == 403
    Role.objects.filter(user=olga).update(port="CNYRK")
    client = office(olga)
    for model in (Passage, Case, ScanKey):
        name = f"admin:checkpoint_{model._meta.model_name}"
        row = model.objects.first()
        assert client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 302
        assert f"/{row.pk}/change/" not in client.get(reverse(f"{name}_changelist")).content.decode()


UNREADABLE = [
    '"VIN"',
    '["VIN"]',
    '[["VIM"]]',
    '[[["VIN"]]]',
    '[["VIN"], "CARD"]',
    '[["VIN", 5, null]]',
    "{}",
    "5",
]


@pytest.mark.parametrize("rule", UNREADABLE)
def test_nor_does_the_database(reference, rule):
    with (
        pytest.raises(IntegrityError, match="lane_must_see_readable"),
        transaction.atomic(),
        connection.cursor() as sql,
    ):
        sql.execute("UPDATE checkpoint_lane SET must_see = %s::jsonb WHERE code = 'CNHRS-R1'", [rule])
    with connection.cursor() as sql:
        for good in (None, "null", "[]", "[[]]", '[["VIN", "PLATE"], ["CARD"]]'):
            sql.execute("UPDATE checkpoint_lane SET must_see = %s::jsonb WHERE code = 'CNHRS-R1'", [good])


@pytest.mark.parametrize("rule", UNREADABLE[:-1])
def test_a_lane_takes_no_rule_that_the_gate_cannot_read(office, sam, rule):
    lane = Lane.objects.get(code="CNHRS-R1")
    before = lane.must_see
    sent = {"checkpoint": lane.checkpoint_id, "code": lane.code, "must_see": rule, "is_open": "on"}
    page = reverse("admin:checkpoint_lane_change", args=[lane.pk])
    assert office(sam).post(page, sent).status_code == 200
    lane.refresh_from_db()
    assert lane.must_see == before
    assert office(sam).post(page, {**sent, "must_see": '[["VIN", "PLATE"], ["CARD"]]'}).status_code == 302
    lane.refresh_from_db()
    assert lane.must_see == [["VIN", "PLATE"], ["CARD"]]


def test_a_supervisor_keeps_the_gates_and_rules_of_his_own_port_alone(office, sam):
    Role.objects.filter(user=sam).update(port="CNYRK")
    client = office(sam)
    sam.user_permissions.set(Permission.objects.filter(content_type__app_label__in=["checkpoint", "declarations"]))
    here, there = Lane.objects.filter(code__startswith="CNYRK").first(), Lane.objects.get(code="CNHRS-R1")
    device = Device.objects.filter(lane=there).first()
    closure = Closure.objects.create(port_id="CNHRS", starts_at=NOON)
    for row in (
        there,
        there.checkpoint,
        device,
        closure,
        Port.objects.get(pk="CNHRS"),
        *RiskRule.objects.filter(port=None),
    ):
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
        assert client.post(reverse(name, args=[row.pk]), {}).status_code == 403, row
    sent = {"checkpoint": there.checkpoint_id, "code": "CNHRS-R9", "must_see": "null", "is_open": "on"}
    assert client.post(reverse("admin:checkpoint_lane_add"), sent).status_code == 200
    assert client.post(reverse("admin:checkpoint_lane_change", args=[here.pk]), sent).status_code == 200
    assert not Lane.objects.filter(code="CNHRS-R9").exists()
    assert client.post(reverse("admin:declarations_port_add"), {}).status_code == 403
    sent |= {"checkpoint": Checkpoint.objects.get(port="CNYRK").pk, "code": "CNYRK-R9"}
    assert client.post(reverse("admin:checkpoint_lane_add"), sent).status_code == 302
    assert (
        client.post(reverse("admin:checkpoint_lane_change", args=[here.pk]), sent | {"code": "CNYRK-R8"}).status_code
        == 302
    )


def test_no_device_opens_with_the_key_of_a_person(office, sam, olga):
    key, _text = ApiKey.issue(label="olga's", now=NOON, user=olga)
    lane = Lane.objects.get(code="CNHRS-R1")
    sent = {"lane": lane.pk, "name": "second", "kind": "LANE", "api_key": key.pk}
    sent |= {"enrolled_at_0": "2026-11-22", "enrolled_at_1": "12:00"}
    assert office(sam).post(reverse("admin:checkpoint_device_add"), sent).status_code == 200
    assert not Device.objects.filter(name="second").exists()


def test_a_device_is_neither_moved_nor_given_another_key_here(office, sam):
    device = Device.objects.filter(lane__code="CNHRS-R1", kind="LANE").get()
    there = Lane.objects.get(code="CNYRK-R1")
    page = reverse("admin:checkpoint_device_change", args=[device.pk])
    office(sam).post(page, {"name": "renamed", "lane": there.pk, "kind": "HANDHELD"})
    device.refresh_from_db()
    assert (device.name, device.lane.code, device.kind) == ("renamed", "CNHRS-R1", "LANE")


def test_an_operators_number_ends_and_is_never_given_to_somebody_else(office, sam, olga, carl):
    row = LaneOperator.objects.create(port_id="CNHRS", operator_id="HRS1", user=olga)
    page = reverse("admin:checkpoint_laneoperator_change", args=[row.pk])
    office(sam).post(page, {"user": carl.pk, "operator_id": "HRS2", "ended_at_0": "2026-11-22", "ended_at_1": "12:00"})
    row.refresh_from_db()
    assert (row.user, row.operator_id, row.ended_at) == (olga, "HRS1", NOON)
