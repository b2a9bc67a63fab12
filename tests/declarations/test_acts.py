"""Which acts a page may offer."""

import pytest

from declarations import acts
from declarations.acts import Act
from declarations.lifecycle import HOLDING_VIN, DeclarationStatus, VehicleStatus

D, V = DeclarationStatus, VehicleStatus


@pytest.mark.parametrize("status", [D.DRAFT, D.REJECTED])
def test_a_draft_can_be_edited_lodged_and_discarded(status):
    assert acts.of_declaration(status, []) == {Act.EDIT, Act.LODGE, Act.DISCARD}


@pytest.mark.parametrize("status", sorted(HOLDING_VIN))
def test_the_header_can_be_amended_while_no_vehicle_is_at_the_port(status):
    away = acts.of_declaration(status, [V.DECLARED, V.WITHDRAWN])
    assert {Act.AMEND_HEADER, Act.CANCEL, Act.AMEND_ARRIVAL} <= away
    here = acts.of_declaration(status, [V.DECLARED, V.PRESENTED])
    assert Act.AMEND_ARRIVAL in here
    assert not {Act.AMEND_HEADER, Act.CANCEL} & here


@pytest.mark.parametrize("status", [D.COMPLETED, D.EXPIRED, D.CANCELLED])
def test_what_has_ended_can_only_be_declared_again(status):
    assert acts.of_declaration(status, [V.EXITED]) == {Act.COPY}


def test_a_request_is_answered_while_it_waits():
    assert Act.ANSWER in acts.of_declaration(D.DOCUMENTS_REQUIRED, [V.DECLARED])
    assert Act.ANSWER in acts.of_declaration(D.RELEASED, [V.DECLARED], is_asked=True)
    assert Act.ANSWER not in acts.of_declaration(D.RELEASED, [V.DECLARED])


def test_a_refusal_can_be_appealed_within_its_term():
    assert Act.APPEAL in acts.of_declaration(D.REFUSED, [V.DECLARED], may_appeal=True)
    assert Act.APPEAL not in acts.of_declaration(D.REFUSED, [V.DECLARED])
    assert Act.APPEAL not in acts.of_declaration(D.RELEASED, [V.DECLARED], may_appeal=True)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (V.DECLARED, {Act.SWAP, Act.AMEND, Act.WITHDRAW, Act.RENEW_PASS}),
        (V.PRESENTED, {Act.SWAP, Act.WITHDRAW, Act.RENEW_PASS}),
        (V.REFERRED, {Act.SWAP, Act.RENEW_PASS}),
        (V.DETAINED, {Act.SWAP, Act.RENEW_PASS}),
        (V.EXITED, set()),
        (V.WITHDRAWN, {Act.COPY}),
        (V.RETURNED, {Act.COPY}),
    ],
)
def test_a_released_vehicle_may_be_changed_less_the_further_it_is(status, expected):
    assert acts.of_vehicle(D.RELEASED, status) == expected


def test_a_vehicle_in_assessment_gets_no_new_pass():
    assert Act.RENEW_PASS not in acts.of_vehicle(D.RELEASED, V.DECLARED, is_assessed=False)
    assert Act.RENEW_PASS not in acts.of_vehicle(D.LODGED, V.DECLARED)


def test_a_vehicle_of_a_draft_is_edited_and_removed():
    assert acts.of_vehicle(D.REJECTED, V.DECLARED) == {Act.EDIT, Act.REMOVE}
    assert acts.of_vehicle(D.REJECTED, V.WITHDRAWN) == frozenset()


def test_a_page_looks_again_only_while_customs_decides():
    assert acts.being_decided(D.LODGED, False)
    assert acts.being_decided(D.RELEASED, True)
    assert not acts.being_decided(D.RELEASED, False)


def test_a_referred_vehicle_stands_at_the_port():
    assert acts.is_at_port(V.REFERRED)
    assert not acts.is_at_port(V.EXITED)


def test_a_vehicle_that_left_or_was_withdrawn_is_over():
    assert acts.is_over(V.WITHDRAWN)
    assert not acts.is_over(V.REFERRED)
