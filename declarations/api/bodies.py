"""What may be sent: the declaration body of the contract and the bodies of the verbs."""

from typing import Any

from django.db.models import TextChoices
from rest_framework import serializers

from declarations import words
from declarations.api.frame import Body, Moment, PageQuery, Text, Whole
from declarations.api.frame.schema import choices_text
from declarations.attachments import MOST_BYTES
from declarations.checks import MOST_VEHICLES
from declarations.checks.fields import LIMITS
from declarations.checks.vehicle import MOST_PAPERS
from declarations.examination import FINDINGS
from declarations.lifecycle import DeclarationStatus, InspectionStatus

MOST_VIN = LIMITS["vin"]
MOST_BASE64 = 4 * (MOST_BYTES // 3 + 2)
LONGEST_TEXT = 2000
"""Of an officer's or exporter's own words."""


def _text(what: type[TextChoices] | str = "", **options: Any) -> Text:
    """A field of a draft: any text; whether it is a good one, the problems say."""
    told = what if isinstance(what, str) else choices_text(what)
    return Text(required=False, allow_null=True, allow_blank=True, help_text=told or None, **options)


def _whole() -> Whole:
    return Whole(required=False, allow_null=True)


def _words(**options: Any) -> Text:
    """Somebody's own words, needed."""
    return Text(**{"max_length": LONGEST_TEXT, "allow_blank": False, **options})


class PaperBody(Body):
    """A paper of a vehicle, by number."""

    code = _text("Code of /reference/papers.")
    number = _text()
    issued_on = _text("Date.")
    valid_until = _text("Date.")
    quantity = _whole()


class DriverBody(Body):
    """Who drives the vehicle across."""

    name = _text()
    passport_number = _text()
    nationality = _text("ISO 3166, two letters.")
    phone = _text()
    card = _text()


class VehicleBody(Body):
    """A vehicle of a declaration; in a draft everything may be missing."""

    vin = _text(max_length=MOST_VIN)
    make = _text()
    model = _text()
    model_year = _whole()
    category = _text(words.Category)
    condition = _text(words.Condition)
    powertrain = _text(words.Powertrain)
    fuel = _text("DIESEL for diesel hybrids.")
    displacement_cc = _whole()
    seats = _whole()
    gross_mass_kg = _whole()
    curb_mass_kg = _whole()
    hs_code = _text()
    value = _text("Decimal, in the declaration's currency.")
    colour = _text()
    first_registered_on = _text("Date.")
    odometer_km = _whole()
    plate = _text()
    plate_expires_on = _text("Date.")
    papers = serializers.ListField(
        child=PaperBody(allow_null=True), required=False, allow_null=True, max_length=2 * MOST_PAPERS
    )
    driver = DriverBody(required=False, allow_null=True)


class ConsigneeBody(Body):
    """Who receives the vehicles."""

    name = _text()
    country = _text("ISO 3166, two letters.")
    address = _text()


class DeclarationBody(Body):
    """A declaration as the exporter says it; in a draft everything may be missing."""

    functional_reference = _text()
    port = _text("UN/LOCODE without blank, see /reference/ports.")
    direction = _text(words.Direction)
    mode = _text(words.Mode)
    destination_country = _text("ISO 3166, two letters.")
    consignee = ConsigneeBody(required=False, allow_null=True)
    contract_number = _text()
    incoterm = _text("Code of /reference/incoterms.")
    incoterm_place = _text()
    currency = _text("ISO 4217.")
    planned_arrival_at = _text("RFC 3339 with zone.")
    vehicles = serializers.ListField(
        child=VehicleBody(allow_null=True), required=False, allow_null=True, max_length=2 * MOST_VEHICLES
    )


class NewDeclarationBody(DeclarationBody):
    """A declaration to be stored."""

    exporter = Text(required=False, max_length=18, help_text="USCC; needed by agents of several enterprises.")


class VehiclesBody(Body):
    """Several vehicles."""

    vehicles = serializers.ListField(child=VehicleBody(), max_length=2 * MOST_VEHICLES)


class ConfirmedBody(Body):
    """A warning that the exporter has read."""

    code = Text(max_length=40)
    pointer = Text(max_length=200)


class LodgeBody(Body):
    """How to lodge."""

    may_be_absent = True

    leave_out = serializers.BooleanField(required=False, default=False)
    confirmed = serializers.ListField(child=ConfirmedBody(), required=False, default=list, max_length=5000)


class CopyBody(Body):
    """What to declare again."""

    may_be_absent = True

    vehicles = serializers.ListField(
        child=Text(max_length=40),
        required=False,
        allow_null=True,
        default=None,
        max_length=MOST_VEHICLES,
        help_text="VINs; also withdrawn and returned ones. All still in it unless given; none: the header alone.",
    )


class ReasonBody(Body):
    """Why."""

    reason = _words()


class DriverReturnBody(Body):
    """When a ferryman came back."""

    returned_on = Text(help_text="Date.", max_length=10)


class EndBody(ReasonBody):
    """How a detention ends."""

    withdrawn = serializers.BooleanField(required=False, default=False)


class OrderBody(Body):
    """Which vehicle is to be examined, and why."""

    vehicle = Text(max_length=MOST_VIN, allow_blank=False, help_text="VIN of the live vehicle.")
    because = Text(
        required=False, max_length=200, allow_blank=False, help_text="In the officer's words, for officers only."
    )
    reason = Text(required=False, max_length=200, allow_blank=False, help_text="The same as because.")
    agency = serializers.ChoiceField(words.Agency.choices, required=False, default=words.Agency.CUSTOMS)
    checks = serializers.ListField(
        child=serializers.ChoiceField(words.InspectionCheck.choices), required=False, default=list, max_length=20
    )


class StartByCodeBody(Body):
    """What the inspector scanned or typed at the bay."""

    code = Text(max_length=4000, allow_blank=False, help_text="QR text, manual code, VIN or its last six characters.")
    port = Text(required=False, max_length=5, help_text="Needed by officers of several ports.")


class RemovalBody(Body):
    """Why; in a draft nobody asks."""

    may_be_absent = True

    reason = Text(required=False, allow_null=True, allow_blank=True, max_length=LONGEST_TEXT)


class AnswerBody(Body):
    """The exporter's answer to a request for documents."""

    text = _words()


class AskBody(Body):
    """A problem with a legal exception, put on an officer's desk."""

    code = Text(max_length=40, allow_blank=False)
    text = _words()


class AcceptBody(Body):
    """A problem that an officer accepts."""

    code = Text(max_length=40, allow_blank=False)
    reason = _words()


class DecisionName(TextChoices):
    """What a documents officer may decide."""

    RELEASE = "RELEASE"
    REFUSE = "REFUSE"
    REQUEST_DOCUMENTS = "REQUEST_DOCUMENTS"


class WantedBody(Body):
    """A document that the officer wants to see."""

    code = Text(max_length=40, allow_blank=False, help_text="Code of /reference/papers.")
    vin = Text(required=False, allow_null=True, max_length=MOST_VIN)
    why = Text(required=False, allow_null=True, allow_blank=True, max_length=300)


class DecisionBody(Body):
    """A documents officer's decision, about the whole or about the papers of named vehicles."""

    result = serializers.ChoiceField(DecisionName.choices)
    reason = _words()
    vehicles = serializers.ListField(
        child=Text(max_length=MOST_VIN), required=False, allow_null=True, max_length=2 * MOST_VEHICLES
    )
    documents = serializers.ListField(child=WantedBody(), required=False, allow_null=True, max_length=200)
    due_at = Moment(required=False, allow_null=True)


class HoldBody(Body):
    """A block on a declaration, or on the live vehicle with a VIN."""

    declaration = Text(required=False, allow_null=True, max_length=12)
    vehicle = Text(required=False, allow_null=True, max_length=MOST_VIN)
    reason_code = Text(max_length=40, allow_blank=False, help_text="Code of /reference/hold-reasons.")
    text = _words(help_text="For officers only.")
    public_text = Text(required=False, allow_null=True, allow_blank=True, max_length=300)


class InspectionResultName(TextChoices):
    """How an inspection may end."""

    SATISFACTORY = "SATISFACTORY"
    NOT_SATISFACTORY = "NOT_SATISFACTORY"


class ResultBody(Body):
    """The result of an inspection; next is needed if it is not satisfactory."""

    result = serializers.ChoiceField(InspectionResultName.choices)
    findings = _words()
    next = serializers.ChoiceField(words.InspectionNext.choices, required=False, allow_null=True)
    finding_codes = serializers.ListField(
        child=serializers.ChoiceField([(code, code) for code in FINDINGS]),
        required=False,
        default=list,
        max_length=len(FINDINGS),
    )
    checks = serializers.ListField(
        child=serializers.ChoiceField(words.InspectionCheck.choices),
        required=False,
        allow_null=True,
        default=None,
        max_length=20,
        help_text="What was looked at, if other than ordered.",
    )


class DocumentBody(Body):
    """A file of a paper, with what stands on it."""

    code = Text(max_length=40, allow_blank=False, help_text="Code of /reference/papers.")
    vins = serializers.ListField(
        child=Text(max_length=MOST_VIN),
        required=False,
        allow_null=True,
        max_length=MOST_VEHICLES,
        help_text="VINs of the vehicles it is put on; none for a paper that a declaration has once.",
    )
    name = Text(required=False, allow_null=True, allow_blank=True, max_length=255, help_text="File name, only shown.")
    content = Text(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=MOST_BASE64,
        help_text="The file in base64: JPEG, PNG or WebP (kept as JPEG, without what the camera wrote), or PDF; 10 MB.",
    )
    number = _text()
    issued_on = _text("Date.")
    valid_until = _text("Date.")
    quantity = _whole()


class DocumentForm(DocumentBody):
    """The same as a form, the file as it is instead of in base64."""

    content = None  # type: ignore[assignment]  # DRF's way to leave out a field of the class above
    file = serializers.FileField(required=False, help_text="JPEG, PNG or WebP, or PDF; 10 MB.")


class NothingBody(Body):
    """A verb that needs no words."""

    may_be_absent = True


class DeclarationQuery(PageQuery):
    """Filters of the list."""

    status = serializers.ChoiceField(DeclarationStatus.choices, required=False)
    port = Text(required=False, max_length=5)
    channel = serializers.ChoiceField(words.Channel.choices, required=False, help_text="Officers only.")
    updated_after = Moment(required=False)
    vin = Text(required=False, max_length=17, help_text="Beginning of a VIN, or its last six characters.")


class InspectionQuery(PageQuery):
    """Filters of the list."""

    vin = Text(required=False, max_length=17)
    status = serializers.ChoiceField(InspectionStatus.choices, required=False)
    port = Text(required=False, max_length=5)


class PictureQuery(Body):
    """How large."""

    module_px = Whole(required=False, min_value=1, max_value=40, default=12, help_text="Pixels of one QR module.")
