"""Bad input: malformed JSON, strange characters, sizes beyond reason: a clear 4xx or a verdict, and nothing written."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from checkpoint.models import Passage
from declarations.models import Declaration, History, Hold, IdempotencyKey, OutboxTask, Vehicle
from tests.caller import Reply
from tests.cast import declaration_body, vehicle_body, vin_number

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

MALFORMED: dict[str, bytes] = {
    "empty": b"",
    "blank": b"   ",
    "half an object": b'{"port": "CNHRS"',
    "trailing comma": b'{"port": "CNHRS",}',
    "single quotes": b"{'port': 'CNHRS'}",
    "comment": b'{"port": "CNHRS"} // port',
    "two objects": b"{}{}",
    "NaN": b'{"vehicles": [{"seats": NaN}]}',
    "infinity": b'{"vehicles": [{"seats": -Infinity}]}',
    "raw NUL": b'{"port": "CN\x00RS"}',
    "raw newline in a text": b'{"port": "CN\nRS"}',
    "latin-1": '{"colour": "weiß"}'.encode("latin-1"),
    "utf-16": '{"port": "CNHRS"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"port": "CNHRS"}',
    "form": b"port=CNHRS",
    "xml": b"<?xml version='1.0'?><declaration/>",
    "deep lists": b"[" * 200_000,
    "deep objects": b'{"vehicles":' * 50_000 + b"1" + b"}" * 50_000,
    "a number of 100,000 digits": b'{"vehicles": [{"seats": ' + b"9" * 100_000 + b"}]}",
    "a bad escape": b'{"port": "\\x41"}',
    "half a surrogate": b'{"port": "\\ud83d"}',
    "escaped NUL": b'{"port": "CN\\u0000RS"}',
    "NUL in a name": b'{"po\\u0000rt": "CNHRS"}',
    "a name twice": b'{"port": "CNHRS", "port": "CNYRK"}',
    "a list": b"[]",
    "a text": b'"CNHRS"',
    "a number": b"5",
    "true": b"true",
    "null": b"null",
    "just over 5 MB": b'{"colour": "' + b"x" * (5 * 1024 * 1024) + b'"}',
}

WRONG_TYPES: dict[str, Any] = {
    "number for text": {"port": 5},
    "text for number": {"vehicles": [{"seats": "5"}]},
    "true for number": {"vehicles": [{"seats": True}]},
    "fraction for whole": {"vehicles": [{"seats": 5.5}]},
    "huge exponent": {"vehicles": [{"seats": 1e300}]},
    "beyond 2^53": {"vehicles": [{"seats": 2**53}]},
    "number for decimal": {"vehicles": [{"value": 289800.00}]},
    "object for list": {"vehicles": {"vin": "x"}},
    "list for object": {"consignee": ["x"]},
    "text for object": {"vehicles": [{"driver": "Li Wei"}]},
    "unknown field": {"vessel": "Ever Given"},
    "unknown field below": {"vehicles": [{"driver": {"name": "Li", "iban": "x"}}]},
    "status is not said": {"status": "RELEASED"},
    "channel is not said": {"vehicles": [{"channel": "GREEN"}]},
    "organisation is not said": {"organisation": 1},
    "a VIN of 41": {"vehicles": [{"vin": "L" * 41}]},
    "a colour of 5,000": {"vehicles": [{"colour": "x" * 5000}]},
    "4,000 vehicles": {"vehicles": [{}] * 4000},
    "1,000 papers": {"vehicles": [{"papers": [{}] * 1000}]},
}

STRANGE_VINS = {
    "cyrillic": "LRW3Е7ЕК9ТС000001",
    "full width": "ＬＲＷ３Ｅ７ＥＫ９ＴＣ０００００１",
    "bidi override": "LRW3E7EK\u202e9TC000001",
    "zero width": "LRW3E7EK9TC\u200b000001",
    "greek": "LRW3E7EΚ9TC000001",
    "arabic digits": "LRW3E7EK9TC٠٠٠٠٠١",
    "emoji": "LRW3E7EK9TC\N{AUTOMOBILE}001",
    "combining": "LRW3E7EK9TC00000\u03011",
    "dotless i": "LRW3E7EK9TC00000ı",
    "line break": "LRW3E7EK9TC\n00001",
    "sql": "' OR 1=1 --",
    "html": "<script>alert(1)</script>",
    "percent": "%s%(vin)s%d",
    "braces": "{0.__class__}",
    "I O Q": "LIW3E7EK9TC0O000Q",
    "nothing but blanks": "     ",
}

HOSTILE_CODES = {
    "3 KB": "A" * 3072,
    "3 KB of our own alphabet": "VP1:" + "0Q" * 1534,
    "3 KB of Chinese": "码" * 1024,
    "NUL": "VP1:\0",
    "bidi": "\u202eVP1:ABC",
    "half a surrogate": "VP1:\ud800",
    "empty": "",
    "blank": " ",
    "prefix alone": "VP1:",
    "lower prefix": "vp1:NCFX",
    "a link": "https://example.org/?pass=1",
    "sql": "'; DROP TABLE checkpoint_passage; --",
    "format": "%s%n{}",
    "a manual code with a wrong check": "D77J-4TTQ-P6GQ",
    "a manual code with U": "UUUU-UUUU-UUUU",
    "full width manual code": "Ｄ７７Ｊ-４ＴＴＱ-Ｐ６ＧＰ",
    "line breaks": "\r\n" * 50,
    "base45 of nothing": "VP1:000000",
}

TABLES = (Declaration, Vehicle, History, Hold, IdempotencyKey, OutboxTask)


def rows() -> list[int]:
    """How many rows there are of everything that a declarant can make."""
    return [table.objects.count() for table in TABLES]


def is_clear(reply: Reply) -> bool:
    """A refusal that says what it is."""
    body = reply.json
    return reply.type == "application/problem+json" and bool(body["code"] and body["detail"] and body["title"])


def test_malformed_bodies_are_refused_everywhere_and_leave_nothing(call, alice, carl, declaration):
    row = declaration(status="DRAFT")
    before, vin = rows(), row.vehicles.get().vin
    path = f"/declarations/{row.reference}"
    me, officer = call(alice), call(carl)
    targets = [
        (me, "POST", "/declarations"),
        (me, "POST", "/declarations/check"),
        (me, "PATCH", path),
        (me, "POST", f"{path}/vehicles"),
        (me, "PATCH", f"{path}/vehicles/{vin}"),
        (me, "POST", f"{path}/cancel"),
        (officer, "POST", "/holds"),
    ]
    # Nothing at all is {} where nothing has to be said.
    wordless = [(me, "POST", f"{path}/lodge"), (me, "DELETE", f"{path}/vehicles/{vin}")]
    for name, raw in MALFORMED.items():
        for who, method, address in targets + (wordless if raw else []):
            headers = {"Idempotency_Key": str(uuid.uuid4())} if method == "POST" else {}
            reply = who.ask(method, address, raw=raw, **headers)
            assert reply.status == (413 if "5 MB" in name else 400), (name, address, reply)
            assert is_clear(reply), name
    assert rows() == before


def test_wrong_shapes_are_400_with_a_pointer_and_leave_nothing(call, alice, declaration):
    row = declaration(status="DRAFT")
    before, me = rows(), call(alice)
    targets = (
        ("POST", "/declarations"),
        ("POST", "/declarations/check"),
        ("PATCH", f"/declarations/{row.reference}"),
    )
    for name, body in WRONG_TYPES.items():
        for method, address in targets:
            reply = me.ask(method, address, body)
            assert reply.status == 400, (name, address, reply)
            assert is_clear(reply), name
            assert reply.json["errors"], name
            assert all(each["pointer"] and each["message"] for each in reply.json["errors"]), name
    assert rows() == before


def test_strange_vins_are_problems_and_never_lodged(call, alice):
    me = call(alice)
    for name, text in STRANGE_VINS.items():
        body = declaration_body(vehicle_body(1, vin=text))
        checked = me.post("/declarations/check", body)
        assert checked.status == 200, name
        told = [each for each in checked.json["problems"] if each["pointer"] == "/vehicles/0/vin"]
        assert any(each["level"] == "ERROR" for each in told), name
        draft = me.post("/declarations", body)
        assert draft.status == 201, name
        assert me.post(f"/declarations/{draft.json['reference']}/lodge").status == 422, name
    assert set(Declaration.objects.values_list("status", flat=True)) == {"DRAFT"}
    assert not OutboxTask.objects.exists()


STRANGE_TEXTS = ("\u202exyz", "a\u200bb", "x\x07y", "\N{AUTOMOBILE}" * 40, "null", "١٢٣", "1e999999999")
INVISIBLE = ("\u202e", "\u200b", "\x07")


@pytest.mark.parametrize("field", ["make", "colour", "plate", "value", "hs_code", "model"])
def test_strange_texts_are_kept_or_told_and_never_break(call, alice, field):
    me = call(alice)
    for number, text in enumerate(STRANGE_TEXTS, 1):
        draft = me.post("/declarations", declaration_body(vehicle_body(number, **{field: text})))
        assert draft.status == 201, text
        assert me.get(f"/declarations/{draft.json['reference']}").json["vehicles"][0][field] == text
        lodged = me.post(f"/declarations/{draft.json['reference']}/lodge")
        if field in ("value", "hs_code") or any(each in text for each in INVISIBLE):
            assert lodged.status == 422, text
        assert lodged.status in (202, 422), text


def test_hostile_codes_get_a_verdict_that_opens_nothing(call, declaration):
    declaration(status="RELEASED")
    lane = call("CNHRS-R1")
    for name, code in HOSTILE_CODES.items():
        reply = lane.post("/scans", {"scan_id": str(uuid.uuid4()), "code": code, "vin": vin_number(1)})
        assert reply.status == 200, (name, reply)
        assert reply.json["verdict"] in ("ALARM", "MANUAL"), name
        assert (reply.json["barrier"], reply.json["vehicle"]) == ("STAY", None), name
    assert Vehicle.objects.get().status == "DECLARED"
    assert Passage.objects.count() == len(HOSTILE_CODES)


def test_strange_readings_at_the_gate_get_a_verdict(call, declaration):
    vehicle = declaration(status="RELEASED").vehicles.get()
    lane = call("CNHRS-E1")
    for name, text in STRANGE_VINS.items():
        if not text.strip():
            continue
        body = {"scan_id": str(uuid.uuid4()), "code": vehicle.newest_pass.code, "vin": text, "driver_card": text}
        reply = lane.post("/scans", {**body, "plate": {"text": text, "confidence": 1}})
        assert (reply.status, reply.json["barrier"]) == (200, "STAY"), (name, reply)


def test_malformed_questions_leave_no_passage(call, reference):
    lane = call("CNHRS-R1")
    for name, raw in MALFORMED.items():
        reply = lane.ask("POST", "/scans", raw=raw)
        # A bad character alone is replaced; here the unknown fields are refused.
        assert reply.status in (400, 413), (name, reply)
        assert is_clear(reply), name
    assert not Passage.objects.exists()


def _queries() -> Iterator[str]:
    for value in ("%00", "%ff", "%F0%9F%9A%97", "x" * 5000, "'--", "%25", "[]", "{}", "-1", "1e9"):
        for name in (
            "cursor",
            "page_size",
            "status",
            "vin",
            "port",
            "updated_after",
            "channel",
            "stage",
            "open",
            "verdict",
        ):
            yield f"{name}={value}"


def test_hostile_queries_are_answered_or_refused(call, olga, declaration):
    declaration(status="RELEASED")
    me = call(olga)
    for query in _queries():
        for path in ("/declarations", "/inspections", "/passages"):
            reply = me.get(f"{path}?{query}")
            assert reply.status in (200, 400), (path, query, reply)


def test_hostile_paths_are_404(call, alice, reference):
    me = call(alice)
    for part in ("%00", "%ff", "..%2f..", "x" * 5000, "%F0%9F%9A%97", "SG2222222222", "'--", "%0d%0aX-Evil:1"):
        for path in (
            f"/declarations/{part}",
            f"/declarations/{part}/vehicles/{part}/pass",
            f"/passages/{part}",
            f"/reference/{part}",
        ):
            reply = me.get(path)
            assert reply.status == 404, (path, reply)
            assert is_clear(reply)


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "", "nonsense"])
def test_another_content_type_is_415(call, alice, kind):
    reply = call(alice).ask("POST", "/declarations", raw=b"{}", Content_Type=kind)
    assert (reply.status, reply.code) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert not Declaration.objects.exists()


def test_hostile_headers_break_nothing(call, alice, declaration):
    row = declaration(status="DRAFT")
    me = call(alice)
    for name in ("If_Match", "Accept_Language", "Accept", "X_Request_ID", "If_None_Match", "Idempotency_Key"):
        for value in ("\x01", "ключ", "*" * 5000, '"', ",,,", "zh;q=nan", "\udce4".encode("utf-8", "replace").decode()):
            reply = me.patch(f"/declarations/{row.reference}", {}, **{name: value})
            assert reply.status in (200, 412), (name, value, reply)


def test_five_megabytes_of_vehicles_are_refused_and_not_chewed(call, alice):
    body = json.dumps({"vehicles": [vehicle_body(n) for n in range(8000)]}).encode()[: 5 * 1024 * 1024 - 10]
    reply = call(alice).ask("POST", "/declarations", raw=body)
    assert reply.status == 400
    assert not Declaration.objects.exists()
