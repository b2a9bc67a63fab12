"""An exporter in a real browser: the whole way by keyboard, by thumb at 360 px, and every page before axe."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from declarations import actions
from declarations.actions import documents
from declarations.lifecycle import DeclarationStatus as D
from declarations.models import Declaration, Document, Vehicle
from tests.cast import declaration_body, let_workers_run, vehicle_body, vin_number
from tests.files import pdf, photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CYRILLIC = vin_number(9).replace("E", "\N{CYRILLIC CAPITAL LETTER IE}", 1)


def to(row, name="detail", *more):
    return reverse(f"declarations:{name}", args=[row.reference, *more])


def walk_to(page: Page, selector: str) -> None:
    """Press Tab until that element has the focus."""
    wanted = page.locator(selector)
    for _ in range(80):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard never reaches {selector}")


def type_in(page: Page, **values: str) -> None:
    """Fill fields by keyboard alone, in the order given."""
    for name, text in values.items():
        walk_to(page, f"#id_{name.replace('__', '-')}")
        page.keyboard.type(text)


def test_the_whole_way_by_keyboard(open_page, alice):
    page = open_page(alice)
    page.goto("/")
    walk_to(page, "a.button")
    page.keyboard.press("Enter")
    arrival = timezone.localtime() + timedelta(days=2)
    type_in(page, functional_reference="PO-77", port="Horgos", destination_country="Kaz")
    walk_to(page, "#id_planned_arrival_at")
    page.keyboard.type(f"{arrival:%m%d%Y}")
    page.keyboard.press("Tab")
    page.keyboard.type(f"{arrival:%I%M%p}")
    page.locator("#id_functional_reference").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/sections/contract"))
    type_in(page, consignee__name="Astana Motors", consignee__country="Kaz", consignee__address="Almaty")
    type_in(page, contract_number="SG-77", incoterm="DAP", incoterm_place="Almaty", currency="Chinese")
    page.locator("#id_contract_number").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Vehicles")
    walk_to(page, "main a.button:not(.button--quiet)")
    page.keyboard.press("Enter")

    type_in(page, vin=CYRILLIC)
    page.keyboard.press("Tab")
    expect(page.locator("#id_vin_messages")).to_contain_text("Cyrillic")
    expect(page.locator("#id_vin")).to_have_attribute("aria-invalid", "true")
    walk_to(page, "#vin_fix button")
    page.keyboard.press("Enter")
    expect(page.locator("#id_vin")).to_have_value(vin_number(9))
    expect(page.locator("#id_vin_messages")).to_be_empty()
    type_in(page, make="Tesla", model="Model 3", model_year="2026", colour="white", category="M1", condition="new")
    type_in(page, powertrain="petrol", displacement_cc="1498", seats="5", gross_mass_kg="1900", curb_mass_kg="1450")
    page.keyboard.press("Tab")
    expect(page.locator("#hs_proposals")).to_contain_text("870322")
    type_in(page, hs_code="8703220000", value="89800.00")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Vehicles")

    walk_to(page, "main .actions a.button")
    page.keyboard.press("Enter")
    walk_to(page, "button.button:has-text('Lodge 1 vehicle')")
    page.keyboard.press("Enter")
    expect(page.locator("#progress")).to_contain_text("Customs is deciding")
    page.evaluate("window.same = true")
    let_workers_run(timezone.now())
    expect(page.locator("#progress .head .tag")).to_have_text("released")
    assert page.evaluate("window.same"), "the page was loaded anew"
    expect(page.locator("#news")).to_contain_text("released")
    assert page.locator("#progress").get_attribute("hx-get") is None
    walk_to(page, "a.button:has-text('Pass')")
    page.keyboard.press("Enter")
    expect(page.locator(".code-plate img")).to_be_visible()
    page.wait_for_load_state("load")
    assert page.locator(".code-plate img").evaluate("image => image.naturalWidth") > 0
    assert Declaration.objects.get().status == D.RELEASED


def test_everything_can_be_done_without_javascript(open_page, alice, tianshan):
    now = timezone.now()
    row = actions.create(organisation=tianshan, body=declaration_body(now=now), by=alice, now=now)
    page = open_page(alice, java_script_enabled=False)
    page.goto(to(row, "vehicle-new"))
    for name, value in vehicle_body(9, vin=CYRILLIC).items():
        field = page.locator(f"[name={name}]")
        if name in ("papers", "driver"):
            continue
        if field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(str(value))
    page.click("text=Save vehicle")
    expect(page.locator(".error-summary")).to_contain_text("Cyrillic")
    page.click("#vin_fix button")
    expect(page.locator("#id_vin")).to_have_value(vin_number(9))
    page.click("text=Save vehicle")
    page.click("text=Check answers")
    page.click("button:has-text('Lodge 1 vehicle')")
    expect(page.locator("#progress")).to_contain_text("Customs is deciding")
    let_workers_run(timezone.now())
    page.click("noscript a")
    expect(page.locator("#progress .head .tag")).to_have_text("released")


def test_bad_vehicles_are_left_out_with_the_thumb(open_page, alice, declaration):
    row = declaration(status=D.DRAFT, now=timezone.now(), bodies=[vehicle_body(1), vehicle_body(2, vin="LRW")])
    page = open_page(alice, width=360, has_touch=True)
    page.goto(to(row, "answers"))
    button = page.locator("button:has-text('Leave out 1 and lodge 1')")
    box = button.bounding_box()
    assert box["height"] >= 44
    assert box["y"] > 800 * 2 / 3, "the main action lies in the lower third"
    button.tap()
    expect(page.locator(".messages")).to_contain_text("was left out")
    assert Declaration.objects.get(pk=row.pk).status == D.LODGED


@pytest.mark.parametrize(
    ("link", "field", "typed"),
    [("Swap driver", "#id_driver-name", "Wang Fang"), ("Swap plate", "#id_plate", "新A54321临")],
)
def test_driver_or_plate_is_swapped_with_two_taps_and_the_typing(open_page, alice, declaration, link, field, typed):
    row = declaration(now=timezone.now())
    before = row.vehicles.get().passes.get()
    page = open_page(alice, width=360, has_touch=True)
    page.goto(to(row))
    page.evaluate("sessionStorage.taps = 0")
    page.context.add_init_script(COUNT_TAPS)
    page.evaluate(COUNT_TAPS)
    page.locator(f"text={link}").first.tap()
    expect(page.locator(field)).to_be_focused()
    assert page.evaluate("getSelection().toString()"), "what stands there is selected, to be typed over"
    page.keyboard.type(typed)
    page.locator("button:has-text('Save change')").last.tap()
    expect(page.locator(".messages")).to_contain_text("checked again: ready. The pass stays valid.")
    assert page.evaluate("Number(sessionStorage.taps)") == 2
    vehicle = Vehicle.objects.get()
    assert typed in (vehicle.driver.name, vehicle.plate)
    after = vehicle.passes.get()
    assert (after.pass_id, after.code, after.status) == (before.pass_id, before.code, "ISSUED")


COUNT_TAPS = (
    "document.addEventListener('click', () => { sessionStorage.taps = Number(sessionStorage.taps) + 1; }, true)"
)


def test_a_swap_that_leaves_something_open_says_what(open_page, alice, declaration):
    row = declaration(now=timezone.now())
    page = open_page(alice)
    page.goto(to(row, "vehicle-driver", 1))
    for field in ("name", "passport_number", "phone", "card"):
        page.fill(f"#id_driver-{field}", "")
    page.select_option("#id_driver-nationality", "")
    page.click("button:has-text('Save change') >> nth=-1")
    expect(page.locator(".messages")).to_contain_text("not ready yet")


def test_a_closed_phone_loses_nothing(open_page, alice, declaration):
    row = declaration(status=D.DRAFT, now=timezone.now())
    page = open_page(alice, width=360)
    page.goto(to(row, "vehicle-new"))
    page.fill("#id_vin", vin_number(9))
    page.fill("#id_make", "Geely")
    page.keyboard.press("Tab")
    expect(page.locator("#saved")).to_contain_text("Saved at")
    expect(page).to_have_url(re.compile("/vehicles/2$"))
    page.fill("#id_model", "Coolray")
    page.keyboard.press("Tab")
    page.wait_for_timeout(300)
    expect(page.locator("#saved")).to_contain_text("Saved at")
    page.wait_for_load_state("networkidle")
    page.close()
    again = open_page(alice, width=360)
    again.goto(to(row, "vehicle", 2))
    for field, value in (("vin", vin_number(9)), ("make", "Geely"), ("model", "Coolray")):
        expect(again.locator(f"#id_{field}")).to_have_value(value)
    assert row.vehicles.count() == 2


def test_a_declaration_that_was_only_begun_is_found_again_among_the_drafts(open_page, alice):
    page = open_page(alice)
    page.goto(reverse("declarations:new"))
    page.fill("#id_functional_reference", "PO-55")
    page.keyboard.press("Tab")
    expect(page.locator("#saved")).to_contain_text("Saved at")
    expect(page).to_have_url(re.compile("/sections/route$"))
    page.goto("/")
    expect(page.locator(".drafts")).to_contain_text("PO-55")
    assert Declaration.objects.count() == 1


def test_of_two_windows_the_later_one_is_told(open_page, alice, declaration):
    row = declaration(status=D.DRAFT, now=timezone.now())
    first, second = open_page(alice), open_page(alice)
    for page in (first, second):
        page.goto(to(row, "section", "contract"))
    for page, number in ((first, "SG-1"), (second, "SG-2")):
        page.fill("#id_contract_number", number)
        page.keyboard.press("Tab")
        page.wait_for_load_state("networkidle")
    expect(first.locator("#saved")).to_contain_text("Saved at")
    expect(second.locator("#saved")).to_contain_text("in another window")
    assert Declaration.objects.get().contract_number == "SG-1"


def test_what_an_amendment_costs_is_read_before_it_is_sent(open_page, violations, alice, declaration):
    row = declaration(now=timezone.now())
    page = open_page(alice, width=360)
    page.goto(to(row, "section", "contract"))
    page.fill("#id_contract_number", "SG-77")
    page.click("button:has-text('Save change')")
    expect(page.locator("h1")).to_have_text("You change this")
    expect(page.locator(".side-new")).to_contain_text("SG-77")
    assert violations(page) == []
    page.click("button:has-text('Go on typing')")
    expect(page.locator("#id_contract_number")).to_have_value("SG-77")
    assert Declaration.objects.get().version == 1
    page.click("button:has-text('Save change')")
    page.click("button:has-text('Send this change')")
    expect(page.locator("#progress")).to_contain_text("Customs is deciding")
    assert Declaration.objects.get().version == 2


def test_an_error_summary_takes_the_focus_and_leads_to_the_field(open_page, alice, declaration):
    row = declaration(status=D.DRAFT, now=timezone.now(), bodies=[vehicle_body(1, vin="LRW")])
    page = open_page(alice)
    page.goto(f"{to(row, 'vehicle', 1)}?check=1")
    expect(page.locator(".error-summary")).to_be_focused()
    page.click(".error-summary a")
    expect(page.locator("#id_vin")).to_be_focused()


@pytest.mark.parametrize("with_script", [True, False])
def test_a_licence_for_two_ticked_vehicles_is_photographed_once(open_page, alice, declaration, with_script):
    row = declaration(status=D.DRAFT, now=timezone.now(), vehicles=3)
    page = open_page(alice, width=360, java_script_enabled=with_script)
    page.goto(to(row, "documents"))
    page.check("#vehicle-1")
    page.check("#vehicle-3")
    page.get_by_role("button", name="Add files for the ticked vehicles").click()
    page.select_option("#id_code", "export_licence")
    sent = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    page.set_input_files("#id_file", [sent, {"name": "b.pdf", "mimeType": "application/pdf", "buffer": pdf()}])
    expect(page.locator(".drop-list")).to_have_count(1 if with_script else 0)
    if with_script:
        expect(page.locator(".drop-list")).to_contain_text("IMG_1.jpg, b.pdf")
    page.fill("#id_number", "26-AA-1")
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_url(f"**{to(row, 'documents')}")
    assert Document.objects.count() == 4
    assert [each.papers.count() for each in row.vehicles.order_by("position")] == [1, 0, 1]
    expect(page.locator("img[loading=lazy]").first).to_have_js_property("naturalWidth", 60) if with_script else None


@pytest.mark.parametrize(("width", "language"), [(360, "ru"), (1280, "zh-hans")])
def test_every_page_is_accessible_and_never_scrolls_sideways(
    open_page, violations, alice, declaration, scanner, width, language
):
    now = timezone.now()
    bad = [vehicle_body(1), vehicle_body(2, vin=CYRILLIC, driver=None, seats="five")]
    draft = declaration(status=D.DRAFT, now=now, bodies=bad)
    empty = declaration(status=D.DRAFT, now=now, bodies=[vehicle_body(3)])
    released = declaration(now=now - timedelta(hours=3), bodies=[vehicle_body(4), vehicle_body(5, driver=None)])
    scanner("CNHRS-E1").scan(released.vehicles.first(), now=now)
    asked = declaration(status=D.DOCUMENTS_REQUIRED, now=now)
    files = [("a.jpg", photo()), ("b.pdf", pdf())]
    documents.add(declaration_id=draft.pk, code="packing_list", files=files, by=alice, now=now)
    refused = declaration(status=D.REFUSED, now=now)
    lodged = declaration(status=D.LODGED, now=now)
    addresses = [
        "/",
        reverse("declarations:list"),
        f"{reverse('declarations:list')}?status=DRAFT&q=nothing",
        reverse("declarations:new"),
        to(draft),
        f"{to(draft, 'section', 'route')}?check=1",
        to(empty, "section", "contract"),
        to(draft, "vehicles"),
        f"{to(draft, 'vehicle', 2)}?check=1",
        to(draft, "answers"),
        to(released),
        to(released, "pass", 1),
        to(released, "pass", 2),
        to(released, "print"),
        to(released, "vehicle-driver", 2),
        to(released, "vehicle-papers", 2),
        to(released, "withdraw", 2),
        to(asked),
        to(asked, "answer"),
        to(draft, "documents"),
        f"{to(released, 'documents')}?show=missing",
        f"{to(released, 'documents-add')}?paper=export_licence&vehicle=1",
        reverse("declarations:licences"),
        reverse("declarations:licence-new"),
        to(refused),
        to(lodged),
        to(lodged, "pass", 1),
    ]
    page = open_page(alice, width=width, language=language)
    found = {}
    for address in addresses:
        assert page.goto(address).status == 200
        if told := violations(page):
            found[address] = told
    stranger = open_page(None, width=width, language=language)
    stranger.goto("/")
    assert violations(stranger) == []
    assert found == {}
