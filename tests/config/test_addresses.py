"""Addresses that nobody has are refused, not stumbled over."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from declarations import actions
from declarations.models import Declaration
from tests.cast import NOON

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address",
    [
        "/declarations/%00",
        "/declarations/a%00b/vehicles/1/pass",
        "/declarations?q=%00",
        "/gate/scan/lanes/%00",
        "/gate/scan/lanes/CNHRS-R1?vin=a%00",
        "/gate/desk/declarations/%00",
    ],
)
def test_a_nul_in_the_address_of_a_page_is_a_bad_request(client: Client, olga: User, address: str) -> None:
    client.force_login(olga)
    assert client.get(address).status_code == 400


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "utf-16"])
@pytest.mark.parametrize("address", ["/gate/find", "/gate/desk", "/sign-in", "/api/v1/declarations"])
def test_another_encoding_is_a_bad_request(client: Client, olga: User, address: str, charset: str) -> None:
    client.force_login(olga)
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    part = b'--x\r\nContent-Disposition: form-data; name="q"\r\n\r\n\\ud800+2AA-\r\n--x--\r\n'
    assert client.get(f"{address}?q=%5Cud800%2B2AA-", headers={"content-type": kind}).status_code == 400
    assert client.post(address, part, content_type=kind).status_code == 400


def test_a_nul_in_a_field_that_names_something_finds_nothing(client: Client, olga: User, alice: User) -> None:
    client.force_login(olga)
    assert client.post("/gate/scan/lanes", {"lane": "CNHRS-R1\0"}).status_code == 404
    assert "lane" not in client.session
    client.force_login(alice)
    row = actions.create(organisation=alice.roles.get().organisation, body={}, by=alice, now=NOON)
    answer = client.post(f"/declarations/{row.reference}/sections/contract", {"use": "SG\0"})
    assert answer.status_code == 404
    assert Declaration.objects.get().revision == row.revision


def test_the_api_says_itself_where_it_stands(client: Client) -> None:
    assert client.get("/api/v1/pass-keys?x=%00").headers["Content-Type"].startswith("application/")
