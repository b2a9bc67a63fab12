"""Letters as plain mail, through Django's backend; addresses come from a setting, never from a request."""

from collections.abc import Mapping

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from declarations.words import LetterKind

TEXTS = {
    LetterKind.SIGN_UP: (
        _("Silkgate: confirm your mail address"),
        _(
            "Somebody, hopefully you, wants to declare vehicles for export with this address.\n\n"
            "Open this page within a day to confirm it and to open your account:\n%(link)s\n\n"
            "If it was not you, do nothing: without the page nothing is opened."
        ),
    ),
    LetterKind.KNOWN: (
        _("Silkgate: you have an account already"),
        _(
            "Somebody, hopefully you, wanted to sign up with this address. It has an account already.\n\n"
            "Sign in:\n%(link)s\n\n"
            "If the password is lost, the same page sends a link for a new one. If it was not you, do nothing."
        ),
    ),
    LetterKind.INVITATION: (
        _("Silkgate: %(organisation)s invites you"),
        _(
            "%(name)s invites you to work for %(organisation)s at Silkgate.\n\n"
            "Open this page within seven days to accept:\n%(link)s\n\n"
            "If you do not know this organisation, do nothing."
        ),
    ),
    LetterKind.PASSWORD: (
        _("Silkgate: choose a new password"),
        _(
            "Somebody, hopefully you, asked for a new password.\n\n"
            "Open this page within an hour to choose one:\n%(link)s\n\n"
            "If it was not you, do nothing: the old password stays."
        ),
    ),
    LetterKind.RECOVERED: (
        _("Silkgate: your second factor was taken off"),
        _(
            "%(name)s took your second factor off. Reason given: %(reason)s\n\n"
            "You were signed out everywhere. Sign in with your password and set up a new one:\n%(link)s\n\n"
            "If you did not ask for this, tell your organisation or the customs help desk at once."
        ),
    ),
    LetterKind.VERIFIED: (
        _("Silkgate: %(organisation)s is verified"),
        _("An officer verified %(organisation)s. From now on it may lodge declarations:\n%(link)s"),
    ),
    LetterKind.REFUSED: (
        _("Silkgate: %(organisation)s could not be verified"),
        _(
            "An officer did not verify %(organisation)s. Reason: %(reason)s\n\n"
            "Put it right, then ask again on the page of your organisation:\n%(link)s"
        ),
    ),
}
"""Subject and text of each; every kind has one."""

PAGES = {
    LetterKind.SIGN_UP: "confirm",
    LetterKind.KNOWN: "login",
    LetterKind.INVITATION: "invitation",
    LetterKind.PASSWORD: "new-password",
    LetterKind.RECOVERED: "login",
    LetterKind.VERIFIED: "home",
    LetterKind.REFUSED: "declarations:organisations",
}
"""Where each leads; those with a token carry it in the address."""


def send(*, kind: str, mail: str, language: str, values: Mapping[str, str], number: int) -> None:
    """Send one letter; a repeat carries the same Message-ID, so that a mailbox recognises it."""
    which = LetterKind(kind)
    token = values.get("token")
    link = settings.BASE_URL + reverse(PAGES[which], args=[token] if token else [])
    subject, text = TEXTS[which]
    with translation.override(language or settings.LANGUAGE_CODE):
        # Names come from people: a line end in one would be a header, or a paragraph that looks like ours.
        told = {name: " ".join(value.split()) for name, value in values.items()}
        message = EmailMessage(str(subject) % told, str(text) % {**told, "link": link}, to=[mail])
        message.extra_headers["Message-ID"] = f"<letter-{number}@{settings.MAIL_HOST}>"
        message.send()
