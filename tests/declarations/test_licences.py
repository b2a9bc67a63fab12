"""The licence book: what was granted, what vehicles use of it, and what comes back."""

import pytest
from django.urls import reverse

from declarations import actions
from declarations.actions import licences
from declarations.actions.drafting import check_draft, fresh
from declarations.clearance import decisions
from declarations.lifecycle import DeclarationStatus
from declarations.models import Licence, OutboxTask
from declarations.models.licences import licence_book, uses
from declarations.papers import Licence as Granted
from declarations.papers import Paper, licence_problems, number_key
from tests.cast import NOON, let_workers_run, vehicle_body
from tests.refusals import nothing_written, refusal, unacceptable

ENGLISH = {"accept-language": "en"}


def licensed(n, number="26-AA 001", quantity=1, **changes):
    paper = {"code": "export_licence", "number": number, "quantity": quantity}
    return vehicle_body(n, papers=[paper], **changes)


class TestTheRule:
    BOOK = {("export_licence", "L1"): Granted("L 1", 3, used=1)}

    def found(self, *papers):
        return licence_problems([(f"/{n}", paper) for n, paper in enumerate(papers)], self.BOOK, {})

    def test_within_what_is_left_nothing_is_said(self):
        assert self.found(Paper("export_licence", "L1"), Paper("export_licence", "l 1")) == []

    def test_beyond_it_one_warning_stands_where_it_first_is_too_much(self):
        (problem,) = self.found(*(Paper("export_licence", "L1") for _ in range(4)))
        assert (problem.code, problem.pointer, problem.level) == ("LICENCE_EXCEEDED", "/2/quantity", "WARNING")
        named = {name: problem.values[name] for name in ("number", "granted", "used", "left", "wanted")}
        assert named == {"number": "L 1", "granted": 3, "used": 1, "left": 2, "wanted": 4}
        assert "left 2" in problem.message

    def test_a_vehicle_may_use_more_than_one(self):
        assert self.found(Paper("export_licence", "L1", quantity=3))

    def test_other_numbers_and_other_papers_do_not_count(self):
        assert self.found(*[Paper("export_licence", "L2"), Paper("packing_list", "L1")] * 5) == []

    def test_blanks_and_small_letters_make_no_other_number(self):
        assert number_key(" ab 1 ") == number_key("AB1")


@pytest.mark.django_db
class TestUse:
    @pytest.fixture
    def licence(self, tianshan, alice):
        body = {"code": "export_licence", "number": "26-aa001", "granted": 2, "valid_until": "2027-01-31"}
        return licences.keep(organisation=tianshan, body=body, by=alice, now=NOON)

    def used(self, licence):
        (found,) = uses([licence])
        return found.used, found.left

    def test_a_draft_uses_nothing_and_lodging_does(self, licence, declaration, alice):
        row = declaration(status=DeclarationStatus.DRAFT, bodies=[licensed(1), licensed(2, "26-AA001")])
        assert self.used(licence) == (0, 2)
        actions.lodge(declaration_id=row.pk, by=alice, now=NOON)
        assert self.used(licence) == (2, 0)

    def test_what_left_the_country_stays_used(self, licence, declaration, scanner):
        row = declaration(bodies=[licensed(1)])
        for lane in ("CNHRS-E1", "CNHRS-R1", "CNHRS-X1"):
            scanner(lane).scan(row.vehicles.get())
        let_workers_run()
        assert self.used(licence) == (1, 1)

    def test_what_is_withdrawn_or_comes_back_is_free_again(self, licence, declaration, alice, olga, scanner):
        row = declaration(bodies=[licensed(1), licensed(2)])
        first, second = row.vehicles.order_by("position")
        actions.withdraw_vehicle(declaration_id=row.pk, vehicle_id=first.pk, reason="x", by=alice, now=NOON)
        assert self.used(licence) == (1, 1)
        for lane in ("CNHRS-E1", "CNHRS-R1", "CNHRS-X1"):
            scanner(lane).scan(second)
        decisions.record_return(vehicle_id=second.pk, reason="x", by=olga, now=NOON)
        assert self.used(licence) == (0, 2)

    def test_another_exporters_vehicles_do_not_count(self, licence, declaration, mallory):
        declaration(bodies=[licensed(1)], by=mallory)
        assert self.used(licence) == (0, 2)

    def test_beyond_it_the_draft_is_warned_and_may_be_lodged_all_the_same(self, licence, declaration, alice):
        declaration(bodies=[licensed(1)])
        row = declaration(status=DeclarationStatus.DRAFT, bodies=[licensed(2), licensed(3)])
        found = [each for each in check_draft(fresh(row), now=NOON) if each.code == "LICENCE_EXCEEDED"]
        assert [each.pointer for each in found] == ["/vehicles/1/papers/0/quantity"]
        actions.lodge(declaration_id=row.pk, by=alice, now=NOON)
        (use,) = uses([licence])
        assert (use.used, use.left, use.is_exceeded) == (3, 0, True)
        assert OutboxTask.objects.exists()

    def test_a_declaration_is_not_counted_twice_against_itself(self, licence, declaration):
        row = declaration(bodies=[licensed(1), licensed(2)])
        assert not [each for each in check_draft(fresh(row), now=NOON) if each.code == "LICENCE_EXCEEDED"]
        assert licence_book(row.organisation_id, without=row.pk)["export_licence", "26-AA001"].used == 0

    def test_a_whole_book_is_counted_in_one_query(self, licence, tianshan, alice, django_assert_num_queries):
        body = {"code": "export_licence", "number": "B", "granted": 1}
        other = licences.keep(organisation=tianshan, body=body, by=alice, now=NOON)
        with django_assert_num_queries(1):
            assert len(uses([licence, other])) == 2
        with django_assert_num_queries(0):
            assert uses([]) == []


