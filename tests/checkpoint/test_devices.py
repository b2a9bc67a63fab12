"""A device is closed together with its key, by whoever is responsible at its port."""

import pytest

from checkpoint import devices
from checkpoint.models import Device, Lane
from checkpoint.models.device import DeviceKind
from checkpoint.models.gate import gate_of_device, gate_of_key
from declarations.errors import Conflict, NotPermitted
from declarations.models import ApiKey, Role
from tests.cast import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def device(reference):
    row = Lane.objects.get(code="CNHRS-R1").devices.get(kind=DeviceKind.LANE)
    key, _text = ApiKey.issue(label="lane", now=NOON)
    Device.objects.filter(pk=row.pk).update(api_key=key)
    return Device.objects.get(pk=row.pk)


def test_a_revoked_device_scans_no_more_and_its_key_opens_nothing(device, sam):
    assert gate_of_key(device.api_key.digest, now=NOON)
    devices.revoke(device_id=device.pk, by=sam, now=NOON)
    assert gate_of_device(device.pk, now=NOON) is None
    assert gate_of_key(device.api_key.digest, now=NOON) is None
    assert ApiKey.objects.get(pk=device.api_key_id).revoked_at == NOON
    with pytest.raises(Conflict):
        devices.revoke(device_id=device.pk, by=sam, now=NOON)


def test_only_supervisors_and_the_control_room_of_the_port_revoke(device, olga, sam, oscar):
    Role.objects.filter(user=sam).update(port="CNYRK")
    for person in (olga, sam):
        with pytest.raises(NotPermitted):
            devices.revoke(device_id=device.pk, by=person, now=NOON)
    assert Device.objects.get(pk=device.pk).is_usable()
    devices.revoke(device_id=device.pk, by=oscar, now=NOON)
    assert not Device.objects.get(pk=device.pk).is_usable()
