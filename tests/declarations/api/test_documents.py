"""Papers by API: the task list, files in base64, their content, taking back."""

import base64

import pytest

from declarations.lifecycle import DeclarationStatus
from declarations.models import Document
from tests.files import pdf, photo
from tests.refusals import nothing_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def body(data=None, **more):
    content = base64.b64encode(photo() if data is None else data).decode()
    return {"code": "packing_list", "name": "a.jpg", "content": content, **more}


@pytest.fixture
def draft(declaration):
    return declaration(status=DeclarationStatus.DRAFT, vehicles=2)


def path(row, *more):
    return "/".join([f"/declarations/{row.reference}/documents", *more])


def test_a_file_is_sent_listed_read_and_taken_back(call, alice, draft):
    caller = call(alice)
    made = caller.post(path(draft), body())
    assert made.status == 201, made
    (row,) = made.json["results"]
    assert (row["code"], row["vin"], row["name"], row["kind"]) == ("packing_list", None, "a.jpg", "image/jpeg")
    assert caller.get(path(draft)).json == {"results": [row], "next": None}
    assert caller.get(path(draft, row["id"])).json == row
    content = caller.get(path(draft, row["id"], "content"))
    assert (content.status, content.type) == (200, "application/octet-stream")
    assert content.headers["Content-Disposition"] == 'attachment; filename="a.jpg"'
    assert content.headers["Cache-Control"] == "private, no-store"
    assert caller.delete(path(draft, row["id"])).status == 204
    assert caller.get(path(draft)).json["results"] == []


def test_one_file_for_several_vehicles_with_what_stands_on_it(call, alice, draft):
    vins = list(draft.vehicles.values_list("vin", flat=True))
    sent = body(pdf(), code="export_licence", vins=vins, number="L-1", valid_until="2027-01-31", quantity=1)
    made = call(alice).post(path(draft), sent)
    assert {row["vin"] for row in made.json["results"]} == set(vins)
    papers = call(alice).get(f"/declarations/{draft.reference}").json["vehicles"][0]["papers"]
    assert [(paper["code"], paper["number"]) for paper in papers] == [("export_licence", "L-1")]


def test_the_same_key_uploads_once(call, alice, draft):
    caller = call(alice)
    first = caller.post(path(draft), body(), Idempotency_Key="k")
    again = caller.post(path(draft), body(), Idempotency_Key="k")
    assert (again.json, again.headers["Idempotent-Replay"]) == (first.json, "true")
    assert Document.objects.count() == 1


def test_the_task_list_says_how_far_each_paper_is(call, alice, draft):
    call(alice).post(path(draft), body())
    found = call(alice).get(f"/declarations/{draft.reference}/paperwork").json
    states = {paper["code"]: (paper["state"], paper["next"], paper["files"]) for paper in found["papers"]}
    assert states["packing_list"] == ("COMPLETE", "NOTHING", 1)
    assert states["commercial_invoice"] == ("MISSING", "ADD", 0)
    assert states["commercial_contract"] == ("NUMBER_ONLY", "ADD_FILE", 0)
    assert [row["vin"] for row in found["vehicles"]] == list(draft.vehicles.values_list("vin", flat=True))
    assert found["open"] > 0


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (body(b"<svg/>"), 422, "ATTACHMENT_KIND"),
        (body(content="%%%"), 422, "INVALID"),
        (body(content=""), 422, "ATTACHMENT_EMPTY"),
        ({"code": "packing_list"}, 422, "INVALID"),
        (body(code="diploma"), 422, "INVALID"),
        (body(code="export_licence"), 422, "INVALID"),
        (body(vins=["LRW3E7EK0TC999999"]), 404, "NOT_FOUND"),
        (body(file="x"), 400, "BAD_SHAPE"),
        (body(content=5), 400, "BAD_SHAPE"),
    ],
)
def test_what_cannot_be_taken(call, alice, draft, sent, status, code):
    caller = call(alice)
    with nothing_written():
        reply = caller.post(path(draft), sent)
    assert (reply.status, reply.code) == (status, code)


def test_nine_megabytes_are_taken(call, alice, draft):
    large = pdf().replace(b"endobj", b"x" * 9_000_000 + b"endobj")
    assert call(alice).post(path(draft), body(large)).status == 201


def test_more_than_ten_megabytes_is_no_500(call, alice, draft):
    caller = call(alice)
    with nothing_written():
        assert caller.post(path(draft), body(b"%PDF-" + b"x" * 10_600_000)).status in (400, 413)


def test_officers_read_and_strangers_do_not(call, alice, carl, mallory, declaration):
    row = declaration()
    (made,) = call(alice).post(path(row), body()).json["results"]
    officer, stranger = call(carl), call(mallory)
    assert officer.get(path(row, made["id"], "content")).status == 200
    assert officer.get(f"/declarations/{row.reference}/paperwork").status == 200
    with nothing_written():
        assert officer.delete(path(row, made["id"])).status == 403
        assert officer.post(path(row), body()).status == 403
        assert stranger.delete(path(row, made["id"])).status == 404
    for address in (path(row), path(row, made["id"]), path(row, made["id"], "content")):
        assert stranger.get(address).status == 404
    call(alice).delete(path(row, made["id"]))
    assert officer.get(path(row)).json["results"][0]["removed_at"]
    assert call(alice).get(path(row)).json["results"] == []


