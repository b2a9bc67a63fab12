"""Nobody gets into what is not his: every route × method × actor × foreign or random id, from the URL resolver.

A foreign id is answered exactly like one that never was, nothing of the other's world is in the answer, nothing of it
changes. A route without a row in ROWS is red.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission, User
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from checkpoint.models import Case, Passage, ScanKey
from declarations.models import Port, Role, Vehicle
from declarations.models.declaration import DeclarationQuerySet
from tests.caller import Caller, key_of, key_of_device
from tests.cast import declaration_body, vehicle_body
from tests.journeys.canary import CANARY, alices_world
from tests.journeys.of_alice import fingerprint
from tests.journeys.rows import (
    API,
    CODE,
    JUDGE,
    OFFICER,
    ROLES,
    ROWS,
    WHY,
    Names,
    address,
    filled,
    is_back_office,
    methods_of,
    nowhere,
    routes,
    walk,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

OF_THE_PORT = ("<str:lane>", "<uuid:device>", "<uuid:lift>")
"""Parts of addresses that name what belongs to a port and to no enterprise."""


@pytest.fixture
def world(declaration: Any, scanner: Any, carl: User, oscar: User) -> Names:
    """Alice's declaration and all that belongs to it."""
    return alices_world(declaration, scanner, carl, oscar)


@pytest.fixture
def strangers(mallory: User, reference: None) -> dict[str, User | None]:
    """Everybody who has no business with alice's world."""
    nobody = User.objects.create(username="nobody")
    omar = User.objects.create(username="omar")
    for role in ("documents", "checkpoint", "inspection", "supervisor", "control_room", "analyst"):
        Role.objects.create(user=omar, role=role, port=Port.objects.get(pk="CNYRK"))
    return {"anonymous": None, "nobody": nobody, "mallory": mallory, "officer of another port": omar}


@pytest.fixture
def keepers(alice: User, reference: None) -> dict[str, User]:
    """Who may get in: alice, and an officer with every role at Horgos."""
    officer = User.objects.create(username="everyone")
    for role in ROLES:
        Role.objects.create(user=officer, role=role, port=Port.objects.get(pk="CNHRS"))
    return {"alice": alice, OFFICER: officer, JUDGE: officer, "key": alice}


def ask_api(caller: Caller, method: str, route: str, names: Names) -> tuple[int, str, str]:
    """Status, what was said without ids and trace, and the whole text."""
    body = None if method == "GET" else WHY if method == "DELETE" else filled(ROWS[route].body, names)
    reply = caller.ask(method, address(route, names), body)
    text = reply.content.decode(errors="replace")
    said = re.sub(r'"trace_id": "[^"]*"', "", text) if reply.type == "application/problem+json" else ""
    return reply.status, _without(said, names), text


def ask_page(client: Client, method: str, route: str, names: Names) -> tuple[int, str, str]:
    """Status, where it leads without ids, and the whole text."""
    response = client.generic(method, address(route, names), headers={"Accept-Language": "en"})
    return (
        response.status_code,
        _without(response.headers.get("Location", ""), names),
        response.getvalue().decode("latin-1"),
    )


def _without(text: str, names: Names) -> str:
    for name, value in names.items():
        if len(value) > 3:
            text = text.replace(value, f"<{name}>")
    return text


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    found = {route for route, _view in routes()}
    assert found - set(ROWS) == set(), "a new route: say in ROWS who may use it"
    assert set(ROWS) - found == set(), "rows of routes that are gone"


