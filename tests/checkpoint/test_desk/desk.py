"""One vehicle, its gates and its officers, for the tests of the desk."""

from datetime import timedelta

from checkpoint import desk
from checkpoint.models import Passage
from declarations.models import Vehicle
from tests.cast import NOON

BLURRED = {"confidence": 0.4}
WRONG = {"text": "新Z99999", "confidence": 0.99}
LANES = {"E": "CNHRS-E1", "R": "CNHRS-R1", "X": "CNHRS-X1", "1": "CNYRK-R1"}


class Desk:
    """One vehicle, its gates, and a clock that goes on by a minute with every step."""

    def __init__(self, row, scanner, olga):
        self.row, self.scanner, self.olga = row, scanner, olga
        self.pk = row.vehicles.get().pk
        self.now = NOON

    @property
    def vehicle(self):
        """As it stands."""
        return Vehicle.objects.get(pk=self.pk)

    def scan(self, *stages, **seen):
        """Come to these gates; gives back the last passage."""
        answer = {}
        for stage in stages:
            self.now += timedelta(minutes=1)
            if seen.get("plate") is BLURRED:
                seen["plate"] = {**BLURRED, "text": self.vehicle.plate}
            answer = self.scanner(LANES[stage]).scan(self.vehicle, now=self.now, **seen)
        return Passage.objects.filter(pk=answer.get("passage_id")).first()

    def decide(self, passage, result, *, by=None, **more):
        """The officer's decision."""
        self.now += timedelta(minutes=1)
        return desk.decide(
            passage_id=passage.pk, result=result, reason="as seen", by=by or self.olga, now=self.now, **more
        )

    def annul(self, passage, by=None, *, after=timedelta(minutes=1)):
        """The barrier did not open."""
        self.now += after
        return desk.annul(passage_id=passage.pk, reason="barrier stayed down", by=by or self.olga, now=self.now)

    @property
    def admitted(self):
        """Stages with a live admission."""
        return set(self.vehicle.admissions.filter(annulled_at=None).values_list("stage", flat=True))

    @property
    def moves(self):
        """The way of the vehicle so far."""
        return list(self.vehicle.history.filter(machine="vehicle").values_list("to_status", flat=True))
