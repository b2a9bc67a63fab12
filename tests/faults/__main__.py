"""`make faults`: break the running system in every way of the matrix; a table, and var/faults.json."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    """0 when everything came out as it should. Arguments name single faults."""
    os.environ.setdefault("DATABASE_URL", "postgres:///not-started")
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    from tests.servers import Servers

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that whoever stops us leaves no server behind
    servers = Servers(durable=True)
    servers.start()
    try:
        os.environ |= servers.environment
        django.setup()
        return _run(servers.folder or Path(), wanted=sys.argv[1:])
    finally:
        servers.stop()


def _run(folder: Path, *, wanted: list[str]) -> int:
    from django.core.management import call_command

    from tests.faults.cases import MATRIX
    from tests.faults.intake import sheet_workers_killed
    from tests.faults.offline import device_killed, forged, offline_doubles, offline_doubles_control
    from tests.faults.world import World

    call_command("migrate", interactive=False, verbosity=0)
    world = World(database_url=os.environ["DATABASE_URL"], folder=folder)
    outcomes = []
    try:
        offline = (forged, offline_doubles, offline_doubles_control, device_killed)
        for fault in (*MATRIX, sheet_workers_killed, *offline):
            if wanted and fault.__name__ not in wanted:
                continue
            began = time.monotonic()
            outcome = fault(world)
            outcomes.append(outcome)
            mark = "as it should" if outcome.ok else "NOT AS IT SHOULD"
            print(f"\n{outcome.fault}: {mark} ({time.monotonic() - began:.0f} s)")
            print(
                f"  {outcome.lodged} lodged, {outcome.faults} faults, {outcome.retried} pieces of work begun again, "
                f"all decided {outcome.decided_after_s} s after the last"
            )
            for sentence in (*outcome.notes, *outcome.problems):
                print(f"  {sentence}")
    finally:
        world.stop()
    lodged = sum(outcome.lodged for outcome in outcomes if not outcome.is_control)
    bad = [outcome.fault for outcome in outcomes if not outcome.ok]
    limit = f", so fewer than {3 / lodged:.0e} at 95 %" if lodged and not bad else ""
    print(f"\n{lodged} declarations lodged under faults: {'0' if not bad else 'SOME'} lost or decided twice{limit}")
    written = ROOT / "var" / "faults.json"
    written.parent.mkdir(exist_ok=True)
    written.write_text(json.dumps([outcome.as_json() for outcome in outcomes], indent=2) + "\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