def form(*parts):
    """A form's bytes and its type; a part is a name with a text, or with a file's name and bytes."""
    boundary = "x-boundary-x"
    lines = []
    for name, value in parts:
        kind, content = f'name="{name}"', value
        if isinstance(value, tuple):
            kind, content = f'name="{name}"; filename="{value[0]}"', value[1]
        raw = content if isinstance(content, bytes) else content.encode()
        lines += [f"--{boundary}\r\nContent-Disposition: form-data; {kind}\r\n\r\n".encode(), raw, b"\r\n"]
    return b"".join([*lines, f"--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"


def send(caller, row, *parts, **headers):
    raw, kind = form(*parts)
    return caller.ask("POST", path(row), raw=raw, Content_Type=kind, **headers)


def test_a_form_with_the_file_itself_is_as_good_as_base64(call, alice, draft):
    vins = list(draft.vehicles.values_list("vin", flat=True))
    caller = call(alice)
    made = send(
        caller,
        draft,
        ("code", "export_licence"),
        *(("vins", vin) for vin in vins),
        ("number", "L-1"),
        ("quantity", "2"),
        ("file", ("scan.pdf", pdf())),
    )
    assert made.status == 201, made
    assert [(row["vin"], row["name"], row["kind"]) for row in made.json["results"]] == [
        (vin, "scan.pdf", "application/pdf") for vin in vins
    ]
    paper = caller.get(f"/declarations/{draft.reference}").json["vehicles"][0]["papers"][0]
    assert (paper["number"], paper["quantity"]) == ("L-1", 2)
    again = caller.post(path(draft), body(pdf(), code="export_licence", vins=vins, name="scan.pdf"))
    assert [row["id"] for row in again.json["results"]] == [row["id"] for row in made.json["results"]]
    assert Document.objects.count() == 2


def test_a_form_is_idempotent_and_another_one_under_the_same_key_is_refused(call, alice, draft):
    caller, parts = call(alice), (("code", "packing_list"), ("file", ("a.jpg", photo())))
    first = send(caller, draft, *parts, Idempotency_Key="k")
    again = send(caller, draft, *parts, Idempotency_Key="k")
    assert (again.json, again.headers["Idempotent-Replay"]) == (first.json, "true")
    other = send(caller, draft, ("code", "packing_list"), ("file", ("a.jpg", pdf())), Idempotency_Key="k")
    assert (other.status, other.code) == (422, "IDEMPOTENCY_KEY_REUSED")


@pytest.mark.parametrize(
    ("parts", "status", "code"),
    [
        ([("code", "packing_list")], 422, "INVALID"),
        ([("file", ("a.jpg", b"nothing"))], 422, "INVALID"),
        ([("code", "packing_list"), ("file", ("a.jpg", b"<svg/>"))], 422, "ATTACHMENT_KIND"),
        ([("code", "packing_list"), ("file", ("a.jpg", b""))], 422, "ATTACHMENT_EMPTY"),
        ([("code", "packing_list"), ("file", "no file, a text")], 400, "BAD_SHAPE"),
        ([("code", "packing_list"), ("code", "packing_list"), ("file", ("a.jpg", b"x"))], 400, "BAD_SHAPE"),
        ([("code", "packing_list"), ("content", "eA=="), ("file", ("a.jpg", b"x"))], 400, "BAD_SHAPE"),
        ([("code", "packing_list"), ("scan", ("a.jpg", b"x"))], 400, "BAD_SHAPE"),
        ([("code", "packing_list"), ("weather", "fine")], 400, "BAD_SHAPE"),
        ([("code", "packing_list\0"), ("file", ("a.jpg", b"x"))], 400, "BAD_SHAPE"),
        ([("code", "packing_list"), ("quantity", "two"), ("file", ("a.jpg", b"x"))], 400, "BAD_SHAPE"),
    ],
)
def test_what_cannot_be_taken_of_a_form(call, alice, draft, parts, status, code):
    caller = call(alice)
    with nothing_written():
        reply = send(caller, draft, *parts)
    assert (reply.status, reply.code) == (status, code), reply


def test_a_form_that_is_none_or_too_long_is_no_500(call, alice, draft):
    caller = call(alice)
    kind = {"Content_Type": "multipart/form-data; boundary=x"}
    with nothing_written():
        for raw in (b"--x\r\n", b"nothing", b"\0" * 99, b"--x--"):
            assert 400 <= caller.ask("POST", path(draft), raw=raw, **kind).status < 500
        assert caller.ask("POST", path(draft), raw=b"x", Content_Type="multipart/form-data").status == 400
        many = [("vins", "x") for _ in range(1500)]
        assert send(caller, draft, *many).status == 400
        assert send(caller, draft, ("code", "packing_list"), ("file", ("a", b"x" * 14_500_000))).status == 413


def test_a_large_file_of_a_form_is_never_laid_down_in_the_clear(call, alice, draft, monkeypatch):
    def disk(*_arguments, **_named):
        raise AssertionError("a file of a paper was written to a disk")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", disk)
    large = pdf().replace(b"endobj", b"x" * 9_000_000 + b"endobj")
    assert send(call(alice), draft, ("code", "packing_list"), ("file", ("a.pdf", large))).status == 201


def test_other_addresses_take_no_form(call, alice, draft):
    raw, kind = form(("incoterm", "FCA"))
    assert call(alice).ask("PATCH", f"/declarations/{draft.reference}", raw=raw, Content_Type=kind).status == 415
