"""Declarations over HTTP: list, new, check, one, change, and the verbs on the whole."""

from datetime import timedelta

import pytest
import time_machine

from declarations.models import Declaration, DocumentCheck, History, Organisation, Role
from tests.cast import NOON, declaration_body, let_workers_run, vehicle_body

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def test_a_draft_is_stored_with_its_problems_and_an_etag(call, alice):
    reply = call(alice).post("/declarations", declaration_body(vehicle_body(1, vin="", hs_code=None)))
    assert reply.status == 201
    assert reply.json["status"] == "DRAFT"
    assert ("VIN_REQUIRED", "/vehicles/0/vin") in reply.codes() or ("REQUIRED", "/vehicles/0/vin") in reply.codes()
    assert reply.headers["ETag"]
    assert reply.headers["Location"] == f"/api/v1/declarations/{reply.json['reference']}"


def test_everything_may_be_missing_null_or_empty_in_a_draft(call, alice):
    for body in (
        {},
        {"vehicles": None, "consignee": None},
        {"vehicles": [{}], "consignee": {}},
        {"vehicles": [None, {"papers": [None, {}], "driver": {}, "vin": ""}], "planned_arrival_at": "", "port": ""},
    ):
        reply = call(alice).post("/declarations", body)
        assert reply.status == 201, reply
        assert reply.json["problems"]
        assert call(alice).post("/declarations/check", body).status == 200


def test_what_was_declared_comes_back_word_for_word(call, alice):
    dates = {"issued_on": "2026-10-01", "valid_until": "2026-12-31"}
    paper = {"code": "export_licence", "number": "EL-1", "quantity": 1, **dates}
    sent = declaration_body(vehicle_body(1, papers=[paper]))
    got = call(alice).post("/declarations", sent).json
    for name, value in sent.items():
        if name not in ("vehicles", "planned_arrival_at"):
            assert got[name] == value
    for name, value in sent["vehicles"][0].items():
        assert got["vehicles"][0][name] == value


def test_what_does_not_fit_a_column_is_kept_and_told(call, alice):
    body = declaration_body(vehicle_body(1, value="a lot", model_year=10**15), planned_arrival_at="soon", port="ZZZZZ")
    reply = call(alice).post("/declarations", body)
    again = call(alice).get(f"/declarations/{reply.json['reference']}")
    assert again.json["vehicles"][0]["value"] == "a lot"
    assert again.json["vehicles"][0]["model_year"] == 10**15
    assert again.json["planned_arrival_at"] == "soon"
    assert again.json["port"] == "ZZZZZ"
    assert {("PORT_UNKNOWN", "/port"), ("MOMENT_FORM", "/planned_arrival_at")} <= again.codes()


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_beyond_the_calendar_can_be_stored_and_read_again(call, alice, moment):
    reply = call(alice).post("/declarations", {"planned_arrival_at": moment})
    assert reply.status == 201
    assert call(alice).get(f"/declarations/{reply.json['reference']}").json["planned_arrival_at"] == moment


def test_check_stores_nothing(call, alice):
    reply = call(alice).post("/declarations/check", declaration_body(vehicle_body(1, vin="LRW3E7EK1TC000001")))
    assert reply.status == 200
    assert "/vehicles/0/vin" in {pointer for _code, pointer in reply.codes()}
    assert not Declaration.objects.exists()


def test_problems_are_told_in_the_language_that_was_asked_for(call, alice):
    said = {
        tongue: call(alice).post("/declarations/check", {}, Accept_Language=tongue).json["problems"][1]["message"]
        for tongue in ("en", "ru", "kk", "zh")
    }
    assert said["en"] == "This is needed. Enter it before you lodge."
    assert len(said) == 4


