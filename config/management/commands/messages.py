from django.core.management.base import BaseCommand


class Command(BaseCommand):
    def add_arguments(self, parser):
        parser.add_argument("--compile", action="store_true")

    def handle(self, *a, **o):
        pass
