"""The demo's world: honest, complete, and the same however often it is made."""

import json
import stat
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from checkpoint.models import Checkpoint, Device, Lane, Passage
from checkpoint.models.gate import gate_of_key
from checkpoint.scanning import scan
from declarations import outbox, tasks, totp, vin
from declarations.actions import check_draft, lodge
from declarations.lifecycle import (
    MOVES,
    CheckStatus,
    DeclarationStatus,
    InspectionStatus,
    Machine,
    Owed,
    PassStatus,
    VehicleStatus,
    check_moves,
)
from declarations.models import (
    ApiKey,
    Declaration,
    DocumentCheck,
    Factor,
    History,
    Inspection,
    Invitation,
    Organisation,
    OutboxTask,
    Pass,
    Port,
    RiskRule,
    Role,
    Vehicle,
    roles_of,
)
from declarations.problems import errors
from declarations.words import Channel, Condition, RoleName, Stage
from seeds.accounts import ACCOUNTS, WITH_KEY
from seeds.demo import seed_demo
from seeds.reference import read_csv
from seeds.rules import STANDING
from seeds.stories.at_customs import DESK
from seeds.stories.first import BAD, DRAFT, READY
from seeds.world import draw

BASE = "http://127.0.0.1:8000"


@dataclass
class Demo:
    """The world as it was just made."""

    path: Path
    now: datetime

    def content(self) -> dict[str, Any]:
        return dict(json.loads(self.path.read_text()))

    def again(self, *, now: datetime) -> bool:
        return seed_demo(path=self.path, base_url=BASE, now=now)


@pytest.fixture(scope="module")
def made(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    """One world for all tests of this module; it is rolled back behind them."""
    demo = Demo(tmp_path_factory.mktemp("var") / "demo.json", timezone.now())
    with django_db_blocker.unblock():
        with transaction.atomic():
            assert demo.again(now=demo.now)
            yield demo
            transaction.set_rollback(True)
        cache.clear()


@pytest.fixture
def demo(made: Demo, db: None) -> Iterator[Demo]:
    """The world; whatever a test changes in it is taken back."""
    text = made.path.read_text()
    yield made
    made.path.write_text(text)


def everything() -> dict[str, list[dict[str, Any]]]:
    tables: list[type[models.Model]] = [User, Organisation, Role, Declaration, Vehicle, Pass, Device, History, Passage]
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in tables}


@pytest.mark.parametrize(
    ("model", "known"),
    [
        (Declaration, DeclarationStatus),
        (Vehicle, VehicleStatus),
        (Pass, PassStatus),
        (Inspection, InspectionStatus),
        (DocumentCheck, CheckStatus),
    ],
    ids=lambda part: getattr(part, "__name__", ""),
)
def test_every_status_is_present(demo: Demo, model: type[models.Model], known: type[models.TextChoices]) -> None:
    assert set(model._default_manager.values_list("status", flat=True)) == set(known.values)


def test_every_channel_every_stage_and_both_conditions_are_present(demo: Demo) -> None:
    assert set(Vehicle.objects.values_list("channel", flat=True)) == {"", *Channel.values}
    assert set(Passage.objects.values_list("stage", flat=True)) == set(Stage.values)
    assert set(Vehicle.objects.values_list("condition", flat=True)) == set(Condition.values)


def test_there_are_some_sixty_vehicles(demo: Demo) -> None:
    assert 55 <= Vehicle.objects.count() <= 75


def test_every_vin_is_right_but_the_two_that_show_a_mistake(demo: Demo) -> None:
    bad = [row for row in Vehicle.objects.select_related("declaration") if vin.problems(row.vin)]
    assert sorted((row.declaration.functional_reference, vin.problems(row.vin)[0].code) for row in bad) == [
        (BAD, "VIN_FOREIGN_CHARACTER"),
        (DESK, "VIN_CHECK_DIGIT"),
    ]


def test_vins_of_the_list_hold_nothing_so_that_a_visitor_may_declare_them(demo: Demo) -> None:
    listed = {row["vin"] for row in read_csv("vins_valid")}
    assert Vehicle.objects.filter(vin__in=listed).count() >= 15
    assert not Vehicle.objects.filter(vin__in=listed, live=True).exists()


def test_the_past_is_honest(demo: Demo) -> None:
    """Every row's history is an unbroken chain of legal moves, in the order of time, that ends where the row stands."""
    connection.check_constraints()
    tables: dict[Machine, type[models.Model]] = {
        Machine.DECLARATION: Declaration,
        Machine.VEHICLE: Vehicle,
        Machine.PASS: Pass,
        Machine.INSPECTION: Inspection,
    }
    assert set(tables) == set(MOVES)
    for machine, model in tables.items():
        for row in model._default_manager.all():
            chain = list(History.objects.filter(machine=machine, subject_id=row.pk).order_by("id"))
            assert chain[0].from_status == ""
            check_moves(machine, "", *[link.to_status for link in chain])
            assert chain[-1].to_status == getattr(row, "status")  # noqa: B009
            assert [link.at for link in chain] == sorted(link.at for link in chain)
            assert chain[-1].at <= demo.now


