"""What stands between a declaration and its way: who must act, from when, until when, what if nobody does."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from declarations.acts import Act
from declarations.lifecycle import DeclarationStatus, Machine
from declarations.models import Declaration, DocumentRequest, History
from declarations.readiness import Actor, Because, Otherwise, Wait
from declarations.readiness.because import NOT_RELEASED

LOOKS: dict[str, tuple[str, str, bool]] = {
    DeclarationStatus.LODGED: ("info", "sent", True),
    DeclarationStatus.UNDER_CONTROL: ("officer", "officer", True),
    DeclarationStatus.EXPIRED: ("plain", "expired", False),
    DeclarationStatus.CANCELLED: ("plain", "cancel", False),
    DeclarationStatus.REFUSED: ("stop", "stop-fill", False),
}
"""Statuses in which the exporter himself can do nothing: tone, icon, and whether somebody else still may."""


def notice(declaration: Declaration, may: frozenset[Act], requests: list[DocumentRequest]) -> dict[str, Any] | None:
    """The one notice on a declaration's page, or none when it is on its way."""
    args = [declaration.reference]
    if Act.ANSWER in may:
        return {
            "tone": "officer",
            "icon_name": "papers",
            "title": _("Customs asks for documents"),
            "papers": requests,
            "wait": wait_for_documents(requests) or declaration.wait,
            "action_href": reverse("declarations:answer", args=args),
            "action": _("Answer the request"),
        }
    if Act.APPEAL in may and declaration.appealed_at is not None:
        return {
            "tone": "officer",
            "icon_name": "officer",
            "title": _("You appealed; the supervisor decides"),
            "wait": declaration.wait,
        }
    if Act.APPEAL in may:
        return {
            "tone": "stop",
            "icon_name": "stop-fill",
            "title": _("This declaration was refused"),
            "words": _why(declaration),
            "wait": declaration.wait,
            "action_href": reverse("declarations:appeal", args=args),
            "action": _("Appeal"),
        }
    look = LOOKS.get(declaration.status)
    if look is None:
        return None
    tone, icon, is_waiting = look
    why = Because(NOT_RELEASED[DeclarationStatus(declaration.status)])
    wait = declaration.wait if is_waiting else None
    return {"tone": tone, "icon_name": icon, "title": why.message, "wait": wait}


def wait_for_documents(requests: list[DocumentRequest]) -> Wait | None:
    """The clock of documents that are asked for: from the first question to the first end."""
    if not requests:
        return None
    since, until = min(row.asked_at for row in requests), min(row.due_at for row in requests)
    return Wait(Actor.EXPORTER, since, until, Otherwise.MAY_BE_REFUSED)


def _why(declaration: Declaration) -> str:
    """The officer's own words of the refusal."""
    rows = History.objects.filter(declaration=declaration, machine=Machine.DECLARATION, to_status=declaration.status)
    return rows.order_by("-id").values_list("text", flat=True).first() or ""
