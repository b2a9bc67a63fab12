"""What the driver reads on the pass: one sentence for where the vehicle stands, in each of four languages."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from declarations.lifecycle import CLOSED_VEHICLE, PassStatus, VehicleStatus

DRIVER_LANGUAGES = ("zh-hans", "ru", "kk", "en")

DRIVE = _("All in order. Drive to the port and show this code at the gate.")
TO_RELEASE = _("You are in the yard. Drive to the release gate and show this code.")
TO_EXIT = _("You are through the release gate. Show this code at the exit.")
NOT_YET = _("Do not drive yet. Call your exporter: something is still to be settled.")
WAIT_AT_PORT = _("Wait in the yard. An officer or your exporter will tell you how to go on.")
USED = _("This vehicle has left the port. The pass is used up.")
DEAD = _("This pass is no longer valid. Do not drive. Call your exporter.")


def instruction(*, pass_status: str, vehicle_status: str, is_ready: bool) -> str | Promise:
    """The one sentence for a pass as it stands now."""
    if pass_status == PassStatus.CONSUMED:
        return USED
    if pass_status != PassStatus.ISSUED or vehicle_status in CLOSED_VEHICLE:
        return DEAD
    if vehicle_status == VehicleStatus.DECLARED:
        return DRIVE if is_ready else NOT_YET
    if not is_ready:
        return WAIT_AT_PORT
    return TO_EXIT if vehicle_status == VehicleStatus.RELEASED else TO_RELEASE


def is_go(*, pass_status: str, vehicle_status: str, is_ready: bool) -> bool:
    """Whether the sentence sends the driver on."""
    chosen = instruction(pass_status=pass_status, vehicle_status=vehicle_status, is_ready=is_ready)
    return chosen in (DRIVE, TO_RELEASE, TO_EXIT)


def in_four_languages(text: str | Promise) -> tuple[str, ...]:
    """A text for the driver, who need not read the language of the page, in the order of DRIVER_LANGUAGES."""
    told = []
    for code in DRIVER_LANGUAGES:
        with override(code):
            told.append(str(text))
    return tuple(told)
