"""The task list of papers: every row of seeds/data/documents.csv by condition, drive and date; how far a paper is."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from declarations import plates
from declarations.papers import Need, Paper
from declarations.paperwork import STEPS, TO_DO, Asked, Day, State, Step, tasks_of_declaration, tasks_of_vehicle
from declarations.words import Powertrain
from tests.declarations.reference_data import TODAY, paper_types, reference, vehicle

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ARRIVAL_ON = TODAY + timedelta(days=3)
PETROL = {"powertrain": "PETROL", "hs_code": "8703231090"}


def tasks(body=None, *, day=None, **changes):
    """The task list of a vehicle of which nothing is entered, by code."""
    facts = {
        "direction": "EXPORT",
        "mode": "SELF_DRIVE",
        "first_registered_on": None,
        "plate_expires_on": None,
        "papers": (),
        "files": {},
        "asked": (),
        "exited_at": None,
        "reference": reference(),
        "day": day or Day(NOW, CHINA, None, ARRIVAL_ON),
    }
    empty = {"plate": None, "driver": None}
    found = tasks_of_vehicle({**(body or vehicle()), **empty} if body is None else body, **{**facts, **changes})
    return {task.kind.code: task for task in found}


def new(**changes):
    return vehicle(**{"plate": None, "driver": None, "papers": [], **PETROL, **changes})


def used(**changes):
    return new(**{"condition": "USED", **changes})


def shared(bodies, **changes):
    """The task list of the declaration itself, by code."""
    facts = {
        "direction": "EXPORT",
        "mode": "SELF_DRIVE",
        "contract_number": "",
        "papers": (),
        "files": {},
        "asked": (),
        "reference": reference(),
        "day": Day(NOW, CHINA, None, ARRIVAL_ON),
    }
    return {task.kind.code: task for task in tasks_of_declaration(bodies, **{**facts, **changes})}


class TestEveryRowOfTheList:
    """One test for each row; what a row says of new, used and import is held against the list itself at the end."""

    def test_a_sales_contract_is_needed_once_per_declaration_new_used_and_import(self):
        for bodies, direction in (([new()], "EXPORT"), ([used()], "EXPORT"), ([new()], "IMPORT")):
            assert shared(bodies, direction=direction)["commercial_contract"].state is State.MISSING
        assert "commercial_contract" not in tasks(new())

    def test_an_invoice_is_needed_once_per_declaration_new_used_and_import(self):
        for bodies, direction in (([new()], "EXPORT"), ([used()], "EXPORT"), ([used()], "IMPORT")):
            assert shared(bodies, direction=direction)["commercial_invoice"].state is State.MISSING

    def test_a_packing_list_is_needed_once_per_declaration_new_used_and_import(self):
        for bodies, direction in (([new()], "EXPORT"), ([used()], "EXPORT"), ([new()], "IMPORT")):
            assert shared(bodies, direction=direction)["packing_list"].state is State.MISSING

    def test_the_customs_export_declaration_is_never_asked_of_the_exporter(self):
        assert "export_declaration" not in shared([new(), used()])

    def test_a_new_vehicle_needs_an_export_licence_only_if_its_code_or_its_drive_says_so(self):
        assert "export_licence" not in tasks(new())
        assert tasks(new(hs_code="8703801090"))["export_licence"].state is State.MISSING
        assert tasks(new(powertrain="BEV"))["export_licence"].state is State.MISSING

    def test_a_used_vehicle_always_needs_an_export_licence(self):
        assert tasks(used())["export_licence"].state is State.MISSING

    def test_an_import_needs_no_export_licence(self):
        assert "export_licence" not in tasks(used(powertrain="BEV"), direction="IMPORT")

    def test_a_new_vehicle_needs_the_makers_qualification_and_a_used_one_does_not(self):
        assert "exporter_qualification" in shared([new()])
        assert "exporter_qualification" not in shared([used()])
        assert "exporter_qualification" in shared([used(), new()])

    def test_a_used_vehicle_needs_its_exporters_filing_and_a_new_one_does_not(self):
        assert "used_exporter_filing" in shared([used()])
        assert "used_exporter_filing" not in shared([new()])

    def test_a_new_vehicle_needs_its_certificate_of_conformity_and_a_used_one_does_not(self):
        assert "certificate_of_conformity" in tasks(new())
        assert "certificate_of_conformity" not in tasks(used())

    def test_a_used_vehicle_needs_its_registration_certificate_and_a_new_one_does_not(self):
        assert "registration_certificate" in tasks(used())
        assert "registration_certificate" not in tasks(new())

    def test_a_used_vehicle_needs_an_inspection_report_and_a_new_one_does_not(self):
        assert "inspection_report" in tasks(used())
        assert "inspection_report" not in tasks(new())

    @pytest.mark.parametrize(("days", "is_needed"), [(0, True), (179, True), (180, True), (181, False)])
    def test_registered_at_most_180_days_ago_it_needs_the_makers_confirmation(self, days, is_needed):
        found = tasks(used(), first_registered_on=TODAY - timedelta(days=days))
        assert ("after_sales_confirmation" in found) is is_needed

    def test_the_makers_confirmation_is_asked_from_2026_01_01_on(self):
        for on, is_needed in ((date(2025, 12, 31), False), (date(2026, 1, 1), True)):
            day = Day(NOW, CHINA, on, ARRIVAL_ON)
            found = tasks(used(), first_registered_on=date(2025, 12, 1), day=day)
            assert ("after_sales_confirmation" in found) is is_needed

    def test_the_180_days_count_to_the_day_of_lodging_not_to_today(self):
        lodged_on = TODAY - timedelta(days=10)
        day = Day(NOW, CHINA, lodged_on, ARRIVAL_ON)
        found = tasks(used(), first_registered_on=lodged_on - timedelta(days=180), day=day)
        assert "after_sales_confirmation" in found

    def test_a_new_vehicle_never_needs_the_makers_confirmation(self):
        assert "after_sales_confirmation" not in tasks(new(), first_registered_on=TODAY)

    def test_under_its_own_power_it_needs_a_temporary_plate_that_has_its_own_field(self):
        for body in (new(), used()):
            assert tasks(body)["temporary_plate"].step is Step.SET_PLATE
            assert "temporary_plate" not in tasks(body, mode="TRUCK")

    def test_a_temporary_plate_must_cover_the_crossing(self):
        short = tasks(new(plate="新A12345临"), plate_expires_on=ARRIVAL_ON - timedelta(days=1))["temporary_plate"]
        long = tasks(new(plate="新A12345临"), plate_expires_on=ARRIVAL_ON + timedelta(days=9))["temporary_plate"]
        assert (short.state, short.step) == (State.EXPIRED, Step.SET_PLATE)
        assert long.state is State.NUMBER_ONLY

    @pytest.mark.parametrize(("days", "is_told"), [(60, False), (61, True)])
    def test_a_temporary_plate_lasts_at_most_60_days(self, days, is_told):
        found = plates.problems(
            "新A12345临",
            expires_on=TODAY + timedelta(days=days),
            condition="NEW",
            today=TODAY,
            temporary_patterns=reference().temporary_plate_patterns,
        )
        assert ("PLATE_EXPIRY_FAR" in {each.code for each in found}) is is_told

    def test_under_its_own_power_it_needs_insurance_that_covers_the_crossing(self):
        assert "compulsory_insurance" not in tasks(new(), mode="RAIL")
        paper = Paper("compulsory_insurance", "1", valid_until=TODAY)
        assert tasks(new(), papers=[paper])["compulsory_insurance"].state is State.EXPIRED

    def test_a_used_vehicle_is_deregistered_within_two_months_after_its_exit_and_not_before(self):
        assert "deregistration" not in tasks(used())
        task = tasks(used(), exited_at=NOW)["deregistration"]
        assert (task.state, task.until) == (State.MISSING, datetime(2027, 1, 22, 4, 0, tzinfo=UTC))
        assert tasks(used(), exited_at=NOW, files={"deregistration": 1})["deregistration"].state is State.COMPLETE

    def test_two_months_end_on_the_last_day_of_a_shorter_month(self):
        task = tasks(used(), exited_at=datetime(2026, 12, 31, 1, 0, tzinfo=UTC))["deregistration"]
        assert task.until == datetime(2027, 2, 28, 1, 0, tzinfo=UTC)

    def test_a_new_vehicle_is_not_deregistered(self):
        assert tasks(new(), exited_at=NOW) == {}

    def test_an_imported_vehicle_is_not_deregistered(self):
        assert tasks(used(), exited_at=NOW, direction="IMPORT") == {}

    def test_the_driver_needs_a_passport_that_has_its_own_field(self):
        assert tasks(new())["driver_passport"].step is Step.SET_DRIVER
        named = tasks(new(driver={"passport_number": "E12345678"}))["driver_passport"]
        assert (named.state, named.paper.number) == (State.NUMBER_ONLY, "•••")
        assert "driver_passport" not in tasks(new(), mode="AIR")

    def test_the_driver_needs_a_driving_licence(self):
        assert tasks(new())["driver_licence"].step is Step.ADD
        assert "driver_licence" not in tasks(new(), mode="TRUCK")

    def test_a_certificate_of_origin_is_listed_only_where_it_is_there_or_asked_for(self):
        assert "certificate_of_origin" not in shared([new(), used()])
        assert shared([new()], files={"certificate_of_origin": 1})["certificate_of_origin"].is_needed is False
        assert shared([new()], asked=[asked("certificate_of_origin")])["certificate_of_origin"].state is State.ASKED

    @pytest.mark.parametrize("code", paper_types())
    @pytest.mark.parametrize("condition", ["NEW", "USED"])
    @pytest.mark.parametrize("direction", ["EXPORT", "IMPORT"])
    def test_what_the_list_says_of_a_row_is_what_is_asked(self, code, condition, direction):
        kind = paper_types()[code]
        need = kind.for_import if direction == "IMPORT" else kind.new_export if condition == "NEW" else kind.used_export
        body = new(condition=condition)
        found = tasks(body, direction=direction) | shared([body], direction=direction)
        assert (code in found) is (need in (Need.ALWAYS, Need.SELF_DRIVE))

    @pytest.mark.parametrize("powertrain", Powertrain.values)
    @pytest.mark.parametrize("on", [date(2025, 12, 31), date(2026, 1, 1)])
    def test_of_all_drives_only_battery_electric_cars_need_a_licence_from_2026_on(self, powertrain, on):
        body = new(powertrain=powertrain, hs_code="8703609000")
        day = Day(NOW, CHINA, on, ARRIVAL_ON)
        assert ("export_licence" in tasks(body, day=day)) is (powertrain == "BEV" and on.year == 2026)


def asked(code, *, days=2):
    return Asked(code, "page 2 is missing", NOW, NOW + timedelta(days=days))


class TestHowFarAPaperIs:
    """Of an export licence of a used vehicle, unless it says otherwise."""

    def task(self, *papers, files=0, requests=(), day=None):
        found = tasks(used(), papers=papers, files={"export_licence": files}, asked=requests, day=day)
        return found["export_licence"]

    def test_nothing_is_there(self):
        assert (self.task().state, self.task().step) == (State.MISSING, Step.ADD)

    def test_a_number_is_there(self):
        task = self.task(Paper("export_licence", "L1"))
        assert (task.state, task.step, task.is_open) == (State.NUMBER_ONLY, Step.ADD_FILE, False)

    def test_a_file_is_there(self):
        task = self.task(files=1)
        assert (task.state, task.step, task.files) == (State.FILE_ONLY, Step.ADD_NUMBER, 1)

    def test_a_row_without_a_number_is_no_number(self):
        assert self.task(Paper("export_licence", " ")).state is State.MISSING
        assert self.task(Paper("export_licence", " "), files=1).state is State.FILE_ONLY

    def test_both_are_there(self):
        task = self.task(Paper("export_licence", "L1"), files=2)
        assert (task.state, task.step, task.is_open) == (State.COMPLETE, Step.NOTHING, False)

    def test_it_has_run_out(self):
        paper = Paper("export_licence", "L1", valid_until=TODAY - timedelta(days=1))
        assert (self.task(paper, files=1).state, self.task(paper).step) == (State.EXPIRED, Step.RENEW)

    def test_accepted_in_time_it_still_stops_at_the_gate_once_it_runs_out(self):
        paper = Paper("export_licence", "L1", valid_until=TODAY - timedelta(days=1))
        day = Day(NOW, CHINA, TODAY - timedelta(days=5), ARRIVAL_ON)
        assert self.task(paper, day=day).state is State.EXPIRED

    def test_a_paper_that_only_acceptance_asks_for_may_run_out_afterwards(self):
        paper = Paper("inspection_report", "1", valid_until=TODAY - timedelta(days=1))
        day = Day(NOW, CHINA, TODAY - timedelta(days=5), TODAY - timedelta(days=3))
        assert tasks(used(), papers=[paper], day=day)["inspection_report"].state is State.NUMBER_ONLY

    def test_it_runs_out_within_three_days(self):
        paper = Paper("export_licence", "L1", valid_until=TODAY + timedelta(days=2))
        task = self.task(paper, files=1, day=Day(NOW, CHINA, None, TODAY))
        assert (task.state, task.step) == (State.EXPIRES_SOON, Step.RENEW)
        assert task.until == datetime(2026, 11, 24, 16, 0, tzinfo=UTC)

    def test_it_runs_out_before_the_planned_arrival(self):
        paper = Paper("export_licence", "L1", valid_until=TODAY + timedelta(days=20))
        day = Day(NOW, CHINA, None, TODAY + timedelta(days=30))
        assert self.task(paper, day=day).state is State.EXPIRES_SOON

    def test_of_two_the_one_that_lasts_longer_counts(self):
        old = Paper("export_licence", "L1", valid_until=TODAY - timedelta(days=9))
        renewed = Paper("export_licence", "L2", valid_until=TODAY + timedelta(days=90))
        assert (self.task(old, renewed).state, self.task(renewed, old).paper) == (State.NUMBER_ONLY, renewed)

    def test_customs_asks_for_it_whatever_is_there(self):
        paper = Paper("export_licence", "L1")
        task = self.task(paper, files=1, requests=[asked("export_licence"), asked("export_licence", days=1)])
        assert (task.state, task.step, task.until) == (State.ASKED, Step.ANSWER, NOW + timedelta(days=1))
        assert task.asked.why == "page 2 is missing"

    def test_what_customs_asks_for_is_listed_though_nobody_needs_it(self):
        task = tasks(new(), asked=[asked("inspection_report")])["inspection_report"]
        assert (task.state, task.is_needed) == (State.ASKED, False)

    def test_what_is_there_is_listed_though_nobody_needs_it(self):
        task = tasks(new(), papers=[Paper("inspection_report", "1")])["inspection_report"]
        assert (task.state, task.is_needed) == (State.NUMBER_ONLY, False)

    def test_a_code_of_no_list_is_nobodys_task(self):
        assert "diploma" not in tasks(new(), papers=[Paper("diploma", "1")])

    def test_for_a_paper_of_the_declaration_a_file_is_enough(self):
        assert shared([new()], files={"packing_list": 1})["packing_list"].state is State.COMPLETE

    def test_a_paper_of_the_declaration_that_a_vehicle_names_is_there(self):
        found = shared([new()], papers=[Paper("packing_list", "PL-1"), Paper("export_licence", "L")])
        assert (found["packing_list"].state, "export_licence" in found) == (State.NUMBER_ONLY, False)

    def test_the_contract_number_of_the_header_counts(self):
        assert shared([new()], contract_number="C-1")["commercial_contract"].state is State.NUMBER_ONLY

    def test_every_state_has_its_step_and_only_two_want_nothing(self):
        assert set(STEPS) == set(State)
        assert set(State) - TO_DO == {State.COMPLETE, State.NUMBER_ONLY}
