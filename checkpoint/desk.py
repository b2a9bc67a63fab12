"""What an officer decides about a passage: release, inspect, turn back, close, contest, annul, ask for an override."""

import uuid
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from checkpoint import permissions
from checkpoint.models import Case, Checkpoint, Passage
from checkpoint.models.passage import CaseResult
from checkpoint.reasons import REASONS, Reason, Remedy
from declarations import vin as vins
from declarations.clearance import inspections, overrides
from declarations.clearance.controls import open_causes, overrides_in_force
from declarations.errors import Conflict, NotPermitted
from declarations.lifecycle import CLOSED_VEHICLE, DeclarationStatus, PassStatus, VehicleStatus
from declarations.models import Admission, Declaration, History, Override, Pass, Vehicle, note
from declarations.models.standing import recompute
from declarations.words import Mode, Stage

V = VehicleStatus
ADMITS: dict[str, str] = {V.PRESENTED: Stage.ENTRY, V.RELEASED: Stage.RELEASE, V.EXITED: Stage.EXIT}
"""The stage that a step forward admits to."""

RELEASE_STEPS: dict[tuple[str, str], tuple[str, ...]] = {
    (Stage.ENTRY, V.DECLARED): (V.PRESENTED,),
    (Stage.RELEASE, V.DECLARED): (V.PRESENTED, V.RELEASED),
    (Stage.RELEASE, V.PRESENTED): (V.RELEASED,),
    (Stage.RELEASE, V.REFERRED): (V.RELEASED,),
    (Stage.EXIT, V.RELEASED): (V.EXITED,),
    (Stage.EXIT, V.REFERRED): (V.RELEASED, V.EXITED),
}
"""What an officer's RELEASE means at a stage for a vehicle in a status (DOMAIN section 4)."""

INSPECT_STEPS: dict[tuple[str, str], tuple[str, ...]] = {
    (Stage.ENTRY, V.DECLARED): (V.PRESENTED, V.REFERRED),
    (Stage.RELEASE, V.DECLARED): (V.PRESENTED, V.REFERRED),
    (Stage.ENTRY, V.PRESENTED): (V.REFERRED,),
    (Stage.RELEASE, V.PRESENTED): (V.REFERRED,),
    (Stage.EXIT, V.RELEASED): (V.REFERRED,),
}

TURN_BACK_STEPS: dict[str, tuple[str, ...]] = {
    V.PRESENTED: (V.DECLARED,),
    V.REFERRED: (V.DECLARED,),
    V.RELEASED: (V.REFERRED, V.DECLARED),
}

ANNUL_STEPS: dict[tuple[str, str], tuple[str, ...]] = {
    (Stage.ENTRY, V.PRESENTED): (V.DECLARED,),
    (Stage.ENTRY, V.REFERRED): (V.DECLARED,),
    (Stage.ENTRY, V.RELEASED): (V.PRESENTED, V.DECLARED),
    (Stage.ENTRY, V.EXITED): (V.RELEASED, V.PRESENTED, V.DECLARED),
    (Stage.RELEASE, V.RELEASED): (V.PRESENTED,),
    (Stage.RELEASE, V.EXITED): (V.RELEASED, V.PRESENTED),
    (Stage.EXIT, V.EXITED): (V.RELEASED,),
}
"""The way back when an admission is annulled, stepping over later stages too."""


PRESENTABLE = frozenset(
    {DeclarationStatus.RELEASED, DeclarationStatus.UNDER_CONTROL, DeclarationStatus.DOCUMENTS_REQUIRED}
)
"""Declarations whose vehicles may come into the yard."""


