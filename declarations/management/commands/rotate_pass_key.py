"""Rotate the key that signs passes, or revoke one that leaked."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from declarations.clearance import issuing
from declarations.models import PassKey


class Command(BaseCommand):
    """`rotate_pass_key` makes a new key; `--revoke 1a2b` closes one for ever; `--if-missing` is for the start."""

    help = "Make a new signing key (the one before verifies on), or revoke one by its four hex digits."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The two variants."""
        parser.add_argument("--if-missing", action="store_true", help="only when no key signs now")
        parser.add_argument("--revoke", metavar="KID", help="four hex digits of the key that leaked")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Call the action and say which key is meant."""
        now = timezone.now()
        if options["revoke"]:
            try:
                row = issuing.revoke_key(kid=int(options["revoke"], 16), now=now)
            except (ValueError, PassKey.DoesNotExist) as unknown:
                raise CommandError(f"there is no pass key {options['revoke']}") from unknown
            self.stdout.write(f"pass key {row.kid:04x} is revoked; passes signed with it alarm at the gate")
        elif options["if_missing"] and issuing.can_sign():
            self.stdout.write("a pass key signs already")
        else:
            row = issuing.rotate(now=now)
            self.stdout.write(f"pass key {row.kid:04x} signs from now on")