def test_an_agent_says_for_whom_he_declares(call, alice, sam):
    other = Organisation.objects.create(name="Agent's other", uscc="911522010783917502", created_at=NOON)
    Role.objects.create(user=alice, role="agent", organisation=other)
    body = declaration_body(vehicle_body(1))
    assert call(alice).post("/declarations", body).codes() == {("REQUIRED", "/exporter")}
    reply = call(alice).post("/declarations", {**body, "exporter": other.uscc})
    assert (reply.status, reply.json["exporter"]) == (201, other.uscc)
    reply = call(alice).post("/declarations", {**body, "exporter": "91110000000000000X"})
    assert (reply.status, reply.codes()) == (422, {("CHOICE_UNKNOWN", "/exporter")})


def test_an_officer_declares_nothing(call, carl):
    assert call(carl).post("/declarations", {}).status == 403
    assert not Declaration.objects.exists()


def test_lodge_answers_202_and_a_worker_decides(call, alice, declaration):
    row = declaration(status="DRAFT")
    reply = call(alice).post(f"/declarations/{row.reference}/lodge", {"leave_out": False})
    assert (reply.status, reply.json) == (202, {"reference": row.reference, "status": "LODGED", "left_out": None})
    let_workers_run()
    assert call(alice).get(f"/declarations/{row.reference}").json["status"] == "RELEASED"


def test_lodging_with_an_error_left_is_422_with_the_problems_and_moves_nothing(call, alice, declaration):
    row = declaration(status="DRAFT", bodies=[vehicle_body(1), vehicle_body(2, vin="LRW3E7EK1TC000002")])
    reply = call(alice).post(f"/declarations/{row.reference}/lodge", {})
    assert (reply.status, reply.code) == (422, "INVALID")
    assert any(each["pointer"] == "/vehicles/1/vin" and each["level"] == "ERROR" for each in reply.json["errors"])
    assert call(alice).get(f"/declarations/{row.reference}").json["status"] == "DRAFT"


def test_bad_vehicles_are_left_out_on_demand(call, alice, declaration):
    row = declaration(status="DRAFT", bodies=[vehicle_body(1), vehicle_body(2, vin="LRW3E7EK1TC000002")])
    reply = call(alice).post(f"/declarations/{row.reference}/lodge", {"leave_out": True})
    assert reply.status == 202
    assert reply.json["left_out"]["vins"] == ["LRW3E7EK1TC000002"]
    assert call(alice).get(f"/declarations/{reply.json['left_out']['reference']}").json["status"] == "DRAFT"


def test_leaving_out_everything_is_422_and_nothing_moves(call, alice, declaration):
    row = declaration(status="DRAFT", bodies=[vehicle_body(2, vin="LRW3E7EK1TC000002")])
    assert call(alice).post(f"/declarations/{row.reference}/lodge", {"leave_out": True}).status == 422
    assert Declaration.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "pointer"), [({"mode": "TRUCK"}, "/mode"), ({"direction": "IMPORT"}, "/direction")]
)
def test_a_mode_that_is_not_open_may_be_drafted_and_not_lodged(call, alice, changes, pointer):
    draft = call(alice).post("/declarations", declaration_body(vehicle_body(1), **changes))
    assert draft.status == 201
    reply = call(alice).post(f"/declarations/{draft.json['reference']}/lodge")
    assert reply.status == 422
    assert ("MODE_NOT_OPEN", pointer) in reply.codes()


def test_confirmed_warnings_are_kept_in_history(call, alice, declaration):
    row = declaration(status="DRAFT")
    confirmed = [{"code": "PAPER_MISSING", "pointer": "/vehicles/0/papers"}]
    assert call(alice).post(f"/declarations/{row.reference}/lodge", {"confirmed": confirmed}).status == 202
    assert History.objects.get(declaration=row, to_status="LODGED").data["confirmed"] == confirmed


def test_a_declaration_is_lodged_once(call, alice, declaration):
    row = declaration(status="LODGED")
    reply = call(alice).post(f"/declarations/{row.reference}/lodge")
    assert (reply.status, reply.code) == (409, "NOT_A_DRAFT")


