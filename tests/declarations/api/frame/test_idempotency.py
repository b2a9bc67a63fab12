"""Idempotency-Key: done once, answered alike, never stuck."""

import threading

import pytest
from django.db import OperationalError, connection, transaction

from declarations.api import declarations as doors
from declarations.models import ApiKey, Declaration, IdempotencyKey
from tests.cast import NOON, declaration_body, vehicle_body

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def test_the_same_key_and_body_get_the_same_answer_and_one_row(call, alice):
    body = declaration_body(vehicle_body(1))
    first = call(alice).post("/declarations", body, Idempotency_Key="k-1")
    again = call(alice).post("/declarations", dict(reversed(body.items())), Idempotency_Key="k-1")
    assert (again.status, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replay"] == "true"
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Location"] == first.headers["Location"]
    assert Declaration.objects.count() == 1


def test_another_body_or_another_address_is_422(call, alice, declaration):
    me, row = call(alice), declaration(status="DRAFT")
    me.post("/declarations", {"incoterm": "DAP"}, Idempotency_Key="k-1")
    for reply in (
        me.post("/declarations", {"incoterm": "FCA"}, Idempotency_Key="k-1"),
        me.post(f"/declarations/{row.reference}/lodge", {"leave_out": False}, Idempotency_Key="k-1"),
    ):
        assert (reply.status, reply.code) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert Declaration.objects.count() == 2


def test_a_key_belongs_to_its_user(call, alice, bob):
    first = call(alice).post("/declarations", {}, Idempotency_Key="k-1").json["reference"]
    second = call(bob).post("/declarations", {}, Idempotency_Key="k-1").json["reference"]
    assert first != second


def test_a_refused_request_frees_the_key(call, alice, declaration):
    row = declaration(status="DRAFT", bodies=[vehicle_body(1, vin="LRW3E7EK1TC000001")])
    me, path = call(alice), f"/declarations/{row.reference}"
    assert me.post(f"{path}/lodge", {}, Idempotency_Key="k-1").status == 422
    assert not IdempotencyKey.objects.exists()
    me.patch(f"{path}/vehicles/LRW3E7EK1TC000001", {"vin": "LRW3E7EK9TC000001"})
    assert me.post(f"{path}/lodge", {}, Idempotency_Key="k-1").status == 202


def test_a_failure_frees_the_key_and_takes_the_work_back(call, alice, monkeypatch):
    def fails(*_args, **_names):
        raise OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(doors.DeclarationRoom, "answer_whole", fails)
        reply = call(alice).post("/declarations", {}, Idempotency_Key="k-1")
    assert (reply.status, reply.code) == (503, "UNAVAILABLE")
    assert not Declaration.objects.exists()
    assert call(alice).post("/declarations", {}, Idempotency_Key="k-1").status == 201


def test_a_key_has_visible_characters(call, alice):
    for key in ("", "a b", "ключ", "x" * 256):
        reply = call(alice).post("/declarations", {}, Idempotency_Key=key)
        assert (reply.status, reply.code) == (400, "IDEMPOTENCY_KEY_FORM")
    assert not Declaration.objects.exists()


def test_the_kept_answer_holds_no_readable_passport(call, alice):
    call(alice).post("/declarations", declaration_body(vehicle_body(1)), Idempotency_Key="k-1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT answer::text FROM declarations_idempotencykey")
        (stored,) = cursor.fetchone()
    assert "E10000001" not in stored
    assert "Li Wei" not in stored


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_running_the_second_is_told_to_wait(call, alice):
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            IdempotencyKey.objects.claim(actor=f"user:{alice.pk}", key="k-1", body_digest="x", at=NOON)
            inside.set()
            leave.wait(10)
            transaction.set_rollback(True)
        connection.close()

    first = threading.Thread(target=hold)
    first.start()
    try:
        assert inside.wait(10)
        reply = call(alice).post("/declarations", {}, Idempotency_Key="k-1")
    finally:
        leave.set()
        first.join()
    assert (reply.status, reply.code) == (409, "STILL_RUNNING")
    assert reply.headers["Retry-After"]
    assert ApiKey.objects.exists()
    assert call(alice).post("/declarations", {}, Idempotency_Key="k-1").status == 201


@pytest.mark.django_db(transaction=True)
def test_many_at_once_with_one_key_make_one_declaration(call, alice):
    key = ApiKey.issue(label="x", user=alice, now=NOON)[1]
    statuses: list[int] = []
    references: set[str] = set()
    start = threading.Barrier(8)

    def ask() -> None:
        caller = call(None)
        caller.headers["Authorization"] = f"Bearer {key}"
        start.wait(10)
        reply = caller.post("/declarations", {"incoterm": "DAP"}, Idempotency_Key="k-1")
        statuses.append(reply.status)
        if reply.status == 201:
            references.add(reply.json["reference"])
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {201, 409}
    assert len(references) == 1
    assert Declaration.objects.count() == 1
