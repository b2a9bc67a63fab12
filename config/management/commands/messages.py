"""Keep the catalogues of texts: update, check, compile."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import texts


class Command(BaseCommand):
    help = "update the catalogues in config/locale from code and templates; or check them; or compile them"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--check", action="store_true", help="write nothing; fail and name what is amiss")
        how.add_argument("--compile", action="store_true", help="write the .mo files that Django reads")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["compile"]:
            for locale in texts.PLURALS:
                texts.compile_catalogue(locale)
        elif options["check"]:
            found = [f"{locale}: {problem}" for locale in texts.PLURALS for problem in texts.problems(locale)]
            if found:
                raise CommandError(
                    "\n".join([*found, f"{len(found)} in all; manage.py messages updates the catalogues"])
                )
        else:
            for locale in texts.PLURALS:
                texts.update(locale)
                open_ = sum(problem.startswith("untranslated") for problem in texts.problems(locale))
                self.stdout.write(f"{locale}: {open_} to translate")
