"""Drafts on the page: header, vehicles, checks as one types; nothing that was typed is ever lost."""

import pytest
import time_machine
from django.urls import reverse

from declarations import actions
from declarations.lifecycle import DeclarationStatus as D
from declarations.models import Declaration, History, Vehicle
from tests.cast import NOON, declaration_body, vehicle_body, vin_number

ENGLISH = {"accept-language": "en"}

ROUTE = {
    "functional_reference": "PO-7",
    "port": "CNHRS",
    "direction": "EXPORT",
    "mode": "SELF_DRIVE",
    "destination_country": "KZ",
    "planned_arrival_at": "2026-11-24T09:00",
}
CONTRACT = {
    "consignee-name": "Astana Motors",
    "consignee-country": "KZ",
    "consignee-address": "Almaty",
    "contract_number": "SG-7",
    "incoterm": "DAP",
    "incoterm_place": "Almaty",
    "currency": "CNY",
}


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def draft(declaration):
    return declaration(status=D.DRAFT, vehicles=2)


def sent(body):
    """A vehicle as its page sends it."""
    flat = {
        name: "" if value is None else str(value) for name, value in body.items() if name not in ("papers", "driver")
    }
    flat |= {f"driver-{name}": value for name, value in (body.get("driver") or {}).items()}
    return flat


def section(row, code):
    return reverse("declarations:section", args=[row.reference, code])


def vehicle(row, place, name="vehicle"):
    return reverse(f"declarations:{name}", args=[row.reference, place])


def test_a_draft_is_begun_with_its_route_and_goes_on_to_the_contract(client, alice):
    client.force_login(alice)
    answer = client.post(reverse("declarations:new"), ROUTE)
    row = Declaration.objects.get()
    assert answer["Location"] == section(row, "contract")
    assert (row.port_id, row.functional_reference, row.created_by) == ("CNHRS", "PO-7", alice)
    assert row.planned_arrival_at.isoformat() == "2026-11-24T01:00:00+00:00"
    answer = client.post(section(row, "contract"), CONTRACT)
    assert answer["Location"] == reverse("declarations:vehicles", args=[row.reference])
    assert Declaration.objects.get().consignee_name == "Astana Motors"


def test_a_draft_is_saved_however_wrong_and_comes_back_with_every_word(client, alice):
    client.force_login(alice)
    typed = {**ROUTE, "port": "", "planned_arrival_at": "next week", "functional_reference": "零件"}
    answer = client.post(reverse("declarations:new"), typed)
    row = Declaration.objects.get()
    assert answer["Location"] == f"{section(row, 'route')}?check=1"
    page = client.get(answer["Location"], headers=ENGLISH).content.decode()
    assert 'value="next week"' in page
    assert 'value="零件"' in page
    assert 'href="#id_planned_arrival_at"' in page
    assert 'href="#id_port"' in page


def test_saving_for_later_asks_no_questions(client, alice):
    client.force_login(alice)
    answer = client.post(reverse("declarations:new"), {"later": "1"})
    assert answer["Location"] == reverse("declarations:detail", args=[Declaration.objects.get().reference])


def test_what_cannot_be_stored_is_shown_again_and_nothing_is_written(client, alice):
    client.force_login(alice)
    page = client.post(reverse("declarations:new"), {**ROUTE, "functional_reference": "PO\0" + "x"})
    assert page.status_code == 200
    assert not Declaration.objects.exists()
    assert 'value="CNHRS" selected' in page.content.decode()


def test_a_field_is_checked_as_it_is_left_and_nothing_is_stored(client, alice, draft):
    client.force_login(alice)
    before = draft.body()
    address = reverse("declarations:check-section", args=[draft.reference, "contract"])
    page = client.post(
        address, {**CONTRACT, "currency": "XXY", "contract_number": ""}, headers=ENGLISH
    ).content.decode()
    assert 'id="id_currency_messages" hx-swap-oob="true"' in " ".join(page.split())
    assert "no currency code" in page
    assert "Enter it before you lodge" not in page  # nobody is scolded for a field not yet reached
    assert "<input" not in page
    assert Declaration.objects.get(pk=draft.pk).body() == before
    page = client.post(address, {**CONTRACT, "contract_number": "", "checked": "1"}, headers=ENGLISH).content.decode()
    assert "Enter it before you lodge" in page


def test_the_first_page_is_checked_before_there_is_a_draft(client, alice):
    client.force_login(alice)
    page = client.post(reverse("declarations:check-new"), {**ROUTE, "destination_country": "CN"}, headers=ENGLISH)
    assert "another country" in page.content.decode()
    assert not Declaration.objects.exists()


def test_consignee_and_terms_can_be_taken_over_from_an_older_declaration(client, alice, draft, tianshan):
    empty = actions.create(organisation=tianshan, body={}, by=alice, now=NOON)
    client.force_login(alice)
    assert "Astana Motors" in client.get(section(empty, "contract")).content.decode()
    client.post(section(empty, "contract"), {"use": draft.reference})
    assert Declaration.objects.get(pk=empty.pk).consignee_name == "Astana Motors"


