"""Ways home and the month's statement."""

import csv
import io
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import timezone
from openpyxl import load_workbook

from declarations import spreadsheet
from declarations.actions import ferrymen
from declarations.models import CrewMember, FerrymanReturn, Vehicle
from tests.caller import Caller, key_of
from tests.cast import NOON
from tests.refusals import nothing_written, refusal, unacceptable

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate(NOON)
DAY = timedelta(days=1)


def test_several_returns_are_recorded_in_one_act(enter, drive_out, alice):
    cars = [drive_out(enter(n), NOON - 3 * DAY) for n in (1, 2)]
    days = {car.pk: TODAY - DAY for car in cars}
    assert ferrymen.record_returns(returns=days, by=alice, now=NOON) == 2
    rows = FerrymanReturn.objects.standing()
    assert {(row.recorded_by, row.recorded_by_label, row.returned_on) for row in rows} == {
        (alice, "alice", TODAY - DAY)
    }
    with nothing_written():
        assert ferrymen.record_returns(returns=days, by=alice, now=NOON) == 0


def test_another_day_takes_the_former_back_and_keeps_it(enter, drive_out, alice):
    car = drive_out(enter(1), NOON - 3 * DAY)
    for day in (TODAY - DAY, TODAY):
        ferrymen.record_returns(returns={car.pk: day}, by=alice, now=NOON)
    assert [row.annulled_at is None for row in FerrymanReturn.objects.order_by("pk")] == [False, True]
    assert FerrymanReturn.objects.standing().get().returned_on == TODAY


@pytest.mark.parametrize(("day", "code"), [(-4, "RETURN_BEFORE_EXIT"), (1, "RETURN_AHEAD")])
def test_an_impossible_day_is_refused_for_all_of_them(enter, drive_out, alice, day, code):
    good, bad = (drive_out(enter(n), NOON - 3 * DAY) for n in (1, 2))
    days = {good.pk: TODAY, bad.pk: TODAY + day * DAY}
    with unacceptable((code, f"/returns/{bad.pk}")):
        ferrymen.record_returns(returns=days, by=alice, now=NOON)


def test_nobody_comes_back_from_where_nobody_went(declaration, alice):
    car = declaration().vehicles.get()
    with refusal("NOT_OUT"):
        ferrymen.record_returns(returns={car.pk: TODAY}, by=alice, now=NOON)


def test_another_exporters_trips_are_his(enter, drive_out, alice, mallory):
    enter(1, by=mallory)
    car = drive_out(enter(1), NOON - 3 * DAY)
    with refusal("NOT_PERMITTED"):
        ferrymen.record_returns(returns={car.pk: TODAY}, by=mallory, now=NOON)
    ferrymen.record_returns(returns={car.pk: TODAY}, by=alice, now=NOON)
    with refusal("NOT_PERMITTED"):
        ferrymen.annul_return(vehicle_id=car.pk, by=mallory, now=NOON)


def test_a_record_is_taken_back_never_changed_and_never_lost(enter, drive_out, alice):
    car = drive_out(enter(1), NOON - 3 * DAY)
    ferrymen.annul_return(vehicle_id=car.pk, by=alice, now=NOON)
    ferrymen.record_returns(returns={car.pk: TODAY}, by=alice, now=NOON)
    for breach in (lambda rows: rows.delete(), lambda rows: rows.update(returned_on=TODAY - DAY)):
        with pytest.raises(Exception, match=r"never vanishes|taken back"):
            _apart(breach)
    assert FerrymanReturn.objects.standing().count() == 1


def _apart(breach):
    from_db = FerrymanReturn.objects.all()
    with transaction.atomic():
        breach(from_db)


