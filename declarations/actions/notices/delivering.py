"""A message on its way: read by the worker that sends it, ticked off after it was sent."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declarations.models import Delivery, DeliveryWay, Driver, ImporterMail, Link, Notice, Phone, language_of
from declarations.models.worded import sentences
from declarations.notices import Kind, Letter
from declarations.words import Audience as Reader

MOST_LINES = 20
MOST_SUBJECT = 140
FOR_DRIVERS_FROM = {"CN": "zh-hans", "KZ": "kk"}
"""Language of a text message by nationality; the others read Russian."""


def take(
    *,
    delivery_id: int,
    url: str,
    preferences_url: str,
    driver_url: Callable[[str], str],
    importer_url: Callable[[str], str],
) -> tuple[str, Letter] | None:
    """Lock a message and word it; None when it was sent, or its reader may not or cannot be written to any more.

    url, preferences_url: where a person reads his notices and turns mails off; driver_url, importer_url: the page of a
    link's token.
    """
    rows = Delivery.objects.select_for_update(of=("self",)).select_related("user__account", "declaration")
    row = rows.filter(pk=delivery_id, sent_at=None).first()
    if row is None:
        return None
    notices = row.notices.select_related("vehicle", "declaration").order_by("pk")
    if row.user is not None:
        notices = notices.visible_to(row.user) if row.user.is_active and row.user.email else notices.none()
    told = list(notices)
    phone = None
    if row.way == DeliveryWay.PUSH:
        phone = Phone.objects.listening().select_related("link").filter(pk=row.address).first()
        if phone is None:
            return None
    if not told:
        return None
    if row.user is None and row.way == DeliveryWay.MAIL:
        return _to_importer(row, told, importer_url)
    language = phone.language if phone else _language(row, told)
    with translation.override(language):
        letter = _letter(row, told, language)
    if phone is not None:
        return row.way, replace(letter, url=driver_url(phone.link.token))
    if row.user is None:
        return row.way, letter
    return row.way, replace(letter, url=url, preferences_url=preferences_url)


def _to_importer(row: Delivery, told: list[Notice], url: Callable[[str], str]) -> tuple[str, Letter] | None:
    """A mail to whoever is entered as importer now; None once nobody is, or his link opens nothing.

    One link is enough for all vehicles: its page names those beside.
    """
    importer = ImporterMail.objects.filter(declaration=row.declaration_id).first()
    link = Link.objects.live().filter(vehicle__in=[each.vehicle_id for each in told], audience=Reader.IMPORTER)
    first = link.order_by("vehicle__position", "pk").first()
    if importer is None or first is None:
        return None
    with translation.override(importer.language):
        letter = _letter(row, told, importer.language, about=vehicles_of(told[0]) if len(told) == 1 else "")
    return row.way, replace(letter, address=importer.mail, url=url(first.token))


def seal_off(*, delivery_id: int, now: datetime) -> None:
    """Tick a message off as sent; its row stays locked by whoever took it."""
    Delivery.objects.filter(pk=delivery_id, sent_at=None).update(sent_at=now)


def _language(row: Delivery, told: list[Notice]) -> str:
    if row.user is not None:
        return language_of(row.user)
    driver = Driver.objects.filter(vehicle=told[0].vehicle_id).first()
    return FOR_DRIVERS_FROM.get(driver.nationality if driver else "", "ru")


def _letter(row: Delivery, told: list[Notice], language: str, *, about: str | None = None) -> Letter:
    """about: what the subject begins with, if not with the declaration's reference."""
    words = sentences(told)
    if about is None:
        about = row.declaration.reference if row.declaration else ""
    lines = [" · ".join(filter(None, (vehicles_of(notice), words[notice.pk]))) for notice in told]
    subject = words[told[0].pk] if len(set(words.values())) == 1 else str(Kind(row.kind).label)
    if len(told) > 1:
        subject += f" ({len(told)})"
    more = len(lines) - MOST_LINES
    if more > 0:
        lines = [*lines[:MOST_LINES], ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more}]
    return Letter(
        id=str(row.public_id),
        address=row.user.email if row.user is not None else row.address,
        language=language,
        # What an officer typed may hold line breaks; in a header they would begin another one.
        subject=" ".join(f"{about} {subject}".split())[:MOST_SUBJECT],
        lines=tuple(lines),
        url="",
    )


def vehicles_of(notice: Notice) -> str:
    """Which vehicles a notice speaks of: plate and the end of the VIN, or how many."""
    if notice.vehicle is not None:
        return " ".join(filter(None, (notice.vehicle.plate, f"…{notice.vehicle.vin[-6:]}")))
    if notice.vehicles:
        return ngettext("%(n)s vehicle", "%(n)s vehicles", notice.vehicles) % {"n": notice.vehicles}
    return _("the whole declaration") if notice.declaration_id else ""
