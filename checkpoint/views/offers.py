"""Which verbs a page offers: the table of moves says what fits, the permissions say who."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from checkpoint.views.frame import may_become
from declarations import permissions
from declarations.lifecycle import CLOSED_VEHICLE, HOLDING_VIN, DeclarationStatus, VehicleStatus
from declarations.models import Declaration, Vehicle

D, V = DeclarationStatus, VehicleStatus


@dataclass(frozen=True, slots=True)
class Offer:
    """One verb as a link to the page that asks for it."""

    href: str
    label: str | Promise
    icon: str


def for_declaration(user: object, declaration: Declaration, *, open_checks: int, now: datetime) -> list[Offer]:
    """Verbs on the declaration as a whole, or on several of its vehicles."""
    decides = permissions.can_decide(user, declaration)
    whole = may_become(declaration, D.RELEASED, D.REFUSED)
    due, term = declaration.documents_due_at, declaration.appeal_until
    overdue = may_become(declaration, D.REFUSED, D.UNDER_CONTROL) and due is not None and due <= now
    appealed = may_become(declaration, D.UNDER_CONTROL) and term is not None and term > now
    asks = may_become(declaration, D.DOCUMENTS_REQUIRED) or (open_checks and may_become(declaration, D.COMPLETED))
    holds = permissions.can_hold(user, declaration) and declaration.status in HOLDING_VIN
    table = (
        (decides and whole, "release", _("Release"), "check"),
        (decides and whole, "refuse", _("Refuse"), "stop"),
        (decides and asks, "request", _("Request documents"), "papers"),
        (decides and open_checks, "accept-papers", _("Accept documents"), "paper"),
        (decides and open_checks, "refuse-papers", _("Refuse documents"), "cancel"),
        (decides and overdue, "overdue", _("Confirm that the time is over"), "expired"),
        (permissions.can_grant_appeal(user, declaration) and appealed, "appeal", _("Grant the appeal"), "back"),
        (holds, "hold", _("Place a hold"), "lock"),
    )
    return [
        Offer(reverse(f"checkpoint:{name}", args=[declaration.reference]), label, icon)
        for fits, name, label, icon in table
        if fits
    ]


def for_vehicle(user: object, vehicle: Vehicle) -> list[Offer]:
    """Verbs on one vehicle."""
    declaration = vehicle.declaration
    is_open = declaration.status in HOLDING_VIN and vehicle.status not in CLOSED_VEHICLE
    detains = permissions.can_detain(user, declaration)
    table = (
        (permissions.can_hold(user, declaration) and is_open, "vehicle-hold", _("Place a hold"), "lock"),
        (
            permissions.can_order_inspection(user, declaration) and is_open,
            "order-inspection",
            _("Order an inspection"),
            "search",
        ),
        (detains and may_become(vehicle, V.DETAINED), "detain", _("Detain"), "stop"),
        (detains and may_become(vehicle, V.REFERRED, V.WITHDRAWN), "end-detention", _("End the detention"), "back"),
        (
            permissions.can_record_return(user, declaration) and may_become(vehicle, V.RETURNED),
            "returned",
            _("Record as returned"),
            "u-turn",
        ),
    )
    at = [declaration.reference, vehicle.vin]
    return [Offer(reverse(f"checkpoint:{name}", args=at), label, icon) for fits, name, label, icon in table if fits]
