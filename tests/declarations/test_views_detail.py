"""A lodged declaration on its page: timeline, readiness, repairs, the driver's pass; and the walls around all of it."""

import io
from uuid import uuid4

import pytest
import time_machine
import zxingcpp
from django.urls import reverse
from django.urls.converters import UUIDConverter
from PIL import Image

from declarations.clearance import inspections
from declarations.clearance.decisions import decide
from declarations.lifecycle import DeclarationStatus as D
from declarations.lifecycle import VehicleStatus as V
from declarations.models import Declaration, Inspection, Pass, Vehicle
from declarations.urls import pages
from tests.cast import NOON, vehicle_body, vin_number

ENGLISH = {"accept-language": "en"}
EVERY_STATUS = [D.DRAFT, D.LODGED, D.UNDER_CONTROL, D.DOCUMENTS_REQUIRED, D.RELEASED, D.REFUSED, D.CANCELLED]


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def to(row, name="detail", *more):
    return reverse(f"declarations:{name}", args=[row.reference, *more])


@pytest.mark.parametrize("status", EVERY_STATUS)
def test_a_declaration_has_a_page_in_every_status(client, alice, declaration, status):
    row = declaration(status=status, vehicles=2)
    client.force_login(alice)
    page = client.get(to(row), headers=ENGLISH).content.decode()
    assert row.reference in page
    assert row.get_status_display() in page


def test_the_page_costs_the_same_for_two_vehicles_and_for_eight(client, alice, declaration, django_assert_num_queries):
    few, many = declaration(vehicles=2), declaration(vehicles=8)
    client.force_login(alice)
    client.get(to(few))
    for row in (few, many):
        with django_assert_num_queries(25):
            client.get(to(row))


def test_the_timeline_is_told_in_public_words_newest_first(client, alice, declaration, scanner):
    row = declaration(vehicles=2)
    scanner("CNHRS-E1").scan(row.vehicles.first())
    client.force_login(alice)
    entries = client.get(to(row), headers=ENGLISH).context["entries"]
    assert [entry["title"] for entry in entries] == [
        "Let through: yard entry.",
        "Released. The passes are ready.",
        f"Accepted by customs under number {Declaration.objects.get(pk=row.pk).registration_number}.",
        "Lodged.",
        "Draft begun.",
    ]
    assert entries[0]["by"] == "customs · CNHRS-E1"
    assert row.vehicles.first().vin[-6:] in entries[0]["text"]
    assert entries[3]["by"] == "alice"


def test_an_inspection_stays_unknown_until_the_vehicle_is_presented(client, alice, sam, ivan, declaration, scanner):
    row = declaration()
    vehicle = row.vehicles.get()
    inspections.order(vehicle_id=vehicle.pk, text="TIP", by=sam, now=NOON)
    client.force_login(alice)
    assert "nspection" not in client.get(to(row), headers=ENGLISH).content.decode()
    scanner("CNHRS-E1").scan(vehicle)
    page = client.get(to(row), headers=ENGLISH).content.decode()
    assert "Bring it to the inspection bay" in page
    assert "TIP" not in page


def test_what_an_inspection_found_is_told_with_what_follows(client, alice, sam, ivan, declaration, scanner):
    row = declaration()
    vehicle = row.vehicles.get()
    scanner("CNHRS-E1").scan(vehicle)
    order = inspections.order(vehicle_id=vehicle.pk, text="TIP", by=sam, now=NOON)
    inspections.start(public_id=order.public_id, by=ivan, now=NOON)
    inspections.finish(
        public_id=order.public_id,
        satisfactory=False,
        findings="Left lamp is broken",
        next_step="REPAIR_AND_RECHECK",
        by=ivan,
        now=NOON,
    )
    client.force_login(alice)
    assert "Left lamp is broken" in client.get(to(row)).content.decode()
    assert Inspection.objects.filter(vehicle=vehicle).count() == 2


def test_a_reason_against_leads_to_its_repair_in_two_taps(client, alice, declaration):
    row = declaration(bodies=[vehicle_body(1, driver=None, plate=None, plate_expires_on=None)])
    client.force_login(alice)
    swap = to(row, "vehicle-driver", 1)
    (card,) = client.get(to(row)).context["cards"]
    (group,) = card["because"]
    assert [each["href"] for each in group["reasons"]] == [swap, swap]
    before = Pass.objects.get()
    body = vehicle_body(1)
    typed = {"plate": body["plate"], "plate_expires_on": body["plate_expires_on"]}
    typed |= {f"driver-{name}": value for name, value in body["driver"].items()}
    assert client.post(swap, typed)["Location"] == to(row)
    assert Vehicle.objects.get().ready
    assert Pass.objects.get() == before


