"""The back-office of the gates: devices are closed by a button, passages are read and nothing else."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from checkpoint.models import Case, Device, Passage, ScanKey
from declarations.models import Role

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
