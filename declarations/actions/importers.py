"""The importer's mail address: entered beside the consignee, changed or taken out at any time."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from declarations import permissions
from declarations.errors import Unacceptable
from declarations.models import Declaration, ImporterMail
from declarations.problems import Problem, explain

MOST_CHARACTERS = 254
"""RFC 5321."""

MAIL_FORM = explain("MAIL_FORM", _("This is no mail address. Enter one, like name@example.com."))
MAIL_LANGUAGE = explain("MAIL_LANGUAGE", _("Choose the language in which the importer is written to."))


@transaction.atomic
def keep(*, declaration_id: int, mail: str, language: str, by: User, now: datetime) -> ImporterMail | None:
    """Write to the importer there from now on, in his language; an empty address takes it out. Done twice it is one.

    Raises: NotPermitted; Unacceptable for what is no address, or a language we do not speak.
    """
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    permissions.check_can_change(by, declaration)
    mail = mail.strip()
    known = ImporterMail.objects.filter(declaration=declaration).first()
    if not mail:
        if known is not None:
            known.delete()
        return None
    if found := _problems(mail, language):
        raise Unacceptable(found)
    if known is not None and (known.mail, known.language) == (mail, language):
        return known
    row = known or ImporterMail(declaration=declaration)
    row.mail, row.language, row.changed_at, row.changed_by = mail, language, now, by
    row.save()
    return row


def _problems(mail: str, language: str) -> list[Problem]:
    found = []
    try:
        validate_email(mail)
    except ValidationError:
        found.append(Problem(MAIL_FORM, "/mail"))
    if len(mail) > MOST_CHARACTERS and not found:
        found.append(Problem(MAIL_FORM, "/mail"))
    if language not in dict(settings.LANGUAGES):
        found.append(Problem(MAIL_LANGUAGE, "/language"))
    return found
