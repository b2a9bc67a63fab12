"""Agents: an exporter gives an organisation authority to declare for it; the agent accepts; either side ends it."""

from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from declarations import identifiers, permissions
from declarations.errors import Conflict, Unacceptable
from declarations.models import Authority, Organisation, remember
from declarations.problems import Problem, explain
from declarations.words import Deed

AGENT_UNKNOWN = explain(
    "AGENT_UNKNOWN", _("No verified organisation with this code works here. Compare it with the agent's licence.")
)
AGENT_IS_SELF = explain("AGENT_IS_SELF", _("This is your own code. Enter the agent's."))
DAYS_IN_ORDER = explain("DAYS_IN_ORDER", _("The last day lies before the first, or in the past."))


@transaction.atomic
def grant(
    *,
    principal_id: int,
    agent_uscc: str,
    document_number: str,
    valid_from: date,
    valid_until: date,
    by: User,
    now: datetime,
) -> Authority:
    """Offer an agent authority; it stands once the agent has accepted.

    Raises: NotPermitted; Unacceptable for an unknown agent or days out of order; Conflict when one is open already.
    """
    principal = Organisation.objects.select_for_update(of=("self",)).get(pk=principal_id)
    permissions.check_can_manage(by, principal_id)
    code = identifiers.normalise(agent_uscc)
    problems = (
        [] if valid_until >= max(valid_from, timezone.localdate(now)) else [Problem(DAYS_IN_ORDER, "/valid_until")]
    )
    agent = Organisation.objects.filter(uscc=code, verified_at__isnull=False).first()
    if code == principal.uscc:
        problems.append(Problem(AGENT_IS_SELF, "/agent"))
    elif agent is None:
        problems.append(Problem(AGENT_UNKNOWN, "/agent"))
    if problems or agent is None:
        raise Unacceptable(problems)
    open_ones = Authority.objects.filter(principal=principal, agent=agent, ended_at=None)
    if open_ones.filter(Q(valid_until__gte=valid_from) & Q(valid_from__lte=valid_until)).exists():
        raise Conflict("AUTHORITY_OPEN", _("This agent has your authority for these days already. End that one first."))
    authority = Authority.objects.create(
        principal=principal,
        agent=agent,
        document_number=document_number.strip(),
        valid_from=valid_from,
        valid_until=valid_until,
        granted_at=now,
        granted_by=by,
    )
    _remember(Deed.AUTHORITY_GRANTED, authority, by=by, now=now)
    return authority


@transaction.atomic
def accept(*, authority_id: int, by: User, now: datetime) -> Authority:
    """The agent takes it on; from the first day its people declare for the principal.

    Raises: NotPermitted; Conflict when it was accepted or ended.
    """
    authority = _locked(authority_id)
    permissions.check_can_manage(by, authority.agent_id)
    if authority.accepted_at is not None or authority.ended_at is not None:
        raise Conflict("AUTHORITY_SETTLED", _("This authority was accepted or ended already."))
    authority.accepted_at, authority.accepted_by = now, by
    authority.save(update_fields=["accepted_at", "accepted_by"])
    _remember(Deed.AUTHORITY_ACCEPTED, authority, by=by, now=now)
    return authority


@transaction.atomic
def end(*, authority_id: int, reason: str, by: User, now: datetime) -> Authority:
    """Either side ends it; the agent's very next step for the principal is refused.

    Raises: NotPermitted; Conflict when it ended already.
    """
    authority = _locked(authority_id)
    permissions.check_can_end_authority(by, authority)
    if authority.ended_at is not None:
        raise Conflict("AUTHORITY_ENDED", _("This authority ended already."))
    authority.ended_at, authority.ended_by = now, by
    authority.save(update_fields=["ended_at", "ended_by"])
    _remember(Deed.AUTHORITY_ENDED, authority, by=by, now=now, text=reason)
    return authority


def _locked(authority_id: int) -> Authority:
    rows = Authority.objects.select_for_update(of=("self",)).select_related("principal", "agent")
    return rows.get(pk=authority_id)


def _remember(deed: Deed, authority: Authority, *, by: User, now: datetime, text: str = "") -> None:
    data = {"principal": authority.principal.uscc, "agent": authority.agent.uscc, "document": authority.document_number}
    for side in (authority.principal, authority.agent):
        remember(deed, by=by, at=now, organisation=side, text=text, data=data)
