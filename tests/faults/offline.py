"""Devices without a network: forged passes, two devices with one pass, a browser killed with its queue full."""

import json
import os
import signal
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from django.db import connection
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page, Route, sync_playwright

from checkpoint import syncing
from checkpoint.models import Claim, Conflict, Device, Lane
from checkpoint.models.device import DeviceKind
from checkpoint.models.gate import gate_of_device
from checkpoint.models.offline import OwedByConflict
from checkpoint.offline.rule import Rule
from checkpoint.reasons import Reason, Verdict
from checkpoint.syncing import Passed, Status
from declarations import actions, outbox
from declarations.models import Admission, Notice, OutboxTask, Vehicle
from declarations.tasks import WORK
from tests.browser.conftest import MODULES, serve
from tests.browser.forgeries import forgeries, judged
from tests.caller import key_of_device
from tests.cast import declaration_body, let_workers_run, never, vehicle_body
from tests.chromium import find_chromium
from tests.faults.cases import Outcome
from tests.faults.world import World

FIRST = 700_000
"""Numbers of vehicles that no other fault makes."""

LANES = ("CNHRS-E1", "CNHRS-E2")
PATIENCE_S = 30.0
TOGETHER = 20
"""Vehicles of one declaration."""


def forged(world: World, *, least: int = 20_000) -> Outcome:
    """Every way to bend a pass, through Python and through JavaScript: none accepted, both say the same."""
    random, tried, accepted, differ = Random(20), 0, 0, []
    with _browser() as page:
        for text_of in count():
            texts = list(forgeries(text_of, random))
            counted, odd = judged(page, texts)
            tried, accepted, differ = tried + len(texts), accepted + counted, differ + odd
            if tried >= least:
                break
    problems = [f"{accepted} forged passes were accepted"] if accepted else []
    problems += [f"Python and JavaScript differ: {each}" for each in differ[:10]]
    return Outcome("forged passes", 0, tried, problems=problems, notes=[f"{tried} forged, {accepted} accepted"])


