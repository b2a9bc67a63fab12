"""The desk: queues, the dossier, and each verb with who may and who may not."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from declarations import actions
from declarations.actions.drafting import check_draft, fresh
from declarations.clearance import decisions, holds, inspections
from declarations.models import Declaration, Hold, Inspection, ProblemOverride, RiskHit, RiskRule, Role
from tests.cast import NOON, let_workers_run, vehicle_body

pytestmark = pytest.mark.django_db

NOW = NOON + timedelta(minutes=1)


def on(declaration, name="declaration"):
    return reverse(f"checkpoint:{name}", args=[declaration.reference])


def of(car, name="vehicle"):
    return reverse(f"checkpoint:{name}", args=[car.declaration.reference, car.vin])


def queue(name):
    return f"{reverse('checkpoint:desk')}?queue={name}"


def status(row):
    return type(row).objects.get(pk=row.pk).status


@pytest.fixture
def used(declaration):
    """A used vehicle: it always opens a document check."""
    papers = [
        {
            "code": "export_licence",
            "number": "L-1",
            "issued_on": "2026-01-02",
            "valid_until": "2027-01-02",
            "quantity": 1,
        }
    ]
    body = vehicle_body(
        77, condition="USED", first_registered_on="2024-03-01", odometer_km=20000, model_year=2026, papers=papers
    )
    return declaration(bodies=[body]).vehicles.get()


@pytest.fixture
def problem(declaration, alice):
    """A draft whose check digit alice put on the desk."""
    draft = declaration(status="DRAFT", bodies=[vehicle_body(900, vin="LRW3E7EK5TC000900")])
    code = next(each.code for each in check_draft(fresh(draft), now=NOON) if each.overridable)
    actions.ask(
        declaration_id=draft.pk, vin="LRW3E7EK5TC000900", code=code, text="the maker's own scheme", by=alice, now=NOON
    )
    return draft, code


def test_each_queue_holds_its_declarations_and_the_search_finds_any(browser, carl, declaration, used, problem, alice):
    control = declaration(status="UNDER_CONTROL")
    documents = declaration(status="DOCUMENTS_REQUIRED")
    refused = declaration(status="REFUSED")
    actions.appeal(declaration_id=refused.pk, reason="we showed it", by=alice, now=NOON)
    draft, _code = problem
    person = browser(carl)
    expected = {
        "control": control,
        "documents": documents,
        "checks": used.declaration,
        "problems": draft,
        "appeals": refused,
    }
    for name, row in expected.items():
        found = set(re.findall(r"SG[A-Z0-9]{10}", person.read(queue(name))))
        assert found == {row.reference}, name
    for text in (control.vehicles.get().vin, control.vehicles.get().vin[-6:], control.reference.lower()):
        assert control.reference in person.read(f"{reverse('checkpoint:desk')}?q={text}")
    home = person.read(reverse("checkpoint:home"))
    assert home.count("<b>1</b>") == 5


def test_each_queue_says_who_acts_from_when_and_what_if_nobody_does_longest_first(
    browser, carl, declaration, used, alice
):
    later = declaration(status="UNDER_CONTROL", now=NOON + timedelta(minutes=1))
    first = declaration(status="UNDER_CONTROL", now=NOON - timedelta(hours=1))
    refused = declaration(status="REFUSED")
    actions.appeal(declaration_id=refused.pk, reason="we showed it", by=alice, now=NOW)
    person = browser(carl)
    found = re.findall(r"SG[A-Z0-9]{10}", person.read(queue("control")))
    assert list(dict.fromkeys(found)) == [first.reference, later.reference]
    for name, words in (
        ("control", ("documents officer", "what was not presented by then is withdrawn")),
        ("checks", ("documents officer", "what was not presented by then is withdrawn")),
        ("appeals", ("supervisor", "the refusal becomes final")),
    ):
        page = person.read(queue(name))
        assert all(word in page for word in words), name


def test_the_page_of_a_declaration_waits_for_the_same_person_as_its_queue(browser, carl, used, problem):
    draft, _code = problem
    person = browser(carl)
    for name, row in (("problems", draft), ("checks", used.declaration)):
        pages = [person.read(queue(name)), person.read(on(row))]
        found = [re.search(r"Who must act</dt><dd>([^<]+)</dd>", page)[1] for page in pages]
        assert found == ["documents officer", "documents officer"], name
    decisions.decide(
        declaration_id=used.declaration_id,
        result="REQUEST_DOCUMENTS",
        reason="r",
        vins=[used.vin],
        documents=[{"code": "export_licence", "vin": used.vin}],
        by=carl,
        now=NOON,
    )
    assert re.search(r"Who must act</dt><dd>exporter</dd>", person.read(on(used.declaration)))


def test_the_history_of_a_declaration_says_of_which_vehicle_each_row_is(browser, carl, declaration):
    row = declaration(vehicles=2)
    page = browser(carl).read(on(row))
    for vehicle in row.vehicles.all():
        assert f"Pass: issued · …{vehicle.vin[-6:]}" in page
        assert f"Vehicle: declared · …{vehicle.vin[-6:]}" in page


def test_a_detention_that_an_inspection_asked_for_waits_for_the_supervisor(browser, sam, ivan, declaration, scanner):
    row = declaration()
    vehicle = row.vehicles.get()
    scanner("CNHRS-E1").scan(vehicle, now=NOON)
    order = inspections.order(vehicle_id=vehicle.pk, text="numbers", by=ivan, now=NOON)
    person = browser(sam)
    assert row.reference not in person.read(queue("detention"))
    inspections.start(public_id=order.public_id, by=ivan, now=NOON)
    inspections.finish(
        public_id=order.public_id, satisfactory=False, findings="forged", next_step="DETAIN", by=ivan, now=NOON
    )
    page = person.read(queue("detention"))
    assert row.reference in page
    assert "supervisor" in page
    decisions.detain(vehicle_id=vehicle.pk, reason="forged number", by=sam, now=NOW)
    assert row.reference not in person.read(queue("detention"))


def test_lists_ask_the_same_few_questions_however_long_they_are(
    browser, carl, declaration, django_assert_max_num_queries
):
    for _each in range(3):
        declaration(status="UNDER_CONTROL", vehicles=2)
    person = browser(carl)
    with django_assert_max_num_queries(8):
        person.read(queue("control"))
    with django_assert_max_num_queries(16):
        person.read(reverse("checkpoint:home"))
    large = declaration(vehicles=12)
    with django_assert_max_num_queries(19):
        person.read(on(large))
    with django_assert_max_num_queries(28):
        person.read(of(large.vehicles.first()))


def test_the_dossier_shows_what_exporters_never_see(browser, carl, declaration):
    row = declaration(vehicles=2)
    car = row.vehicles.first()
    holds.place(declaration_id=row.pk, vehicle_id=car.pk, reason_code="OTHER", text="inner words", by=carl, now=NOON)
    RiskRule.objects.create(code="FAR", version=2, label="Value far from the median", condition=[], valid_from=NOON)
    RiskHit.objects.create(
        declaration=row,
        vehicle=car,
        rule_code="FAR",
        rule_version=2,
        points=40,
        declaration_version=1,
        draw=0.5,
        at=NOON,
    )
    for text in (browser(carl).read(on(row)), browser(carl).read(of(car))):
        for words in ("inner words", "Value far from the median", "Rule FAR, version 2, 40 points", "Channel"):
            assert words in text
    driver = browser(carl).read(of(car))
    assert "Li Wei" in driver
    assert car.driver.passport_number not in driver


def test_a_hold_is_placed_and_lifted_by_somebody_else(browser, carl, sam, olga, declaration):
    row = declaration(vehicles=2)
    car = row.vehicles.first()
    person = browser(carl)
    assert of(car, "vehicle-hold") in person.read(of(car))
    assert person.send(of(car, "vehicle-hold"), reason_code="OTHER", text="").status_code == 422
    assert not Hold.objects.exists()
    assert person.send(of(car, "vehicle-hold"), reason_code="OTHER", text="look at it").status_code == 302
    hold = Hold.objects.get()
    assert (hold.vehicle, hold.text, hold.placed_by) == (car, "look at it", carl)
    lift = reverse("checkpoint:lift", args=[hold.public_id])
    assert lift not in person.read(on(row))
    assert "somebody else has to lift it" in person.open(lift).content.decode()
    assert person.send(lift, reason="fine").status_code == 403
    assert Hold.objects.get().lifted_at is None
    assert lift in browser(sam).read(on(row))
    assert browser(sam).send(lift, reason="fine").status_code == 302
    assert Hold.objects.get().lifted_by == sam
    assert browser(olga).send(lift, reason="again").status_code == 409
    assert person.send(on(row, "hold"), reason_code="OTHER", text="all of them").status_code == 302
    assert status(row) == "UNDER_CONTROL"


@pytest.mark.parametrize(("verb", "after"), [("release", "RELEASED"), ("refuse", "REFUSED")])
def test_the_whole_is_decided_by_documents_officers(browser, carl, olga, ivan, declaration, verb, after):
    row = declaration(status="UNDER_CONTROL")
    assert on(row, verb) in browser(carl).read(on(row))
    for other in (olga, ivan):
        assert on(row, verb) not in browser(other).read(on(row))
        assert browser(other).open(on(row, verb)).status_code == 403
        assert browser(other).send(on(row, verb), reason="x").status_code == 403
    assert browser(carl).send(on(row, verb), reason="").status_code == 422
    assert status(row) == "UNDER_CONTROL"
    assert browser(carl).send(on(row, verb), reason="seen all").status_code == 302
    assert status(row) == after
    assert browser(carl).send(on(row, verb), reason="again").status_code == 409


def test_documents_are_asked_for_of_the_whole_or_of_vehicles(browser, carl, declaration, alice):
    row = declaration(status="UNDER_CONTROL", vehicles=2)
    car = row.vehicles.first()
    person = browser(carl)
    assert person.send(on(row, "request"), reason="show me").status_code == 422
    assert (
        person.send(
            on(row, "request"), reason="show me", papers=["commercial_contract"], due_at="2026-11-23T12:00"
        ).status_code
        == 302
    )
    assert status(row) == "DOCUMENTS_REQUIRED"
    asked = row.requests.get()
    assert (asked.why, asked.vehicle) == ("show me", None)
    assert asked.due_at == NOON + timedelta(days=1)
    assert "waiting" in person.read(on(row))
    actions.answer(declaration_id=row.pk, text="here it is", by=alice, now=NOON)
    assert "here it is" in person.read(on(row))
    released = declaration(vehicles=2)
    car = released.vehicles.first()
    sent = person.send(on(released, "request"), reason="why", papers=["packing_list"], vehicles=[car.vin])
    assert sent.status_code == 302
    assert released.requests.get().vehicle == car


def test_an_unanswered_request_is_refused_only_when_its_time_is_over(browser, carl, declaration):
    row = declaration(status="DOCUMENTS_REQUIRED")
    person = browser(carl)
    assert on(row, "overdue") not in person.read(on(row))
    assert person.send(on(row, "overdue"), reason="late").status_code == 409
    Declaration.objects.filter(pk=row.pk).update(documents_due_at=NOON - timedelta(hours=1))
    assert on(row, "overdue") in person.read(on(row))
    assert person.send(on(row, "overdue"), reason="late").status_code == 302
    assert status(row) == "REFUSED"


@pytest.mark.parametrize(("verb", "check", "after"), [
    ("accept-papers", "ACCEPTED", "DECLARED"), ("refuse-papers", "REFUSED", "WITHDRAWN")
])  # fmt: skip
def test_document_checks_of_named_vehicles_are_closed(browser, carl, used, verb, check, after):
    row = used.declaration
    person = browser(carl)
    assert on(row, verb) in person.read(on(row))
    assert person.send(on(row, verb), reason="seen", vehicles=["LSVAA49J132047371"]).status_code == 422
    assert person.send(on(row, verb), reason="seen", vehicles=[used.vin]).status_code == 302
    assert used.checks.get().status == check
    assert status(used) == after
    assert on(row, verb) not in person.read(on(row))


def test_a_supervisor_grants_an_appeal(browser, carl, sam, declaration):
    row = declaration(status="REFUSED")
    assert on(row, "appeal") not in browser(carl).read(on(row))
    assert browser(carl).send(on(row, "appeal"), reason="x").status_code == 403
    assert status(row) == "REFUSED"
    assert on(row, "appeal") in browser(sam).read(on(row))
    assert browser(sam).send(on(row, "appeal"), reason="look again").status_code == 302
    assert status(row) == "UNDER_CONTROL"


def test_a_problem_on_the_desk_is_accepted_with_a_reason(browser, carl, olga, problem):
    draft, code = problem
    path = f"{on(draft, 'accept-problem')}?vin=LRW3E7EK5TC000900&code={code}"
    text = browser(carl).read(on(draft))
    assert "the maker&#x27;s own scheme" in text
    assert path.replace("&", "&amp;") in text
    assert browser(olga).send(path, reason="x").status_code == 403
    assert browser(carl).open(on(draft, "accept-problem") + "?vin=x&code=y").status_code == 404
    assert ProblemOverride.objects.get().accepted_at is None
    assert browser(carl).send(path, reason="letter of the maker").status_code == 302
    assert ProblemOverride.objects.get().accepted_by == carl


def test_drafts_that_nobody_put_on_the_desk_do_not_exist(browser, carl, declaration):
    draft = declaration(status="DRAFT")
    assert browser(carl).open(on(draft)).status_code == 404
    assert browser(carl).send(on(draft, "release"), reason="x").status_code == 404


def test_other_ports_do_not_exist(browser, carl, declaration):
    row = declaration(status="UNDER_CONTROL")
    car = row.vehicles.get()
    car.declaration = row
    Role.objects.filter(user=carl).update(port="CNYRK")
    person = browser(carl)
    for path in (on(row), on(row, "release"), of(car), of(car, "vehicle-hold")):
        assert person.open(path).status_code == 404
        assert person.send(path, reason="x").status_code in (404, 405)
    assert status(row) == "UNDER_CONTROL"


def test_inspections_from_order_to_result(browser, carl, ivan, sam, olga, declaration, scanner):
    car = declaration().vehicles.get()
    scanner("CNHRS-E1").scan(car)
    assert browser(carl).send(of(car, "order-inspection"), because="odometer").status_code == 302
    order = Inspection.objects.get()
    page, start, result, waive = (
        reverse(f"checkpoint:{name}", args=[order.public_id])
        for name in ("inspection", "start-inspection", "finish-inspection", "waive-inspection")
    )
    assert page in browser(ivan).read(reverse("checkpoint:inspections"))
    assert start not in browser(olga).read(page)
    assert browser(olga).send(start).status_code == 403
    assert browser(ivan).send(waive, reason="x").status_code == 403
    assert waive in browser(sam).read(page)
    assert browser(ivan).send(result, result="SATISFACTORY", findings="ok").status_code == 409
    assert status(order) == "ORDERED"
    assert browser(ivan).send(start).status_code == 302
    assert browser(ivan).send(result, result="NOT_SATISFACTORY", findings="turned back").status_code == 422
    assert status(order) == "IN_PROGRESS"
    sent = browser(ivan).send(result, result="NOT_SATISFACTORY", findings="turned back", next_step="REPAIR_AND_RECHECK")
    assert sent.status_code == 302
    assert (status(order), status(car)) == ("NOT_SATISFACTORY", "REFERRED")
    again = Inspection.objects.latest("id")
    second = reverse("checkpoint:inspection", args=[again.public_id])
    text = browser(sam).read(second)
    assert "nobody can waive it" in text
    assert reverse("checkpoint:waive-inspection", args=[again.public_id]) not in text
    inspections.start(public_id=again.public_id, by=ivan, now=NOW)
    done = reverse("checkpoint:finish-inspection", args=[again.public_id])
    assert browser(ivan).send(done, result="SATISFACTORY", findings="mended").status_code == 302
    assert status(car) == "PRESENTED"


def test_a_supervisor_waives_an_order(browser, sam, carl, declaration):
    car = declaration().vehicles.get()
    order = inspections.order(vehicle_id=car.pk, text="look", by=carl, now=NOON)
    path = reverse("checkpoint:waive-inspection", args=[order.public_id])
    assert browser(sam).send(path, reason="seen on the way").status_code == 302
    assert status(order) == "WAIVED"


def test_detention_begins_and_ends_with_the_supervisor(browser, carl, sam, declaration, scanner):
    car = declaration().vehicles.get()
    scanner("CNHRS-E1").scan(car)
    holds.place(declaration_id=car.declaration_id, vehicle_id=car.pk, reason_code="OTHER", text="x", by=carl, now=NOON)
    scanner("CNHRS-R1").scan(car)
    assert status(car) == "REFERRED"
    assert of(car, "detain") not in browser(carl).read(of(car))
    assert browser(carl).send(of(car, "detain"), reason="x").status_code == 403
    assert of(car, "detain") in browser(sam).read(of(car))
    assert browser(sam).send(of(car, "detain"), reason="police").status_code == 302
    assert status(car) == "DETAINED"
    assert browser(sam).send(of(car, "detain"), reason="again").status_code == 409
    assert of(car, "end-detention") in browser(sam).read(of(car))
    assert browser(sam).send(of(car, "end-detention"), how="REFERRED", reason="cleared").status_code == 302
    assert status(car) == "REFERRED"


def test_a_vehicle_that_was_sent_back_is_recorded(browser, olga, carl, declaration, scanner):
    car = declaration(port="CNYRK").vehicles.get()
    scanner("CNYRK-R1").scan(car)
    let_workers_run()
    assert status(car) == "EXITED"
    assert of(car, "returned") not in browser(carl).read(of(car))
    assert browser(carl).send(of(car, "returned"), reason="x").status_code == 403
    assert of(car, "returned") in browser(olga).read(of(car))
    assert browser(olga).send(of(car, "returned"), reason="no visa").status_code == 302
    assert status(car) == "RETURNED"
