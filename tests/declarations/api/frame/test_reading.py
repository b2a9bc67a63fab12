"""Strict reading: every malformed body is refused with a pointer, and nothing else is."""

import json

import pytest
from rest_framework import serializers
from rest_framework.exceptions import ParseError

from declarations.api import bodies
from declarations.api.frame.reading import BadShape, Body, Moment, Text, Whole, parse
from declarations.errors import Unacceptable


class Inner(Body):
    """For these tests."""

    name = Text(max_length=5)


class Outer(Body):
    """For these tests."""

    text = Text(required=False, allow_null=True, max_length=5)
    whole = Whole(required=False, min_value=0, max_value=9)
    part = serializers.FloatField(required=False, min_value=0, max_value=1)
    flag = serializers.BooleanField(required=False, default=False)
    choice = serializers.ChoiceField(["A", "B"], required=False)
    at = Moment(required=False)
    id = serializers.UUIDField(required=False)
    inner = Inner(required=False)
    rows = serializers.ListField(child=Inner(), required=False, max_length=2)


class Many(Body):
    """For these tests."""

    rows = serializers.ListField(child=Inner())


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ([], ("WRONG_TYPE", "")),
        ("x", ("WRONG_TYPE", "")),
        ({"nonsense": 1}, ("UNKNOWN_FIELD", "/nonsense")),
        ({"a/b~c": 1}, ("UNKNOWN_FIELD", "/a~1b~0c")),
        ({"text": 5}, ("WRONG_TYPE", "/text")),
        ({"text": True}, ("WRONG_TYPE", "/text")),
        ({"text": ["x"]}, ("WRONG_TYPE", "/text")),
        ({"text": "toolong"}, ("TEXT_LENGTH", "/text")),
        ({"whole": "5"}, ("WRONG_TYPE", "/whole")),
        ({"whole": True}, ("WRONG_TYPE", "/whole")),
        ({"whole": 5.5}, ("WRONG_TYPE", "/whole")),
        ({"whole": 10}, ("NUMBER_RANGE", "/whole")),
        ({"part": "0.5"}, ("WRONG_TYPE", "/part")),
        ({"part": False}, ("WRONG_TYPE", "/part")),
        ({"part": 1.01}, ("NUMBER_RANGE", "/part")),
        ({"flag": "true"}, ("WRONG_TYPE", "/flag")),
        ({"flag": 1}, ("WRONG_TYPE", "/flag")),
        ({"choice": 1}, ("WRONG_TYPE", "/choice")),
        ({"at": 1}, ("WRONG_TYPE", "/at")),
        ({"id": 1}, ("WRONG_TYPE", "/id")),
        ({"inner": []}, ("WRONG_TYPE", "/inner")),
        ({"inner": {"name": 1}}, ("WRONG_TYPE", "/inner/name")),
        ({"inner": {"name": "x", "age": 1}}, ("UNKNOWN_FIELD", "/inner/age")),
        ({"rows": {}}, ("WRONG_TYPE", "/rows")),
        ({"rows": [{"name": "x"}, {"nam": "x", "name": "y"}]}, ("UNKNOWN_FIELD", "/rows/1/nam")),
        ({"rows": [{"name": "x"}] * 3}, ("TOO_MANY", "/rows")),
        ({"rows": [5]}, ("WRONG_TYPE", "/rows/0")),
    ],
)
def test_a_wrong_shape_is_named_at_its_place(body, found):
    with pytest.raises(BadShape) as refused:
        Outer.read(body)
    assert found in {(each.code, each.pointer) for each in refused.value.problems}
    assert all(each.message for each in refused.value.problems)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"choice": "C"}, ("CHOICE_UNKNOWN", "/choice")),
        ({"choice": ""}, ("REQUIRED", "/choice")),
        ({"choice": None}, ("REQUIRED", "/choice")),
        ({"at": "tomorrow"}, ("MOMENT_FORM", "/at")),
        ({"at": "2026-11-25T03:00:00"}, ("MOMENT_FORM", "/at")),
        ({"at": " 2026-11-25T03:00:00Z"}, ("MOMENT_FORM", "/at")),
        ({"at": "0001-01-01T00:00:00+14:00"}, ("MOMENT_FORM", "/at")),
        ({"id": "5"}, ("ID_FORM", "/id")),
        ({"inner": {}}, ("REQUIRED", "/inner/name")),
        ({"inner": {"name": " "}}, ("REQUIRED", "/inner/name")),
        ({"inner": None}, ("REQUIRED", "/inner")),
    ],
)
def test_what_is_wrong_in_the_matter_is_another_refusal(body, found):
    with pytest.raises(Unacceptable) as refused:
        Outer.read(body)
    assert found in {(each.code, each.pointer) for each in refused.value.problems}