def test_a_refused_swap_loses_nothing_and_says_where(client, alice, declaration):
    row = declaration()
    client.force_login(alice)
    page = client.post(
        to(row, "vehicle-driver", 1),
        {"plate": "新A99999临", "plate_expires_on": "2026-01-01", "driver-name": "Wang"},
        headers=ENGLISH,
    ).content.decode()
    assert 'value="Wang"' in page
    assert 'value="新A99999临"' in page
    assert 'href="#id_plate_expires_on"' in page
    assert Vehicle.objects.get().plate != "新A99999临"


@pytest.mark.parametrize("typed", ["abc", "twin"])
def test_a_swapped_plate_that_looks_wrong_is_taken_and_doubted_at_once(client, alice, declaration, typed):
    row = declaration(vehicles=2)
    first, second = row.vehicles.order_by("position")
    client.force_login(alice)
    plate = first.plate.lower() if typed == "twin" else typed
    body = {"plate": plate, "plate_expires_on": second.plate_expires_on.isoformat()}
    body |= {f"driver-{name}": value for name, value in vehicle_body(2)["driver"].items()}
    page = client.post(to(row, "vehicle-driver", 2), body, headers=ENGLISH, follow=True).content.decode()
    said = {"abc": "looks like no plate that is known here", "twin": "has the same plate"}[typed]
    assert said in page
    assert Vehicle.objects.get(pk=second.pk).plate == plate


def test_a_refusal_says_why_beside_the_appeal(client, alice, carl, declaration):
    row = declaration(status=D.UNDER_CONTROL)
    decide(declaration_id=row.pk, result="REFUSE", reason="the end user is not known", by=carl, now=NOON)
    client.force_login(alice)
    page = client.get(to(row), headers=ENGLISH)
    assert page.context["notice"]["words"] == "the end user is not known"
    notice = page.content.decode().split('class="columns')[0]
    assert "the end user is not known" in notice and to(row, "appeal") in notice


def test_papers_are_renewed_without_an_amendment(client, alice, declaration):
    row = declaration()
    client.force_login(alice)
    paper = {"papers-0-code": "compulsory_insurance", "papers-0-number": "7", "papers-0-valid_until": "2026-12-31"}
    client.post(to(row, "vehicle-papers", 1), paper)
    assert Vehicle.objects.get().papers.get().number == "7"
    assert Declaration.objects.get().version == 1


def test_a_vehicle_is_amended_and_assessed_again_alone(client, alice, declaration):
    row = declaration(vehicles=2)
    client.force_login(alice)
    body = {name: str(value) for name, value in vehicle_body(1).items() if name not in ("papers", "driver")}
    body |= {f"driver-{name}": value for name, value in vehicle_body(1)["driver"].items()}
    typed = {**body, "vin": row.vehicles.first().vin, "colour": "black"}
    page = client.post(to(row, "vehicle", 1), typed, headers=ENGLISH).content.decode()
    assert "Customs looks at this vehicle again" in page
    assert "Every pass that was handed out stays valid" in page
    assert not row.vehicles.filter(colour="black").exists()
    client.post(to(row, "vehicle", 1), {**typed, "sent": "1"})
    changed, other = row.vehicles.order_by("position")
    assert (changed.colour, changed.being_assessed) == ("black", True)
    assert not other.being_assessed
    assert client.get(to(row)).context["is_waiting"]


def test_a_refused_amendment_shows_its_problems_at_the_fields(client, alice, declaration):
    row = declaration(vehicles=2)
    client.force_login(alice)
    typed = {"vin": "LRW", "make": "Tesla", "colour": "black"}
    page = client.post(to(row, "vehicle", 2), typed, headers=ENGLISH).content.decode()
    assert 'value="LRW"' in page
    assert 'href="#id_vin"' in page
    assert not Vehicle.objects.filter(vin="LRW").exists()


def test_the_header_is_amended_as_long_as_no_vehicle_is_at_the_port(client, alice, declaration, scanner):
    row = declaration()
    client.force_login(alice)
    contract = to(row, "section", "contract")
    assert contract in [link["href"] for link in client.get(to(row)).context["links"]]
    typed = {
        "consignee-name": "Semey Auto",
        "consignee-country": "KZ",
        "consignee-address": "Semey",
        "contract_number": "9",
        "incoterm": "DAP",
        "incoterm_place": "Semey",
        "currency": "CNY",
    }
    page = client.post(contract, typed, headers=ENGLISH).content.decode()
    assert "Customs looks at the whole declaration again" in page
    assert "Astana Motors" in page and "Semey Auto" in page
    assert Declaration.objects.get().status == D.RELEASED
    assert client.post(contract, {**typed, "sent": "1"})["Location"] == to(row)
    assert Declaration.objects.get().status == D.LODGED
    here = declaration()
    scanner("CNHRS-E1").scan(here.vehicles.get())
    assert to(here, "section", "contract") not in [link["href"] for link in client.get(to(here)).context["links"]]
    page = client.post(to(here, "section", "contract"), typed, headers=ENGLISH).content.decode()
    assert "at the port" in page
    assert 'value="Semey Auto"' in page