@transaction.atomic
def decide(*, passage_id: uuid.UUID, result: str, reason: str, vin: str = "", by: Any, now: datetime) -> Case:
    """Settle a MANUAL or ALARM passage: RELEASE, INSPECT, TURN_BACK, or CLOSE what was settled elsewhere.

    Older cases of the vehicle at this stage end with it: only its newest passage is ever decided.
    vin: what the officer read on the car; with the declared one he may move a vehicle of which nothing else was seen.
    Raises: NotPermitted; Conflict when it is settled, not the newest of its stage, or the reason does not allow it.
    """
    passage, case = _locked_case(passage_id, by=by)
    vehicle = _locked_vehicle(passage)
    remedy = Remedy(result)
    if remedy not in REASONS[Reason(passage.reason)].remedies:
        raise Conflict("NOT_ALLOWED_HERE", _("This reason does not allow that. Settle its cause instead."))
    moves = vehicle is not None and _is_here(passage, vehicle, vin)
    if remedy is Remedy.RELEASE:
        if vehicle is None:
            raise Conflict("NO_VEHICLE", _("No vehicle is identified. Look it up by its VIN and scan its pass."))
        let_through(passage, vehicle, reason=reason, by=by, now=now)
    elif vehicle is not None and moves and remedy is not Remedy.CLOSE:
        _send_away(passage, vehicle, remedy, reason=reason, by=by, now=now)
    elif vehicle is not None:
        _noted(passage, vehicle, result, text=reason, by=by, now=now)
    case.closed_at, case.closed_by, case.result, case.reason = now, by, result, reason
    case.vin_read = vins.normalise(vin)[:17]
    case.save(update_fields=["closed_at", "closed_by", "result", "reason", "vin_read"])
    if vehicle is not None:
        older = Case.objects.open().filter(passage__vehicle=vehicle, passage__stage=passage.stage)
        older.update(closed_at=now, closed_by=by, result=CaseResult.LATER_PASSAGE)
        recompute([vehicle], now=now)
        vehicle.declaration.touch(at=now)
    return case


@transaction.atomic
def annul(*, passage_id: uuid.UUID, reason: str, by: Any, now: datetime) -> Vehicle:
    """Take an admission back: the barrier did not open, or it was the wrong car. The vehicle steps back.

    Raises: NotPermitted; Conflict when no admission of this passage is live, or the vehicle cannot step back.
    """
    passage = Passage.objects.get(pk=passage_id)
    permissions.check_can_annul(by, passage, now)
    vehicle = _locked_vehicle(passage)
    stages = list(Admission.objects.filter(passage_id=passage.pk, annulled_at=None).values_list("stage", flat=True))
    if vehicle is None or not stages:
        raise Conflict("NO_LIVE_ADMISSION", _("This passage admitted nobody, or its admission was annulled already."))
    first = min(stages, key=list(Stage.values).index)
    steps = ANNUL_STEPS.get((first, vehicle.status))
    if steps is None:
        raise Conflict("CANNOT_STEP_BACK", _("The vehicle has gone on since; its admission can no longer be annulled."))
    contested = _contested_cases(vehicle, by=by)
    _reopen(vehicle, steps, reason=reason, by=by, now=now)
    contested.update(closed_at=now, closed_by=by, result=CaseResult.CONTEST, reason=reason)
    recompute([vehicle], now=now)
    vehicle.declaration.touch(at=now)
    return vehicle


@transaction.atomic
def contest(*, passage_id: uuid.UUID, vin: str, reason: str, by: Any, now: datetime) -> Case:
    """The declared car stands here, so an earlier admission was another's: a second person has to annul it.

    vin: what the officer read on the car.
    Raises: NotPermitted; Conflict when the reason does not allow it, or the VIN on the car is not the declared one.
    """
    passage, case = _locked_case(passage_id, by=by)
    vehicle = _locked_vehicle(passage)
    if Remedy.CONTEST not in REASONS[Reason(passage.reason)].remedies or vehicle is None:
        raise Conflict("NOT_ALLOWED_HERE", _("This reason does not allow that. Settle its cause instead."))
    if vins.normalise(vin) != vehicle.vin:
        raise Conflict(
            "VIN_DIFFERS", _("The VIN on the car is not the declared one: this is another car. Keep it here.")
        )
    case.vin_read = vehicle.vin
    case.save(update_fields=["vin_read"])
    note(
        declaration_id=vehicle.declaration_id,
        vehicle_id=vehicle.pk,
        by=by,
        at=now,
        reason="CONTESTED",
        text=reason,
        data=_data(passage),
    )
    return case


@transaction.atomic
def ask_override(*, passage_id: uuid.UUID, reason: str, by: Any, now: datetime) -> Override:
    """Ask a second person to set the controls of this passage's vehicle aside, at this stage.

    Raises: NotPermitted; Conflict when the reason of the passage is none that can be overridden.
    """
    passage, _case = _locked_case(passage_id, by=by)
    if Remedy.OVERRIDE not in REASONS[Reason(passage.reason)].remedies or passage.vehicle_id is None:
        raise Conflict("NOT_ALLOWED_HERE", _("This reason does not allow that. Settle its cause instead."))
    return overrides.ask(
        vehicle_id=passage.vehicle_id, stage=passage.stage, reason=reason, passage_id=passage.pk, by=by, now=now
    )


