"""Home and list: who sees what, found how, at what cost."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from declarations import actions
from declarations.actions import documents
from declarations.clearance import decisions
from declarations.lifecycle import DeclarationStatus as D
from declarations.models import Declaration, DocumentCheck, Organisation, move
from declarations.models.standing import recompute
from tests.cast import NOON, vehicle_body, vin_number
from tests.files import photo

LIST = "/declarations"


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def test_a_stranger_finds_a_front_page_with_the_way_in(client, db):
    page = client.get("/").content.decode()
    assert reverse("login") in page
    assert "<h1>" in page


def test_an_officer_is_sent_to_his_desk(client, olga):
    client.force_login(olga)
    assert client.get("/")["Location"] == reverse("checkpoint:home")


def test_somebody_without_a_role_is_told_whom_to_ask(client, django_user_model, reference):
    client.force_login(django_user_model.objects.create_user("nobody"))
    assert "help desk" in client.get("/", headers={"accept-language": "en"}).content.decode()


def test_a_new_organisation_is_told_on_the_first_page_that_it_cannot_lodge_yet(client, alice, world_of_alice):
    client.force_login(alice)
    for verified_at, told in ((NOON, False), (None, True)):
        world_of_alice(verified_at)
        page = client.get("/", headers={"accept-language": "en"}).content.decode()
        assert ("Until then you can draft and check, but not lodge." in page) is told


@pytest.fixture
def world_of_alice(sam):
    """Sets when alice's organisation was verified."""

    def set_to(moment):
        own = Organisation.objects.filter(roles__user__username="alice")
        own.update(verified_at=moment, verified_by=sam if moment else None)

    return set_to


def test_an_exporter_sees_what_needs_him(client, alice, carl, declaration):
    asked = declaration(status=D.DOCUMENTS_REQUIRED)
    refused = declaration(status=D.REFUSED)
    driverless = declaration(bodies=[vehicle_body(900, driver=None)])
    draft = declaration(status=D.DRAFT)
    client.force_login(alice)
    page = client.get("/", headers={"accept-language": "en"})
    needs = {item["reference"]: item["href"] for item in page.context["needs_me"]}
    assert needs == {
        asked.reference: reverse("declarations:answer", args=[asked.reference]),
        refused.reference: reverse("declarations:detail", args=[refused.reference]),
        driverless.reference: reverse("declarations:detail", args=[driverless.reference]),
    }
    assert [row.reference for row in page.context["drafts"]] == [draft.reference]
    assert [number["value"] for number in page.context["numbers"]] == [1, 2, 0, 0, 0]


def test_vehicles_with_the_same_need_stand_on_one_line(client, alice, declaration):
    declaration(bodies=[vehicle_body(n, driver=None) for n in (901, 902, 903)])
    client.force_login(alice)
    (line,) = client.get("/").context["needs_me"]
    assert line["vehicles"] == 3


def test_on_the_way_says_that_it_is_my_turn_while_a_vehicle_lacks_its_driver(client, alice, declaration):
    lacking = declaration(bodies=[vehicle_body(904), vehicle_body(905, driver=None)])
    ready = declaration(bodies=[vehicle_body(906)])
    client.force_login(alice)
    waits = {row.reference: wait.who for row, wait in client.get("/").context["on_the_way"]}
    assert waits == {lacking.reference: "EXPORTER", ready.reference: "DRIVER"}


def test_on_the_way_says_that_the_officer_reads_the_papers_while_no_vehicle_may_go(client, alice, declaration):
    row = declaration(bodies=[vehicle_body(907)])
    DocumentCheck.objects.create(declaration=row, vehicle=row.vehicles.get(), because="USED_VEHICLE", opened_at=NOON)
    recompute([row.vehicles.get()], now=NOON)
    client.force_login(alice)
    ((_row, wait),) = client.get("/").context["on_the_way"]
    assert (wait.who, wait.until) == ("DOCUMENTS_OFFICER", row.expires_at)


def test_home_costs_the_same_however_much_is_declared(client, alice, declaration, django_assert_num_queries):
    declaration(vehicles=2)
    client.force_login(alice)
    client.get("/")
    with django_assert_num_queries(13):
        client.get("/")
    for _ in range(3):
        declaration(vehicles=3)
    with django_assert_num_queries(13):
        client.get("/")


def test_the_list_costs_the_same_for_one_declaration_and_for_many(
    client, alice, declaration, django_assert_num_queries
):
    declaration()
    client.force_login(alice)
    client.get(LIST)
    with django_assert_num_queries(7):
        client.get(LIST)
    for _ in range(4):
        declaration(status=D.DRAFT, vehicles=3)
    with django_assert_num_queries(7):
        client.get(LIST)


def test_colleagues_see_the_same_and_strangers_nothing(client, alice, bob, mallory, declaration):
    row = declaration(status=D.DRAFT)
    for person, expected in ((alice, [row]), (bob, [row]), (mallory, [])):
        client.force_login(person)
        assert [each["declaration"] for each in client.get(LIST).context["rows"]] == expected


@pytest.mark.parametrize(
    "text", [vin_number(1), vin_number(1)[-6:], vin_number(1)[:11].lower(), "po-1", "REFERENCE", f" {vin_number(1)} "]
)
def test_a_declaration_is_found_by_reference_vin_its_tail_or_the_own_reference(client, alice, declaration, text):
    row = declaration(status=D.DRAFT)
    declaration(status=D.DRAFT, functional_reference="OTHER", bodies=[vehicle_body(77, vin="WVWZZZ1JZXW000077")])
    client.force_login(alice)
    answer = client.get(LIST, {"q": row.reference if text == "REFERENCE" else text})
    assert [each["declaration"] for each in answer.context["rows"]] == [row]


