"""`make bench`: scans against the floor, the pass and its paper, a spreadsheet, lodging to decision; var/bench.json."""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).resolve().parent.parent.parent
SCALES = {"quick": (600, 2, 1.0, 10), "full": (3600, 5, 2.0, 40)}
"""Vehicles, rounds, seconds per round and side, lodgements."""


def main() -> int:
    """Arguments: `quick` for a first look; `journeys`, `manifest` or `camera [codes]` instead. 0 unless wrong."""
    os.environ.setdefault("DATABASE_URL", "postgres:///not-started")
    os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:1/0")
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that whoever stops us leaves no server behind
    if "journeys" in sys.argv[1:]:
        django.setup()
        from tests.bench import journeys

        return _write(journeys.measure(), "journeys.json")
    from tests.servers import Servers

    servers = Servers(durable=True)
    servers.start()
    try:
        os.environ |= servers.environment
        django.setup()
        from django.core.management import call_command

        from tests.bench.figures import measure

        call_command("migrate", interactive=False, verbosity=0)
        if "manifest" in sys.argv[1:]:
            from tests.bench import offline

            return _write(offline.measure(), "manifest.json")
        if "camera" in sys.argv[1:]:
            from tests.bench import camera

            codes = next((int(word) for word in sys.argv[1:] if word.isdigit()), 500)
            return _write(camera.measure(servers, codes), "camera.json")
        scale = SCALES["quick" if "quick" in sys.argv[1:] else "full"]
        figures = measure(servers, *scale)
        return _write(figures, "bench.json")
    finally:
        servers.stop()


def _write(figures: dict[str, Any], name: str) -> int:
    written = ROOT / "var" / name
    written.parent.mkdir(exist_ok=True)
    written.write_text(json.dumps(figures, indent=2) + "\n")
    return 1 if figures.get("wrong answers") else 0


if __name__ == "__main__":
    sys.exit(main())
