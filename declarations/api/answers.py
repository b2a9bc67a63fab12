"""The documented shapes of answers. Rows become them in `shapes`; a test holds the two against each other."""

from typing import Any

from rest_framework import serializers

from declarations import words
from declarations.api.bodies import ConsigneeBody, DriverBody, PaperBody
from declarations.api.frame.schema import ProblemRow
from declarations.attachments import Kind
from declarations.lifecycle import (
    CheckStatus,
    DeclarationStatus,
    InspectionStatus,
    PassKeyStatus,
    PassStatus,
    VehicleStatus,
)
from declarations.paperwork import State, Step
from declarations.readiness import Actor, Repair

OFFICERS_ONLY = "Officers only."


def _text(**options: Any) -> serializers.CharField:
    return serializers.CharField(**options)


def _maybe(**options: Any) -> serializers.CharField:
    return serializers.CharField(allow_null=True, **options)


def _moment(**options: Any) -> serializers.DateTimeField:
    return serializers.DateTimeField(**options)


def _number(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(**options)


class BecauseAnswer(serializers.Serializer):
    """Why a vehicle is not ready, which act repairs it, who must act, from when, and what happens if nobody does."""

    code = _text()
    message = _text()
    must_act = serializers.ChoiceField(Actor.choices)
    repair = serializers.ChoiceField(Repair.choices)
    who = _text()
    since = _moment(allow_null=True)
    until = _moment(allow_null=True)
    otherwise = _maybe()


class HitAnswer(serializers.Serializer):
    """A risk rule that selected."""

    rule = _text()
    rule_version = _number()
    points = _number()
    channel = serializers.ChoiceField(words.Channel.choices, allow_null=True)
    at = _moment()


class CheckAnswer(serializers.Serializer):
    """A document check."""

    because = _text()
    status = serializers.ChoiceField(CheckStatus.choices)
    opened_at = _moment()
    closed_at = _moment(allow_null=True)


class InspectionAnswer(serializers.Serializer):
    """An examination of one vehicle; id and cause are for officers."""

    id = _text(required=False)
    vin = _text()
    status = serializers.ChoiceField(InspectionStatus.choices)
    ordered_because = _text(required=False)
    ordered_text = _text(required=False)
    follows_failure = serializers.BooleanField(required=False)
    ordered_at = _moment()
    started_at = _moment(allow_null=True)
    closed_at = _moment(allow_null=True)
    findings = _text()
    finding_codes = serializers.ListField(child=serializers.CharField())
    next = serializers.ChoiceField(words.InspectionNext.choices, allow_null=True)
    agency = serializers.ChoiceField(words.Agency.choices, required=False)
    checks = serializers.ListField(child=serializers.ChoiceField(words.InspectionCheck.choices), required=False)
    bay = _maybe(required=False)
    repaired_at = _moment(allow_null=True, required=False)


class VehicleAnswer(serializers.Serializer):
    """A vehicle: what was declared, and where it stands."""

    vin = _maybe()
    make = _maybe()
    model = _maybe()
    model_year = _number(allow_null=True)
    category = _maybe()
    condition = _maybe()
    powertrain = _maybe()
    fuel = _maybe()
    displacement_cc = _number(allow_null=True)
    seats = _number(allow_null=True)
    gross_mass_kg = _number(allow_null=True)
    curb_mass_kg = _number(allow_null=True)
    hs_code = _maybe()
    value = _maybe()
    colour = _maybe()
    first_registered_on = _maybe()
    odometer_km = _number(allow_null=True)
    plate = _maybe()
    plate_expires_on = _maybe()
    papers = PaperBody(many=True)
    driver = DriverBody(allow_null=True)
    status = serializers.ChoiceField(VehicleStatus.choices)
    ready = serializers.BooleanField()
    ready_until = _moment(allow_null=True)
    not_ready_because = BecauseAnswer(many=True)
    inspections = InspectionAnswer(many=True)
    channel = serializers.ChoiceField(words.Channel.choices, allow_null=True, required=False, help_text=OFFICERS_ONLY)
    risk_hits = HitAnswer(many=True, required=False, help_text=OFFICERS_ONLY)
    document_checks = CheckAnswer(many=True, required=False, help_text=OFFICERS_ONLY)


class HoldAnswer(serializers.Serializer):
    """A block; the exporter reads the public text alone."""

    id = _text(required=False)
    declaration = _text(required=False)
    vehicle = _maybe()
    reason_code = _text(required=False)
    text = _text(required=False)
    public_text = _text()
    placed_at = _moment()
    placed_by = _text(required=False)
    lifted_at = _moment(allow_null=True)
    lifted_by = _maybe(required=False)
    lift_reason = _text(required=False)


class DocumentAnswer(serializers.Serializer):
    """A document that is asked for, with its clock."""

    code = _text()
    name = _text()
    vin = _maybe()
    why = _text()
    due_at = _moment()
    answered_at = _moment(allow_null=True)
    answer = _text()


class FileAnswer(serializers.Serializer):
    """A file of a paper; taken back ones are shown to officers alone."""

    id = _text()
    code = _text()
    vin = _maybe()
    name = _text()
    kind = serializers.ChoiceField([(kind.value, kind.name) for kind in Kind])
    size = _number(help_text="Bytes.")
    uploaded_at = _moment()
    uploaded_by = _text()
    answers_request = serializers.BooleanField()
    with_customs_since = _moment(allow_null=True)
    removed_at = _moment(allow_null=True)


class FilesAnswer(serializers.Serializer):
    """What an upload made: one document per vehicle."""

    results = FileAnswer(many=True)


class PaperTaskAnswer(serializers.Serializer):
    """A paper of the task list: how far it is, and what to do next."""

    code = _text()
    name = _text()
    state = serializers.ChoiceField(State.choices)
    next = serializers.ChoiceField(Step.choices)
    needed = serializers.BooleanField()
    number = _maybe()
    valid_until = serializers.DateField(allow_null=True)
    files = _number()
    until = _moment(allow_null=True, help_text="End of its validity, or until when customs waits for it.")
    why = _maybe(help_text="Why customs asks for it.")


class VehiclePapersAnswer(serializers.Serializer):
    """The papers of one vehicle."""

    vin = _maybe()
    papers = PaperTaskAnswer(many=True)


class PaperworkAnswer(serializers.Serializer):
    """The task list: papers that the declaration has once, then those of each vehicle."""

    open = _number(help_text="Papers that want something.")
    papers = PaperTaskAnswer(many=True)
    vehicles = VehiclePapersAnswer(many=True)


class AskedAnswer(serializers.Serializer):
    """A problem on an officer's desk, and what he said."""

    code = _text()
    vin = _text()
    text = _text()
    asked_at = _moment(allow_null=True)
    accepted_at = _moment(allow_null=True)
    reason = _text()


class DeclarationSummary(serializers.Serializer):
    """A declaration in a list."""

    reference = _text()
    functional_reference = _text()
    exporter = _text(help_text="USCC.")
    exporter_name = _text()
    status = serializers.ChoiceField(DeclarationStatus.choices)
    version = _number()
    port = _maybe()
    direction = _text()
    mode = _text()
    planned_arrival_at = _maybe()
    vehicle_count = _number()
    ready_count = _number()
    error_count = _number()
    warning_count = _number()
    updated_at = _moment()
    channel = serializers.ChoiceField(words.Channel.choices, allow_null=True, required=False, help_text=OFFICERS_ONLY)


class DeclarationAnswer(serializers.Serializer):
    """A declaration: what was declared, what is wrong with it, and where it stands."""

    functional_reference = _maybe()
    port = _maybe()
    direction = _maybe()
    mode = _maybe()
    destination_country = _maybe()
    consignee = ConsigneeBody()
    contract_number = _maybe()
    incoterm = _maybe()
    incoterm_place = _maybe()
    currency = _maybe()
    planned_arrival_at = _maybe()
    vehicles = VehicleAnswer(many=True)
    reference = _text()
    version = _number()
    status = serializers.ChoiceField(DeclarationStatus.choices)
    problems = ProblemRow(many=True)
    exporter = _text(help_text="USCC.")
    exporter_name = _text()
    registration_number = _maybe()
    created_at = _moment()
    updated_at = _moment()
    lodged_at = _moment(allow_null=True)
    released_at = _moment(allow_null=True)
    expires_at = _moment(allow_null=True)
    documents_due_at = _moment(allow_null=True)
    appeal_until = _moment(allow_null=True)
    holds = HoldAnswer(many=True)
    documents = DocumentAnswer(many=True)
    asked = AskedAnswer(many=True)
    channel = serializers.ChoiceField(words.Channel.choices, allow_null=True, required=False, help_text=OFFICERS_ONLY)
    risk_hits = HitAnswer(many=True, required=False, help_text=OFFICERS_ONLY)


class ProblemsAnswer(serializers.Serializer):
    """What is wrong with a body."""

    problems = ProblemRow(many=True)


class LeftOutAnswer(serializers.Serializer):
    """The new draft with the vehicles that were set aside."""

    reference = _text()
    vins = serializers.ListField(child=_text())


class LodgedAnswer(serializers.Serializer):
    """What lodging did; a worker decides within seconds."""

    reference = _text()
    status = serializers.ChoiceField(DeclarationStatus.choices)
    left_out = LeftOutAnswer(allow_null=True)


class PassAnswer(serializers.Serializer):
    """The pass of one vehicle."""

    pass_id = _text()
    version = _number()
    status = serializers.ChoiceField(PassStatus.choices)
    code = _text(help_text="The QR text.")
    manual_code = _text()
    port = _text()
    valid_from = _moment()
    valid_until = _moment()
    ready = serializers.BooleanField()
    ready_until = _moment(allow_null=True)
    not_ready_because = BecauseAnswer(many=True)


class OverrideAnswer(serializers.Serializer):
    """Controls of one vehicle set aside by two people, at one stage, for thirty minutes."""

    id = _text()
    vin = _text()
    declaration = _text()
    stage = serializers.ChoiceField(words.Stage.choices)
    reason = _text()
    asked_by = _text()
    asked_at = _moment()
    granted_by = _maybe()
    granted_at = _moment(allow_null=True)
    expires_at = _moment(allow_null=True)
    used_at = _moment(allow_null=True)


class JwkAnswer(serializers.Serializer):
    """A public key (RFC 8037)."""

    kty = serializers.ChoiceField([("OKP", "OKP")])
    crv = serializers.ChoiceField([("Ed25519", "Ed25519")])
    kid = _text()
    x = _text()
    status = serializers.ChoiceField(PassKeyStatus.choices)


class JwkSetAnswer(serializers.Serializer):
    """All keys that ever signed passes."""

    keys = JwkAnswer(many=True)


class LabelsAnswer(serializers.Serializer):
    """A name in four languages."""

    zh = _text()
    en = _text()
    ru = _text()
    kk = _text()


class CodeAnswer(serializers.Serializer):
    """An entry of a code list; some lists say more of each."""

    code = _text()
    labels = LabelsAnswer()


class CodeListAnswer(serializers.Serializer):
    """A whole code list."""

    results = CodeAnswer(many=True)
    next = _maybe()
