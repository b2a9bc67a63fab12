"""Check answers and lodge, also without the bad ones; the answer of customs comes by itself."""

import pytest
import time_machine
from django.urls import reverse

from declarations import actions
from declarations.clearance import decisions, holds
from declarations.lifecycle import DeclarationStatus as D
from declarations.models import Declaration, History, Vehicle
from tests.cast import NOON, declaration_body, let_workers_run, vehicle_body

ENGLISH = {"accept-language": "en"}


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def answers(row):
    return reverse("declarations:answers", args=[row.reference])


def detail(row):
    return reverse("declarations:detail", args=[row.reference])


def test_a_good_draft_is_lodged_with_the_warnings_that_were_confirmed(client, alice, declaration):
    row = declaration(status=D.DRAFT, vehicles=2)
    client.force_login(alice)
    page = client.get(answers(row), headers=ENGLISH)
    assert "Lodge 2 vehicles" in page.content.decode()
    code = page.context["confirmable"][0]["code"]
    assert client.post(answers(row), {"confirmed": [code]})["Location"] == detail(row)
    assert Declaration.objects.get(pk=row.pk).status == D.LODGED
    kept = History.objects.get(declaration=row, to_status=D.LODGED).data["confirmed"]
    assert {each["code"] for each in kept} == {code}


def test_bad_vehicles_are_left_out_and_the_rest_is_lodged(client, alice, declaration):
    row = declaration(status=D.DRAFT, bodies=[vehicle_body(1), vehicle_body(2, vin="LRW"), vehicle_body(3)])
    client.force_login(alice)
    page = client.get(answers(row), headers=ENGLISH).content.decode()
    assert "Leave out 1 and lodge 2" in page
    assert client.post(answers(row)).status_code == 200  # without the button's word nothing is left out
    assert Declaration.objects.get(pk=row.pk).status == D.DRAFT
    client.post(answers(row), {"leave_out": "1"})
    assert Declaration.objects.get(pk=row.pk).status == D.LODGED
    aside = Declaration.objects.exclude(pk=row.pk).get()
    assert [vehicle.vin for vehicle in Vehicle.objects.filter(declaration=aside)] == ["LRW"]
    assert aside.reference in client.get(detail(row), headers=ENGLISH).content.decode()


def test_an_error_of_the_header_stops_all_and_leads_to_its_field(client, alice, declaration):
    row = declaration(status=D.DRAFT, currency="XXY")
    client.force_login(alice)
    page = client.get(answers(row), headers=ENGLISH)
    assert not page.context["can_lodge"]
    assert not page.context["can_leave_out"]
    href = f"{reverse('declarations:section', args=[row.reference, 'contract'])}?check=1#id_currency"
    assert href in [item["href"] for item in page.context["items"]]
    assert client.post(answers(row), {"leave_out": "1"}).status_code == 200
    assert Declaration.objects.get(pk=row.pk).status == D.DRAFT


def test_when_every_vehicle_is_bad_there_is_nothing_to_lodge(client, alice, declaration):
    row = declaration(status=D.DRAFT, bodies=[vehicle_body(1, vin="LRW")])
    client.force_login(alice)
    page = client.get(answers(row), headers=ENGLISH)
    assert not page.context["can_leave_out"]
    assert "cannot be lodged yet" in page.content.decode()


def test_an_organisation_that_is_not_verified_reads_who_must_act(client, alice, tianshan, declaration):
    row = declaration(status=D.DRAFT)
    type(tianshan).objects.filter(pk=tianshan.pk).update(verified_at=None, verified_by=None)
    client.force_login(alice)
    assert "not verified" in client.get(answers(row), headers=ENGLISH).content.decode()
    assert "verify your organisation" in client.post(answers(row), headers=ENGLISH).content.decode()
    assert Declaration.objects.get(pk=row.pk).status == D.DRAFT


def test_a_draft_without_vehicles_leads_to_them(client, alice, tianshan):
    row = actions.create(organisation=tianshan, body=declaration_body(), by=alice, now=NOON)
    client.force_login(alice)
    page = client.get(answers(row))
    assert reverse("declarations:vehicles", args=[row.reference]) in [item["href"] for item in page.context["items"]]