@pytest.mark.django_db
class TestKeeping:
    GOOD = {"code": "export_licence", "number": "L-1", "granted": 50}

    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            ({"code": ""}, ("REQUIRED", "/code")),
            ({"code": "packing_list"}, ("PAPER_CODE", "/code")),
            ({"number": " "}, ("REQUIRED", "/number")),
            ({"number": "x" * 65}, ("TEXT_LENGTH", "/number")),
            ({"granted": None}, ("REQUIRED", "/granted")),
            ({"granted": 0}, ("NUMBER_RANGE", "/granted")),
            ({"granted": "many"}, ("NUMBER_RANGE", "/granted")),
            ({"valid_until": "soon"}, ("DATE_FORM", "/valid_until")),
        ],
    )
    def test_what_is_wrong_is_named(self, tianshan, alice, change, problem):
        with unacceptable(problem):
            licences.keep(organisation=tianshan, body=self.GOOD | change, by=alice, now=NOON)

    def test_one_number_stands_once(self, tianshan, alice):
        licences.keep(organisation=tianshan, body=self.GOOD, by=alice, now=NOON)
        with unacceptable(("LICENCE_TWICE", "/number")):
            licences.keep(organisation=tianshan, body=self.GOOD | {"number": "l-1"}, by=alice, now=NOON)

    def test_strangers_keep_and_remove_nothing(self, tianshan, alice, mallory):
        row = licences.keep(organisation=tianshan, body=self.GOOD, by=alice, now=NOON)
        with refusal("NOT_PERMITTED"):
            licences.keep(organisation=tianshan, body=self.GOOD, by=mallory, now=NOON)
        with refusal("NOT_PERMITTED"):
            licences.remove(licence_id=row.pk, by=mallory)


@pytest.mark.django_db
class TestThePages:
    def test_from_empty_to_entered_changed_and_gone(self, client, alice):
        client.force_login(alice)
        index = reverse("declarations:licences")
        assert "No licences yet" in client.get(index, headers=ENGLISH).content.decode()
        new = reverse("declarations:licence-new")
        assert 'value="26-X"' in client.get(f"{new}?number=26-X", headers=ENGLISH).content.decode()
        sent = {"code": "export_licence", "number": "26-X", "granted": "50", "valid_until": "2027-01-31"}
        assert client.post(new, sent, headers=ENGLISH)["Location"] == index
        row = Licence.objects.get()
        assert "26-X" in client.get(index, headers=ENGLISH).content.decode()
        here = reverse("declarations:licence", args=[row.public_id])
        assert 'value="50"' in client.get(here, headers=ENGLISH).content.decode()
        client.post(here, sent | {"granted": "60"}, headers=ENGLISH)
        row.refresh_from_db()
        assert row.granted == 60
        client.post(reverse("declarations:licence-remove", args=[row.public_id]))
        assert not Licence.objects.exists()

    def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(self, client, alice):
        client.force_login(alice)
        sent = {"code": "export_licence", "number": "26-X", "granted": "many"}
        with nothing_written():
            page = client.post(reverse("declarations:licence-new"), sent, headers=ENGLISH).content.decode()
        assert 'href="#id_granted"' in page and 'value="many"' in page

    def test_officers_enter_none(self, client, carl):
        client.force_login(carl)
        assert client.get(reverse("declarations:licence-new")).status_code == 403
