"""Why a vehicle is not ready, in public words: sentence, who must act, which act repairs it.

These are read by exporter and driver: no channel, no risk hit, no inner text of a hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from declarations.lifecycle import DeclarationStatus, VehicleStatus
from declarations.readiness.waits import Actor, Otherwise, Wait


class Repair(TextChoices):
    """The act that removes a reason; the page links to it."""

    WAIT = "WAIT", _("nothing to do but wait")
    LODGE = "LODGE", _("lodge the declaration")
    CORRECT = "CORRECT", _("correct the declaration and lodge it again")
    DECLARE_AGAIN = "DECLARE_AGAIN", _("declare the vehicle again")
    APPEAL = "APPEAL", _("appeal")
    ANSWER = "ANSWER", _("answer the request for documents")
    SET_DRIVER = "SET_DRIVER", _("name the driver")
    SET_PLATE = "SET_PLATE", _("enter the plate")
    RENEW_PAPER = "RENEW_PAPER", _("enter a valid paper")
    RENEW_PASS = "RENEW_PASS", _("renew the pass")
    SEE_OFFICER = "SEE_OFFICER", _("see the officer at the port")
    GO_TO_BAY = "GO_TO_BAY", _("bring the vehicle to the inspection bay")


@dataclass(frozen=True, slots=True)
class Entry:
    """What belongs to one reason: a sentence (%-format with named values), who must act, the act that repairs it."""

    text: str | Promise
    must_act: Actor
    repair: Repair


REASONS: dict[str, Entry] = {}


def explain(code: str, text: str | Promise, must_act: Actor, repair: Repair) -> str:
    """Register a reason beside its rule and give its code back; a code without a sentence cannot exist."""
    REASONS[code] = Entry(text, must_act, repair)
    return code


@dataclass(frozen=True, slots=True)
class Because:
    """One reason why a vehicle is not ready, with the wait it means.

    values fill the sentence: from the rule codes and ISO dates, which can be kept; `named` adds the reader's words.
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None
    otherwise: Otherwise = Otherwise.STAYS

    @property
    def message(self) -> str:
        """The sentence in the language that is active now."""
        return str(REASONS[self.code].text) % dict(self.values)

    @property
    def must_act(self) -> Actor:
        """Who can end the wait."""
        return REASONS[self.code].must_act

    @property
    def repair(self) -> Repair:
        """Which act ends it."""
        return REASONS[self.code].repair

    @property
    def wait(self) -> Wait | None:
        """Who acts, from when, and what happens if nobody does; None when nobody waits any more."""
        if self.must_act is Actor.NOBODY:
            return None
        return Wait(self.must_act, self.since, self.until, self.otherwise)

    def named(self, **words: object) -> "Because":
        """The same in the reader's words."""
        return replace(self, values={**self.values, **words})

    def kept(self) -> dict[str, Any]:
        """What a row keeps: no word of any language but what a person typed."""
        return {
            "code": self.code,
            "values": dict(self.values),
            "since": self.since and self.since.isoformat(),
            "until": self.until and self.until.isoformat(),
            "otherwise": self.otherwise.value,
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """What `kept` wrote."""
        since, until = (datetime.fromisoformat(kept[name]) if kept[name] else None for name in ("since", "until"))
        return cls(kept["code"], kept["values"], since, until, Otherwise(kept["otherwise"]))

    def as_dict(self) -> dict[str, Any]:
        """The shape that the API shows, in the language that is active now."""
        wait = self.wait
        return {
            "code": self.code,
            "message": self.message,
            "must_act": self.must_act.value,
            "repair": self.repair.value,
            "who": str(self.must_act.label),
            "since": self.since,
            "until": self.until,
            "otherwise": str(self.otherwise.label) if wait else None,
        }


_WAIT_FOR_CUSTOMS = (Actor.CUSTOMS, Repair.WAIT)

NOT_RELEASED: Mapping[DeclarationStatus, str] = {
    DeclarationStatus.DRAFT: explain(
        "NOT_LODGED", _("The declaration is a draft. Lodge it."), Actor.EXPORTER, Repair.LODGE
    ),
    DeclarationStatus.LODGED: explain(
        "BEING_ASSESSED", _("Customs is assessing the declaration. This takes seconds."), *_WAIT_FOR_CUSTOMS
    ),
    DeclarationStatus.UNDER_CONTROL: explain(
        "UNDER_CONTROL",
        _("A documents officer is looking at the declaration. You will be told."),
        Actor.DOCUMENTS_OFFICER,
        Repair.WAIT,
    ),
    DeclarationStatus.DOCUMENTS_REQUIRED: explain(
        "DOCUMENTS_REQUIRED", _("Customs asks for documents. Answer the request."), Actor.EXPORTER, Repair.ANSWER
    ),
    DeclarationStatus.REJECTED: explain(
        "DECLARATION_REJECTED",
        _("The declaration was rejected. Correct what is named there and lodge it again."),
        Actor.EXPORTER,
        Repair.CORRECT,
    ),
    DeclarationStatus.REFUSED: explain(
        "DECLARATION_REFUSED",
        _("The declaration was refused. You may appeal within the term."),
        Actor.EXPORTER,
        Repair.APPEAL,
    ),
    DeclarationStatus.COMPLETED: explain(
        "DECLARATION_COMPLETED", _("The declaration is completed."), Actor.NOBODY, Repair.DECLARE_AGAIN
    ),
    DeclarationStatus.EXPIRED: explain(
        "DECLARATION_EXPIRED",
        _("The declaration expired before the vehicle was presented. Declare it again."),
        Actor.EXPORTER,
        Repair.DECLARE_AGAIN,
    ),
    DeclarationStatus.CANCELLED: explain(
        "DECLARATION_CANCELLED",
        _("The declaration was cancelled. Declare the vehicle again."),
        Actor.EXPORTER,
        Repair.DECLARE_AGAIN,
    ),
}
"""Why a vehicle waits while its declaration is anything but RELEASED."""

OVER: Mapping[VehicleStatus, str] = {
    VehicleStatus.EXITED: explain("EXITED", _("The vehicle has left the port."), Actor.NOBODY, Repair.WAIT),
    VehicleStatus.HANDED_OVER: explain(
        "HANDED_OVER", _("The vehicle was handed over to the importer."), Actor.NOBODY, Repair.WAIT
    ),
    VehicleStatus.RETURNED: explain(
        "RETURNED", _("The vehicle came back. Declare it again."), Actor.EXPORTER, Repair.DECLARE_AGAIN
    ),
    VehicleStatus.WITHDRAWN: explain(
        "WITHDRAWN", _("The vehicle was withdrawn. Declare it again."), Actor.EXPORTER, Repair.DECLARE_AGAIN
    ),
}
"""Why a vehicle that nobody waits for any more need not be driven anywhere."""

BEING_ASSESSED = explain(
    "VEHICLE_BEING_ASSESSED", _("Customs is assessing the changed vehicle. This takes seconds."), *_WAIT_FOR_CUSTOMS
)
DETAINED = explain(
    "DETAINED", _("The vehicle is kept at the port. The supervisor decides."), Actor.SUPERVISOR, Repair.SEE_OFFICER
)
REFERRED = explain(
    "REFERRED",
    _("An officer is dealing with the vehicle. See the officer, then drive to the gate again."),
    Actor.OFFICER,
    Repair.SEE_OFFICER,
)
NO_PASS = explain("NO_PASS", _("There is no valid pass. Ask for a new one."), Actor.EXPORTER, Repair.RENEW_PASS)
PASS_NOT_YET_VALID = explain(
    "PASS_NOT_YET_VALID", _("The pass is not valid yet. Wait until it is."), Actor.DRIVER, Repair.WAIT
)
PASS_EXPIRED = explain("PASS_EXPIRED", _("The pass has expired. Renew it."), Actor.EXPORTER, Repair.RENEW_PASS)
HOLD = explain("HOLD", _("Customs has stopped this vehicle for now: %(text)s"), *_WAIT_FOR_CUSTOMS)
DOCUMENTS_WANTED = explain(
    "DOCUMENTS_WANTED", _("Customs asks for: %(documents)s. Answer the request."), Actor.EXPORTER, Repair.ANSWER
)
DOCUMENTS_BEING_CHECKED = explain(
    "DOCUMENTS_BEING_CHECKED",
    _("A documents officer is checking the papers of this vehicle. You will be told."),
    Actor.DOCUMENTS_OFFICER,
    Repair.WAIT,
)
DOCUMENTS_REFUSED = explain(
    "DOCUMENTS_REFUSED",
    _("The papers of this vehicle were refused. Withdraw it and declare it again."),
    Actor.EXPORTER,
    Repair.DECLARE_AGAIN,
)
INSPECTION_DUE = explain(
    "INSPECTION_DUE",
    _("The vehicle is to be inspected. Bring it to the inspection bay."),
    Actor.INSPECTION_OFFICER,
    Repair.GO_TO_BAY,
)
INSPECTION_AGAIN = explain(
    "INSPECTION_AGAIN",
    _("The inspection was not satisfactory. Repair what was found, then bring the vehicle to the bay again."),
    Actor.EXPORTER,
    Repair.GO_TO_BAY,
)
INSPECTION_FAILED = explain(
    "INSPECTION_FAILED",
    _("The inspection was not satisfactory. An officer will tell you what follows."),
    Actor.INSPECTION_OFFICER,
    Repair.SEE_OFFICER,
)
DRIVER_MISSING = explain(
    "DRIVER_MISSING", _("No driver is named. Name who drives the vehicle."), Actor.EXPORTER, Repair.SET_DRIVER
)
WAITS_FOR_POOL = explain(
    "WAITS_FOR_POOL",
    _("It waits for one of the pool to take it. Whoever takes it by his link is the driver."),
    Actor.DRIVER,
    Repair.SET_DRIVER,
)
PLATE_MISSING = explain(
    "PLATE_MISSING", _("No plate is entered. Enter the plate it will carry."), Actor.EXPORTER, Repair.SET_PLATE
)
PLATE_EXPIRED = explain(
    "PLATE_EXPIRED",
    _("The plate expired on %(on)s. Enter one that is valid until the crossing."),
    Actor.EXPORTER,
    Repair.SET_PLATE,
)
PAPER_EXPIRED = explain(
    "PAPER_EXPIRED", _("%(paper)s expired on %(on)s. Enter a valid one."), Actor.EXPORTER, Repair.RENEW_PAPER
)
PORT_CLOSED = explain(
    "PORT_CLOSED", _("The port is closed. You will be told when it opens."), Actor.CONTROL_ROOM, Repair.WAIT
)
PORT_CLOSED_UNTIL = explain(
    "PORT_CLOSED_UNTIL",
    _("The port is closed until %(until)s. You will be told if that changes."),
    Actor.CONTROL_ROOM,
    Repair.WAIT,
)
