"""People in a real browser: a passkey made and used, an app at an officer's first sign-in, and what axe says."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from playwright.sync_api import Page

from declarations import totp
from declarations.models import Factor
from tests.browser.conftest import OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _real(monkeypatch: pytest.MonkeyPatch) -> None:
    """The requirement as it is in production, under the name that browsers trust without TLS."""
    monkeypatch.setattr(settings, "OFFICERS_NEED_SECOND_FACTOR", True)
    monkeypatch.setattr(settings, "PASSKEY_HOST", "localhost")


def at_localhost(page: Page, live_server: Any, path: str) -> str:
    """The same server under the name of passkeys."""
    return f"http://localhost:{live_server.url.rsplit(':', 1)[1]}{path}"


def sign_in(page: Page, live_server: Any, user: User) -> None:
    """Name and password."""
    user.set_password(PASSWORD)
    user.save()
    page.goto(at_localhost(page, live_server, "/sign-in"))
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")


@pytest.mark.parametrize("width", [360, 1280])
def test_an_officer_sets_up_an_app_then_a_passkey_and_comes_back_with_it(
    open_page: OpenPage, live_server: Any, carl: User, width: int, violations: Callable[[Page], list[str]]
) -> None:
    page = open_page(width=width)
    tool = page.context.new_cdp_session(page)
    tool.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    tool.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "automaticPresenceSimulation": True}})
    sign_in(page, live_server, carl)
    page.wait_for_url("**/account/security")
    assert violations(page) == []
    page.get_by_role("button", name="Set up an authenticator app").click()
    page.wait_for_url("**/account/security/app")
    assert violations(page) == []
    secret = Factor.objects.get(user=carl).secret
    page.fill("[name=code]", totp.code_of(secret, totp.step_at(time.time())))
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("heading", name="Keep these recovery codes").wait_for()
    assert violations(page) == []
    page.goto(at_localhost(page, live_server, "/account/security/passkey"))
    page.fill("[name=label]", "blue key")
    assert violations(page) == []
    page.get_by_role("button", name="Make the passkey").click()
    page.locator("b", has_text="blue key").wait_for()
    page.context.clear_cookies()
    page.goto(at_localhost(page, live_server, "/sign-in"))
    page.fill("[name=username]", carl.username)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/sign-in/second*")
    page.locator("form[data-passkey] button").click()
    page.wait_for_url("**/gate/")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_of_people_have_nothing_that_axe_minds(
    open_page: OpenPage, alice: User, bob: User, carl: User, width: int, violations: Callable[[Page], list[str]]
) -> None:
    stranger = open_page(width=width)
    for path in ("/sign-up", "/password", "/sign-in", "/password/none"):
        stranger.goto(path)
        assert violations(stranger) == [], path
    page = open_page(alice, width=width)
    mine = f"/organisation/{alice.roles.get().organisation.uscc}"
    for path in ("/account", "/account/keys", "/account/password", mine, f"{mine}/invite", f"{mine}/agents/new"):
        page.goto(path)
        assert violations(page) == [], path
