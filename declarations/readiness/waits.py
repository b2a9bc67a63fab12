"""Who acts, from when, until when, and what happens if nobody does (DOMAIN section 9: every wait shows it)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from declarations.lifecycle import HOLDING_VIN, DeclarationStatus


class Actor(TextChoices):
    """Who must act so that a wait ends."""

    NOBODY = "NOBODY", _("nobody")
    EXPORTER = "EXPORTER", _("exporter")
    DRIVER = "DRIVER", _("driver")
    CUSTOMS = "CUSTOMS", _("customs")
    OFFICER = "OFFICER", _("checkpoint officer")
    DOCUMENTS_OFFICER = "DOCUMENTS_OFFICER", _("documents officer")
    INSPECTION_OFFICER = "INSPECTION_OFFICER", _("inspection officer")
    SUPERVISOR = "SUPERVISOR", _("supervisor")
    CONTROL_ROOM = "CONTROL_ROOM", _("control room")


class Otherwise(TextChoices):
    """What happens if nobody acts, at the end of the wait's time or, where it has none, for as long as it lasts."""

    STAYS = "STAYS", _("it stays as it is")
    GOES_NO_FURTHER = "GOES_NO_FURTHER", _("the vehicle goes no further")
    ENDS_BY_ITSELF = "ENDS_BY_ITSELF", _("the wait ends by itself")
    WITHDRAWN = "WITHDRAWN", _("what was not presented by then is withdrawn")
    MAY_BE_REFUSED = "MAY_BE_REFUSED", _("the officer may refuse")
    FINAL = "FINAL", _("the refusal becomes final and its vehicles are withdrawn")
    PASS_RUNS_OUT = "PASS_RUNS_OUT", _("the pass runs out and has to be renewed")
    PAPER_RUNS_OUT = "PAPER_RUNS_OUT", _("a paper or the plate runs out and has to be renewed")
    PORT_CLOSES = "PORT_CLOSES", _("the port closes")


@dataclass(frozen=True, slots=True)
class Wait:
    """One wait. since: None where nobody wrote it down; until: None where no clock runs."""

    who: Actor
    since: datetime | None = None
    until: datetime | None = None
    otherwise: Otherwise = Otherwise.STAYS


_ACTS: dict[DeclarationStatus, Actor] = {
    DeclarationStatus.DRAFT: Actor.EXPORTER,
    DeclarationStatus.REJECTED: Actor.EXPORTER,
    DeclarationStatus.LODGED: Actor.CUSTOMS,
    DeclarationStatus.UNDER_CONTROL: Actor.DOCUMENTS_OFFICER,
    DeclarationStatus.DOCUMENTS_REQUIRED: Actor.EXPORTER,
    DeclarationStatus.RELEASED: Actor.DRIVER,
    DeclarationStatus.REFUSED: Actor.EXPORTER,
}


def wait_of_declaration(
    status: DeclarationStatus,
    *,
    since: datetime,
    expires_at: datetime | None,
    documents_due_at: datetime | None,
    appeal_until: datetime | None,
    appealed_at: datetime | None = None,
) -> Wait | None:
    """What a declaration as a whole waits for; None when it has ended."""
    if status not in _ACTS:
        return None
    until, otherwise = None, Otherwise.STAYS
    if status is DeclarationStatus.REFUSED and appealed_at is not None:
        return Wait(Actor.SUPERVISOR, appealed_at, appeal_until, Otherwise.FINAL)
    if status is DeclarationStatus.REFUSED:
        until, otherwise = appeal_until, Otherwise.FINAL
    elif status is DeclarationStatus.DOCUMENTS_REQUIRED and documents_due_at is not None:
        until, otherwise = documents_due_at, Otherwise.MAY_BE_REFUSED
    elif status in HOLDING_VIN:
        until, otherwise = expires_at, Otherwise.WITHDRAWN
    return Wait(_ACTS[status], since, until, otherwise)
