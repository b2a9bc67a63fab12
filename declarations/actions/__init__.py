"""What exporters do: draft, lodge, amend, swap, withdraw, cancel, answer."""

from declarations.actions.amending import amend, renew_pass, withdraw_vehicle
from declarations.actions.answering import accept_problem, answer, appeal, ask
from declarations.actions.drafting import add, change_draft, check_draft, copy, create, remove_vehicle
from declarations.actions.foreseeing import Foreseen, foresee
from declarations.actions.lodging import Lodged, cancel, lodge
from declarations.actions.typed import begin_draft, begin_vehicle, keep_header, keep_vehicle, mark_of

__all__ = [
    "Foreseen",
    "Lodged",
    "accept_problem",
    "add",
    "amend",
    "answer",
    "appeal",
    "ask",
    "begin_draft",
    "begin_vehicle",
    "cancel",
    "change_draft",
    "check_draft",
    "copy",
    "create",
    "foresee",
    "keep_header",
    "keep_vehicle",
    "lodge",
    "mark_of",
    "remove_vehicle",
    "renew_pass",
    "withdraw_vehicle",
]
