"""The trade's words as closed lists: what a code may be, with the label a reader sees.

Rules floor: no clock, no chance, no query. Codes are stored, labels are translated.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Direction(TextChoices):
    """Which way the vehicle crosses the border."""

    EXPORT = "EXPORT", _("export")
    IMPORT = "IMPORT", _("import")


class Mode(TextChoices):
    """How the vehicle crosses. An own list: UN Rec 19 calls road 3, China's customs calls it 4."""

    SELF_DRIVE = "SELF_DRIVE", _("under its own power")
    TRUCK = "TRUCK", _("on a car carrier")
    RAIL = "RAIL", _("vehicle-train")
    AIR = "AIR", _("vehicle-air")


OPEN_MODES = frozenset({(Direction.EXPORT, Mode.SELF_DRIVE)})
"""Pairs of direction and mode that may be lodged today; all others answer MODE_NOT_OPEN."""


class Condition(TextChoices):
    """Whether the vehicle was ever registered; used vehicles have papers of their own."""

    NEW = "NEW", _("new")
    USED = "USED", _("used")


class Powertrain(TextChoices):
    """What drives the wheels, as far as the tariff asks."""

    PETROL = "PETROL", _("petrol")
    DIESEL = "DIESEL", _("diesel")
    GAS = "GAS", _("gas")
    HEV = "HEV", _("hybrid, not plug-in")
    PHEV = "PHEV", _("plug-in hybrid")
    EREV = "EREV", _("range-extender")
    BEV = "BEV", _("battery-electric")
    FCEV = "FCEV", _("fuel cell")


class Category(TextChoices):
    """UNECE R.E.3 category of the vehicle."""

    M1 = "M1", _("M1 · car, up to 9 seats")
    M2 = "M2", _("M2 · bus up to 5 t")
    M3 = "M3", _("M3 · bus above 5 t")
    N1 = "N1", _("N1 · truck up to 3.5 t")
    N2 = "N2", _("N2 · truck up to 12 t")
    N3 = "N3", _("N3 · truck above 12 t")
    O = "O", _("O · trailer")  # noqa: E741 - the category is called O
    T = "T", _("T · tractor")
    SPECIAL = "SPECIAL", _("special purpose vehicle")


class Stage(TextChoices):
    """What a gate does: yard entry, release gate, exit gate."""

    ENTRY = "ENTRY", _("yard entry")
    RELEASE = "RELEASE", _("release gate")
    EXIT = "EXIT", _("exit gate")


class Channel(TextChoices):
    """Outcome of risk selection, mildest first. A lane is only the physical lane."""

    GREEN = "GREEN", _("release")
    BLUE = "BLUE", _("release, audit later")
    YELLOW = "YELLOW", _("documents")
    RED = "RED", _("examine")


class RoleName(TextChoices):
    """What a person may do here; a person may hold several."""

    EXPORTER = "exporter", _("exporter")
    AGENT = "agent", _("agent")
    DOCUMENTS = "documents", _("documents officer")
    CHECKPOINT = "checkpoint", _("checkpoint officer")
    INSPECTION = "inspection", _("inspection officer")
    SUPERVISOR = "supervisor", _("supervisor")
    CONTROL_ROOM = "control_room", _("control room operator")
    ANALYST = "analyst", _("risk analyst")


class KeyScope(TextChoices):
    """What a program may do with a person's key."""

    FULL = "FULL", _("read and act")
    READ = "READ", _("read only")


class FactorKind(TextChoices):
    """What proves, besides the password, that it is the person."""

    TOTP = "TOTP", _("authenticator app")
    PASSKEY = "PASSKEY", _("passkey")


class LetterKind(TextChoices):
    """What is sent by mail to one person about his own account."""

    SIGN_UP = "SIGN_UP", _("confirm your mail address")
    KNOWN = "KNOWN", _("you have an account already")
    INVITATION = "INVITATION", _("you are invited")
    PASSWORD = "PASSWORD", _("choose a new password")
    RECOVERED = "RECOVERED", _("your second factor was taken off")
    VERIFIED = "VERIFIED", _("your organisation is verified")
    REFUSED = "REFUSED", _("your organisation is not verified")