def test_a_patch_merges_and_leaves_absent_vehicles_alone(call, alice, declaration):
    row = declaration(status="DRAFT", vehicles=2)
    first, second = (vehicle.vin for vehicle in row.vehicles.order_by("position"))
    reply = call(alice).patch(
        f"/declarations/{row.reference}", {"incoterm": "FCA", "vehicles": [{"vin": second, "colour": "red"}]}
    )
    assert reply.status == 200
    assert reply.json["incoterm"] == "FCA"
    assert [(each["vin"], each["colour"]) for each in reply.json["vehicles"]] == [(first, "white"), (second, "red")]


def test_an_amendment_that_brings_an_error_is_422_and_changes_nothing(call, alice, declaration):
    row = declaration(status="RELEASED")
    reply = call(alice).patch(f"/declarations/{row.reference}", {"incoterm": "ZZZ"})
    assert reply.status == 422
    assert ("INCOTERM_UNKNOWN", "/incoterm") in reply.codes()
    assert call(alice).get(f"/declarations/{row.reference}").json["incoterm"] == "DAP"


def test_an_amendment_of_the_header_is_assessed_again(call, alice, declaration):
    row = declaration(status="RELEASED")
    reply = call(alice).patch(f"/declarations/{row.reference}", {"contract_number": "NEW-1"})
    assert (reply.status, reply.json["status"], reply.json["version"]) == (200, "LODGED", 2)


def test_a_vehicle_at_the_port_is_not_amended_any_more(call, alice, declaration, scanner):
    row = declaration(status="RELEASED")
    scanner("CNHRS-E1").scan(row.vehicles.get())
    reply = call(alice).patch(f"/declarations/{row.reference}", {"contract_number": "NEW-1"})
    assert (reply.status, reply.code) == (409, "VEHICLE_AT_PORT")


def test_a_stale_if_match_is_412_and_changes_nothing(call, alice, declaration):
    row = declaration(status="DRAFT")
    me, path = call(alice), f"/declarations/{row.reference}"
    tag = me.get(path).headers["ETag"]
    changed = me.patch(path, {"incoterm": "FCA"}, If_Match=tag)
    assert changed.status == 200
    assert changed.headers["ETag"] != tag
    for reply in (
        me.patch(path, {"incoterm": "CPT"}, If_Match=tag),
        me.post(f"{path}/lodge", {}, If_Match=tag),
        me.post(f"{path}/cancel", {"reason": "no"}, If_Match=f"W/{changed.headers['ETag']}"),
    ):
        assert (reply.status, reply.code) == (412, "STALE_VERSION")
    assert me.get(path).json["incoterm"] == "FCA"
    assert me.patch(path, {"incoterm": "CPT"}, If_Match=f'"other", {changed.headers["ETag"]}').status == 200
    assert me.patch(path, {"incoterm": "CIP"}, If_Match="*").status == 200


def test_cancelling_needs_a_reason(call, alice, declaration):
    row = declaration(status="RELEASED")
    me = call(alice)
    for body in ({}, {"reason": ""}, {"reason": "  "}, {"reason": None}):
        reply = me.post(f"/declarations/{row.reference}/cancel", body)
        assert (reply.status, reply.codes()) == (422, {("REQUIRED", "/reason")})
    reply = me.post(f"/declarations/{row.reference}/cancel", {"reason": "sold elsewhere"})
    assert (reply.status, reply.json["status"]) == (200, "CANCELLED")
    assert [each["status"] for each in reply.json["vehicles"]] == ["WITHDRAWN"]


def test_an_officer_decides_what_is_under_control(call, carl, declaration):
    row = declaration(status="UNDER_CONTROL")
    reply = call(carl).post(f"/declarations/{row.reference}/decision", {"result": "RELEASE", "reason": "in order"})
    assert (reply.status, reply.json["status"]) == (200, "RELEASED")