@pytest.mark.parametrize("count", [100, 101, 50_000])
def test_a_hundred_problems_are_told_and_that_there_are_more(count):
    strange = {f"x{n}": 1 for n in range(count)}
    for read in (Outer.read, Outer.read_query):
        with pytest.raises(BadShape) as refused:
            read(strange)
        codes = [each.code for each in refused.value.problems]
        assert codes == ["UNKNOWN_FIELD"] * 100 + ["MORE_FOLLOW"] * (count > 100)
    with pytest.raises(Unacceptable) as wrong:
        Many.read({"rows": [{}] * count})
    assert len(wrong.value.problems) == 100 + (count > 100)
    with pytest.raises(BadShape) as bad:
        parse(json.dumps(["\0"] * count).encode())
    assert len(bad.value.problems) == 100 + (count > 100)
    assert all(each.message for each in (*refused.value.problems, *wrong.value.problems, *bad.value.problems))


def test_a_good_body_comes_back_with_defaults_and_nothing_more():
    assert Outer.read({"whole": 5.0, "text": None}) == {"whole": 5, "text": None, "flag": False}
    assert Outer.read({"part": 1, "rows": []}) == {"part": 1.0, "rows": [], "flag": False}


def test_a_query_string_is_read_as_text():
    query = bodies.DeclarationQuery.read_query({"page_size": "7", "status": "DRAFT"})
    assert query == {"page_size": 7, "status": "DRAFT"}
    for wrong in ({"page_size": "７"}, {"page_size": "9" * 20}, {"status": "draft"}, {"vin": "\0"}):
        with pytest.raises(BadShape):
            bodies.DeclarationQuery.read_query(wrong)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": "\x00"}',
        b'\xff\xfe{"a": 1}',
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a": 1} x',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b"[" * 21 + b"]" * 21,
    ],
)
def test_what_is_no_json_is_refused(raw):
    with pytest.raises(ParseError):
        parse(raw)


@pytest.mark.parametrize(
    ("raw", "code", "pointer"),
    [
        (b'{"a": 1, "a": 2}', "DUPLICATE_FIELD", "/a"),
        (b'{"a": "x\\u0000"}', "BAD_CHARACTER", "/a"),
        (b'{"a": ["x", "\\ud800"]}', "BAD_CHARACTER", "/a/1"),
        (b'{"\\u0000": 1}', "BAD_CHARACTER", "/U+0000"),
    ],
)
def test_what_could_not_be_stored_is_refused_at_its_place(raw, code, pointer):
    with pytest.raises(BadShape) as refused:
        parse(raw)
    assert (code, pointer) in {(each.code, each.pointer) for each in refused.value.problems}
    json.dumps([each.as_dict() for each in refused.value.problems]).encode()


def test_a_pair_of_surrogates_is_one_good_character():
    assert parse(b'{"a": "\\ud83d\\ude97"}') == {"a": "\N{AUTOMOBILE}"}


def test_a_gate_reads_on_with_a_replacement():
    assert parse(b'{"code": "x\\u0000\\ud800"}', forgiving=True) == {"code": "x\ufffd\ufffd"}


def test_the_contracts_body_is_of_the_documented_shape():
    fields = bodies.DeclarationBody().fields
    assert set(fields) == {
        "functional_reference", "port", "direction", "mode", "destination_country", "consignee", "contract_number",
        "incoterm", "incoterm_place", "currency", "planned_arrival_at", "vehicles",
    }  # fmt: skip
