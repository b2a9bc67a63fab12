"""What stands between a declaration and its way: who must act, until when, and what happens if nobody does."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declarations.acts import Act
from declarations.lifecycle import DeclarationStatus
from declarations.models import Declaration, DocumentRequest
from declarations.readiness import Actor, Because
from declarations.readiness.because import NOT_RELEASED

SOON = timedelta(hours=24)
"""Nearer than that, a date is told as hours too."""

WAITS: dict[str, tuple[str, str, str | Promise]] = {
    DeclarationStatus.LODGED: ("info", "sent", ""),
    DeclarationStatus.UNDER_CONTROL: ("officer", "officer", gettext_lazy("the declaration expires")),
    DeclarationStatus.EXPIRED: ("plain", "expired", ""),
    DeclarationStatus.CANCELLED: ("plain", "cancel", ""),
    DeclarationStatus.REFUSED: ("stop", "stop-fill", ""),
}
"""Statuses in which the page says what is waited for: tone, icon, and what happens if nobody acts."""


def notice(
    declaration: Declaration, may: frozenset[Act], requests: list[DocumentRequest], *, now: datetime
) -> dict[str, Any] | None:
    """The one notice on a declaration's page, or none when it is on its way."""
    found = _of_the_exporter(declaration, may, requests) or _of_customs(declaration)
    if found is not None and found.get("until"):
        found["is_soon"] = found["until"] - now < SOON
    return found


def _of_the_exporter(
    declaration: Declaration, may: frozenset[Act], requests: list[DocumentRequest]
) -> dict[str, Any] | None:
    args = [declaration.reference]
    if Act.ANSWER in may:
        return {
            "tone": "officer",
            "icon_name": "papers",
            "title": _("Customs asks for documents"),
            "papers": requests,
            "who": _("you"),
            "until": min((row.due_at for row in requests), default=declaration.documents_due_at),
            "otherwise": _("the officer may refuse"),
            "action_href": reverse("declarations:answer", args=args),
            "action": _("Answer the request"),
        }
    if Act.APPEAL in may:
        return {
            "tone": "stop",
            "icon_name": "stop-fill",
            "title": _("This declaration was refused"),
            "who": _("you"),
            "until": declaration.appeal_until,
            "otherwise": _("the refusal becomes final and its vehicles are withdrawn"),
            "action_href": reverse("declarations:appeal", args=args),
            "action": _("Appeal"),
        }
    return None


def _of_customs(declaration: Declaration) -> dict[str, Any] | None:
    wait = WAITS.get(declaration.status)
    if wait is None:
        return None
    tone, icon, otherwise = wait
    why = Because(NOT_RELEASED[DeclarationStatus(declaration.status)])
    return {
        "tone": tone,
        "icon_name": icon,
        "title": why.message,
        "who": "" if why.must_act in (Actor.NOBODY, Actor.EXPORTER) else why.must_act.label,
        "until": declaration.expires_at if otherwise else None,
        "otherwise": str(otherwise),
    }
