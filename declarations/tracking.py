"""Where a vehicle is, as its importer may know: a few steps, each with its moment, none of what customs looks at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from declarations.lifecycle import DeclarationStatus, VehicleStatus


class Step(TextChoices):
    """The way of a vehicle to its importer."""

    DECLARED = "DECLARED", pgettext_lazy("importer", "Declared for export")
    RELEASED = "RELEASED", pgettext_lazy("importer", "Released by customs")
    AT_PORT = "AT_PORT", pgettext_lazy("importer", "At the port")
    EXITED = "EXITED", pgettext_lazy("importer", "Out of the port")
    ON_THE_WAY = "ON_THE_WAY", pgettext_lazy("importer", "On the way to you")
    HANDED_OVER = "HANDED_OVER", pgettext_lazy("importer", "Handed over")


ORDER = tuple(Step)

REACHED: Mapping[str, Step] = {
    VehicleStatus.DECLARED: Step.DECLARED,
    VehicleStatus.PRESENTED: Step.AT_PORT,
    VehicleStatus.REFERRED: Step.AT_PORT,
    VehicleStatus.DETAINED: Step.AT_PORT,
    VehicleStatus.RELEASED: Step.AT_PORT,
    VehicleStatus.EXITED: Step.ON_THE_WAY,
    VehicleStatus.HANDED_OVER: Step.HANDED_OVER,
}

OFF: Mapping[str, object] = {
    VehicleStatus.WITHDRAWN: _("This vehicle does not come with this declaration. Ask the exporter."),
    VehicleStatus.RETURNED: _("This vehicle came back from the border. Ask the exporter."),
}
"""Vehicles that are on no way to anybody."""

ARRIVALS: Mapping[str, Step] = {
    VehicleStatus.PRESENTED: Step.AT_PORT,
    VehicleStatus.EXITED: Step.EXITED,
    VehicleStatus.HANDED_OVER: Step.HANDED_OVER,
}
"""The moves whose moment belongs to a step."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One step with its state (done, now, later) and its moment, where it has one."""

    step: Step
    state: str
    at: datetime | None = None


def reached(*, vehicle_status: str, declaration_status: str) -> Step | None:
    """The step at which a vehicle is; None when it comes to nobody."""
    if vehicle_status == VehicleStatus.DECLARED and declaration_status == DeclarationStatus.RELEASED:
        return Step.RELEASED
    return REACHED.get(vehicle_status)


def way(now_at: Step, moments: Mapping[Step, datetime]) -> list[Stop]:
    """All steps; moments of steps that were taken back are left out."""
    here = ORDER.index(now_at)
    stops = []
    for place, step in enumerate(ORDER):
        state = "done" if place < here or step is Step.HANDED_OVER is now_at else "now" if place == here else "later"
        stops.append(Stop(step, state, moments.get(step) if place <= here else None))
    return stops
