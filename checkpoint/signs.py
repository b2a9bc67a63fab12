"""What stands on the driver's screen beside what the gate itself says: texts in his four languages at once.

Data, not gettext, as in `reasons.driver`: the lane does not know which one he speaks.
"""

from checkpoint.reasons import Reason
from checkpoint.reasons.driver import DRIVER, TO_THE_BAY, WAIT, Text

__all__ = ["BAY", "DRIVE_ON", "SHOW_YOUR_CODE", "TURN_BACK", "WAIT"]

SHOW_YOUR_CODE: Text = {
    "zh": "请出示通行码",
    "ru": "Покажите код пропуска",
    "kk": "Рұқсат кодын көрсетіңіз",
    "en": "Show your code",
}
"""While no vehicle stands at the lane."""

DRIVE_ON: Text = DRIVER[Reason.OK]
BAY: Text = TO_THE_BAY

TURN_BACK: Text = {
    "zh": "请掉头返回，并联系您的出口企业。",
    "ru": "Разворачивайтесь и свяжитесь со своим экспортёром.",
    "kk": "Кері бұрылып, экспорттаушыңызға хабарласыңыз.",
    "en": "Please turn back and call your exporter.",
}
"""After an officer sent the vehicle away."""