def test_the_task_list_says_what_is_done_wrong_or_to_do(client, alice, tianshan, draft):
    client.force_login(alice)

    def states(row):
        return [task["state"] for task in client.get(f"/declarations/{row.reference}").context["tasks"]]

    assert states(draft) == ["done", "done", "done", "todo", "todo"]
    assert states(actions.create(organisation=tianshan, body={}, by=alice, now=NOON)) == [
        "todo",
        "todo",
        "todo",
        "todo",
        "later",
    ]
    wrong = declaration_body(vehicle_body(5, vin="LRW"), currency="XXY")
    assert states(actions.create(organisation=tianshan, body=wrong, by=alice, now=NOON)) == [
        "done",
        "wrong",
        "wrong",
        "todo",
        "todo",
    ]


def test_a_vehicle_is_added_with_papers_plate_and_driver(client, alice, draft):
    client.force_login(alice)
    body = vehicle_body(9)
    paper = {"papers-0-code": "packing_list", "papers-0-number": "P-9", "papers-0-issued_on": "2026-11-01"}
    answer = client.post(reverse("declarations:vehicle-new", args=[draft.reference]), {**sent(body), **paper})
    assert answer["Location"] == reverse("declarations:vehicles", args=[draft.reference])
    added = Vehicle.objects.get(declaration=draft, position=3)
    assert added.body()["driver"]["name"] == "Li Wei 9"
    assert added.body()["papers"][0]["number"] == "P-9"


def test_a_bad_vehicle_is_saved_and_shown_again_with_its_problems_and_a_repair(client, alice, draft):
    client.force_login(alice)
    cyrillic = vin_number(9).replace("E", "\N{CYRILLIC CAPITAL LETTER IE}", 1)
    address = reverse("declarations:vehicle-new", args=[draft.reference])
    answer = client.post(address, {**sent(vehicle_body(9)), "vin": cyrillic, "seats": "five"})
    assert answer["Location"] == f"{vehicle(draft, 3)}?check=1"
    page = client.get(answer["Location"], headers=ENGLISH).content.decode()
    assert 'value="five"' in page
    assert cyrillic in page
    assert f'name="fix_vin" value="{vin_number(9)}"' in " ".join(page.split())
    client.post(vehicle(draft, 3), {**sent(vehicle_body(9)), "vin": cyrillic, "fix_vin": vin_number(9)})
    assert Vehicle.objects.get(declaration=draft, position=3).vin == vin_number(9)


def test_the_repair_of_a_vin_comes_into_the_open_page_with_one_tap(client, alice, draft):
    client.force_login(alice)
    address = reverse("declarations:vehicle-check", args=[draft.reference])
    typed = {"vin": vin_number(9).replace("0", "O"), "make": "Tesla"}
    page = client.post(address, typed, headers=ENGLISH).content.decode()
    assert f'value="{vin_number(9)}"' in page
    assert f'hx-post="{address}"' in page
    assert 'id="id_vin"' not in page
    page = client.post(address, {**typed, "fix_vin": vin_number(9)}, headers=ENGLISH).content.decode()
    assert 'id="id_vin"' in page
    assert "never stands in a VIN" not in page
    assert draft.vehicles.count() == 2


def test_hs_codes_that_fit_are_proposed_with_their_reason(client, alice, draft):
    client.force_login(alice)
    address = reverse("declarations:vehicle-check", args=[draft.reference])
    answer = client.post(address, {"category": "M1", "powertrain": "BEV", "seats": "5"}, headers=ENGLISH)
    assert [each["hs6"] for each in answer.context["proposals"]] == ["870380"]
    assert "8703801090" in answer.content.decode()
    contested = client.post(address, {"category": "M1", "powertrain": "EREV", "seats": "5"}, headers=ENGLISH)
    assert {each["hs6"] for each in contested.context["proposals"]} == {"870380", "870360"}
    assert "contested" in contested.content.decode()
    chosen = client.post(address, {"fix_hs_code": "870380", "category": "M1", "powertrain": "BEV"})
    assert 'id="id_hs_code"' in chosen.content.decode()


def test_a_vin_that_is_taken_or_there_twice_is_told_as_it_is_typed(client, alice, draft, declaration):
    live = declaration(vehicles=1).vehicles.get()
    client.force_login(alice)
    address = reverse("declarations:vehicle-check", args=[draft.reference])
    assert "another declaration" in client.post(address, {"vin": live.vin}, headers=ENGLISH).content.decode()
    own = draft.vehicles.get(position=1).vin
    assert "same VIN" in client.post(f"{address}?place=2", {"vin": own}, headers=ENGLISH).content.decode()
    assert "same VIN" not in client.post(f"{address}?place=1", {"vin": own}, headers=ENGLISH).content.decode()