def test_history_was_written_in_the_order_of_time(demo: Demo) -> None:
    moments = list(History.objects.order_by("id").values_list("at", flat=True))
    assert moments == sorted(moments)


def test_all_owed_work_is_done_but_what_was_lodged_just_now(demo: Demo) -> None:
    (waiting,) = OutboxTask.objects.filter(done_at=None)
    assert waiting.kind == Owed.ASSESS
    assert Declaration.objects.get(pk=waiting.subject).status == DeclarationStatus.LODGED
    assert not OutboxTask.objects.filter(failed_at__isnull=False).exists()


def test_the_worker_decides_what_was_lodged_just_now(demo: Demo) -> None:
    (waiting,) = OutboxTask.objects.filter(done_at=None)
    later = demo.now + timedelta(seconds=5)
    outbox.run(task_id=waiting.pk, work=lambda task: tasks.WORK[task.kind](task.subject, draw, later), now=later)
    assert Declaration.objects.get(pk=waiting.subject).status == DeclarationStatus.RELEASED


def test_the_first_things_to_try_are_as_promised(demo: Demo) -> None:
    first = demo.content()["try_first"]
    ready = Declaration.objects.get(reference=first["ready_to_scan"]["reference"])
    assert ready.functional_reference == READY
    assert all(vehicle.ready for vehicle in ready.vehicles.all())
    assert [entry["manual_code"] for entry in first["ready_to_scan"]["passes"]] == [
        vehicle.newest_pass.manual_code for vehicle in ready.present_vehicles()
    ]
    draft = Declaration.objects.get(reference=first["draft"]["reference"])
    assert (draft.functional_reference, check_draft(draft, now=demo.now)) == (DRAFT, [])
    bad = Declaration.objects.get(reference=first["draft_with_bad_vehicle"]["reference"])
    assert [problem.pointer for problem in errors(check_draft(bad, now=demo.now))] == ["/vehicles/1/vin"]


def test_the_draft_is_lodged_without_its_bad_vehicle(demo: Demo) -> None:
    draft = Declaration.objects.get(functional_reference=BAD)
    alice = User.objects.get(username="alice")
    lodged = lodge(declaration_id=draft.pk, leave_out=True, by=alice, now=demo.now)
    assert (lodged.declaration.vehicles.count(), len(lodged.left_out_vins)) == (2, 1)


def test_what_is_ready_to_scan_drives_out_with_what_the_file_says(demo: Demo) -> None:
    content = demo.content()
    shown = content["try_first"]["ready_to_scan"]["passes"][0]
    keys = {entry["lane"]: entry["key"] for entry in content["devices"]}
    for minutes, lane in enumerate(("CNHRS-E1", "CNHRS-R2", "CNHRS-X1"), 1):
        now = demo.now + timedelta(minutes=minutes)
        gate = gate_of_key(ApiKey.digest_of(keys[lane]), now=now)
        assert gate is not None
        body = {"code": shown["manual_code"], "plate": {"text": shown["plate"]}, "driver_card": shown["driver_card"]}
        assert scan(gate=gate, scan_id=uuid.uuid4(), body=body, now=now).payload["verdict"] == "ADMIT"


def test_the_file_has_the_shape_of_the_contract(demo: Demo) -> None:
    content = demo.content()
    assert content["base_url"] == BASE
    assert set(content["accounts"]) == {"alice", "bob", "mallory", "carl", "olga", "ivan", "sam", "oscar"}
    for name, account in content["accounts"].items():
        assert account.keys() >= {"username", "password", "role", "organisation"}
        assert ("totp_secret" in account) == (account["organisation"] is None)
        assert account["username"] == name
        assert account["role"] == ACCOUNTS[name].role
    firms = {name: account["organisation"] for name, account in content["accounts"].items()}
    assert firms["alice"] == firms["bob"] != firms["mallory"]
    assert {name for name, firm in firms.items() if firm} == {"alice", "bob", "mallory"}
    assert set(content["api_keys"]) == set(WITH_KEY) == set(content["accounts"]) - {"bob"}
    lanes = {entry["lane"]: entry for entry in content["devices"]}
    assert set(lanes) == set(Lane.objects.values_list("code", flat=True))
    gate = Checkpoint.objects.get(lanes__code="CNHRS-R1")
    assert lanes["CNHRS-R1"] | {"key": ""} == {
        "port": "CNHRS",
        "checkpoint": gate.code,
        "stage": "RELEASE",
        "lane": "CNHRS-R1",
        "key": "",
    }


def test_only_the_owner_reads_the_file(demo: Demo) -> None:
    assert stat.S_IMODE(demo.path.stat().st_mode) == 0o600
    assert [path.name for path in demo.path.parent.iterdir()] == ["demo.json"]


