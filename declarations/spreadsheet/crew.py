"""A cell that names a ferryman of the organisation's register, by his card or his passport: it fills the driver.

Nothing of what stands in the cell is repeated in a problem: remarks are kept in the clear.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from declarations.problems import Level, Problem, explain

FERRYMAN_UNKNOWN = explain(
    "FERRYMAN_UNKNOWN",
    _("Nobody in your register has this card or passport. Enter him there first, or fill the driver's cells."),
)
FERRYMAN_RETIRED = explain(
    "FERRYMAN_RETIRED", _("He drives no more for you. Bring him back to the register, or name another one.")
)
FERRYMAN_CARD_LOST = explain(
    "FERRYMAN_CARD_LOST", _("This card was reported lost. Write his new card or his passport number.")
)
FERRYMAN_WITHOUT_CARD = explain(
    "FERRYMAN_WITHOUT_CARD",
    _("His card was reported lost and no new one is known: at the gate no card identifies him."),
)
FERRYMAN_SHARED_CARD = explain(
    "FERRYMAN_SHARED_CARD", _("Two ferrymen of your register have this card. Write the passport number instead.")
)


@dataclass(frozen=True, slots=True)
class Member:
    """One of the register. driver: the snapshot that a vehicle keeps of him."""

    driver: Mapping[str, Any]
    is_active: bool = True
    has_lost_card: bool = False


@dataclass(frozen=True)
class Crew:
    """A register as a cell is looked up in it. digests_of: what is compared of a number as passport, and as card."""

    passports: Mapping[str, Member] = field(default_factory=dict)
    cards: Mapping[str, tuple[Member, ...]] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()
    digests_of: Callable[[str], tuple[str, str]] = lambda text: (text, text)

    def find(self, text: str) -> tuple[Mapping[str, Any], Problem | None]:
        """The driver whom a card or a passport names, {} for nobody; and what is to be told."""
        passport, card = self.digests_of(text)
        by_card = self.cards.get(card, ())
        found = [each for each in by_card if each.is_active] or list(by_card[:1])
        if passport in self.passports:
            found = [self.passports[passport]]
        if not found:
            return {}, Problem(FERRYMAN_CARD_LOST if card in self.lost else FERRYMAN_UNKNOWN)
        if len(found) > 1:
            return {}, Problem(FERRYMAN_SHARED_CARD)
        (member,) = found
        if not member.is_active:
            return {}, Problem(FERRYMAN_RETIRED)
        if member.has_lost_card:
            return member.driver, Problem(FERRYMAN_WITHOUT_CARD, "", Level.WARNING)
        return member.driver, None


NOBODY = Crew()
"""For whoever keeps no register."""