def _sweep(
    asker: Any,
    ask: Callable[..., tuple[int, str, str]],
    wanted: str,
    world: Names,
    *,
    is_device: bool = False,
    judges: bool = False,
) -> Iterator[str]:
    """Everything that is wrong with what one stranger is answered."""
    for route, view in routes():
        if route.startswith(API) != (wanted == API) or ROWS[route].by in ("anybody", "key", CODE):
            continue
        if judges and ROWS[route].by == JUDGE:
            continue
        for method in methods_of(route, view):
            strange = nowhere(world)
            foreign = ask(asker, method, route, world)
            random = ask(asker, method, route, strange)
            at = f"{method} /{route}"
            if CANARY in foreign[2]:
                yield f"{at} tells of alice"
            if "<" not in route:
                continue
            if foreign[:2] != random[:2]:
                yield f"{at} tells a foreign id from one that never was: {foreign[:2]} {random[:2]}"
            if foreign[0] not in (302, 401, 403, 404, 405):
                yield f"{at} answers {foreign[0]}"
            if foreign[0] == 403 and wanted == API and not is_device and ROWS[route].by != "device":
                yield f"{at} says 403 where 404 belongs"


@pytest.mark.parametrize("name", ["anonymous", "nobody", "mallory", "officer of another port", "device"])
def test_a_stranger_with_a_key_finds_nothing_and_changes_nothing(name, world, strangers):
    if name == "device":
        key: str | None = key_of_device("CNYRK-R1")
    else:
        person = strangers[name]
        key = key_of(person) if person else None
    caller = Caller(key)
    before = fingerprint(world["reference"])
    found = list(_sweep(caller, ask_api, API, world, is_device=name == "device"))
    assert not found, "\n".join(found)
    assert fingerprint(world["reference"]) == before


@pytest.mark.parametrize("name", ["anonymous", "nobody", "mallory", "officer of another port"])
def test_a_stranger_on_the_pages_finds_nothing_and_changes_nothing(name, world, strangers):
    client = Client()
    if strangers[name]:
        client.force_login(strangers[name])
    before = fingerprint(world["reference"])
    found = list(_sweep(client, ask_page, "", world, judges=name == "officer of another port"))
    assert not found, "\n".join(found)
    assert fingerprint(world["reference"]) == before


def test_without_a_key_only_what_is_public_opens(world):
    for route, view in routes():
        if not route.startswith(API):
            continue
        for method in methods_of(route, view):
            status, _said, _text = ask_api(Caller(None), method, route, world)
            assert (status == 200) == (ROWS[route].by == "anybody"), (method, route, status)
            assert status in (200, 401), (method, route, status)


def test_without_signing_in_only_what_is_public_opens(world):
    for route, _view in routes():
        if route.startswith(API) or ROWS[route].by == "anybody":
            continue
        for method in ("GET", "POST"):
            status, leads_to, _text = ask_page(Client(), method, route, world)
            assert (status, leads_to.startswith("/sign-in")) == (302, True), (method, route, status, leads_to)


@pytest.mark.parametrize("wanted", [API, ""])
def test_the_rows_are_no_dead_ends(wanted, world, keepers):
    """Whoever may, gets in with the very same addresses: without this the walls above would prove nothing."""
    callers = {who: Caller(key_of(user)) for who, user in keepers.items()}
    callers["device"] = Caller(key_of_device("CNHRS-R1"))
    callers["anybody"] = Caller(None)
    found = []
    for route, view in routes():
        row = ROWS[route]
        if route.startswith(API) != (wanted == API) or route in ("sign-out", "i18n/setlang/", "admin/login/"):
            continue
        if row.by == CODE:
            continue
        for method in methods_of(route, view) if wanted == API else ("GET",):
            with transaction.atomic():
                if wanted == API:
                    status, said, _text = ask_api(callers[row.by], method, route, world)
                else:
                    client = Client()
                    if row.by != "anybody":
                        client.force_login(keepers[row.by])
                    status, said, _text = ask_page(client, method, route, world)
                transaction.set_rollback(True)
            is_no_secret = "<str:token>" in route and status == 410
            in_time = (
                is_no_secret or status in (200, 201, 202, 204, 409, 422) or (wanted == "" and status in (302, 405))
            )
            names_a_problem = "<str:code>" in route or route.endswith("/problem")  # of which this vehicle has none
            if not in_time and not (names_a_problem and status == 404):
                found.append(f"{method} /{route} answers {row.by} {status} {said}")
            if wanted == "" and said.startswith("/sign-in") and route != "sign-in/second":
                found.append(f"{method} /{route} sends {row.by} to sign in")
    assert not found, "\n".join(found)
    assert Vehicle.objects.filter(vin=world["vin"]).count() == 1