def _locked_case(passage_id: uuid.UUID, *, by: Any) -> tuple[Passage, Case]:
    passage = Passage.objects.select_related("lane").get(pk=passage_id)
    permissions.check_can_decide_passage(by, passage)
    if passage.vehicle_id is not None:
        Vehicle.objects.lock_with_declaration(passage.vehicle_id)
        newer = Passage.objects.filter(
            vehicle=passage.vehicle_id, stage=passage.stage, decided_at__gte=passage.decided_at
        )
        if newer.filter(pk__gt=passage.pk).exists():
            raise Conflict("NOT_NEWEST", _("This vehicle was scanned again at this stage. Decide the newest passage."))
    case = Case.objects.select_for_update(of=("self",)).filter(passage=passage).first()
    if case is None or case.closed_at is not None:
        raise Conflict("NOTHING_TO_DECIDE", _("This passage is settled already."))
    return passage, case


def _contested_cases(vehicle: Vehicle, *, by: Any) -> QuerySet[Case]:
    """Open cases in which an officer contests an admission of this vehicle.

    Raises: NotPermitted for that very officer: a second person annuls.
    """
    cases = Case.objects.open().filter(passage__vehicle=vehicle).exclude(vin_read="")
    said = History.objects.filter(vehicle=vehicle.pk, reason="CONTESTED", by=by).values_list("data__passage", flat=True)
    if cases.filter(passage__in=[uuid.UUID(text) for text in said]).exists():
        raise NotPermitted("SECOND_PERSON", _("You contest this admission; a second person has to annul it."))
    return cases


def _locked_vehicle(passage: Passage) -> Vehicle | None:
    return Vehicle.objects.lock_with_declaration(passage.vehicle_id) if passage.vehicle_id else None


def _is_here(passage: Passage, vehicle: Vehicle, vin: str) -> bool:
    """Whether something shows that the vehicle itself stands at this gate."""
    read = vins.normalise(vin)
    at_port = vehicle.declaration.port_id == passage.port_id
    return at_port and (bool(passage.seen.get("own")) or (bool(read) and read == vehicle.vin))


def _stages(port_id: str) -> set[str]:
    return set(Checkpoint.objects.filter(port=port_id).values_list("stage", flat=True))


def _can_step_here(passage: Passage, vehicle: Vehicle, stages: set[str]) -> bool:
    """Where the port has a yard entry, nothing but that entry presents: a vehicle inside without it could not go on."""
    return vehicle.status != V.DECLARED or passage.stage == Stage.ENTRY or Stage.ENTRY not in stages


def _may_be_presented(vehicle: Vehicle) -> bool:
    """Not while the declaration is only lodged or has ended, and not while the vehicle is assessed again.

    The gate asks the same; since then the exporter may have amended.
    """
    if vehicle.status != V.DECLARED:
        return True
    return vehicle.declaration.status in PRESENTABLE and not vehicle.being_assessed


def let_through(passage: Passage, vehicle: Vehicle, *, reason: str, by: Any, now: datetime) -> None:
    """Let the vehicle through as the gate would have, under the same laws; both are locked.

    Raises: Conflict.
    """
    declaration = vehicle.declaration
    stage = passage.stage
    if declaration.port_id != passage.port_id:
        raise Conflict("WRONG_PORT", _("This vehicle is declared for another port by now."))
    stages = _stages(passage.port_id)
    steps = RELEASE_STEPS.get((stage, vehicle.status))
    if steps is None or not _can_step_here(passage, vehicle, stages):
        raise Conflict("WRONG_STAGE", _("This vehicle is not at this stage of its way."))
    is_late = V.RELEASED in steps and declaration.status != DeclarationStatus.RELEASED
    if is_late or not _may_be_presented(vehicle):
        raise Conflict("DECLARATION_NOT_RELEASED", _("The declaration is not released."))
    causes = open_causes(vehicle, now=now, stage=stage) if stage != Stage.ENTRY else []
    if causes:
        raise Conflict(causes[0], _("Something stands against this vehicle. Settle the cause first."))
    if stage == Stage.RELEASE and Stage.EXIT not in stages and declaration.mode == Mode.SELF_DRIVE:
        steps = (*steps, V.EXITED)
    granted = [
        (ADMITS[step], passage.pk)
        for step in steps
        if step in ADMITS and (ADMITS[step] in stages or ADMITS[step] == Stage.EXIT)
    ]
    used = [row.pk for row in overrides_in_force(vehicle, now=now, stage=stage)]
    vehicle.move_to(
        *steps, by=by, at=now, reason="OFFICER_RELEASED", text=reason, data=_data(passage), admissions=granted
    )
    Override.objects.filter(pk__in=used).update(used_at=now)
    if steps[-1] == V.EXITED:
        for issued in Pass.objects.select_for_update(of=("self",)).filter(vehicle=vehicle, status=PassStatus.ISSUED):
            issued.vehicle = vehicle
            issued.move_to(PassStatus.CONSUMED, by=by, at=now, reason="EXITED")


