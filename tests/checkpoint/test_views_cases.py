"""Cases: what was seen against what was declared, and only what the reason allows."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from checkpoint.models import Case
from declarations.clearance import decisions, holds, overrides
from declarations.models import Admission, DocumentCheck, Override, Port, Role, Vehicle
from declarations.words import Stage
from tests.cast import NOON

pytestmark = pytest.mark.django_db

OTHER_PLATE = {"text": "新A99999临", "confidence": 0.99}


def page_of(passage_id, name="passage"):
    return reverse(f"checkpoint:{name}", args=[passage_id])


@pytest.fixture
def car(declaration, scanner):
    """A vehicle in the yard."""
    vehicle = declaration().vehicles.get()
    scanner("CNHRS-E1").scan(vehicle)
    return vehicle


@pytest.fixture
def stopped(car, scanner):
    """The passage at which its plate differs."""
    return scanner("CNHRS-R1").scan(car, plate=OTHER_PLATE)["passage_id"]


def status(car):
    return Vehicle.objects.get(pk=car.pk).status


def test_differences_are_marked_and_agreement_too(browser, olga, car, scanner):
    passage = scanner("CNHRS-R1").scan(car, plate=OTHER_PLATE, vin=car.vin, driver_card="CARD-1")
    text = browser(olga).read(page_of(passage["passage_id"]))
    assert text.count('class="different"') == 1
    assert text.count('class="same"') == 2
    assert "新A<mark>99999</mark>临" in text
    assert "新A<mark>00001</mark>临" in text
    assert "read with 99 % confidence" in text


def test_the_page_shows_the_plate_that_was_declared_then_and_a_weight(browser, olga, car, scanner):
    Port.objects.filter(pk="CNHRS").update(weight_tolerance=5)
    slip = {"text": car.plate.replace("1", "I"), "confidence": 0.99}
    passage = scanner("CNHRS-R1").scan(car, plate=slip, vin_tail=car.vin[-6:], weight_kg=9000)
    Vehicle.objects.filter(pk=car.pk).update(plate="新A77777临", plate_key="新A77777临")
    text = browser(olga).read(page_of(passage["passage_id"]))
    assert text.count('class="slip"') == 1 and "one character apart" in text
    assert "新A0000<mark>1</mark>临" in text and "新A0000<mark>I</mark>临" in text
    assert ">Weight, kg<" in text and "1450–1900" in text.replace("<mark>", "").replace("</mark>", "")
    assert car.vin[-6:] in text


def test_a_mismatch_is_released_with_a_reason(browser, olga, car, stopped):
    person = browser(olga)
    text = person.read(page_of(stopped))
    for value in ("RELEASE", "INSPECT", "TURN_BACK"):
        assert f'value="{value}"' in text
    refused = person.send(page_of(stopped), result="RELEASE", reason="")
    assert refused.status_code == 422
    assert status(car) == "PRESENTED"
    assert person.send(page_of(stopped), result="RELEASE", reason="seen it").url == reverse("checkpoint:cases")
    assert status(car) == "RELEASED"
    case = Case.objects.get(passage=stopped)
    assert (case.result, case.reason, case.closed_by) == ("RELEASE", "seen it", olga)
    settled = person.read(page_of(stopped))
    assert "Settled: release" in settled
    assert 'name="result"' not in settled


@pytest.mark.parametrize(("result", "after"), [("INSPECT", "REFERRED"), ("TURN_BACK", "DECLARED")])
def test_a_mismatch_is_sent_away_once_its_vin_was_read(browser, olga, car, stopped, result, after):
    person = browser(olga)
    assert 'name="vin"' in person.read(page_of(stopped))
    assert person.send(page_of(stopped), result=result, reason="odd", vin=car.vin).status_code == 302
    assert status(car) == after


def test_what_may_be_another_car_moves_nothing(browser, olga, car, stopped):
    assert browser(olga).send(page_of(stopped), result="TURN_BACK", reason="odd").status_code == 302
    assert status(car) == "PRESENTED"
    assert Case.objects.get(passage=stopped).result == "TURN_BACK"


def test_a_result_that_does_not_exist_decides_nothing(browser, olga, car, stopped):
    for result in ("CONTEST", "OVERRIDE", "nonsense"):
        assert browser(olga).send(page_of(stopped), result=result, reason="x").status_code == 422
    assert Case.objects.get(passage=stopped).closed_at is None


def test_a_hold_offers_no_release_but_an_override_that_two_persons_make(browser, olga, oscar, car, carl, sam, scanner):
    holds.place(
        declaration_id=car.declaration_id, vehicle_id=car.pk, reason_code="OTHER", text="inner", by=carl, now=NOON
    )
    passage = scanner("CNHRS-R1").scan(car)["passage_id"]
    gate = browser(olga)
    text = gate.read(page_of(passage))
    assert 'value="RELEASE"' not in text
    assert gate.send(page_of(passage), result="RELEASE", reason="please").status_code == 409
    assert page_of(passage, "ask-override") in text
    assert gate.send(page_of(passage, "ask-override"), reason="perishable").status_code == 302
    asked = Override.objects.get()
    grant = reverse("checkpoint:grant-override", args=[asked.public_id])
    assert "A second person has to grant it" in gate.read(reverse("checkpoint:overrides"))
    assert gate.open(grant).status_code == 403
    assert gate.send(grant).status_code == 403
    assert Override.objects.get().granted_at is None
    assert grant in browser(oscar).read(reverse("checkpoint:overrides"))
    assert browser(oscar).send(grant).status_code == 302
    assert Override.objects.get().granted_by == oscar
    assert "In force" in browser(oscar).read(reverse("checkpoint:overrides"))
    assert scanner("CNHRS-R1").scan(car, now=NOON + timedelta(minutes=2))["verdict"] == "ADMIT"


def test_whoever_grants_an_override_reads_what_it_sets_aside_first(browser, oscar, car, carl, olga):
    used = DocumentCheck.objects.create(
        declaration=car.declaration, vehicle=car, because="USED_VEHICLE", opened_at=NOON
    )
    holds.place(
        declaration_id=car.declaration_id,
        vehicle_id=car.pk,
        reason_code="OTHER",
        text="axle numbers",
        by=carl,
        now=NOON,
    )
    asked = overrides.ask(vehicle_id=car.pk, stage=Stage.RELEASE, reason="perishable", by=olga, now=NOON)
    assert (asked.check_ids, len(asked.hold_ids)) == ([used.pk], 1)
    second = browser(oscar)
    for path in (reverse("checkpoint:overrides"), reverse("checkpoint:grant-override", args=[asked.public_id])):
        page = second.read(path)
        for words in ("perishable", "axle numbers", carl.username, "used vehicle"):
            assert words in page, (path, words)


def test_a_supervisor_never_grants_his_own_request(browser, sam, car, carl):
    holds.place(declaration_id=car.declaration_id, vehicle_id=car.pk, reason_code="OTHER", text="x", by=carl, now=NOON)
    asked = overrides.ask(vehicle_id=car.pk, stage=Stage.RELEASE, reason="mine", by=sam, now=NOON)
    path = reverse("checkpoint:grant-override", args=[asked.public_id])
    assert path not in browser(sam).read(reverse("checkpoint:overrides"))
    assert browser(sam).send(path).status_code == 403
    assert Override.objects.get().granted_at is None


def test_a_used_pass_is_contested_by_two(browser, olga, sam, car, scanner):
    passage = scanner("CNHRS-E2").scan(car, now=NOON + timedelta(seconds=30))["passage_id"]
    gate = browser(olga)
    contest = page_of(passage, "contest")
    assert contest in gate.read(page_of(passage))
    wrong = gate.send(contest, vin="LSVAA49J132047371", reason="look")
    assert wrong.status_code == 409
    assert "LSVAA49J132047371" in wrong.content.decode()
    assert gate.send(contest, vin=car.vin, reason="look").status_code == 302
    first = Admission.objects.get(vehicle=car)
    text = gate.read(page_of(passage))
    assert page_of(first.passage_id) in text
    assert contest not in text
    annul = page_of(first.passage_id, "annul")
    assert gate.send(annul, reason="contested").status_code == 403
    assert browser(sam).send(annul, reason="contested").status_code == 302
    assert status(car) == "DECLARED"
    assert Case.objects.get(passage=passage).result == "CONTEST"


def test_an_admission_is_annulled_from_its_passage(browser, olga, carl, car):
    admitted = Admission.objects.get(vehicle=car)
    assert page_of(admitted.passage_id, "annul") in browser(olga).read(page_of(admitted.passage_id))
    assert page_of(admitted.passage_id, "annul") not in browser(carl).read(page_of(admitted.passage_id))
    assert browser(carl).send(page_of(admitted.passage_id, "annul"), reason="x").status_code == 403
    assert browser(olga).send(page_of(admitted.passage_id, "annul"), reason="barrier stuck").status_code == 302
    assert status(car) == "DECLARED"


def waits_for(person, passage_id):
    """Who must act, as the list of cases and the page of the case say it."""
    pages = [person.read(reverse("checkpoint:cases")), person.read(page_of(passage_id))]
    found = [re.search(r"Who must act</dt><dd>([^<]+)</dd>", page)[1] for page in pages]
    assert found[0] == found[1]
    return found[0]


def test_a_case_waits_for_whoever_can_act_now_not_for_who_had_to(browser, olga, carl, sam, car, scanner):
    body = {"declaration_id": car.declaration_id, "vehicle_id": car.pk, "reason_code": "OTHER", "text": "x"}
    hold = holds.place(**body, by=carl, now=NOON)
    passage = scanner("CNHRS-R1").scan(car)["passage_id"]
    person = browser(olga)
    assert waits_for(person, passage) == "checkpoint officer"
    later = NOON + timedelta(minutes=1)
    decisions.detain(vehicle_id=car.pk, reason="numbers", by=sam, now=later)
    assert waits_for(person, passage) == "supervisor"
    decisions.end_detention(vehicle_id=car.pk, withdrawn=False, reason="fine", by=sam, now=later)
    assert waits_for(person, passage) == "checkpoint officer"
    holds.lift(public_id=hold.public_id, reason="seen", by=sam, now=later)
    assert status(car) == "PRESENTED"
    assert waits_for(person, passage) == "driver"
    decisions.decide(
        declaration_id=car.declaration_id,
        result="REQUEST_DOCUMENTS",
        reason="r",
        vins=[car.vin],
        documents=[{"code": "commercial_contract", "vin": car.vin}],
        by=carl,
        now=later,
    )
    decisions.decide(
        declaration_id=car.declaration_id, result="REFUSE", reason="forged", vins=[car.vin], by=carl, now=later
    )
    assert status(car) == "WITHDRAWN"
    assert "it stays as it is" in person.read(page_of(passage))
    assert waits_for(person, passage) == "checkpoint officer"


def test_a_contested_case_waits_for_a_second_person(browser, olga, car, scanner):
    scanner("CNHRS-R1").scan(car)
    passage = scanner("CNHRS-R1").scan(car, now=NOON + timedelta(minutes=1))["passage_id"]
    person = browser(olga)
    assert waits_for(person, passage) == "checkpoint officer"
    assert person.send(page_of(passage, "contest"), vin=car.vin, reason="another car").status_code == 302
    assert waits_for(person, passage) == "supervisor"


def test_others_see_a_case_but_decide_nothing(browser, carl, ivan, car, stopped):
    for officer in (carl, ivan):
        assert 'name="result"' not in browser(officer).read(page_of(stopped))
        assert browser(officer).send(page_of(stopped), result="RELEASE", reason="x").status_code == 403
    assert status(car) == "PRESENTED"


def test_cases_of_another_port_do_not_exist(browser, olga, stopped):
    Role.objects.filter(user=olga).update(port="CNYRK")
    person = browser(olga)
    assert "No case is open" in person.read(reverse("checkpoint:cases"))
    assert person.open(page_of(stopped)).status_code == 404
    assert person.send(page_of(stopped), result="RELEASE", reason="x").status_code == 404
    assert person.send(page_of(stopped, "annul"), reason="x").status_code == 404


def test_the_list_polls_itself_and_asks_the_same_few_questions(
    browser, olga, car, scanner, stopped, django_assert_num_queries
):
    person = browser(olga)
    path = reverse("checkpoint:cases")
    assert 'hx-trigger="every 5s"' in person.read(path)
    part = person.open(path, **{"hx-request": "true"}).content.decode()
    assert "<html" not in part
    for number in range(4):
        scanner("CNHRS-R2").scan(car, code=None, now=NOON + timedelta(seconds=number))
    with django_assert_num_queries(5):
        person.read(path)


def test_an_unknown_code_shows_a_case_without_a_vehicle(browser, olga, scanner):
    passage = scanner("CNHRS-R1").scan(None, code="HTTPS://EXAMPLE.ORG")["passage_id"]
    text = browser(olga).read(page_of(passage))
    assert reverse("checkpoint:find") in text
    assert 'value="TURN_BACK"' in text
    assert 'value="RELEASE"' not in text
    assert browser(olga).send(page_of(passage), result="TURN_BACK", reason="nothing to show").status_code == 302
