"""How an action says no: a stable code, one sentence, and for bad input the problems with their pointers."""

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from declarations.problems import Problem


class DomainError(Exception):
    """An action refused; nothing was written."""

    def __init__(self, code: str, message: str | Promise, problems: Sequence[Problem] = ()) -> None:
        super().__init__(code)
        self.code, self.message, self.problems = code, message, tuple(problems)

    def __str__(self) -> str:
        """The sentence in the language that is active now."""
        return str(self.message)


class NotPermitted(DomainError):
    """This person may not do this; somebody else may."""

    def __init__(self, code: str = "NOT_PERMITTED", message: str | Promise = "") -> None:
        super().__init__(code, message or _("You may not do this. Ask a colleague who has the role for it."))


class Conflict(DomainError):
    """It cannot be done as things stand; they may stand otherwise later."""


class Unacceptable(DomainError):
    """What was sent is understood but wrong in the matter."""

    def __init__(self, problems: Sequence[Problem], code: str = "INVALID") -> None:
        super().__init__(code, _("Some entries need a correction; nothing was changed."), problems)