def test_another_like_this_one_is_filled_in_but_for_vin_plate_and_driver(client, alice, draft):
    client.force_login(alice)
    address = reverse("declarations:vehicle-new", args=[draft.reference])
    answer = client.post(address, {**sent(vehicle_body(9)), "another": "1"})
    assert answer["Location"] == f"{address}?like=3"
    page = client.get(answer["Location"])
    entry = page.context["entry"]
    assert entry.vehicle["model"].value() == "Model 3"
    assert entry.vehicle["vin"].value() == entry.plate["plate"].value() == entry.driver["name"].value() == ""


def test_one_more_paper_row_costs_nothing_that_was_typed(client, alice, draft):
    client.force_login(alice)
    typed = {**sent(vehicle_body(9)), "vin": "HALF", "papers-0-code": "", "papers-0-number": "7", "more_papers": "1"}
    for address in (reverse("declarations:vehicle-new", args=[draft.reference]), vehicle(draft, 1)):
        page = client.post(address, typed).content.decode()
        assert 'value="HALF"' in page
        assert 'id="id_papers-1-number"' in page
    assert draft.vehicles.count() == 2


def test_a_vehicle_is_removed_in_the_page(client, alice, draft):
    client.force_login(alice)
    assert client.post(vehicle(draft, 1, "remove"))["Location"] == reverse(
        "declarations:vehicles", args=[draft.reference]
    )
    assert [row.position for row in draft.vehicles.all()] == [2]
    assert client.get(vehicle(draft, 1)).status_code == 404


def test_the_vehicles_page_costs_the_same_for_two_and_for_eight(client, alice, declaration, django_assert_num_queries):
    few, many = declaration(status=D.DRAFT, vehicles=2), declaration(status=D.DRAFT, vehicles=8)
    client.force_login(alice)
    client.get(reverse("declarations:vehicles", args=[few.reference]))
    for row in (few, many):
        with django_assert_num_queries(13):
            client.get(reverse("declarations:vehicles", args=[row.reference]))


def test_an_officer_is_asked_about_a_problem_that_has_exceptions(client, alice, draft):
    wrong = vin_number(9)[:8] + ("0" if vin_number(9)[8] != "0" else "1") + vin_number(9)[9:]
    actions.add(declaration_id=draft.pk, vehicles=[vehicle_body(9, vin=wrong)], by=alice, now=NOON)
    client.force_login(alice)
    ask = reverse("declarations:ask", args=[draft.reference, 3, "VIN_CHECK_DIGIT"])
    assert ask in client.get(vehicle(draft, 3)).content.decode()
    assert client.get(reverse("declarations:ask", args=[draft.reference, 1, "VIN_CHECK_DIGIT"])).status_code == 404
    assert client.get(reverse("declarations:ask", args=[draft.reference, 3, "VIN_LENGTH"])).status_code == 404
    assert client.post(ask, {"text": ""}).status_code == 200
    assert not draft.overrides.exists()
    client.post(ask, {"text": "Read from the frame."})
    assert draft.overrides.get().text == "Read from the frame."
    assert "An officer has been asked" in client.get(vehicle(draft, 3), headers=ENGLISH).content.decode()


def test_a_draft_is_discarded_with_a_reason(client, alice, draft):
    client.force_login(alice)
    address = reverse("declarations:cancel", args=[draft.reference])
    assert client.post(address, {"reason": " "}).status_code == 200
    client.post(address, {"reason": "sold elsewhere"})
    assert Declaration.objects.get(pk=draft.pk).status == D.CANCELLED
    assert History.objects.filter(declaration=draft, text="sold elsewhere").exists()


def test_a_lodged_declaration_has_no_draft_pages_any_more(client, alice, declaration):
    row = declaration(status=D.RELEASED)
    client.force_login(alice)
    detail = reverse("declarations:detail", args=[row.reference])
    for name in ("vehicles", "answers"):
        assert client.get(reverse(f"declarations:{name}", args=[row.reference]))["Location"] == detail
    answer = client.post(
        reverse("declarations:vehicle-new", args=[row.reference]), sent(vehicle_body(9)), headers=ENGLISH
    )
    assert "lodged already" in answer.content.decode()
    assert vin_number(9) in answer.content.decode()
    assert row.vehicles.count() == 1


def test_a_page_that_does_not_exist_is_404(client, alice, draft):
    client.force_login(alice)
    assert client.get(section(draft, "nonsense")).status_code == 404
    assert client.post(reverse("declarations:check-section", args=[draft.reference, "nonsense"])).status_code == 404
    assert client.get(vehicle(draft, 99)).status_code == 404


def test_who_declares_for_several_chooses_for_whom(client, alice, mallory, tianshan):
    theirs = mallory.roles.get().organisation
    alice.roles.create(role="agent", organisation=theirs)
    client.force_login(alice)
    assert "Mallory Motors" in client.get(reverse("declarations:new")).content.decode()
    assert client.post(reverse("declarations:new"), ROUTE).status_code == 200
    client.post(reverse("declarations:new"), {**ROUTE, "organisation": theirs.pk})
    assert Declaration.objects.get().organisation == theirs
