"""What the lists of a form offer: code lists in the reader's language, the entries of this trade first."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from declarations.models import Country, Currency, Incoterm, PaperType, Port
from declarations.models.reference import Named

OFTEN_COUNTRIES = ("KZ", "KG", "UZ", "TJ", "TM", "RU", "BY", "AZ", "GE", "CN")
OFTEN_CURRENCIES = ("CNY", "USD", "EUR", "KZT", "RUB")

Groups = list[tuple[Any, Any]]


def ports() -> Groups:
    """Ports in use, by name."""
    return [(row.code, f"{row.name} · {row.code}") for row in Port.objects.filter(is_open=True)]


def countries() -> Groups:
    """Countries of ISO 3166, neighbours first."""
    return _grouped(Country.objects.all(), OFTEN_COUNTRIES)


def currencies() -> Groups:
    """Currencies of ISO 4217, those of the trade first."""
    return _grouped(Currency.objects.all(), OFTEN_CURRENCIES)


def incoterms() -> Groups:
    """Terms that can be met by land."""
    return [(row.code, f"{row.code} · {row.name}") for row in Incoterm.objects.filter(sea_only=False)]


def paper_types() -> Groups:
    """Kinds of papers in their order."""
    return [(row.code, row.name) for row in PaperType.objects.all()]


def _grouped(rows: Iterable[Named], often: Sequence[str]) -> Groups:
    named = {str(row.pk): f"{row.name} · {row.pk}" for row in rows}
    first = [(code, named[code]) for code in often if code in named]
    others = sorted(((code, name) for code, name in named.items() if code not in often), key=lambda pair: pair[1])
    return [(_("Often chosen"), first), (_("All others"), others)]