@pytest.mark.parametrize("name", ["anonymous", "nobody", "mallory", "officer of another port"])
def test_nobody_of_them_enters_the_back_office(name, world, strangers):
    client = Client()
    if strangers[name]:
        client.force_login(strangers[name])
    parts = {"object_id": "1", "id": "1", "app_label": "declarations", "content_type_id": "1", "url": "x"}
    tried = 0
    for route, _view in walk(get_resolver().url_patterns, ""):
        if not is_back_office(route) or "(?P" in route:
            continue
        path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda part: parts[part.group(1)], route)
        for method in ("GET", "POST"):
            response = client.generic(method, path)
            tried += 1
            assert response.status_code in (302, 403, 404, 405), (method, path, response.status_code)
            assert CANARY not in response.getvalue().decode("latin-1")
    assert tried > 100


@pytest.fixture
def both(world: Names, alice: User) -> User:
    """Alice, made an officer of everything besides, who may open every list of the back-office."""
    for role in ROLES:
        Role.objects.create(user=alice, role=role)
    alice.user_permissions.set(Permission.objects.all())
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    return User.objects.get(pk=alice.pk)


def test_an_officer_sees_nothing_of_his_own_enterprise_with_an_officers_eyes(world, both):
    client, caller, found = Client(), Caller(key_of(both)), []
    client.force_login(both)
    for route, view in routes():
        if ROWS[route].by == OFFICER and "GET" in methods_of(route, view):
            is_api = route.startswith(API)
            status, _said, text = (ask_api if is_api else ask_page)(caller if is_api else client, "GET", route, world)
            if status == 405:
                continue
            of_a_vehicle = "<" in route and not any(part in route for part in OF_THE_PORT)
            if CANARY in text or (status in (200, 302)) == of_a_vehicle:
                found.append(f"/{route} answers {status}")
    for path in (f"/gate/find?q={world['vin']}", f"/gate/desk?queue=all&q={world['reference']}"):
        if CANARY in client.get(path).content.decode():
            found.append(path)
    assert not found, "\n".join(found)


def test_nor_does_he_in_the_back_office(world, both):
    client, found = Client(), []
    client.force_login(both)
    for model in (model for app in ("declarations", "checkpoint") for model in apps.get_app_config(app).get_models()):
        response = client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
        text = response.content.decode()
        is_told = any(each in text for each in (CANARY, world["vin"], world["reference"]))
        is_gate = model in (Passage, Case, ScanKey) and response.context["cl"].result_count
        if response.status_code != 200 or is_told or is_gate:
            found.append(model.__name__)
    assert not found


def test_mallory_learns_of_a_vin_no_more_than_that_it_is_in_use(world, strangers):
    caller = Caller(key_of(strangers["mallory"]))
    draft = caller.post("/declarations", declaration_body(vehicle_body(1, vin=world["vin"])))
    reply = caller.post(f"/declarations/{draft.json['reference']}/lodge")
    assert reply.status == 422
    assert ("VIN_IN_USE", "/vehicles/0/vin") in reply.codes()
    assert CANARY not in reply.content.decode()
    assert world["reference"] not in reply.content.decode()
    assert caller.get(f"/declarations?vin={world['vin']}").json["results"][0]["reference"] == draft.json["reference"]


def test_with_the_wall_taken_down_the_sweep_sees_it(world, strangers, monkeypatch):
    """The control run: a matrix that could not fail would prove nothing."""
    monkeypatch.setattr(DeclarationQuerySet, "visible_to", lambda rows, _user: rows.all())
    caller = Caller(key_of(strangers["mallory"]))
    found = "\n".join(_sweep(caller, ask_api, API, world))
    assert "GET /api/v1/declarations/<word:reference> tells of alice" in found
    assert "GET /api/v1/declarations tells of alice" in found
