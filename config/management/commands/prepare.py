"""Make a database and a checkout ready to serve: what every start of the demo and every deployment does."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "migrate, compile messages, collect static files, load code lists, see to a signing key; --demo: its world"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--demo", metavar="PATH", help="also load the demo's world and write its accounts to this file"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("messages", compile=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("seed")
        if options["demo"]:
            call_command("seed_demo", write=options["demo"])
        # Behind the demo, whose past is signed with a key of that past.
        call_command("rotate_pass_key", if_missing=True)