def offline_doubles(world: World, *, pairs: int = 1000) -> Outcome:
    """Two devices lift for one pass; both hand in at once, in any order, repeated, in parts."""
    cars = _released(world, pairs)
    random, began = Random(26), time.monotonic()
    queues = {lane: [_lifted(car) for car in cars] for lane in LANES}
    for waiting in queues.values():
        random.shuffle(waiting)
        waiting += random.sample(waiting, pairs // 4)  # sent again: the answer was lost
    threads = [threading.Thread(target=_hand_in, args=(lane, waiting)) for lane, waiting in queues.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    handed_in_s = time.monotonic() - began
    began = time.monotonic()
    _tell_conflicts()
    told_s = time.monotonic() - began
    ids = [car.pk for car in cars]
    found = list(Conflict.objects.filter(passage__vehicle__in=ids).values_list("passage__vehicle", "pk"))
    live = Admission.objects.filter(vehicle__in=ids, annulled_at=None).count()
    told = Notice.objects.filter(cause__in=[f"conflict:{pk}" for _car, pk in found]).count()
    problems = []
    if live != pairs:
        problems.append(f"{live} admissions for {pairs} vehicles")
    if len(found) != pairs or len({car for car, _pk in found}) != pairs:
        problems.append(f"{len(found)} conflicts for {pairs} pairs")
    if told != 2 * len(found):
        problems.append(f"{told} notices for {len(found)} conflicts")
    notes = [f"{pairs} pairs, {len(found)} conflicts, {live} admissions, handed in within {handed_in_s:.0f} s"]
    notes.append(f"all {told} notices written {told_s:.1f} s after the workers began")
    return Outcome("two devices without a network, one pass", 0, pairs, problems=problems, notes=notes)


def offline_doubles_control(world: World, *, pairs: int = 20) -> Outcome:
    """The same with the protection removed: a disagreement leaves no row."""
    with patch.object(syncing, "_conflict", lambda *_values, **_names: None):
        outcome = offline_doubles(world, pairs=pairs)
    outcome.fault, outcome.is_control = "control: the same, and nobody writes conflicts", True
    return outcome


def device_killed(world: World, *, passages: int = 200, kills: int = 20) -> Outcome:
    """The browser of a device dies, -9, while it keeps passages and after the server took some but had not said so."""
    cars = _released(world, 1)
    answers = _Answers(Client(headers={"authorization": f"Bearer {key_of_device('CNHRS-E1')}"}))
    folder = tempfile.mkdtemp(prefix="device-")
    acknowledged: list[str] = []
    done = 0
    while done < kills or len(acknowledged) < passages:
        with _device(folder) as (page, kill):
            page.route("**/api/v1/**", answers.serve)
            answers.kill = None
            share = passages * (done + 1) // (kills + 1) if done < kills else passages
            while len(acknowledged) < share:
                scan_id = str(uuid.uuid4())
                _keep(page, scan_id, cars[0])
                acknowledged.append(scan_id)
            if done >= kills:
                break
            if done % 2:
                answers.kill = kill  # the passages are stored, the device never hears of it
            with suppress(BrowserError):
                page.evaluate(FLUSH if done % 2 else KEEP_MANY)
            kill()
            done += 1
    with _device(folder) as (page, _kill):
        answers.kill = None
        page.route("**/api/v1/**", answers.serve)
        told = page.evaluate(f"async () => {{ {MODULE} return [await engine.flush(), await engine.state()]; }}")
        answers.context.run(connection.close)
    stored = {str(each) for each in Claim.objects.values_list("passage__scan_id", flat=True)}
    missing = [each for each in acknowledged if each not in stored]
    problems = [f"{len(missing)} of {len(acknowledged)} acknowledged passages were lost"] if missing else []
    twice = Claim.objects.filter(passage__scan_id__in=acknowledged).count() - len(acknowledged)
    if twice > 0:
        problems.append(f"{twice} passages were stored twice")
    if told[1]["queued"] or told[1]["refused"]:
        problems.append(f"the queue is not empty: {told}")
    notes = [f"{len(acknowledged)} acknowledged, {len(acknowledged) - len(missing)} delivered once, {done} kills"]
    return Outcome(f"device killed -9, {done} times, its queue full", 0, done, problems=problems, notes=notes)


MODULE = "const engine = await import('/static/checkpoint/offline/engine.js');"
FLUSH = f"async () => {{ {MODULE} return engine.flush(); }}"
RECORD = """({ scan: { scan_id: id, code }, lifted: false,
    answer: { verdict: "MANUAL", reason: "STALE_MANIFEST", offline: { rule: "STAY" } } })"""
KEEP = f"async ([id, code]) => {{ {MODULE} return engine.keep({RECORD}); }}"
# Not waited for: the browser dies while they are on their way, and nobody was told that they were kept.
KEEP_MANY = f"""async () => {{ {MODULE}
    for (let n = 0; n < 30; n++) {{ const id = crypto.randomUUID(), code = "x"; engine.keep({RECORD}); }} }}"""


class _Answers:
    """The API behind a page; `kill` ends the browser between the server's commit and its answer."""

    def __init__(self, client: Client) -> None:
        self.client, self.kill = client, None
        self.context = copy_context()

    def serve(self, route: Route) -> None:
        address = urlsplit(route.request.url)
        path = f"{address.path}?{address.query}"
        if route.request.method == "POST":
            sent = {"data": route.request.post_data, "content_type": "application/json"}
            reply = self.context.run(self.client.post, path, **sent)
        else:
            reply = self.context.run(self.client.get, path)
        if self.kill is not None:
            self.kill()
        with suppress(BrowserError):
            route.fulfill(status=reply.status_code, body=reply.content, content_type="application/json")


def _keep(page: Page, scan_id: str, car: Vehicle) -> None:
    newest = car.newest_pass
    page.evaluate(KEEP, [scan_id, newest.code if newest else None])


@contextmanager
def _browser() -> Iterator[Page]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        page = browser.new_context(base_url=MODULES).new_page()
        page.route(f"{MODULES}/**", serve)
        page.goto("/")
        yield page
        browser.close()


@contextmanager
def _device(folder: str) -> Iterator[tuple[Page, Any]]:
    """A browser with a profile that stays, and how to kill it with all its processes."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    told = Path(folder) / "DevToolsActivePort"
    told.unlink(missing_ok=True)
    for lock in Path(folder).glob("Singleton*"):
        lock.unlink(missing_ok=True)
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"]
    process = subprocess.Popen(
        [find_chromium() or "chromium", *options, f"--user-data-dir={folder}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

    def kill() -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    try:
        until = time.monotonic() + PATIENCE_S
        while not (told.exists() and told.read_text().strip()):
            if time.monotonic() > until:
                raise TimeoutError("the browser did not start")
            time.sleep(0.05)
        port = told.read_text().split()[0]
        with sync_playwright() as playwright:
            browser = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
            page = browser.contexts[0].new_page()
            page.route(f"{MODULES}/**", serve)
            page.goto(f"{MODULES}/")
            yield page, kill
            connection.close()  # beside the browser's loop Django keeps a connection of its own
            with suppress(BrowserError):
                browser.close()
    finally:
        kill()


def _released(world: World, count: int) -> list[Vehicle]:
    """So many released vehicles, a few in each declaration."""
    now = timezone.now()
    first = FIRST + Vehicle.objects.filter(vin__contains="TC7").count()
    made = []
    for start in range(0, count, TOGETHER):
        numbers = range(first + start, first + min(start + TOGETHER, count))
        bodies = [vehicle_body(number, plate_expires_on=None, plate=None) for number in numbers]
        body = declaration_body(*bodies, now=now)
        row = actions.create(organisation=world.organisation, body=body, by=world.exporter, now=now)
        actions.lodge(declaration_id=row.pk, by=world.exporter, now=now)
        made.append(row.pk)
    let_workers_run(timezone.now())
    return list(Vehicle.objects.filter(declaration__in=made).prefetch_related("passes"))


def _tell_conflicts() -> None:
    """The workers' part that the alarm hangs on; what exporters are told of a thousand stops is measured elsewhere."""
    for task in OutboxTask.objects.filter(kind=OwedByConflict.TELL_CONFLICT, done_at=None):
        now = timezone.now()
        outbox.run(task_id=task.pk, work=lambda row, now=now: WORK[row.kind](row.subject, never, now), now=now)


def _lifted(car: Vehicle) -> Passed:
    newest = car.newest_pass
    return Passed(
        scan_id=uuid.uuid4(),
        body={"code": newest.code if newest else None, "vin": car.vin},
        verdict=Verdict.ADMIT,
        reason=Reason.OK,
        rule=Rule.LIFT_BY_TAP,
        manifest_version=1,
        manifest_age_s=60,
        lifted=True,
        lifted_at=timezone.now(),
        vin_read="",
        officer="",
        sequence=car.pk,
    )


def _hand_in(lane: str, waiting: list[Passed]) -> None:
    """As a device would: what has to wait is sent again, what was answered is not."""
    device = Device.objects.get(lane=Lane.objects.get(code=lane), kind=DeviceKind.LANE)
    try:
        while waiting:
            passed = waiting.pop()
            gate = gate_of_device(device.pk, now=timezone.now())
            assert gate is not None
            taken = syncing.take(gate=gate, passed=passed, by=None, sent_at=None, now=timezone.now())
            if taken.status is Status.LATER:
                waiting.insert(0, passed)
            elif taken.status is Status.REFUSED:
                raise AssertionError(json.dumps(str(taken)))
    finally:
        connection.close()