def test_the_passwords_open_their_accounts(demo: Demo) -> None:
    for account in demo.content()["accounts"].values():
        user = authenticate(username=account["username"], password=account["password"])
        assert user is not None
        assert (user.is_superuser, user.is_staff) == (False, account["organisation"] is None)


def test_officers_work_at_every_port_and_see_every_list(demo: Demo) -> None:
    for role in Role.objects.filter(organisation=None).select_related("user"):
        assert role.port_id is None
        assert role.user.has_perms(["declarations.view_declaration", "checkpoint.view_passage", "auth.view_user"])
        assert role.user.has_perm("declarations.change_riskrule") is (role.role == RoleName.SUPERVISOR)
        assert not role.user.has_perm("declarations.change_declaration")


def test_all_organisations_but_the_newcomer_are_verified_and_have_real_codes(demo: Demo) -> None:
    listed = {row["uscc"] for row in read_csv("uscc_valid")}
    for organisation in Organisation.objects.all():
        assert (organisation.verified_at is None) == (organisation.name == "兰州天骑汽车贸易有限公司")
        assert organisation.uscc in listed


def test_standing_rules_together_disturb_nobody() -> None:
    for scope in ("VEHICLE", "DECLARATION"):
        points = sum(rule["points"] for rule in STANDING if rule["scope"] == scope)
        assert points < Port._meta.get_field("yellow_points").get_default()
    assert not any(rule.get("channel") for rule in STANDING)


def test_campaigns_are_over(demo: Demo) -> None:
    forced = RiskRule.objects.exclude(channel="")
    assert forced.exists()
    assert all(rule.valid_until is not None and rule.valid_until < demo.now for rule in forced)


def test_making_it_again_changes_nothing(demo: Demo) -> None:
    before, text = everything(), demo.path.read_text()
    assert not demo.again(now=demo.now + timedelta(hours=1))
    assert everything() == before
    assert demo.path.read_text() == text


def test_a_lost_file_means_new_secrets_and_the_same_world(demo: Demo) -> None:
    before, old, counts = everything(), demo.content(), Counter(Vehicle.objects.values_list("vin", flat=True))
    demo.path.unlink()
    assert not demo.again(now=demo.now + timedelta(hours=1))
    new = demo.content()
    assert Counter(Vehicle.objects.values_list("vin", flat=True)) == counts
    assert everything()["History"] == before["History"]
    assert authenticate(username="alice", password=old["accounts"]["alice"]["password"]) is None
    assert authenticate(username="alice", password=new["accounts"]["alice"]["password"]) is not None
    for kind in ("api_keys", "devices"):
        assert old[kind] != new[kind]
    lanes = Device.objects.filter(kind="LANE").select_related("api_key")
    assert all(device.api_key and device.api_key.revoked_at is None for device in lanes)
    assert old["try_first"] == new["try_first"]


@pytest.mark.parametrize("text", ["", "{}", '{"api_keys": {"alice": "sg_of-another-world"}}', "[]"])
def test_a_file_that_opens_nothing_is_written_anew(demo: Demo, text: str) -> None:
    demo.path.write_text(text)
    demo.again(now=demo.now)
    assert set(demo.content()["accounts"]) == set(ACCOUNTS)
    assert stat.S_IMODE(demo.path.stat().st_mode) == 0o600


def test_the_random_share_is_the_one_that_the_environment_asks_for(demo: Demo, settings: Any) -> None:
    assert set(Port.objects.values_list("random_share", flat=True)) == {0}
    settings.DEMO_RANDOM_SHARE = 0.25
    demo.again(now=demo.now)
    assert {float(share) for share in Port.objects.values_list("random_share", flat=True)} == {0.25}


def test_the_apps_secrets_are_the_ones_that_count(demo: Demo) -> None:
    for name, account in demo.content()["accounts"].items():
        kept = [factor.secret for factor in Factor.objects.filter(user__username=name, confirmed_at__isnull=False)]
        assert kept == ([account["totp_secret"]] if "totp_secret" in account else [])


def test_a_command_prints_the_code_of_now(demo: Demo) -> None:
    with time_machine.travel(1_800_000_000, tick=False):
        told = StringIO()
        call_command("totp", "carl", "--from", str(demo.path), stdout=told)
    secret = demo.content()["accounts"]["carl"]["totp_secret"]
    assert told.getvalue().startswith(f"{totp.code_of(secret, 60_000_000)}  good for 30 s")
    for name in ("alice", "nobody"):
        with pytest.raises(CommandError):
            call_command("totp", name, "--from", str(demo.path))


def test_somebody_waits_somebody_is_invited_and_an_agent_acts_for_alice(demo: Demo) -> None:
    alice = User.objects.get(username="alice")
    (mine,) = roles_of(alice).own_organisations
    assert Organisation.objects.filter(verified_at=None, refused_at=None).count() == 1
    assert Invitation.objects.filter(organisation=mine, accepted_at=None).count() == 1
    assert mine in roles_of(User.objects.get(username="tonglin")).organisations
