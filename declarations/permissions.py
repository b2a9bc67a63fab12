"""Who may: pairs. `check_can_x` raises NotPermitted, `can_x` answers for pages. What may be seen is `visible_to`."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from declarations.errors import NotPermitted
from declarations.models import ApiKey, Authority, Declaration, Hold, Organisation, Override, Role, roles_of
from declarations.models.parties import ACTING_OFFICERS
from declarations.words import Agency, RoleName

PASSED_AT = "second_factor_at"
"""In a session: when, in seconds since 1970, the second factor was last shown."""


def answers(check: Callable[..., None]) -> Callable[..., bool]:
    """The other half of a pair: the check as a question."""

    def can(*args: Any) -> bool:
        try:
            check(*args)
        except NotPermitted:
            return False
        return True

    can.__doc__ = f"Whether {check.__name__} would let it pass."
    return can


def _check_officer(user: object, declaration: Declaration, *names: str) -> None:
    """An officer of its port, with one of these roles or whoever acts there; never of his own enterprise's."""
    roles, port = roles_of(user), declaration.port_id
    if (
        port is None
        or not roles.at(port, *(names or ACTING_OFFICERS))
        or declaration.organisation_id in roles.organisations
    ):
        raise NotPermitted


def check_can_declare_for(user: object, organisation_id: int) -> None:
    """Only the exporter's own people and its agents declare."""
    if organisation_id not in roles_of(user).organisations:
        raise NotPermitted


def check_can_change(user: object, declaration: Declaration) -> None:
    """Only the exporter's own people and its agents change what was declared."""
    check_can_declare_for(user, declaration.organisation_id)


def check_can_lodge(user: object, declaration: Declaration) -> None:
    """Only for an organisation that an officer has verified."""
    check_can_change(user, declaration)
    if declaration.organisation.refused_at is not None:
        raise NotPermitted(
            "ORGANISATION_REFUSED", _("An officer did not verify your organisation. Its page says why and what to do.")
        )
    if declaration.organisation.verified_at is None:
        raise NotPermitted("ORGANISATION_NOT_VERIFIED", _("An officer has to verify your organisation first."))


def check_can_cancel(user: object, declaration: Declaration) -> None:
    """The declarant, or a supervisor of the port."""
    if declaration.organisation_id not in roles_of(user).organisations:
        _check_officer(user, declaration, RoleName.SUPERVISOR)


def check_can_withdraw(user: object, declaration: Declaration) -> None:
    """The declarant, or an officer at the gate or above him."""
    if declaration.organisation_id not in roles_of(user).organisations:
        _check_officer(user, declaration, RoleName.CHECKPOINT, RoleName.DOCUMENTS, RoleName.SUPERVISOR)


def check_can_decide(user: object, declaration: Declaration) -> None:
    """Documents officers of the port, and supervisors."""
    _check_officer(user, declaration, RoleName.DOCUMENTS, RoleName.SUPERVISOR)


def check_can_accept_problem(user: object, declaration: Declaration) -> None:
    """Documents officers accept an overridable problem."""
    check_can_decide(user, declaration)


def check_can_grant_appeal(user: object, declaration: Declaration) -> None:
    """Supervisors of the port."""
    _check_officer(user, declaration, RoleName.SUPERVISOR)


def check_can_hold(user: object, declaration: Declaration) -> None:
    """Every officer who acts at the port may place a hold; an analyst only looks."""
    _check_officer(user, declaration)


def check_can_lift(user: object, hold: Hold) -> None:
    """An officer who acts at the port, but not the one who placed it."""
    _check_officer(user, hold.declaration)
    if hold.placed_by_id == getattr(user, "pk", None):
        raise NotPermitted("PLACED_BY_YOU", _("You placed this hold; somebody else has to lift it."))


def check_can_inspect(user: object, declaration: Declaration, agency: str = Agency.CUSTOMS) -> None:
    """Inspection officers of that agency at the port; for another agency than customs a supervisor as well."""
    _check_officer(user, declaration, *_for_agency(agency, RoleName.INSPECTION))
    _check_acts_for(user, declaration, agency)


def check_can_order_inspection(user: object, declaration: Declaration, agency: str = Agency.CUSTOMS) -> None:
    """Whoever acts at the port orders one of customs; one of another agency its own officers and a supervisor."""
    _check_officer(user, declaration)
    if agency != Agency.CUSTOMS:
        _check_acts_for(user, declaration, agency)


def check_can_waive(user: object, declaration: Declaration, agency: str = Agency.CUSTOMS) -> None:
    """Supervisors of the port; another agency than customs lifts its own orders as well."""
    if agency == Agency.CUSTOMS:
        _check_officer(user, declaration, RoleName.SUPERVISOR)
    else:
        check_can_inspect(user, declaration, agency)


def _for_agency(agency: str, *names: str) -> tuple[str, ...]:
    return names if agency == Agency.CUSTOMS else (*names, RoleName.SUPERVISOR)


def _check_acts_for(user: object, declaration: Declaration, agency: str) -> None:
    """One of the agency's own inspection officers, or for another agency than customs a supervisor."""
    roles, port = roles_of(user), declaration.port_id
    if port is None or not (
        roles.inspects_at(port, agency) or (agency != Agency.CUSTOMS and roles.at(port, RoleName.SUPERVISOR))
    ):
        raise NotPermitted("OTHER_AGENCY", _("Only who acts for that agency may do this."))


