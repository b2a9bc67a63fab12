"""Code lists: complete, in four languages, the same however often they are loaded."""

import io
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import models

from checkpoint.models import Checkpoint, Device, Lane
from declarations.models import Country, HoldReason, PaperType, Port, load_reference
from seeds.reference import LISTS, load_reference_data, read_csv

pytestmark = pytest.mark.django_db


def everything() -> dict[str, list[dict[str, Any]]]:
    tables: list[type[models.Model]] = [*LISTS.values(), Checkpoint, Lane, Device]
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in tables}


def test_loading_twice_changes_nothing() -> None:
    call_command("seed", stdout=io.StringIO())
    first = everything()
    call_command("seed", stdout=io.StringIO())
    assert everything() == first
    assert all(first.values())


def test_every_row_of_every_file_arrives() -> None:
    counts = load_reference_data()
    assert counts == {name: len(read_csv(name)) for name in LISTS}
    assert counts == {name: model._default_manager.count() for name, model in LISTS.items()}
    assert Country.objects.count() == 249


def test_what_an_officer_set_on_a_port_stays() -> None:
    load_reference_data()
    Port.objects.filter(code="CNHRS").update(pass_hours=48, is_open=False)
    load_reference_data()
    assert Port.objects.values_list("pass_hours", "is_open").get(code="CNHRS") == (48, False)


def test_the_checks_read_the_new_lists_at_once() -> None:
    cache.set("reference", "stale")
    load_reference_data()
    reference = load_reference()
    assert reference.ports.keys() == {"CNHRS", "CNYRK", "CNULZ"}
    assert reference.currencies["JPY"] == 0
    assert reference.incoterms["FOB"] and not reference.incoterms["DAP"]
    assert len(reference.tariff_rows) == 63


def test_papers_keep_the_order_of_the_file() -> None:
    load_reference_data()
    assert list(PaperType.objects.values_list("code", flat=True)) == [row["code"] for row in read_csv("documents")]


def test_every_name_stands_in_four_languages() -> None:
    load_reference_data()
    for model in LISTS.values():
        if hasattr(model, "names"):
            assert [row for row in model._default_manager.all() if not all(row.names.values())] == []


def test_no_hold_reason_tips_anybody_off() -> None:
    load_reference_data()
    words = [
        "risk",
        "suspect",
        "stolen",
        "crime",
        "police",
        "fraud",
        "sanction",
        "风险",
        "嫌疑",
        "盗",
        "риск",
        "подозр",
        "украд",
        "тәуекел",
        "күдік",
        "ұрла",
    ]
    for reason in HoldReason.objects.all():
        said = " ".join([reason.code, *reason.names.values()]).lower()
        assert not [word for word in words if word in said]
    assert HoldReason.objects.filter(code="OTHER").exists()


def test_in_chinese_no_part_of_china_is_named_as_if_it_were_a_country() -> None:
    load_reference_data()
    names = dict(Country.objects.filter(code__in=["HK", "MO", "TW"]).values_list("code", "name_zh"))
    assert len(names) == 3
    assert all(name.startswith("中国") for name in names.values()), names