def test_answers_cost_the_same_for_two_vehicles_and_for_eight(client, alice, declaration, django_assert_num_queries):
    few, many = declaration(status=D.DRAFT, vehicles=2), declaration(status=D.DRAFT, vehicles=8)
    client.force_login(alice)
    client.get(answers(few))
    for row in (few, many):
        with django_assert_num_queries(17):
            client.get(answers(row))


def test_the_page_asks_every_second_while_customs_decides_and_stops_afterwards(client, alice, declaration):
    row = declaration(status=D.LODGED)
    client.force_login(alice)
    page = client.get(detail(row)).content.decode()
    progress = reverse("declarations:progress", args=[row.reference])
    seen = Declaration.objects.get(pk=row.pk).revision
    assert f'hx-get="{progress}?seen={seen}" hx-trigger="every 1s"' in page
    assert client.get(progress, {"seen": seen}).status_code == 204
    let_workers_run(NOON)
    news = client.get(progress, {"seen": seen}, headers=ENGLISH)
    assert "hx-trigger" not in news.content.decode()
    assert "released" in news.content.decode()
    assert "<html" not in news.content.decode()


def test_a_rejection_sends_the_waiting_page_to_the_task_list(client, alice, declaration):
    row = declaration(status=D.LODGED)
    Vehicle.objects.filter(declaration=row).update(vin="LRW")
    let_workers_run(NOON)
    client.force_login(alice)
    progress = reverse("declarations:progress", args=[row.reference])
    assert client.get(progress, {"seen": 0})["HX-Redirect"] == detail(row)
    assert "could not accept" in client.get(detail(row), headers=ENGLISH).content.decode()


def test_a_request_for_documents_is_shown_with_its_clock_and_answered(client, alice, declaration):
    row = declaration(status=D.DOCUMENTS_REQUIRED)
    client.force_login(alice)
    address = reverse("declarations:answer", args=[row.reference])
    page = client.get(detail(row), headers=ENGLISH)
    assert address in page.content.decode()
    assert page.context["notice"]["wait"].until == row.requests.get().due_at
    assert "please show it" in client.get(address).content.decode()
    assert client.post(address, {"text": ""}).status_code == 200
    client.post(address, {"text": "Contract 7, with the officer."})
    assert Declaration.objects.get(pk=row.pk).status == D.UNDER_CONTROL
    again = client.post(address, {"text": "once more"}, headers=ENGLISH)
    assert "No document is asked for" in again.content.decode()
    assert "once more" in again.content.decode()


def test_a_request_for_one_vehicle_is_answered_though_the_declaration_is_released(client, alice, carl, declaration):
    row = declaration(vehicles=2)
    vin = row.vehicles.first().vin
    document = {"code": "packing_list", "vin": vin, "why": "weights differ"}
    decisions.decide(
        declaration_id=row.pk, result="REQUEST_DOCUMENTS", reason="look", documents=[document], by=carl, now=NOON
    )
    client.force_login(alice)
    page = client.get(detail(row)).content.decode()
    assert "weights differ" in page
    client.post(reverse("declarations:answer", args=[row.reference]), {"text": "sent"})
    assert not row.requests.filter(answered_at=None).exists()


def test_a_refusal_can_be_appealed_within_its_term(client, alice, declaration):
    row = declaration(status=D.REFUSED)
    client.force_login(alice)
    address = reverse("declarations:appeal", args=[row.reference])
    page = client.get(detail(row), headers=ENGLISH).content.decode()
    assert address in page
    assert "not allowed" in page  # the officer's reason is public
    client.post(address, {"reason": "the paper was in the post"})
    assert History.objects.filter(declaration=row, reason="APPEALED").exists()


def test_a_hold_is_told_by_its_public_reason_only(client, alice, carl, declaration):
    row = declaration()
    holds.place(
        declaration_id=row.pk,
        reason_code="OTHER",
        text="tip from the police",
        public_text="Please wait",
        by=carl,
        now=NOON,
    )
    client.force_login(alice)
    page = client.get(detail(row)).content.decode()
    assert "Please wait" in page
    assert "police" not in page