class Deed(TextChoices):
    """What happened to people and organisations."""

    SIGNED_UP = "SIGNED_UP", _("signed up")
    VERIFIED = "VERIFIED", _("verified")
    REFUSED = "REFUSED", _("refused")
    APPLIED_AGAIN = "APPLIED_AGAIN", _("asked again")
    INVITED = "INVITED", _("invited a colleague")
    INVITATION_WITHDRAWN = "INVITATION_WITHDRAWN", _("took an invitation back")
    JOINED = "JOINED", _("joined")
    MANAGES = "MANAGES", _("became manager")
    MANAGES_NO_MORE = "MANAGES_NO_MORE", _("is manager no more")
    REMOVED = "REMOVED", _("was removed")
    LEFT = "LEFT", _("left")
    AUTHORITY_GRANTED = "AUTHORITY_GRANTED", _("gave an agent authority")
    AUTHORITY_ACCEPTED = "AUTHORITY_ACCEPTED", _("accepted the authority")
    AUTHORITY_ENDED = "AUTHORITY_ENDED", _("ended the authority")
    KEY_MADE = "KEY_MADE", _("made an API key")
    KEY_REVOKED = "KEY_REVOKED", _("revoked an API key")
    FACTOR_ADDED = "FACTOR_ADDED", _("added a second factor")
    FACTOR_REMOVED = "FACTOR_REMOVED", _("took a second factor off")
    CODES_MADE = "CODES_MADE", _("made new recovery codes")
    CODE_USED = "CODE_USED", _("signed in with a recovery code")
    RECOVERED = "RECOVERED", _("had the second factor taken off by a colleague")
    PASSWORD_SET = "PASSWORD_SET", _("chose a new password")


class InspectionNext(TextChoices):
    """What follows a result that is not satisfactory."""

    REPAIR_AND_RECHECK = "REPAIR_AND_RECHECK", _("repair, then check again")
    TURN_BACK = "TURN_BACK", _("turn back")
    DETAIN = "DETAIN", _("detain: the supervisor is asked")


class Agency(TextChoices):
    """Whose inspection it is. Their order here is the order in which a vehicle goes through them.

    Quarantine first: nothing is opened or unloaded before it is known that nothing alive comes out.
    """

    QUARANTINE = "QUARANTINE", _("quarantine")
    CUSTOMS = "CUSTOMS", pgettext_lazy("agency", "customs")
    BORDER = "BORDER", _("border guard")


class InspectionCheck(TextChoices):
    """What an inspection order names to be looked at."""

    IDENTITY = "IDENTITY", _("VIN and plates on the car")
    CONDITION = "CONDITION", _("make, model and condition as declared")
    ODOMETER = "ODOMETER", _("odometer reading")
    CARGO = "CARGO", _("what is inside the vehicle")
    BATTERY = "BATTERY", _("traction battery")
    CLEANNESS = "CLEANNESS", _("soil, plants and animals")
    PAPERS = "PAPERS", _("papers in the car")


class PrintForm(TextChoices):
    """How all passes of a declaration come."""

    PDF = "pdf", _("one PDF, to be printed")
    ZIP = "zip", _("a ZIP with one PDF per vehicle")


class Language(TextChoices):
    """What a driver reads; each is called by its own name."""

    ZH = "zh", "中文"
    RU = "ru", "Русский"
    KK = "kk", "Қазақша"
    EN = "en", "English"


class Audience(TextChoices):
    """Whom a link without an account is for."""

    DRIVER = "DRIVER", _("driver")
    IMPORTER = "IMPORTER", _("importer")


class HandOverResult(TextChoices):
    """What the importer says of a vehicle; OBJECTED answers a hand-over that counted without him."""

    ACCEPTED = "ACCEPTED", _("accepted")
    WITH_REMARKS = "WITH_REMARKS", _("accepted with remarks")
    REFUSED = "REFUSED", pgettext_lazy("hand-over", "refused")
    OBJECTED = "OBJECTED", _("objected to")


class Side(TextChoices):
    """At which end of the way a photo of a vehicle was taken."""

    DEPARTURE = "DEPARTURE", _("at departure")
    ARRIVAL = "ARRIVAL", _("on arrival")