def test_a_statement_counts_trips_hand_overs_and_fees(enter, drive_out, tianshan, alice):
    busy, other = enter(1, fee="800.10"), enter(2, fee="50", fee_currency="USD")
    first, _second = drive_out(busy, NOON - 3 * DAY), drive_out(busy, NOON - 2 * DAY)
    drive_out(other, NOON - DAY)
    locked = Vehicle.objects.get(pk=first.pk)
    locked.move_to("HANDED_OVER", by="importer", at=NOON, reason="HANDED_OVER")
    statement = ferrymen.statement_of(organisation_id=tianshan.pk, month=TODAY)
    assert [(line.name, len(line.trips), line.confirmed, line.fee) for line in statement.lines] == [
        ("Li Wei 1", 2, 1, Decimal("1600.20")),
        ("Li Wei 2", 1, 0, Decimal("50")),
    ]
    assert (statement.trips, statement.confirmed) == (3, 1)
    assert statement.fees == [("CNY", Decimal("1600.20")), ("USD", Decimal("50.00"))]


def test_a_month_begins_and_ends_on_the_clock_of_the_port(enter, drive_out, tianshan):
    shanghai = ZoneInfo("Asia/Shanghai")
    member = enter(1)
    drive_out(member, datetime(2026, 10, 31, 23, 50, tzinfo=shanghai))
    drive_out(member, datetime(2026, 10, 31, 23, 59, tzinfo=shanghai))  # out two minutes later
    months = {
        month: ferrymen.statement_of(organisation_id=tianshan.pk, month=date(2026, month, 9)).trips
        for month in (9, 10, 11, 12)
    }
    assert months == {9: 0, 10: 1, 11: 1, 12: 0}


def test_who_stands_in_no_register_has_a_line_without_a_fee(enter, drive_out, tianshan, alice, mallory):
    stranger = enter(5, by=mallory)
    drive_out(stranger)
    (line,) = ferrymen.statement_of(organisation_id=tianshan.pk, month=TODAY).lines
    assert (line.name, line.member, line.fee, line.currency) == ("Li Wei 5", None, None, "")


def test_a_statement_takes_few_queries_however_long(enter, drive_out, tianshan, django_assert_num_queries):
    for n in (1, 2, 3):
        drive_out(enter(n))
    with django_assert_num_queries(3):
        assert ferrymen.statement_of(organisation_id=tianshan.pk, month=TODAY).trips == 3


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_name_becomes_a_formula_in_an_exported_table(name):
    titles, rows = ["Ferryman", "Fee"], [[name, Decimal("1600.20")], [], [None, 3]]
    text = b"".join(spreadsheet.as_csv(titles, rows))
    read = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    assert read[1] == [f"'{name}", "1600.20"]
    sheet = load_workbook(io.BytesIO(spreadsheet.as_workbook("2026-11", titles, rows))).active
    cell = sheet["A2"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert Decimal(str(sheet["B2"].value)) == Decimal("1600.20")


def test_the_register_keeps_its_numbers_out_of_lists(enter):
    row = CrewMember.objects.get(pk=enter(1).pk)
    assert (row.passport_tail, row.card_tail) == ("…001", "…D-1")


def test_a_program_records_a_return_and_is_told_at_the_field_what_is_wrong(enter, drive_out, alice, mallory, noon):
    car = drive_out(enter(1), NOON - 3 * DAY)
    path = f"/declarations/{car.declaration.reference}/vehicles/{car.vin}/driver-returned"
    mine, stranger = Caller(key_of(alice)), Caller(key_of(mallory))
    for day, code in (("soon", "DATE_FORM"), ("2026-11-01", "RETURN_BEFORE_EXIT"), ("2026-12-24", "RETURN_AHEAD")):
        with nothing_written_but_keys():
            reply = mine.post(path, {"returned_on": day})
        assert (reply.status, reply.codes()) == (422, {(code, "/returned_on")})
    assert stranger.post(path, {"returned_on": "2026-11-21"}).status == 404
    assert mine.post(path, {"returned_on": "2026-11-21"}).status == 200
    assert FerrymanReturn.objects.standing().get().returned_on == date(2026, 11, 21)


@contextmanager
def nothing_written_but_keys():
    before = list(FerrymanReturn.objects.values())
    yield
    assert list(FerrymanReturn.objects.values()) == before
