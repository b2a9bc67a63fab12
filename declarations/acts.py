"""What an exporter may do next: which acts a declaration or a vehicle has room for, as it stands.

Pages offer these; the actions themselves look again under a lock and have the last word.
"""

from collections.abc import Collection
from enum import StrEnum

from declarations.lifecycle import AT_PORT, CLOSED_VEHICLE, HOLDING_VIN, DeclarationStatus, VehicleStatus


class Act(StrEnum):
    """One thing to do; each has a page or a button of its own."""

    EDIT = "EDIT"
    LODGE = "LODGE"
    DISCARD = "DISCARD"
    CANCEL = "CANCEL"
    AMEND_HEADER = "AMEND_HEADER"
    AMEND_ARRIVAL = "AMEND_ARRIVAL"
    ANSWER = "ANSWER"
    APPEAL = "APPEAL"
    COPY = "COPY"
    REMOVE = "REMOVE"
    AMEND = "AMEND"
    SWAP = "SWAP"
    WITHDRAW = "WITHDRAW"
    RENEW_PASS = "RENEW_PASS"
    PRINT = "PRINT"


DRAFTS = frozenset({DeclarationStatus.DRAFT, DeclarationStatus.REJECTED})
WITHDRAWABLE = frozenset({VehicleStatus.DECLARED, VehicleStatus.PRESENTED})
NOWHERE_NEAR = frozenset({VehicleStatus.DECLARED, VehicleStatus.WITHDRAWN})
"""Vehicles that do not stand in the port and have not left through it."""


AGAIN = frozenset({VehicleStatus.RETURNED, VehicleStatus.WITHDRAWN})
"""Vehicles that are out of their declaration without having arrived: they may be declared again."""


def may_return(status: str) -> bool:
    """Whether a vehicle waits for being declared again."""
    return status in AGAIN


def of_declaration(
    status: str, vehicles: Collection[str], *, is_asked: bool = False, may_appeal: bool = False
) -> frozenset[Act]:
    """Acts on a declaration. vehicles: statuses of its vehicles; is_asked: a document request waits for an answer."""
    if status in DRAFTS:
        return frozenset({Act.EDIT, Act.LODGE, Act.DISCARD})
    found = {Act.COPY}
    if is_asked or status == DeclarationStatus.DOCUMENTS_REQUIRED:
        found.add(Act.ANSWER)
    if may_appeal and status == DeclarationStatus.REFUSED:
        found.add(Act.APPEAL)
    if status in HOLDING_VIN:
        found.add(Act.AMEND_ARRIVAL)
        if status == DeclarationStatus.RELEASED:
            found.add(Act.PRINT)
        if set(vehicles) <= NOWHERE_NEAR:
            found |= {Act.AMEND_HEADER, Act.CANCEL}
    return frozenset(found)


def of_vehicle(declaration_status: str, status: str, *, is_assessed: bool = True) -> frozenset[Act]:
    """Acts on one vehicle of a declaration in that status."""
    if declaration_status in DRAFTS:
        return frozenset() if status == VehicleStatus.WITHDRAWN else frozenset({Act.EDIT, Act.REMOVE})
    if may_return(status):
        return frozenset({Act.COPY})
    if declaration_status not in HOLDING_VIN or status in CLOSED_VEHICLE:
        return frozenset()
    found = {Act.SWAP}
    if status == VehicleStatus.DECLARED:
        found.add(Act.AMEND)
    if status in WITHDRAWABLE:
        found.add(Act.WITHDRAW)
    if declaration_status == DeclarationStatus.RELEASED and is_assessed:
        found.add(Act.RENEW_PASS)
    return frozenset(found)


def being_decided(declaration_status: str, vehicles_in_assessment: bool) -> bool:
    """Whether customs answers within seconds, so that a page that stays open should look again."""
    return declaration_status == DeclarationStatus.LODGED or vehicles_in_assessment


def is_over(status: str) -> bool:
    """Whether nobody waits for the vehicle any more."""
    return status in CLOSED_VEHICLE


def is_at_port(status: str) -> bool:
    """Whether a vehicle stands in the yard."""
    return status in AT_PORT