def test_documents_are_asked_for_answered_and_released(call, alice, carl, declaration):
    row = declaration(status="UNDER_CONTROL")
    path = f"/declarations/{row.reference}"
    due = (NOON + timedelta(hours=5)).isoformat()
    wanted = [{"code": "commercial_invoice", "vin": None, "why": "the copy is illegible"}]
    body = {"result": "REQUEST_DOCUMENTS", "reason": "illegible", "documents": wanted, "due_at": due}
    reply = call(carl).post(f"{path}/decision", body)
    assert (reply.status, reply.json["status"]) == (200, "DOCUMENTS_REQUIRED")
    seen = call(alice).get(path).json
    assert [(each["code"], each["why"]) for each in seen["documents"]] == [
        ("commercial_invoice", "the copy is illegible")
    ]
    reply = call(alice).post(f"{path}/answer", {"text": "attached again"})
    assert (reply.status, reply.json["status"]) == (200, "UNDER_CONTROL")


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"result": "REQUEST_DOCUMENTS", "reason": "x"}, ("REQUIRED", "/documents")),
        ({"result": "REQUEST_DOCUMENTS", "reason": "x", "documents": []}, ("REQUIRED", "/documents")),
        (
            {"result": "REQUEST_DOCUMENTS", "reason": "x", "documents": [{"code": "nonsense"}]},
            ("PAPER_KIND_UNKNOWN", "/documents/0/code"),
        ),
        (
            {
                "result": "REQUEST_DOCUMENTS",
                "reason": "x",
                "documents": [{"code": "commercial_invoice"}],
                "due_at": "2020-01-01T00:00:00Z",
            },
            ("DUE_IN_THE_PAST", "/due_at"),
        ),
        ({"result": "RELEASE", "reason": ""}, ("REQUIRED", "/reason")),
        ({"result": "MAYBE", "reason": "x"}, ("CHOICE_UNKNOWN", "/result")),
        ({"result": "RELEASE", "reason": "x", "vehicles": ["LRW3E7EK1TC999999"]}, ("VIN_NOT_DECLARED", "/vehicles/0")),
        ({"result": "RELEASE", "reason": "x", "due_at": "soon"}, ("MOMENT_FORM", "/due_at")),
    ],
)
def test_a_decision_that_is_wrong_in_the_matter_is_422_with_its_pointer(call, carl, declaration, body, problem):
    row = declaration(status="UNDER_CONTROL")
    reply = call(carl).post(f"/declarations/{row.reference}/decision", body)
    assert reply.status == 422
    assert problem in reply.codes()
    assert Declaration.objects.get(pk=row.pk).status == "UNDER_CONTROL"


def test_the_document_check_of_one_vehicle_is_decided_alone(call, alice, carl, declaration):
    row = declaration(bodies=[vehicle_body(1, condition="USED", first_registered_on="2020-01-01", odometer_km=9)])
    assert DocumentCheck.objects.filter(status="OPEN").count() == 1
    vin = row.vehicles.get().vin
    body = {"result": "REFUSE", "reason": "forged", "vehicles": [vin]}
    reply = call(carl).post(f"/declarations/{row.reference}/decision", body)
    assert (reply.status, reply.json["vehicles"][0]["status"]) == (200, "WITHDRAWN")


def test_an_exporter_appeals_and_a_supervisor_grants(call, alice, sam, carl, declaration):
    row = declaration(status="REFUSED")
    path = f"/declarations/{row.reference}/appeal"
    assert call(carl).post(path, {"reason": "x"}).status == 403
    assert call(alice).post(path, {"reason": "the paper was valid"}).json["status"] == "REFUSED"
    reply = call(sam).post(path, {"reason": "it was"})
    assert (reply.status, reply.json["status"]) == (200, "UNDER_CONTROL")


