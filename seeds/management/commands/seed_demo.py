"""Make the world of the demo and write down how to enter it."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from seeds.demo import seed_demo


class Command(BaseCommand):
    """Made once; a repetition keeps data and secrets, and makes new secrets only if their file is lost."""

    help = "make the demo's world and write its accounts, keys and devices to a file that only its owner reads"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file; the address that stands in it."""
        parser.add_argument("--write", metavar="PATH", required=True, help="the file of accounts and keys")
        port = os.environ.get("PORT", "8000")
        parser.add_argument("--base-url", default=f"http://127.0.0.1:{port}", help="where the demo is served")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, or find it made."""
        is_new = seed_demo(path=Path(options["write"]), base_url=options["base_url"], now=timezone.now())
        self.stdout.write("seed_demo: a new world" if is_new else "seed_demo: the world is there already")