def test_the_planned_arrival_moves_and_the_pass_with_it(client, alice, declaration):
    row = declaration()
    client.force_login(alice)
    assert "2026-11-23T12:00" in client.get(to(row, "arrival")).content.decode()
    typed = {"planned_arrival_at": "2026-11-28T10:00"}
    page = client.post(to(row, "arrival"), typed, headers=ENGLISH).content.decode()
    assert "The pass of 1 vehicle is made anew" in page
    assert Pass.objects.get().version == 1
    client.post(to(row, "arrival"), {**typed, "sent": "1"})
    assert Declaration.objects.get().planned_arrival_at.isoformat() == "2026-11-28T02:00:00+00:00"
    assert Pass.objects.filter(status="ISSUED").get().version == 2
    page = client.post(to(row, "arrival"), {"planned_arrival_at": "never"}).content.decode()
    assert 'value="never"' in page


def test_a_vehicle_is_withdrawn_with_a_reason_and_the_others_go_on(client, alice, declaration):
    row = declaration(vehicles=2)
    client.force_login(alice)
    assert client.post(to(row, "withdraw", 1), {"reason": ""}).status_code == 200
    client.post(to(row, "withdraw", 1), {"reason": "sold"})
    assert [vehicle.status for vehicle in row.vehicles.order_by("position")] == [V.WITHDRAWN, V.DECLARED]
    assert Declaration.objects.get().status == D.RELEASED


def test_a_declaration_is_cancelled_with_a_reason_before_anything_was_presented(client, alice, declaration, scanner):
    row, here = declaration(), declaration()
    scanner("CNHRS-E1").scan(here.vehicles.get())
    client.force_login(alice)
    client.post(to(row, "cancel"), {"reason": "order lost"})
    assert Declaration.objects.get(pk=row.pk).status == D.CANCELLED
    page = client.post(to(here, "cancel"), {"reason": "order lost"}, headers=ENGLISH).content.decode()
    assert "presented already" in page
    assert "order lost" in page


def test_declare_again_copies_everything_into_a_new_draft(client, alice, declaration):
    row = declaration(vehicles=2)
    client.force_login(alice)
    answer = client.post(to(row, "copy"))
    draft = Declaration.objects.exclude(pk=row.pk).get()
    assert answer["Location"] == to(draft)
    assert draft.vehicles.count() == 2
    assert draft.planned_arrival_at is None


def test_the_pass_page_shows_the_code_and_what_the_driver_needs(client, alice, declaration):
    row = declaration()
    newest = Pass.objects.get()
    client.force_login(alice)
    page = client.get(to(row, "pass", 1))
    text = page.content.decode()
    for part in newest.manual_code.split("-"):
        assert f"<span>{part}</span>" in text
    assert f"<b>{vin_number(1)[-6:]}</b>" in text
    assert "新A00001临" in text
    assert row.port.gate_zh in text
    assert to(row, "pass-svg", 1) in text
    assert [each["code"] for each in page.context["sentences"]] == ["zh-hans", "ru", "kk", "en"]


def test_the_pictures_of_a_pass_are_read_by_a_foreign_reader(client, alice, declaration):
    row = declaration()
    client.force_login(alice)
    png = client.get(to(row, "pass-png", 1))
    assert "attachment" in png["Content-Disposition"]
    assert png["Cache-Control"] == "private, no-store"
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(png.content)).convert("L"))
    assert found.text == Pass.objects.get().code
    svg = client.get(to(row, "pass-svg", 1))
    assert svg["Content-Type"] == "image/svg+xml"
    assert b"<svg" in svg.content


def test_the_pass_is_printed_from_its_page(client, alice, mallory, declaration):
    row = declaration()
    address = to(row, "pass-pdf", 1)
    client.force_login(alice)
    assert address in client.get(to(row, "pass", 1)).content.decode()
    pdf = client.get(address)
    assert (pdf["Content-Type"], pdf["Cache-Control"]) == ("application/pdf", "private, no-store")
    assert pdf["Content-Disposition"].startswith("inline")
    assert pdf.content.startswith(b"%PDF")
    assert client.get(to(declaration(status=D.LODGED), "pass-pdf", 1)).status_code == 404
    client.force_login(mallory)
    assert client.get(address).status_code == 404


