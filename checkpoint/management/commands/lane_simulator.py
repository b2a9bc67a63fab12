"""Run one lane without its machines, against any site: manage.py lane_simulator --base-url … --key …"""

import itertools
import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from checkpoint.management.simulated import Arrival, Refused, SimulatedLane, Site, released_passes

POLL_S = 1.0
MOST_DEMO = 50


class Command(BaseCommand):
    """One lane as a program: `--demo var/demo.json` runs a whole one on the demonstration."""

    help = "drive a lane: enrol, scan the given passes, work the barrier, send heartbeats"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which site, which lane, and what comes there."""
        parser.add_argument("--base-url", default="http://127.0.0.1:8000", help="the site")
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("--key", help="the key of the lane's device")
        who.add_argument("--code", help="a one-time code; the key that it fetches is used and not shown")
        who.add_argument("--demo", metavar="FILE", help="var/demo.json: take site, key and passes of the demonstration")
        parser.add_argument("--lane", default="CNHRS-R1", help="with --demo: which lane")
        parser.add_argument(
            "--arrival",
            action="append",
            default=[],
            metavar="CODE,PLATE,CARD",
            help="a vehicle that comes: its pass, plate and card; plate and card may be left out; repeatable",
        )
        parser.add_argument("--jgst14", action="store_true", help="ask in the messages of JGS/T 14")
        parser.add_argument("--every", type=float, default=5.0, metavar="SECONDS", help="time between two vehicles")
        parser.add_argument(
            "--fail-every", type=int, default=0, metavar="N", help="the barrier fails at each n-th order"
        )
        parser.add_argument("--rounds", type=int, default=0, metavar="N", help="end after so many polls; 0: never")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it; a refusal of the site ends it with the site's own words."""
        try:
            lane, arrivals = self._lane(options)
            self._run(lane, arrivals, options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except KeyboardInterrupt:
            self.stdout.write("stopped")

    def _lane(self, options: dict[str, Any]) -> tuple[SimulatedLane, list[Arrival]]:
        n = options["fail_every"]
        how: dict[str, Any] = {"jgst14": options["jgst14"], "fails": lambda order: bool(n) and order % n == 0}
        arrivals = [Arrival(*text.split(",", 2)) for text in options["arrival"]]
        if options["code"]:
            return SimulatedLane.enrol(options["base_url"], options["code"], **how), arrivals
        if options["key"]:
            return SimulatedLane(Site(options["base_url"], options["key"]), **how), arrivals
        try:
            told = json.loads(Path(options["demo"]).read_text())
            key = next(each["key"] for each in told["devices"] if each["lane"] == options["lane"])
            exporter = Site(told["base_url"], told["api_keys"]["alice"])
        except (OSError, ValueError, KeyError, StopIteration) as failure:
            raise CommandError(f"{options['demo']} names no lane {options['lane']}: start the demo first") from failure
        return SimulatedLane(Site(told["base_url"], key), **how), arrivals or released_passes(exporter, most=MOST_DEMO)

    def _run(self, lane: SimulatedLane, arrivals: list[Arrival], options: dict[str, Any]) -> None:
        """Vehicles come one after the other; meanwhile the barrier is worked, and every minute the lane is heard."""
        waiting = list(reversed(arrivals))
        heard_at = came_at = float("-inf")
        for poll in itertools.count(1):
            clock = time.monotonic()
            try:
                if clock - heard_at >= 60:
                    told = lane.heartbeat(now=timezone.now())
                    self.stdout.write(f"{lane.lane} heartbeat, clock {told['skew_s']:+.1f} s")
                    heard_at = clock
                if waiting and clock - came_at >= options["every"]:
                    seen = lane.arrive(waiting[-1])
                    waiting.pop()
                    came_at = clock
                    self.stdout.write(f"{lane.lane} {seen.result} {seen.reason}{' barrier lifts' * seen.lifts}")
                for order, outcome in lane.work_the_barrier(now=timezone.now()):
                    self.stdout.write(f"{lane.lane} {outcome} {order}")
            except OSError as failure:
                self.stdout.write(f"{lane.lane} no answer: {failure}")
            if poll == options["rounds"]:
                return
            time.sleep(POLL_S)
