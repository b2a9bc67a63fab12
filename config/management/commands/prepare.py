"""Make a database and a checkout ready to serve: what every start of the demo and every deployment does."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "migrate, compile messages, collect static files, load reference data; with --demo also the demo's world"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--demo", metavar="PATH", help="also load the demo's world and write its accounts to this file"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("messages", compile=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        known = get_commands()
        if "seed" in known:
            call_command("seed")
        if options["demo"] and "seed_demo" in known:
            call_command("seed_demo", write=options["demo"])