def _send_away(passage: Passage, vehicle: Vehicle, remedy: Remedy, *, reason: str, by: Any, now: datetime) -> None:
    if remedy is Remedy.INSPECT:
        # The status first: an order would refer a RELEASED vehicle by itself, with another reason.
        steps = INSPECT_STEPS.get((passage.stage, vehicle.status))
        if steps and _can_step_here(passage, vehicle, _stages(passage.port_id)) and _may_be_presented(vehicle):
            granted = [(Stage.ENTRY, passage.pk)] if passage.stage == Stage.ENTRY and V.PRESENTED in steps else []
            vehicle.move_to(
                *steps, by=by, at=now, reason="OFFICER_INSPECT", text=reason, data=_data(passage), admissions=granted
            )
        else:
            _noted(passage, vehicle, "INSPECT", text=reason, by=by, now=now)
        if vehicle.status not in CLOSED_VEHICLE:
            inspections.open_order(vehicle, because="GATE", by=by, now=now)
    elif steps := TURN_BACK_STEPS.get(vehicle.status):
        vehicle.move_to(*steps, by=by, at=now, reason="TURNED_BACK", text=reason, data=_data(passage))
    else:
        _noted(passage, vehicle, "TURN_BACK", text=reason, by=by, now=now)


def _reopen(vehicle: Vehicle, steps: tuple[str, ...], *, reason: str, by: Any, now: datetime) -> None:
    """Step back; an exit that is annulled opens the declaration again and gives the pass back."""
    declaration: Declaration = vehicle.declaration
    was_out = vehicle.status == V.EXITED
    if was_out and declaration.status == DeclarationStatus.COMPLETED:
        declaration.move_to(DeclarationStatus.RELEASED, by=by, at=now, reason="EXIT_ANNULLED", text=reason)
    if was_out and declaration.status not in PRESENTABLE:
        raise Conflict("DECLARATION_NOT_RELEASED", _("The declaration is not released."))
    if steps[-1] == V.RELEASED:
        if open_causes(vehicle, now=now, stage=Stage.RELEASE):
            steps = (*steps, V.REFERRED)
        elif declaration.status != DeclarationStatus.RELEASED:
            # Law 1: it may stand in the yard, not be released; it goes through the release gate again.
            steps = (*steps, V.PRESENTED)
    try:
        with transaction.atomic():
            vehicle.move_to(*steps, by=by, at=now, reason="ADMISSION_ANNULLED", text=reason)
    except IntegrityError as clash:
        raise Conflict("VIN_IN_USE", _("This vehicle was declared elsewhere meanwhile.")) from clash
    if was_out:
        for used in Pass.objects.select_for_update(of=("self",)).filter(vehicle=vehicle, status=PassStatus.CONSUMED):
            used.vehicle = vehicle
            used.move_to(PassStatus.ISSUED, by=by, at=now, reason="ADMISSION_ANNULLED")


def _noted(passage: Passage, vehicle: Vehicle, result: str, *, text: str, by: Any, now: datetime) -> None:
    note(
        declaration_id=vehicle.declaration_id,
        vehicle_id=vehicle.pk,
        by=by,
        at=now,
        reason=f"OFFICER_{result}",
        text=text,
        data=_data(passage),
    )


def _data(passage: Passage) -> dict[str, Any]:
    return {"passage": passage.pk, "lane": passage.lane.code, "stage": passage.stage}
