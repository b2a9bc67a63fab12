"""What is measured, and the table."""

import json
import random
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from config.embedded import Postgres
from declarations import actions, passes, qr, spreadsheet
from declarations.actions import printing
from declarations.clearance import assessment
from declarations.lifecycle import DeclarationStatus
from declarations.models import Declaration, PassKey, PrintJob
from declarations.words import PrintForm
from tests.bench import floor
from tests.bench.load import Measured, ask, request_bytes
from tests.bench.world import World, cpu_seconds
from tests.cast import never, vehicle_body
from tests.faults.world import wait_for
from tests.intake import PLAIN, TITLES, table
from tests.servers import Servers
from tests.stack import Stack

WEB_WORKERS = 3
PRINTED = 500
SHEET_ROWS = 10_000
CONNECTIONS = (8, 32)


def measure(servers: Servers, vehicles: int, rounds: int, seconds: float, lodgements: int) -> dict[str, Any]:
    """Everything, printed as it comes."""
    assert servers.folder is not None and servers.postgres is not None
    began = time.monotonic()
    world = World()
    released = world.released(vehicles)
    _say(f"{len(released)} vehicles declared and released in {time.monotonic() - began:.0f} s")
    with connection.cursor() as cursor:
        cursor.execute(floor.TABLES)
        cursor.execute("ANALYZE")
    urls = {"DATABASE_URL": servers.environment["DATABASE_URL"], "REDIS_URL": servers.environment["REDIS_URL"]}
    stack = Stack({**urls, "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "INFO"}, folder=servers.folder)
    figures: dict[str, Any] = {"wrong answers": 0}
    try:
        _scans(figures, stack, servers.postgres, world, released, rounds=rounds, seconds=seconds)
        _parts(figures, released)
        stack.stop()
        _paper(figures, world)
        _intake(figures, world, servers.folder)
        _decisions(figures, stack, world, lodgements)
    finally:
        stack.stop()
    return figures


def _scans(
    figures: dict[str, Any],
    stack: Stack,
    postgres: Postgres,
    world: World,
    released: list[tuple[str, str]],
    *,
    rounds: int,
    seconds: float,
) -> None:
    """POST /scans against the floor, side by side, round by round."""
    ports = {
        "floor": int(stack.web(name="floor", app="tests.bench.floor", workers=WEB_WORKERS).rsplit(":", 1)[1]),
        "ours": int(stack.web(name="ours", workers=WEB_WORKERS).rsplit(":", 1)[1]),
    }
    questions = {"floor": _floor_questions(ports["floor"]), "ours": _our_questions(ports["ours"], world, released)}
    for side, port in ports.items():  # so that every process has read its modules
        ask(port, questions[side], connections=WEB_WORKERS, seconds=1.0, expect=b'"ADMIT"')
    for connections in CONNECTIONS:
        sides = {side: Measured() for side in ports}
        used = dict.fromkeys(ports, 0.0)
        in_database = dict.fromkeys(ports, 0.0)
        ratios = []
        for _ in range(rounds):
            rates = {}
            for side, port in ports.items():
                program, database = stack.parent.children[side], postgres.child
                assert database is not None
                before = cpu_seconds(program), cpu_seconds(database)
                found = ask(port, questions[side], connections=connections, seconds=seconds, expect=b'"ADMIT"')
                used[side] += cpu_seconds(program) - before[0]
                in_database[side] += cpu_seconds(database) - before[1]
                rates[side] = found.per_second
                sides[side].add(found)
            ratios.append(rates["ours"] / rates["floor"])
        for side, found in sides.items():
            count = len(found.latencies)
            row = {
                "answers": count,
                "per second": round(found.per_second),
                "p50 ms": round(found.percentile_ms(0.50), 1),
                "p99 ms": round(found.percentile_ms(0.99), 1),
                "web CPU ms": round(used[side] / count * 1000, 2),
                "database CPU ms": round(in_database[side] / count * 1000, 2),
            }
            figures[f"scans, {connections} connections, {side}"] = row
            figures["wrong answers"] += len(found.wrong)
            _say(
                f"{connections:>2} connections  {side:<5}  "
                + "  ".join(f"{name} {value}" for name, value in row.items())
            )
            for wrong in found.wrong[:2]:
                _say(f"   wrong: {wrong}")
        slower = sides["ours"].percentile_ms(0.99) / sides["floor"].percentile_ms(0.99)
        figures[f"scans, {connections} connections, ratio"] = {
            "throughput": round(statistics.median(ratios), 2),
            "lowest and highest round": [round(min(ratios), 2), round(max(ratios), 2)],
            "p99": round(slower, 2),
        }
        _say(
            f"{connections:>2} connections  ours / floor: {statistics.median(ratios):.2f} of its throughput "
            f"({min(ratios):.2f} to {max(ratios):.2f}), {slower:.2f} of its p99"
        )


def _floor_questions(port: int) -> Iterator[bytes]:
    chance = random.Random(1)
    while True:
        body = {"vehicle": chance.randrange(floor.VEHICLES), "status": "RELEASED", "scan_id": str(uuid.uuid4())}
        yield request_bytes("/scans", body, port=port)


def _our_questions(port: int, world: World, released: list[tuple[str, str]]) -> Iterator[bytes]:
    """Every vehicle through all three gates, lane after lane."""
    for stage in ("ENTRY", "RELEASE", "EXIT"):
        keys = world.lanes[stage]
        for number, (code, plate) in enumerate(released):
            body = {"scan_id": str(uuid.uuid4()), "code": code, "plate": {"text": plate, "confidence": 0.97}}
            yield request_bytes("/api/v1/scans", body, port=port, key=keys[number % len(keys)])


def _parts(figures: dict[str, Any], released: list[tuple[str, str]]) -> None:
    """The signature and the picture, alone."""
    keys = {
        row.kid_bytes: passes.verifying_key(bytes(row.public), kid=row.kid_bytes, status=row.status)
        for row in PassKey.objects.all()
    }
    code = released[0][0]
    figures["passes.read ms"] = _best_ms(lambda: passes.read(code, keys), times=300)
    figures["pass picture PNG ms"] = _best_ms(lambda: qr.png(code, module_px=8), times=20)
    figures["pass picture SVG ms"] = _best_ms(lambda: qr.svg(code), times=20)
    for name in ("passes.read ms", "pass picture PNG ms", "pass picture SVG ms"):
        _say(f"{name}: median {figures[name]['median']}, best {figures[name]['best']}")


def _paper(figures: dict[str, Any], world: World) -> None:
    """All passes of one declaration on paper, as a worker makes them, encryption and storage included."""
    declaration_id = world.draft(PRINTED)
    actions.lodge(declaration_id=declaration_id, by=world.exporter, now=timezone.now())
    assessment.assess(declaration_id=declaration_id, draw=never, now=timezone.now())
    for form in PrintForm:
        printing.ask(declaration_id=declaration_id, form=form, by=world.exporter, now=timezone.now())
        began, cpu_began = time.perf_counter(), time.process_time()
        printing.make(declaration_id=declaration_id, now=timezone.now())
        taken, cpu = time.perf_counter() - began, time.process_time() - cpu_began
        job = PrintJob.objects.get(declaration=declaration_id)
        name = f"{job.passes} passes on paper, {form.value}"
        figures[name] = {"s": round(taken, 1), "CPU s": round(cpu, 1), "MB": round(len(job.file or b"") / 1e6, 1)}
        _say(f"{name}: {figures[name]}")


def _intake(figures: dict[str, Any], world: World, folder: Path) -> None:
    """A spreadsheet of 10,000 rows, each form in a process of its own so that its memory can be told."""
    bodies = [vehicle_body(900_000 + number, plate_expires_on="2099-01-01") for number in range(SHEET_ROWS)]
    titles = [TITLES.get(name, name.replace("_", " ")) for name in PLAIN]
    (folder / "rows.csv").write_bytes(table(*bodies))
    cells = ([body.get(name) for name in PLAIN] for body in bodies)
    (folder / "rows.xlsx").write_bytes(spreadsheet.as_workbook("Vehicles", titles, cells))
    for form in ("csv", "xlsx"):
        program = [sys.executable, "-m", "tests.bench.intake", str(world.draft(0)), str(folder / f"rows.{form}")]
        said = subprocess.run(program, check=True, capture_output=True, text=True).stdout
        name = f"{SHEET_ROWS} rows of a spreadsheet, {form}"
        figures[name] = json.loads(said.splitlines()[-1])
        figures["wrong answers"] += figures[name].pop("bad") + SHEET_ROWS - figures[name].pop("rows")
        _say(f"{name}: {figures[name]}")


def _best_ms(work: Callable[[], object], *, times: int) -> dict[str, float]:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return {"median": round(statistics.median(taken), 3), "best": round(min(taken), 3)}


def _decisions(figures: dict[str, Any], stack: Stack, world: World, lodgements: int) -> None:
    """From lodging to the decision that everybody can read, one declaration at a time, at moments that beat ignores."""
    stack.worker()
    stack.beat()
    ids = [world.draft() for _ in range(lodgements + 1)]
    chance = random.Random(2)
    taken = []
    for declaration_id in ids:
        actions.lodge(declaration_id=declaration_id, by=world.exporter, now=timezone.now())
        began = time.monotonic()
        rows = Declaration.objects.filter(pk=declaration_id, status=DeclarationStatus.LODGED)
        wait_for(lambda rows=rows: not rows.exists(), patience_s=30, step_s=0.01)
        taken.append(time.monotonic() - began)
        time.sleep(chance.uniform(0, 0.5))
    taken = sorted(taken[1:])  # the first one waited for the worker to start
    figures["lodge to decision s"] = {
        "p50": round(statistics.median(taken), 2),
        "p95": round(taken[int(len(taken) * 0.95)], 2),
        "n": len(taken),
    }
    _say(f"lodge to decision, s: {figures['lodge to decision s']}")


def _say(sentence: str) -> None:
    print(sentence, flush=True)