def check_can_detain(user: object, declaration: Declaration) -> None:
    """Supervisors of the port."""
    _check_officer(user, declaration, RoleName.SUPERVISOR)


def check_can_ask_override(user: object, declaration: Declaration) -> None:
    """An officer at the gate or a documents officer asks for an override."""
    _check_officer(
        user,
        declaration,
        RoleName.CHECKPOINT,
        RoleName.DOCUMENTS,
        RoleName.SUPERVISOR,
        RoleName.CONTROL_ROOM,
    )


def check_can_grant_override(user: object, override: Override) -> None:
    """A supervisor or control room operator grants it, and never the one who asked."""
    _check_officer(user, override.vehicle.declaration, RoleName.SUPERVISOR, RoleName.CONTROL_ROOM)
    if override.asked_by_id == getattr(user, "pk", None):
        raise NotPermitted("ASKED_BY_YOU", _("You asked for this override; a second person has to grant it."))


def check_can_record_return(user: object, declaration: Declaration) -> None:
    """Gate officers record that the neighbour sent a vehicle back."""
    _check_officer(user, declaration, RoleName.CHECKPOINT, RoleName.SUPERVISOR)


def check_can_verify(user: object, organisation: Organisation) -> None:
    """Documents officers and supervisors verify an enterprise, at whatever port; never their own."""
    roles = roles_of(user)
    judges = any(row.role in (RoleName.DOCUMENTS, RoleName.SUPERVISOR) for row in roles.rows)
    if not judges or organisation.pk in roles.organisations:
        raise NotPermitted


def check_can_revoke_key(user: object, key: ApiKey) -> None:
    """Whoever holds the key, and supervisors."""
    if key.user_id is not None and key.user_id == getattr(user, "pk", None):
        return
    if not any(row.role == RoleName.SUPERVISOR for row in roles_of(user).rows):
        raise NotPermitted


def check_can_manage(user: object, organisation_id: int) -> None:
    """Whoever manages that organisation's people."""
    if not roles_of(user).manages(organisation_id):
        raise NotPermitted


def check_is_own_role(user: object, role: Role) -> None:
    """The person himself, in an organisation."""
    if role.user_id != getattr(user, "pk", None) or role.organisation_id is None:
        raise NotPermitted


def check_can_end_authority(user: object, authority: Authority) -> None:
    """A manager of either side."""
    roles = roles_of(user)
    if not roles.manages(authority.principal_id) and not roles.manages(authority.agent_id):
        raise NotPermitted


def check_can_recover(user: object, person: object) -> None:
    """For an officer a supervisor, for an exporter a manager of the organisation he came in with; never oneself.

    Any other organisation would do that invited him later: by the invitation alone it would get a hand on his account.
    """
    theirs, mine = roles_of(person), roles_of(user)
    if getattr(user, "pk", None) == getattr(person, "pk", None):
        raise NotPermitted("SECOND_PERSON", _("A second person has to do this for you."))
    if needs_second_factor(person):
        if not any(row.role == RoleName.SUPERVISOR for row in mine.rows):
            raise NotPermitted
    elif (first := theirs.first_organisation) is None or not mine.manages(first):
        raise NotPermitted


def needs_second_factor(user: object) -> bool:
    """Whether a password alone does not let this person in: officers, and everybody in the back-office."""
    is_staff = bool(getattr(user, "is_staff", False) or getattr(user, "is_superuser", False))
    return is_staff or roles_of(user).is_officer


def check_can_keep(user: object, port: str | None) -> None:
    """Supervisors keep gates, times and rules of their own ports; what holds at no port in particular, those of all."""
    ports = roles_of(user).ports(RoleName.SUPERVISOR)
    if ports is not None and port not in ports and not getattr(user, "is_superuser", False):
        raise NotPermitted


def kept_ports(user: object) -> frozenset[str] | None:
    """The ports for which `check_can_keep` lets this person pass; None means every port."""
    return None if can_keep(user, None) else roles_of(user).ports(RoleName.SUPERVISOR)


can_keep = answers(check_can_keep)
can_declare_for = answers(check_can_declare_for)
can_change = answers(check_can_change)
can_lodge = answers(check_can_lodge)
can_cancel = answers(check_can_cancel)
can_withdraw = answers(check_can_withdraw)
can_decide = answers(check_can_decide)
can_accept_problem = answers(check_can_accept_problem)
can_grant_appeal = answers(check_can_grant_appeal)
can_hold = answers(check_can_hold)
can_lift = answers(check_can_lift)
can_inspect = answers(check_can_inspect)
can_order_inspection = answers(check_can_order_inspection)
can_waive = answers(check_can_waive)
can_detain = answers(check_can_detain)
can_ask_override = answers(check_can_ask_override)
can_grant_override = answers(check_can_grant_override)
can_record_return = answers(check_can_record_return)
can_verify = answers(check_can_verify)
can_revoke_key = answers(check_can_revoke_key)
can_manage = answers(check_can_manage)
can_end_authority = answers(check_can_end_authority)
can_recover = answers(check_can_recover)


def declares_for(user: object) -> list[Organisation]:
    """The organisations for which this user may declare, for the form's choice: his own, then those that trust it."""
    roles = roles_of(user)
    own = list(dict.fromkeys(row.organisation for row in roles.rows if row.organisation_id in roles.organisations))
    others = roles.organisations - {row.pk for row in own}
    return own + (list(Organisation.objects.filter(pk__in=others).order_by("name")) if others else [])
