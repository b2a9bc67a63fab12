"""The register of an organisation as cells of its spreadsheets are looked up in it."""

from collections import defaultdict

from declarations import persons
from declarations.models import CrewMember, LostCard, digest
from declarations.spreadsheet import Crew, Member


def crew_of(organisation_id: int) -> Crew:
    """Everybody of a register, retired ones as well, by digests: sealed text is opened once and never searched."""
    passports: dict[str, Member] = {}
    cards: dict[str, list[Member]] = defaultdict(list)
    rows = CrewMember.objects.filter(organisation=organisation_id, erased_at=None)
    for row in rows:
        member = Member(row.driver(), is_active=row.is_active, has_lost_card=row.card_lost_at is not None)
        passports[row.passport_digest] = member
        if row.card_digest:
            cards[row.card_digest].append(member)
    lost = LostCard.objects.filter(ferryman__in=rows.values("ferryman")).values_list("card_digest", flat=True)
    return Crew(passports, {key: tuple(each) for key, each in cards.items()}, frozenset(lost), _digests)


def _digests(text: str) -> tuple[str, str]:
    """As a passport, hyphens left out, and as a card, whose hyphens are its own."""
    return digest(persons.normalise(text)), digest(text)
