"""The code that an authenticator app would show now for an account of the demo."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from declarations import totp


class Command(BaseCommand):
    """Reads the secret from the demo's own file, which only its owner reads; of a real account it knows nothing."""

    help = "print the second factor's code for an account of the demo: totp carl"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose; the file of the demo's secrets."""
        parser.add_argument("username")
        parser.add_argument("--from", dest="path", default=str(settings.BASE_DIR / "var" / "demo.json"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it, with the seconds for which it is good."""
        try:
            account = json.loads(Path(options["path"]).read_text())["accounts"][options["username"]]
        except (OSError, ValueError, KeyError) as error:
            raise CommandError(f"no account {options['username']} in {options['path']}") from error
        if "totp_secret" not in account:
            raise CommandError(f"{options['username']} needs no second factor")
        now = time.time()
        left = totp.PERIOD_S - int(now) % totp.PERIOD_S
        self.stdout.write(f"{totp.code_of(account['totp_secret'], totp.step_at(now))}  good for {left} s")