def test_the_list_is_filtered_and_searched(call, alice, declaration):
    released, draft = declaration(status="RELEASED"), declaration(status="DRAFT")
    me = call(alice)

    def found(query):
        return {row["reference"] for row in me.get(f"/declarations?{query}").json["results"]}

    vin = released.vehicles.get().vin
    assert found("") == {released.reference, draft.reference}
    assert found("status=RELEASED") == {released.reference}
    assert found("port=CNHRS&status=DRAFT") == {draft.reference}
    assert found("port=CNYRK") == set()
    assert found("updated_after=2026-11-22T03:59:59Z") == {released.reference, draft.reference}
    assert found("updated_after=2026-11-22T04:00:00Z") == set()
    assert found(f"vin={vin}") == {released.reference}
    assert found(f"vin={vin[-6:].lower()}") == {released.reference}
    assert found("vin=LRW3E7") == {released.reference, draft.reference}
    assert found("vin=%25") == set()


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("status=WHAT", "?status"),
        ("updated_after=yesterday", "?updated_after"),
        ("page_size=0", "?page_size"),
        ("page_size=x", "?page_size"),
        ("page_size=201", "?page_size"),
        ("colour=red", "?colour"),
        ("vin=%00", "?vin"),
        ("port=" + "X" * 9, "?port"),
    ],
)
def test_a_wrong_filter_is_400_and_named(call, alice, query, pointer):
    reply = call(alice).get(f"/declarations?{query}")
    assert reply.status == 400
    assert pointer in {pointer for _code, pointer in reply.codes()}


def test_only_officers_filter_by_channel(call, alice, carl, declaration):
    row = declaration(status="RELEASED")
    assert call(alice).get("/declarations?channel=GREEN").status == 400
    assert [each["reference"] for each in call(carl).get("/declarations?channel=GREEN").json["results"]] == [
        row.reference
    ]
    assert call(carl).get("/declarations?channel=RED").json["results"] == []


def test_pages_follow_each_other_without_gap_or_repetition(call, alice, declaration):
    references = {declaration(status="DRAFT").reference for _ in range(5)}
    me, seen, path = call(alice), [], "/declarations?page_size=2"
    pages = 0
    while path:
        body = me.get(path).json
        seen += [row["reference"] for row in body["results"]]
        path = body["next"] and body["next"].removeprefix("http://testserver")
        pages += 1
    assert (len(seen), set(seen), pages) == (5, references, 3)


def test_list_detail_and_lodge_take_a_fixed_number_of_queries(
    call, alice, carl, declaration, django_assert_num_queries, django_assert_max_num_queries
):
    small, large = declaration(vehicles=1), declaration(vehicles=12)
    me, officer = call(alice), call(carl)
    for who in (me, officer):
        who.get("/declarations")  # the first call of the day keeps the day
    with django_assert_num_queries(3):  # key, roles, page
        me.get("/declarations")
    counts = []
    for who in (me, officer):
        for row in (small, large):
            with django_assert_max_num_queries(40) as seen:
                assert who.get(f"/declarations/{row.reference}").status == 200
            counts.append(len(seen))
    assert set(counts) == {25}
    lodged = []
    for vehicles in (1, 12):
        draft = declaration(status="DRAFT", vehicles=vehicles)
        with django_assert_max_num_queries(60) as seen:
            assert me.post(f"/declarations/{draft.reference}/lodge").status == 202
        lodged.append(len(seen))
    assert lodged[0] == lodged[1] <= 32


def test_documents_that_did_not_come_are_confirmed_as_overdue(call, carl, alice, declaration):
    row = declaration(status="DOCUMENTS_REQUIRED")
    path = f"/declarations/{row.reference}/overdue"
    early = call(carl).post(path, {"reason": "nothing came"})
    assert (early.status, early.code) == (409, "NOT_OVERDUE")
    assert call(alice).post(path, {"reason": "x"}).status == 403
    with time_machine.travel(NOON + timedelta(days=10), tick=False):
        reply = call(carl).post(path, {"reason": "nothing came"})
    assert (reply.status, reply.json["status"]) == (200, "REFUSED")


def test_a_declaration_is_declared_again(call, alice, mallory, declaration):
    row = declaration(status="CANCELLED")
    path = f"/declarations/{row.reference}/copy"
    assert call(mallory).post(path).status == 404
    reply = call(alice).post(path, Idempotency_Key="again")
    assert (reply.status, reply.json["status"], reply.json["planned_arrival_at"]) == (201, "DRAFT", None)
    assert reply.json["reference"] != row.reference
    assert reply.json["contract_number"] == row.contract_number
