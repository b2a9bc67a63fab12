"""What may be sent to a gate and about a passage; what is answered."""

from django.db.models import TextChoices
from rest_framework import serializers

from checkpoint.likeness import Likeness
from checkpoint.models.barrier import BarrierOutcome, OrderOf
from checkpoint.models.checkpoint import Arrow
from checkpoint.models.passage import CaseResult
from checkpoint.offline.rule import Rule
from checkpoint.reasons import FIELDS, Reason, Verdict
from checkpoint.syncing import MOST_AT_ONCE, Status
from declarations import attachments
from declarations.api.frame import Body, Moment, PageQuery, Text, Whole
from declarations.words import Channel, Stage

LONGEST_CODE = 10_000
"""More than twice what any QR symbol holds; longer is no reading but an error of the sender."""
LONGEST_READING = 200
HEAVIEST_KG = 200_000
LONGEST_TEXT = 2000
MOST_PHOTO = attachments.MOST_BYTES * 4 // 3 + 4
"""Characters of base64 that the largest photo has."""


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
    vin_tail = Text(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=LONGEST_READING,
        help_text="The last six characters of the VIN, as on a windscreen. Not exactly six: a doubtful reading.",
    )
    vin_confidence = serializers.FloatField(
        required=False, allow_null=True, min_value=0, max_value=1, help_text="Of vin and vin_tail; null: typed."
    )
    driver_card = Text(required=False, allow_null=True, allow_blank=True, max_length=LONGEST_READING)
    weight_kg = Whole(required=False, allow_null=True, min_value=1, max_value=HEAVIEST_KG)
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


class ComparedAnswer(serializers.Serializer):
    """One fact that was read, beside the declared one. Of a card only its end; weights in kg, declared as a range."""

    field = serializers.ChoiceField([(name, name) for name in FIELDS])
    declared = serializers.CharField(allow_null=True)
    seen = serializers.CharField()
    result = serializers.ChoiceField([(each.value, each.value) for each in Likeness])


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
    compared = ComparedAnswer(many=True)


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


class EnrolBody(Body):
    """A machine fetches its key."""

    matter_is_shape = True

    code = Text(allow_blank=False, max_length=40, help_text="The one-time code that the supervisor reads out.")
    name = Text(required=False, allow_blank=True, max_length=60, help_text="What the machine calls itself.")
    software = Text(required=False, allow_blank=True, max_length=60)


class EnrolAnswer(serializers.Serializer):
    """The key is told here and never again."""

    device = serializers.CharField()
    port = serializers.CharField()
    lane = serializers.CharField()
    stage = serializers.ChoiceField(Stage.choices)
    key = serializers.CharField()


class HeartbeatBody(Body):
    """What a device tells of itself every minute; whatever it does not know it leaves out."""

    matter_is_shape = True

    sent_at = Moment(help_text="The device's own clock.")
    battery_percent = Whole(required=False, allow_null=True, min_value=0, max_value=100)
    queued = Whole(required=False, allow_null=True, min_value=0, max_value=1_000_000, help_text="Scans kept on it.")
    manifest_version = Text(required=False, allow_null=True, allow_blank=True, max_length=64)
    manifest_at = Moment(required=False, allow_null=True)
    software = Text(required=False, allow_null=True, allow_blank=True, max_length=60)
    faults = serializers.ListField(
        child=Text(allow_blank=False, max_length=60), required=False, max_length=20, help_text="None: in order."
    )


class HeartbeatSettings(serializers.Serializer):
    """Where this device stands, which a supervisor may have changed, and how its lane and port are set."""

    port = serializers.CharField()
    lane = serializers.CharField()
    stage = serializers.ChoiceField(Stage.choices)
    heartbeat_s = serializers.IntegerField()
    skew_tolerance_s = serializers.IntegerField()
    barrier_answers = serializers.BooleanField()
    barrier_patience_s = serializers.IntegerField()
    arrow = serializers.ChoiceField(Arrow.choices, allow_blank=True)


class HeartbeatAnswer(serializers.Serializer):
    """skew_s: the device's clock less ours. A revoked device gets 401 instead."""

    now = serializers.DateTimeField()
    skew_s = serializers.FloatField()
    skew_is_tolerated = serializers.BooleanField()
    revoked = serializers.BooleanField()
    settings = HeartbeatSettings()


class OrdersQuery(Body):
    """Where the controller went on."""

    after = Moment(required=False, help_text="`next` of the answer before.")


class OrderAnswer(serializers.Serializer):
    """One order to open the barrier, to be carried out once and until expires_at."""

    id = serializers.CharField()
    at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    order = serializers.ChoiceField([("LIFT", "LIFT")])
    because = serializers.ChoiceField(OrderOf.choices)
    passage_id = serializers.CharField(allow_null=True)


class OrdersAnswer(serializers.Serializer):
    """Orders that wait; next is the cursor."""

    results = OrderAnswer(many=True)
    next = serializers.DateTimeField()


class AcknowledgeBody(Body):
    """What became of an order."""

    matter_is_shape = True

    outcome = serializers.ChoiceField(BarrierOutcome.choices)
    at = Moment(help_text="The controller's own clock.")


class AcknowledgeAnswer(serializers.Serializer):
    """The answer that counts: the first."""

    id = serializers.CharField()
    outcome = serializers.ChoiceField(BarrierOutcome.choices)
    at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()


class LiftBody(WhyBody):
    """A lift by hand. photo: JPEG, PNG or WebP as base64; a telephone's photo fits."""

    photo = Text(allow_blank=False, max_length=MOST_PHOTO)


class LiftAnswer(serializers.Serializer):
    """The lift as it was recorded."""

    id = serializers.CharField()
    lane = serializers.CharField()
    at = serializers.DateTimeField()
    reason = serializers.CharField()
