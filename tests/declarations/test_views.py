"""The exporter's pages."""

import pytest
from django.urls import reverse

from declarations.lifecycle import DeclarationStatus as D


@pytest.mark.parametrize("status", [D.DRAFT, D.LODGED, D.UNDER_CONTROL, D.DOCUMENTS_REQUIRED, D.RELEASED, D.REFUSED])
def test_a_declaration_has_a_page_in_every_status(client, alice, declaration, status):
    row = declaration(status=status, vehicles=2)
    client.force_login(alice)
    answer = client.get(reverse("declarations:detail", args=[row.reference]))
    assert answer.status_code == 200
    assert row.reference in answer.content.decode()


def test_home_and_list(client, alice, declaration):
    declaration(vehicles=2)
    client.force_login(alice)
    for name in ("home", "declarations:list", "declarations:new"):
        assert client.get(reverse(name)).status_code == 200
