"""Passes: one for each open vehicle of a released declaration, renewed when what they say changes; and their keys."""

from datetime import timedelta

import pytest

from declarations import passes
from declarations.clearance import decisions, holds, issuing
from declarations.errors import Conflict
from declarations.lifecycle import PassKeyStatus, PassStatus
from declarations.models import Declaration, Pass, PassKey, Port
from tests.cast import NOON
from tests.raw import sql
from tests.refusals import refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def issued(declaration):
    """The pass of a released vehicle."""
    return declaration().vehicles.get().passes.get()


def keys():
    """Public keys as a gate knows them."""
    return {
        row.kid_bytes: passes.verifying_key(bytes(row.public), kid=row.kid_bytes, status=PassKeyStatus(row.status))
        for row in PassKey.objects.all()
    }


class TestWhatItSays:
    def test_vin_port_times_and_id_in_whole_seconds(self, issued):
        read = passes.read(issued.code, keys())
        assert (read.vin, read.port, read.pass_id) == (issued.vin, "CNHRS", issued.pass_id)
        assert issued.valid_from == NOON - timedelta(minutes=5)
        assert issued.valid_until == NOON + timedelta(hours=24 + 72)
        assert str(issued) == issued.manual_code

    def test_a_port_sets_its_own_hours_and_a_day_is_the_least(self, declaration):
        Port.objects.update(pass_hours=10)
        row = declaration().vehicles.get().passes.get()
        assert row.valid_until == NOON + timedelta(hours=34)
        late = declaration(planned_arrival_at=(NOON - timedelta(days=5)).isoformat()).vehicles.get().passes.get()
        assert late.valid_until == NOON + timedelta(hours=24)

    def test_without_an_arrival_a_day(self, issued):
        row = Declaration.objects.get()
        row.planned_arrival_at = None
        assert issuing.validity(row, row.port, issued_at=NOON)[1] == NOON + timedelta(hours=24)


class TestWhenOneStays:
    def issue(self, issued, *, now=NOON, **more):
        """Again, for all vehicles."""
        row = Declaration.objects.get()
        return issuing.issue_passes(row, list(row.vehicles.all()), by="test", now=now, reason="TEST", **more)

    def test_what_says_the_same_stays(self, issued):
        assert self.issue(issued) == []
        assert Pass.objects.count() == 1

    def test_one_that_was_lost_or_has_run_out_does_not(self, issued):
        assert self.issue(issued, lost=True)[0].version == 2
        assert self.issue(issued, now=NOON + timedelta(days=9))[0].version == 3
        assert list(Pass.objects.order_by("version").values_list("status", flat=True)) == [
            PassStatus.SUPERSEDED,
            PassStatus.SUPERSEDED,
            PassStatus.ISSUED,
        ]

    def test_what_is_gone_gets_none(self, issued, scanner):
        for lane in ("CNHRS-E1", "CNHRS-R1", "CNHRS-X1"):
            scanner(lane).scan(issued.vehicle)
        assert self.issue(issued, lost=True) == []


class TestKeys:
    def test_a_rotation_signs_with_a_new_key_and_the_old_passes_still_verify(self, issued):
        old = PassKey.objects.get()
        new = issuing.rotate(now=NOON)
        old.refresh_from_db()
        assert (old.status, old.retired_at, new.status) == (PassKeyStatus.RETIRED, NOON, PassKeyStatus.ACTIVE)
        assert passes.read(issued.code, keys()).vin == issued.vin
        assert issuing.signing_key().kid == new.kid_bytes

    def test_a_revoked_key_verifies_nothing_any_more(self, issued):
        row = issuing.revoke_key(kid=PassKey.objects.get().kid, now=NOON)
        assert (row.status, row.revoked_at) == (PassKeyStatus.REVOKED, NOON)
        assert f"{row.kid:04x}" in str(row)
        with pytest.raises(passes.Refused):
            passes.read(issued.code, keys())

    def test_without_a_key_nothing_is_released(self, declaration, carl, sam):
        row = declaration(status="UNDER_CONTROL")
        PassKey.objects.update(status=PassKeyStatus.RETIRED)
        assert not issuing.can_sign()
        with refusal("NO_SIGNING_KEY"):
            decisions.decide(declaration_id=row.pk, result="RELEASE", reason="", by=carl, now=NOON)
        with pytest.raises(Conflict):
            issuing.signing_key()
        issuing.rotate(now=NOON)
        assert issuing.can_sign()
        decisions.decide(declaration_id=row.pk, result="RELEASE", reason="", by=carl, now=NOON)

    def test_a_private_key_is_sealed(self, reference):
        ((sealed,),) = sql("SELECT private FROM declarations_passkey")
        assert sealed.startswith("t2:")
        assert PassKey.objects.get().private not in sealed


def test_a_consumed_pass_keeps_its_story_when_the_rest_is_revoked(declaration, scanner, carl):
    row = declaration(vehicles=2)
    first, second = row.vehicles.order_by("position")
    for lane in ("CNHRS-E1", "CNHRS-R1", "CNHRS-X1"):
        scanner(lane).scan(first)
    holds.place(declaration_id=row.pk, reason_code="OTHER", text="", by=carl, now=NOON)
    decisions.decide(declaration_id=row.pk, result="REFUSE", reason="", by=carl, now=NOON)
    assert first.passes.get().status == PassStatus.CONSUMED
    assert second.passes.get().status == PassStatus.REVOKED
