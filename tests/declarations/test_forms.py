"""Forms lose nothing that was typed, and lead each problem to the field it is about."""

import pytest
from django.http import QueryDict

from declarations.forms import ListForm, VehicleEntry, section
from declarations.forms.body import amount, local, moment, whole
from declarations.forms.entry import PLATE, like
from declarations.models import Vehicle
from declarations.problems import Level, Problem
from tests.cast import vehicle_body

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "read"),
    [("1498", 1498), ("1 498", 1498), ("1,498", 1498), ("１４９８", 1498), ("2.0 l", "2.0 l"), ("", None)],
)
def test_a_number_is_read_and_anything_else_is_kept(typed, read):
    assert whole(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("289800", "289800"),
        ("289 800.00", "289800.00"),
        ("289,800.00", "289800.00"),
        ("289800,50", "289800.50"),
        ("much", "much"),
        ("", None),
    ],
)
def test_an_amount_is_read_as_traders_write_it(typed, read):
    assert amount(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2026-11-25T03:00", "2026-11-25T03:00:00+08:00"),
        ("2026-11-25T03:00+05:00", "2026-11-25T03:00+05:00"),
        ("tomorrow", "tomorrow"),
        ("", None),
    ],
)
def test_a_moment_gets_the_zone_of_the_port(typed, read):
    assert moment(typed) == read


def test_a_moment_is_shown_on_the_local_clock_and_a_wrong_one_as_it_is():
    assert local("2026-11-24T19:00:00+00:00") == "2026-11-25T03:00"
    assert local("31 February") == "31 February"
    assert local(None) == ""


def test_a_stored_date_that_is_none_is_shown_as_text_so_that_the_browser_does_not_hide_it(reference):
    entry = VehicleEntry(body={"plate_expires_on": "soon"})
    assert entry.plate.fields["plate_expires_on"].widget.input_type == "text"
    assert entry.plate["plate_expires_on"].value() == "soon"
    dated = VehicleEntry(body={"plate_expires_on": "2026-12-20"})
    assert dated.plate.fields["plate_expires_on"].widget.input_type == "date"


def test_a_stored_choice_that_is_not_on_the_list_can_be_kept(reference):
    entry = VehicleEntry(body={"category": "Q7"})
    assert ("Q7", "Q7") in entry.vehicle.fields["category"].widget.choices


def test_a_body_goes_through_the_forms_unchanged(reference):
    body = vehicle_body(
        1,
        papers=[{"code": "export_licence", "number": "26-1", "issued_on": None, "valid_until": None, "quantity": 2}],
    )
    assert VehicleEntry(body=body).body() == {**body, "fuel": None, "first_registered_on": None, "odometer_km": None}


def test_a_driver_of_whom_nothing_is_said_is_none(reference):
    assert VehicleEntry(data=QueryDict("vin=LRW"), parts=frozenset({PLATE})).body() == {
        "plate": "",
        "plate_expires_on": None,
        "driver": None,
    }


def test_papers_left_empty_are_no_papers_and_one_more_row_can_be_asked_for(reference):
    sent = "papers-0-code=&papers-0-number=&papers-1-code=packing_list&papers-1-number=7"
    entry = VehicleEntry(data=QueryDict(sent))
    assert [paper["number"] for paper in entry.body()["papers"]] == ["7"]
    assert len(VehicleEntry(data=QueryDict(f"{sent}&more_papers=1")).papers) == 3


def test_a_problem_of_a_paper_is_told_at_its_row_though_rows_before_it_are_empty(reference):
    entry = VehicleEntry(data=QueryDict("papers-0-code=&papers-1-code=packing_list"))
    entry.take([Problem("PAPER_NUMBER", "/papers/0/number", Level.ERROR, {"paper": "x"})])
    assert entry.papers[1]["number"].errors
    assert not entry.papers[0]["number"].errors


def test_problems_find_their_fields_and_the_rest_is_told_above(reference):
    entry = VehicleEntry(body={"vin": "LRW", "driver": {"name": "Li"}})
    entry.take(
        [
            Problem("VIN_LENGTH", "/vin", values={"length": 3}),
            Problem("WANTED", "/driver/name", Level.WARNING),
            Problem("PAPER_MISSING", "/papers", Level.WARNING, {"paper": "licence"}),
            Problem("PAPERS_FORM", "/papers", values={"most": 50}),
        ]
    )
    assert entry.vehicle["vin"].errors
    assert entry.driver["name"].warnings
    assert len(entry.remarks) == 1
    assert [item["href"] for item in entry.items()] == ["#id_vin", ""]


def test_a_field_where_nothing_stands_is_left_in_peace_until_it_is_checked(reference):
    missing = [Problem("REQUIRED", "/make")]
    entry = VehicleEntry(body={})
    entry.take(missing, all_of_them=False)
    assert not entry.vehicle["make"].errors
    entry.take(missing)
    assert entry.vehicle["make"].errors


def test_a_section_reads_and_tells_its_part_of_the_header(reference):
    part = section("contract", data=QueryDict("consignee-name=Astana&contract_number=7&currency=CNY"))
    assert part.body()["consignee"] == {"name": "Astana", "country": "", "address": ""}
    assert part.body()["contract_number"] == "7"
    left = part.take([Problem("REQUIRED", "/consignee/country"), Problem("REQUIRED", "/port")])
    assert part.forms[0]["country"].errors
    assert [problem.pointer for problem in left] == ["/port"]


def test_text_without_end_or_with_nul_is_refused_by_the_form_and_kept_in_it(reference):
    part = section("contract", data={"contract_number": "x" * 3000, "incoterm_place": "Al\0maty"})
    assert not part.is_readable
    assert set(part.forms[1].errors) == {"contract_number", "incoterm_place"}
    assert part.forms[1]["contract_number"].value() == "x" * 3000


def test_another_like_this_one_has_the_model_but_no_vin_plate_driver_or_papers(declaration):
    row = declaration(status="DRAFT")
    copied = like(Vehicle.objects.get(declaration=row))
    assert copied["make"] == "Tesla"
    assert not {"vin", "plate", "plate_expires_on", "driver", "papers"} & set(copied)


def test_a_filter_that_does_not_exist_filters_nothing(reference):
    form = ListForm(QueryDict("status=NONSENSE&port=XXXXX&q=SG1"))
    assert form.value("status") == form.value("port") == ""
    assert [chip["value"] for chip in form.chips("/d")] == ["SG1"]


def test_a_chip_takes_its_own_filter_away_and_no_other(reference):
    chips = ListForm(QueryDict("status=DRAFT&port=CNHRS")).chips("/d")
    assert [chip["remove_href"] for chip in chips] == ["/d?port=CNHRS", "/d?status=DRAFT"]
