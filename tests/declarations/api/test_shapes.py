"""Who reads what: exporters never channel, hits or inner texts; officers never a whole passport."""

import pytest
from django.contrib.auth.models import User

from declarations.clearance import holds, inspections
from declarations.models import Port, RiskRule, Role
from tests.cast import NOON, let_workers_run, vehicle_body

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

INNER = "CANARY-INNER-TEXT"
FOR_OFFICERS = {"channel", "risk_hits", "document_checks"}


@pytest.fixture
def selected(declaration, carl):
    """A vehicle that a risk rule selected, with a hold and an inspection."""
    RiskRule.objects.create(
        code="CANARY_RULE", label="x", condition=["make", "=", "Tesla"], points=60,
        valid_from=NOON,
    )  # fmt: skip
    row = declaration(status="RELEASED")
    holds.place(
        declaration_id=row.pk, vehicle_id=row.vehicles.get().pk, reason_code="OTHER", text=INNER, public_text="a word",
        by=carl, now=NOON,
    )  # fmt: skip
    inspections.order(vehicle_id=row.vehicles.get().pk, text="CANARY_CAUSE", by=carl, now=NOON)
    return row


def test_the_exporter_reads_public_words_only(call, alice, selected):
    reply = call(alice).get(f"/declarations/{selected.reference}")
    listed = call(alice).get("/declarations")
    for body in (reply, listed):
        text = body.content.decode()
        assert INNER not in text
        assert "CANARY" not in text
        assert "YELLOW" not in text
        assert "channel" not in text
    vehicle = reply.json["vehicles"][0]
    assert not FOR_OFFICERS & set(vehicle)
    assert "risk_hits" not in reply.json
    assert vehicle["inspections"] == [], "an inspection is shown once the vehicle is presented"
    assert vehicle["driver"]["passport_number"] == "E10000001"
    assert [each["message"] for each in vehicle["not_ready_because"] if each["code"] == "HOLD"]


def test_officers_read_channel_hits_and_inner_texts_but_no_whole_passport(call, carl, selected):
    reply = call(carl).get(f"/declarations/{selected.reference}")
    vehicle = reply.json["vehicles"][0]
    assert set(vehicle) >= FOR_OFFICERS
    assert vehicle["channel"] == "YELLOW"
    assert [hit["rule"] for hit in vehicle["risk_hits"]] == ["CANARY_RULE"]
    assert reply.json["holds"][0]["text"] == INNER
    assert vehicle["inspections"][0]["ordered_text"] == "CANARY_CAUSE"
    assert vehicle["driver"]["passport_number"] == "•••••0001"
    assert "E10000001" not in reply.content.decode()
    assert "139 0000" not in reply.content.decode()


def test_the_exporter_sees_the_inspection_without_its_cause_once_presented(call, alice, olga, selected, scanner):
    scanner("CNHRS-E1").scan(selected.vehicles.get())
    (inspection,) = call(alice).get(f"/declarations/{selected.reference}").json["vehicles"][0]["inspections"]
    assert inspection["status"] == "ORDERED"
    assert not {"id", "ordered_because", "ordered_text", "follows_failure"} & set(inspection)


def test_an_officer_who_also_declares_reads_his_own_as_an_exporter(call, alice, tianshan, selected):
    Role.objects.create(user=alice, role="documents")
    reply = call(alice).get(f"/declarations/{selected.reference}")
    assert "CANARY" not in reply.content.decode()
    assert "channel" not in reply.json
    assert call(alice).get("/declarations?channel=YELLOW").json["results"] == []
    assert call(alice).get("/inspections").json["results"] == []


def test_officers_of_another_port_see_nothing(call, selected):
    stranger = User.objects.create(username="omar")
    Role.objects.create(user=stranger, role="documents", port=Port.objects.get(pk="CNYRK"))
    assert call(stranger).get(f"/declarations/{selected.reference}").status == 404
    assert call(stranger).get("/declarations").json["results"] == []


def test_amended_vehicles_say_that_they_are_being_assessed(call, alice, declaration):
    row = declaration(status="RELEASED", bodies=[vehicle_body(1), vehicle_body(2)])
    vin = row.vehicles.first().vin
    reply = call(alice).patch(f"/declarations/{row.reference}/vehicles/{vin}", {"colour": "red"})
    assert [each["code"] for each in reply.json["not_ready_because"]] == ["VEHICLE_BEING_ASSESSED"]
    let_workers_run()
    assert call(alice).get(f"/declarations/{row.reference}").json["vehicles"][0]["ready"] is True
