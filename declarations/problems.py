"""What is wrong with a declaration: a stable code, where it is, one sentence that says what to do.

The sentences stand beside the rules: each rule module fills `TEXTS` through `explain`, so a code without a sentence
cannot exist.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise

TEXTS: dict[str, str | Promise] = {}
OVERRIDABLE: set[str] = set()


class Level(StrEnum):
    """ERROR stops lodging; WARNING can be confirmed and never stops it."""

    ERROR = "ERROR"
    WARNING = "WARNING"


def explain(code: str, text: str | Promise, *, overridable: bool = False) -> str:
    """Register a code with its sentence (%-format with named values) and give the code back."""
    TEXTS[code] = text
    if overridable:
        OVERRIDABLE.add(code)
    return code


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, at one place.

    pointer: JSON pointer into the declaration body ("/vehicles/0/vin"); values fill the sentence.
    """

    code: str
    pointer: str = ""
    level: Level = Level.ERROR
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The sentence in the language that is active now."""
        return str(TEXTS[self.code]) % dict(self.values)

    @property
    def overridable(self) -> bool:
        """Whether an officer may accept it with a reason."""
        return self.level is Level.ERROR and self.code in OVERRIDABLE

    def under(self, prefix: str) -> "Problem":
        """The same problem seen from one level further up."""
        return Problem(self.code, prefix + self.pointer, self.level, self.values)

    def as_dict(self) -> dict[str, str]:
        """The shape that API and pages show."""
        return {"code": self.code, "pointer": self.pointer, "level": self.level.value, "message": self.message}


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Only those that stop lodging."""
    return [problem for problem in problems if problem.level is Level.ERROR]
