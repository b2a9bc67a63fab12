"""What may be sent to a gate and about a passage; what is answered."""

from django.db.models import TextChoices
from rest_framework import serializers

from checkpoint.models.passage import CaseResult
from checkpoint.offline.rule import Rule
from checkpoint.reasons import Reason, Verdict
from checkpoint.syncing import MOST_AT_ONCE, Status
from declarations.api.frame import Body, Moment, PageQuery, Text, Whole
from declarations.words import Channel, Stage

LONGEST_CODE = 10_000
"""More than twice what any QR symbol holds; longer is no reading but an error of the sender."""
LONGEST_READING = 200
LONGEST_TEXT = 2000


class PlateBody(Body):
    """A plate as a camera read it; without confidence a person typed it."""

    text = Text(allow_null=True, allow_blank=True, max_length=LONGEST_READING)
    confidence = serializers.FloatField(required=False, allow_null=True, min_value=0, max_value=1)


class ScanBody(Body):
    """One question at a lane. code is null when a card or plate alone was read."""

    matter_is_shape = True

    scan_id = serializers.UUIDField(help_text="Made before the first try, and kept for every repetition.")
    code = Text(allow_null=True, allow_blank=True, max_length=LONGEST_CODE, help_text="QR text or manual code.")
    plate = PlateBody(required=False, allow_null=True)
    vin = Text(required=False, allow_null=True, allow_blank=True, max_length=LONGEST_READING)
    driver_card = Text(required=False, allow_null=True, allow_blank=True, max_length=LONGEST_READING)
    captured_at = Moment(required=False, allow_null=True)


class ManifestQuery(Body):
    """Which version the device has."""

    since = Whole(required=False, default=0, min_value=0, help_text="0, or nothing: the whole list.")


class SaidBody(Body):
    """What the device answered by itself."""

    matter_is_shape = True

    verdict = serializers.ChoiceField(Verdict.choices)
    reason = serializers.ChoiceField(Reason.choices)
    rule = serializers.ChoiceField([(rule.value, rule.value) for rule in Rule])
    manifest_age_s = Whole(required=False, allow_null=True, min_value=0, max_value=2**31 - 1)


class PassedBody(Body):
    """One passage that a device answered without the server."""

    matter_is_shape = True

    scan = ScanBody()
    answer = SaidBody()
    lifted = serializers.BooleanField()
    lifted_at = Moment(required=False, allow_null=True)
    vin_read = Text(required=False, allow_null=True, allow_blank=True, max_length=40)
    officer = Text(required=False, allow_null=True, allow_blank=True, max_length=150, help_text="Username.")
    sequence = Whole(min_value=0)
    manifest_version = Whole(required=False, allow_null=True, min_value=0)


class SyncBody(Body):
    """Passages in the order of the device. Each is read for itself: one that is malformed holds up no other."""

    matter_is_shape = True

    sent_at = Moment(required=False, allow_null=True, help_text="By the device's clock.")
    passages = serializers.ListField(child=PassedBody(), max_length=MOST_AT_ONCE)


class GateDecision(TextChoices):
    """What an officer may decide about a passage."""

    RELEASE = "RELEASE"
    INSPECT = "INSPECT"
    TURN_BACK = "TURN_BACK"
    CLOSE = "CLOSE"


class PassageDecisionBody(Body):
    """An officer's decision; vin is what he read on the car."""

    result = serializers.ChoiceField(GateDecision.choices)
    reason = Text(allow_blank=False, max_length=LONGEST_TEXT)
    vin = Text(required=False, allow_null=True, allow_blank=True, max_length=40)


class WhyBody(Body):
    """Why."""

    reason = Text(allow_blank=False, max_length=LONGEST_TEXT)


class ContestBody(WhyBody):
    """What the officer read on the car, and why he contests."""

    vin = Text(allow_blank=False, max_length=40)


class PassageQuery(PageQuery):
    """Filters of the list."""

    port = Text(required=False, max_length=5)
    stage = serializers.ChoiceField(Stage.choices, required=False)
    verdict = serializers.ChoiceField(Verdict.choices, required=False)
    vin = Text(required=False, max_length=17)
    open = serializers.BooleanField(required=False, help_text="Only those that wait for an officer.")


class DriverTextAnswer(serializers.Serializer):
    """What the driver reads."""

    zh = serializers.CharField()
    ru = serializers.CharField()
    kk = serializers.CharField()
    en = serializers.CharField()


class SeenVehicleAnswer(serializers.Serializer):
    """The vehicle behind the pass."""

    vin = serializers.CharField()
    make = serializers.CharField()
    model = serializers.CharField()
    colour = serializers.CharField()
    plate = serializers.CharField(allow_null=True)
    status = serializers.CharField()


class SeenDeclarationAnswer(serializers.Serializer):
    """Its declaration."""

    reference = serializers.CharField()
    status = serializers.CharField()
    channel = serializers.ChoiceField(Channel.choices, allow_null=True)


class ScanAnswer(serializers.Serializer):
    """The verdict. ADMIT lifts the barrier, everything else leaves it down."""

    passage_id = serializers.CharField()
    scan_id = serializers.CharField()
    verdict = serializers.ChoiceField(Verdict.choices)
    reason = serializers.ChoiceField(Reason.choices)
    advice = serializers.ListField(child=serializers.CharField())
    provisional = serializers.BooleanField()
    barrier = serializers.ChoiceField([("LIFT", "LIFT"), ("STAY", "STAY")])
    port = serializers.CharField()
    stage = serializers.ChoiceField(Stage.choices)
    lane = serializers.CharField()
    decided_at = serializers.DateTimeField()
    officer_text = serializers.CharField()
    driver_text = DriverTextAnswer()
    vehicle = SeenVehicleAnswer(allow_null=True)
    declaration = SeenDeclarationAnswer(allow_null=True)


class ManifestAnswer(serializers.Serializer):
    """The signed list: Ed25519 over "silkgate manifest v1", a NUL and the payload, by the pass key with this kid."""

    kid = serializers.CharField(help_text="Four hexadecimal digits.")
    payload = serializers.CharField(help_text="JSON; what it says is in checkpoint/README.md.")
    signature = serializers.CharField(help_text="base64url without padding.")


class TakenAnswer(serializers.Serializer):
    """What became of one passage. LATER: send it again; REFUSED: keep it for an officer, and send it no more."""

    scan_id = serializers.CharField()
    status = serializers.ChoiceField([(status.value, status.value) for status in Status])
    code = serializers.CharField()
    passage_id = serializers.CharField(allow_null=True)
    verdict = serializers.ChoiceField(Verdict.choices, allow_null=True)
    reason = serializers.ChoiceField(Reason.choices, allow_null=True)
    conflict = serializers.CharField(allow_null=True)


class SyncAnswer(serializers.Serializer):
    """One result for each passage, in the order they were taken; `at` is the server's clock in milliseconds."""

    results = TakenAnswer(many=True)
    at = serializers.IntegerField()


class CaseAnswer(serializers.Serializer):
    """What an officer made of it."""

    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_by = serializers.CharField(allow_null=True)
    result = serializers.ChoiceField(CaseResult.choices, allow_null=True)
    reason = serializers.CharField()
    vin_read = serializers.CharField()


class PassageAnswer(ScanAnswer):
    """A passage as officers read it: the stored answer, what was seen, and what became of it."""

    seen = serializers.DictField()
    case = CaseAnswer(allow_null=True)


class OverrideAskedAnswer(serializers.Serializer):
    """An override that waits for a second person."""

    id = serializers.CharField()
    stage = serializers.ChoiceField(Stage.choices)
    reason = serializers.CharField()
    asked_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
