"""Two versions side by side, without a database: only what differs, matched by place, and what it costs."""

import pytest

from declarations.versions import AT_ONCE, Cost, Kind, changed_names, compare, cost_of
from tests.cast import declaration_body, vehicle_body, vin_number


def said(*vehicles, **changes):
    """A body as a version keeps it."""
    rows = [{**row, "place": place} for place, row in enumerate(vehicles, 1)]
    return declaration_body(*rows, **changes)


def fields(found):
    """Names, old and new of every field of the header."""
    return [(each.name, each.old, each.new) for each in found.header]


def test_the_same_twice_differs_in_nothing():
    body = said(vehicle_body(1), vehicle_body(2))
    assert not compare(body, body)
    assert cost_of(compare(body, body)) == Cost(whole=False, again=())


def test_the_fields_of_the_consignee_are_told_one_by_one():
    old, new = said(), said(consignee={"name": "Semey Auto", "country": "KZ", "address": "Almaty, Raiymbek 1"})
    assert fields(compare(old, new)) == [("consignee.name", "Astana Motors", "Semey Auto")]


def test_nothing_and_an_empty_text_are_the_same():
    assert not compare(said(incoterm_place=None), said(incoterm_place=""))


def test_one_moment_in_two_zones_is_the_same():
    assert not compare(
        said(planned_arrival_at="2026-11-23T04:00:00+00:00"), said(planned_arrival_at="2026-11-23T12:00:00+08:00")
    )


def test_papers_in_another_order_are_the_same():
    first, second = {"code": "packing_list", "number": "1"}, {"code": "packing_list", "number": "2"}
    old, new = said(vehicle_body(1, papers=[first, second])), said(vehicle_body(1, papers=[second, first]))
    assert not compare(old, new)
    assert compare(old, said(vehicle_body(1, papers=[first])))


def test_a_vehicle_with_a_corrected_vin_is_the_same_vehicle():
    (row,) = compare(said(vehicle_body(1)), said(vehicle_body(1, vin=vin_number(9)))).vehicles
    assert (row.kind, row.vin) == (Kind.CHANGED, vin_number(9))
    assert [(each.name, each.old, each.new) for each in row.fields] == [("vin", vin_number(1), vin_number(9))]


def test_what_came_and_what_is_gone_are_named():
    old = said(vehicle_body(1), vehicle_body(2))
    new = declaration_body({**vehicle_body(2), "place": 2}, {**vehicle_body(3), "place": 3})
    found = compare(old, new)
    assert [(row.kind, row.vin) for row in found.vehicles] == [
        (Kind.ADDED, vin_number(3)),
        (Kind.REMOVED, vin_number(1)),
    ]
    assert (found.count(Kind.ADDED), found.count(Kind.REMOVED), found.count(Kind.CHANGED)) == (1, 1, 0)


def test_versions_of_before_places_are_matched_by_vin():
    found = compare(declaration_body(vehicle_body(2), vehicle_body(1)), said(vehicle_body(1, colour="red")))
    assert [(row.kind, row.vin) for row in found.vehicles] == [
        (Kind.CHANGED, vin_number(1)),
        (Kind.REMOVED, vin_number(2)),
    ]


def test_a_version_that_only_says_that_there_was_a_driver_differs_from_none_at_most():
    assert not compare(said(vehicle_body(1, driver=True)), said(vehicle_body(1, driver="a" * 64)))
    assert compare(said(vehicle_body(1, driver=True)), said(vehicle_body(1, driver=None)))


@pytest.mark.parametrize(
    ("changes", "cost"),
    [
        ({"contract_number": "9"}, Cost(whole=True, again=())),
        ({"port": "CNYRK"}, Cost(whole=True, again=())),
        ({"functional_reference": "PO-9"}, Cost(whole=False, again=())),
        ({"planned_arrival_at": "2026-12-01T00:00:00+00:00"}, Cost(whole=False, again=())),
    ],
)
def test_a_field_of_the_header_costs_the_whole_declaration_or_nothing(changes, cost):
    found = cost_of(compare(said(vehicle_body(1)), said(vehicle_body(1), **changes)))
    assert found == cost
    assert found.is_amendment == cost.whole


def test_a_field_of_a_vehicle_costs_that_vehicle_alone():
    old, new = said(vehicle_body(1), vehicle_body(2)), said(vehicle_body(1, colour="red"), vehicle_body(2))
    assert cost_of(compare(old, new)) == Cost(whole=False, again=(vin_number(1),))


@pytest.mark.parametrize("name", sorted(AT_ONCE))
def test_what_is_swapped_costs_nothing(name):
    paper = [{"code": "packing_list", "number": "1"}]
    found = compare(said(vehicle_body(1, papers=paper)), said(vehicle_body(1, papers=paper) | {name: None}))
    assert [each.name for each in found.vehicles[0].fields] == [name]
    assert not cost_of(found).is_amendment


def test_names_that_are_absent_have_not_changed():
    stored = {"colour": "red", "driver": {"name": "Li", "card": ""}, "papers": [{"code": "x", "number": None}]}
    typed = {"driver": {"name": "Li", "card": None}, "papers": [{"code": "x", "number": ""}]}
    assert changed_names(stored, typed) == []
    assert changed_names(stored, {"colour": "blue"}) == ["colour"]
