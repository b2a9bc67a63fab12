"""The gate's words as closed lists. The order of Reason is the order of the ladder."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Verdict(TextChoices):
    """What the barrier does (customs gate standard JGS/T 14: Y, N, M)."""

    ADMIT = "ADMIT", _("admit")
    ALARM = "ALARM", _("stop")
    MANUAL = "MANUAL", _("an officer decides")


class Result(TextChoices):
    """How the answer looks and sounds: told apart by colour, shape, word and tone."""

    ADMIT = "ADMIT", _("go")
    STOP = "STOP", _("stop")
    OFFICER = "OFFICER", _("officer")
    ALREADY_USED = "ALREADY_USED", _("already used")


class Remedy(TextChoices):
    """What an officer may do about it. The first four are results of his decision on the passage."""

    RELEASE = "RELEASE", _("release with a reason")
    INSPECT = "INSPECT", _("send to inspection")
    TURN_BACK = "TURN_BACK", _("turn back")
    CLOSE = "CLOSE", _("close the case: it was settled otherwise")
    IDENTIFY = "IDENTIFY", _("identify by VIN and scan again")
    CONTEST = "CONTEST", _("contest the earlier admission: read the VIN on the car")
    RECORD_RETURNED = "RECORD_RETURNED", _("record the vehicle as returned")
    RIGHT_GATE = "RIGHT_GATE", _("send to the right gate")
    SUPERVISOR = "SUPERVISOR", _("call the supervisor")
    RENEW = "RENEW", _("have the pass renewed")
    SETTLE = "SETTLE", _("settle the cause")
    OVERRIDE = "OVERRIDE", _("ask for an override by a second person")
    REPAIR = "REPAIR", _("propose what was seen; the exporter confirms")


class Reason(TextChoices):
    """Why the gate answered as it did."""

    NOT_A_PASS = "NOT_A_PASS", _("not a pass")
    UNKNOWN_KEY = "UNKNOWN_KEY", _("unknown or revoked key")
    BAD_SIGNATURE = "BAD_SIGNATURE", _("bad signature")
    UNKNOWN_PASS = "UNKNOWN_PASS", _("unknown pass")
    WITHDRAWN = "WITHDRAWN", _("vehicle withdrawn")
    REVOKED = "REVOKED", _("pass revoked")
    SUPERSEDED = "SUPERSEDED", _("replaced by a newer pass")
    WRONG_PORT = "WRONG_PORT", _("wrong port")
    COMING_BACK = "COMING_BACK", _("coming back after its exit")
    ALREADY_ADMITTED = "ALREADY_ADMITTED", _("already admitted")
    WRONG_STAGE = "WRONG_STAGE", _("an earlier gate is missing")
    DETAINED = "DETAINED", _("detained")
    NOT_YET_VALID = "NOT_YET_VALID", _("pass not yet valid")
    EXPIRED = "EXPIRED", _("pass expired")
    PORT_CLOSED = "PORT_CLOSED", _("port closed")
    DECLARATION_NOT_RELEASED = "DECLARATION_NOT_RELEASED", _("declaration not released")
    HOLD = "HOLD", _("hold")
    DOCUMENTS_DUE = "DOCUMENTS_DUE", _("documents due")
    PAPER_EXPIRED = "PAPER_EXPIRED", _("a paper has expired")
    INSPECTION_FAILED = "INSPECTION_FAILED", _("inspection not satisfactory")
    INSPECTION_DUE = "INSPECTION_DUE", _("inspection due")
    VIN_MISMATCH = "VIN_MISMATCH", _("VIN differs")
    PLATE_MISMATCH = "PLATE_MISMATCH", _("plate differs")
    DRIVER_MISMATCH = "DRIVER_MISMATCH", _("card of another driver")
    LOW_CONFIDENCE = "LOW_CONFIDENCE", _("not read clearly")
    WEIGHT_DIFFERS = "WEIGHT_DIFFERS", _("weight differs")
    DRIVER_UNKNOWN = "DRIVER_UNKNOWN", _("unknown card")
    CODE_UNREADABLE = "CODE_UNREADABLE", _("no readable code")
    NOTHING_TO_COMPARE = "NOTHING_TO_COMPARE", _("nothing to compare")
    DEVICE_FAULT = "DEVICE_FAULT", _("device fault")
    TIMED_OUT = "TIMED_OUT", _("no answer in time")
    STALE_MANIFEST = "STALE_MANIFEST", _("list on the device too old")
    OK = "OK", _("in order")
