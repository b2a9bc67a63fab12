"""What may be sent to a gate and about a passage; what is answered."""

from django.db.models import TextChoices
from rest_framework import serializers

from checkpoint.likeness import Likeness
from checkpoint.models.passage import CaseResult
from checkpoint.reasons import FIELDS, Reason, Verdict
from declarations.api.frame import Body, Moment, PageQuery, Text, Whole
from declarations.words import Channel, Stage

LONGEST_CODE = 10_000
"""More than twice what any QR symbol holds; longer is no reading but an error of the sender."""
LONGEST_READING = 200
HEAVIEST_KG = 200_000
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