def test_a_pass_that_no_longer_counts_shows_no_code(client, alice, declaration):
    row = declaration()
    client.force_login(alice)
    client.post(to(row, "cancel"), {"reason": "sold"})
    page = client.get(to(row, "pass", 1), headers=ENGLISH).content.decode()
    assert "no longer valid" in page
    assert to(row, "pass-svg", 1) not in page


def test_before_release_the_page_says_when_the_pass_comes(client, alice, declaration):
    row = declaration(status=D.LODGED)
    client.force_login(alice)
    assert "No pass yet" in client.get(to(row, "pass", 1), headers=ENGLISH).content.decode()
    assert client.get(to(row, "pass-png", 1)).status_code == 404


def test_a_new_pass_is_made_and_the_old_one_dies(client, alice, declaration):
    row = declaration()
    client.force_login(alice)
    assert "stops working" in client.get(to(row, "renew", 1), headers=ENGLISH).content.decode()
    assert client.post(to(row, "renew", 1))["Location"] == to(row, "pass", 1)
    assert [each.status for each in Pass.objects.order_by("version")] == ["SUPERSEDED", "ISSUED"]
    lodged = declaration(status=D.LODGED)
    assert client.post(to(lodged, "renew", 1))["Location"] == to(lodged)


def _addresses(row):
    for page in pages:
        arguments = {"reference": row.reference, "place": 1, "code": "route"}
        if "reference" not in page.pattern.converters:
            continue
        wanted = {
            name: uuid4() if isinstance(kind, UUIDConverter) else arguments[name]
            for name, kind in page.pattern.converters.items()
        }
        yield page.name, reverse(f"declarations:{page.name}", kwargs=wanted)


def test_a_stranger_gets_404_everywhere_and_nothing_changes(client, mallory, declaration):
    row, draft = declaration(), declaration(status=D.DRAFT)
    client.force_login(mallory)
    for each in (row, draft):
        for name, address in _addresses(each):
            for method in (client.get, client.post):
                assert method(address).status_code in (404, 405), name
            assert 404 in (client.get(address).status_code, client.post(address).status_code), name
    assert Declaration.objects.count() == 2
    assert Declaration.objects.get(pk=row.pk).revision == row.revision


def test_nobody_unknown_gets_in(client, declaration):
    row = declaration()
    for name, address in _addresses(row):
        answer = client.get(address)
        assert answer.status_code == 302, name
        assert answer["Location"].startswith(reverse("login"))


def test_an_officer_may_look_but_not_act(client, carl, declaration):
    row = declaration()
    client.force_login(carl)
    page = client.get(to(row))
    assert page.status_code == 200
    assert page.context["links"] == []
    assert not any(card["acts"] for card in page.context["cards"])
    for name, more in (("cancel", ()), ("section", ("route",)), ("vehicle-driver", (1,)), ("renew", (1,))):
        assert client.post(to(row, name, *more), {"reason": "x"}).status_code == 403
    assert client.get(reverse("declarations:new")).status_code == 403
    client.post(to(row, "copy"))
    assert Declaration.objects.count() == 1


def test_an_exporter_reads_what_to_do_and_asks_for_the_inspection_again(client, alice, sam, ivan, declaration, scanner):
    row = declaration()
    vehicle = row.vehicles.get()
    scanner("CNHRS-E1").scan(vehicle)
    order = inspections.order(vehicle_id=vehicle.pk, text="TIP", by=sam, now=NOON)
    inspections.start(public_id=order.public_id, by=ivan, now=NOON)
    inspections.finish(
        public_id=order.public_id,
        satisfactory=False,
        findings="under the body",
        finding_codes=["SOIL"],
        next_step="REPAIR_AND_RECHECK",
        by=ivan,
        now=NOON,
    )
    client.force_login(alice)
    ask = to(row, "repaired", vehicle.position)
    page = client.get(to(row), headers=ENGLISH).content.decode()
    for words in ("soil on the vehicle", "Have the vehicle washed.", "Repair what was found, then ask", ask):
        assert words in page, words
    assert [client.post(ask, {"text": text}, headers=ENGLISH).status_code for text in ("", "washed")] == [200, 302]
    page = client.get(to(row), headers=ENGLISH).content.decode()
    assert ("The inspection was asked for again." in page, ask in page) == (True, False)
