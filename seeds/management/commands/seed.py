"""Load what every installation needs: code lists, gates and lanes."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from seeds.ports import load_lanes
from seeds.reference import load_reference_data


class Command(BaseCommand):
    """Harmless to repeat."""

    help = "load the code lists of seeds/data, and the ports' gates and lanes"

    def handle(self, *args: Any, **options: Any) -> None:
        """Write and say how much."""
        counts = load_reference_data() | load_lanes(now=timezone.now())
        self.stdout.write("seed: " + ", ".join(f"{name} {count}" for name, count in counts.items()))