def test_filters_stand_as_chips_and_nothing_found_says_what_to_try(client, alice, declaration):
    declaration(status=D.DRAFT)
    client.force_login(alice)
    answer = client.get(LIST, {"status": "RELEASED", "port": "CNHRS"})
    assert [chip["remove_href"] for chip in answer.context["chips"]] == [
        f"{LIST}?port=CNHRS",
        f"{LIST}?status=RELEASED",
    ]
    assert answer.context["rows"] == []
    assert not answer.context["is_empty"]


def test_an_empty_list_teaches_the_first_step(client, alice):
    client.force_login(alice)
    answer = client.get(LIST)
    assert answer.context["is_empty"]
    assert reverse("declarations:new") in answer.content.decode()


def test_the_list_has_pages_that_keep_the_filter(client, alice, tianshan):
    for n in range(27):
        actions.create(organisation=tianshan, body={"functional_reference": f"PO-{n}"}, by=alice, now=NOON)
    client.force_login(alice)
    first = client.get(LIST, {"status": "DRAFT"})
    assert len(first.context["rows"]) == 25
    assert "page=2" in first.content.decode()
    assert len(client.get(LIST, {"status": "DRAFT", "page": "2"}).context["rows"]) == 2
    assert len(client.get(LIST, {"page": "nonsense"}).context["rows"]) == 25


def test_no_page_of_an_exporter_names_a_channel(client, alice, declaration):
    row = declaration()
    assert Declaration.objects.get(pk=row.pk).channel == "GREEN"
    client.force_login(alice)
    for address in ("/", LIST, f"{LIST}/{row.reference}", f"{LIST}/{row.reference}/vehicles/1/pass"):
        page = client.get(address, headers={"accept-language": "en"}).content.decode()
        assert "GREEN" not in page
        assert "channel" not in page.lower()


def test_an_overdue_request_is_still_on_the_first_page(client, alice, carl, declaration):
    row = declaration(status=D.UNDER_CONTROL)
    decisions.decide(
        declaration_id=row.pk,
        result="REQUEST_DOCUMENTS",
        reason="show it",
        documents=[{"code": "commercial_contract", "vin": None, "why": "show it"}],
        due_at=NOON - timedelta(hours=1),
        by=carl,
        now=NOON - timedelta(hours=2),
    )
    client.force_login(alice)
    wait = client.get("/").context["needs_me"][0]["wait"]
    assert (wait.since, wait.until) == (NOON - timedelta(hours=2), NOON - timedelta(hours=1))


def test_what_needs_me_is_told_in_my_language_with_its_clock(client, alice, declaration, paper_of_yesterday):
    row = declaration(status=D.RELEASED)
    paper_of_yesterday(row.vehicles.get())
    client.force_login(alice)
    titles = {}
    for language in ("en", "zh-hans"):
        (item,) = client.get("/", headers={"accept-language": language}).context["needs_me"]
        titles[language] = item["title"]
        assert item["wait"].since == NOON - timedelta(hours=12)
        assert (item["wait"].until, item["wait"].otherwise) == (row.expires_at, "WITHDRAWN")
    assert titles["en"].startswith("Export licence expired")
    assert "出口许可证" in titles["zh-hans"]


def test_an_appealed_refusal_needs_me_no_more(client, alice, declaration):
    row = declaration(status=D.REFUSED)
    client.force_login(alice)
    (item,) = client.get("/").context["needs_me"]
    assert (item["wait"].until, item["wait"].otherwise) == (row.appeal_until, "FINAL")
    actions.appeal(declaration_id=row.pk, reason="we showed it", by=alice, now=NOON)
    assert client.get("/").context["needs_me"] == []
    notice = client.get(reverse("declarations:detail", args=[row.reference])).context["notice"]
    assert (notice["wait"].who, notice["wait"].since, "action" in notice) == ("SUPERVISOR", NOON, False)


@pytest.fixture
def paper_of_yesterday():
    """Gives a vehicle an export licence that ran out at midnight."""

    def give(vehicle):
        vehicle.papers.create(code="export_licence", number="1", valid_until=NOON.date() - timedelta(days=1))
        recompute([vehicle], now=NOON)

    return give


def test_used_vehicles_that_went_out_are_to_be_taken_off_the_register_until_a_file_says_so(client, alice, declaration):
    used = vehicle_body(1, condition="USED", first_registered_on="2023-05-01", odometer_km=40_000)
    row = declaration(bodies=[used, vehicle_body(2)])
    vehicles = list(row.vehicles.order_by("position"))
    DocumentCheck.objects.filter(vehicle__in=vehicles).delete()
    move(vehicles, "PRESENTED", "RELEASED", "EXITED", by="lane", at=NOON, reason="OK")
    client.force_login(alice)
    (line,) = client.get("/").context["needs_me"]
    assert (line["vehicles"], line["reference"]) == (1, row.reference)
    assert line["wait"].until == datetime(2027, 1, 22, 4, 0, tzinfo=UTC)
    documents.add(
        declaration_id=row.pk,
        code="deregistration",
        files=[("x.jpg", photo())],
        vehicle_ids=[vehicles[0].pk],
        by=alice,
        now=NOON,
    )
    assert client.get("/").context["needs_me"] == []
