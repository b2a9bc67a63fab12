"""Addresses that nobody has are refused, not stumbled over."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

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


def test_the_api_says_itself_where_it_stands(client: Client) -> None:
    assert client.get("/api/v1/pass-keys?x=%00").headers["Content-Type"].startswith("application/")
